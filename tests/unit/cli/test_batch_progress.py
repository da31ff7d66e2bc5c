"""What is expected of sessions that nobody has looked at yet, and when all will be done."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from proctor_cli.cli.batch_progress import BatchProgress, tell_time
from proctor_cli.cli.terminal import ProgressStyle
from proctor_cli.errors import InputError


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    now = SimpleNamespace(s=1000.0)
    monkeypatch.setattr("proctor_cli.cli.batch_progress.time.monotonic", lambda: now.s)
    return now


def event(number: int, **values: Any) -> Any:
    return SimpleNamespace(number=number, **{"outcome": None, "error": None, "kept": False, "note": "", **values})


def test_sessions_are_weighted_by_length_and_until_it_is_known_by_size(clock: SimpleNamespace) -> None:
    progress = BatchProgress(ProgressStyle.none, {0: "a", 1: "b", 2: "c"}, {0: 100, 1: 300, 2: 0})
    assert (progress.total_s, progress.left_s) == (0.0, None)
    progress.prepared(event(0, length_s=50.0, done_s=10.0))
    assert progress.total_s == pytest.approx(50 + 150)
    assert progress.left_s is None  # what was done before says nothing of the pace
    clock.s += 4
    progress.advanced(event(0, video_s=20.0))
    assert progress.left_s == pytest.approx((200 - 30) * 4 / 20)
    progress.prepared(event(1, length_s=90.0, done_s=0.0))
    assert progress.total_s == pytest.approx(140)


def test_what_a_failed_session_had_left_is_not_waited_for(clock: SimpleNamespace) -> None:
    progress = BatchProgress(ProgressStyle.none, {0: "a", 1: "b"}, {0: 100, 1: 100})
    progress.prepared(event(0, length_s=60.0, done_s=0.0))
    clock.s += 10
    progress.advanced(event(0, video_s=30.0))
    progress.ended(event(0, error=InputError("no such file")))
    assert progress.left_s == pytest.approx(60 * 10 / 30)


def test_a_session_that_cannot_begin_has_no_size(clock: SimpleNamespace) -> None:
    progress = BatchProgress(ProgressStyle.text, {0: "a", 1: "b"}, {1: 100})
    progress.ended(event(0, error=InputError("no such file")))
    assert progress.total_s == 0.0
    progress.prepared(event(1, length_s=60.0, done_s=0.0))
    assert progress.total_s == pytest.approx(60)


def test_lines_tell_the_end_of_each_session_and_every_tenth_of_all(
    clock: SimpleNamespace, capsys: pytest.CaptureFixture[str]
) -> None:
    with BatchProgress(ProgressStyle.text, {0: "a"}, {0: 100}) as progress:
        progress.prepared(event(0, length_s=100.0, done_s=0.0))
        for _ in range(20):
            clock.s += 1
            progress.advanced(event(0, video_s=5.0))
        progress.ended(event(0, error=InputError("no such file", where="a.mp4")))
    lines = capsys.readouterr().err.splitlines()
    assert lines[0] == "proctor: 10 % (10 of 100 s of video), about 18 s left"
    assert len(lines) == 10
    assert lines[-1] == "proctor: 1/1 a not analysed: a.mp4: no such file"


@pytest.mark.parametrize(("s", "told"), [(3.4, "3 s"), (89, "89 s"), (750, "12 min"), (12_000, "3 h 20 min")])
def test_times_as_people_say_them(s: float, told: str) -> None:
    assert tell_time(s) == told
