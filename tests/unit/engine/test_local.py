"""Jobs on this machine: every job has an outcome, whatever happens to the workers."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import psutil
import pytest

from proctor_cli.engine import Done, Engine, WorkerDied
from proctor_cli.engine.local import LocalEngine
from tests.unit.engine import jobs

PATIENCE_S = 30


@pytest.fixture
def engines() -> Iterator[Callable[..., LocalEngine]]:
    """Makes engines, closed after the test."""
    made: list[LocalEngine] = []

    def make(workers: int, ready: Callable[[], None] | None = None) -> LocalEngine:
        made.append(LocalEngine(workers, ready))
        return made[-1]

    yield make
    for engine in made:
        engine.close()


def run(engine: Engine, function: Callable[[Any], object], given: Iterable[object]) -> list[Done[Any]]:
    """What came of some jobs, as it came."""
    tickets = [engine.submit(function, job) for job in given]
    outcomes = list(engine.outcomes())
    assert sorted(done.ticket for done in outcomes) == tickets
    return outcomes


def in_order(outcomes: list[Done[Any]]) -> list[Done[Any]]:
    return sorted(outcomes, key=lambda done: done.ticket)


def wait_until(condition: Callable[[], object]) -> None:
    limit = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < limit
        time.sleep(0.01)


def has_gone(pid: int) -> bool:
    return pid not in children()


def children() -> set[int]:
    return {process.pid for process in psutil.Process().children()}


@pytest.mark.parametrize("workers", [1, 2, 9])
def test_every_job_once_whatever_the_number_of_workers(engines: Callable[..., LocalEngine], workers: int) -> None:
    found = in_order(run(engines(workers), jobs.square, range(5)))
    assert [(done.ticket, done.result) for done in found] == [(i, i * i) for i in range(5)]
    assert all(done.error is None for done in found)


def test_no_jobs_have_no_outcome(engines: Callable[..., LocalEngine]) -> None:
    assert list(engines(2).outcomes()) == []


def test_no_workers_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="workers must be at least 1, got 0"):
        LocalEngine(0)


def test_outcomes_come_as_they_are_ready_and_know_their_job(engines: Callable[..., LocalEngine]) -> None:
    given = [("slow", 1.0), ("quick", 0.0), ("quick too", 0.0)]
    engine = engines(2)
    run(engine, jobs.wait_then_name, [("both are up", 0.2)] * 2)
    tickets = [engine.submit(jobs.wait_then_name, job) for job in given]
    found = list(engine.outcomes())
    assert [done.result for done in found] == ["quick", "quick too", "slow"]
    assert [tickets.index(done.ticket) for done in found] == [1, 2, 0]


def test_jobs_of_several_kinds_come_while_others_are_under_way(engines: Callable[..., LocalEngine]) -> None:
    engine = engines(2)
    engine.submit(jobs.square, 3)
    found = []
    for done in engine.outcomes():
        found.append(done.result)
        if isinstance(done.result, int) and done.result < 1000:
            engine.submit(jobs.square, done.result)
            engine.submit(jobs.wait_then_name, (f"after {done.result}", 0.0))
    assert set(found) == {9, 81, 6561, "after 9", "after 81"}
    assert list(engine.outcomes()) == []


def test_jobs_are_done_while_nobody_asks_for_outcomes(engines: Callable[..., LocalEngine], tmp_path: Path) -> None:
    engine = engines(1)
    files = [tmp_path / name for name in "abc"]
    for file in files:
        engine.submit(jobs.tell_and_sleep, (str(file), 0))
    wait_until(lambda: all(file.exists() for file in files))
    assert [done.ticket for done in engine.outcomes()] == [0, 1, 2]


def test_workers_are_kept_from_job_to_job(engines: Callable[..., LocalEngine]) -> None:
    engine = engines(1)
    first = run(engine, jobs.own_pid, range(3))
    engine.submit(jobs.own_pid, 0)
    (later,) = engine.outcomes()
    assert len({done.result for done in (*first, later)}) == 1


def test_workers_get_ready_before_there_is_a_job(engines: Callable[..., LocalEngine], tmp_path: Path) -> None:
    engine = engines(2, jobs.Leaves(str(tmp_path)))
    wait_until(lambda: len(list(tmp_path.iterdir())) == 2)
    found = run(engine, jobs.own_pid, range(4))
    assert {str(done.result) for done in found} <= {path.name for path in tmp_path.iterdir()}


def test_those_who_cannot_get_ready_still_take_jobs(engines: Callable[..., LocalEngine]) -> None:
    (done,) = run(engines(1, jobs.lack), jobs.square, [3])
    assert done.result == 9


def test_where_no_worker_comes_up_every_job_is_lost(engines: Callable[..., LocalEngine]) -> None:
    found = run(engines(2, jobs.DiesOnArrival()), jobs.square, range(3))
    assert {str(done.error) for done in found} == {"the worker process died 2 times (exit code 9)"}


def test_an_exception_is_reported_with_its_job_and_the_others_go_on(engines: Callable[..., LocalEngine]) -> None:
    found = in_order(run(engines(2), jobs.fail_on_odd, range(4)))
    assert [done.result for done in found] == [0, None, 2, None]
    assert [repr(done.error) for done in found] == ["None", "ValueError('1 is odd')", "None", "ValueError('3 is odd')"]


def test_an_exception_that_cannot_be_sent_is_told_in_words(engines: Callable[..., LocalEngine]) -> None:
    (done,) = run(engines(1), jobs.raise_what_cannot_be_sent, [0])
    assert repr(done.error) == "RuntimeError('TwoPartError: a mistake in the middle')"


def test_so_is_a_result(engines: Callable[..., LocalEngine], capfd: pytest.CaptureFixture[str]) -> None:
    (done,) = run(engines(1), jobs.return_what_cannot_be_sent, [0])
    assert done.result is None
    assert isinstance(done.error, RuntimeError)
    assert capfd.readouterr().err == ""


def test_a_job_that_cannot_be_sent_is_refused_at_once(engines: Callable[..., LocalEngine]) -> None:
    engine = engines(1)
    with pytest.raises((AttributeError, TypeError), match="pickle"):
        engine.submit(jobs.square, lambda: None)  # type: ignore[arg-type]  # that is the point
    assert [done.result for done in run(engine, jobs.square, [2])] == [4]


def test_a_job_may_be_large(engines: Callable[..., LocalEngine]) -> None:
    found = run(engines(2), len, [bytes(5_000_000)] * 4)
    assert [done.result for done in found] == [5_000_000] * 4


@pytest.mark.parametrize(
    ("how", "said"), [("exit", "exit code 7"), ("kill", "signal SIGKILL"), ("sys.exit", "exit code 3")]
)
def test_a_job_whose_worker_dies_twice_is_lost_and_no_other(
    engines: Callable[..., LocalEngine], how: str, said: str
) -> None:
    found = in_order(run(engines(2), jobs.die, [("a", ""), (how, ""), ("b", ""), ("c", "")]))
    assert [done.result for done in found] == ["a", None, "b", "c"]
    assert isinstance(found[1].error, WorkerDied)
    assert str(found[1].error) == f"the worker process died 2 times ({said})"


@pytest.mark.parametrize("how", ["exit", "kill"])
def test_a_job_whose_worker_dies_once_is_done_again(
    engines: Callable[..., LocalEngine], tmp_path: Path, how: str
) -> None:
    found = in_order(run(engines(1), jobs.die, [("a", ""), (how, str(tmp_path / "marker")), ("b", "")]))
    assert [(done.result, done.error) for done in found] == [("a", None), (how, None), ("b", None)]


def test_a_worker_that_dies_of_reading_its_job(engines: Callable[..., LocalEngine]) -> None:
    found = run(engines(2), jobs.square, [jobs.DiesOnArrival()] * 3)
    assert {str(done.error) for done in found} == {"the worker process died 2 times (exit code 9)"}


def test_one_that_dies_while_idle_costs_no_job(engines: Callable[..., LocalEngine]) -> None:
    engine = engines(1)
    for _ in range(3):
        (done,) = run(engine, jobs.own_pid, [0])
        psutil.Process(done.result).kill()
        wait_until(partial(has_gone, done.result or 0))
    assert [done.result for done in run(engine, jobs.square, range(3))] == [0, 1, 4]


def test_closing_ends_the_workers_at_once(tmp_path: Path) -> None:
    files = [tmp_path / "quick", tmp_path / "long", tmp_path / "long too", tmp_path / "waiting"]
    engine = LocalEngine(2)
    for i, file in enumerate(files):
        engine.submit(jobs.tell_and_sleep, (str(file), 0 if i == 0 else 60))
    outcomes = engine.outcomes()
    assert next(outcomes).ticket == 0
    wait_until(lambda: all(file.exists() and file.read_text() for file in files[:3]))
    started = time.monotonic()
    engine.close()
    assert time.monotonic() - started < 5  # the jobs last a minute
    assert not any(psutil.pid_exists(int(file.read_text())) for file in files[:3])
    assert not files[3].exists()
    assert list(outcomes) == []
    engine.close()
    with pytest.raises(ValueError, match="closed"):
        engine.submit(jobs.square, 1)


def test_idle_workers_may_close_what_they_have_open(tmp_path: Path) -> None:
    with LocalEngine(2) as engine:
        run(engine, jobs.close_at_exit, [str(tmp_path / "closed")])
    assert (tmp_path / "closed").exists()


def test_nothing_is_left_of_an_engine() -> None:
    before, threads = children(), threading.active_count()
    with LocalEngine(2) as engine:
        engine.submit(jobs.wait_then_name, ("", 60.0))
        wait_until(lambda: len(children() - before) >= 2)
    assert children() == before
    assert threading.active_count() == threads


def test_workers_are_born_deaf_to_interrupts_and_the_parent_goes_on_hearing_them(
    engines: Callable[..., LocalEngine],
) -> None:
    # Ctrl-C goes to all of them: a worker that hears it while it loads its libraries complains on the terminal.
    before = signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)
    assert [done.result for done in run(engines(3), jobs.is_deaf_to_interrupts, range(3))] == [True] * 3
    assert not jobs.is_deaf_to_interrupts(0)
    assert (signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)) == before


def test_an_interrupt_reaches_who_waits_for_an_outcome(engines: Callable[..., LocalEngine]) -> None:
    engine = engines(1)
    engine.submit(jobs.wait_then_name, ("", 60.0))
    threading.Timer(0.3, os.kill, [os.getpid(), signal.SIGINT]).start()
    with pytest.raises(KeyboardInterrupt):
        next(engine.outcomes())


def test_a_machine_that_can_start_no_process_is_told_of(
    engines: Callable[..., LocalEngine], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_: object) -> None:
        raise BlockingIOError(11, "Resource temporarily unavailable")

    monkeypatch.setattr("proctor_cli.engine.local.start", refuse)
    engine = engines(1)
    engine.submit(jobs.square, 1)
    with pytest.raises(BlockingIOError):
        list(engine.outcomes())


def test_an_interrupted_import_stops_no_engine() -> None:
    # Ctrl-C at the wrong moment leaves the lock taken; the workers must be started and ended all the same.
    program = """
import _imp
from proctor_cli.engine.local import LocalEngine
from tests.unit.engine import jobs
if __name__ == "__main__":
    _imp.acquire_lock()
    with LocalEngine(1) as engine:
        engine.submit(jobs.square, 3)
        (done,) = engine.outcomes()
    print(done.result)
"""
    found = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=PATIENCE_S)
    assert (found.stdout, found.stderr) == ("9\n", "")
