"""Stopped at any place, the same work goes on from there and gives what it gives when nobody stops it."""

from __future__ import annotations

from pathlib import Path

import pytest

from proctor_cli.batch.schedule import run
from proctor_cli.batch.single import analyse
from proctor_cli.batch.stages import Begin, Conclude, begin, conclude
from proctor_cli.engine.capacity import Capacity
from proctor_cli.errors import OutputError
from proctor_cli.session.jobs import SliceJob
from proctor_cli.session.observe import run_slice
from proctor_cli.session.prepare import Preparation, prepare
from proctor_cli.session.speech import find_speech, tell_speech
from proctor_cli.store import SessionFolder, read_mark
from tests.unit.batch.conftest import AT, Inline
from tests.unit.batch.test_schedule import clear, contents, ends, follow


def do_slices(preparation: Preparation, *sources: str) -> None:
    """Those of these sources, as a command that was stopped then has left them."""
    folder = SessionFolder(preparation.request.folder)
    for job in preparation.jobs:  # sound comes first
        if job.clip.source in sources:
            told = tell_speech(job, find_speech(folder, preparation.jobs)) if job.clip.source == "webcam" else job
            folder.write_part(job.key, run_slice(told))


def analyse_one(job: Begin) -> list[SliceJob]:
    """Analyse a session alone; returns the slices that were left to do."""
    engine = Inline()
    analyse(prepare(job.request), engine, job.terms.policy, analysed_at=AT, advance=lambda video_s: None, language=None)
    return [job for _, job in engine.ran if isinstance(job, SliceJob)]


@pytest.mark.parametrize("sources", [("sound",), ("sound", "webcam")])
def test_what_was_done_before_is_not_done_again(
    heard: dict[int, Begin], tmp_path: Path, sources: tuple[str, ...]
) -> None:
    analyse_one(heard[0])
    straight = contents(tmp_path)
    clear(tmp_path)
    do_slices(prepare(heard[0].request), *sources)
    left = analyse_one(heard[0])
    assert {job.clip.source for job in left} == {"sound", "webcam"} - set(sources)
    assert contents(tmp_path) == straight
    assert not (tmp_path / "S0/.parts").exists()


def test_so_it_is_in_a_batch(heard: dict[int, Begin], tmp_path: Path) -> None:
    follow(heard, Inline())
    straight = contents(tmp_path)
    clear(tmp_path)
    for path in tmp_path.glob("S?/.finished.json"):
        path.unlink()
    do_slices(prepare(heard[1].request), "sound", "webcam")
    assert [event.error for event in ends(follow(heard, Inline())).values()] == [None] * 3
    assert contents(tmp_path) == straight


def ready(job: Begin) -> Conclude:
    """A session of which all slices are done."""
    begun = begin(job)
    assert begun.preparation is not None
    do_slices(begun.preparation, "sound", "webcam")
    return Conclude(begun.preparation, {}, job.terms, begun.mark)


def test_a_session_is_concluded_again_when_nobody_has_heard_that_it_was(
    heard: dict[int, Begin], tmp_path: Path
) -> None:
    job = ready(heard[0])
    outcome = conclude(job)
    before = contents(tmp_path)
    assert conclude(job) == outcome
    assert contents(tmp_path) == before
    assert not (tmp_path / "S0/.parts").exists()


def test_slices_stay_until_all_that_is_made_of_them_is_written(
    heard: dict[int, Begin], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise OutputError("cannot write", where="report.html")

    job = ready(heard[0])
    job = Conclude(job.preparation, job.lost, type(job.terms)(job.terms.policy, AT), job.mark)
    with monkeypatch.context() as patch:
        patch.setattr("proctor_cli.batch.stages.write_documents", fail)
        with pytest.raises(OutputError):
            conclude(job)
    assert len(list((tmp_path / "S0/.parts").iterdir())) == 5
    conclude(job)
    assert (tmp_path / "S0/report.html").exists()
    assert not (tmp_path / "S0/.parts").exists()


def test_what_a_killed_command_has_left_of_a_finished_session_goes(heard: dict[int, Begin], tmp_path: Path) -> None:
    follow({0: heard[0]}, Inline())
    do_slices(prepare(heard[0].request), "sound")
    (ended,) = ends(follow({0: heard[0]}, Inline())).values()
    assert ended.kept
    assert not (tmp_path / "S0/.parts").exists()


def test_what_was_looked_at_without_all_sound_is_looked_at_again(heard: dict[int, Begin], tmp_path: Path) -> None:
    analyse_one(heard[0])
    straight = contents(tmp_path)
    clear(tmp_path)

    def lose(function: object, job: object) -> Exception | None:
        is_it = isinstance(job, SliceJob) and job.clip.source == "sound" and job.piece.index == 1
        return RuntimeError("broken") if is_it else None

    (ended,) = ends(follow({0: heard[0]}, Inline(lose))).values()
    assert ended.outcome is not None
    assert len(ended.outcome.partial) == 1
    assert read_mark(SessionFolder(tmp_path / "S0")) is not None
    assert [job.key.split("-")[0] for job in prepare(heard[0].request).done] == ["sound"]

    engine = Inline()
    (ended,) = ends(list(run({0: heard[0]}, engine, Capacity(1, 1)))).values()
    assert ended.outcome is not None
    assert ended.outcome.partial == ()
    done = [(job.clip.source, job.piece.index) for _, job in engine.ran if isinstance(job, SliceJob)]
    assert done == [("sound", 1), ("webcam", 0), ("webcam", 1), ("webcam", 2)]
    assert contents(tmp_path) == straight
    assert not (tmp_path / "S0/.parts").exists()
