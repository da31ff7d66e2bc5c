"""Map a function over jobs. An engine knows jobs, never videos."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

J = TypeVar("J")
R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Done(Generic[R]):
    """What came of the job at ``index``: its result, or why there is none."""

    index: int
    result: R | None
    error: Exception | None


class WorkerDied(Exception):
    """A worker process ended in the middle of a job, twice. ``args[0]`` says how."""


class Engine(Protocol):
    """Runs jobs somewhere and yields what came of them, in the order in which they finish."""

    def map(self, function: Callable[[J], R], jobs: Sequence[J]) -> Generator[Done[R], None, None]:
        """Run ``function`` on every job. Closing the iterator early stops the work at once."""
