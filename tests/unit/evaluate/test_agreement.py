"""The recordings' own scorer, which knows nothing of this package, comes to the same figures."""

from __future__ import annotations

import csv
import importlib.util
import io
import json
import sys
from collections.abc import Sequence
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from proctor_cli.evaluate.evaluation import Task, evaluate_reports
from proctor_cli.evaluate.labels import read_labels, read_reports
from proctor_cli.policy import load
from proctor_cli.report.evaluation import Evaluation, Figures, Share

SCORER = Path(__file__).parents[4] / "shared" / "media" / "score.py"

pytestmark = pytest.mark.media

EVENTS = ("NO_FACE", "LOOKING_AWAY", "PHONE_DETECTED", "TALKING")
CLIPS = ("a", "b", "c")
# Few different times, so that borders, ties and lengths meet often.
seconds = st.integers(1, 60).map(lambda half: half / 2)
stretches = st.tuples(seconds, seconds).map(sorted)
Rows = list[tuple[str, str, float, float]]
POLICY = load(None)


@st.composite
def rows(draw: st.DrawFn, events: Sequence[str]) -> Rows:
    made = []
    for _ in range(draw(st.integers(0, 14))):
        start_s, end_s = draw(stretches)
        made.append((draw(st.sampled_from(CLIPS)), draw(st.sampled_from(events)), start_s, end_s))
    return made


@pytest.fixture(scope="module")
def scorer() -> Any:
    if not SCORER.is_file():
        pytest.skip(f"no scorer in {SCORER.parent}")
    spec = importlib.util.spec_from_file_location("score", SCORER)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def write(path: Path, head: str, table: Sequence[Sequence[object]]) -> Path:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(head.split(","))
        writer.writerows(table)
    return path


def ask(scorer: Any, *words: str | Path) -> dict[str, Any]:
    """What the scorer says in its last line."""
    out, before = io.StringIO(), sys.argv
    sys.argv = ["score.py", *map(str, words), "--json"]
    try:
        with redirect_stdout(out), redirect_stderr(io.StringIO()):
            scorer.main()
    finally:
        sys.argv = before
    answer: dict[str, Any] = json.loads(out.getvalue().splitlines()[-1])
    return answer


def value(share: Share | None) -> float | None:
    return None if share is None else share.value


def close(a: float | None, b: float | None, by: float) -> bool:
    return a is b is None or (a is not None and b is not None and abs(a - b) <= by)


def assert_same(ours: Figures, theirs: dict[str, Any]) -> None:
    counts = {
        "tp": ours.true_positives,
        "fp": ours.false_positives,
        "fn": ours.false_negatives,
        "ignored": ours.ignored,
        "split": ours.split,
        "short": ours.too_short,
    }
    assert counts == {name: theirs[name] for name in counts}
    assert close(value(ours.precision), theirs["precision"], 1e-6)
    assert close(value(ours.recall), theirs["recall"], 1e-6)
    assert close(ours.f1, theirs["f1"], 1e-6)
    assert close(ours.start_error_mean_s, theirs["start_err"], 6e-4)
    assert close(ours.end_error_mean_s, theirs["end_err"], 6e-4)
    assert ours.false_per_hour == pytest.approx(theirs["fp_per_hour"], rel=1e-6, abs=1e-5)


def assert_agrees(evaluation: Evaluation, answer: dict[str, Any]) -> None:
    assert {figures.event for figures in evaluation.events} | {"ALL"} == set(answer["events"])
    for figures in (*evaluation.events, evaluation.total):
        assert_same(figures, answer["events"][figures.event])
    assert len(evaluation.sessions) == answer["sessions"]
    assert evaluation.duration_s == pytest.approx(answer["seconds"], abs=0.01)
    assert evaluation.honest.sessions == answer["clean_sessions"]
    assert sum(report.scored for report in evaluation.honest.reports) == answer["clean_false"]


@settings(max_examples=150, deadline=None)
@given(
    labelled=rows([*EVENTS, *(f"?{event}" for event in EVENTS)]),
    reported=rows([*EVENTS, "LOW_FOCUS"]),
    known=st.booleans(),
    tolerance_s=st.sampled_from((0.0, 0.5, 1.0)),
    named=st.booleans(),
)
def test_all_figures_are_those_of_the_scorer(
    scorer: Any, labelled: Rows, reported: Rows, known: bool, tolerance_s: float, named: bool
) -> None:
    with TemporaryDirectory() as made:
        folder = Path(made)
        notes = [(clip, "yawning", "", "") for clip in CLIPS] if known else []
        labels = write(folder / "labels.csv", "clip,event,start_s,end_s", [*labelled, *notes])
        events = write(folder / "events.csv", "clip,event,start_s,end_s", reported)
        if known:
            write(folder / "durations.csv", "clip,duration_s", [(clip, 40 + 10 * i) for i, clip in enumerate(CLIPS)])
        read, reports = read_labels([labels]), read_reports(events)
        # The scorer scores whatever is reported, so what the labels never mention is either named or kept from it.
        seen = {event.lstrip("?") for _, event, _, _ in (*labelled, *(reported if named else ()))}
        assume(seen)
        evaluation = evaluate_reports(Task(read, POLICY, {}, tuple(seen) if named else (), tolerance_s), reports)
        kept = ["--types", *seen] if named or known else []
        assume(kept or seen >= {event for _, event, _, _ in reported})
        assert_agrees(evaluation, ask(scorer, labels, events, "--tolerance", str(tolerance_s), *kept))
        # Where nothing happens all reports count, as they do for the scorer when nothing is kept from it.
        everything = ask(scorer, labels, events, "--tolerance", str(tolerance_s), *(kept if named else []))
        honest = evaluation.honest
        assert honest.false_positives + honest.about_recording == everything["clean_false"] == len(honest.reports)
