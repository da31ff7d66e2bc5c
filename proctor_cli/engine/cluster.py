"""Jobs on the workers of a Dask cluster that somebody has started.

Dask brings jobs to workers, and runs again what a lost worker was working on. Added here is what else an engine
promises: an error belongs to its job, a job whose workers die is given up, and a cluster that would give other results
or none is refused.
"""

from __future__ import annotations

import asyncio
import logging
import os
import pickle
import platform
import socket
import warnings
from collections.abc import Callable, Generator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from importlib.metadata import version
from pathlib import Path
from queue import Empty, SimpleQueue
from tempfile import NamedTemporaryFile
from time import monotonic, sleep
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import urlsplit
from uuid import uuid4

from proctor_cli.engine import Done, J, R, WorkerDied
from proctor_cli.engine.remote import UnfitWorker, inspect, refusal, run
from proctor_cli.errors import ProctorError, UsageError

if TYPE_CHECKING:
    from distributed import Client, Future

_TRIES = 2
_SCHEMES = ("tcp", "tls", "ws", "wss", "ucx", "ucxx")
_CONNECT_S = 10
# While nothing comes, it is looked this often whether there are workers at all.
_LOOK_S = 5.0
_START = "Start workers with `dask worker {} --nthreads 1`."


class DaskEngine:
    """The workers of a Dask scheduler, as many as there are at any time.

    A job that has begun goes on to its end when the engine is closed; its result is dropped.

    Args:
        address: the scheduler's, as in "tcp://10.0.0.5:8786".
        same: names of distributions of which workers must have the same version as this process.
        say: told in words when there is something to wait for.
        patience_s: how long to wait for a first worker, or for another when all are lost.

    Raises:
        UsageError: Dask is not installed here, no scheduler answers, or a worker cannot be used.
        ProctorError: no worker came in time.
    """

    def __init__(
        self,
        address: str,
        *,
        same: Sequence[str] = (),
        say: Callable[[str], None] = lambda text: None,
        patience_s: float = 600.0,
    ) -> None:
        self._address, self._say, self._patience_s = address, say, patience_s
        self._needs = (("python", platform.python_version()), *((name, version(name)) for name in same))
        self._topic = f"proctor-{uuid4().hex}"
        self._submitted = 0
        self._jobs: dict[int, tuple[bytes, Future[bytes]]] = {}  # those under way
        self._begun: dict[str, int] = {}  # worker -> ticket of the job that it is working on
        self._losses: dict[int, int] = {}
        self._count, self._is_counted = 0, False  # workers, and whether none came or went since
        # What other threads hear is dealt with in the caller's, when it asks for outcomes.
        self._news: SimpleQueue[Callable[[], Done[Any] | None]] = SimpleQueue()
        self._client = _connect(address)
        try:
            self._wait_for_workers()
            self._refuse_unfit()
        except BaseException:
            self._client.close()
            raise
        self._client.subscribe_topic(self._topic, self._hear_of_job)
        self._client.subscribe_topic("all", self._hear_of_workers)

    def submit(self, function: Callable[[J], R], job: J) -> int:
        """Have ``function`` run on ``job``; see Engine.submit."""
        ticket = self._submitted
        self._submitted += 1
        self._send(ticket, pickle.dumps((function, job)))
        return ticket

    def outcomes(self) -> Generator[Done[Any], None, None]:
        """What came of the jobs; see Engine.outcomes.

        Raises:
            UnfitWorker: one that came later.
            ProctorError: the scheduler, or all workers, are gone.
        """
        while self._jobs:
            try:
                news = self._news.get(timeout=_LOOK_S)
            except Empty:
                self._wait_for_workers()
                continue
            done = news()
            if done is not None:
                yield done

    def close(self) -> None:
        """Drop all work; see Engine.close."""
        futures = [future for _, future in self._jobs.values()]
        self._jobs.clear()
        if self._client.status == "running":
            self._client.cancel(futures, force=True)
        self._client.close()

    def count_workers(self) -> int:
        """How many workers there are; see Engine.count_workers. The scheduler is asked only when some came or went."""
        if not self._is_counted:
            self._is_counted = True  # at first: of those that come meanwhile another thread hears
            self._count = len(self._workers())
        return self._count

    def refuse_blind(self, folder: Path) -> None:
        """Make sure that all workers see a folder (or where it is to be made), under the same path.

        Raises:
            UsageError: nobody may write there, or a worker does not see it.
        """
        folder = folder.absolute()
        there = next(path for path in (folder, *folder.parents) if path.is_dir())
        try:
            with NamedTemporaryFile(dir=there, prefix=".proctor-") as mark:
                for worker, sees in self._client.run(os.path.exists, mark.name, on_error="return").items():
                    if sees is not True:
                        raise refusal(worker, f"it does not see {there}")
        except OSError as error:
            raise UsageError(f"cannot be written ({error.strerror})", where=str(there)) from error

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _send(self, ticket: int, packed: bytes) -> None:
        losses = self._losses.get(ticket, 0)
        key = f"{self._topic}-{ticket}-{losses}"
        future = self._client.submit(run, packed, self._needs, self._topic, ticket, os.getcwd(), key=key, pure=False)
        self._jobs[ticket] = (packed, future)
        future.add_done_callback(lambda done: self._news.put(partial(self._take, ticket, done)))

    def _hear_of_job(self, event: tuple[float, Any]) -> None:
        worker, ticket = event[1]
        self._news.put(partial(self._note_begun, worker, ticket))

    def _hear_of_workers(self, event: tuple[float, Any]) -> None:
        news = event[1]
        action = news.get("action") if isinstance(news, dict) else None
        if action in ("add-worker", "remove-worker"):
            self._is_counted = False
        if action == "remove-worker":
            self._news.put(partial(self._mourn, news["worker"], expected=news.get("expected", False)))

    # ------------------------------------------------------------ news
    def _note_begun(self, worker: str, ticket: int) -> None:
        self._begun[worker] = ticket

    def _mourn(self, worker: str, *, expected: bool) -> Done[Any] | None:
        """Dask has the job done again, unless that makes no sense any more."""
        ticket = self._begun.pop(worker, None)
        return None if ticket is None or expected else self._count_loss(ticket)

    def _take(self, ticket: int, future: Future[bytes]) -> Done[Any] | None:
        packed, awaited = self._jobs.get(ticket, (b"", None))
        if awaited is not future:
            return None  # it was given up
        if future.status in ("cancelled", "lost"):
            raise self._lose_connection()
        if future.status == "error":
            error = future.exception()
            if type(error).__name__ != "KilledWorker":
                del self._jobs[ticket]
                return Done(ticket, None, error if isinstance(error, Exception) else RuntimeError(repr(error)))
            # Dask has given it up: workers died again and again that had it, or only had it before them.
            lost = self._count_loss(ticket)
            if lost is None:
                self._send(ticket, packed)
            return lost
        result, error = pickle.loads(future.result())
        if isinstance(error, UnfitWorker):
            raise error
        del self._jobs[ticket]
        return Done(ticket, result, error)

    def _count_loss(self, ticket: int) -> Done[Any] | None:
        if ticket not in self._jobs:
            return None
        self._losses[ticket] = self._losses.get(ticket, 0) + 1
        if self._losses[ticket] < _TRIES:
            return None
        _, future = self._jobs.pop(ticket)
        future.cancel()
        return Done(ticket, None, WorkerDied(f"the worker process died {_TRIES} times (on the cluster)"))

    # ------------------------------------------------------------ workers
    def _wait_for_workers(self) -> None:
        until_s = monotonic() + self._patience_s
        told = False
        while not self._workers():
            if not told:
                self._say(f"waiting for workers of {self._address}")
                told = True
            if monotonic() > until_s:
                what = f"no worker came within {self._patience_s:.0f} s"
                raise ProctorError(what, where=self._address, hint=_START.format(self._address))
            sleep(0.2)

    def _workers(self) -> dict[str, int]:
        try:
            if self._client.status != "running":
                raise self._lose_connection()
            found: dict[str, int] = self._client.nthreads()
        except OSError as error:
            raise self._lose_connection() from error
        return found

    def _refuse_unfit(self) -> None:
        for worker, fault in self._client.run(inspect, self._needs, on_error="return").items():
            if isinstance(fault, ImportError):
                fault = "proctor is not installed there, or another version of it"
            if fault:
                raise refusal(worker, str(fault))

    def _lose_connection(self) -> ProctorError:
        hint = "Start it again; the same command goes on where this one was stopped."
        return ProctorError("the scheduler is gone", where=self._address, hint=hint)


def _connect(address: str) -> Client:
    try:
        from distributed import Client
    except ImportError as error:
        hint = "Install it: pip install 'proctor-cli[cluster]'."
        raise UsageError("Dask is not installed", where="--engine dask", hint=hint) from error
    for name in list(logging.root.manager.loggerDict):
        if name.startswith(("distributed", "tornado")):  # what goes wrong comes as an error
            logging.getLogger(name).setLevel(logging.CRITICAL + 1)
    try:
        parts = urlsplit(address if "://" in address else f"tcp://{address}")
        if parts.scheme not in _SCHEMES or not parts.hostname or not parts.port:
            raise ValueError(address)
        # A client that finds nobody waits for long, and is thrown away half-made, which distributed takes badly.
        socket.create_connection((parts.hostname, parts.port), _CONNECT_S).close()
        # In a thread of its own: whoever calls may be in an event loop already.
        with ThreadPoolExecutor(1) as apart:
            apart.submit(asyncio.run, asyncio.wait_for(_greet(address), _CONNECT_S)).result()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of versions that differ: those that matter are refused
            return Client(address, timeout=_CONNECT_S, set_as_default=False)
    except (OSError, ValueError) as error:
        hint = "Start one with `dask scheduler`, and give the address that it prints."
        raise UsageError("no Dask scheduler answers there", where=address, hint=hint) from error


async def _greet(address: str) -> None:
    """Raises OSError or ValueError when it is no scheduler that answers."""
    from distributed import Security
    from distributed.core import rpc

    async with rpc(address, connection_args=Security().get_connection_args("client")) as scheduler:
        found = await scheduler.identity()
    if found.get("type") != "Scheduler":
        raise ValueError(address)
