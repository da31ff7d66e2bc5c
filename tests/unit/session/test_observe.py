"""Detectors are opened once for each kind of recording, and closed when others take their place."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path

import cv2
import pytest

from proctor_cli import detectors
from proctor_cli.errors import ModelError
from proctor_cli.nets import Model
from proctor_cli.session import observe
from proctor_cli.session.jobs import SliceJob
from proctor_cli.session.observe import run_slice
from proctor_cli.session.prepare import Preparation
from proctor_cli.types import Frame, Observation, Spec
from tests.unit.media.films import even, film

SETS = 3
"""Webcam, screen, room scan."""

living: list[Counted] = []
opened: list[Counted] = []
at_exit: list[Callable[[], None]] = []


class Counted:
    """Measures nothing, and is counted."""

    spec = Spec("counted", "webcam", {"counted.seen": "score"}, 0.2)

    def __init__(self, models: Mapping[str, Model], threads: int = 1) -> None:
        living.append(self)
        opened.append(self)

    def observe(self, frames: Sequence[Frame]) -> list[Observation]:
        return [Observation(frame.source, frame.t_s, {"counted.seen": 1.0}) for frame in frames]

    def close(self) -> None:
        living.remove(self)  # fails if it is closed twice


class Broken(Counted):
    """Cannot be loaded."""

    def __init__(self, models: Mapping[str, Model], threads: int = 1) -> None:
        raise ModelError("no good", where="broken.onnx", hint="Fetch it again.")


@pytest.fixture
def job(tmp_path: Path, prepared: Callable[..., Preparation], monkeypatch: pytest.MonkeyPatch) -> Iterator[SliceJob]:
    """One slice, in a process that has opened nothing yet."""
    path = film(tmp_path / "webcam.mp4", even(10, 5))
    (job,) = prepared(path).jobs
    monkeypatch.setattr(detectors, "find", lambda name: Broken if name == "broken" else Counted)
    monkeypatch.setattr(observe, "_kept", cache(observe._kept.__wrapped__))
    monkeypatch.setattr(
        observe, "Finalize", lambda _, function, given, exitpriority: at_exit.append(lambda: function(*given))
    )
    for noted in (living, opened, at_exit):
        noted.clear()
    threads = cv2.getNumThreads()
    yield replace(job, detectors=("a",))
    cv2.setNumThreads(threads)


def test_kinds_that_alternate_are_opened_once_each(job: SliceJob) -> None:
    for _ in range(5):
        for name in "abc":
            run_slice(replace(job, detectors=(name,)))
    assert len(opened) == len(living) == SETS


def test_the_set_not_used_for_longest_is_closed_for_a_new_one(job: SliceJob) -> None:
    for name in "abcad":  # b gives way
        run_slice(replace(job, detectors=(name,)))
    a, b, c, d = opened
    assert living == [a, c, d]
    run_slice(replace(job, detectors=("a",)))
    assert opened == [a, b, c, d]


def test_with_other_threads_networks_are_not_held_twice(job: SliceJob) -> None:
    run_slice(job)
    run_slice(replace(job, threads=job.threads + 1))
    assert len(opened) == 2
    assert living == opened[1:]
    assert cv2.getNumThreads() == job.threads + 1


def test_opencv_has_the_threads_of_the_slice_at_hand(job: SliceJob) -> None:
    for threads in (2, 1, 2):
        run_slice(replace(job, threads=threads))
        assert cv2.getNumThreads() == threads
    assert len(opened) == 3


def test_all_are_closed_when_the_process_ends_by_one_finalizer(job: SliceJob) -> None:
    for name in "abcde":
        run_slice(replace(job, detectors=(name,)))
    (end,) = at_exit
    assert len(living) == SETS
    end()
    assert living == []


def test_what_was_opened_is_closed_when_the_next_cannot_be(job: SliceJob) -> None:
    with pytest.raises(ModelError):
        run_slice(replace(job, detectors=("a", "broken")))
    assert len(opened) == 1
    assert living == []
    run_slice(job)
    assert len(living) == 1
