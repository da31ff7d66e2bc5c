"""The two ends of a session, in a worker: from a request to slices, and from finished slices to results."""

from __future__ import annotations

import errno
from dataclasses import dataclass, replace

from proctor_cli.batch.documents import is_judged, is_shown, name_documents, write_documents
from proctor_cli.batch.work import complete, describe, find_change, shares_files
from proctor_cli.errors import OutputError
from proctor_cli.policy import Policy
from proctor_cli.report.cohort import Outcome, sum_up
from proctor_cli.session.finish import finish
from proctor_cli.session.judge import PARTIAL_PROBLEMS, judge_folder
from proctor_cli.session.prepare import Preparation, prepare
from proctor_cli.session.request import Request
from proctor_cli.store import Mark, SessionFolder, read_mark, remove_mark, write_mark
from proctor_cli.types import Recording, SessionResult

_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS)


class DiskFull(OutputError):
    """Nothing more can be written: that concerns every session."""


@dataclass(frozen=True, slots=True)
class Terms:
    """What holds for all sessions of a batch.

    ``language`` is that of the documents, None for none but session.json; ``networks`` is a hash of the networks that
    are chosen and here; ``overwrite`` allows to replace results of other recordings.
    """

    policy: Policy
    analysed_at: str
    threads: int = 1
    language: str | None = "en"
    networks: str = ""
    overwrite: bool = False


@dataclass(frozen=True, slots=True)
class Begin:
    """A session that is asked for."""

    request: Request
    terms: Terms


@dataclass(frozen=True, slots=True)
class Begun:
    """What there is to do: with a ``preparation`` its slices, without one nothing more.

    ``outcome`` is that of a session whose results were there already; ``note`` says in words what was made of results
    that were there, "" when nothing was. ``mark`` is what to mark the folder with in the end.
    """

    preparation: Preparation | None
    outcome: Outcome | None
    mark: Mark
    note: str = ""


@dataclass(frozen=True, slots=True)
class Conclude:
    """A session whose slices are done; ``lost`` maps the key of those without a result to the reason."""

    preparation: Preparation
    lost: dict[str, str]
    terms: Terms
    mark: Mark


def begin(job: Begin) -> Begun:
    """See what is left to do of a session, and prepare it.

    Raises:
        ProctorError: it cannot be analysed.
    """
    request, folder = job.request, SessionFolder(job.request.folder)
    now, before = describe(request, job.terms.networks), read_mark(folder)
    why = "" if before is None else find_change(before, now, folder)
    if before is not None and not why:
        kept = _take_over(folder, before, job.terms)
        if isinstance(kept, tuple):
            folder.drop_parts()  # which a process that was killed has left
            return Begun(None, kept[0], before, kept[1])
        why = kept
    preparation = prepare(request, threads=job.terms.threads)
    if not (job.terms.overwrite or (before and shares_files(before, now))):
        refuse_other_exam(folder, preparation.recording)
    remove_mark(folder)
    folder.drop_drafts()
    note = f"analysed again: {why}" if why else ""
    return Begun(preparation, None, complete(now, request, preparation.recording), note)


def conclude(job: Conclude) -> Outcome:
    """Put a session's slices together, judge, and write all its files; the slices go last.

    It may be done again wherever it was broken off: by a worker that takes the place of a lost one, or by another
    command.

    Raises:
        DiskFull: nothing more can be written.
        ProctorError: something else went wrong.
    """
    folder = SessionFolder(job.preparation.request.folder)
    try:
        # The mark was removed at the beginning: a worker that has written it again, and was lost then, has done it all.
        is_done = read_mark(folder) is not None
        result = folder.read_session() if is_done else _write_results(folder, job)
        # Where slices were lost the same command goes on from what there is, and tries only those again.
        if not job.lost:
            folder.drop_parts()
    except OutputError as error:
        raise sort_out(error) from error
    return sum_up(result, tell_partial(result))


def _write_results(folder: SessionFolder, job: Conclude) -> SessionResult:
    result = finish(job.preparation, job.lost, job.terms.policy, analysed_at=job.terms.analysed_at)
    language, mark = job.terms.language, job.mark
    if language is not None:
        write_documents(folder, result, language=language)
    write_mark(folder, replace(mark, shown=name_documents(result, language) if language else ()))
    return result


def sort_out(error: OutputError) -> OutputError:
    """The error as one that concerns all sessions, if the disk is full."""
    cause = error.__cause__
    if isinstance(cause, OSError) and cause.errno in _FULL:
        return DiskFull(error.what, where=error.where, hint="Make room; the same command then goes on.")
    return error


def refuse_other_exam(folder: SessionFolder, recording: Recording) -> None:
    """A candidate sits more than one exam: results of other recordings are not written over.

    Raises:
        OutputError: the folder holds such results.
    """
    if not folder.session.exists():
        return
    before = {clip.sha256 for clip in folder.read_session().recording.clips}
    if before.isdisjoint(clip.sha256 for clip in recording.clips):
        raise OutputError(
            "holds the session of other recordings", where=str(folder.path), hint="Choose another, or add --overwrite."
        )


def tell_partial(result: SessionResult) -> tuple[str, ...]:
    """What of a session could not be analysed, in words."""
    lost = (problem for problem in result.recording.problems if problem.code in PARTIAL_PROBLEMS)
    return tuple(f"{problem.where}: {problem.message}" for problem in lost)


def _take_over(folder: SessionFolder, mark: Mark, terms: Terms) -> tuple[Outcome, str] | str:
    """The outcome of results that are there, and what was done to them; or why they must be made again."""
    note = ""
    try:
        recording = folder.read_recording()
        lost = sum(problem.code == "slice_lost" for problem in recording.problems)
        if lost:
            return f"{lost} of its slices failed the last time"
        result = _read(folder)
        if result is None or not is_judged(result, terms.policy):
            result = judge_folder(folder, terms.policy, analysed_at=terms.analysed_at)
            folder.write_session(result)
            note = f"judged again by the policy {terms.policy.name}"
        if terms.language is not None and not is_shown(folder, mark, result, terms.language):
            write_documents(folder, result, language=terms.language)
    except DiskFull:
        raise
    except OutputError as error:
        if isinstance(sort_out(error), DiskFull):
            raise sort_out(error) from error
        return f"its results are damaged ({error.what})"
    return (sum_up(result, tell_partial(result)), note)


def _read(folder: SessionFolder) -> SessionResult | None:
    try:
        return folder.read_session()
    except OutputError:
        return None
