"""A policy with shorter rules than the analysis was made for says so."""

from __future__ import annotations

from proctor_cli.policy import load
from proctor_cli.risk.review import doubt_looks
from proctor_cli.types import Spec

PHONES = Spec("objects", "webcam", {"phone.score": "score"}, 0.4, sparse_s=2.8)


def test_a_shorter_rule_may_have_been_missed() -> None:
    assert doubt_looks([PHONES], load("default")) == ()
    (said,) = doubt_looks([PHONES], load("strict"))
    assert "PHONE_DETECTED (2 s)" in said
    assert "analyse again with this policy" in said


def test_what_looks_all_the_time_misses_nothing() -> None:
    dense = Spec("objects", "webcam", {"phone.score": "score"}, 0.4)
    screen = Spec("objects", "screen", {"phone.score": "score"}, 0.4, sparse_s=2.8)
    assert doubt_looks([dense, screen], load("strict")) == ()
