"""A policy with one key changed: for trying out values without writing a file."""

from __future__ import annotations

import re
from typing import Any

from pydantic import ValidationError

from proctor_cli.policy.mistakes import describe, refuse, suggest
from proctor_cli.policy.model import Policy

_RULE_KEY = re.compile(r"rules\.(\w+)(?:\[(\w+)\])?\.(\w+)")
_SECTION_KEY = re.compile(r"(\w+)\.(\w+)")


def change(policy: Policy, key: str, value: object, where: str) -> Policy:
    """The same policy with another ``value`` for ``key``.

    Args:
        policy: stays as it is.
        key: ``section.key``; or ``rules.EVENT.key`` for every rule of an event, ``rules.EVENT[source].key`` for those
            of one source.
        value: as in TOML.
        where: names the origin of key and value in errors.

    Raises:
        PolicyError: there is no such key, or the value is not allowed; every mistake is listed.
    """
    table = policy.model_dump(exclude_none=True)
    for part, name in _find(table, key, where):
        part[name] = value
    try:
        changed = Policy.model_validate(table)
    except ValidationError as error:
        places = [f"rules.{rule.event}" for rule in policy.rules]
        raise refuse(describe(error, table, places), where) from error
    return changed


def _find(table: dict[str, Any], key: str, where: str) -> list[tuple[dict[str, Any], str]]:
    """The tables in which ``key`` stands, and its last word; whether that is a key is for the validation to say."""
    if of_rule := _RULE_KEY.fullmatch(key):
        event, source, name = of_rule.groups()
        rules = [rule for rule in table["rules"] if rule["event"] == event and source in (None, rule["source"])]
        if not rules:
            known = sorted({rule["event"] for rule in table["rules"]})
            raise refuse([f"{key}: no such rule{suggest(event, known)}"], where)
        return [(rule, name) for rule in rules]
    sections = [name for name, value in table.items() if isinstance(value, dict)]
    of_section = _SECTION_KEY.fullmatch(key)
    if not of_section:
        raise refuse([f"{key}: must be SECTION.KEY or rules.EVENT.KEY"], where)
    if of_section[1] not in sections:
        raise refuse([f"{key}: no such section{suggest(of_section[1], sections)}"], where)
    return [(table[of_section[1]], of_section[2])]
