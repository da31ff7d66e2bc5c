"""What workers are given to do; a module of its own, because a worker imports it by name."""

from __future__ import annotations

import os
import signal
import sys
import time
from multiprocessing.util import Finalize
from pathlib import Path


class TwoPartError(Exception):
    """Cannot be pickled and unpickled: its maker takes another number of arguments."""

    def __init__(self, what: str, where: str) -> None:
        super().__init__(f"{what} in {where}")


def square(number: int) -> int:
    return number * number


def echo(data: bytes) -> bytes:
    return data


def wait_then_name(job: tuple[str, float]) -> str:
    name, seconds = job
    time.sleep(seconds)
    return name


def pid_after(seconds: float) -> int:
    time.sleep(seconds)
    return os.getpid()


def own_pid(_: int) -> int:
    return os.getpid()


def is_deaf_to_interrupts(_: int) -> bool:
    return signal.SIGINT in signal.pthread_sigmask(signal.SIG_BLOCK, ())


def fail_on_odd(number: int) -> int:
    if number % 2:
        raise ValueError(f"{number} is odd")
    return number


def raise_what_cannot_be_sent(_: int) -> None:
    raise TwoPartError("a mistake", "the middle")


def return_what_cannot_be_sent(_: int) -> object:
    return lambda: None


def die(job: tuple[str, str]) -> str:
    """``job`` is (how, marker file): with a marker, die only the first time."""
    how, marker = job
    if marker and Path(marker).exists():
        return how
    if marker:
        Path(marker).touch()
    if how == "exit":
        os._exit(7)
    if how == "kill later":
        time.sleep(0.2)
    if how.startswith("kill"):
        os.kill(os.getpid(), signal.SIGKILL)
    if how == "sys.exit":
        sys.exit(3)
    return how


def tell_and_sleep(job: tuple[str, float]) -> None:
    file, seconds = job
    Path(file).write_text(str(os.getpid()))
    time.sleep(seconds)


class DiesOnArrival:
    """Cannot even be read by a worker."""

    def __call__(self) -> None:
        pass

    def __reduce__(self) -> tuple[object, ...]:
        return os._exit, (9,)


class Leaves:
    """Leaves a file named for the process in a folder."""

    def __init__(self, folder: str) -> None:
        self.folder = folder

    def __call__(self) -> None:
        Path(self.folder, str(os.getpid())).touch()


def lack() -> None:
    raise ImportError("a library is missing")


def close_at_exit(file: str) -> None:
    Finalize(None, Path(file).touch, exitpriority=1)
