"""Who the candidate is said to be, on the page and at the gate."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest

from proctor_cli.report.annotations import annotate
from proctor_cli.report.documents import log_events
from proctor_cli.report.gate import Gate, examine
from proctor_cli.report.junit import write_junit
from proctor_cli.report.page import write_page
from proctor_cli.report.sarif import write_sarif
from proctor_cli.types import Finding, SessionResult, Student

ADA = Student("S123", "Ada <b>Lovelace</b>", "1995-12-10", "BIO101")
DIFFERS = (
    Finding("student_mismatch", 'the name given is "Bo", in the roster it is "Ada"'),
    Finding("student_mismatch", "the course differs & more"),
)


def of(session: SessionResult, student: Student | None, *findings: Finding) -> SessionResult:
    return replace(session, recording=replace(session.recording, student=student, findings=findings))


def panel(session: SessionResult, folder: Path) -> str:
    html = write_page(session, folder / "report.html", media={}).read_text("utf-8")
    return html.partition('id="candidate"')[2].partition("</section>")[0]


def test_the_page_shows_what_the_roster_says(session: SessionResult, tmp_path: Path) -> None:
    shown = panel(of(session, ADA), tmp_path)
    for text in ("S123", "Ada &lt;b&gt;Lovelace&lt;/b&gt;", "1995-12-10", "BIO101", "the roster"):
        assert text in shown
    assert "notice" not in shown


def test_what_is_not_known_is_left_out(session: SessionResult, tmp_path: Path) -> None:
    assert panel(session, tmp_path) == ""
    shown = panel(of(session, Student("S123", "Ada", known_from="options")), tmp_path)
    assert "what was entered for this analysis" in shown
    assert "Date of birth" not in shown
    assert "Course" not in shown


def test_every_finding_stands_there_in_words(session: SessionResult, tmp_path: Path) -> None:
    shown = panel(of(session, None, *DIFFERS, Finding("something_new", "it is new")), tmp_path)
    assert shown.count('class="notice"') == 3
    assert shown.count("Differs from the roster") == 2
    assert "the course differs &amp; more" in shown
    assert ">something_new</span>" in shown  # a code without words shows itself


@pytest.mark.parametrize("blurred", [True, False])
def test_it_is_said_that_faces_were_blurred(session: SessionResult, tmp_path: Path, blurred: bool) -> None:
    (tmp_path / "snapshots").mkdir()
    for incident in session.judgement.incidents:
        if incident.snapshot:
            (tmp_path / incident.snapshot).write_bytes(b"\xff\xd8\xff\xe0")
    told = replace(session, recording=replace(session.recording, bystanders_blurred=blurred))
    html = write_page(told, tmp_path / "report.html", media={}, snapshots=tmp_path).read_text("utf-8")
    assert ('data-t="incidents.blurred"' in html) is blurred
    assert 'data-t="incidents.blurred"' not in write_page(told, tmp_path / "r.html", media={}).read_text("utf-8")


def test_the_date_of_birth_stays_out_of_the_log(session: SessionResult) -> None:
    log = log_events(of(session, ADA, *DIFFERS))
    assert log.findings == DIFFERS
    assert "1995-12-10" not in repr(log)


def test_findings_fail_with_the_gate_and_pass_without(session: SessionResult, tmp_path: Path) -> None:
    for gate, fails in ((Gate("high"), True), (Gate(None), False)):
        result = examine("s", of(session, ADA, *DIFFERS), gate)
        root = ElementTree.parse(write_junit([result], tmp_path / "j.xml")).getroot()
        (case,) = (case for case in root.iter("testcase") if case.get("name") == "student_mismatch")
        assert (case.find("failure") is not None) is fails
        said = case.findtext("failure") if fails else case.findtext("system-out")
        assert said == "\n".join(finding.message for finding in DIFFERS)


def test_findings_come_first_for_dashboards_and_workflows(session: SessionResult, tmp_path: Path) -> None:
    result = examine("s", of(session, ADA, *DIFFERS), Gate("high"))
    run = json.loads(write_sarif([result], tmp_path / "s.json", events_name="events.csv").read_text())["runs"][0]
    assert [entry["ruleId"] for entry in run["results"][:3]] == ["student_mismatch"] * 2 + ["NO_FACE"]
    assert "student_mismatch" in {rule["id"] for rule in run["tool"]["driver"]["rules"]}
    assert next(annotate([result])).startswith("::warning title=S123 student_mismatch::the name given is ")
