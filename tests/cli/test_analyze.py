"""`proctor analyze` on a machine without weights: only the quality of the picture is measured, and all else said."""

from __future__ import annotations

import csv
import json
import os
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from proctor_cli import plan
from proctor_cli.store import SessionFolder
from tests.cli.running import Proctor
from tests.unit.media.films import blanked, even, film, numbered

pytestmark = pytest.mark.usefixtures("no_weights")

FILES = {
    "observations.jsonl.gz",
    "session.json",
    "events.json",
    "events.csv",
    "report.html",
    "snapshots",
    ".finished.json",
}
CHECKS = "faces, landmarks, backdrop, identity, liveness, objects"
WITHOUT_WEIGHTS = {"NO_FACE", "MULTIPLE_FACES", "LOOKING_AWAY", "PHONE_DETECTED", "EXTRA_PERSON", "LOW_FOCUS"}
# A rule that scores and needs no network: so that there is something to write about.
DARK = """
schema = "proctor.policy/1"
name = "dark"
extends = "default"
[[rules]]
event = "LOW_LIGHT"
min_duration_s = 0.8
merge_gap_s = 0.2
points = 5
severity = "warning"
"""


def lamp(number: int, width: int, height: int) -> NDArray[np.uint8]:
    """Dark from 1 s to 2.4 s (25 pictures a second)."""
    picture = numbered(number, width, height)
    return picture // 8 if 25 <= number < 60 else picture


@pytest.fixture(scope="module")
def dim(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A recording that is dark from 1 s to 2.4 s, and a policy by which that scores."""
    folder = tmp_path_factory.mktemp("dim")
    (folder / "dark.toml").write_text(DARK)
    return film(folder / "dim.mp4", even(100), picture=lamp), folder / "dark.toml"


def read_rows(folder: Path) -> list[dict[str, str]]:
    with (folder / "events.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def read_events(folder: Path) -> dict[str, Any]:
    document: dict[str, Any] = json.loads((folder / "events.json").read_text())
    return document


class TestWithoutWeights:
    def test_every_file_is_there_and_says_what_is_not_assessed_and_what_would_help(
        self, tmp_path: Path, exam: Path, proctor: Proctor
    ) -> None:
        out = tmp_path / "out"
        ran = proctor("analyze", exam, "--student", "S123", "-o", out)
        assert ran.code == 0
        assert ran.err.splitlines() == [
            f"proctor: not assessed for want of a model: {CHECKS}. Run `proctor models fetch yunet "
            "face_landmarker retail_0095 minifas128 yolo11n`, or set PROCTOR_MODELS to a folder that has them."
        ]
        assert {path.name for path in out.iterdir()} == FILES
        for document in (read_events(out), json.loads((out / "session.json").read_text())["session"]["judgement"]):
            gaps = {gap["event"]: gap for gap in document["not_assessed"]}
            assert gaps.keys() >= WITHOUT_WEIGHTS
            assert "yunet: model not found" in gaps["NO_FACE"]["reason"]
            assert "proctor models fetch yunet" in gaps["NO_FACE"]["remedy"]
            assert "proctor models fetch yolo11n" in gaps["PHONE_DETECTED"]["remedy"]
            assert gaps["TAB_SWITCH"]["remedy"] == "Give one with --events FILE."
        page = (out / "report.html").read_text()
        assert all(event in page for event in WITHOUT_WEIGHTS)
        assert "proctor models fetch yunet" in page
        lines = [line for line in ran.out.splitlines() if line.startswith("  not assessed: ")]
        assert all(any(event in line for line in lines) for event in WITHOUT_WEIGHTS)
        others = [line for line in lines if "proctor models fetch" not in line]
        assert others
        assert all("was given" in line for line in others)  # log, screen and sound have other remedies

    def test_one_damaged_network_is_told_with_both_checksums(
        self, tmp_path: Path, exam: Path, proctor: Proctor, no_weights: Path
    ) -> None:
        (no_weights / "face_detection_yunet_2026may.onnx").write_bytes(b"another file")
        ran = proctor("analyze", exam, "--student", "S123", "-o", tmp_path / "out")
        assert ran.code == 0
        line = next(line for line in ran.err.splitlines() if "not assessed: faces" in line)
        assert len(re.findall(r"\b[0-9a-f]{64}\b", line)) == 2

    def test_an_address_that_cannot_be_reached_costs_one_line(
        self, tmp_path: Path, exam: Path, proctor: Proctor, no_weights: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        cache = no_weights / "proctor/models"
        cache.mkdir(parents=True)
        (cache / "manifest.local.toml").write_text(LOCAL_MANIFEST)
        monkeypatch.setenv("no_proxy", "*")
        monkeypatch.delenv("PROCTOR_OFFLINE")
        ran = proctor("analyze", exam, "--student", "S123", "--models", "site", "-o", tmp_path / "out")
        assert ran.code == 0
        address = "http://127.0.0.1:9/mine/net.onnx"
        told, failed, missing = ran.err.splitlines()
        assert told == f"proctor: fetching mine (2.5 MB) from {address}"
        assert failed.startswith(f"proctor: mine: mine/net.onnx could not be fetched ({address}: ")
        assert missing.startswith(f"proctor: not assessed for want of a model: {CHECKS}. Run ")
        assert {path.name for path in (tmp_path / "out").iterdir()} == FILES

    def test_a_cache_that_cannot_be_written_does_not_stop_it(
        self, tmp_path: Path, exam: Path, proctor: Proctor, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        from proctor_cli import nets
        from proctor_cli.errors import OutputError

        def fetch(entry: nets.Entry, **_: object) -> None:
            raise OutputError("cannot be written: no space left", where="/cache")

        monkeypatch.setattr("proctor_cli.nets.fetch", fetch)
        monkeypatch.delenv("PROCTOR_OFFLINE")
        ran = proctor("analyze", exam, "--student", "S123", "-o", tmp_path / "out")
        assert ran.code == 0
        assert "proctor: /cache: cannot be written: no space left" in ran.err

    def test_offline_asks_for_nothing(
        self, tmp_path: Path, exam: Path, proctor: Proctor, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("proctor_cli.nets.fetch", lambda *_, **__: pytest.fail("it was asked for"))
        monkeypatch.delenv("PROCTOR_OFFLINE")
        assert proctor("analyze", exam, "--student", "S123", "--offline", "-o", tmp_path / "out").code == 0


LOCAL_MANIFEST = f"""
schema = 1
[sets.site]
objects = "mine"
[models.mine]
role = "objects"
family = "yolo"
runtime = "onnxruntime"
licence = "MIT"
licence_class = "permissive"
[[models.mine.files]]
path = "mine/net.onnx"
sha256 = "{"0" * 64}"
size_bytes = 2500000
urls = ["http://127.0.0.1:9/mine/net.onnx"]
"""


class TestDamage:
    def test_a_recording_that_ends_early_is_partial(self, tmp_path: Path, proctor: Proctor) -> None:
        path = film(tmp_path / "a.mp4", even(100), muxing={"movflags": "faststart"})
        path.write_bytes(path.read_bytes()[: path.stat().st_size * 6 // 10])
        ran = proctor("analyze", path, "--student", "S123", "--json", "-o", tmp_path / "out")
        assert ran.code == 5
        assert f"proctor: {path}: the file says it lasts 4.0 s; its pictures end at " in ran.err
        assert json.loads(ran.out)["partial"] is True
        problems = read_events(tmp_path / "out")["problems"]
        assert "file_ends_early" in [problem["code"] for problem in problems]
        assert {path.name for path in (tmp_path / "out").iterdir()} == FILES

    def test_zeroed_packets_are_counted(self, tmp_path: Path, proctor: Proctor) -> None:
        path = film(tmp_path / "a.mp4", even(100))
        blanked(path, range(40, 50))
        ran = proctor("analyze", path, "--student", "S123", "-o", tmp_path / "out")
        assert ran.code == 0
        assert f"proctor: {path}: damaged, left out: 10 packets, the first at 1.6 s" in ran.err.splitlines()

    def test_a_gif_of_one_picture_is_a_recording(self, tmp_path: Path, proctor: Proctor) -> None:
        path = film(tmp_path / "a.gif", [0.0], "gif", pix_fmt="rgb8")
        ran = proctor("analyze", path, "--student", "S123", "-o", tmp_path / "out")
        assert ran.code == 0
        assert f"proctor: {path}: the file holds a single picture" in ran.err.splitlines()


class TestTerminal:
    def test_json_is_one_line(self, tmp_path: Path, dim: tuple[Path, Path], proctor: Proctor) -> None:
        path, policy = dim
        out = tmp_path / "out"
        ran = proctor("analyze", path, "--student", "S123", "--policy", policy, "--json", "-o", out)
        assert ran.out.count("\n") == 1
        outcome = json.loads(ran.out)
        assert outcome["schema"] == "proctor.outcome/1"
        assert (outcome["student_id"], outcome["folder"]) == ("S123", str(out))
        assert (outcome["incidents"], outcome["risk_peak"], outcome["trust_score"]) == (1, 5.0, 95.0)
        assert set(outcome["not_assessed"]) >= WITHOUT_WEIGHTS
        assert outcome["partial"] is False

    @pytest.mark.parametrize("style", ["auto", "none"])
    def test_no_progress_where_nobody_looks(self, tmp_path: Path, exam: Path, proctor: Proctor, style: str) -> None:
        ran = proctor("analyze", exam, "--student", "S123", "--progress", style, "-o", tmp_path / "out")
        assert "not assessed" in ran.err
        assert ran.err.count("\n") == 1

    def test_progress_in_words(
        self, tmp_path: Path, exam: Path, proctor: Proctor, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(plan, "SLICE_S", 1.0)
        ran = proctor("analyze", exam, "--student", "S123", "--progress", "text", "-o", tmp_path / "out")
        lines = ran.err.splitlines()[1:]
        assert len(lines) == 4
        assert lines[-1] == "proctor: S123 100 % (4 of 4 s of video)"

    def test_progress_for_programs(
        self, tmp_path: Path, exam: Path, proctor: Proctor, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(plan, "SLICE_S", 1.0)
        ran = proctor("analyze", exam, "--student", "S123", "--progress", "jsonl", "-o", tmp_path / "out")
        lines = [json.loads(line) for line in ran.err.splitlines()[1:]]
        assert [line["step"] for line in lines] == ["S123"] * 4
        assert lines[-1] == {"step": "S123", "done_s": 4.0, "total_s": 4.0}
        assert sorted(line["done_s"] for line in lines) == [line["done_s"] for line in lines]


class TestTimes:
    def test_without_a_clock_its_columns_are_empty(
        self, tmp_path: Path, dim: tuple[Path, Path], proctor: Proctor
    ) -> None:
        path, policy = dim
        proctor("analyze", path, "--student", "S123", "--policy", policy, "-o", tmp_path / "out")
        (row,) = read_rows(tmp_path / "out")
        assert (row["time_24h"], row["unix_time"], row["video_time"]) == ("", "", "00:00:01.800")
        assert (row["event"], row["start_s"], row["end_s"], row["risk_delta"]) == (
            "LOW_LIGHT",
            "1.000",
            "2.400",
            "5.000",
        )

    def test_start_fills_them(self, tmp_path: Path, dim: tuple[Path, Path], proctor: Proctor) -> None:
        path, policy = dim
        start = "2026-06-01T09:00:00+02:00"
        proctor("analyze", path, "--student", "S123", "--policy", policy, "--start", start, "-o", tmp_path / "out")
        (row,) = read_rows(tmp_path / "out")
        assert (row["time_24h"], row["unix_time"]) == ("09:00:01", "1780297201.800")
        assert read_events(tmp_path / "out")["session_start"] == {
            "unix_time": 1780297200.0,
            "local_time": "2026-06-01T09:00:00.000+02:00",
            "known_from": "start option",
        }

    def test_so_does_the_time_in_the_recording(self, tmp_path: Path, proctor: Proctor, dim: tuple[Path, Path]) -> None:
        created = {"creation_time": "2026-06-01T07:00:00.000000Z"}
        path = film(tmp_path / "a.mp4", even(75), picture=lamp, metadata=created)
        proctor("analyze", path, "--student", "S123", "--policy", dim[1], "-o", tmp_path / "out")
        (row,) = read_rows(tmp_path / "out")
        assert (row["time_24h"], row["unix_time"]) == ("07:00:01", "1780297201.800")

    def test_span_limits_what_is_covered_and_claimed(
        self, tmp_path: Path, dim: tuple[Path, Path], proctor: Proctor
    ) -> None:
        path, policy = dim
        words = ("analyze", path, "--student", "S123", "--policy", policy)
        ran = proctor(*words, "--span", "0:00:00-00:02", "-o", tmp_path / "a")
        assert ran.code == 0
        (row,) = read_rows(tmp_path / "a")
        assert (row["start_s"], row["end_s"]) == ("1.000", "2.000")
        proctor(*words, "--span", "0-1.6", "-o", tmp_path / "b")
        assert read_rows(tmp_path / "b") == []  # 0.6 s of darkness confirm nothing
        for folder, measured_s in (("a", 2.0), ("b", 1.6)):
            coverage = read_events(tmp_path / folder)["coverage"]
            (picture,) = (part for part in coverage if part["signal"] == "picture")
            assert picture == {"signal": "picture", "measured_s": measured_s, "total_s": measured_s}

    def test_a_log_is_on_the_same_clock(self, tmp_path: Path, exam: Path, proctor: Proctor) -> None:
        log = tmp_path / "log.csv"
        log.write_text("time,type\n2026-06-01T09:00:01+02:00,hidden\n00:00:02.5,visible\nsoon,hidden\n100,hidden\n")
        words = ("--start", "2026-06-01T07:00:00Z", "--events", log)
        ran = proctor("analyze", exam, "--student", "S123", *words, "-o", tmp_path / "out")
        assert ran.code == 0
        (row,) = read_rows(tmp_path / "out")
        assert (row["event"], row["source"], row["start_s"], row["end_s"]) == ("TAB_SWITCH", "log", "1.000", "2.500")
        assert row["unix_time"] == "1780297201.000"
        assert ran.err.splitlines()[1:] == [
            f"proctor: {log}, row 4: time 'soon' is neither seconds, HH:MM:SS nor a date and time; the row is not used",
            f"proctor: {log}, row 5: 1 of 3 rows, this one first, are outside of what was analysed (0.0-4.0 s) "
            "and are not used",
        ]

    def test_a_log_with_nothing_in_the_recording_assesses_nothing(
        self, tmp_path: Path, exam: Path, proctor: Proctor
    ) -> None:
        log = tmp_path / "log.csv"
        log.write_text("time,type\n900,hidden\n902,visible\n")
        proctor("analyze", exam, "--student", "S123", "--events", log, "-o", tmp_path / "out")
        document = read_events(tmp_path / "out")
        assert document["duration_s"] == 4.0
        gaps = {gap["event"]: gap for gap in document["not_assessed"]}
        assert gaps["TAB_SWITCH"]["reason"] == "no row of the log lies within the recording"


class TestFolder:
    def test_it_is_named_after_the_student(
        self, tmp_path: Path, exam: Path, proctor: Proctor, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.chdir(tmp_path)
        ran = proctor("analyze", exam, "--student", " Lê/../Anh 7 ")
        assert ran.code == 0
        (folder,) = tmp_path.iterdir()
        assert folder.name == "proctor-Lê_.._Anh_7"
        assert SessionFolder(folder).read_session().recording.student_id == "Lê/../Anh 7"

    def test_somebody_elses_is_not_written_over(self, tmp_path: Path, exam: Path, proctor: Proctor) -> None:
        out = tmp_path / "out"
        assert proctor("analyze", exam, "--student", "S123", "-o", out).code == 0
        before = {path: path.read_bytes() for path in out.iterdir() if path.is_file()}
        ran = proctor("analyze", exam, "--student", "S124", "-o", out)
        assert ran.code == 3
        assert ran.complaint == f"{out}: holds the session of S123. Choose another folder, or add --overwrite."
        assert before == {path: path.read_bytes() for path in out.iterdir() if path.is_file()}
        assert proctor("analyze", exam, "--student", "S123", "-o", out).code == 0
        assert proctor("analyze", exam, "--student", "S124", "-o", out, "--overwrite").code == 0
        assert SessionFolder(out).read_session().recording.student_id == "S124"

    def test_a_picture_of_what_scored_and_nobody_elses_pictures_removed(
        self, tmp_path: Path, dim: tuple[Path, Path], proctor: Proctor
    ) -> None:
        own = tmp_path / "out/snapshots/holiday.jpg"
        own.parent.mkdir(parents=True)
        own.write_bytes(b"mine")
        (own.parent / "webcam-0001.000.jpg").write_bytes(b"of an earlier analysis")
        proctor("analyze", dim[0], "--student", "S123", "--policy", dim[1], "-o", tmp_path / "out")
        (row,) = read_rows(tmp_path / "out")
        picture = tmp_path / "out" / row["snapshot_url"]
        assert picture.read_bytes()[:3] == b"\xff\xd8\xff"
        assert sorted(path.name for path in own.parent.iterdir()) == sorted({"holiday.jpg", picture.name})

    def test_the_report_finds_the_recording_wherever_it_is_made_from(
        self, tmp_path: Path, dim: tuple[Path, Path], proctor: Proctor, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.chdir(dim[0].parent)
        out = tmp_path / "an out"
        proctor("analyze", dim[0].name, "--student", "S123", "--policy", dim[1], "-o", out)
        files = [out / name for name in ("events.csv", "events.json", "report.html")]
        before = [file.read_bytes() for file in files]
        (clip,) = SessionFolder(out).read_session().recording.clips
        assert os.path.samefile(out / clip.path, dim[0])
        monkeypatch.chdir(tmp_path)
        for file in files:
            file.unlink()
        ran = proctor("report", "an out")
        assert (ran.code, ran.out, ran.err) == (0, "an out/report.html\n", "")
        assert [file.read_bytes() for file in files] == before


def test_one_worker_and_two_write_the_same_bytes(
    tmp_path: Path, dim: tuple[Path, Path], proctor: Proctor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(plan, "SLICE_S", 1.0)
    words = ("analyze", dim[0], "--student", "S123", "--policy", dim[1])
    for workers in (1, 2):
        assert proctor(*words, "--workers", workers, "-o", tmp_path / str(workers)).code == 0
    for name in ("observations.jsonl.gz", "events.csv", "events.json"):
        assert (tmp_path / "1" / name).read_bytes() == (tmp_path / "2" / name).read_bytes()
