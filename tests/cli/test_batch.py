"""`proctor batch` as a user runs it: small recordings, real workers, no weights."""

from __future__ import annotations

import csv
import gzip
import io
import json
import os
import shutil
import sys
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from proctor_cli.store import CohortFolder
from tests.cli.running import Proctor, Ran, start
from tests.cli.test_analyze import DARK, lamp
from tests.unit.media.films import even, film

pytestmark = pytest.mark.usefixtures("no_weights")


@pytest.fixture
def exams(tmp_path: Path, exam: Path) -> Path:
    """Two recordings that can be analysed and one that cannot, each other than the others."""
    folder = tmp_path / "exams"
    folder.mkdir()
    shutil.copy(exam, folder / "S1.mp4")
    film(folder / "S2.mp4", even(75), picture=lamp)
    (folder / "S3.mp4").write_text("The candidate was late.\n")
    return folder


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory, exam: Path) -> tuple[Path, list[dict[str, Any]]]:
    """The results of a batch of three, one of which failed, and its progress; not to be changed."""
    folder = tmp_path_factory.mktemp("finished")
    (folder / "exams").mkdir()
    for student in ("S1", "S2"):
        shutil.copy(exam, folder / "exams" / f"{student}.mp4")
    (folder / "exams" / "S3.mp4").write_text("The candidate was late.\n")
    env = {**os.environ, "PROCTOR_MODELS": str(folder), "XDG_CACHE_HOME": str(folder), "PROCTOR_OFFLINE": "1"}
    words = ("batch", folder / "exams", "-o", folder / "out", "--workers", "1", "--progress", "jsonl")
    running = start(*words, env=env)
    _, err = running.communicate(timeout=120)
    assert running.returncode == 5, err
    return folder / "out", [json.loads(told) for told in err.splitlines() if told.startswith("{")]


def table(folder: Path, text: str) -> Path:
    path = folder / "sessions.csv"
    path.write_text(text, "utf-8")
    return path


def rows(out: Path) -> list[dict[str, str]]:
    with (out / "summary.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def contents(out: Path) -> dict[str, bytes]:
    """Every file by name, but for the times of analysis and what only says when a file was last changed."""
    found = {}
    for path in sorted(path for path in out.rglob("*") if path.is_file()):
        content = path.read_bytes()
        if path.name in ("session.json", "report.html", ".finished.json"):
            told = json.loads(path.with_name("session.json").read_bytes())["session"]["provenance"]["analysed_at"]
            content = content.replace(told.encode(), b"THEN")
        found[str(path.relative_to(out))] = content
    return found


def line(ran: Ran) -> dict[str, object]:
    (told,) = ran.out.splitlines()
    return dict(json.loads(told))


def test_one_bad_session_stops_no_other(tmp_path: Path, exams: Path, proctor: Proctor) -> None:
    out = tmp_path / "out"
    sessions = table(exams, "Student; Webcam ;Name\n\nS1;S1.mp4;Ada\nS3;S3.mp4;\nS4;S4.mp4;\nS2;S2.mp4;Grace\n")
    ran = proctor("batch", sessions, "-o", out, "--workers", "2", "--progress", "text")

    assert ran.code == 5
    assert {path.name for path in out.iterdir()} == {"S1", "S2", "index.html", "summary.csv", "summary.json"}
    assert [row["student_id"] for row in rows(out)] == ["S1", "S3", "S4", "S2"]
    assert [row["status"] for row in rows(out)] == ["done", "failed", "failed", "done"]
    assert [row["report"] for row in rows(out)] == ["S1/report.html", "", "", "S2/report.html"]
    assert [row["name"] for row in rows(out)] == ["Ada", "", "", "Grace"]
    assert "not a recording that can be read" in rows(out)[1]["reason"]
    assert "no such file. Check the path." in rows(out)[2]["reason"]
    assert "4 sessions: 0 high, 0 medium, 2 low, 2 not analysed" in ran.out
    assert f"  not analysed: S4: {exams / 'S4.mp4'}: no such file. Check the path." in ran.out.splitlines()
    assert any(told.startswith("proctor: 4/4 ") for told in ran.err.splitlines())
    assert (out / "S1" / "report.html").is_file()
    assert 'href="S1/report.html"' in (out / "index.html").read_text("utf-8")


def test_the_same_command_again_changes_nothing_and_does_what_is_left(
    tmp_path: Path, exams: Path, proctor: Proctor
) -> None:
    out = tmp_path / "out"
    words = ("batch", exams, "-o", out, "--workers", "1", "--json")
    assert line(proctor(*words))["failed"] == 1
    before = {path: path.stat().st_mtime_ns for path in out.glob("S?/*") if path.is_file()}
    film(exams / "S3.mp4", even(50))  # copied anew

    told = line(proctor(*words))
    assert (told["failed"], told["finished_before"], told["sessions"]) == (0, 2, 3)
    assert {path: path.stat().st_mtime_ns for path in before} == before
    assert rows(out)[2]["status"] == "done"


def test_a_table_and_analyze_give_the_same_session(tmp_path: Path, exams: Path, proctor: Proctor) -> None:
    proctor("batch", table(exams, "student,webcam\nS1,S1.mp4\n"), "-o", tmp_path / "out", "--workers", "1")
    proctor("analyze", exams / "S1.mp4", "--student", "S1", "-o", tmp_path / "alone" / "S1", "--workers", "1")
    batch, alone = contents(tmp_path / "out" / "S1"), contents(tmp_path / "alone" / "S1")
    assert batch.keys() == alone.keys()
    assert batch["events.csv"] == alone["events.csv"]
    name = "observations.jsonl.gz"  # the heads differ in the folders in which networks were looked for
    assert gzip.decompress(batch[name]).splitlines()[1:] == gzip.decompress(alone[name]).splitlines()[1:]


def test_what_changed_is_analysed_again_and_said(tmp_path: Path, exams: Path, proctor: Proctor) -> None:
    out = tmp_path / "out"
    (exams / "S3.mp4").unlink()
    words = ("batch", exams, "-o", out, "--workers", "1", "--progress", "none")
    assert proctor(*words).code == 0

    os.utime(exams / "S1.mp4")  # only copied: the same in it
    again = proctor(*words)
    assert again.code == 0
    assert "S1" not in again.err
    assert "(2 finished before)" in again.out

    film(exams / "S1.mp4", even(60))
    changed = proctor(*words)
    assert "proctor: S1: analysed again: ../../exams/S1.mp4 has changed" in changed.err.splitlines()
    assert "(1 finished before)" in changed.out
    assert rows(out)[0]["duration_s"] == "2.400"

    assert "proctor: S2: analysed again: other options are given" in proctor(*words, "--dense").err.splitlines()


def test_another_policy_judges_what_is_saved(tmp_path: Path, exams: Path, proctor: Proctor) -> None:
    out = tmp_path / "out"
    (exams / "S3.mp4").unlink()
    for points in (5, 50):
        (tmp_path / f"{points}.toml").write_text(DARK.replace("points = 5", f"points = {points}"))
    words = ("batch", exams, "-o", out, "--workers", "1", "--policy")
    assert proctor(*words, tmp_path / "5.toml").code == 0
    assert [row["risk_peak"] for row in rows(out)] == ["0.000", "5.000"]
    for path in exams.iterdir():
        shutil.move(path, path.with_suffix(".away"))  # no video is needed
        path.with_suffix(".mp4").symlink_to(path.with_suffix(".away"))
    observed = {path: path.stat().st_mtime_ns for path in out.glob("*/observations.jsonl.gz")}

    ran = proctor(*words, tmp_path / "50.toml")
    assert "proctor: S1: judged again by the policy dark" in ran.err.splitlines()
    assert [row["risk_peak"] for row in rows(out)] == ["0.000", "50.000"]
    assert {path: path.stat().st_mtime_ns for path in observed} == observed
    assert "LOW_LIGHT" in (out / "S2" / "events.csv").read_text()

    ran = proctor("rescore", out, "--policy", tmp_path / "5.toml", "--workers", "1", "--json")
    assert ran.code == 0
    assert [row["risk_peak"] for row in rows(out)] == ["0.000", "5.000"]
    assert proctor("check", out, "--fail-above", "4").code == 10
    assert proctor("check", out, "--fail-above", "6", "--fail-on", "none").code == 0


def test_results_of_other_recordings_are_not_replaced(tmp_path: Path, exams: Path, proctor: Proctor) -> None:
    out = tmp_path / "out"
    assert proctor("batch", table(exams, "student,webcam\nS1,S1.mp4\n"), "-o", out, "--workers", "1").code == 0
    kept = contents(out / "S1")
    other = table(exams, "student,webcam\nS1,S2.mp4\n")
    ran = proctor("batch", other, "-o", out, "--workers", "1")
    assert ran.code == 3
    assert "holds the session of other recordings. Choose another, or add --overwrite." in ran.err
    assert contents(out / "S1") == kept
    assert proctor("report", out, "--workers", "1").code == 0
    assert rows(out)[0]["status"] == "failed"  # what lies there is not what was asked for
    assert proctor("check", out, "--fail-on", "none").code == 5
    assert proctor("batch", other, "-o", out, "--workers", "1", "--overwrite").code == 0
    assert rows(out)[0]["duration_s"] == "3.000"


def test_only_some_and_the_rest_stays_known(tmp_path: Path, exams: Path, proctor: Proctor) -> None:
    out = tmp_path / "out"
    words = ("batch", exams, "-o", out, "--workers", "1", "--only")
    assert proctor(*words, "S1").code == 0
    assert [row["status"] for row in rows(out)] == ["done", "waiting", "waiting"]
    assert proctor(*words, "S2,S3").code == 5
    assert [row["status"] for row in rows(out)] == ["done", "done", "failed"]
    complaint = proctor(*words, "s1").complaint
    assert complaint == "--only: no session 's1'. Did you mean \"S1\"?"


def test_a_dry_run_writes_nothing(tmp_path: Path, exams: Path, proctor: Proctor) -> None:
    out = tmp_path / "out"
    ran = proctor("batch", exams, "-o", out, "--dry-run")
    assert ran.code == 5  # as the run will be
    assert not out.exists()
    assert "S1: 00:00:04  analyse" in ran.out.splitlines()
    assert f"    webcam: {exams / 'S1.mp4'}" in ran.out.splitlines()
    assert "S3: cannot be analysed" in ran.out
    proctor("batch", exams, "-o", out, "--only", "S1", "--workers", "1")
    assert "S1: 00:00:04  nothing: it is finished" in proctor("batch", exams, "-o", out, "--dry-run").out.splitlines()


def test_a_report_of_all_is_built_again(
    tmp_path: Path, finished: tuple[Path, list[dict[str, Any]]], proctor: Proctor
) -> None:
    out = tmp_path / "exams" / "out"
    shutil.copytree(finished[0], out)
    before = contents(out)
    for path in [*out.glob("summary.csv"), *out.glob("index.html"), *out.glob("S?/report.html")]:
        path.unlink()
    assert proctor("report", out, "--workers", "1").code == 0
    assert not (out / "S1" / "report.html").exists()
    assert proctor("report", out, "--each", "--workers", "1").code == 0
    assert contents(out) == before


def test_the_gate_knows_of_sessions_without_results(
    tmp_path: Path, finished: tuple[Path, list[dict[str, Any]]], proctor: Proctor
) -> None:
    ran = proctor("check", finished[0], "--fail-on", "none", "--junit", tmp_path / "j.xml")
    assert ran.code == 5
    assert "proctor: S3: not analysed: " in ran.err
    assert '<testsuite name="S3" tests="1" errors="1">' in (tmp_path / "j.xml").read_text()


def test_progress_in_json_lines(finished: tuple[Path, list[dict[str, Any]]]) -> None:
    ended = {told["step"]: told["ended"] for told in finished[1] if "ended" in told}
    assert ended == {"S1": "done", "S2": "done", "S3": "failed"}
    running = [told for told in finished[1] if "ended" not in told]
    assert running[-1]["all_done_s"] == pytest.approx(running[-1]["all_total_s"])
    assert all(0 <= told["done_s"] <= told["total_s"] + 1e-6 for told in running)


def test_the_summary_has_its_schema_and_names_shared_recordings(
    finished: tuple[Path, list[dict[str, Any]]], proctor: Proctor
) -> None:
    schema = json.loads(proctor("schema", "summary").out)
    jsonschema.validate(json.loads((finished[0] / "summary.json").read_bytes()), schema)
    assert 'id="copies"' in (finished[0] / "index.html").read_text("utf-8")


def test_no_session_at_all_is_an_error(tmp_path: Path, exams: Path, proctor: Proctor) -> None:
    ran = proctor("batch", table(exams, "student,webcam\nS3,S3.mp4\n"), "-o", tmp_path / "out", "--workers", "1")
    assert ran.code == 3
    assert "proctor: no session could be analysed" in ran.err
    assert rows(tmp_path / "out")[0]["status"] == "failed"


def test_an_unreadable_photo_and_a_roster_concern_one_session(tmp_path: Path, exams: Path, proctor: Proctor) -> None:
    (exams / "photo.jpg").write_text("no picture")
    (tmp_path / "roster.csv").write_text("id,name\nS1,Ada\n")
    sessions = table(exams, "student,webcam,reference\nS1,S1.mp4,\nS2,S2.mp4,photo.jpg\nS9,S2.mp4,nowhere.jpg\n")
    ran = proctor("batch", sessions, "-o", tmp_path / "out", "--roster", tmp_path / "roster.csv", "--workers", "1")
    assert ran.code == 5
    found = rows(tmp_path / "out")
    assert [row["status"] for row in found] == ["done", "done", "failed"]  # without networks nobody looks at the photo
    assert "student S2 is not in the roster" in found[1]["findings"]
    assert "nowhere.jpg: no such file or folder" in found[2]["reason"]


class TestRefusals:
    def test_every_mistake_of_a_table_is_told_with_its_row(self, tmp_path: Path, exams: Path, proctor: Proctor) -> None:
        sessions = table(
            exams,
            "student,webcam,start,span,screen_offset\nS1,S1.mp4,yesterday,,\n,S1.mp4,,,\nS2,,,,\nS4,S1.mp4,,9-3,\n"
            "S5,S1.mp4,,,3\nS6,S2.mp4,,,\nS6,S2.mp4,,,\nS6,S1.mp4,,,\n",
        )
        ran = proctor("batch", sessions, "-o", tmp_path / "out")
        assert ran.code == 2
        assert not (tmp_path / "out").exists()
        told = ran.err.splitlines()
        assert told[0] == f"proctor: {sessions}: 6 mistakes"
        assert [row.split(":")[0].strip() for row in told[1:]] == [f"row {n}" for n in (2, 3, 4, 5, 6, 8)]
        assert told[1].startswith("  row 2: start: 'yesterday' is no date and time")
        assert told[-1] == "  row 8: the same as row 7"

    @pytest.mark.parametrize(
        ("head", "told"),
        [
            ("student,webcm", "unknown column 'webcm'; did you mean \"webcam\"?"),
            ("name,webcam", "no column student"),
            ("student,name", "no column webcam, screen or folder"),
            ("student,webcam,WebCam", "2 columns are called webcam"),
        ],
    )
    def test_headings(self, tmp_path: Path, exams: Path, proctor: Proctor, head: str, told: str) -> None:
        ran = proctor("batch", table(exams, f"{head}\nS1,S1.mp4\n"), "-o", tmp_path / "out")
        assert ran.code == 2
        assert told in ran.err

    @pytest.mark.parametrize(
        ("words", "told"),
        [
            (["nowhere.csv"], "nowhere.csv: cannot read the table of sessions"),
            (["exams/*.mp4"], "Write {student} where the student's number stands"),
            (["exams/{student}.avi"], "no file fits"),
            (["exams", "--screen", "x"], "only goes with a pattern"),
            (["exams", "--policy", "nonsense"], "nonsense"),
            (["exams", "--require", "faces"], "cannot run"),
        ],
    )
    def test_words(
        self,
        tmp_path: Path,
        exams: Path,
        proctor: Proctor,
        monkeypatch: pytest.MonkeyPatch,
        words: list[str],
        told: str,
    ) -> None:
        monkeypatch.chdir(tmp_path)
        ran = proctor("batch", *words, "-o", tmp_path / "out")
        assert ran.code in (2, 4)
        assert told in ran.complaint


def test_two_batches_in_one_folder_are_refused(tmp_path: Path, exams: Path, proctor: Proctor) -> None:
    with CohortFolder(tmp_path / "out").held():
        ran = proctor("batch", exams, "-o", tmp_path / "out")
    assert ran.code == 3
    assert "another command is working here" in ran.err.splitlines()[-1]
    assert proctor("batch", exams, "-o", tmp_path / "out", "--only", "S1", "--workers", "1").code == 0


def test_the_table_may_come_from_standard_input(
    tmp_path: Path, exams: Path, proctor: Proctor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(exams)
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"\xef\xbb\xbfstudent,webcam\nS1,S1.mp4\n")))
    assert proctor("batch", "-", "-o", tmp_path / "out", "--dry-run").out.startswith("S1: 00:00:04  analyse")


def test_a_pattern_finds_students_and_parts(tmp_path: Path, exam: Path, proctor: Proctor) -> None:
    for student in ("A1", "B2"):
        (tmp_path / student).mkdir()
        for name in ("webcam-1.mp4", "webcam-2.mp4", "screen.mp4"):
            shutil.copy(exam, tmp_path / student / name)
    words = (f"{tmp_path}/{{student}}/webcam*.mp4", "--screen", f"{tmp_path}/{{student}}/screen.mp4")
    ran = proctor("batch", *words, "-o", tmp_path / "out", "--dry-run", "--json")
    plan = json.loads(ran.out)
    assert [one["student_id"] for one in plan["sessions"]] == ["A1", "B2"]
    assert plan["sessions"][0]["recordings"] == [
        f"{source}: {tmp_path}/A1/{name}"
        for source, name in (("webcam", "webcam-1.mp4"), ("webcam", "webcam-2.mp4"), ("screen", "screen.mp4"))
    ]
