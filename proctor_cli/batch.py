"""Sessions through an engine: prepare, hand the slices over, collect what came of them, finish.

One session is a batch of one. Slices that an earlier, stopped run has left in the session's folder are not
analysed again.
"""

from __future__ import annotations

from collections.abc import Callable

from proctor_cli import session
from proctor_cli.engine import Engine
from proctor_cli.errors import ProctorError
from proctor_cli.policy import Policy
from proctor_cli.types import SessionResult


def analyse(
    preparation: session.Preparation,
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
    lost: dict[str, str] = {}
    reasons: list[Exception] = []
    for done in engine.map(session.run_slice, waiting):
        job = waiting[done.index]
        if done.error is not None:
            lost[job.key] = f"not analysed: {done.error}"
            reasons.append(done.error)
        advance(job.length_s)
    if preparation.jobs and len(lost) == len(preparation.jobs):
        first = reasons[0]
        raise first if isinstance(first, ProctorError) else ProctorError(str(first), where=waiting[0].clip.path)
    return session.finish(preparation, lost, policy, analysed_at=analysed_at)
