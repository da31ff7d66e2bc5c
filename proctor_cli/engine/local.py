"""Jobs on this machine, one process per worker.

Workers are started at once and live as long as the engine: what they load while the parent still looks at its input,
and what they keep from job to job (models), is loaded once. A thread of the engine's own starts them, hands out jobs
and takes answers, so that no worker waits while the parent is busy, and no Ctrl-C comes between.

A worker that dies takes only its own job with it: the job is tried once more in a fresh process, then reported as lost.
`concurrent.futures` is not used here because there a single death breaks every pending future and hides whose it
was (docs/adr/0003).
"""

from __future__ import annotations

import atexit
import pickle
from collections import deque
from collections.abc import Callable, Generator
from multiprocessing import Pipe, resource_tracker
from multiprocessing.connection import Connection, wait
from queue import Empty, SimpleQueue
from threading import Thread
from types import TracebackType
from typing import Any, Self, cast

from proctor_cli.engine import Done, J, R, WorkerDied
from proctor_cli.engine.worker import Task, Worker, end, hold_signals, start

_TRIES = 2
# Who waits hears of Ctrl-C this late at most, where the system tells another thread of it, or nobody (Windows).
_DEAF_S = 1.0


class LocalEngine:
    """``workers`` processes on this machine, each of which first does what makes it ``ready`` for jobs.

    ``ready`` is a function that can be imported by its name.
    """

    def __init__(self, workers: int, ready: Callable[[], None] | None = None) -> None:
        if workers < 1:
            raise ValueError(f"workers must be at least 1, got {workers}")
        self._size = workers
        self._ready = ready
        self._waiting: deque[Task] = deque()
        self._came: SimpleQueue[tuple[int, bytes] | Done[Any] | Exception] = SimpleQueue()
        self._submitted = self._under_way = 0
        self._closing = False
        self._ears, self._bell = Pipe(duplex=False)
        resource_tracker.ensure_running()  # otherwise started with the first worker, which would undo hold_signals
        self._thread = Thread(target=self._run, name="engine", daemon=True)
        atexit.register(self.close)  # for an interrupt that comes before the caller's `with` has begun
        self._thread.start()

    def submit(self, function: Callable[[J], R], job: J) -> int:
        """Have ``function`` run on ``job``; see Engine.submit."""
        if self._closing:
            raise ValueError("the engine is closed")
        ticket = self._submitted
        self._waiting.append(Task(ticket, pickle.dumps((function, job))))
        self._submitted += 1
        self._under_way += 1
        self._bell.send_bytes(b"")
        return ticket

    def outcomes(self) -> Generator[Done[Any], None, None]:
        """What came of the jobs; see Engine.outcomes."""
        while self._under_way:
            try:
                came = self._came.get(timeout=_DEAF_S)
            except Empty:
                continue
            if isinstance(came, Exception):
                raise came
            self._under_way -= 1
            yield came if isinstance(came, Done) else Done(came[0], *pickle.loads(came[1]))

    def count_workers(self) -> int:
        """How many workers there are; see Engine.count_workers."""
        return self._size

    def close(self) -> None:
        """Stop all work at once; see Engine.close."""
        if self._closing:
            return
        self._closing = True
        self._under_way = 0
        self._bell.send_bytes(b"")
        if self._thread.is_alive():
            self._thread.join()
        self._bell.close()
        self._ears.close()
        atexit.unregister(self.close)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    # ------------------------------------------------------------ in the engine's own thread
    # Nothing may be imported in it: an interrupt that comes while the main thread imports can leave the lock for that
    # taken for ever. Answers are therefore unpacked elsewhere.

    def _run(self) -> None:
        workers: dict[Connection, Worker] = {}
        try:
            hold_signals()
            self._employ(workers, self._size)
            while not self._closing:
                for heard in wait([self._ears, *workers]):
                    pipe = cast(Connection, heard)  # another class on Windows, with the same methods
                    if pipe is self._ears:
                        pipe.recv_bytes()
                    else:
                        self._listen(workers, pipe)
                for worker in workers.values():
                    if worker.idle and self._waiting:
                        worker.give(self._waiting.popleft())
                self._employ(workers, min(self._size - len(workers), len(self._waiting)))
        except Exception as error:  # no more processes, no more files: the caller must not wait for ever
            self._came.put(error)
        finally:
            end(workers.values())

    def _employ(self, workers: dict[Connection, Worker], count: int) -> None:
        for _ in range(count):
            if self._closing:
                return
            worker = start(self._ready)
            workers[worker.pipe] = worker

    def _listen(self, workers: dict[Connection, Worker], pipe: Connection) -> None:
        worker = workers[pipe]
        try:
            answer = pipe.recv_bytes()
        except (EOFError, OSError):  # OSError: it died with a job unread, or in the middle of an answer
            del workers[pipe]
            self._mourn(worker, worker.bury())
            return
        if worker.task is None:
            worker.up = True
            return
        self._came.put((worker.task.ticket, answer))
        worker.task = None

    def _mourn(self, worker: Worker, how: str) -> None:
        """Have the dead worker's job done again, or give it up."""
        task = worker.task
        if task is None and not worker.up and self._waiting:
            # It never came so far as to be given one; where none ever does, the jobs must still come to an end.
            task = self._waiting.popleft()
            task.tries += 1
        if task is None:
            return
        if task.tries < _TRIES:
            self._waiting.appendleft(task)
        else:
            error = WorkerDied(f"the worker process died {_TRIES} times ({how})")
            self._came.put(Done(task.ticket, None, error))
