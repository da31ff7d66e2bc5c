"""A worker of a Dask cluster: whether it can be used, and what it does with a job. Runs there, not here."""

from __future__ import annotations

import os
import pickle
import platform
from contextlib import suppress
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING

from proctor_cli.engine.worker import answer
from proctor_cli.errors import UsageError

if TYPE_CHECKING:
    from distributed import Worker

Needs = tuple[tuple[str, str], ...]
"""Names of distributions, and "python", with the version that a worker must have."""


class UnfitWorker(UsageError):
    """A worker that would give other results, or none."""


def refusal(worker: str, fault: str) -> UnfitWorker:
    """The error that names a worker and why it cannot be used."""
    return UnfitWorker(f"cannot be used: {fault}", where=f"worker {worker}", hint="See docs/cluster.md.")


def inspect(needs: Needs, dask_worker: Worker) -> str:  # it is known to Dask by this name
    """Why this worker cannot be used; "" if it can."""
    return _find_fault(dask_worker.state.nthreads, needs)


@cache
def _find_fault(threads: int, needs: Needs) -> str:
    if threads != 1:
        # Networks and OpenCV's settings belong to a process.
        return f"it runs {threads} jobs at once in one process; start it with --nthreads 1"
    for name, needed in needs:
        found = platform.python_version() if name == "python" else _version(name)
        if found != needed:
            return f"it has {name} {found or '(none)'}, this command {needed}"
    return ""


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""


def run(packed: bytes, needs: Needs, topic: str, ticket: int, folder: str) -> bytes:
    """Do a packed job (see worker.answer), and tell under ``topic`` that it has begun; ``folder`` is the command's."""
    from distributed import get_worker

    worker = get_worker()
    fault = _find_fault(worker.state.nthreads, needs)
    if fault:
        return pickle.dumps((None, refusal(worker.address, fault)))
    worker.log_event(topic, (worker.address, ticket))
    with suppress(OSError):  # it may have its files elsewhere
        os.chdir(folder)  # where the names of files that a job has begin
    return answer(packed)
