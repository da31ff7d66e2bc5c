"""In a worker: the pictures of one slice through the detectors. It knows no folder: the parent keeps what it gives."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing
from dataclasses import replace
from functools import cache
from multiprocessing.util import Finalize
from typing import NamedTuple

import cv2

from proctor_cli import detectors, heap, media, nets, plan, quiet
from proctor_cli.session.jobs import SliceJob
from proctor_cli.session.listen import listen
from proctor_cli.session.looking import look_through, tidy
from proctor_cli.store import PartEnd, encode_part
from proctor_cli.types import Observation

_MOST_SETS = 3
"""Webcam, screen and room scan."""


def get_ready() -> None:
    """Import what most slices need, in a worker that has nothing to do yet. Which networks, only a job can say."""
    quiet.cut_network()
    for name in detectors.REGISTRY:
        detectors.find(name)
    nets.import_openvino()


def run_slice(job: SliceJob) -> bytes:
    """Analyse one slice; returns it as the session folder keeps it."""
    if job.clip.source == "sound":
        return _run_sound(job)
    cv2.setNumThreads(job.threads)  # of the whole process, so it is not for a detector to say
    opened = _open(_Means(job.detectors, job.models, job.threads))
    for detector in opened:
        if isinstance(detector, detectors.Comparing):
            detector.compare_with(job.gallery)
    is_thrifty = job.clip.source != "screen"  # whose recorders leave pictures out themselves
    part, is_whole = _run(job, opened, thrifty=is_thrifty)
    if is_thrifty and not is_whole:
        part, _ = _run(job, opened, thrifty=False)
    heap.trim()
    return part


def _run(job: SliceJob, opened: Sequence[detectors.Detector], *, thrifty: bool) -> tuple[bytes, bool]:
    """The part, and whether nothing in it was damaged: then leaving out pictures has changed nothing."""
    sampling = media.Sampling(job.scan, job.piece, threads=job.threads, thrifty=thrifty)
    for detector in opened:
        if isinstance(detector, detectors.Following):
            detector.begin()
    return encode_part(_observe(job, sampling, opened), lambda: _end(sampling)), sampling.is_whole


def _run_sound(job: SliceJob) -> bytes:
    """The same for a slice of sound. Its detectors are opened at once, so they are not kept."""
    sampling = media.SoundSampling(job.scan, job.piece)
    quiet.cut_network()
    models = {role: nets.find_again(model) for role, model in job.models}
    with ExitStack() as stack:
        opened = [
            stack.enter_context(closing(detectors.find_listener(name)(models, job.threads))) for name in job.detectors
        ]
        return encode_part(map(tidy, listen(job, sampling, opened)), lambda: PartEnd(sampling.loss))


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
        # The same with another number of threads would hold all networks twice.
        _close(kept, *[means for means in kept if means._replace(threads=wanted.threads) == wanted])
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
    Finalize(None, _close_all, (kept,), exitpriority=1)
    return kept


def _close(kept: dict[_Means, tuple[detectors.Detector, ...]], *unwanted: _Means) -> None:
    """Close the unwanted sets."""
    for means in unwanted:
        for detector in kept.pop(means):
            detector.close()


def _close_all(kept: dict[_Means, tuple[detectors.Detector, ...]]) -> None:
    _close(kept, *kept)


def _load(wanted: _Means) -> tuple[detectors.Detector, ...]:
    quiet.cut_network()
    models = {role: nets.find_again(model) for role, model in wanted.models}
    with ExitStack() as stack:
        opened = tuple(
            stack.enter_context(closing(detectors.find(name)(models, wanted.threads))) for name in wanted.names
        )
        stack.pop_all()
    heap.settle()
    return opened


def _observe(job: SliceJob, sampling: media.Sampling, opened: Sequence[detectors.Detector]) -> Iterator[Observation]:
    planner = plan.Planner(
        [replace(detector.spec, sparse_s=job.sparse_s.get(detector.spec.name, 0.0)) for detector in opened],
        job.step_s,
        dense=job.dense,
        begin_s=job.begin_s,
        speech=job.speech,
    )
    return look_through(sampling.samples(), opened, planner)
