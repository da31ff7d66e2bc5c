"""Jobs on a real Dask cluster: every job has an outcome, as on this machine."""

from __future__ import annotations

import os
import signal
import socket
import time
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

import pytest

from proctor_cli.engine import WorkerDied
from proctor_cli.engine.cluster import DaskEngine
from proctor_cli.engine.remote import UnfitWorker
from proctor_cli.errors import ProctorError, UsageError
from tests.cluster.conftest import Cluster, wait_until
from tests.unit.engine import jobs
from tests.unit.engine.test_local import in_order, run

pytestmark = pytest.mark.cluster


@pytest.fixture
def engine(cluster: Cluster) -> Iterator[DaskEngine]:
    with DaskEngine(cluster.address, same=("numpy",)) as made:
        yield made


def test_every_job_once(engine: DaskEngine) -> None:
    found = in_order(run(engine, jobs.square, range(20)))
    assert [(done.ticket, done.result, done.error) for done in found] == [(i, i * i, None) for i in range(20)]
    assert list(engine.outcomes()) == []


def test_all_workers_work(engine: DaskEngine, cluster: Cluster) -> None:
    found = run(engine, jobs.pid_after, [0.2] * 6)
    assert {done.result for done in found} == {worker.pid for worker in cluster.workers()}


def test_more_jobs_may_come_between_two_outcomes(engine: DaskEngine) -> None:
    engine.submit(jobs.square, 3)
    found: list[int] = []
    for done in engine.outcomes():
        found.append(done.result or 0)
        if found[-1] < 1000:
            engine.submit(jobs.square, found[-1])
    assert found == [9, 81, 6561]


def test_an_exception_is_reported_with_its_job_and_the_others_go_on(engine: DaskEngine) -> None:
    found = in_order(run(engine, jobs.fail_on_odd, range(4)))
    assert [done.result for done in found] == [0, None, 2, None]
    assert [repr(done.error) for done in found] == ["None", "ValueError('1 is odd')", "None", "ValueError('3 is odd')"]


def test_what_cannot_be_sent_is_told_in_words(engine: DaskEngine) -> None:
    (done,) = run(engine, jobs.raise_what_cannot_be_sent, [0])
    assert repr(done.error) == "RuntimeError('TwoPartError: a mistake in the middle')"


def test_a_job_whose_worker_is_killed_is_done_again(engine: DaskEngine, cluster: Cluster, tmp_path: Path) -> None:
    files = [tmp_path / str(number) for number in range(6)]
    for file in files:
        engine.submit(jobs.tell_and_sleep, (str(file), 1.0))
    wait_until(lambda: any(file.exists() and file.read_text() for file in files))
    begun = next(file for file in files if file.exists() and file.read_text())
    os.kill(int(begun.read_text()), signal.SIGKILL)
    found = in_order(list(engine.outcomes()))
    assert [(done.ticket, done.error) for done in found] == [(i, None) for i in range(6)]
    wait_until(lambda: len(cluster.workers()) == 2)


def test_a_job_that_kills_its_worker_every_time_is_lost_and_no_other(engine: DaskEngine, cluster: Cluster) -> None:
    given = [("a", ""), ("kill later", ""), *[("b", "")] * 6]
    found = in_order(run(engine, jobs.die, given))
    assert [done.result for done in found] == ["a", None, *["b"] * 6]
    assert isinstance(found[1].error, WorkerDied)
    assert str(found[1].error) == "the worker process died 2 times (on the cluster)"
    wait_until(lambda: len(cluster.workers()) == 2)


def test_closing_drops_what_waits(cluster: Cluster, tmp_path: Path) -> None:
    files = [tmp_path / str(number) for number in range(8)]
    with DaskEngine(cluster.address) as engine:
        for file in files:
            engine.submit(jobs.tell_and_sleep, (str(file), 0.5))
        wait_until(lambda: any(file.exists() for file in files))
    engine.close()
    with DaskEngine(cluster.address) as other:
        run(other, jobs.square, range(8))
    time.sleep(1.0)
    assert sum(file.exists() for file in files) < 6


def test_no_scheduler_is_told_at_once() -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        address = f"tcp://127.0.0.1:{nobody.getsockname()[1]}"
        with pytest.raises(UsageError, match="no Dask scheduler answers there") as caught:
            DaskEngine(address)
    assert caught.value.where == address


def test_something_else_that_answers_is_no_scheduler(cluster: Cluster) -> None:
    with pytest.raises(UsageError, match="no Dask scheduler answers there"):
        DaskEngine(next(iter(cluster_workers(cluster))))
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        started = time.monotonic()
        with pytest.raises(UsageError, match="no Dask scheduler answers there"):
            DaskEngine(f"tcp://127.0.0.1:{silent.getsockname()[1]}")
    assert 5 < time.monotonic() - started < 20


def cluster_workers(cluster: Cluster) -> list[str]:
    """Addresses of the workers."""
    with DaskEngine(cluster.address) as engine:
        return list(engine._workers())


@pytest.mark.parametrize("address", ["nonsense", "tcp://127.0.0.1", "http://127.0.0.1:9"])
def test_what_is_no_address_is_refused(address: str) -> None:
    with pytest.raises(UsageError, match="no Dask scheduler answers there"):
        DaskEngine(address)


def test_workers_may_come_later(bare: Cluster) -> None:
    said: list[str] = []
    with pytest.raises(ProctorError, match="no worker came within 1 s"):
        DaskEngine(bare.address, say=said.append, patience_s=1)
    assert said == [f"waiting for workers of {bare.address}"]
    bare.start_workers(1)
    with DaskEngine(bare.address) as engine:
        assert [done.result for done in run(engine, jobs.square, [3])] == [9]
        assert engine.count_workers() == 1
        bare.start_workers(1)
        wait_until(lambda: engine.count_workers() == 2)
        bare.end_workers()
        wait_until(lambda: engine.count_workers() == 0)
        engine.submit(jobs.square, 4)
        bare.start_workers(1)
        assert [done.result for done in engine.outcomes()] == [16]


def test_workers_that_do_several_jobs_at_once_are_refused(bare: Cluster) -> None:
    bare.start_workers(1, threads=2)
    with pytest.raises(UnfitWorker, match="2 jobs at once in one process; start it with --nthreads 1"):
        DaskEngine(bare.address)


def test_workers_with_other_versions_are_refused(cluster: Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    theirs = version("numpy")
    monkeypatch.setattr("proctor_cli.engine.cluster.version", lambda name: "0.1")
    with pytest.raises(UnfitWorker, match=f"it has numpy {theirs}, this command 0.1"):
        DaskEngine(cluster.address, same=("numpy",))


def test_such_that_come_later_too(bare: Cluster) -> None:
    bare.start_workers(1)
    with DaskEngine(bare.address) as engine:
        bare.end_workers()
        bare.start_workers(1, threads=2)
        engine.submit(jobs.square, 1)
        with pytest.raises(UnfitWorker, match="--nthreads 1"):
            list(engine.outcomes())


def test_a_scheduler_that_goes_is_told(bare: Cluster) -> None:
    bare.start_workers(1)
    with DaskEngine(bare.address) as engine:
        engine.submit(jobs.wait_then_name, ("", 30.0))
        bare.end_scheduler()
        with pytest.raises(ProctorError, match="the scheduler is gone"):
            list(engine.outcomes())
