"""A worker process: born deaf to Ctrl-C, handed one job at a time over a pipe of its own, and ended."""

from __future__ import annotations

import multiprocessing
import pickle
import signal
import sys
from collections.abc import Callable, Collection
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess

# Otherwise imported when the first process is started: see local.py.
if sys.platform == "win32":
    import multiprocessing.popen_spawn_win32
else:
    import multiprocessing.popen_spawn_posix

# "spawn", because the libraries that decode and infer hold threads and locks, which "fork" would copy half-way.
_PROCESSES = multiprocessing.get_context("spawn")
_PATIENCE_S = 5


@dataclass(slots=True)
class Task:
    """A job on its way: ``packed`` is the function and the job, ``tries`` counts the workers that took it."""

    ticket: int
    packed: bytes
    tries: int = 0


@dataclass(slots=True)
class Worker:
    """A process and our end of its pipe. It is ``up`` once it has said so; ``task`` is what it is working on."""

    process: BaseProcess
    pipe: Connection
    up: bool = False
    task: Task | None = None

    @property
    def idle(self) -> bool:
        """Whether it waits for a job."""
        return self.up and self.task is None

    def give(self, task: Task) -> None:
        """Hand it a job."""
        self.task = task
        task.tries += 1
        # If it has died between two jobs, its end of file is handled like any other death.
        with suppress(ConnectionError):
            self.pipe.send_bytes(task.packed)

    def bury(self) -> str:
        """Clear away a dead one; returns how it died."""
        self.process.join()
        self.pipe.close()
        code = self.process.exitcode or 0
        return f"signal {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"


def hold_signals() -> None:
    """Let this thread, and the processes that it starts, not be interrupted.

    Ctrl-C goes to all processes of a group: a worker that hears it while it loads its libraries complains on the
    terminal. The main thread of the parent decides.
    """
    if sys.platform != "win32":
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM})


def start(ready: Callable[[], None] | None) -> Worker:
    """A new process, which first does what makes it ``ready``. It says something when it is up, and then takes jobs."""
    ours, theirs = _PROCESSES.Pipe()
    process = _PROCESSES.Process(target=_serve, args=(theirs, ready), daemon=True)
    process.start()
    theirs.close()  # so that the worker's death is an end of file for us
    return Worker(process, ours)


def end(workers: Collection[Worker]) -> None:
    """End those that work, or are still starting, at once; and let those that are idle close what they have open."""
    for worker in workers:
        if not worker.idle:
            worker.process.kill()
        worker.pipe.close()
    for worker in workers:
        worker.process.join(_PATIENCE_S)
        if worker.process.is_alive():
            worker.process.kill()
            worker.process.join()


def _serve(pipe: Connection, ready: Callable[[], None] | None) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if sys.platform != "win32":
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM})
    if ready is not None:
        with suppress(Exception):  # a job that cannot do without will say what is wrong
            ready()
    with suppress(ConnectionError):  # the parent has gone, and the next reading says so
        pipe.send_bytes(b"")
    while True:
        try:
            packed = pipe.recv_bytes()
        except (EOFError, OSError):
            return
        with suppress(ConnectionError):
            pipe.send_bytes(answer(packed))


def answer(packed: bytes) -> bytes:
    """Do a packed job; returns its result and its error, of which one is None, packed as well."""
    try:
        function, job = pickle.loads(packed)
        came: tuple[object, Exception | None] = (function(job), None)
    except Exception as error:  # whatever went wrong belongs to this job and is reported with it
        came = (None, error)
    try:
        answered = pickle.dumps(came)
        pickle.loads(answered)
    except Exception as error:  # it would fail in the parent, far from its job
        unsendable = came[1] or error
        return pickle.dumps((None, RuntimeError(f"{type(unsendable).__name__}: {unsendable}")))
    return answered
