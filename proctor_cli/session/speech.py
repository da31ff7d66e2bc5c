"""Where speech is heard: there the mouth is looked at more closely, to tell whose it may be."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from proctor_cli.session.jobs import SliceJob
from proctor_cli.store import SessionFolder

Stretch = tuple[float, float]

_SPEECH = 0.3
"""``sound.speech`` from which somebody may be speaking: the level at which the shipped rules let go of it."""
_AHEAD_S, _BEHIND_S = 3.0, 0.5
"""Lips are still that have been for so long ([sound] still_s of the shipped policies): that is looked at, too."""


def find_speech(folder: SessionFolder, jobs: Iterable[SliceJob]) -> tuple[Stretch, ...]:
    """Stretches (start_s, end_s), session time, ascending and apart, from the finished slices of sound among these."""
    found: list[Stretch] = []
    for since_s, until_s in sorted(_listen(folder, jobs)):
        if found and since_s <= found[-1][1]:
            found[-1] = (found[-1][0], max(until_s, found[-1][1]))
        else:
            found.append((since_s, until_s))
    return tuple(found)


def tell_speech(job: SliceJob, speech: Sequence[Stretch]) -> SliceJob:
    """The same work, with what is heard in its time."""
    since_s, until_s = job.clip.offset_s + job.piece.start_s, job.clip.offset_s + job.piece.end_s
    return replace(job, speech=tuple(own for own in speech if own[0] < until_s and since_s < own[1]))


def _listen(folder: SessionFolder, jobs: Iterable[SliceJob]) -> Iterator[Stretch]:
    for job in jobs:
        if job.clip.source == "sound" and folder.holds_part(job.key):
            for heard in folder.read_part(job.key):
                if (heard.values.get("sound.speech") or 0.0) >= _SPEECH:
                    yield heard.t_s - _AHEAD_S, heard.t_s + _BEHIND_S
