"""Jobs on this machine: every job has an outcome, whatever happens to the workers."""

from __future__ import annotations

import signal
import time
from pathlib import Path

import psutil
import pytest

from proctor_cli.engine import Done, WorkerDied
from proctor_cli.engine.local import LocalEngine
from tests.unit.engine import jobs


def by_index(outcomes: list[Done[object]]) -> list[Done[object]]:
    return sorted(outcomes, key=lambda done: done.index)


@pytest.mark.parametrize("workers", [1, 2, 9])
def test_every_job_once_whatever_the_number_of_workers(workers: int) -> None:
    found = list(LocalEngine(workers).map(jobs.square, range(5)))
    assert sorted((done.index, done.result) for done in found) == [(i, i * i) for i in range(5)]
    assert all(done.error is None for done in found)


def test_no_jobs_start_no_worker() -> None:
    before = psutil.Process().children()
    assert list(LocalEngine(4).map(jobs.square, [])) == []
    assert psutil.Process().children() == before


def test_no_workers_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="workers must be at least 1, got 0"):
        LocalEngine(0)


def test_outcomes_come_as_they_are_ready_and_know_their_job() -> None:
    given = [("slow", 1.0), ("quick", 0.0), ("quick too", 0.0)]
    found = list(LocalEngine(2).map(jobs.wait_then_name, given))
    assert [done.index for done in found] == [1, 2, 0]
    assert all(given[done.index][0] == done.result for done in found)


def test_a_worker_is_kept_from_job_to_job() -> None:
    assert len({done.result for done in LocalEngine(1).map(jobs.own_pid, range(4))}) == 1


def test_an_exception_is_reported_with_its_job_and_the_others_go_on() -> None:
    found = by_index(list(LocalEngine(2).map(jobs.fail_on_odd, range(4))))
    assert [done.result for done in found] == [0, None, 2, None]
    assert [repr(done.error) for done in found] == ["None", "ValueError('1 is odd')", "None", "ValueError('3 is odd')"]


def test_an_exception_that_cannot_be_sent_is_told_in_words() -> None:
    (done,) = LocalEngine(1).map(jobs.raise_what_cannot_be_sent, [0])
    assert repr(done.error) == "RuntimeError('TwoPartError: a mistake in the middle')"


def test_so_is_a_result(capfd: pytest.CaptureFixture[str]) -> None:
    (done,) = LocalEngine(1).map(jobs.return_what_cannot_be_sent, [0])
    assert done.result is None
    assert isinstance(done.error, RuntimeError)
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize(
    ("how", "said"), [("exit", "exit code 7"), ("kill", "signal SIGKILL"), ("sys.exit", "exit code 3")]
)
def test_a_job_whose_worker_dies_twice_is_lost_and_no_other(how: str, said: str) -> None:
    found = by_index(list(LocalEngine(2).map(jobs.die, [("a", ""), (how, ""), ("b", ""), ("c", "")])))
    assert [done.result for done in found] == ["a", None, "b", "c"]
    assert isinstance(found[1].error, WorkerDied)
    assert str(found[1].error) == f"the worker process died 2 times ({said})"


@pytest.mark.parametrize("how", ["exit", "kill"])
def test_a_job_whose_worker_dies_once_is_done_again(tmp_path: Path, how: str) -> None:
    found = by_index(list(LocalEngine(1).map(jobs.die, [("a", ""), (how, str(tmp_path / "marker")), ("b", "")])))
    assert [(done.result, done.error) for done in found] == [("a", None), (how, None), ("b", None)]


def test_a_worker_that_dies_before_it_reads_its_job(capfd: pytest.CaptureFixture[str]) -> None:
    found = list(LocalEngine(2).map(jobs.DiesOnArrival(), range(3)))
    assert sorted(done.index for done in found) == [0, 1, 2]
    assert {str(done.error) for done in found} == {"the worker process died 2 times (exit code 9)"}


def test_closing_early_ends_the_workers_at_once(tmp_path: Path) -> None:
    files = [tmp_path / "quick", tmp_path / "long", tmp_path / "long too", tmp_path / "waiting"]
    outcomes = LocalEngine(2).map(
        jobs.tell_and_sleep, [(str(file), 0 if i == 0 else 60) for i, file in enumerate(files)]
    )
    assert next(outcomes).index == 0
    while not all(file.exists() and file.read_text() for file in files[:3]):
        time.sleep(0.01)
    started = time.monotonic()
    outcomes.close()
    assert time.monotonic() - started < 5  # the jobs last a minute
    assert not any(psutil.pid_exists(int(file.read_text())) for file in files[:3])
    assert not files[3].exists()


def test_workers_are_born_deaf_to_interrupts_and_the_parent_goes_on_hearing_them() -> None:
    # Ctrl-C goes to all of them: a worker that hears it while it loads its libraries complains on the terminal.
    before = signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)
    assert [done.result for done in LocalEngine(3).map(jobs.is_deaf_to_interrupts, range(3))] == [True] * 3
    assert not jobs.is_deaf_to_interrupts(0)
    assert (signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)) == before
