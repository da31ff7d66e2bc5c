"""A policy as text."""

from __future__ import annotations

import json

from proctor_cli.policy.model import Policy


def show(policy: Policy) -> str:
    """The TOML file it was read from, comments and all; ``write(policy)`` when there is none."""
    return policy.text or write(policy)


def write(policy: Policy) -> str:
    """Every value of ``policy`` as TOML, with nothing inherited: reading it back gives the same ``sha256``."""
    values = policy.model_dump(exclude_none=True)
    rules = values.pop("rules")
    blocks = [_pairs({key: value for key, value in values.items() if not isinstance(value, dict)})]
    blocks += [f"[{key}]\n{_pairs(value)}" for key, value in values.items() if isinstance(value, dict)]
    blocks += [f"[[rules]]\n{_pairs(rule)}" for rule in rules]
    return "\n\n".join(blocks) + "\n"


def _pairs(values: dict[str, object]) -> str:
    return "\n".join(f"{key} = {_value(value)}" for key, value in values.items())


def _value(value: object) -> str:
    if isinstance(value, dict):
        pairs = ", ".join(f"{_value(key)} = {_value(inner)}" for key, inner in value.items())
        return f"{{ {pairs} }}" if pairs else "{}"
    if isinstance(value, list | tuple):
        items = [_value(item) for item in value]
        if any(isinstance(item, dict) for item in value):
            return "[\n" + "".join(f"  {item},\n" for item in items) + "]"
        return f"[{', '.join(items)}]"
    # JSON writes texts, numbers and truth values as TOML does, except for the one control character it leaves bare.
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
