"""In a worker: the pictures of one slice through the detectors, into the session's folder."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import lru_cache
from multiprocessing.util import Finalize

from proctor_cli import detectors, media, nets, plan, quiet
from proctor_cli.session.jobs import SliceJob
from proctor_cli.store import PartEnd, SessionFolder
from proctor_cli.types import Box, Frame, Observation


def run_slice(job: SliceJob) -> str:
    """Analyse one slice and leave its observations in the session folder; returns the job's key."""
    sampling = media.Sampling(job.scan, job.piece, threads=job.threads)
    opened = _open(job.detectors, job.models, job.threads)
    for detector in opened:
        if isinstance(detector, detectors.Comparing):
            detector.compare_with(job.gallery)
    SessionFolder(job.folder).write_part(job.key, _observe(job, sampling, opened), lambda: _end(sampling))
    return job.key


def _end(sampling: media.Sampling) -> PartEnd:
    cells = tuple(cell for cell, _ in sampling.prints)
    return PartEnd(sampling.loss, cells, b"".join(pixels.tobytes() for _, pixels in sampling.prints))


@lru_cache(maxsize=1)
def _open(
    names: tuple[str, ...], models: tuple[tuple[str, nets.Model], ...], threads: int
) -> tuple[detectors.Detector, ...]:
    """The detectors of this process, loaded once and kept for the slices to come."""
    quiet.cut_network()
    opened = tuple(detectors.find(name)(dict(models), threads) for name in names)
    for detector in opened:
        # MediaPipe must be closed before the worker's threads are shut down, which is earlier than atexit.
        Finalize(None, detector.close, exitpriority=1)
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
    for detector in opened:
        spec = detector.spec
        if spec.needs and not any(box.label == spec.needs for box in boxes):
            values |= dict.fromkeys(spec.signals)
            continue
        (seen,) = detector.observe([replace(frame, boxes=boxes)])
        values |= seen.values
        boxes += seen.boxes
    return Observation(frame.source, frame.t_s, values, boxes)


def tidy(seen: Observation) -> Observation:
    """As it is saved: plain boxes, and numbers far finer than anything measured here, but small on disk."""
    return Observation(
        seen.source,
        _tidy(seen.t_s),
        {name: None if value is None else _tidy(value) for name, value in seen.values.items()},
        tuple(_tidy_box(box) for box in seen.boxes),
    )


def _tidy(value: float) -> float:
    return round(value, 5)


def _tidy_box(box: Box) -> Box:
    return Box(_tidy(box.x0), _tidy(box.y0), _tidy(box.x1), _tidy(box.y1), box.label, _tidy(box.score))
