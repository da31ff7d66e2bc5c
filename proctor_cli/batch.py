"""Sessions through an engine: prepare, hand the slices over, collect what came of them, finish.

One session is a batch of one. Slices that an earlier, stopped run has left in the session's folder are not
analysed again.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from typing import TypeVar, cast

from proctor_cli.engine import Engine, WorkerDied
from proctor_cli.errors import ProctorError
from proctor_cli.policy import Policy
from proctor_cli.session.finish import finish
from proctor_cli.session.jobs import SliceJob
from proctor_cli.session.observe import run_slice
from proctor_cli.session.prepare import Preparation
from proctor_cli.store import SessionFolder
from proctor_cli.types import SessionResult

J = TypeVar("J")
R = TypeVar("R")


def do_apart(engine: Engine) -> Callable[[Callable[[J], R], J], R]:
    """What does one job through ``engine`` and returns its result, or raises its error."""

    def do(function: Callable[[J], R], job: J) -> R:
        (done,) = engine.map(function, [job])
        if isinstance(done.error, WorkerDied):
            raise ProctorError(str(done.error), where=function.__name__)
        if done.error is not None:
            raise done.error
        return cast(R, done.result)

    return do


def analyse(
    preparation: Preparation,
    engine: Engine,
    policy: Policy,
    *,
    analysed_at: str,
    advance: Callable[[float], None],
) -> SessionResult:
    """Analyse a prepared session and write its observations, snapshots and session.json.

    A slice whose worker failed is left out and named among the problems; the rest of the session is complete.

    Args:
        preparation: what `session.prepare` returned.
        engine: where the slices are analysed.
        policy: the rules.
        analysed_at: the time now, ISO 8601.
        advance: told the seconds of video of each slice that is done.

    Raises:
        ProctorError: no slice could be analysed; the first slice's reason.
    """
    for job in preparation.done:
        advance(job.length_s)
    waiting = [job for job in preparation.jobs if job not in preparation.done]
    failures: dict[str, ProctorError] = {}
    try:
        with closing(engine.map(run_slice, waiting)) as outcomes:
            for done in outcomes:
                job = waiting[done.index]
                if done.error is not None:
                    failures[job.key] = _explain(done.error, job)
                advance(job.length_s)
    finally:
        SessionFolder(preparation.request.folder).drop_half_parts()
    if failures and len(failures) == len(preparation.jobs):
        raise next(iter(failures.values()))
    lost = {key: f"not analysed: {error}" for key, error in failures.items()}
    return finish(preparation, lost, policy, analysed_at=analysed_at)


def _explain(error: Exception, job: SliceJob) -> ProctorError:
    if isinstance(error, ProctorError):
        return error
    what = str(error) if isinstance(error, WorkerDied) else f"unexpected {type(error).__name__}: {error}"
    return ProctorError(what, where=job.clip.path)
