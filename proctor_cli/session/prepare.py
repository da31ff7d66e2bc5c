"""Before the analysis: probe the recordings, see which detectors can run, cut the work into slices."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from importlib.metadata import version
from math import inf
from typing import TypeVar

from proctor_cli import __version__, detectors, logs, media, nets, plan, risk
from proctor_cli.errors import UsageError
from proctor_cli.files import hash_file
from proctor_cli.session.choose import choose_detectors, insist
from proctor_cli.session.enrol import EnrolJob, Enrolment, enrol
from proctor_cli.session.jobs import LIBRARIES, SliceJob, cut_jobs
from proctor_cli.session.place import Placed, place
from proctor_cli.session.request import Request
from proctor_cli.store import SessionFolder
from proctor_cli.types import (
    Clip,
    Embeddings,
    IdentityBasis,
    MissingDetector,
    Observation,
    Recording,
    Spec,
    WallClock,
)

J = TypeVar("J")
R = TypeVar("R")

_SWITCHED_OFF = ("it was switched off with --no-identity", "Leave the option out.")


@dataclass(frozen=True, slots=True)
class Preparation:
    """A session ready to be analysed.

    ``scans`` are those of all recordings. ``done`` are jobs whose result lies in the folder already; ``embeddings`` is
    None unless they are to be kept.
    """

    request: Request
    recording: Recording
    scans: tuple[media.Scan, ...]
    log: tuple[Observation, ...]
    jobs: tuple[SliceJob, ...]
    embeddings: Embeddings | None = None
    done: tuple[SliceJob, ...] = ()


def roles_needed(clips: Iterable[Clip]) -> tuple[str, ...]:
    """The roles for which the detectors of these clips need a network."""
    clips = tuple(clips)
    sources: set[str] = {clip.source for clip in clips}
    if any(media.has_sound(clip.path) for clip in clips if clip.source != "workspace"):
        sources.add("sound")
    specs = (detectors.find(name).spec for name in detectors.REGISTRY)
    return tuple(dict.fromkeys(role for spec in specs if spec.source in sources for role in spec.models))


def call(function: Callable[[J], R], job: J) -> R:
    """Do a job here and now."""
    return function(job)


def prepare(
    request: Request,
    *,
    threads: int = 1,
    apart: Callable[[Callable[[EnrolJob], Enrolment], EnrolJob], Enrolment] = call,
) -> Preparation:
    """Probe the recordings, see which detectors can run, and cut the work into slices.

    The folder is made last: a request that is refused leaves nothing behind.

    Args:
        request: what the user asks for.
        threads: how many threads may look for the face that is to be registered.
        apart: does a job that loads networks, in another process if that is at hand.

    Raises:
        InputError: a recording or a photo cannot be read, or a photo shows no face to compare with.
        UsageError: the log or the span is wrong, or by the offset or the start times given the recordings do not
            overlap.
        ModelError: a detector named in ``request.require`` cannot run, or a chosen network is of a family that its
            detector cannot read.
        OutputError: the folder cannot be written.
    """
    for clip in request.clips:
        _refuse_unprintable(clip.path)
    left_out = {} if request.identity else {"identity": _SWITCHED_OFF}
    sources = {clip.source for clip in request.clips}
    # What is refused whether or not there is sound is refused before anything is read.
    choose_detectors({*sources, "sound"}, request.models, request.require, left_out)
    placement = place(request)
    scans = placement.clips
    heard = _find_sound(scans)
    sources |= {clip.source for clip, _ in heard}
    runnable, missing, models = choose_detectors(sources, request.models, request.require, left_out)
    runnable = tuple(_pace(spec, runnable, request) for spec in runnable)
    enrolment = _enrol(request, scans, runnable, models, threads, apart)
    if not enrolment.gallery and any(spec.name == "identity" for spec in runnable):
        runnable, missing = _leave_out_identity(request, runnable, missing)
    duration_s = max(scan.info.offset_s + scan.info.duration_s for _, scan in scans)
    wall_clock = request.start or _creation_time(scan for _, scan in scans)
    log = _read_log(request, wall_clock, request.span or (_find_begin(scans), duration_s), duration_s)
    folder = SessionFolder(request.folder)
    recording = Recording(
        student_id=request.student_id,
        duration_s=round(duration_s, 6),
        clips=tuple(replace(scan.info, path=folder.relative(clip.path)) for clip, scan in scans),
        detectors=(*runnable, *_without_pictures(sources, log)),
        missing=missing if log.observations else (*missing, _no_log(request, log)),
        problems=(
            *request.problems,
            *placement.problems,
            *(problem for _, scan in scans for problem in scan.problems),
            *log.problems,
        ),
        wall_clock=wall_clock,
        models=tuple(use for model in models.values() for use in model.uses),
        span=request.span,
        dense=request.dense,
        proctor_version=__version__,
        libraries={name: version(name) for name in LIBRARIES},
        log_sha256=hash_file(request.events) if request.events else "",
        photos_sha256=tuple(hash_file(photo) for photo in request.photos if os.access(photo, os.R_OK)),
        student=request.student,
        findings=(*request.findings, *enrolment.findings),
        bystanders_blurred=request.blur_bystanders,
        screen_text_kept=request.keep_screen_text,
        exam_names=request.exam_names,
        identity=enrolment.basis,
        milestones=log.milestones,
    )
    jobs: tuple[SliceJob, ...] = ()
    for clip, scan in (*heard, *scans):
        keys = tuple(job.key for job in jobs if job.clip.source == "sound") if clip.source == "webcam" else ()
        jobs += tuple(cut_jobs(request, clip, scan, _of(clip.source, runnable), models, enrolment.gallery, keys))
    if request.span is not None and not jobs:
        raise UsageError(
            f"no picture between {request.span[0]:g} s and {request.span[1]:g} s",
            where="--span",
            hint=f"The session lasts {duration_s:.1f} s.",
        )
    folder.prepare()
    done = tuple(job for job in jobs if folder.holds_part(job.key))
    kept = None
    if request.keep_embeddings and enrolment.gallery:
        (use, *_) = models["identity"].uses
        kept = Embeddings(request.student_id, use, enrolment.basis, enrolment.gallery)
    return Preparation(request, recording, tuple(scan for _, scan in scans), log.observations, jobs, kept, done)


def _pace(spec: Spec, runnable: Collection[Spec], request: Request) -> Spec:
    """How seldom the detector may look while nothing changes, by the shortest rule that it is needed for."""
    if request.dense or spec.name not in plan.PACES:
        return spec
    shortest_s = min(request.shortest_s.get((spec.source, signal), inf) for signal in spec.signals)
    step_s = plan.step_s(other for other in runnable if other.source == spec.source)
    return replace(spec, sparse_s=plan.bound_s(plan.PACES[spec.name], shortest_s, step_s))


def _find_sound(scans: Iterable[Placed]) -> tuple[Placed, ...]:
    """The recording whose sound is listened to, all parts of it, as clips of sound: the webcam's, else the screen's."""
    for source in ("webcam", "screen"):
        parts = [(clip, scan) for clip, scan in scans if clip.source == source]
        if any(scan.info.has_audio for _, scan in parts):
            return tuple((replace(clip, source="sound"), scan) for clip, scan in parts)
    return ()


def _enrol(
    request: Request,
    scans: Sequence[Placed],
    runnable: Sequence[Spec],
    models: Mapping[str, nets.Model],
    threads: int,
    apart: Callable[[Callable[[EnrolJob], Enrolment], EnrolJob], Enrolment],
) -> Enrolment:
    """Whose face it should be; nobody's, when identity is not looked at."""
    if not any(spec.name == "identity" for spec in runnable):
        return Enrolment((), IdentityBasis())
    parts = tuple(scan for clip, scan in scans if clip.source == "webcam")
    needed = tuple((role, models[role]) for role in ("faces", "identity"))
    return apart(enrol, EnrolJob(request.photos, parts, needed, request.span, threads))


def _leave_out_identity(
    request: Request, runnable: tuple[Spec, ...], missing: tuple[MissingDetector, ...]
) -> tuple[tuple[Spec, ...], tuple[MissingDetector, ...]]:
    """What runs and what does not when no face could be registered."""
    spec = next(spec for spec in runnable if spec.name == "identity")
    nobody = MissingDetector(
        spec.name,
        tuple(spec.signals),
        "no face was seen well enough, for three seconds, to be registered",
        "Give a photo of the candidate with --reference.",
    )
    insist(request.require, [nobody])
    return tuple(other for other in runnable if other is not spec), (nobody, *missing)


def _refuse_unprintable(path: str) -> None:
    """Results name their recordings in UTF-8; a name that is none would only be found out after the whole analysis."""
    try:
        path.encode()
    except UnicodeEncodeError:
        shown = path.encode("utf-8", "backslashreplace").decode()
        raise UsageError("the file's name is not UTF-8", where=shown, hint="Rename it.") from None


def _find_begin(scans: Iterable[Placed]) -> float:
    """When the first recording of the exam begins: before 0 where the screen's was started first."""
    return min([0.0, *(clip.offset_s for clip, _ in scans if clip.source != "workspace")])


def _read_log(
    request: Request, wall_clock: WallClock | None, span: tuple[float, float], duration_s: float
) -> logs.LogReading:
    if request.events is None:
        return logs.LogReading()
    name = request.student.name if request.student else ""
    reading = logs.read(request.events, wall_clock, span, student_id=request.student_id, name=name)
    if reading.observations and span[1] < duration_s:
        # A log's last state would hold to the end of the session; behind the span nothing is claimed.
        end = Observation("log", span[1], dict.fromkeys(reading.spec.signals))
        return replace(reading, observations=(*reading.observations, end))
    return reading


def _without_pictures(sources: Collection[str], log: logs.LogReading) -> Iterator[Spec]:
    """What is known without looking at a picture or listening: that there is nothing to, and what a log says."""
    if "webcam" in sources:
        yield plan.GAPS
        yield plan.REPEATS
    if "screen" in sources:
        yield plan.SCREEN_GAPS
    if "sound" in sources:
        yield plan.HEARD
    if log.observations:
        yield log.spec


def _no_log(request: Request, log: logs.LogReading) -> MissingDetector:
    reason, remedy = risk.NOT_GIVEN["log"]
    if request.events is not None:
        reason, remedy = "the log says nothing that a rule watches", "Give that of the exam's page with --events FILE."
    if not log.milestones and any(problem.code == "log_outside" for problem in log.problems):
        reason, remedy = "no row of the log lies within the recording", "Check the times in it, and --start."
    return MissingDetector("log", tuple(logs.SPEC.signals), reason, remedy, "input")


def _of(source: str, specs: Iterable[Spec]) -> tuple[Spec, ...]:
    return tuple(spec for spec in specs if spec.source == source)


def _creation_time(scans: Iterable[media.Scan]) -> WallClock | None:
    for scan in scans:
        created = scan.info.created_unix_s
        if created is not None and scan.info.source != "workspace":  # how long before the exam that was is not known
            # Containers record UTC; which zone the exam was sat in is not known, and not guessed.
            return WallClock(created - scan.info.offset_s, 0.0, "creation time")
    return None
