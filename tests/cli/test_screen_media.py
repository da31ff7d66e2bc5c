"""Real recordings of screens: what is labelled is found, and nothing on the honest one."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.cli.running import ROOT, Proctor
from tests.unit.screens import text_model

pytestmark = [pytest.mark.media, pytest.mark.models]
LABELS = ROOT.parent / "shared" / "media" / "screen" / "labels.csv"


def evaluated(proctor: Proctor, out: Path, clips: str) -> dict[str, Any]:
    """`proctor evaluate` over the recordings whose names fit."""
    text_model()
    if not LABELS.is_file():
        pytest.skip(f"no recordings beside {LABELS}")
    words = ("--as", "screen", "--only", clips, "--progress", "none", "-o", out)
    ran = proctor("evaluate", LABELS, *words)
    assert ran.code == 0, ran.err
    document: dict[str, Any] = json.loads((out / "evaluation.json").read_text("utf-8"))
    return document


def assert_good(document: dict[str, Any]) -> None:
    names = ("true_positives", "false_negatives", "false_positives")
    hit, missed, wrong = (sum(row[name] for row in document["events"]) for name in names)
    assert hit > 5
    assert 2 * hit / (2 * hit + missed + wrong) >= 0.9, document["events"]


def test_what_is_labelled_is_found_and_the_honest_one_is_clean(tmp_path: Path, proctor: Proctor) -> None:
    document = evaluated(proctor, tmp_path / "out", "A[13]_*")
    assert_good(document)
    assert document["honest"]["sessions"] == 1
    assert document["honest"]["reports"] == []


@pytest.mark.slow
def test_also_on_the_others_one_of_them_without_a_duration(tmp_path: Path, proctor: Proctor) -> None:
    assert_good(evaluated(proctor, tmp_path / "out", "A2_*"))
