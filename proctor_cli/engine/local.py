"""Jobs on this machine, one process per worker.

A worker keeps what it has loaded (models) from job to job. One that dies takes only its own job with it: the
job is tried once more in a fresh process, then reported as lost. `concurrent.futures` is not used here
because there a single death breaks every pending future and hides whose it was (docs/adr/0003).
"""

from __future__ import annotations

import multiprocessing
import pickle
import signal
import sys
import threading
from collections import deque
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from multiprocessing import resource_tracker
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from typing import cast

from proctor_cli.engine import Done, J, R, WorkerDied

# "spawn", because the libraries that decode and infer hold threads and locks, which "fork" would copy half-way.
_PROCESSES = multiprocessing.get_context("spawn")
_TRIES = 2
_STOPS = (signal.SIGINT, signal.SIGTERM)


@dataclass(slots=True)
class _Worker:
    process: BaseProcess
    pipe: Connection
    index: int = -1  # of the job it is working on


class LocalEngine:
    """``workers`` processes on this machine."""

    def __init__(self, workers: int) -> None:
        if workers < 1:
            raise ValueError(f"workers must be at least 1, got {workers}")
        self._workers = workers

    def map(self, function: Callable[[J], R], jobs: Sequence[J]) -> Generator[Done[R], None, None]:
        """Run ``function`` on every job; see Engine.map."""
        waiting = deque(range(len(jobs)))
        tries = dict.fromkeys(waiting, 0)
        busy: dict[int, _Worker] = {}  # keyed by the pipe's file descriptor
        try:
            while waiting or busy:
                # All are started before the first is given a job: sending a large one waits until its worker reads.
                with _interrupts_held():
                    started = [self._start(function) for _ in range(min(len(waiting), self._workers - len(busy)))]
                    busy |= {worker.pipe.fileno(): worker for worker in started}
                for worker in started:
                    self._give(worker, waiting, jobs, tries)
                for ready in wait([worker.pipe for worker in busy.values()]):
                    ready = cast(Connection, ready)  # another class on Windows, with the same methods
                    worker = busy[ready.fileno()]
                    try:
                        result, error = ready.recv()
                    except (EOFError, OSError):  # OSError: it died with a job unread, or in the middle of an answer
                        del busy[ready.fileno()]
                        lost: Done[R] | None = self._bury(worker, tries)
                        if lost is None:
                            waiting.appendleft(worker.index)
                        else:
                            yield lost
                        continue
                    done: Done[R] = Done(worker.index, result, error)
                    if waiting:
                        self._give(worker, waiting, jobs, tries)
                    else:
                        del busy[ready.fileno()]
                        self._dismiss(worker)
                    yield done
        finally:
            for worker in busy.values():
                worker.process.kill()
                worker.process.join()
                worker.pipe.close()

    def _start(self, function: Callable[[J], R]) -> _Worker:
        ours, theirs = _PROCESSES.Pipe()
        process = _PROCESSES.Process(target=_serve, args=(function, theirs), daemon=True)
        process.start()
        theirs.close()  # so that the worker's death is an end of file for us
        return _Worker(process, ours)

    def _give(self, worker: _Worker, waiting: deque[int], jobs: Sequence[J], tries: dict[int, int]) -> None:
        worker.index = waiting.popleft()
        tries[worker.index] += 1
        # If it has died between two jobs, its end of file is handled like any other death.
        with suppress(ConnectionError):
            worker.pipe.send(jobs[worker.index])

    def _bury(self, worker: _Worker, tries: dict[int, int]) -> Done[R] | None:
        worker.process.join()
        worker.pipe.close()
        if tries[worker.index] < _TRIES:
            return None
        code = worker.process.exitcode or 0
        how = f"signal {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"
        return Done(worker.index, None, WorkerDied(f"the worker process died {_TRIES} times ({how})"))

    def _dismiss(self, worker: _Worker) -> None:
        worker.pipe.close()
        worker.process.join(timeout=5)
        if worker.process.is_alive():
            worker.process.kill()
            worker.process.join()


@contextmanager
def _interrupts_held() -> Iterator[None]:
    """Let Ctrl-C and SIGTERM wait while a worker is started.

    A worker that was started half-way would complain, and one that is not yet known would not be stopped. It is itself
    born deaf to Ctrl-C, which goes to the whole group: the parent decides.
    """
    if sys.platform == "win32" or threading.current_thread() is not threading.main_thread():
        yield
        return
    held: list[int] = []
    resource_tracker.ensure_running()  # it is started with the first worker and would unblock the signal again
    handlers = {number: signal.signal(number, lambda it, _: held.append(it)) for number in _STOPS}
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})  # inherited; here, other threads may still hear it
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
        for number, handler in handlers.items():
            signal.signal(number, handler)
    if held:
        signal.raise_signal(held[0])


def _serve(function: Callable[[J], R], pipe: Connection) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    while True:
        try:
            job = pipe.recv()
        except (EOFError, OSError):
            return
        try:
            answer: tuple[object, Exception | None] = (function(job), None)
        except Exception as error:  # whatever went wrong belongs to this job and is reported with it
            answer = (None, error)
        try:
            packed = pickle.dumps(answer)
            pickle.loads(packed)
        except Exception as error:  # it would fail in the parent, far from its job
            unsendable = answer[1] or error
            packed = pickle.dumps((None, RuntimeError(f"{type(unsendable).__name__}: {unsendable}")))
        with suppress(ConnectionError):  # the parent has gone, and the next reading says so
            pipe.send_bytes(packed)
