"""From recordings to a judged result: what is observed, what is not claimed, and what becomes of failures."""

from __future__ import annotations

import gzip
from collections.abc import Callable, Generator
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from proctor_cli import nets, plan
from proctor_cli.engine import Done, WorkerDied
from proctor_cli.errors import ModelError, OutputError, ProctorError, UsageError
from proctor_cli.policy import Policy, parse
from proctor_cli.session.jobs import SliceJob
from proctor_cli.session.prepare import Preparation
from proctor_cli.store import SessionFolder
from proctor_cli.types import Clip, Observation
from tests.unit.media.films import even, film, numbered
from tests.unit.session.conftest import Analyse
from tests.unit.session.fakes import Here

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


def night(number: int, width: int, height: int) -> NDArray[np.uint8]:
    """A picture so dark that DARK minds."""
    return numbered(number, width, height) // 8


@pytest.fixture
def dark() -> Policy:
    return parse(DARK, "dark.toml")


@pytest.fixture
def exam(tmp_path: Path) -> Path:
    """Six seconds, 25 pictures a second."""
    return film(tmp_path / "exam.mp4", even(150))


def observations(folder: Path, source: str = "webcam") -> list[Observation]:
    return [seen for seen in SessionFolder(folder).read_observations() if seen.source == source]


def extents(folder: Path, event: str) -> list[tuple[float, float]]:
    incidents = SessionFolder(folder).read_session().judgement.incidents
    return [(incident.start_s, incident.end_s) for incident in incidents if incident.event == event]


class TestObserving:
    def test_slices_change_nothing(
        self, tmp_path: Path, exam: Path, analysed: Analyse, fake_detectors: object, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for slice_s in (100.0, 2.0, 0.9):
            monkeypatch.setattr(plan, "SLICE_S", slice_s)
            analysed(exam, folder=str(tmp_path / str(slice_s)), dense=True)  # sparse looks begin anew with a slice
        found = [observations(tmp_path / str(slice_s)) for slice_s in (100.0, 2.0, 0.9)]
        assert len(found[0]) == 60

        def of(signal: str, seen: list[Observation]) -> list[float | None]:
            return [o.values[signal] for o in seen if signal in o.values]

        for other in found[1:]:
            assert [(o.t_s, o.boxes) for o in other] == [(o.t_s, o.boxes) for o in found[0]]
            for signal in ("picture.luma", "picture.change", "face.score"):
                assert of(signal, other) == of(signal, found[0])

    def test_a_detector_looks_at_its_own_rate_and_where_its_boxes_are(
        self, tmp_path: Path, exam: Path, analysed: Analyse, fake_detectors: object
    ) -> None:
        analysed(exam)
        seen = observations(tmp_path / "out")
        assert [o.t_s for o in seen if "face.score" in o.values] == [round(0.2 * i, 5) for i in range(30)]
        read = {o.t_s: o.values["reader.width"] for o in seen if "reader.width" in o.values}
        assert list(read) == [round(0.4 * i, 5) for i in range(15)]
        assert {t_s for t_s, width in read.items() if width is not None} == {1.2, 1.6, 2.0, 2.4, 2.8}
        assert {width for width in read.values() if width is not None} == {round(0.7 - 0.123456, 5)}
        (box,) = next(o.boxes for o in seen if o.t_s == 2.0)
        assert (box.x0, box.score) == (0.12346, 0.98765)

    def test_dense_looks_twice_as_often_with_everything(
        self, tmp_path: Path, exam: Path, analysed: Analyse, fake_detectors: object
    ) -> None:
        result = analysed(exam, dense=True)
        seen = observations(tmp_path / "out")
        assert len(seen) == 60
        assert all({"face.score", "reader.width", "picture.luma"} <= set(o.values) for o in seen)
        assert result.recording.dense

    def test_two_clips_on_one_clock(self, tmp_path: Path, exam: Path, analysed: Analyse) -> None:
        screen = film(tmp_path / "screen.mp4", even(50))
        log = tmp_path / "log.csv"
        log.write_text("time,type\n2,hidden\n3,visible\n")
        result = analysed(exam, Clip("screen", str(screen)), screen_offset_s=5.0, events=str(log))
        assert result.recording.duration_s == 7.0
        seen = list(SessionFolder(tmp_path / "out").read_observations())
        assert [o.t_s for o in seen] == sorted(o.t_s for o in seen)
        assert {o.source for o in seen} == {"webcam", "screen", "log"}
        assert min(o.t_s for o in seen if o.source == "screen") == 5.0
        assert extents(tmp_path / "out", "TAB_SWITCH") == [(2.0, 3.0)]

    def test_a_room_scan_lies_before_the_exam_and_moves_nothing_of_it(
        self, tmp_path: Path, exam: Path, analysed: Analyse, fake_detectors: object
    ) -> None:
        room = film(tmp_path / "room.mp4", even(100), metadata={"creation_time": "2026-06-01T07:00:00Z"})
        alone = analysed(exam, folder=str(tmp_path / "alone"))
        both = analysed(exam, Clip("workspace", str(room)))
        assert both.recording.duration_s == alone.recording.duration_s
        assert both.recording.clips[1].offset_s == -4.0
        assert both.recording.wall_clock is None  # how long before the exam it was filmed is not known
        scanned = [o.t_s for o in observations(tmp_path / "out", "workspace")]
        assert scanned == [*(round(-4 + 0.4 * i, 5) for i in range(10)), 0.0]
        assert observations(tmp_path / "out") == observations(tmp_path / "alone")
        assert both.judgement.coverage == alone.judgement.coverage

    def test_a_room_scan_is_looked_through_whatever_the_span(
        self, tmp_path: Path, exam: Path, analysed: Analyse, fake_detectors: object
    ) -> None:
        room = film(tmp_path / "room.mp4", even(100))
        analysed(exam, Clip("workspace", str(room)), span=(1.0, 2.0))
        assert len(observations(tmp_path / "out", "workspace")) == 11
        assert {o.t_s >= 1.0 for o in observations(tmp_path / "out")} == {True}

    def test_what_a_room_scan_shows_is_pictured(
        self, tmp_path: Path, exam: Path, analysed: Analyse, fake_detectors: object
    ) -> None:
        policy = parse(DARK + 'source = "workspace"\n', "dark.toml")
        room = film(tmp_path / "room.mp4", even(100), picture=night)
        result = analysed(exam, Clip("workspace", str(room)), policy=policy)
        (incident,) = (i for i in result.judgement.incidents if i.event == "LOW_LIGHT")
        assert (incident.source, incident.start_s, incident.end_s) == ("workspace", -4.0, 0.0)
        assert (tmp_path / "out" / incident.snapshot).name.startswith("workspace--00")
        assert (tmp_path / "out" / incident.snapshot).is_file()

    @pytest.mark.parametrize(
        ("kind", "codec", "pix_fmt"),
        [("gif", "gif", "rgb8"), ("mkv", "ffv1", "yuv420p"), ("avi", "mpeg4", "yuv420p"), ("ts", "libx264", "yuv420p")],
    )
    def test_one_picture(self, tmp_path: Path, analysed: Analyse, kind: str, codec: str, pix_fmt: str) -> None:
        path = film(tmp_path / f"a.{kind}", [0.0], codec, pix_fmt=pix_fmt, options={})
        assert not analysed(path).partial
        assert len([o for o in observations(tmp_path / "out") if o.values.get("picture.luma") is not None]) == 1


class TestWhatIsNotClaimed:
    """A condition that was seen last must not be taken to go on where nothing is seen any more."""

    @pytest.mark.parametrize("slice_s", [100.0, 2.0, 1.0])
    def test_in_a_gap(
        self, tmp_path: Path, analysed: Analyse, dark: Policy, slice_s: float, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(plan, "SLICE_S", slice_s)
        path = film(tmp_path / "a.mp4", [*even(50), *(7 + t_s for t_s in even(50))], picture=night)
        analysed(path, policy=dark)
        ((start_s, end_s), (again_s, _)) = extents(tmp_path / "out", "LOW_LIGHT")
        assert (start_s, again_s) == (0.0, 7.0)
        assert end_s == pytest.approx(2.0, abs=0.21)

    def test_behind_the_span(self, tmp_path: Path, analysed: Analyse, dark: Policy) -> None:
        path = film(tmp_path / "a.mp4", even(150), picture=night)
        result = analysed(path, policy=dark, span=(1.0, 3.0))
        assert extents(tmp_path / "out", "LOW_LIGHT") == [(1.0, 3.0)]
        assert result.recording.duration_s == 6.0
        assert result.recording.span == (1.0, 3.0)

    def test_behind_the_span_of_a_log(self, tmp_path: Path, exam: Path, analysed: Analyse) -> None:
        (tmp_path / "log.csv").write_text("time,type\n0.5,hidden\n")
        analysed(exam, events=str(tmp_path / "log.csv"), span=(1.0, 3.0))
        assert extents(tmp_path / "out", "TAB_SWITCH") == [(1.0, 3.0)]

    def test_behind_the_shorter_clip(self, tmp_path: Path, analysed: Analyse, dark: Policy) -> None:
        webcam = film(tmp_path / "a.mp4", even(50), picture=night)
        screen = film(tmp_path / "b.mp4", even(150))
        analysed(webcam, Clip("screen", str(screen)), policy=dark)
        assert extents(tmp_path / "out", "LOW_LIGHT") == [(0.0, 2.0)]

    def test_in_a_slice_that_was_lost(
        self, tmp_path: Path, analysed: Analyse, dark: Policy, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(plan, "SLICE_S", 3.0)
        path = film(tmp_path / "a.mp4", even(225), picture=night)
        analysed(path, policy=dark, engine=Here(lambda index: WorkerDied("it died") if index == 1 else None))
        ((_, end_s), (start_s, last_s)) = extents(tmp_path / "out", "LOW_LIGHT")
        assert end_s == pytest.approx(3.0, abs=0.5)
        assert start_s == pytest.approx(6.0, abs=0.7)
        assert last_s == 9.0


class TestFailures:
    @pytest.fixture(autouse=True)
    def three_slices(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(plan, "SLICE_S", 2.0)

    @pytest.mark.parametrize(
        ("error", "said"),
        [
            (WorkerDied("the worker process died 2 times (signal SIGKILL)"), "the worker process died 2 times (signal"),
            (KeyError("face"), "unexpected KeyError: 'face'"),
            (OutputError("cannot write (No space left on device)", where="x"), "x: cannot write (No space left"),
        ],
    )
    def test_a_lost_slice_makes_the_result_partial_and_is_named(
        self, tmp_path: Path, exam: Path, analysed: Analyse, error: Exception, said: str
    ) -> None:
        result = analysed(exam, engine=Here(lambda index: error if index == 2 else None))
        assert result.partial
        (problem,) = result.recording.problems
        assert problem.code == "slice_lost"
        assert problem.where.startswith(f"{exam} 4-6 s")
        assert problem.message.startswith("not analysed: ")
        assert said in problem.message
        assert max(o.t_s for o in observations(tmp_path / "out")) < 5

    def test_when_all_are_lost_the_reason_is_the_error(self, tmp_path: Path, exam: Path, analysed: Analyse) -> None:
        with pytest.raises(ModelError, match="cannot be loaded"):
            analysed(exam, engine=Here(lambda index: ModelError("cannot be loaded", where="yunet")))
        with pytest.raises(ProctorError, match=r"exam.mp4: unexpected KeyError: 'face'"):
            analysed(exam, engine=Here(lambda index: KeyError("face")))
        assert not (tmp_path / "out/session.json").exists()

    def test_what_was_done_is_not_done_again(self, tmp_path: Path, exam: Path, analysed: Analyse) -> None:
        class StopError(Exception):
            pass

        class Stopping(Here):
            def outcomes(self) -> Generator[Done[object], None, None]:
                for number, done in enumerate(super().outcomes()):
                    if number == 2:
                        raise StopError
                    yield done

        stopping, going_on = Stopping(), Here()
        with pytest.raises(StopError):
            analysed(exam, engine=stopping)
        assert not (tmp_path / "out/session.json").exists()
        analysed(exam, engine=going_on)
        assert [job.piece.index for job in going_on.ran if isinstance(job, SliceJob)] == [0]  # it was not kept yet
        whole = (tmp_path / "out/observations.jsonl.gz").read_bytes()
        analysed(exam, folder=str(tmp_path / "other"))
        assert gzip.decompress((tmp_path / "other/observations.jsonl.gz").read_bytes()) == gzip.decompress(whole)

    def test_only_the_same_work_is_taken_over(
        self, tmp_path: Path, exam: Path, prepared: Callable[..., Preparation], fake_detectors: object
    ) -> None:
        keys = {job.key for job in prepared(exam).jobs}
        assert {job.key for job in prepared(exam, folder=str(tmp_path / "elsewhere")).jobs} == keys
        copy = tmp_path / "copy.mp4"
        copy.write_bytes(exam.read_bytes())
        assert {job.key for job in prepared(copy).jobs} == keys
        others = [
            prepared(exam, dense=True),
            prepared(Clip("screen", str(exam))),
            prepared(film(tmp_path / "b.mp4", even(150), first_number=1)),
            prepared(exam, span=(0.5, 1.5)),
        ]
        for other in others:
            assert not keys & {job.key for job in other.jobs}
        part = prepared(exam, span=(0.0, 2.5)).jobs  # the first slice whole, a piece of the second
        assert [job.key in keys for job in part] == [True, False]


class TestPreparing:
    def test_what_cannot_run_says_why_and_what_would_help(
        self, exam: Path, prepared: Callable[..., Preparation]
    ) -> None:
        recording = prepared(exam).recording
        missing = {item.name: item for item in recording.missing}
        assert set(missing) >= {"faces", "landmarks", "objects", "screen_quality", "log"}
        assert "yunet: model not found" in missing["faces"].reason
        assert missing["landmarks"].reason == "it needs a face, and nothing looks for one"
        assert missing["landmarks"].remedy == missing["faces"].remedy != ""
        assert missing["screen_quality"].remedy == "Give it with --screen FILE."
        lacks = [("model", "choice", "input").index(item.lacks) for item in recording.missing]
        assert lacks == sorted(lacks)
        assert [item.name for item in recording.missing if item.lacks == "choice"] == ["wearables"]
        assert missing["wearables"].reason == "wearables: the chosen set names no network for it"
        assert "proctor models export" in missing["wearables"].remedy
        assert "--model wearables=NAME" in missing["wearables"].remedy
        assert "webcam_quality" in {spec.name for spec in recording.detectors}

    def test_a_network_that_its_detector_cannot_read_is_refused_at_once(
        self, tmp_path: Path, exam: Path, prepared: Callable[..., Preparation]
    ) -> None:
        models = nets.load_manifest().choose("default", {"faces": "scrfd_500m"})
        with pytest.raises(ModelError, match="'scrfd' is not one that faces can read") as caught:
            prepared(exam, models=models)
        assert caught.value.where == "faces=scrfd_500m"
        assert "yunet" in caught.value.hint
        assert not (tmp_path / "out").exists()

    def test_the_folder_is_made_last(self, tmp_path: Path, exam: Path, prepared: Callable[..., Preparation]) -> None:
        for options in ({"require": ("faces",)}, {"span": (100.0, 200.0)}, {"events": str(tmp_path / "none")}):
            with pytest.raises((UsageError, ModelError)):
                prepared(exam, **options)
        assert not (tmp_path / "out").exists()
        prepared(exam)
        assert (tmp_path / "out").is_dir()

    def test_recordings_are_named_from_the_folder(
        self, tmp_path: Path, exam: Path, prepared: Callable[..., Preparation]
    ) -> None:
        (clip,) = prepared(exam, folder=str(tmp_path / "a" / "b")).recording.clips
        assert clip.path == "../../exam.mp4"
