"""A real Dask cluster on this machine: a scheduler and workers, each a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path

import psutil
import pytest

ROOT = Path(__file__).parents[2]
PATIENCE_S = 60
ENVIRONMENT = {
    **os.environ,
    "PYTHONPATH": str(ROOT),
    "PROCTOR_MODELS": os.environ.get("PROCTOR_MODELS", str(ROOT.parent / "shared/models")),
    "DASK_DISTRIBUTED__COMM__TIMEOUTS__CONNECT": "5s",
}


class Cluster:
    """A scheduler, and workers that are started and ended by the tests."""

    def __init__(self, address: str, scheduler: subprocess.Popen[bytes], running: ExitStack, folder: Path) -> None:
        self.address = address
        self.end_scheduler = partial(end, scheduler)
        self._running = running
        self._folder = folder
        self._started: list[subprocess.Popen[bytes]] = []

    def start_workers(self, count: int, threads: int = 1) -> None:
        """Each under a nanny, which replaces it when it dies."""
        words = ("--nworkers", str(count), "--nthreads", str(threads), "--no-dashboard")
        where = ("--local-directory", str(self._folder), "--death-timeout", str(PATIENCE_S))
        self._started.append(self._running.enter_context(process("dask_worker", self.address, *words, *where)))
        wait_until(lambda: len(self.workers()) >= count)

    def end_workers(self) -> None:
        """End all of them, nannies first."""
        for started in self._started:
            end(started)
        self._started.clear()

    def workers(self) -> list[psutil.Process]:
        """Their processes, without the nannies."""
        children = (child for started in self._started for child in psutil.Process(started.pid).children())
        return [child for child in children if any("spawn_main" in word for word in child.cmdline())]


def wait_until(condition: Callable[[], object]) -> None:
    limit = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < limit
        time.sleep(0.05)


@contextmanager
def process(program: str, *words: str) -> Iterator[subprocess.Popen[bytes]]:
    """A command of Dask, ended with everything that it has started."""
    command = [sys.executable, "-m", f"distributed.cli.{program}", *words]
    running = subprocess.Popen(command, env=ENVIRONMENT, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield running
    finally:
        end(running)


def end(running: subprocess.Popen[bytes]) -> None:
    if running.poll() is not None:
        return
    for child in (psutil.Process(running.pid), *psutil.Process(running.pid).children(recursive=True)):
        child.kill()
    running.wait()


@pytest.fixture
def bare(tmp_path: Path) -> Iterator[Cluster]:
    """A scheduler without workers."""
    with ExitStack() as stack:
        yield start_scheduler(tmp_path, stack)


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """A scheduler with two workers."""
    with ExitStack() as stack:
        made = start_scheduler(tmp_path_factory.mktemp("dask"), stack)
        made.start_workers(2)
        yield made


def start_scheduler(folder: Path, stack: ExitStack) -> Cluster:
    file = folder / "scheduler.json"
    words = ("--host", "127.0.0.1", "--port", "0", "--no-dashboard", "--scheduler-file", str(file))
    scheduler = stack.enter_context(process("dask_scheduler", *words))
    wait_until(lambda: file.exists() and file.read_text().endswith("}"))
    return Cluster(json.loads(file.read_text())["address"], scheduler, stack, folder)
