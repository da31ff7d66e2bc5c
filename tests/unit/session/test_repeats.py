"""Loops in a whole recording: known once all slices are, and the same however it is cut."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from proctor_cli import plan
from proctor_cli.engine import WorkerDied
from proctor_cli.store import SessionFolder
from proctor_cli.types import Clip, Observation
from tests.unit.media.films import even, film
from tests.unit.session.conftest import Analyse
from tests.unit.session.fakes import Here

LOOP_S, FPS = 4.0, 5


def busy(number: int, width: int, height: int) -> NDArray[np.uint8]:
    """A picture like no other."""
    blocks = np.random.default_rng(number).integers(40, 220, (height // 20, width // 20, 3), dtype=np.uint8)
    return blocks.repeat(20, axis=0).repeat(20, axis=1)


def once_more(number: int, width: int, height: int) -> NDArray[np.uint8]:
    """The pictures of the first ten seconds, and then those of four seconds again and again."""
    new = 10 * FPS
    return busy(number if number < new else new + (number - new) % round(LOOP_S * FPS), width, height)


@pytest.fixture(scope="module")
def looped(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Thirty seconds."""
    return film(tmp_path_factory.mktemp("films") / "loop.mp4", even(150, FPS), gop=10, picture=once_more)


Told = tuple[float | None, float | None]


def repeats_in(folder: Path, begin_s: float = 0.0) -> dict[float, Told]:
    """``picture.repeat`` and ``picture.repeat_lag_s`` five times a second: each is told when it changes, and holds."""
    told: list[tuple[float, Told]] = [
        (one.t_s, (one.values["picture.repeat"], one.values["picture.repeat_lag_s"]))
        for one in SessionFolder(folder).read_observations()
        if one.source == "webcam" and "picture.repeat" in one.values
    ]
    found: dict[float, Told] = {}
    for count in range(round((told[-1][0] - begin_s) / 0.2) + 1 if told else 0):
        t_s = round(begin_s + count * 0.2, 5)
        if known := [pair for at_s, pair in told if at_s <= t_s + 1e-6]:
            found[t_s] = known[-1]
    return found


def are_alike(found: dict[float, Told], others: dict[float, Told]) -> bool:
    """Whether two agree, but for changes too small to be told."""
    return found.keys() == others.keys() and all(
        (share is None) == (others[t_s][0] is None) and abs((share or 0.0) - (others[t_s][0] or 0.0)) <= 0.11
        for t_s, (share, _) in found.items()
    )


def test_the_whole_of_a_loop_is_told_with_its_length(tmp_path: Path, looped: Path, analysed: Analyse) -> None:
    result = analysed(looped)
    found = repeats_in(tmp_path / "out")
    assert len(found) == 150
    assert plan.REPEATS in result.recording.detectors
    for t_s, (share, lag_s) in found.items():
        if t_s < 1:
            assert (share, lag_s) == (None, None)  # there is nothing yet to compare with
        elif t_s < 11.9:
            assert (share, lag_s) == (0.0, None)
        elif t_s > 16:
            assert share is not None
            assert lag_s is not None
            assert share > 0.9
            assert lag_s % LOOP_S == pytest.approx(0, abs=1e-6)
    (incident,) = (one for one in result.judgement.incidents if one.event == "SPOOFING_SUSPECTED")
    assert incident.start_s == pytest.approx(10 + LOOP_S, abs=2.1)
    assert incident.end_s == pytest.approx(30.0, abs=0.2)
    assert incident.message.endswith(": the video repeats itself exactly")


def test_slices_change_nothing(
    tmp_path: Path, looped: Path, analysed: Analyse, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = []
    for slice_s in (100.0, 7.0, 3.0):
        monkeypatch.setattr(plan, "SLICE_S", slice_s)
        analysed(looped, folder=str(tmp_path / str(slice_s)))
        found.append(repeats_in(tmp_path / str(slice_s)))
    assert len(found[0]) == 150
    assert are_alike(found[1], found[0])
    assert are_alike(found[2], found[0])


def test_a_later_part_is_told_at_session_time(tmp_path: Path, looped: Path, analysed: Analyse) -> None:
    analysed(looped, folder=str(tmp_path / "plain"))
    analysed(film(tmp_path / "lead.mp4", even(37, 10), rate=10), looped)
    shifted = {round(t_s - 3.7, 5): value for t_s, value in repeats_in(tmp_path / "out", 3.7).items()}
    plain = repeats_in(tmp_path / "plain")
    looping = {t_s: lag_s for t_s, (_, lag_s) in plain.items() if t_s > 17}
    assert {t_s: lag_s for t_s, (_, lag_s) in shifted.items() if t_s > 17} == looping


def test_where_a_slice_was_lost_nothing_is_told_and_the_rest_is(
    tmp_path: Path, looped: Path, analysed: Analyse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(plan, "SLICE_S", 6.0)
    result = analysed(looped, engine=Here(lambda index: WorkerDied("it died") if index == 3 else None))
    assert result.partial
    found = repeats_in(tmp_path / "out")
    known = [t_s for t_s, (share, _) in found.items() if share is not None]
    assert not [t_s for t_s in known if 18.1 < t_s < 23.9]
    # a window that reaches into the hole does not count
    beside = [found[t_s][0] or 0.0 for t_s in known if 16 < t_s < 17.5 or t_s > 25.5]
    assert len(beside) > 25
    assert min(beside) > 0.9


def test_only_the_webcam_is_asked(tmp_path: Path, looped: Path, analysed: Analyse) -> None:
    analysed(Clip("screen", str(looped)))
    seen: list[Observation] = list(SessionFolder(tmp_path / "out").read_observations())
    assert seen
    assert not [one for one in seen if "picture.repeat" in one.values]


def test_new_pictures_repeat_nothing_and_still_ones_say_nothing(tmp_path: Path, analysed: Analyse) -> None:
    new = film(tmp_path / "new.mp4", even(100, FPS), picture=busy)
    analysed(new)
    assert {share for share, _ in list(repeats_in(tmp_path / "out").values())[5:]} == {0.0}
    still = film(tmp_path / "still.mp4", even(100, FPS), picture=lambda _, *size: busy(1, *size))
    analysed(still, folder=str(tmp_path / "other"))
    assert {share for share, _ in repeats_in(tmp_path / "other").values()} == {None}


def test_a_part_without_a_picture_is_borne(tmp_path: Path, analysed: Analyse) -> None:
    path = film(tmp_path / "gap.mp4", [*even(50), *(9 + t_s for t_s in even(50))])
    result = analysed(path, span=(4.0, 6.0))
    assert result.recording.span == (4.0, 6.0)
    assert repeats_in(tmp_path / "out") in ({}, {6.0: (None, None)})
