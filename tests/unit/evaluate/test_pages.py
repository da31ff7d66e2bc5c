"""The document, its schema, the page and the text for a terminal."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from proctor_cli.errors import OutputError
from proctor_cli.evaluate.documents import build, encode, write
from proctor_cli.evaluate.evaluation import Task, evaluate_reports
from proctor_cli.evaluate.figures import figure
from proctor_cli.evaluate.matching import Tally
from proctor_cli.evaluate.page import write_page
from proctor_cli.evaluate.parity import Measured, compare_groups
from proctor_cli.evaluate.scoring import Session, Terms, score
from proctor_cli.evaluate.table import list_lines
from proctor_cli.policy import load
from proctor_cli.report.evaluation import Evaluation, FailedSession, Sweep, SweepPoint
from proctor_cli.report.schema import make_schema
from tests.unit.evaluate.cases import labels_of, reports

LABELS = labels_of(
    a=[("NO_FACE", 10, 20), ("?NO_FACE", 50, 60), ("SPEECH", 1, 9)], b=[("NO_FACE", 5, 6), ("NO_FACE", 30, 40)], c=[]
)


@pytest.fixture
def evaluation() -> Evaluation:
    sessions = [
        Session("a", 100, reports(("NO_FACE", 10.5, 20), ("LOW_FOCUS", 0, 9))),
        Session("b", 100, (), {"SPEECH": "not now"}),
        Session("c", 1600, reports(("TALKING", 3, 9), ("NO_FACE", 7, 12), ("LOW_LIGHT", 1, 2))),
    ]
    terms = Terms(shortest_s={"NO_FACE": 2.0}, reportable=frozenset({"NO_FACE"}), judged_by="default")
    terms = replace(terms, quality=frozenset({"LOW_LIGHT"}))
    return build(
        replace(LABELS, groups={"a": "<i>one</i>"}),
        sessions,
        score(LABELS, sessions, terms),
        tolerance_s=1.0,
        policy=load(None),
        failed=[FailedSession("d", "not a video & more")],
        parity=compare_groups(
            [
                Measured("<i>one</i>", 100, 10, 9, 0.0, 0),
                Measured("empty", 0.0, 0, 0, 0.0, 0),
                Measured("", 1700, 10, 10, 0.0, 1),
            ]
        ),
        sweep=Sweep("rules.NO_FACE.min_duration_s", (SweepPoint("2", (), figure("ALL", Tally())),)),
    )


def test_the_document_follows_its_schema(evaluation: Evaluation, tmp_path: Path) -> None:
    path = write(evaluation, tmp_path / "new" / "folder")
    document = json.loads(path.read_text("utf-8"))
    validator = Draft202012Validator(make_schema("evaluation"))
    assert [error.message for error in validator.iter_errors(document)] == []
    assert not validator.is_valid(document | {"schema": "proctor.evaluation/2"})
    assert json.loads(encode(evaluation)) == document
    assert "\n" not in encode(evaluation)


def test_a_folder_that_cannot_be_made_is_told(evaluation: Evaluation, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(OutputError, match="cannot write"):
        write(evaluation, tmp_path / "file" / "inside")


def test_the_page_stands_alone_and_escapes_names(evaluation: Evaluation, tmp_path: Path) -> None:
    html = write_page(evaluation, tmp_path / "evaluation.html").read_text("utf-8")
    assert "<i>one</i>" not in html
    assert "&lt;i&gt;one&lt;/i&gt;" in html
    assert "not a video &amp; more" in html
    assert "default-src 'none'" in html
    assert ": 2 false reports there, and 1 about the recording</li>" in html
    for row in ("<td>LOW_LIGHT</td>", "<td>false, not labelled</td>", "<td>about the recording, not labelled</td>"):
        assert html.count(row) == 1
    for outside in ("http://", "https://", "<script", '<link rel="stylesheet"', 'style="'):
        assert outside not in html


def test_the_text(evaluation: Evaluation) -> None:
    lines = [line.split() for line in list_lines(evaluation)]
    assert lines[1][:8] == ["NO_FACE", "1", "1", "1", "0", "1", "0", "0.50"]
    assert lines[2][0] == "ALL"
    text = "\n".join(list_lines(evaluation))
    assert (
        "3 sessions, 1800 s; nothing happens in 1 of them, 1600 s: 2 false reports, and 1 about the recording\n"
        "  false: c NO_FACE 7.00-12.00 s\n"
        "  false, not labelled: c TALKING 3.00-9.00 s\n"
        "labelled, not judged"
    ) in text
    assert "labelled, not judged: SPEECH (1 label): no rule of the policy default reports it" in text
    assert "reported, not labelled: LOW_FOCUS (1 report)" in text
    assert "not analysed: d: not a video & more" in text
    assert "in no group: 1 session" in text
    assert "no figure changes" in text
    assert "missed: " not in text
    everything = list(list_lines(evaluation, every_wrong=True))
    assert "  missed: b NO_FACE 30.00-40.00 s" in everything
    assert "  about the recording, not labelled: c LOW_LIGHT 1.00-2.00 s" in everything
    assert everything.count("  false: c NO_FACE 7.00-12.00 s") == 1


def test_no_time_is_no_rate(evaluation: Evaluation, tmp_path: Path) -> None:
    assert [line.split()[-1] for line in list_lines(evaluation) if line.startswith("empty")] == ["-"]
    assert evaluation.sweep is not None
    document = json.loads(encode(evaluation))
    assert document["sweep"]["points"][0]["total"]["false_per_hour"] is None
    assert document["parity"]["groups"][1]["flagged_min_per_hour"] is None
    html = write_page(evaluation, tmp_path / "evaluation.html").read_text("utf-8")
    assert html.count('<td class="figure">\N{EN DASH}</td>') >= 4


def test_reports_of_any_program_are_told_without_a_policy() -> None:
    evaluation = evaluate_reports(Task(LABELS, load(None), {}), {"a": reports(("NO_FACE", 10, 20))})
    assert (evaluation.policy_name, evaluation.models) == ("", ())
    assert [session.duration_s for session in evaluation.sessions] == [60, 40, 0]
    assert next(iter(list_lines(evaluation))).startswith("event")
