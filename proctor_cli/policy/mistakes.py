"""Mistakes in a policy, each in one line: where, what was given, what is allowed, and what was perhaps meant.

What is allowed is read off the JSON Schema of the policy, so that it cannot disagree with the check.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from difflib import get_close_matches
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from proctor_cli.errors import PolicyError
from proctor_cli.policy.model import Policy

_Schema = Mapping[str, Any]

_TYPES = {
    "number": "a number",
    "integer": "a whole number",
    "string": "a text",
    "boolean": "true or false",
    "object": "a table",
    "array": "a list",
}
_PATTERNS = {
    r"^[A-Z][A-Z0-9_]*$": "capital letters, digits and underscores (NO_FACE)",
    r"^[a-z0-9_]+\.[a-z0-9_]+$": "a signal, family.measure in small letters (face.count)",
}

_LONGEST = 80  # a value longer than this is not worth repeating in full


def describe(error: ValidationError, table: Mapping[str, Any], places: Sequence[str]) -> list[str]:
    """One line per mistake in ``table``. ``places`` says where in the user's file each of its rules stands."""
    schema = Policy.model_json_schema()
    return [_line(detail, table, places, schema) for detail in error.errors(include_url=False)]


def refuse(lines: Sequence[str], where: str) -> PolicyError:
    """The error to raise for these mistakes in the file ``where``."""
    count = "1 mistake" if len(lines) == 1 else f"{len(lines)} mistakes"
    return PolicyError("\n  ".join((count, *lines)), where=where)


def suggest(name: object, known: Collection[str]) -> str:
    """``; did you mean "…"?`` when a known name is near, else ""."""
    near = get_close_matches(str(name), known, 1, cutoff=0.7)
    return f'; did you mean "{near[0]}"?' if near else ""


def validate_signals(policy: Policy, known: Collection[str]) -> None:
    """Check that every enabled rule watches signals in ``known``.

    Raises:
        PolicyError: some do not; every one is listed.
    """
    lines = [
        f'{place}.{key} ({rule.event}) = "{signal}": no such signal{suggest(signal, known)}'
        for place, rule in zip(policy.places, policy.rules, strict=True)
        for key, signal in (
            ("signal", rule.signal),
            ("confidence_signal", rule.confidence_signal),
            *(("parts", part) for part in rule.parts),
        )
        if rule.enabled and signal is not None and signal not in known
    ]
    if lines:
        raise refuse(lines, f"policy {policy.name}")


def _line(detail: ErrorDetails, table: Mapping[str, Any], places: Sequence[str], schema: _Schema) -> str:
    location = detail["loc"]
    key = _key(location)
    if location[0] == "rules" and len(location) > 1:
        index = int(location[1])
        key = places[index] + "".join(f".{step}" for step in location[2:])
        rule = table["rules"][index]
        if isinstance(rule, dict) and "event" in rule and location[2] != "event":
            key += f" ({rule['event']})"
    return f"{key}{_fault(detail, schema)}"


def _key(location: Sequence[str | int]) -> str:
    steps = (f"[{step}]" if isinstance(step, int) else f".{step}" for step in location)
    return "".join(steps).removeprefix(".")


def _fault(detail: ErrorDetails, schema: _Schema) -> str:
    kind, location = detail["type"], detail["loc"]
    if kind == "missing":
        return f": missing; must be {_allowed(_field(schema, location))}"
    if kind == "extra_forbidden":
        return f": unknown key{_hint(schema, location)}"
    given = "" if detail["input"] is None else f" = {_write(detail['input'])}"
    if kind == "value_error":
        return f"{given}: {detail['ctx']['error']}"
    field = _field(schema, location)
    return f"{given}: must be {_allowed(field)}{suggest(detail['input'], field.get('enum', ()))}"


def _field(schema: _Schema, location: Sequence[str | int]) -> _Schema:
    """The part of ``schema`` for ``location``."""
    part: _Schema = schema
    for step in location:
        if isinstance(step, int):
            part = part["items"]
        else:  # a table either names its keys or takes any
            part = part["properties"][step] if "properties" in part else part["additionalProperties"]
        if "$ref" in part:
            part = schema["$defs"][part["$ref"].rpartition("/")[2]]
        if "anyOf" in part:  # a value or nothing
            part = next(branch for branch in part["anyOf"] if branch["type"] != "null")
    return part


def _allowed(field: _Schema) -> str:
    if "const" in field:
        return _write(field["const"])
    if "enum" in field:
        return "one of " + ", ".join(map(_write, field["enum"]))
    if "pattern" in field:
        return _PATTERNS[field["pattern"]]
    limits = [
        f"{word} {field[name]:g}"
        for name, word in (("minimum", "at least"), ("exclusiveMinimum", "more than"), ("maximum", "at most"))
        if name in field
    ]
    if field.get("minLength") or field.get("minItems"):
        limits.append("not empty")
    kind = _TYPES[field["type"]]
    if field["type"] == "array":
        kind += " of tables" if "$ref" in field["items"] else " of texts"
    return ", ".join((kind, *limits))


def _hint(schema: _Schema, location: Sequence[str | int]) -> str:
    name = location[-1]
    known = _field(schema, location[:-1])["properties"]
    if said := suggest(name, known):
        return said
    for section in schema["properties"]:
        if name in _field(schema, (section,)).get("properties", ()):
            return f"; it belongs in [{section}]"
    return f" (known: {', '.join(known)})"


def _write(value: object) -> str:
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= _LONGEST else text[:_LONGEST] + "…"
