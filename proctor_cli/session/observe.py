"""In a worker: the pictures of one slice through the detectors, into the session's folder."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, closing
from dataclasses import replace
from functools import cache
from multiprocessing.util import Finalize
from typing import NamedTuple

import cv2

from proctor_cli import detectors, media, nets, plan, quiet
from proctor_cli.session.jobs import SliceJob
from proctor_cli.session.listen import listen
from proctor_cli.store import PartEnd, SessionFolder
from proctor_cli.types import Box, Frame, Observation

_MOST_SETS = 3
"""Webcam, screen and room scan."""


def run_slice(job: SliceJob) -> str:
    """Analyse one slice and leave its observations in the session folder; returns the job's key."""
    if job.clip.source == "sound":
        return _run_sound(job)
    sampling = media.Sampling(job.scan, job.piece, threads=job.threads)
    cv2.setNumThreads(job.threads)  # of the whole process, so it is not for a detector to say
    opened = _open(_Means(job.detectors, job.models, job.threads))
    for detector in opened:
        if isinstance(detector, detectors.Comparing):
            detector.compare_with(job.gallery)
        if isinstance(detector, detectors.Following):
            detector.begin()
    SessionFolder(job.folder).write_part(job.key, _observe(job, sampling, opened), lambda: _end(sampling))
    return job.key


def _run_sound(job: SliceJob) -> str:
    """The same for a slice of sound. Its detectors are opened at once, so they are not kept."""
    sampling = media.SoundSampling(job.scan, job.piece)
    quiet.cut_network()
    models = dict(job.models)
    with ExitStack() as stack:
        opened = [
            stack.enter_context(closing(detectors.find_listener(name)(models, job.threads))) for name in job.detectors
        ]
        heard = map(tidy, listen(job, sampling, opened))
        SessionFolder(job.folder).write_part(job.key, heard, lambda: PartEnd(sampling.loss))
    return job.key


def _end(sampling: media.Sampling) -> PartEnd:
    cells = tuple(cell for cell, _ in sampling.prints)
    return PartEnd(sampling.loss, cells, b"".join(pixels.tobytes() for _, pixels in sampling.prints))


class _Means(NamedTuple):
    """What detectors are opened with."""

    names: tuple[str, ...]
    models: tuple[tuple[str, nets.Model], ...]
    threads: int


def _open(wanted: _Means) -> tuple[detectors.Detector, ...]:
    """Detectors, kept for the slices to come: one set for each source that a session can have."""
    kept = _kept()
    opened = kept.pop(wanted, None)
    if opened is None:
        while len(kept) >= _MOST_SETS:
            _close(kept, next(iter(kept)))
        opened = _load(wanted)
    kept[wanted] = opened  # the one used last stands last
    return opened


@cache
def _kept() -> dict[_Means, tuple[detectors.Detector, ...]]:
    """The sets that this process has open."""
    kept: dict[_Means, tuple[detectors.Detector, ...]] = {}
    # MediaPipe must be closed before the worker's threads are shut down, which is earlier than atexit.
    Finalize(None, _close, (kept,), exitpriority=1)
    return kept


def _close(kept: dict[_Means, tuple[detectors.Detector, ...]], *unwanted: _Means) -> None:
    """Close the unwanted sets, all of them if none is named."""
    for means in unwanted or tuple(kept):
        for detector in kept.pop(means):
            detector.close()


def _load(wanted: _Means) -> tuple[detectors.Detector, ...]:
    quiet.cut_network()
    with ExitStack() as stack:
        opened = tuple(
            stack.enter_context(closing(detectors.find(name)(dict(wanted.models), wanted.threads)))
            for name in wanted.names
        )
        stack.pop_all()
    return opened


def _observe(job: SliceJob, frames: Iterable[Frame], opened: Sequence[detectors.Detector]) -> Iterator[Observation]:
    """Show every frame to the detectors that are due, and merge what they measured into one observation."""
    rhythm = plan.Rhythm([detector.spec for detector in opened], job.step_s, dense=job.dense)
    for frame in frames:
        cell = media.cell_of(frame.t_s - job.clip.offset_s, job.step_s)
        seen = look(frame, [detector for detector in opened if rhythm.due(detector.spec.name, cell)])
        if seen.values:
            yield tidy(seen)


def look(frame: Frame, opened: Iterable[detectors.Detector]) -> Observation:
    """Show a picture to detectors, each of which sees the boxes of those before it, and merge what they measured."""
    values: dict[str, float | None] = {}
    boxes = frame.boxes
    texts: tuple[Box, ...] = ()
    for detector in opened:
        spec = detector.spec
        if spec.needs and not any(box.label == spec.needs for box in boxes):
            values |= dict.fromkeys(spec.signals)
            continue
        (seen,) = detector.observe([replace(frame, boxes=boxes)])
        values |= seen.values
        boxes += seen.boxes
        texts += seen.texts
    return Observation(frame.source, frame.t_s, values, boxes, texts)


def tidy(seen: Observation) -> Observation:
    """As it is saved: plain boxes, and numbers far finer than anything measured here, but small on disk."""
    return Observation(
        seen.source,
        _tidy(seen.t_s),
        {name: None if value is None else _tidy(value) for name, value in seen.values.items()},
        tuple(_tidy_box(box) for box in seen.boxes),
        tuple(_tidy_box(text) for text in seen.texts),
    )


def _tidy(value: float) -> float:
    return round(value, 5)


def _tidy_box(box: Box) -> Box:
    return Box(_tidy(box.x0), _tidy(box.y0), _tidy(box.x1), _tidy(box.y1), box.label, _tidy(box.score))
