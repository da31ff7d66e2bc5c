"""Where slices are analysed: on this machine, or on a Dask cluster."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from proctor_cli.cli.options import EngineKind
from proctor_cli.cli.terminal import note
from proctor_cli.errors import UsageError

if TYPE_CHECKING:
    from proctor_cli.engine import Engine
    from proctor_cli.engine.capacity import Capacity


def check_engine(kind: EngineKind, scheduler: str | None, workers: int | None) -> None:
    """Whether the three options make sense together; for before any work is done.

    Raises:
        UsageError: they do not.
    """
    if kind is EngineKind.dask and not scheduler:
        raise UsageError("needs the address of its scheduler", where="--engine dask", hint="Give --scheduler ADDRESS.")
    if kind is EngineKind.dask and workers:
        hint = "Leave one of them out."
        raise UsageError("a cluster has as many workers as it has", where="--workers with --engine dask", hint=hint)
    if kind is EngineKind.local and scheduler:
        raise UsageError("is of no use on this machine", where="--scheduler", hint="Add --engine dask.")


@contextmanager
def open_engine(
    kind: EngineKind, scheduler: str | None, workers: int | None, folder: Path
) -> Iterator[tuple[Engine, Capacity]]:
    """The engine, closed behind the block, and what it has; workers elsewhere must see the ``folder`` of the results.

    Raises:
        UsageError: the options make no sense together, or the cluster cannot be used.
        ProctorError: no worker came in time.
    """
    from proctor_cli.engine.capacity import Capacity, measure_capacity
    from proctor_cli.engine.local import LocalEngine
    from proctor_cli.session.jobs import LIBRARIES
    from proctor_cli.session.observe import get_ready

    check_engine(kind, scheduler, workers)
    if kind is EngineKind.local or scheduler is None:
        capacity = measure_capacity(workers)
        with LocalEngine(capacity.workers, get_ready) as local:
            yield local, capacity
        return
    from proctor_cli.engine.cluster import DaskEngine

    with DaskEngine(scheduler, same=("proctor-cli", *LIBRARIES), say=note) as cluster:
        cluster.refuse_blind(folder)
        # Each runs one job at a time, on one thread.
        yield cluster, Capacity(cluster.count_workers(), 1)
