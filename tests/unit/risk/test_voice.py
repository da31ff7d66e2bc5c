"""Whose speech it may be, and what is said where there is no sound, from made series."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from math import sin
from typing import Any

import pytest

from proctor_cli.policy import Policy, Sound, load
from proctor_cli.risk import derive, judge
from proctor_cli.risk.voice import Voice
from proctor_cli.types import Box, ClipInfo, Incident, Judgement, MissingDetector, Observation, Recording, Spec
from tests.unit.risk.cases import clip, recording_of
from tests.unit.risk.test_talking import speech, still

_DEFAULT = load(None)
SPECS = (
    Spec("voice", "sound", {"sound.speech": "score"}, 0.192),
    Spec("faces", "webcam", {"face.score": "score", "mouth.open": "ratio", "person.score": "score"}, 0.2),
)
Gap = Callable[[float], float | None]


def policy_of(**changes: Any) -> Policy:
    """Limits as the tests need them, whatever the shipped policy says."""
    limits = {"required": False, "still_s": 3.0, "still_swing": 0.02, "absent_s": 1.0, **changes}
    return _DEFAULT.model_copy(update={"sound": Sound.model_validate(limits)})


def heard(*places_s: tuple[float, float], end_s: float = 30.0, speech: float | None = 0.9) -> list[Observation]:
    """Speech in ``places_s``, (start_s, end_s) each."""
    times_s = (round(cell * 0.192, 3) for cell in range(int(end_s / 0.192)))
    inside = {t_s: any(a <= t_s < b for a, b in places_s) for t_s in times_s}
    return [Observation("sound", t_s, {"sound.speech": speech if at else 0.01}) for t_s, at in inside.items()]


def seen(
    gap: Gap, *, end_s: float = 30.0, faces: int | None = 1, person: float | None = 0.9, **mouth: float
) -> list[Observation]:
    """A webcam that shows ``faces`` with lips ``gap(t_s)`` apart, and how surely a ``person``."""
    found = []
    for look in range(round(end_s * 5)):
        t_s = round(look * 0.2, 3)
        values: dict[str, float | None] = {
            "face.score": None if faces is None else 0.9 if faces else 0.0,
            "picture.bright": 0.9,
            "head.yaw_deg": mouth.get("yaw_deg", 0.0) if faces else None,
            "head.pitch_deg": 0.0 if faces else None,
            "mouth.open": gap(t_s) if faces else None,
            "mouth.smile": mouth.get("smile", 0.1) if faces else None,
        }
        if person is not None and look % 2 == 0:
            values["person.score"] = person
        boxes = tuple(box(number, 0.02 * sin(look)) for number in range(faces or 0))
        found.append(Observation("webcam", t_s, values, boxes))
    return found


def box(number: int, moved: float) -> Box:
    left = 0.1 + 0.4 * number + moved  # what never moves is a picture on the wall
    return Box(left, 0.2, left + 0.3, 0.7, "face", 0.9)


def speaking(seed: int, size: float) -> Gap:
    """Lips that speak from 10 to 20 s, and are still before and after."""
    lips, rest = speech(seed, size=size, end_s=10.0), still(seed)
    return lambda t_s: lips(t_s - 10) if 10 <= t_s < 20 else rest(t_s)


def quiet(amount: float = 0.004) -> Gap:
    lips = still(3)
    return lambda t_s: 0.01 + amount * (lips(t_s) - 0.01) / 0.008


def merged(*streams: Iterable[Observation]) -> list[Observation]:
    return sorted((one for stream in streams for one in stream), key=lambda one: one.t_s)


def off_camera(observations: Sequence[Observation], **changes: Any) -> dict[float, float | None]:
    """``voice.off_camera`` by time, where it was looked for."""
    found = derive(observations, policy_of(**changes))
    return {one.t_s: one.values["voice.off_camera"] for one in found if "voice.off_camera" in one.values}


def judged(observations: Sequence[Observation], end_s: float = 30.0, **more: Any) -> Judgement:
    return judge(recording_of(end_s, detectors=SPECS, **more), observations, policy_of())


def incidents(observations: Sequence[Observation], event: str = "OFF_CAMERA_VOICE", **more: Any) -> list[Incident]:
    return [incident for incident in judged(observations, **more).incidents if incident.event == event]


SPOKEN = heard((10.0, 20.0))


class TestSpeech:
    def test_it_is_a_note_without_points(self) -> None:
        (found,) = incidents(SPOKEN, "SPEECH")
        assert (found.start_s, found.end_s) == pytest.approx((10.0, 20.0), abs=0.2)
        assert (found.severity, found.points, found.source) == ("info", 0.0, "sound")

    def test_pauses_between_sentences_do_not_end_it(self) -> None:
        assert len(incidents(heard((10, 13), (14, 18), (19.5, 22)), "SPEECH")) == 1

    def test_a_word_is_not_enough(self) -> None:
        assert incidents(heard((10, 11)), "SPEECH") == []

    def test_single_sounds_that_resemble_it_are_not_enough(self) -> None:
        assert incidents(heard(*((t_s, t_s + 0.2) for t_s in range(5, 25))), "SPEECH") == []


class TestWhileTheLipsAreStill:
    def test_it_is_told_with_its_reason_and_few_points(self) -> None:
        (found,) = incidents(merged(seen(quiet()), SPOKEN))
        assert (found.start_s, found.end_s) == pytest.approx((10.0, 20.0), abs=0.3)
        assert found.severity == "warning"
        assert 0 < found.points <= 5
        assert found.message == "speech is heard for 9.98 s while the lips in view are still"
        assert found.confidence == pytest.approx(0.9)

    @pytest.mark.parametrize("size", [0.03, 0.05, 0.08, 0.15])
    def test_whoever_speaks_aloud_or_murmurs_is_not_told_of(self, size: float) -> None:
        for seed in range(6):
            assert incidents(merged(seen(speaking(seed, size)), SPOKEN)) == [], seed

    def test_one_breath_does_not_hide_it(self) -> None:
        def gap(t_s: float) -> float:
            return 0.1 if t_s >= 15 else 0.005

        assert len(incidents(merged(seen(gap), SPOKEN))) == 1

    def test_a_voice_that_answers_is_told_once_the_lips_have_been_still(self) -> None:
        lips = speech(1, size=0.15, end_s=5.0)
        film = merged(seen(lambda t_s: lips(t_s - 5) if 5 <= t_s < 10 else 0.005), heard((5, 20)))
        values = off_camera(film)
        assert max(value or 0.0 for t_s, value in values.items() if 7 <= t_s < 12) == 0.0
        assert min(value or 0.0 for t_s, value in values.items() if 13.5 <= t_s < 20) == 0.9

    def test_without_speech_it_is_nought(self) -> None:
        assert set(off_camera(merged(seen(quiet()), heard())).values()) - {None} == {0.01}
        assert incidents(merged(seen(quiet()), heard())) == []


class TestWhatCannotBeTold:
    @pytest.mark.parametrize(
        "film",
        [
            seen(lambda t_s: None),
            seen(quiet(), yaw_deg=50.0),
            seen(quiet(), smile=0.9),
            seen(quiet(), faces=2),
            seen(quiet(), faces=None),
            seen(quiet(), faces=0, person=0.9),
            seen(quiet(), faces=0, person=None),
            seen(quiet(), end_s=5.0),
        ],
        ids=["mouth", "turned", "smile", "two faces", "no look", "no face on a person", "bodies unknown", "film ends"],
    )
    def test_it_is_unknown(self, film: list[Observation]) -> None:
        values = off_camera(merged(film, SPOKEN))
        assert {value for t_s, value in values.items() if t_s > 10} == {None}
        assert incidents(merged(film, SPOKEN)) == []

    def test_it_is_unknown_where_speech_is(self) -> None:
        assert set(off_camera(merged(seen(quiet()), heard((0, 30), speech=None))).values()) == {None}

    def test_nothing_is_looked_for_without_a_webcam(self) -> None:
        assert off_camera(SPOKEN) == {}


def test_lips_that_nobody_listens_to_are_forgotten() -> None:
    voice = Voice(load(None))
    tracemalloc.start()
    try:
        for number in range(20_000):
            voice.see(0.2 * number, {"face.count": 1.0, "head.yaw_deg": 0.0, "mouth.smile": 0.0, "mouth.open": 0.1})
        held, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert held < 50_000


class TestWhileNobodyIsThere:
    def test_it_is_told_with_its_reason(self) -> None:
        (found,) = incidents(merged(seen(quiet(), faces=0, person=0.1), SPOKEN))
        assert found.message == "speech is heard for 9.98 s while nobody is in the picture"

    def test_an_absence_must_last(self) -> None:
        gone = [one for one in seen(quiet(), faces=0, person=0.1) if 12.0 <= one.t_s < 12.8]
        there = [one for one in seen(speech(1, end_s=30)) if not 12.0 <= one.t_s < 12.8]
        values = off_camera(merged(gone, there, heard((10, 15))))
        assert max(value or 0.0 for value in values.values()) <= 0.01


class TestNoSound:
    def clip(self, *, sound: bool) -> ClipInfo:
        return replace(clip(), has_audio=sound)

    def session(self, *, sound: bool, **more: Any) -> Recording:
        lacking = MissingDetector("voice", ("sound.speech",), "no recording with sound", "Record it.", "input")
        return recording_of(
            60.0, clips=(self.clip(sound=sound),), detectors=SPECS[1:], missing=() if sound else (lacking,), **more
        )

    def test_it_is_no_event_unless_the_policy_asks_for_sound(self) -> None:
        found = judge(self.session(sound=False), seen(quiet()), policy_of())
        assert [one for one in found.incidents if one.source == "sound"] == []
        lacking = {one.event: (one.reason, one.remedy) for one in found.not_assessed}
        assert lacking["SPEECH"] == lacking["OFF_CAMERA_VOICE"] == ("no recording with sound", "Record it.")
        assert "AUDIO_MISSING" not in lacking

    def test_it_is_one_from_start_to_end_when_it_does(self) -> None:
        found = judge(self.session(sound=False), seen(quiet()), policy_of(required=True))
        (missing,) = (one for one in found.incidents if one.event == "AUDIO_MISSING")
        assert (missing.start_s, missing.end_s, missing.severity, missing.points) == (0.0, 60.0, "quality", 0.0)
        sound = [one for one in found.coverage if one.signal == "sound"]
        assert [one.measured_s for one in sound] in ([], [0.0])

    def test_of_a_part_of_the_session_it_is_one_of_that_part(self) -> None:
        found = judge(self.session(sound=False, span=(10.0, 25.0)), [], policy_of(required=True))
        (missing,) = (one for one in found.incidents if one.event == "AUDIO_MISSING")
        assert (missing.start_s, missing.end_s) == (10.0, 25.0)

    def test_it_is_none_where_there_is_sound(self) -> None:
        found = judge(self.session(sound=True), heard(), policy_of(required=True))
        assert [one for one in found.incidents if one.event == "AUDIO_MISSING"] == []

    def test_the_sound_of_a_room_scan_is_not_that_of_the_exam(self) -> None:
        scan = replace(self.clip(sound=True), source="workspace", offset_s=-60.0)
        recording = replace(self.session(sound=False), clips=(self.clip(sound=False), scan))
        found = judge(recording, [], policy_of(required=True))
        assert "AUDIO_MISSING" in {one.event for one in found.incidents}


class TestQuality:
    def level(self, level_db: float, end_s: float = 30.0) -> list[Observation]:
        times_s = (round(cell * 0.192, 3) for cell in range(int(end_s / 0.192)))
        return [Observation("sound", t_s, {"sound.level_db": level_db}) for t_s in times_s]

    @pytest.mark.parametrize(("level_db", "silent"), [(-120.0, True), (-95.0, True), (-76.0, False), (-30.0, False)])
    def test_silence_is_a_muted_microphone_not_a_quiet_room(self, level_db: float, silent: bool) -> None:
        found = incidents(self.level(level_db), "AUDIO_SILENT")
        assert bool(found) is silent
        assert all((one.severity, one.points) == ("quality", 0.0) for one in found)

    def muted(self, *sounding: tuple[float, float], end_s: float = 30.0) -> list[Observation]:
        """Nothing is said; the microphone gives something ``sounding``, and digital silence for the rest."""
        return [
            replace(one, values={"sound.speech": 0.01, "sound.level_db": -40.0 if is_on else -120.0})
            for one in self.level(-120.0, end_s)
            for is_on in [any(start_s <= one.t_s < stop_s for start_s, stop_s in sounding)]
        ]

    def test_through_a_muted_microphone_nothing_is_heard(self) -> None:
        found = judged(merged(seen(quiet()), self.muted()))
        reasons = {one.event: one.reason for one in found.not_assessed}
        assert reasons["SPEECH"] == reasons["OFF_CAMERA_VOICE"] == "the sound track is silent"
        assert "AUDIO_SILENT" not in reasons
        (sound,) = (one for one in found.coverage if one.signal == "sound")
        assert sound.measured_s == 0.0

    def test_silence_counts_as_heard_for_a_pause_and_no_longer(self) -> None:
        (sound,) = (one for one in judged(self.muted((0, 5), (9, 12))).coverage if one.signal == "sound")
        assert sound.measured_s == pytest.approx(12.0 + 5.0, abs=0.4)

    def test_where_no_rule_calls_it_silence_it_is_heard(self) -> None:
        loud = tuple(rule for rule in _DEFAULT.rules if rule.event != "AUDIO_SILENT")
        found = judge(recording_of(30.0, detectors=SPECS), self.muted(), _DEFAULT.model_copy(update={"rules": loud}))
        (sound,) = (one for one in found.coverage if one.signal == "sound")
        assert sound.measured_s > 29.0

    def test_a_gap_is_told(self) -> None:
        gap = [Observation("sound", t_s, {"sound.speech": None, "sound.gap": 1.0}) for t_s in range(10, 15)]
        back = Observation("sound", 15.0, {"sound.speech": 0.0, "sound.gap": 0.0})
        (found,) = incidents([*heard(end_s=10), *gap, back], "AUDIO_GAP")
        assert (found.start_s, found.end_s, found.severity) == (10.0, 15.0, "quality")

    def test_what_is_not_there_is_not_covered(self) -> None:
        gap = [Observation("sound", float(t_s), {"sound.speech": None, "sound.gap": 1.0}) for t_s in range(10, 30)]
        (sound,) = (one for one in judged([*heard(end_s=10), *gap]).coverage if one.signal == "sound")
        assert sound.measured_s == pytest.approx(10.0, abs=0.2)
