"""Who does what when, with an engine in this process: order, how much is prepared ahead, and what goes wrong."""

from __future__ import annotations

import errno
from pathlib import Path
from random import Random

import pytest

from proctor_cli.batch.schedule import Advanced, Ended, Event, Prepared, run
from proctor_cli.batch.stages import Begin, DiskFull, begin, conclude
from proctor_cli.engine import WorkerDied
from proctor_cli.engine.capacity import Capacity
from proctor_cli.errors import OutputError
from proctor_cli.session.jobs import SliceJob
from proctor_cli.session.observe import run_slice
from proctor_cli.store import SessionFolder
from tests.unit.batch.conftest import Inline


def follow(sessions: dict[int, Begin], engine: Inline, workers: int = 1) -> list[Event]:
    engine.workers = workers
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


def test_pictures_that_wait_for_the_sound_are_work_to_come(heard: dict[int, Begin]) -> None:
    engine = Inline()
    follow(heard, engine)
    _, second, *_ = (index for index, (function, _) in enumerate(engine.ran) if function is begin)
    before = {job.clip.source for _, job in engine.ran[:second] if isinstance(job, SliceJob)}
    assert before == {"sound", "webcam"}  # until then the first session's pictures are enough


def test_workers_that_come_later_get_work(sessions: dict[int, Begin]) -> None:
    engine = Inline()
    events = run(sessions, engine, Capacity(1, 1))
    next(event for event in events if isinstance(event, Advanced))
    assert engine.most_waiting <= 3
    engine.workers = 8
    assert len(ends(list(events))) == 4
    assert engine.most_waiting > 3


def test_jobs_wait_while_all_workers_are_gone(sessions: dict[int, Begin]) -> None:
    assert len(ends(follow(sessions, Inline(), 0))) == 4


def test_results_do_not_depend_on_the_order_in_which_slices_come_back(heard: dict[int, Begin], tmp_path: Path) -> None:
    follow(heard, Inline(), 1)
    straight = contents(tmp_path)
    clear(tmp_path)
    random = Random(1)
    engine = Inline(pick=random.randrange)
    follow(heard, engine, 5)
    began = [job.piece.index for _, job in engine.ran if isinstance(job, SliceJob) and job.clip.source == "sound"]
    assert began != sorted(began)  # they did come back in another order
    assert contents(tmp_path) == straight


def contents(folder: Path) -> dict[str, bytes]:
    """Observations and results of each session."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.glob("S?/*")
        if path.name in ("observations.jsonl.gz", "session.json")
    }


def clear(folder: Path) -> None:
    for path in folder.glob("S?/*"):
        if path.is_file():
            path.unlink()


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
