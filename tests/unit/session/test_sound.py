"""The sound of a session: what is heard, where there is none, and what is said of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import av
import pytest

from proctor_cli.errors import ModelError
from proctor_cli.nets import Model
from proctor_cli.policy import parse
from proctor_cli.session.observe import run_slice
from proctor_cli.session.prepare import Preparation
from proctor_cli.session.snapshots import choose_clip
from proctor_cli.store import SessionFolder
from proctor_cli.types import Clip, Incident, Observation, SessionResult, Sound, Spec
from tests.unit.media.sounds import beeps, recording, silence
from tests.unit.session.conftest import Analyse
from tests.unit.session.fakes import Here

REQUIRED = """
schema = "proctor.policy/1"
name = "with sound"
extends = "default"
[sound]
required = true
"""
LOUD_DB = -30.0


class Loud:
    """Speech is whatever is loud."""

    spec = Spec("voice", "sound", {"sound.speech": "score"}, 0.192)

    def __init__(self, models: Mapping[str, Model], threads: int = 1) -> None:
        pass

    def listen(self, stretches: Sequence[Sequence[Sound]]) -> list[list[Observation]]:
        return [[self._hear(sound) for sound in stretch] for stretch in stretches]

    def _hear(self, sound: Sound) -> Observation:
        return Observation("sound", sound.t_s, {"sound.speech": float(abs(sound.samples).max() > 0.1)})

    def close(self) -> None:
        pass


@pytest.fixture(autouse=True)
def listening(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing but pictures' quality, levels and `Loud`."""
    kept = {
        "webcam_quality": "proctor_cli.detectors.quality:WebcamQuality",
        "screen_quality": "proctor_cli.detectors.quality:ScreenQuality",
        "sound_level": "proctor_cli.detectors.level:SoundLevel",
        "voice": "tests.unit.session.test_sound:Loud",
    }
    monkeypatch.setattr("proctor_cli.detectors.REGISTRY", kept)


@pytest.fixture
def exam(tmp_path: Path) -> Path:
    """Twelve seconds of a webcam; something loud from 3 to 8 s."""
    return recording(tmp_path / "exam.mp4", beeps(12, (3, 8)), pictures_s=12)


def heard(folder: Path) -> list[Observation]:
    return [seen for seen in SessionFolder(folder).read_observations() if seen.source == "sound"]


def extents(result: SessionResult, event: str) -> list[tuple[float, float]]:
    return [(one.start_s, one.end_s) for one in result.judgement.incidents if one.event == event]


def near(*extent: float) -> object:
    return [pytest.approx(extent, abs=0.2)]


class TestWhatIsHeard:
    def test_sound_is_observed_cell_by_cell_beside_the_pictures(
        self, exam: Path, analysed: Analyse, tmp_path: Path
    ) -> None:
        result = analysed(exam)
        found = heard(tmp_path / "out")
        assert [one.t_s for one in found] == pytest.approx([cell * 0.192 for cell in range(63)], abs=1e-5)
        assert found[0].values.keys() == {
            "sound.level_db", "sound.peak_db", "sound.clipped", "sound.speech", "sound.gap"
        }  # fmt: skip
        assert extents(result, "SPEECH") == near(3, 8)
        assert [spec.name for spec in result.recording.detectors if spec.source == "sound"] == [
            "sound_level",
            "voice",
            "heard",
        ]
        assert [one.t_s for one in SessionFolder(tmp_path / "out").read_observations()] == sorted(
            one.t_s for one in SessionFolder(tmp_path / "out").read_observations()
        )

    def test_the_offset_of_the_recording_counts(self, exam: Path, analysed: Analyse, tmp_path: Path) -> None:
        screen = recording(tmp_path / "screen.mkv", None, pictures_s=5, codec="flac")
        result = analysed(Clip("webcam", str(screen)), Clip("screen", str(exam)), screen_offset_s=2.0)
        assert extents(result, "SPEECH") == near(5, 10)

    def test_the_parts_of_a_recording_are_heard_one_after_the_other(
        self, exam: Path, analysed: Analyse, tmp_path: Path
    ) -> None:
        mute = recording(tmp_path / "mute.mp4", None, pictures_s=5)
        other = recording(tmp_path / "other.mp4", beeps(10, (2, 6)), pictures_s=10)
        result = analysed(exam, mute, other)
        assert [pytest.approx(one, abs=0.2) for one in extents(result, "SPEECH")] == [(3, 8), (19, 23)]
        assert [(round(a), round(b)) for a, b in extents(result, "AUDIO_GAP")] == [(12, 17)]

    def test_of_two_recordings_with_sound_the_webcam_is_listened_to(
        self, exam: Path, analysed: Analyse, tmp_path: Path
    ) -> None:
        screen = recording(tmp_path / "screen.mkv", silence(12), pictures_s=12, codec="flac")
        result = analysed(exam, Clip("screen", str(screen)), screen_offset_s=0.0)
        assert extents(result, "SPEECH") == near(3, 8)
        assert extents(result, "AUDIO_SILENT") == []

    def test_a_span_is_heard_as_it_is_without_it(self, exam: Path, analysed: Analyse, tmp_path: Path) -> None:
        analysed(exam)
        whole = {one.t_s: one.values["sound.speech"] for one in heard(tmp_path / "out") if 6 < one.t_s < 9}
        analysed(exam, span=(6.0, 9.0), folder=str(tmp_path / "part"))
        found = {one.t_s: one.values["sound.speech"] for one in heard(tmp_path / "part") if 6 < one.t_s < 9}
        assert found == whole

    def test_a_slice_gives_the_same_twice_and_is_not_done_again(
        self, tmp_path: Path, exam: Path, prepared: Callable[..., Preparation]
    ) -> None:
        preparation = prepared(exam)
        (job,) = (job for job in preparation.jobs if job.clip.source == "sound")
        part = run_slice(job)
        assert run_slice(job) == part
        SessionFolder(tmp_path / "out").write_part(job.key, part)
        assert job.key in {done.key for done in prepared(exam).done}
        assert job.length_s == 0.0
        assert "(sound)" in job.label

    def test_what_is_heard_has_a_picture_of_the_webcam(self, exam: Path, analysed: Analyse) -> None:
        result = analysed(exam)
        incident = Incident("X", "sound", "warning", "temporary", 3, 8, 5, 1, 4.0, 1, 3, "x")
        clip = choose_clip(incident, result.recording.clips)
        assert clip is not None
        assert clip.source == "webcam"


class TestWhereThereIsNone:
    def test_without_sound_nothing_is_listened_to_and_no_event_follows(self, analysed: Analyse, tmp_path: Path) -> None:
        result = analysed(recording(tmp_path / "mute.mp4", None))
        assert heard(tmp_path / "out") == []
        assert [one for one in result.judgement.incidents if one.source == "sound"] == []
        reasons = {one.event: one.reason for one in result.judgement.not_assessed}
        assert reasons["SPEECH"] == "no recording with sound was given"
        assert "AUDIO_MISSING" not in reasons

    def test_a_policy_can_ask_for_it_afterwards(self, analysed: Analyse, tmp_path: Path) -> None:
        result = analysed(recording(tmp_path / "mute.mp4", None), policy=parse(REQUIRED, "x.toml"))
        assert extents(result, "AUDIO_MISSING") == [(0.0, 4.0)]

    def test_sound_that_begins_late_and_ends_early_has_gaps(self, analysed: Analyse, tmp_path: Path) -> None:
        path = recording(tmp_path / "a.mkv", beeps(4, (1, 3)), codec="flac", pictures_s=12, sound_start_s=4.0)
        result = analysed(path)
        assert [(round(a), round(b)) for a, b in extents(result, "AUDIO_GAP")] == [(0, 4), (8, 12)]
        assert extents(result, "SPEECH") == near(5, 7)
        (sound,) = (one for one in result.judgement.coverage if one.signal == "sound")
        assert sound.measured_s == pytest.approx(4.0, abs=0.4)

    def test_a_hole_is_a_gap_in_which_nothing_is_claimed(self, analysed: Analyse, tmp_path: Path) -> None:
        # 4608 samples a packet: from 4.8 to 8.64 s.
        path = recording(tmp_path / "a.mkv", beeps(12, (2, 12)), codec="flac", pictures_s=12, left_out=range(50, 90))
        result = analysed(path)
        assert extents(result, "AUDIO_GAP") == near(4.8, 8.64)
        assert [pytest.approx(one, abs=0.2) for one in extents(result, "SPEECH")] == [(2.0, 4.8), (8.64, 12.0)]

    def test_silence_is_told_apart_from_no_sound(self, analysed: Analyse, tmp_path: Path) -> None:
        result = analysed(recording(tmp_path / "a.mkv", silence(12), codec="flac", pictures_s=12))
        assert extents(result, "AUDIO_SILENT") == near(0, 12)
        assert extents(result, "AUDIO_GAP") == []

    def test_a_slice_that_is_lost_leaves_what_is_heard_unknown(
        self, exam: Path, analysed: Analyse, tmp_path: Path
    ) -> None:
        engine = Here(lambda ticket: RuntimeError("broken") if ticket == 0 else None)  # sound comes first
        result = analysed(exam, engine=engine)
        (lost,) = (problem for problem in result.recording.problems if problem.code == "slice_lost")
        assert "(sound)" in lost.where
        assert result.partial
        assert heard(tmp_path / "out") == []
        assert "SPEECH" in {one.event for one in result.judgement.not_assessed}

    def test_it_can_be_required_of_the_analysis(self, analysed: Analyse, tmp_path: Path) -> None:
        with pytest.raises(ModelError, match="no recording with sound"):
            analysed(recording(tmp_path / "mute.mp4", None), require=("voice",))

    def test_packets_of_sound_that_do_not_decode_are_told_apart(self, analysed: Analyse, tmp_path: Path) -> None:
        path = recording(tmp_path / "a.mkv", beeps(4, (1, 3)), codec="flac")
        with av.open(str(path)) as container:
            packet = [packet for packet in container.demux(audio=0) if packet.size][20]
            data = bytearray(path.read_bytes())
            begin = data.index(bytes(packet))
        data[begin : begin + 8] = bytes(8)
        path.write_bytes(data)
        (problem,) = (one for one in analysed(path).recording.problems if one.code == "packets_damaged")
        assert "1 packets of sound" in problem.message
