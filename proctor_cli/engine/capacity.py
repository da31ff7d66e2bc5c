"""How many workers a machine has room for, and how many threads each of them may use."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil

# What one worker holds with every network loaded, measured (docs/performance.md), with room to breathe.
_WORKER_BYTES = 600 * 2**20
# Where Linux says what a container, a batch system or a service may use: control groups, version 2 and 1.
_GROUPS = Path("/sys/fs/cgroup")
_OWN_GROUPS = Path("/proc/self/cgroup")


@dataclass(frozen=True, slots=True)
class Capacity:
    """``workers`` processes share ``cores`` cores."""

    workers: int
    cores: int

    def threads(self, jobs: int) -> int:
        """How many threads each of so many jobs may use: with fewer jobs than workers, each may use more."""
        return max(1, self.cores // max(1, min(self.workers, jobs)))


def measure_capacity(wanted: int | None = None) -> Capacity:
    """As many workers as are ``wanted``, on as many cores; else as many as cores and free memory allow, on all cores.

    A limit that the system sets to a container, a batch job or a service counts as well.
    """
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    cores = max(1, int(min([cores, *_core_limits()])))
    if wanted:
        return Capacity(wanted, min(cores, wanted))
    free_bytes = min([psutil.virtual_memory().available, *_memory_limits()])
    return Capacity(min(cores, max(1, free_bytes // _WORKER_BYTES)), cores)


def _core_limits() -> Iterator[float]:
    for folder in _own_folders("cpu"):
        quota, *period = _read(folder / "cpu.max").split() or _read(folder / "cpu.cfs_quota_us").split() or ["max"]
        every = period[0] if period else _read(folder / "cpu.cfs_period_us")
        if quota.isdigit() and every:  # neither "max" nor -1, which mean "no limit"
            yield int(quota) / int(every)


def _memory_limits() -> Iterator[int]:
    """Bytes that are left; files that are only cached are not counted as used."""
    for folder in _own_folders("memory"):
        for limit, used in (("memory.max", "memory.current"), ("memory.limit_in_bytes", "memory.usage_in_bytes")):
            allowed = _read(folder / limit)
            if allowed.isdigit():
                kept = dict(line.split() for line in _read(folder / "memory.stat").splitlines())
                cached = int(kept.get("total_inactive_file") or kept.get("inactive_file") or 0)
                yield max(0, int(allowed) - int(_read(folder / used) or 0) + cached)


def _own_folders(controller: str) -> Iterator[Path]:
    """The folders of this process's group, and of all groups around it; none where the system has no groups."""
    for line in _read(_OWN_GROUPS).splitlines():
        _, names, path = line.split(":", 2)
        if {"", controller} & set(names.split(",")):  # version 2 has no names
            # Inside a container its own group is the root, by whatever name it is known outside.
            own = _GROUPS / names / path.lstrip("/")
            yield from (folder for folder in (own, *own.parents) if folder.is_relative_to(_GROUPS))


def _read(path: Path) -> str:
    try:
        return path.read_text().strip()
    except OSError:
        return ""
