"""Who does what when, with an engine in this process: order, how much is prepared ahead, and what goes wrong."""

from __future__ import annotations

import errno
from collections.abc import Callable, Generator
from pathlib import Path
from typing import Any, Self

import pytest

from proctor_cli import nets, quiet
from proctor_cli.batch.schedule import Advanced, Ended, Event, Prepared, run
from proctor_cli.batch.stages import Begin, DiskFull, Terms, begin, conclude
from proctor_cli.engine import Done, J, R, WorkerDied
from proctor_cli.engine.capacity import Capacity
from proctor_cli.errors import OutputError
from proctor_cli.policy import load
from proctor_cli.session.jobs import SliceJob
from proctor_cli.session.observe import run_slice
from proctor_cli.session.request import Request
from proctor_cli.store import SessionFolder
from proctor_cli.types import Clip
from tests.unit.media.films import even, film

AT = "2026-06-01T09:00:00+00:00"
Fail = Callable[[Any, Any], Exception | None]


class Inline:
    """Runs jobs in this process, first come first served, and like an engine gives each job its own error."""

    def __init__(self, fail: Fail = lambda function, job: None) -> None:
        self._fail = fail
        self._waiting: list[tuple[int, Callable[[Any], object], Any]] = []
        self._submitted = 0
        self.ran: list[tuple[Callable[[Any], object], Any]] = []
        self.most_waiting = 0

    def submit(self, function: Callable[[J], R], job: J) -> int:
        self._waiting.append((self._submitted, function, job))
        self._submitted += 1
        self.most_waiting = max(self.most_waiting, len(self._waiting))
        return self._submitted - 1

    def outcomes(self) -> Generator[Done[Any], None, None]:
        while self._waiting:
            ticket, function, job = self._waiting.pop(0)
            self.ran.append((function, job))
            error = self._fail(function, job)
            try:
                yield Done(ticket, None if error else function(job), error)
            except OutputError as failure:
                yield Done(ticket, None, failure)
            except Exception as failure:
                if isinstance(failure, AssertionError):
                    raise
                yield Done(ticket, None, failure)

    def close(self) -> None:
        self._waiting.clear()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


@pytest.fixture
def sessions(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[int, Begin]:
    """Four sessions of three slices each, without weights."""
    nowhere = tmp_path / "no weights"
    nowhere.mkdir()
    monkeypatch.setattr("proctor_cli.nets.lookup.search_folders", lambda: (nowhere,))
    monkeypatch.setattr(quiet, "cut_network", lambda: None)
    monkeypatch.setattr("proctor_cli.plan.SLICE_S", 2.0)
    exam = film(tmp_path / "exam.mp4", even(60, 10.0))
    for number in range(4):
        (tmp_path / f"S{number}.mp4").hardlink_to(exam)
    models = nets.load_manifest().choose("default", {})
    terms = Terms(load(None), AT, language=None)
    return {
        number: Begin(
            Request(
                f"S{number}", (Clip("webcam", str(tmp_path / f"S{number}.mp4")),), str(tmp_path / f"S{number}"), models
            ),
            terms,
        )
        for number in range(4)
    }


def follow(sessions: dict[int, Begin], engine: Inline, workers: int = 1) -> list[Event]:
    return list(run(sessions, engine, Capacity(workers, workers)))


def ends(events: list[Event]) -> dict[int, Ended]:
    return {event.number: event for event in events if isinstance(event, Ended)}


def test_sessions_end_in_their_order_and_each_once(sessions: dict[int, Begin]) -> None:
    events = follow(sessions, Inline())
    ended = [event for event in events if isinstance(event, Ended)]
    assert [event.number for event in ended] == [0, 1, 2, 3]
    assert all(event.outcome is not None and event.error is None for event in ended)
    for number in sessions:
        mine = [event for event in events if event.number == number]
        assert isinstance(mine[0], Prepared)
        advanced = sum(event.video_s for event in mine if isinstance(event, Advanced))
        assert advanced == pytest.approx(mine[0].length_s)


def test_no_more_is_prepared_ahead_than_keeps_the_workers_busy(sessions: dict[int, Begin]) -> None:
    engine = Inline()
    follow(sessions, engine)
    assert engine.most_waiting <= 3
    began = [index for index, (function, _) in enumerate(engine.ran) if function is begin]
    concluded = [index for index, (function, _) in enumerate(engine.ran) if function is conclude]
    assert began[2] > concluded[0]  # the third session is prepared only when the first is finished


def test_results_do_not_depend_on_the_number_of_workers(sessions: dict[int, Begin], tmp_path: Path) -> None:
    follow(sessions, Inline(), 1)
    one = [SessionFolder(tmp_path / f"S{n}").observations.read_bytes() for n in sessions]
    for path in tmp_path.glob("S?/*"):
        if path.is_file():
            path.unlink()
    follow(sessions, Inline(), 5)
    assert [SessionFolder(tmp_path / f"S{n}").observations.read_bytes() for n in sessions] == one


def test_a_slice_whose_worker_dies_is_lost_and_named_and_tried_again(
    sessions: dict[int, Begin], tmp_path: Path
) -> None:
    def die(function: object, job: object) -> Exception | None:
        is_it = isinstance(job, SliceJob) and job.clip.path.endswith("S1.mp4") and job.piece.index == 1
        return WorkerDied("the worker process died 2 times (signal SIGKILL)") if is_it else None

    ended = ends(follow(sessions, Inline(die)))
    assert all(event.error is None for event in ended.values())
    outcome = ended[1].outcome
    assert outcome is not None
    (told,) = outcome.partial
    assert "not analysed" in told
    assert "the worker process died 2 times" in told
    assert [event.outcome.partial for n, event in ended.items() if n != 1 and event.outcome] == [(), (), ()]

    engine = Inline()
    again = follow(sessions, engine)
    assert ends(again)[1].outcome is not None
    assert ends(again)[1].outcome.partial == ()  # type: ignore[union-attr]  # said in the line above
    assert [job.piece.index for function, job in engine.ran if function is run_slice] == [1]
    (prepared,) = (event for event in again if isinstance(event, Prepared))
    assert prepared.note == "analysed again: 1 of its slices failed the last time"


def test_a_session_none_of_whose_slices_can_be_analysed_fails(sessions: dict[int, Begin]) -> None:
    def die(function: object, job: object) -> Exception | None:
        is_it = isinstance(job, SliceJob) and job.clip.path.endswith("S2.mp4")
        return ValueError("what is this") if is_it else None

    ended = ends(follow(sessions, Inline(die)))
    error = ended[2].error
    assert error is not None
    assert error.what == "unexpected ValueError: what is this"
    assert [n for n, event in ended.items() if event.outcome is not None] == [0, 1, 3]


def test_a_recording_that_vanishes_in_the_middle_fails_its_session_alone(
    sessions: dict[int, Begin], tmp_path: Path
) -> None:
    def vanish(function: object, job: object) -> None:
        if isinstance(job, SliceJob) and job.clip.path.endswith("S1.mp4") and job.piece.index == 1:
            (tmp_path / "S1.mp4").unlink(missing_ok=True)

    ended = ends(follow(sessions, Inline(vanish)))
    assert ended[0].outcome is not None
    assert ended[3].outcome is not None
    outcome, error = ended[1].outcome, ended[1].error
    told = str(error) if outcome is None else "; ".join(outcome.partial)
    assert "no such file" in told


def test_a_full_disk_stops_everything_at_once(sessions: dict[int, Begin], monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(self: SessionFolder, key: str, part: bytes) -> None:
        cause = OSError(errno.ENOSPC, "No space left on device")
        raise OutputError("cannot write (No space left on device)", where=str(self.part(key))) from cause

    monkeypatch.setattr(SessionFolder, "write_part", fail)
    engine = Inline()
    with pytest.raises(DiskFull, match="Make room; the same command then goes on"):
        follow(sessions, engine)
    assert sum(function is run_slice for function, _ in engine.ran) == 1


def test_a_folder_that_cannot_be_written_concerns_one_session(sessions: dict[int, Begin], tmp_path: Path) -> None:
    (tmp_path / "S2").write_text("a file")
    ended = ends(follow(sessions, Inline()))
    assert isinstance(ended[2].error, OutputError)
    assert sum(event.outcome is not None for event in ended.values()) == 3
