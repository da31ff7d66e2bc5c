"""One session from recordings to a judged result: the only place where media, detectors and risk meet.

`prepare` looks at the recordings and cuts them into jobs; an engine (not known here) maps `run_slice` over the
jobs; `finish` puts the slices together, judges and writes. A slice that is already in the folder from a run that
was stopped is not done again.
"""

from __future__ import annotations

import hashlib
import heapq
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, version
from itertools import chain

from proctor_cli import __version__, detectors, logs, media, nets, plan, risk
from proctor_cli.errors import ModelError, UsageError
from proctor_cli.policy import Policy
from proctor_cli.store import SessionFolder
from proctor_cli.types import (
    Box,
    Clip,
    DecodeLoss,
    Frame,
    Incident,
    MissingDetector,
    ModelUse,
    Observation,
    Problem,
    Provenance,
    Recording,
    SessionResult,
    Spec,
    WallClock,
)

_LIBRARIES = ("av", "mediapipe", "numpy", "onnxruntime", "opencv-python", "openvino")


@dataclass(frozen=True, slots=True)
class Request:
    """What the user asks for. ``models`` maps roles to model names; ``span`` is session time, seconds."""

    student_id: str
    clips: tuple[Clip, ...]
    folder: str
    models: Mapping[str, str]
    events: str | None = None
    start: WallClock | None = None
    span: tuple[float, float] | None = None
    require: tuple[str, ...] = ()
    dense: bool = False


@dataclass(frozen=True, slots=True)
class SliceJob:
    """The work on one slice of one clip: all that a worker needs, small enough to send."""

    key: str
    folder: str
    clip: Clip
    scan: media.Scan
    piece: media.Slice
    step_s: float
    dense: bool
    detectors: tuple[str, ...]
    models: tuple[tuple[str, nets.Model], ...]
    threads: int

    @property
    def label(self) -> str:
        """The slice in words, for messages."""
        return f"{self.clip.path} {self.piece.start_s:.0f}-{self.piece.end_s:.0f} s"


@dataclass(frozen=True, slots=True)
class Preparation:
    """A session ready to be analysed. ``done`` are jobs whose result lies in the folder already."""

    request: Request
    recording: Recording
    log: tuple[Observation, ...]
    jobs: tuple[SliceJob, ...]
    done: tuple[SliceJob, ...] = field(default=())


# ---------------------------------------------------------------- before
def prepare(request: Request, *, threads: int = 1) -> Preparation:
    """Probe the recordings, see which detectors can run, and cut the work into slices.

    Raises:
        InputError: a recording cannot be read.
        UsageError: the log or the span is wrong.
        ModelError: a detector named in ``request.require`` cannot run.
        OutputError: the folder cannot be written.
    """
    folder = SessionFolder(request.folder)
    scans = [(clip, media.probe(clip)) for clip in request.clips]
    folder.prepare()
    runnable, missing, models = _detectors({clip.source for clip in request.clips}, request)
    wall_clock = request.start or _creation_time(scan for _, scan in scans)
    problems = [problem for _, scan in scans for problem in scan.problems]
    specs = list(runnable)
    log: tuple[Observation, ...] = ()
    if request.events is not None:
        reading = logs.read(request.events, wall_clock)
        log, problems = reading.observations, problems + list(reading.problems)
        specs.append(logs.SPEC)
    else:
        missing = (
            *missing,
            MissingDetector("log", tuple(logs.SPEC.signals), "no browser log was given", "Give one with --events FILE."),
        )
    duration_s = max(scan.info.offset_s + scan.info.duration_s for _, scan in scans)
    recording = Recording(
        student_id=request.student_id,
        duration_s=round(duration_s, 6),
        clips=tuple(scan.info for _, scan in scans),
        detectors=tuple(specs),
        missing=missing,
        problems=tuple(problems),
        wall_clock=wall_clock,
        models=tuple(_model_use(role, model) for role, model in models.items()),
    )
    jobs = tuple(
        job for clip, scan in scans for job in _jobs(request, clip, scan, _of(clip.source, runnable), models, threads)
    )
    if request.span is not None and not jobs:
        raise UsageError(
            f"no picture between {request.span[0]:g} s and {request.span[1]:g} s",
            where="--span",
            hint=f"The session lasts {duration_s:.1f} s.",
        )
    done = tuple(job for job in jobs if folder.part(job.key).exists())
    return Preparation(request, recording, log, jobs, done)


def _detectors(
    sources: set[str], request: Request
) -> tuple[tuple[Spec, ...], tuple[MissingDetector, ...], dict[str, nets.Model]]:
    """The detectors that can run on ``sources``, those that cannot and why, and the models of the former."""
    runnable: list[Spec] = []
    missing: list[MissingDetector] = []
    models: dict[str, nets.Model] = {}
    for name in detectors.REGISTRY:
        spec = detectors.find(name).spec
        signals = tuple(spec.signals)
        if spec.source not in sources:
            missing.append(
                MissingDetector(name, signals, f"no {spec.source} recording was given", f"Give one ({spec.source}).")
            )
            continue
        remedy = missing[-1].remedy if missing else ""
        if spec.needs and not any(spec.needs in other.finds for other in runnable):
            missing.append(
                MissingDetector(name, signals, f"it needs a {spec.needs}, and nothing looks for one", remedy)
            )
            continue
        try:
            found = {role: nets.find(request.models[role]) for role in spec.models}
        except ModelError as error:
            if name in request.require:
                raise
            missing.append(MissingDetector(name, signals, f"{error.where}: {error.what}", error.hint))
            continue
        models |= found
        runnable.append(spec)
    unknown = set(request.require) - set(detectors.REGISTRY)
    if unknown:
        raise UsageError(
            f"unknown check {', '.join(sorted(unknown))}",
            where="--require",
            hint=f"Known: {', '.join(detectors.REGISTRY)}.",
        )
    absent = [item for item in missing if item.name in request.require]
    if absent:
        raise ModelError(f"cannot run: {absent[0].reason}", where=absent[0].name, hint=absent[0].remedy)
    return tuple(runnable), tuple(missing), models


def _of(source: str, specs: Iterable[Spec]) -> tuple[Spec, ...]:
    return tuple(spec for spec in specs if spec.source == source)


def _jobs(
    request: Request,
    clip: Clip,
    scan: media.Scan,
    specs: tuple[Spec, ...],
    models: Mapping[str, nets.Model],
    threads: int,
) -> Iterator[SliceJob]:
    if not specs:
        return
    step_s = plan.step_s(specs, dense=request.dense)
    roles = sorted({role for spec in specs for role in spec.models})
    used = tuple((role, models[role]) for role in roles)
    span = None
    if request.span is not None:
        span = (request.span[0] - clip.offset_s, request.span[1] - clip.offset_s)
    names = tuple(spec.name for spec in specs)
    for piece in media.cut(scan, step_s, plan.SLICE_S, span):
        # Whatever changes what a slice gives is in its key, so that a stopped analysis resumes only with its own work.
        facts = (__version__, scan.info.sha256, clip.source, clip.offset_s, piece, step_s, request.dense, specs)
        sums = [(role, model.sha256) for role, model in used]
        key = f"{clip.source}-{piece.index:05d}-{hashlib.sha256(repr((facts, sums)).encode()).hexdigest()[:16]}"
        yield SliceJob(key, request.folder, clip, scan, piece, step_s, request.dense, names, used, threads)


def _creation_time(scans: Iterable[media.Scan]) -> WallClock | None:
    for scan in scans:
        created = scan.info.created_unix_s
        if created is not None:
            # Containers record UTC; which zone the exam was sat in is not known, and not guessed.
            return WallClock(created - scan.info.offset_s, 0.0, "creation time")
    return None


def _model_use(role: str, model: nets.Model) -> ModelUse:
    return ModelUse(role, model.name, model.sha256, model.licence)


# ---------------------------------------------------------------- in a worker
def run_slice(job: SliceJob) -> str:
    """Analyse one slice and leave its observations in the session folder; returns the job's key."""
    sampling = media.Sampling(job.clip, job.scan, job.piece, job.step_s, threads=job.threads)
    opened = _open(job.detectors, job.models, job.threads)
    SessionFolder(job.folder).write_part(job.key, _observe(job, sampling, opened), lambda: sampling.loss)
    return job.key


@lru_cache(maxsize=1)
def _open(
    names: tuple[str, ...], models: tuple[tuple[str, nets.Model], ...], threads: int
) -> tuple[detectors.Detector, ...]:
    """The detectors of this process, loaded once and kept for the slices to come."""
    opened = tuple(detectors.find(name)(dict(models), threads) for name in names)
    for detector in opened:
        # MediaPipe's destructor fails once the interpreter is shutting down.
        atexit.register(detector.close)
    return opened


def _observe(
    job: SliceJob, frames: Iterable[Frame], opened: Sequence[detectors.Detector]
) -> Iterator[Observation]:
    """Show every frame to the detectors that are due, and merge what they measured into one observation."""
    rhythm = plan.Rhythm([detector.spec for detector in opened], job.step_s, dense=job.dense)
    unmeasured: dict[str, float | None] = {name: None for detector in opened for name in detector.spec.signals}
    gaps = deque(gap for gap in job.scan.gaps if job.piece.start_s <= gap[0] < job.piece.end_s)
    for frame in frames:
        clip_s = frame.t_s - job.clip.offset_s
        while gaps and gaps[0][1] <= clip_s:
            # Nothing was recorded here: said at its start, so that no condition is taken to go on through it.
            start_s, _ = gaps.popleft()
            yield Observation(frame.source, _tidy(job.clip.offset_s + start_s + job.step_s), unmeasured)
        cell = media.cell_of(clip_s, job.step_s)
        values: dict[str, float | None] = {}
        boxes: tuple[Box, ...] = ()
        for detector in opened:
            spec = detector.spec
            if not rhythm.due(spec.name, cell):
                continue
            if spec.needs and not any(box.label == spec.needs for box in boxes):
                values |= dict.fromkeys(spec.signals)
                continue
            (seen,) = detector.observe([replace(frame, boxes=boxes)])
            values |= seen.values
            boxes += seen.boxes
        if values:
            yield Observation(
                frame.source,
                _tidy(frame.t_s),
                {name: None if value is None else _tidy(value) for name, value in values.items()},
                tuple(_tidy_box(box) for box in boxes),
            )


def _tidy(value: float) -> float:
    """Four decimals: far finer than anything measured here, and small on disk."""
    return round(value, 4)


def _tidy_box(box: Box) -> Box:
    return Box(_tidy(box.x0), _tidy(box.y0), _tidy(box.x1), _tidy(box.y1), box.label, _tidy(box.score))


# ---------------------------------------------------------------- after
def finish(preparation: Preparation, lost: Mapping[str, str], policy: Policy, *, analysed_at: str) -> SessionResult:
    """Put the slices together, judge, and write observations, session.json and snapshots.

    Args:
        preparation: what `prepare` returned; every job's slice lies in the folder, but for the ``lost`` ones.
        lost: key of each job without a result -> why.
        policy: the rules.
        analysed_at: the time of the analysis, ISO 8601 (this room reads no clock).
    """
    folder = SessionFolder(preparation.request.folder)
    kept = [job for job in preparation.jobs if job.key not in lost]
    problems = [
        *preparation.recording.problems,
        *_loss_problems(folder, kept),
        *(Problem("slice_lost", job.label, f"not analysed: {lost[job.key]}") for job in preparation.jobs if job.key in lost),
    ]
    recording = replace(preparation.recording, problems=tuple(problems))
    by_source: dict[str, list[Iterator[Observation]]] = {}
    for job in kept:
        by_source.setdefault(job.clip.source, []).append(folder.read_part(job.key))
    streams = [chain.from_iterable(parts) for parts in by_source.values()]
    merged = heapq.merge(*streams, preparation.log, key=lambda observation: observation.t_s)
    folder.write_observations(recording, merged)
    result = judge_folder(folder, policy, analysed_at=analysed_at)
    folder.drop_parts()
    return result


def judge_folder(folder: SessionFolder, policy: Policy, *, analysed_at: str) -> SessionResult:
    """Judge saved observations with ``policy`` and write session.json. No video is opened, no model loaded."""
    recording = folder.read_recording()
    judgement = risk.judge(recording, folder.read_observations(), policy)
    provenance = Provenance(
        proctor_version=__version__,
        policy_name=policy.name,
        policy_sha256=policy.sha256,
        models=recording.models,
        libraries=_libraries(),
        analysed_at=analysed_at,
    )
    partial = any(problem.code in _PARTIAL for problem in recording.problems)
    result = SessionResult(recording, judgement, provenance, partial)
    folder.write_session(result)
    return result
