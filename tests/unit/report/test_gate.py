from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest

from proctor_cli.report.annotations import annotate
from proctor_cli.report.gate import Gate, GateResult, examine
from proctor_cli.report.junit import write_junit
from proctor_cli.report.sarif import write_sarif
from proctor_cli.report.tables import write_events_csv
from proctor_cli.types import Priority, SessionResult


def with_priority(session: SessionResult, priority: Priority) -> SessionResult:
    return replace(session, judgement=replace(session.judgement, priority=priority))


@pytest.mark.parametrize(
    ("fails_on", "priority", "hit"),
    [
        ("high", "high", True),
        ("high", "medium", False),
        ("medium", "medium", True),
        ("medium", "high", True),
        ("medium", "low", False),
        (None, "high", False),
    ],
)
def test_gate_closes_from_its_priority_on(
    session: SessionResult, fails_on: Priority | None, priority: Priority, hit: bool
) -> None:
    assert examine("x", with_priority(session, priority), Gate(priority=fails_on)).hit is hit


def test_gate_closes_above_its_risk_and_says_so(session: SessionResult) -> None:
    peak = session.judgement.timeline.peak
    assert not examine("x", session, Gate(risk=peak)).hit
    (said,) = examine("x", session, Gate(risk=peak - 1)).hits
    assert f"highest risk {peak:g}" in said


def at_the_gate(session: SessionResult, *, closed: bool) -> GateResult:
    return examine("out/s", with_priority(session, "high"), Gate("high" if closed else None))


def test_junit_fails_what_scored_and_skips_what_was_not_assessed(session: SessionResult, tmp_path: Path) -> None:
    suite = ElementTree.parse(write_junit([at_the_gate(session, closed=True)], tmp_path / "j.xml")).getroot()[0]
    failed = {case.get("name") for case in suite if case.find("failure") is not None}
    skipped = {case.get("name") for case in suite if case.find("skipped") is not None}
    incidents = session.judgement.incidents
    assert failed == {"review"} | {incident.event for incident in incidents if incident.points}
    assert skipped == {gap.event for gap in session.judgement.not_assessed}
    assert suite.get("failures") == str(len(failed))
    assert suite.get("tests") == str(len(suite))


def test_junit_of_an_open_gate_fails_nothing(session: SessionResult, tmp_path: Path) -> None:
    text = write_junit([at_the_gate(session, closed=False)], tmp_path / "j.xml").read_text()
    assert "<failure" not in text
    assert "<system-out>" in text


def test_junit_survives_control_characters(session: SessionResult, tmp_path: Path) -> None:
    recording = replace(session.recording, student_id="S\x00\x1b<1>")
    hostile = replace(session, recording=recording)
    suite = ElementTree.parse(write_junit([at_the_gate(hostile, closed=True)], tmp_path / "j.xml")).getroot()[0]
    assert suite.get("name") == "S<1>"


def test_sarif_points_at_the_rows_of_the_log(session: SessionResult, tmp_path: Path) -> None:
    path = write_sarif([at_the_gate(session, closed=True)], tmp_path / "s.json", events_name="events.csv")
    run = json.loads(path.read_text())["runs"][0]
    lines = write_events_csv(session, tmp_path / "events.csv").read_text().splitlines()
    assert len(run["results"]) == len(session.judgement.incidents)
    for result in run["results"]:
        place = result["locations"][0]["physicalLocation"]
        assert place["artifactLocation"]["uri"] == "out/s/events.csv"
        assert f",{result['ruleId']}," in lines[place["region"]["startLine"] - 1]
    assert {rule["id"] for rule in run["tool"]["driver"]["rules"]} == {r["ruleId"] for r in run["results"]}


def test_annotations_are_few_escaped_and_closed_gates_first(session: SessionResult) -> None:
    incident = replace(session.judgement.incidents[0], severity="critical", message="50 %\nof it")
    many = replace(session, judgement=replace(session.judgement, incidents=(incident,) * 30))
    named = replace(many, recording=replace(many.recording, student_id="a:b,c"))
    lines = list(annotate([at_the_gate(many, closed=False), at_the_gate(named, closed=True)]))
    assert len(lines) == 10
    assert all(line.startswith("::error title=a%3Ab%2Cc ") for line in lines)
    assert all("50 %25%0Aof it" in line for line in lines)
