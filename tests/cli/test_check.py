from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from proctor_cli.cli import app
from proctor_cli.policy import load
from proctor_cli.session.judge import judge_folder
from proctor_cli.store import SessionFolder
from proctor_cli.types import Observation, Recording, Spec

LOG = Spec("log", "log", {"log.hidden": "score"}, 0.0)


def make_session(folder: Path, student: str, switches: int) -> Path:
    """A session whose exam tab was left so many times, judged by the shipped policy."""
    recording = Recording(student, 600.0, (), (LOG,), (), (), None, ())
    states = [Observation("log", 30.0 * i + 10 * j, {"log.hidden": 1.0 - j}) for i in range(switches) for j in (0, 1)]
    session = SessionFolder(folder)
    session.prepare()
    session.write_observations(recording, states)
    session.write_session(judge_folder(session, load(None), analysed_at="2026-01-01T00:00:00+00:00"))
    return folder


@pytest.fixture
def cohort(tmp_path: Path) -> Path:
    make_session(tmp_path / "quiet", "S1", 0)
    make_session(tmp_path / "busy", "S2", 12)  # 60 permanent points: high
    return tmp_path


def check(*words: str | Path) -> tuple[int, str]:
    result = CliRunner().invoke(app, ["check", *map(str, words)])
    return result.exit_code, result.output


def test_exits_with_10_and_prints_why(cohort: Path) -> None:
    code, output = check(cohort)
    assert code == 10
    assert "REVIEW  S2  review priority high" in output
    assert output.count("TAB_SWITCH: the exam page was left for 10 s (browser log), +5") == 12
    assert re.search(r"pass  S1  \d+ checks could not be assessed; nothing that scores was found", output)
    assert "not assessed: NO_FACE" in output


def test_passes_what_the_gate_lets_through(cohort: Path) -> None:
    assert check(cohort / "quiet")[0] == 0
    assert check(cohort, "--fail-on", "none")[0] == 0
    assert check(cohort, "--fail-on", "none", "--fail-above", "60")[0] == 0
    assert check(cohort, "--fail-on", "none", "--fail-above", "59")[0] == 10


def test_writes_what_it_is_asked_for(cohort: Path, tmp_path: Path) -> None:
    code, output = check(cohort, "--junit", tmp_path / "j.xml", "--sarif", tmp_path / "s.json", "--github")
    assert code == 10
    assert "::warning title=S2 TAB_SWITCH::" in output
    assert 'failures="2"' in (tmp_path / "j.xml").read_text()
    assert len(json.loads((tmp_path / "s.json").read_text())["runs"][0]["results"]) == 12


def test_json_is_one_line(cohort: Path) -> None:
    code, output = check(cohort, "--json")
    assert code == 10
    summary = json.loads(output)
    assert (summary["schema"], summary["hits"], summary["unreadable"]) == ("proctor.check/1", 1, 0)
    busy, quiet = summary["sessions"]
    assert (busy["student_id"], busy["hit"], busy["priority"]) == ("S2", True, "high")
    assert (quiet["student_id"], quiet["hit"], quiet["partial"]) == ("S1", False, False)
    assert "NO_FACE" in quiet["not_assessed"]


def test_what_must_have_been_assessed_closes_the_gate_when_it_was_not(cohort: Path) -> None:
    code, output = check(cohort / "busy", "--fail-on", "none", "--require", "TAB_SWITCH")
    assert code == 0
    code, output = check(cohort / "busy", "--fail-on", "none", "--require", "TAB_SWITCH, NO_FACE")
    assert code == 10
    assert "NO_FACE was not assessed: " in output


def test_an_unreadable_session_is_named_and_stops_no_other(cohort: Path) -> None:
    (cohort / "quiet" / "session.json").write_text("{")
    code, output = check(cohort, "--fail-on", "none")
    assert code == 5
    assert "S2" in output


def test_wrong_folders_are_refused_in_one_line(tmp_path: Path) -> None:
    from proctor_cli.errors import OutputError

    for folder in (tmp_path, tmp_path / "nowhere"):
        result = CliRunner().invoke(app, ["check", str(folder)])
        assert isinstance(result.exception, OutputError)
        assert str(folder) in str(result.exception)
