"""The sentence of a rule: a template with named numbers, ``"no face for {duration_s} s"``.

Only the names in ``FIELDS`` may stand in braces, each with an optional format (``{peak:.2f}``); without
one a number is written as a person would (``12.3``, ``0.04``).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from string import Formatter
from typing import Any

# Each with a value to try a template on.
FIELDS: Mapping[str, float | str] = {
    "event": "NO_FACE",
    "start": "00:12:04",
    "end": "00:12:09",
    "duration_s": 5.0,
    "min_duration_s": 2.0,
    "peak": 0.5,
    "threshold": 0.4,
    "confidence": 0.9,
    "part": "to the left",
    "words": "chatgpt.com",
}


class _Writer(Formatter):
    def get_field(self, field_name: str, args: Sequence[Any], kwargs: Mapping[str, Any]) -> tuple[Any, str]:
        # No attributes and no indexes: a policy file is data.
        return kwargs[field_name], field_name

    def format_field(self, value: Any, format_spec: str) -> str:
        if format_spec or isinstance(value, str):
            return str(super().format_field(value, format_spec))
        return f"{round(value, 1 if abs(value) >= 10 else 2):.15g}"


def fill(template: str, values: Mapping[str, float | str]) -> str:
    """The sentence: ``template`` with ``values``, which has every name in ``FIELDS``."""
    return _Writer().vformat(template, (), values)


def fault(template: str) -> str:
    """What is wrong with ``template``, "" when nothing is."""
    try:
        fill(template, FIELDS)
    except KeyError as error:
        name = str(error.args[0])
        near = get_close_matches(name, FIELDS, 1)
        said = f'; did you mean "{{{near[0]}}}"?' if near else ""
        return f"{{{name}}} is not known here{said} (known: {', '.join(FIELDS)})"
    except (ValueError, TypeError) as error:
        return f"is not a template: {error}"
    return ""
