"""A recording in several parts is observed and judged as one."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from proctor_cli import plan
from proctor_cli.engine import WorkerDied
from proctor_cli.policy import Policy, parse
from proctor_cli.store import SessionFolder
from proctor_cli.types import Clip, Observation
from tests.unit.media.films import even, film, numbered
from tests.unit.session.conftest import Analyse
from tests.unit.session.fakes import Here
from tests.unit.session.test_repeats import FPS, looped, once_more, repeats_in
from tests.unit.session.test_session import DARK, extents, night, observations

__all__ = ["looped"]  # a fixture

AT = "2026-06-01T09:00:{:02d}Z"
DARK_SCREEN = """
schema = "proctor.policy/1"
name = "dark"
extends = "default"
[[rules]]
event = "LOW_LIGHT"
source = "screen"
signal = "picture.luma"
below = 0.2
min_duration_s = 0.8
merge_gap_s = 0.2
points = 5
kind = "temporary"
severity = "warning"
message = "dark"
"""


@pytest.fixture
def dark() -> Policy:
    return parse(DARK, "dark.toml")


def made(path: Path, count: int, second: int | None = None, *, is_dark: bool = False, first: int = 0) -> Path:
    """``count`` pictures, 25 a second, made at a second of some minute."""
    created = {} if second is None else {"creation_time": AT.format(second)}
    picture = night if is_dark else numbered
    return film(path, even(count), metadata=created, picture=picture, first_number=first)


def gaps(folder: Path) -> list[tuple[float, float | None]]:
    seen: list[Observation] = observations(folder)
    return [(o.t_s, o.values["picture.gap"]) for o in seen if "picture.gap" in o.values]


class TestSeams:
    @pytest.mark.parametrize("source", ["webcam", "screen"])
    def test_what_goes_on_across_them_is_one(
        self, tmp_path: Path, analysed: Analyse, source: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(plan, "SLICE_S", 1.0)
        dark = parse(DARK if source == "webcam" else DARK_SCREEN, "dark.toml")
        parts = [
            made(tmp_path / "1.mp4", 50),
            made(tmp_path / "2.mp4", 36, is_dark=True),  # 1.44 s: not a whole number of samples
            made(tmp_path / "3.mp4", 37, is_dark=True, first=40),
            made(tmp_path / "4.mp4", 50, first=100),
        ]
        result = analysed(
            *(Clip("webcam" if source == "webcam" else "screen", str(path)) for path in parts), policy=dark
        )
        assert [clip.offset_s for clip in result.recording.clips] == [0.0, 2.0, 3.44, 4.92]
        assert len({clip.sha256 for clip in result.recording.clips}) == 4
        assert result.recording.duration_s == pytest.approx(6.92)
        ((start_s, end_s),) = extents(tmp_path / "out", "LOW_LIGHT")
        assert (start_s, end_s) == pytest.approx((2.0, 4.92))
        family = "picture" if source == "webcam" else "screen.picture"
        (picture,) = (part for part in result.judgement.coverage if part.signal == family)
        assert picture.measured_s == pytest.approx(6.92, abs=0.01)

    def test_a_pause_of_the_webcam_is_one(self, tmp_path: Path, analysed: Analyse, dark: Policy) -> None:
        first = made(tmp_path / "1.mp4", 50, 0, is_dark=True)
        second = made(tmp_path / "2.mp4", 50, 20, is_dark=True, first=60)
        analysed(first, second, policy=dark)
        (one, other) = extents(tmp_path / "out", "LOW_LIGHT")
        assert (one[0], other[0]) == (0.0, 20.0)
        assert one[1] == pytest.approx(2.0, abs=0.21)
        ((start_s, end_s),) = extents(tmp_path / "out", "VIDEO_GAP")
        assert start_s == pytest.approx(2.0, abs=0.21)
        assert end_s == pytest.approx(20.0, abs=0.01)

    def test_in_a_pause_of_the_screen_nothing_goes_on(self, tmp_path: Path, analysed: Analyse) -> None:
        dark = parse(DARK_SCREEN, "dark.toml")
        parts = [
            Clip("screen", str(made(tmp_path / f"{n}.mp4", 50, second, is_dark=True, first=n)))
            for n, second in ((1, 0), (2, 7))
        ]
        result = analysed(*parts, policy=dark)
        assert extents(tmp_path / "out", "LOW_LIGHT") == [(0.0, 2.0), (7.0, 9.0)]
        assert extents(tmp_path / "out", "VIDEO_GAP") == [(2.0, 7.0)]
        (picture,) = (part for part in result.judgement.coverage if part.signal == "screen.picture")
        assert picture.measured_s == pytest.approx(4.0, abs=0.01)

    def test_pictures_that_a_screen_recorder_left_out_are_no_gap(self, tmp_path: Path, analysed: Analyse) -> None:
        times_s = [t_s for t_s in even(250) if not 2 < t_s < 6]
        analysed(Clip("screen", str(film(tmp_path / "sparse.mp4", times_s))))
        assert extents(tmp_path / "out", "VIDEO_GAP") == []

    def test_a_lost_slice_is_no_pause(self, tmp_path: Path, analysed: Analyse, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(plan, "SLICE_S", 3.0)
        parts = [made(tmp_path / f"{n}.mp4", 75, first=100 * n) for n in (1, 2, 3)]
        result = analysed(*parts, engine=Here(lambda index: WorkerDied("it died") if index == 1 else None))
        assert result.partial
        assert extents(tmp_path / "out", "VIDEO_GAP") == []
        assert 1.0 not in [gap for _, gap in gaps(tmp_path / "out")]
        unknown = [o.t_s for o in observations(tmp_path / "out") if o.values.get("picture.luma", 0) is None]
        assert unknown == [3.0]


class TestSpans:
    def test_it_may_lie_across_a_seam_or_leave_parts_out(self, tmp_path: Path, analysed: Analyse, dark: Policy) -> None:
        parts = [made(tmp_path / f"{n}.mp4", 50, is_dark=True, first=100 * n) for n in range(4)]
        analysed(*parts, policy=dark, span=(3.0, 5.0))
        assert extents(tmp_path / "out", "LOW_LIGHT") == [(3.0, 5.0)]
        times_s = [o.t_s for o in observations(tmp_path / "out")]
        assert (min(times_s), max(times_s)) == (3.0, 5.0)


class TestPictures:
    def test_they_are_of_the_right_part(self, tmp_path: Path, analysed: Analyse, dark: Policy) -> None:
        def left_or_right(number: int, width: int, height: int) -> NDArray[np.uint8]:
            """Dark; a little less so on the left in the first part, on the right in the second."""
            picture = np.full((height, width, 3), 5, np.uint8)
            half = slice(0, width // 2) if number < 500 else slice(width // 2, width)
            picture[:, half] = 25
            return picture

        parts = [film(tmp_path / f"{n}.mp4", even(50), picture=left_or_right, first_number=n) for n in (0, 500)]
        between = made(tmp_path / "light.mp4", 50)
        result = analysed(parts[0], between, parts[1], policy=dark)
        incidents = [i for i in result.judgement.incidents if i.event == "LOW_LIGHT"]
        assert [(i.start_s, i.end_s) for i in incidents] == [(0.0, 2.0), (4.0, 6.0)]
        for incident, is_left in zip(incidents, (True, False), strict=True):
            picture = np.asarray(Image.open(tmp_path / "out" / incident.snapshot).convert("L"), float)
            left, right = np.hsplit(picture, 2)
            assert (left.mean() > right.mean()) == is_left

    def test_a_screen_that_was_recorded_first_is_pictured_before_0(self, tmp_path: Path, analysed: Analyse) -> None:
        dark = parse(DARK_SCREEN, "dark.toml")
        screen = Clip("screen", str(made(tmp_path / "s.mp4", 75, is_dark=True)))
        result = analysed(made(tmp_path / "w.mp4", 100), screen, policy=dark, screen_offset_s=-2.0)
        (incident,) = (i for i in result.judgement.incidents if i.event == "LOW_LIGHT")
        assert (incident.start_s, incident.end_s) == (-2.0, 1.0)
        assert (tmp_path / "out" / incident.snapshot).name.startswith("screen--00")
        assert (tmp_path / "out" / incident.snapshot).is_file()
        assert result.judgement.timeline.knots[0].t_s == -2.0
        (picture,) = (part for part in result.judgement.coverage if part.signal == "screen.picture")
        assert (picture.measured_s, picture.total_s) == pytest.approx((1.0, 4.0))


def test_a_loop_is_found_across_parts(tmp_path: Path, looped: Path, analysed: Analyse) -> None:
    analysed(looped, folder=str(tmp_path / "whole"))
    counts = (70, 30, 50)
    parts = [
        film(tmp_path / f"{n}.mp4", even(count, FPS), gop=10, rate=FPS, picture=once_more, first_number=sum(counts[:n]))
        for n, count in enumerate(counts)
    ]
    analysed(*parts)
    found, whole = repeats_in(tmp_path / "out"), repeats_in(tmp_path / "whole")
    assert found.keys() == whole.keys()
    for t_s, (share, _) in whole.items():
        if share is not None:
            assert found[t_s][0] == pytest.approx(share, abs=0.1)


def test_the_same_file_is_other_work_in_another_place(tmp_path: Path, analysed: Analyse) -> None:
    first, second = made(tmp_path / "1.mp4", 50), made(tmp_path / "2.mp4", 50, first=100)
    analysed(first, second)
    before = {o.t_s: o.values["picture.luma"] for o in observations(tmp_path / "out") if "picture.luma" in o.values}
    analysed(second, first)
    after = {o.t_s: o.values["picture.luma"] for o in observations(tmp_path / "out") if "picture.luma" in o.values}
    assert (after[0.0], after[2.0]) == (before[2.0], before[0.0])
    assert before[0.0] != before[2.0]
    recording = SessionFolder(tmp_path / "out").read_recording()
    assert [Path(clip.path).name for clip in recording.clips] == ["2.mp4", "1.mp4"]
