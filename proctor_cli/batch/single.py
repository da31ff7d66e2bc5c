"""One session: a batch of one."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar, cast

from proctor_cli.batch.schedule import Advanced, Prepared, run_prepared
from proctor_cli.batch.stages import Begin, Terms
from proctor_cli.batch.work import complete, describe, hash_networks
from proctor_cli.engine import Engine, WorkerDied
from proctor_cli.engine.capacity import Capacity
from proctor_cli.errors import ProctorError
from proctor_cli.policy import Policy
from proctor_cli.session.prepare import Preparation
from proctor_cli.store import SessionFolder, remove_mark
from proctor_cli.types import SessionResult

J = TypeVar("J")
R = TypeVar("R")

_ONE = Capacity(1, 1)


def do_apart(engine: Engine) -> Callable[[Callable[[J], R], J], R]:
    """What does one job through an otherwise idle ``engine`` and returns its result, or raises its error."""

    def do(function: Callable[[J], R], job: J) -> R:
        engine.submit(function, job)
        (done,) = engine.outcomes()
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
    capacity: Capacity = _ONE,
    *,
    analysed_at: str,
    advance: Callable[[float], None],
    language: str | None = None,
) -> SessionResult:
    """Analyse one prepared session: a batch of one.

    A slice whose worker failed is left out and named among the problems; the rest of the session is complete.

    Args:
        preparation: what `session.prepare` returned.
        engine: where the slices are analysed; nothing else is under way there.
        policy: the rules.
        capacity: what the engine has; the fewer slices there are, the more threads each is given.
        analysed_at: the time now, ISO 8601.
        advance: told the seconds of video of each slice that is done.
        language: that of the documents; None writes observations, snapshots and session.json only.

    Raises:
        ProctorError: no slice could be analysed; the first slice's reason.
    """
    request, folder = preparation.request, SessionFolder(preparation.request.folder)
    terms = Terms(policy, analysed_at, language=language)
    mark = complete(describe(request, hash_networks(request.models)), request, preparation.recording)
    remove_mark(folder)
    folder.drop_drafts()
    events = run_prepared(preparation, Begin(request, terms), mark, engine, capacity)
    for event in events:
        if isinstance(event, Prepared):
            if event.done_s:
                advance(event.done_s)
        elif isinstance(event, Advanced):
            advance(event.video_s)
        elif event.error is not None:
            raise event.error
    return folder.read_session()
