"""What differs between two policies."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass

from proctor_cli.policy.model import Policy, Rule


@dataclass(frozen=True, slots=True)
class Change:
    """One key that differs, with its values as TOML writes them; None where there is none."""

    key: str
    before: str | None
    after: str | None


def diff(a: Policy, b: Policy) -> list[Change]:
    """What changes from ``a`` to ``b``, settings first, then rules; a rule only one has is one change.

    A rule is named by its event, its source when that is not the webcam, and a number when that is not enough:
    ``rules.TAB_SWITCH[log].points``, ``rules.NO_FACE#2``.
    """
    changes = _compare("", _settings(a), _settings(b))
    rules_a, rules_b = _rules(a), _rules(b)
    for key in dict.fromkeys((*rules_a, *rules_b)):
        before, after = rules_a.get(key), rules_b.get(key)
        if before and after:
            changes += _compare(f"{key}.", before.model_dump(), after.model_dump())
        else:
            changes.append(Change(key, summary(before) if before else None, summary(after) if after else None))
    return changes


def summary(rule: Rule) -> str:
    """A rule in a few words."""
    side = "below" if rule.above is None else "above"
    when = f"{rule.signal} {side} {rule.threshold:g} for {rule.min_duration_s:g} s"
    return f"{when}: {rule.severity}, {rule.points:g} {rule.kind}{'' if rule.enabled else ', off'}"


def _settings(policy: Policy) -> dict[str, object]:
    flat: dict[str, object] = {}
    for key, value in policy.model_dump(exclude={"rules"}).items():
        flat |= {f"{key}.{k}": v for k, v in value.items()} if isinstance(value, dict) else {key: value}
    return flat


def _rules(policy: Policy) -> dict[str, Rule]:
    seen: Counter[str] = Counter()
    named = {}
    for rule in policy.rules:
        key = f"rules.{rule.event}" + ("" if rule.source == "webcam" else f"[{rule.source}]")
        seen[key] += 1
        named[key if seen[key] == 1 else f"{key}#{seen[key]}"] = rule
    return named


def _compare(prefix: str, a: dict[str, object], b: dict[str, object]) -> list[Change]:
    return [Change(prefix + key, _write(a[key]), _write(b[key])) for key in a if a[key] != b[key]]


def _write(value: object) -> str | None:
    return None if value is None else json.dumps(value, ensure_ascii=False)
