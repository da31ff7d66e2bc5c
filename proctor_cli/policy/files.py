"""Policies from files: reading TOML, and laying a policy over the one it extends.

``[sections]`` that a file leaves out, in whole or in part, are those of the shipped default: the numbers
stand in one place. Rules are inherited only with ``extends = "default"`` (or another shipped name): then a
``[[rules]]`` entry changes the inherited rules of the same event (of the same source too, if it names one),
key by key, and an entry with a new event is a further rule. Of several rules for one event, an entry that names a
signal changes only the one that watches it, and is a further rule if none does. Rules of a room scan are changed only
by an entry that names their source: seconds of a pan and minutes of an exam have no durations in common.
"""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from proctor_cli.errors import PolicyError
from proctor_cli.policy.mistakes import describe, refuse, suggest
from proctor_cli.policy.model import Policy
from proctor_cli.resources import template_dir

DEFAULT = "default"

_Table = dict[str, Any]


def load(path: str | Path | None) -> Policy:
    """Read a policy.

    Args:
        path: a TOML file, or the name of a shipped policy ("strict"); None is the shipped default.

    Raises:
        PolicyError: there is no such file, or it is wrong; every mistake is listed.
    """
    chosen = Path(DEFAULT if path is None else path)
    if str(chosen) in shipped() and not chosen.is_file():
        chosen = _shipped_file(str(chosen))
    try:
        text = chosen.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        hint = f"Give a TOML file or one of: {', '.join(shipped())}."
        raise PolicyError(f"cannot be read: {_why(error)}", where=str(chosen), hint=hint) from error
    return parse(text, str(chosen))


def parse(text: str, where: str) -> Policy:
    """Read a policy from its TOML ``text``; ``where`` names it in errors.

    Raises:
        PolicyError: it is wrong; every mistake is listed.
    """
    try:
        own = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise PolicyError(f"is not TOML: {error}", where=where) from error
    base = own.pop("extends", None)
    mistakes = []
    if base is not None and base not in shipped():
        names = ", ".join(shipped())
        given = f"extends = {json.dumps(base, default=str)}"
        mistakes.append(f"{given}: must be the name of a shipped policy ({names}){suggest(base, shipped())}")
        base = DEFAULT
    table, places = _lay_over(own, base)
    try:
        policy = Policy.model_validate(table)
    except ValidationError as error:
        mistakes += describe(error, table, places)
    if mistakes:
        raise refuse(mistakes, where)
    return policy.read_from(text, places)


def shipped() -> tuple[str, ...]:
    """Names of the policies that come with proctor, sorted."""
    return tuple(sorted(file.stem for file in (template_dir() / "policies").glob("*.toml")))


def _shipped_file(name: str) -> Path:
    return template_dir() / "policies" / f"{name}.toml"


def _read_shipped(name: str) -> _Table:
    return tomllib.loads(_shipped_file(name).read_text(encoding="utf-8"))


def _lay_over(own: _Table, base: str | None) -> tuple[_Table, tuple[str, ...]]:
    """``own`` over the shipped policy ``base`` (None: over the default's sections); and where each rule stands."""
    below = _read_shipped(base or DEFAULT)
    if "extends" in below:
        below, _ = _lay_over(below, below.pop("extends"))
    table: _Table = {key: value for key, value in below.items() if isinstance(value, dict)}
    for key, value in own.items():
        both_tables = isinstance(value, dict) and key in table
        table[key] = {**table[key], **value} if both_tables else value
    changes = own.get("rules", [])
    if not isinstance(changes, list):
        return table, ()
    placed = _lay_rules(changes, below["rules"] if base else [])
    if base or "rules" in own:
        table["rules"] = [rule for _, rule in placed]
    return table, tuple(place for place, _ in placed)


def _lay_rules(changes: list[Any], inherited: list[_Table]) -> list[tuple[str, Any]]:
    """The inherited rules as changed, then the new ones, each with its place in the file."""
    placed: list[tuple[str, Any]] = [(f"rules.{rule['event']}", rule) for rule in inherited]
    for index, change in enumerate(changes):
        place = f"rules[{index}]"
        meant = [i for i, rule in enumerate(inherited) if _is_meant(change, rule)]
        if len(meant) > 1 and "signal" in change:
            meant = [i for i in meant if inherited[i]["signal"] == change["signal"]]
        for i in meant:
            placed[i] = (place, _change(placed[i][1], change))
        if not meant:
            placed.append((place, change))
    return placed


def _is_meant(change: object, rule: _Table) -> bool:
    if not isinstance(change, dict):
        return False
    source = rule.get("source", "webcam")
    anywhere = None if source == "workspace" else source
    return bool(change.get("event") == rule["event"] and change.get("source", anywhere) == source)


def _change(rule: _Table, change: _Table) -> _Table:
    turned = ("above" in change and "below" in rule) or ("below" in change and "above" in rule)
    # A threshold in the other direction replaces the old one and its release.
    kept = {k: v for k, v in rule.items() if not (turned and k in ("above", "below", "release"))}
    return {**kept, **change}


def _why(error: Exception) -> str:
    if isinstance(error, OSError) and error.strerror:
        return error.strerror.lower()
    return "not UTF-8 text"
