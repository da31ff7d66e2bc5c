"""The sessions to be scored: recordings analysed now, results of earlier analyses, or a list of reports.

Whatever they come from, all are judged by one policy.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from pathlib import Path

from proctor_cli.batch.single import analyse, do_apart
from proctor_cli.engine import Engine
from proctor_cli.engine.capacity import Capacity
from proctor_cli.errors import ModelError, OutputError, ProctorError, UsageError
from proctor_cli.evaluate.labels import Labels, Report, name_clip
from proctor_cli.evaluate.scoring import Session, rename, rename_all
from proctor_cli.policy import Policy
from proctor_cli.report.evaluation import FailedSession
from proctor_cli.report.rows import tidy
from proctor_cli.risk import find_inputs
from proctor_cli.session import recordings
from proctor_cli.session.judge import judge_folder
from proctor_cli.session.prepare import Preparation, prepare
from proctor_cli.session.references import find_student_photos
from proctor_cli.session.request import Request
from proctor_cli.store import SessionFolder, find_sessions
from proctor_cli.types import Clip, Finding, Recording, SessionResult, Source

Watch = Callable[[float, str], AbstractContextManager[Callable[[float], None]]]
"""Shows how much of so many seconds of video is done, under a label."""


@dataclass(frozen=True, slots=True)
class Judged:
    """A judged session and the folder that holds it."""

    clip: str
    folder: SessionFolder
    result: SessionResult


@dataclass(frozen=True, slots=True)
class Analysed:
    """What became of all recordings, in their order."""

    sessions: tuple[Judged, ...]
    failed: tuple[FailedSession, ...] = ()


def find_recordings(folders: Iterable[Path], labels: Labels, wanted: Callable[[str], bool]) -> dict[str, Path]:
    """The recordings in ``folders`` by clip, in order; what no label names is a session in which nothing happens.

    A clip may be a recorder's folder, if a label names it: other folders are none of this.

    Raises:
        UsageError: a labelled clip has no recording, or more than one; all of them are listed.
    """
    found: dict[str, list[Path]] = {}
    for folder in dict.fromkeys(folders):
        if not folder.is_dir():
            raise UsageError("no such folder", where=str(folder), hint="Give the folder of the recordings.")
        for path in sorted(folder.iterdir()):
            is_parts = path.name in labels.clips and path.is_dir() and not SessionFolder(path).exists()
            name = path.name if is_parts else path.stem
            if (is_parts or path.suffix.lower() in recordings.SUFFIXES) and wanted(name):
                found.setdefault(name, []).append(path)
    mistakes = [f"{clip}: more than one recording: {', '.join(map(str, p))}" for clip, p in found.items() if len(p) > 1]
    mistakes += [f"{clip}: labelled, but there is no recording of it" for clip in sorted(labels.clips - found.keys())]
    _refuse(mistakes, "recordings", "Name their folder with --recordings, or choose among them with --only.")
    return {clip: path for clip, (path,) in sorted(found.items())}


def list_clips(path: Path, source: Source) -> tuple[Clip, ...]:
    """The clips of one session: of a recorder's folder all that are in it, else the recording itself.

    Raises:
        InputError: the folder holds no recordings, or may not be read.
        UsageError: it is not clear what those in it show.
    """
    return recordings.find_recordings(str(path), source).clips if path.is_dir() else (Clip(source, str(path)),)


def find_candidates(
    database: Path | None, clips: Collection[str]
) -> dict[str, tuple[tuple[str, ...], tuple[Finding, ...]]]:
    """For each clip the photos of its candidate, ``database/CLIP/photo.jpg``, and a finding where there are none.

    Without a database there is nothing to find and nothing to say.

    Raises:
        UsageError: it is no folder, or has photos for none of the clips.
    """
    if database is None:
        return dict.fromkeys(clips, ((), ()))
    if not database.is_dir():
        raise UsageError("no such folder", where=str(database), hint="Give a folder with a folder of photos per clip.")
    candidates = {clip: find_student_photos(database, clip) for clip in clips}
    if not any(photos for photos, _ in candidates.values()):
        hint = "Name the folders in it like the recordings, without ending: A1/photo.jpg."
        raise UsageError("holds photos for none of the recordings", where=str(database), hint=hint)
    return candidates


def find_results(folder: Path, labels: Labels, wanted: Callable[[str], bool]) -> dict[str, SessionFolder]:
    """The finished sessions in ``folder`` by clip: the name of the session's folder, else of its first recording.

    Raises:
        OutputError: there is no session in it.
        UsageError: a labelled clip has no session, or more than one; all of them are listed.
    """
    found: dict[str, list[SessionFolder]] = {}
    for session in find_sessions([folder]):
        name = session.path.resolve().name
        if name not in labels.clips:
            recorded = name_clip(session.read_recording().clips[0].path)
            name = recorded if recorded in labels.clips else name
        if wanted(name):
            found.setdefault(name, []).append(session)
    mistakes = [
        f"{clip}: more than one session: {', '.join(str(session.path) for session in sessions)}"
        for clip, sessions in found.items()
        if len(sessions) > 1
    ]
    mistakes += [f"{clip}: labelled, but there is no session of it" for clip in sorted(labels.clips - found.keys())]
    _refuse(mistakes, str(folder), "Choose among the labelled clips with --only.")
    return {clip: session for clip, (session,) in sorted(found.items())}


def analyse_all(
    requests: Mapping[str, Request],
    policy: Policy,
    engine: Engine,
    *,
    capacity: Capacity,
    analysed_at: str,
    watch: Watch,
    done: Callable[[Judged], None],
) -> Analysed:
    """Analyse recordings one after another, as `proctor analyze` does; one that cannot be read does not stop the rest.

    A recording that has been analysed into its folder with the same photos, detectors, networks and version is only
    judged.

    Args:
        requests: what to analyse, by clip.
        policy: the rules.
        engine: where the slices are analysed.
        capacity: what the engine has.
        analysed_at: the time now, ISO 8601.
        watch: shows the progress of one recording.
        done: told of each session when session.json is written.

    Raises:
        ProctorError: something that concerns all of them; or all of them failed, and then the first one's reason.
    """
    sessions: list[Judged] = []
    failures: dict[str, ProctorError] = {}
    for number, (clip, request) in enumerate(requests.items(), 1):
        label = f"{clip} ({number}/{len(requests)})"
        try:
            result = _analyse(request, policy, engine, capacity, analysed_at, watch, label)
        except (UsageError, ModelError, OutputError):
            raise
        except ProctorError as error:
            failures[clip] = error
            continue
        sessions.append(Judged(clip, SessionFolder(request.folder), result))
        done(sessions[-1])
    if failures and not sessions:
        raise next(iter(failures.values()))
    return Analysed(tuple(sessions), tuple(FailedSession(clip, str(error)) for clip, error in failures.items()))


def judge_all(folders: Mapping[str, SessionFolder], policy: Policy, *, analysed_at: str) -> tuple[Judged, ...]:
    """Judge saved observations; nothing is written.

    Raises:
        OutputError: observations are missing or damaged.
        UsageError: of some sessions only a span was analysed, so that labels outside of it could not be found.
    """
    sessions = tuple(
        Judged(clip, folder, judge_folder(folder, policy, analysed_at=analysed_at)) for clip, folder in folders.items()
    )
    spans = [f"{s.clip}: only a span was analysed" for s in sessions if s.result.recording.span is not None]
    _refuse(spans, "sessions", "Analyse them without --span.")
    return sessions


def is_analysed(preparation: Preparation) -> bool:
    """Whether the folder holds the whole result of exactly this work: recordings, photos, networks, versions."""
    folder = SessionFolder(preparation.request.folder)
    try:
        before = folder.read_recording()
    except OutputError:  # none, or damaged
        return False
    whole = all(problem.code != "slice_lost" for problem in before.problems)
    return whole and _work(before) == _work(preparation.recording)


def read_session(judged: Judged, labels: Labels, policy: Policy, names: Mapping[str, str]) -> Session:
    """What was reported of a session, under the names of the labels, with times as in events.csv.

    What a room scan showed is left out: it lies before the recording that is labelled.
    """
    recording = judged.result.recording
    reports = [
        Report(incident.event, tidy(incident.start_s), tidy(incident.end_s))
        for incident in judged.result.judgement.incidents
        if incident.source != "workspace"
    ]
    unassessed = find_unassessed(judged.result, policy)
    assessed = {rename(rule.event, names) for rule in policy.enabled_rules if rule.event not in unassessed}
    return Session(
        clip=judged.clip,
        duration_s=labels.durations_s.get(judged.clip, recording.duration_s),
        reports=rename_all(reports, names),
        unassessed={
            rename(event, names): reason for event, reason in unassessed.items() if rename(event, names) not in assessed
        },
    )


def find_unassessed(result: SessionResult, policy: Policy) -> dict[str, str]:
    """The events that nobody looked for in this session, with the reason.

    Where somebody looked and could not measure anything, a labelled event has been missed like any other.
    """
    looked = {(spec.source, signal) for spec in result.recording.detectors for signal in spec.signals}
    sought = {rule.event for rule in policy.enabled_rules if looked.issuperset(find_inputs(rule.source, rule.signal))}
    return {item.event: item.reason for item in result.judgement.not_assessed if item.event not in sought}


def list_sessions(labels: Labels, reports: Mapping[str, Sequence[Report]], names: Mapping[str, str]) -> list[Session]:
    """Sessions of which nothing but reports is known; without a known length they last until the last time in them."""

    def last_s(clip: str) -> float:
        ends_s = [fact.end_s for fact in labels.facts.get(clip, ())]
        return max([*ends_s, *(report.end_s for report in reports.get(clip, ()))], default=0.0)

    return [
        Session(clip, labels.durations_s.get(clip) or last_s(clip), rename_all(reports.get(clip, ()), names))
        for clip in sorted(labels.clips.union(reports))
    ]


def _analyse(
    request: Request,
    policy: Policy,
    engine: Engine,
    capacity: Capacity,
    analysed_at: str,
    watch: Watch,
    label: str,
) -> SessionResult:
    folder = SessionFolder(request.folder)
    preparation = prepare(request, threads=capacity.threads(1), apart=do_apart(engine))
    if is_analysed(preparation):
        result = judge_folder(folder, policy, analysed_at=analysed_at)
        folder.write_session(result)
        return result
    _protect(folder, preparation.recording)
    with watch(sum(job.length_s for job in preparation.jobs), label) as advance:
        return analyse(preparation, engine, policy, capacity, analysed_at=analysed_at, advance=advance)


def _protect(folder: SessionFolder, recording: Recording) -> None:
    """Never write over the results of other recordings."""
    if not folder.session.exists():
        return
    before = {clip.sha256 for clip in folder.read_session().recording.clips}
    if before.isdisjoint(clip.sha256 for clip in recording.clips):
        raise OutputError(
            "holds the session of another recording", where=str(folder.path), hint="Choose another folder with -o."
        )


def _work(recording: Recording) -> Recording:
    """All that decides what is observed, wherever the file lies and whatever was said about it."""
    clips = tuple(replace(clip, path="") for clip in recording.clips)
    return replace(recording, clips=clips, problems=(), missing=())


def _refuse(mistakes: Sequence[str], where: str, hint: str) -> None:
    if mistakes:
        raise UsageError("\n  ".join(("cannot be evaluated", *mistakes, hint)), where=where)
