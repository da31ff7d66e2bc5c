"""Run functions on jobs, somewhere else. An engine knows jobs, never videos.

``local`` has processes on this machine; ``worker`` is what such a process does, and how it is started and ended.
``cluster`` has the workers of a Dask scheduler; ``remote`` is what runs there. ``capacity`` says how many workers a
machine has room for.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Generic, Protocol, Self, TypeVar

J = TypeVar("J")
R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Done(Generic[R]):
    """What came of the job with this ``ticket``: its result, or why there is none."""

    ticket: int
    result: R | None
    error: Exception | None


class WorkerDied(Exception):
    """A worker process ended in the middle of a job, twice. ``args[0]`` says how."""


class Engine(Protocol):
    """Runs jobs somewhere, any number at a time. One thread uses it, best in a ``with`` block, which closes it."""

    def submit(self, function: Callable[[J], R], job: J) -> int:
        """Have ``function``, one that can be imported by its name, run on ``job``; returns its ticket: 0, 1, 2, ...

        The job begins as soon as a worker is free, whatever the caller does meanwhile.
        """

    def outcomes(self) -> Generator[Done[Any], None, None]:
        """What came of the jobs, in the order in which they finish, each once, until nothing is under way.

        More may be submitted between two of them.
        """

    def count_workers(self) -> int:
        """How many workers there are now: more or fewer may be there later."""

    def close(self) -> None:
        """Stop all work at once. What was under way has no outcome; closing again does nothing."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...
