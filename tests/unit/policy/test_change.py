"""One key of a policy changed, with the same care as when it is read from a file."""

from __future__ import annotations

import pytest

from proctor_cli.errors import PolicyError
from proctor_cli.policy import change, diff, load


def test_only_the_key_changes() -> None:
    before = load(None)
    after = change(before, "away.head_yaw_deg", 25, "--sweep")
    assert [(c.key, c.after) for c in diff(before, after)] == [("away.head_yaw_deg", "25.0")]
    assert before.away.head_yaw_deg != 25


def test_the_same_value_is_the_same_policy() -> None:
    before = load(None)
    assert change(before, "away.head_yaw_deg", before.away.head_yaw_deg, "--sweep").sha256 == before.sha256


def test_all_rules_of_an_event_or_those_of_one_source() -> None:
    before = load(None)
    after = change(before, "rules.TAB_SWITCH[log].points", 7, "--sweep")
    assert {rule.points for rule in after.rules if rule.event == "TAB_SWITCH" and rule.source == "log"} == {7.0}
    after = change(before, "rules.BANNED_OBJECT.points", 7, "--sweep")
    assert {rule.points for rule in after.rules if rule.event == "BANNED_OBJECT"} == {7.0}


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("away.head_yaw", 3, 'away.head_yaw: unknown key; did you mean "head_yaw_deg"?'),
        ("awy.head_yaw_deg", 3, 'awy.head_yaw_deg: no such section; did you mean "away"?'),
        ("rules.NO_FACES.points", 3, 'rules.NO_FACES.points: no such rule; did you mean "NO_FACE"?'),
        ("rules.NO_FACE[screen].points", 3, "no such rule"),
        ("rules.NO_FACE.pionts", 3, 'rules.NO_FACE.pionts (NO_FACE): unknown key; did you mean "points"?'),
        ("name", "x", "name: must be SECTION.KEY or rules.EVENT.KEY"),
        ("away.head_yaw_deg", -1, "away.head_yaw_deg = -1: must be a number"),
        ("rules.NO_FACE.kind", "permnent", 'did you mean "permanent"?'),
        ("rules.NO_FACE.above", 2.0, "give exactly one of above and below"),
    ],
)
def test_a_mistake_is_told_as_in_a_file(key: str, value: object, said: str) -> None:
    with pytest.raises(PolicyError) as caught:
        change(load(None), key, value, "--sweep")
    assert said in caught.value.what
    assert caught.value.where == "--sweep"
