"""Which events could not be judged, by which of the recordings that were given; and the words for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from proctor_cli.logs import SPEC
from proctor_cli.policy import load
from proctor_cli.risk.assessed import find_not_assessed
from proctor_cli.risk.coverage import CoverageMeter
from proctor_cli.risk.screen import SIGNALS
from proctor_cli.types import MissingDetector, Observation, Source, Spec
from tests.unit.risk.cases import clip, recording_of

CLIP = clip()
READ = {"screen.lines": 3.0, "screen.black": 0.0, "screen.locked": 0.0, "screen.notification": 0.0, "screen.wide": 0.0}
UNKNOWN: dict[str, float | None] = {**dict.fromkeys(SIGNALS), **READ, "screen.resized": 0.0}
KNOWN = {**dict.fromkeys(UNKNOWN, 0.0), "screen.moving": None, "screen.fullscreen_left": None}
WEBCAM: dict[str, float | None] = {"picture.luma": 0.5, "picture.change": 0.1}
NO_LOG = MissingDetector("log", tuple(SPEC.signals), "no log was given", "Give one with --events FILE.", "input")


def told(**more: Mapping[str, float | None]) -> dict[str, tuple[str, str]]:
    """Reason and remedy of each event, of a session with these values of its sources."""
    return told_of({}, **more)


def told_of(recording: Mapping[str, Any], **more: Mapping[str, float | None]) -> dict[str, tuple[str, str]]:
    meter = CoverageMeter(10.0)
    sources: dict[str, Source] = {"webcam": "webcam", "screen": "screen", "log": "log", "sound": "sound"}
    for source, values in more.items():
        meter.push(Observation(sources[source], 0.0, values))
    clips = tuple(replace(CLIP, source=sources[source]) for source in more if source in ("webcam", "screen"))
    log = Spec("log", "log", dict.fromkeys(more.get("log", ()), "score"), interval_s=0.0)
    given: dict[str, Any] = {"detectors": (log,)} if "log" in more else {"missing": (NO_LOG,)}
    session = recording_of(60.0, clips=clips, **{**given, **recording})
    return {gap.event: (gap.reason, gap.remedy) for gap in find_not_assessed(session, load(None), meter)}


NOT_RECOGNISED = ("on the screen: nothing was recognised as the exam", "Name it with --exam-title.")


@pytest.mark.parametrize("event", ["TAB_SWITCH", "WINDOW_SWITCH", "FORBIDDEN_APP", "FULLSCREEN_EXIT", "FROZEN_VIDEO"])
def test_a_screen_on_which_nothing_was_recognised_is_why_and_not_the_log_that_nobody_gave(event: str) -> None:
    assert told(screen=UNKNOWN)[event] == NOT_RECOGNISED


def test_who_named_the_exam_already_is_told_to_name_it_otherwise() -> None:
    _, remedy = told_of({"exam_names": ("Exam",)}, screen=UNKNOWN)["TAB_SWITCH"]
    assert remedy == "Name it with --exam-title as the screen shows it."


def test_a_log_beside_it_is_a_part_of_the_answer() -> None:
    said: dict[str, float | None] = {"log.hidden": 0.0, "log.fullscreen": 1.0, "log.paste": 0.0}
    gaps = told(screen=UNKNOWN, log=said)
    for event in ("TAB_SWITCH", "FULLSCREEN_EXIT", "PASTE_SUSPECTED"):
        assert gaps[event] == (f"in part: {NOT_RECOGNISED[0]}", NOT_RECOGNISED[1])


def test_what_the_webcam_shows_says_nothing_of_the_screen() -> None:
    assert "FROZEN_VIDEO" not in told(webcam=WEBCAM)
    gaps = told(webcam=WEBCAM, screen=KNOWN)
    assert gaps["FROZEN_VIDEO"][0] == "in part: on the screen: no clock of the exam was in sight"
    assert "BLACK_VIDEO" not in gaps
    dark = {**KNOWN, "screen.lines": None, "screen.black": None}
    assert told(webcam=WEBCAM, screen=dark)["BLACK_VIDEO"][0] == "in part: on the screen: no picture could be read"


def test_a_screen_alone_is_enough_where_it_could_be_judged() -> None:
    gaps = told(screen=KNOWN)
    assert not {"TAB_SWITCH", "WINDOW_SWITCH", "PASTE_SUSPECTED", "LOCK_SCREEN", "BLACK_VIDEO"} & gaps.keys()
    assert gaps["FULLSCREEN_EXIT"][0] == "on the screen: the exam never filled it"
    assert "FROZEN_VIDEO" not in told(screen={**KNOWN, "screen.moving": 1.0})


def test_a_log_that_is_silent_takes_nothing_from_what_the_screen_shows() -> None:
    assert "PASTE_SUSPECTED" not in told(screen=KNOWN, log={"log.hidden": 0.0})


def test_the_shape_of_a_recording_shows_no_monitor_that_was_not_recorded() -> None:
    reason, remedy = told(screen=KNOWN)["SECOND_MONITOR"]
    assert reason.startswith("in part: by the shape of the screen recording alone")
    assert "--events" in remedy
    assert "SECOND_MONITOR" not in told(screen=KNOWN, log={"log.displays_over": 0.0})


def test_lips_that_were_seen_but_cannot_be_judged_are_explained_by_that() -> None:
    seen: dict[str, float | None] = {
        "mouth.open": 0.1,
        "mouth.smile": 0.9,
        "head.yaw_deg": 0.0,
        "mouth.talking": None,
    }
    reason, remedy = told(webcam=seen)["TALKING"]
    assert "wide smile" in reason
    assert "coverage" not in remedy
    reason, remedy = told(webcam=dict.fromkeys(seen))["TALKING"]
    assert reason == "the lips could not be measured anywhere"
    assert remedy.endswith("see coverage.")
