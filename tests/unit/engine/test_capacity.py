"""Workers and threads: what the user says, else what cores, memory and the limits of a container allow."""

from __future__ import annotations

import os
from pathlib import Path

import psutil
import pytest

from proctor_cli.engine import capacity
from proctor_cli.engine.capacity import Capacity, measure_capacity

GIB = 2**30


@pytest.fixture
def groups(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine of 8 cores and 64 GiB without control groups; returns where they would be."""
    limit(monkeypatch, 8, 64 * GIB)
    monkeypatch.setattr(capacity, "_GROUPS", tmp_path / "groups")
    monkeypatch.setattr(capacity, "_OWN_GROUPS", tmp_path / "own")
    return tmp_path / "groups"


def limit(monkeypatch: pytest.MonkeyPatch, cores: int, free_bytes: int) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(cores)))
    memory = psutil.virtual_memory()._replace(available=free_bytes)
    monkeypatch.setattr(psutil, "virtual_memory", lambda: memory)


def write(folder: Path, **files: object) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (folder / name.replace("__", ".")).write_text(f"{content}\n")


@pytest.mark.parametrize(("cores", "free_gib", "expected"), [(8, 64, 8), (8, 2, 3), (8, 0, 1), (1, 64, 1)])
def test_workers_are_as_many_as_cores_and_memory_allow(
    groups: Path, monkeypatch: pytest.MonkeyPatch, cores: int, free_gib: int, expected: int
) -> None:
    limit(monkeypatch, cores, free_gib * GIB)
    assert measure_capacity() == Capacity(expected, cores)


@pytest.mark.parametrize("wanted", [1, 3, 16])
def test_or_as_many_as_the_user_says_on_as_many_cores(
    groups: Path, monkeypatch: pytest.MonkeyPatch, wanted: int
) -> None:
    limit(monkeypatch, 8, 0)
    assert measure_capacity(wanted) == Capacity(wanted, min(wanted, 8))


@pytest.mark.parametrize(
    ("workers", "jobs", "threads"), [(8, 240, 1), (3, 240, 2), (8, 8, 1), (8, 3, 2), (8, 1, 8), (8, 0, 8), (16, 99, 1)]
)
def test_few_jobs_have_more_threads(workers: int, jobs: int, threads: int) -> None:
    assert Capacity(workers, 8).threads(jobs) == threads


def test_a_container_of_today(groups: Path, tmp_path: Path) -> None:
    (tmp_path / "own").write_text("0::/\n")
    write(groups, cpu__max="250000 100000", memory__max=4 * GIB, memory__current=3 * GIB)
    write(groups, memory__stat=f"anon 5\ninactive_file {GIB // 2}\nfile 7")
    assert measure_capacity() == Capacity(2, 2)
    write(groups, cpu__max="400000 100000")
    assert measure_capacity() == Capacity(2, 4)  # 1.5 GiB are left
    write(groups, memory__current=4 * GIB, memory__stat="anon 1")
    assert measure_capacity() == Capacity(1, 4)


def test_one_without_limits(groups: Path, tmp_path: Path) -> None:
    (tmp_path / "own").write_text("0::/\n")
    write(groups, cpu__max="max 100000", memory__max="max", memory__current=GIB)
    assert measure_capacity() == Capacity(8, 8)


def test_a_job_of_a_batch_system_has_the_narrowest_limit_around_it(groups: Path, tmp_path: Path) -> None:
    (tmp_path / "own").write_text("0::/slurm/job_7/step_0\n")
    write(groups / "slurm/job_7/step_0", memory__max="max", memory__current=0)
    write(groups / "slurm/job_7", memory__max=3 * GIB, memory__current=0, cpu__max="600000 100000")
    write(groups / "slurm", memory__max=300 * GIB, memory__current=0, cpu__max="9900000 100000")
    assert measure_capacity() == Capacity(5, 6)


def test_a_container_of_the_first_version(groups: Path, tmp_path: Path) -> None:
    # Its groups have names outside that mean nothing inside.
    (tmp_path / "own").write_text("9:name=systemd:/\n4:memory:/docker/4711\n2:cpu,cpuacct:/docker/4711\n0::/\n")
    write(groups / "memory", memory__limit_in_bytes=2 * GIB, memory__usage_in_bytes=0, memory__stat="cache 0")
    write(groups / "cpu,cpuacct", cpu__cfs_quota_us=500000, cpu__cfs_period_us=100000)
    assert measure_capacity() == Capacity(3, 5)
    write(groups / "cpu,cpuacct", cpu__cfs_quota_us=-1)
    write(groups / "memory", memory__limit_in_bytes=9223372036854771712)
    assert measure_capacity() == Capacity(8, 8)
