"""Why a signal that was looked for was never measured, in words; and what would change that."""

from __future__ import annotations

from collections.abc import Mapping

from proctor_cli.risk.coverage import CoverageMeter
from proctor_cli.risk.derive import find_inputs
from proctor_cli.types import Recording, Source

_NAMES: Mapping[str, str] = {
    "face": "the face",
    "head": "the pose of the head",
    "gaze": "the direction of the eyes",
    "eyes": "the eyes",
    "mouth": "the lips",
    "away": "where the candidate looks",
    "focus": "where the candidate looks",
    "identity": "whose face it is",
    "spoof": "whether the face is live",
    "person": "people in view",
    "phone": "phones",
    "banned": "things in view",
    "wearables": "things worn on head and wrist",
    "voice": "who speaks",
}
"""What families of signals are about; a signal of any other is called by its name."""

_POOR = "The recording, or the part of it that was analysed, is too poor or too short for it: see coverage."
_LIPS = (
    "the lips were never seen for long enough in one face turned to the camera, without a wide smile",
    "Record the face from the front and close enough; of lips in a smile nothing can be told.",
)
_UNTOLD: Mapping[str, tuple[str, str]] = {"mouth.talking": _LIPS, "voice.off_camera": _LIPS}
"""Signals that the measurements they are made of may not be enough for."""

_SCREEN: Mapping[str, tuple[str, str]] = {
    "screen.moving": (
        "on the screen: no clock of the exam was in sight",
        "Record an exam page whose clock stays in sight.",
    ),
    "screen.fullscreen_left": (
        "on the screen: the exam never filled it",
        "Ask for the exam to be taken in full screen.",
    ),
}
"""Signals for which it is not enough that the exam is on the screen."""

_SILENT = ("the sound track is silent", "See that the microphone is on, and the one that was meant.")
"""Of sound that was there, and in which nothing could be heard."""


def explain_unmeasured(source: Source, signal: str, recording: Recording, coverage: CoverageMeter) -> tuple[str, str]:
    """Reason and remedy for a signal that was sought, and None everywhere."""
    if source == "screen":
        if not coverage.was_measured("screen", "screen.lines"):
            return "on the screen: no picture could be read", _POOR
        if not coverage.was_measured("screen", "screen.exam"):
            named = "as the screen shows it" if recording.exam_names else ""
            remedy = " ".join(filter(None, ("Name it with --exam-title", named)))
            return "on the screen: nothing was recognised as the exam", f"{remedy}."
        if signal in _SCREEN:
            return _SCREEN[signal]
    if source == "sound" and coverage.was_measured(source, "sound.level_db"):
        heard = coverage.was_measured(source, "sound.speech")
        if not heard and coverage.was_sought(source, "sound.speech"):
            return _SILENT
    if signal in _UNTOLD and all(coverage.was_measured(*needed) for needed in find_inputs(source, signal)):
        return _UNTOLD[signal]
    name = _NAMES.get(signal.partition(".")[0], signal)
    return f"{name} could not be measured anywhere", _POOR
