"""Who the candidate is said to be: `--roster`, `--name`, `--course`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from proctor_cli.store import SessionFolder
from proctor_cli.types import Finding, Student
from tests.cli.running import Proctor

pytestmark = pytest.mark.usefixtures("no_weights")

ADA = Student("S123", "Ada Lovelace", "1995-12-10", "BIO101")
UNKNOWN = "student S9 is not in the roster students.csv"


@pytest.fixture
def roster(tmp_path: Path) -> Path:
    path = tmp_path / "office" / "students.csv"
    path.parent.mkdir()
    path.write_text("Student ID;Full Name;DOB;Course\nS123;Ada Lovelace;10.12.1995;BIO101\n")
    return path


def read_events(folder: Path) -> dict[str, Any]:
    document: dict[str, Any] = json.loads((folder / "events.json").read_text())
    return document


def test_a_listed_student_is_told_in_report_and_session(
    tmp_path: Path, exam: Path, roster: Path, proctor: Proctor
) -> None:
    out = tmp_path / "out"
    words = ("--name", "lovelace ADA", "--course", "bio 101")
    ran = proctor("analyze", exam, "--student", "S123", "--roster", roster, *words, "-o", out)
    assert ran.code == 0
    recording = SessionFolder(out).read_session().recording
    assert (recording.student, recording.findings) == (ADA, ())
    assert "1995-12-10" in (out / "report.html").read_text()
    for name in ("events.csv", "events.json"):  # these are handed on
        assert "1995-12-10" not in (out / name).read_text()
    assert read_events(out)["findings"] == []


def test_an_unknown_student_is_told_at_once_and_everywhere(
    tmp_path: Path, exam: Path, roster: Path, proctor: Proctor
) -> None:
    out = tmp_path / "out"
    ran = proctor("analyze", exam, "--student", "S9", "--roster", roster, "-o", out)
    assert ran.code == 0
    assert ran.err.splitlines()[0] == f"proctor: {UNKNOWN}"
    assert ran.out.splitlines()[:2] == ["S9: review priority medium", f"  - {UNKNOWN}"]
    result = SessionFolder(out).read_session()
    assert result.recording.findings == (Finding("student_unknown", UNKNOWN),)
    assert read_events(out)["findings"] == [{"code": "student_unknown", "message": UNKNOWN}]
    assert read_events(out)["summary"]["priority"] == "medium"
    assert 'id="candidate"' in (out / "report.html").read_text()


def test_what_differs_is_told_with_both_values_and_survives_rescoring(
    tmp_path: Path, exam: Path, roster: Path, proctor: Proctor
) -> None:
    out = tmp_path / "out"
    words = ("--roster", roster, "--name", "Ada King", "--course", "CHE202")
    proctor("analyze", exam, "--student", "S123", *words, "-o", out)
    before = read_events(out)
    assert before["findings"] == [
        {"code": "student_mismatch", "message": 'the name given is "Ada King", in the roster it is "Ada Lovelace"'},
        {"code": "student_mismatch", "message": 'the course given is "CHE202", in the roster it is "BIO101"'},
    ]
    roster.unlink()
    assert proctor("rescore", out).code == 0
    assert read_events(out) == before
    assert SessionFolder(out).read_session().recording.student == ADA


def test_without_a_roster_name_and_course_are_recorded(tmp_path: Path, exam: Path, proctor: Proctor) -> None:
    out = tmp_path / "out"
    proctor("analyze", exam, "--student", "S123", "--name", " Ada ", "--course", "BIO101", "-o", out)
    recording = SessionFolder(out).read_session().recording
    assert recording.student == Student("S123", "Ada", "", "BIO101", "options")
    assert recording.findings == ()
    proctor("analyze", exam, "--student", "S123", "-o", out)
    assert SessionFolder(out).read_session().recording.student is None


def test_a_roster_with_mistakes_stops_it_before_anything_is_written(
    tmp_path: Path, exam: Path, roster: Path, proctor: Proctor
) -> None:
    roster.write_text("id,dob\nS1,03/04/2001\nS1,x\n")
    ran = proctor("analyze", exam, "--student", "S1", "--roster", roster, "-o", tmp_path / "out")
    assert ran.code == 2
    head, *lines = ran.err.splitlines()
    assert head == f"proctor: {roster}: 3 mistakes"
    assert [line.split(":")[0] for line in lines] == ["  line 2", "  line 3", "  line 3"]
    assert not (tmp_path / "out").exists()
    ran = proctor("analyze", exam, "--student", "S1", "--roster", tmp_path / "nowhere.csv", "-o", tmp_path / "out")
    assert ran.code == 2
    assert "cannot read the roster" in ran.complaint


def test_the_gate_closes_from_medium_on_and_its_files_name_the_finding(
    tmp_path: Path, exam: Path, roster: Path, proctor: Proctor
) -> None:
    out, junit, sarif = tmp_path / "out", tmp_path / "j.xml", tmp_path / "s.json"
    proctor("analyze", exam, "--student", "S9", "--roster", roster, "-o", out)
    assert proctor("check", out).code == 0
    ran = proctor("check", out, "--fail-on", "medium", "--junit", junit, "--sarif", sarif, "--github")
    assert ran.code == 10
    assert f"REVIEW  S9  review priority medium: {UNKNOWN}" in ran.out
    assert f"::warning title=S9 student_unknown::{UNKNOWN}" in ran.out.splitlines()
    (case,) = (case for case in ElementTree.parse(junit).iter("testcase") if case.get("name") == "student_unknown")
    assert case.find("failure") is not None
    (entry,) = (found for found in json.loads(sarif.read_text())["runs"][0]["results"] if "unknown" in found["ruleId"])
    assert entry["message"]["text"] == f"S9 {UNKNOWN}"
    assert entry["locations"][0]["physicalLocation"]["region"] == {"startLine": 1}
    (session,) = json.loads(proctor("check", out, "--json").out)["sessions"]
    assert session["findings"] == [UNKNOWN]
