"""What a command takes: time on the clock, time on processors, memory of each of its processes. Linux only."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter, process_time

PROCTOR: tuple[str, ...] = (sys.executable, "-m", "proctor_cli")
_SAMPLE_S = 0.1
"""How often memory is looked at. The kernel keeps each process's peak, so only the last moments can be missed."""


@dataclass(frozen=True, slots=True)
class Used:
    """What a step took.

    ``cpu_s`` is user and system time of the command with all its children; ``main_bytes`` and ``worker_bytes`` are the
    peak resident memory of the command's own process and of the largest of its children, 0 where there was none or
    nobody asked. ``numbers`` is whatever else the step has found out.
    """

    wall_s: float
    cpu_s: float
    main_bytes: int = 0
    worker_bytes: int = 0
    numbers: Mapping[str, float] = field(default_factory=dict)


def run_command(
    command: Sequence[str | Path], *, cores: Collection[int] | None = None, codes: Collection[int] = (0,)
) -> tuple[Used, str]:
    """Run a command, on ``cores`` only if they are given; what it took, and its standard output.

    Raises:
        SystemExit: its exit code is none of ``codes``; with what it said.
    """
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as log:
        allowed = cores or os.sched_getaffinity(0)
        started_s = perf_counter()
        process = subprocess.Popen(
            [*map(str, command)], stdout=out, stderr=log, preexec_fn=lambda: os.sched_setaffinity(0, allowed)
        )
        with _peaks(process.pid) as peaks:
            _, status, used = os.wait4(process.pid, 0)  # counts the children that were waited for, too
        wall_s = perf_counter() - started_s
        process.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        log.seek(0)
        said, complained = out.read().decode(errors="replace"), log.read().decode(errors="replace")
    if process.returncode not in codes:
        raise SystemExit(f"{' '.join(map(str, command))}: exit code {process.returncode}\n{complained}")
    main_bytes = peaks.pop(process.pid, 0)
    return Used(wall_s, used.ru_utime + used.ru_stime, main_bytes, max(peaks.values(), default=0)), said


def run_here(function: Callable[[], Mapping[str, float]]) -> Used:
    """Run a function in this process; what it returns are the step's numbers."""
    started_s, worked_s = perf_counter(), process_time()
    numbers = function()
    return Used(perf_counter() - started_s, process_time() - worked_s, numbers=numbers)


@contextmanager
def _peaks(root: int) -> Iterator[dict[int, int]]:
    """Peak resident memory, bytes, of a process and all its descendants, by process id: filled while the block runs."""
    peaks: dict[int, int] = {}
    over = threading.Event()

    def watch() -> None:
        while True:
            for pid in _family(root):
                # The newest is the largest, but for a process that has ended, or has just begun as a copy of another.
                peaks[pid] = _peak_bytes(pid) or peaks.get(pid, 0)
            if over.wait(_SAMPLE_S):
                return

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield peaks
    finally:
        over.set()
        thread.join()


def _family(pid: int) -> Iterator[int]:
    """A process and its descendants. Cheaper than looking through all processes of the machine."""
    yield pid
    try:
        lists = [(task / "children").read_text() for task in Path(f"/proc/{pid}/task").iterdir()]
    except (FileNotFoundError, ProcessLookupError):  # it has ended
        return
    for child in " ".join(lists).split():
        yield from _family(int(child))


def _peak_bytes(pid: int) -> int:
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except (FileNotFoundError, ProcessLookupError):
        return 0
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM")), 0)
