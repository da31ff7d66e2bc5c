"""One session from recordings to a judged result: the only place where media, detectors and risk meet.

`prepare` looks at the recordings and cuts them into jobs; an engine (not known here) maps `run_slice` over the
jobs; `finish` puts the slices together, judges and writes. A slice that is already in the folder from a run that
was stopped is not done again.
"""

from __future__ import annotations

import hashlib
import heapq
from collections import deque
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from importlib.metadata import version
from itertools import chain
from multiprocessing.util import Finalize

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
    Observation,
    Problem,
    Provenance,
    Recording,
    SessionResult,
    Spec,
    WallClock,
)

_LIBRARIES = ("av", "mediapipe", "numpy", "onnxruntime", "opencv-python", "openvino")
_GIVE = {"webcam": "Give the webcam recording.", "screen": "Give it with --screen FILE."}
# With one of these among a session's problems, part of the exam could not be looked at.
_PARTIAL = frozenset({"file_ends_early", "slice_lost"})


@dataclass(frozen=True, slots=True)
class Request:
    """What the user asks for. ``models`` is the network chosen for each role; ``span`` is session time, seconds."""

    student_id: str
    clips: tuple[Clip, ...]
    folder: str
    models: Mapping[str, nets.Entry]
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
    def length_s(self) -> float:
        """Seconds of video in the slice."""
        return self.piece.end_s - self.piece.start_s

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
    done: tuple[SliceJob, ...] = ()


# ---------------------------------------------------------------- before
def roles_needed(clips: Iterable[Clip]) -> tuple[str, ...]:
    """The roles for which the detectors of these clips need a network."""
    sources = {clip.source for clip in clips}
    specs = (detectors.find(name).spec for name in detectors.REGISTRY)
    return tuple(dict.fromkeys(role for spec in specs if spec.source in sources for role in spec.models))


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
            MissingDetector(
                "log", tuple(logs.SPEC.signals), "no browser log was given", "Give one with --events FILE.", "input"
            ),
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
        models=tuple(use for model in models.values() for use in model.uses),
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
                MissingDetector(name, signals, f"no {spec.source} recording was given", _GIVE[spec.source], "input")
            )
            continue
        remedy = missing[-1].remedy if missing else ""
        if spec.needs and not any(spec.needs in other.finds for other in runnable):
            missing.append(
                MissingDetector(name, signals, f"it needs a {spec.needs}, and nothing looks for one", remedy)
            )
            continue
        try:
            found = {role: nets.find(_chosen(role, request.models)) for role in spec.models}
        except ModelError as error:
            missing.append(MissingDetector(name, signals, f"{error.where}: {error.what}", error.hint))
            continue
        models |= found
        runnable.append(spec)
    _insist(request.require, missing)
    return tuple(runnable), tuple(missing), models


def _chosen(role: str, models: Mapping[str, nets.Entry]) -> nets.Entry:
    if role not in models:
        raise ModelError("the chosen set names no network for it", where=role, hint="Choose one with --model.")
    return models[role]


def _insist(required: Sequence[str], missing: Sequence[MissingDetector]) -> None:
    """Refuse to go on without a detector that the user requires."""
    unknown = set(required) - set(detectors.REGISTRY)
    if unknown:
        raise UsageError(
            f"unknown check {', '.join(sorted(unknown))}",
            where="--require",
            hint=f"Known: {', '.join(detectors.REGISTRY)}.",
        )
    for item in missing:
        if item.name in required:
            raise ModelError(f"cannot run: {item.reason}", where=item.name, hint=item.remedy)


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
        sums = [(role, model.name, model.sha256s) for role, model in used]
        key = f"{clip.source}-{piece.index:05d}-{hashlib.sha256(repr((facts, sums)).encode()).hexdigest()[:16]}"
        yield SliceJob(key, request.folder, clip, scan, piece, step_s, request.dense, names, used, threads)


def _creation_time(scans: Iterable[media.Scan]) -> WallClock | None:
    for scan in scans:
        created = scan.info.created_unix_s
        if created is not None:
            # Containers record UTC; which zone the exam was sat in is not known, and not guessed.
            return WallClock(created - scan.info.offset_s, 0.0, "creation time")
    return None


# ---------------------------------------------------------------- in a worker
def run_slice(job: SliceJob) -> str:
    """Analyse one slice and leave its observations in the session folder; returns the job's key."""
    sampling = media.Sampling(job.scan, job.piece, threads=job.threads)
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
        # MediaPipe must be closed before the worker's threads are shut down, which is earlier than atexit.
        Finalize(None, detector.close, exitpriority=1)
    return opened


def _observe(job: SliceJob, frames: Iterable[Frame], opened: Sequence[detectors.Detector]) -> Iterator[Observation]:
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
    """Put the slices together, judge, and write observations, snapshots and session.json.

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
        *_damage(folder, kept),
        *(Problem("slice_lost", job.label, lost[job.key]) for job in preparation.jobs if job.key in lost),
    ]
    recording = replace(preparation.recording, problems=tuple(problems))
    by_clip: dict[str, list[Iterator[Observation]]] = {}
    for job in kept:
        by_clip.setdefault(job.clip.source, []).append(folder.read_part(job.key))
    streams = [chain.from_iterable(parts) for parts in by_clip.values()]
    merged = heapq.merge(*streams, preparation.log, key=lambda observation: observation.t_s)
    folder.write_observations(recording, merged)
    result = judge_folder(folder, policy, analysed_at=analysed_at)
    scans: dict[str, media.Scan] = {job.clip.source: job.scan for job in preparation.jobs}
    result = _take_snapshots(folder, result, scans)
    folder.write_session(result)
    folder.drop_parts()
    return result


def judge_folder(folder: SessionFolder, policy: Policy, *, analysed_at: str) -> SessionResult:
    """Judge saved observations with ``policy``. No video is opened and no model loaded; nothing is written."""
    recording = folder.read_recording()
    judgement = risk.judge(recording, folder.read_observations(), policy)
    provenance = Provenance(
        proctor_version=__version__,
        policy_name=policy.name,
        policy_sha256=policy.sha256,
        models=recording.models,
        libraries={name: version(name) for name in _LIBRARIES},
        analysed_at=analysed_at,
    )
    partial = any(problem.code in _PARTIAL for problem in recording.problems)
    return _with_snapshots(folder, SessionResult(recording, judgement, provenance, partial))


def _damage(folder: SessionFolder, jobs: Iterable[SliceJob]) -> Iterator[Problem]:
    """What decoding lost, one sentence a clip."""
    losses: dict[str, list[DecodeLoss]] = {}
    for job in jobs:
        losses.setdefault(job.clip.path, []).append(folder.read_part_loss(job.key))
    for path, parts in losses.items():
        packets = sum(part.damaged_packets for part in parts)
        pictures = sum(part.corrupt_frames for part in parts)
        first_s = min((part.first_s for part in parts if part.first_s is not None), default=0.0)
        if packets or pictures:
            yield Problem(
                "packets_damaged",
                path,
                f"{packets} damaged packets and {pictures} corrupt pictures are left out, the first at {first_s:.1f} s",
            )


# ---------------------------------------------------------------- snapshots
def _pictured(incident: Incident) -> bool:
    """A snapshot is taken only when risk increases."""
    return incident.points > 0


def _snapshot_source(incident: Incident, sources: Collection[str]) -> str | None:
    """Whose picture shows the incident: its own source's, the screen's for what a log says, else the webcam's."""
    for source in (incident.source, "screen", "webcam"):
        if source in sources:
            return source
    return None


def _take_snapshots(folder: SessionFolder, result: SessionResult, scans: Mapping[str, media.Scan]) -> SessionResult:
    """Write a picture of each incident that scored, at its most telling moment, with what was found there drawn in."""
    wanted: dict[str, set[float]] = {}
    for incident in filter(_pictured, result.judgement.incidents):
        source = _snapshot_source(incident, scans.keys())
        if source is not None:
            wanted.setdefault(source, set()).add(incident.peak_s)
    folder.clear_snapshots()
    for source, times_s in wanted.items():
        boxes = _boxes_at(folder, source, times_s)
        for t_s, frame in zip(sorted(times_s), media.pictures_at(scans[source], sorted(times_s)), strict=True):
            media.write_jpeg(frame, folder.snapshot(source, t_s), boxes.get(t_s, ()))
    return _with_snapshots(folder, result)


def _boxes_at(folder: SessionFolder, source: str, times_s: Collection[float]) -> dict[float, tuple[Box, ...]]:
    return {
        observation.t_s: observation.boxes
        for observation in folder.read_observations()
        if observation.source == source and observation.t_s in times_s
    }


def _with_snapshots(folder: SessionFolder, result: SessionResult) -> SessionResult:
    """The result with each incident's picture named, where the folder has one taken during it.

    After re-scoring, an incident keeps the picture of the moment that was most telling under the first policy.
    """
    taken = folder.list_snapshots()
    sources = {source for source, _ in taken}

    def picture(incident: Incident) -> str:
        source = _snapshot_source(incident, sources)
        inside = [
            (abs(t_s - incident.peak_s), path)
            for (of, t_s), path in taken.items()
            if of == source and incident.start_s <= t_s <= incident.end_s
        ]
        return folder.relative(min(inside)[1]) if inside and _pictured(incident) else ""

    incidents = tuple(replace(incident, snapshot=picture(incident)) for incident in result.judgement.incidents)
    return replace(result, judgement=replace(result.judgement, incidents=incidents))
