"""Parts behind each other and recordings beside each other, on one clock."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from proctor_cli.errors import InputError, UsageError
from proctor_cli.session.place import Placement, place
from proctor_cli.session.request import Request
from proctor_cli.types import Clip, WallClock
from tests.unit.media.films import even, film
from tests.unit.session.sounds import film_with_sound, hear, speak

Requests = Callable[..., Request]
NINE = 1780304400.0  # 2026-06-01T09:00:00Z
MAKES = iter(range(10_000))


def part(path: Path, seconds: int, at: str = "") -> Path:
    """A recording like no other, made at a time of the first of June 2026."""
    created = {"creation_time": f"2026-06-01T{at}Z"} if at else {}
    return film(path, even(seconds * 5, 5), rate=5, metadata=created, first_number=next(MAKES) % 900)


def webcam(*paths: Path) -> list[Clip]:
    return [Clip("webcam", str(path)) for path in paths]


def screen(*paths: Path) -> list[Clip]:
    return [Clip("screen", str(path)) for path in paths]


def places(placement: Placement) -> list[tuple[str, float, str]]:
    assert [(c.source, c.offset_s) for c, _ in placement.clips] == [
        (s.info.source, s.info.offset_s) for _, s in placement.clips
    ]
    return [(Path(clip.path).stem, clip.offset_s, scan.info.offset_from) for clip, scan in placement.clips]


def codes(placement: Placement) -> list[str]:
    return [problem.code for problem in placement.problems]


class TestParts:
    def test_without_times_each_follows_the_last_at_once(self, tmp_path: Path, request_of: Requests) -> None:
        paths = [part(tmp_path / f"{name}.mp4", seconds) for name, seconds in (("a", 3), ("b", 2), ("c", 4))]
        placement = place(request_of(*paths))
        assert places(placement) == [("a", 0.0, "origin"), ("b", 3.0, "part"), ("c", 5.0, "part")]
        assert codes(placement) == []

    def test_a_pause_is_kept_and_rounded_times_are_none(self, tmp_path: Path, request_of: Requests) -> None:
        paths = [
            part(tmp_path / f"{name}.mp4", 3, f"09:00:{at}")
            for name, at in (("a", "00"), ("b", "04"), ("c", "20"), ("d", "22"))
        ]
        assert places(place(request_of(*paths))) == [
            ("a", 0.0, "origin"),
            ("b", 3.0, "part"),  # a second later: whole seconds say no more
            ("c", 20.0, "creation times"),
            ("d", 23.0, "part"),  # a second earlier than c ends
        ]

    def test_creation_times_order_them_and_that_is_said(self, tmp_path: Path, request_of: Requests) -> None:
        late, early = part(tmp_path / "a.mp4", 3, "09:00:30"), part(tmp_path / "b.mp4", 3, "09:00:00")
        placement = place(request_of(late, early))
        assert places(placement) == [("b", 0.0, "origin"), ("a", 30.0, "creation times")]
        assert codes(placement) == ["part_order"]

    @pytest.mark.parametrize("times", [("09:00:00", "09:00:00"), ("09:00:00", "23:00:00"), ("09:00:01", "09:00:00")])
    def test_creation_times_that_cannot_be_right_are_not_believed(
        self, tmp_path: Path, request_of: Requests, times: tuple[str, str]
    ) -> None:
        paths = [part(tmp_path / f"{name}.mp4", 6, at) for name, at in zip("ab", times, strict=True)]
        placement = place(request_of(*paths))
        assert places(placement) == [("a", 0.0, "origin"), ("b", 6.0, "part")]
        assert codes(placement) == ["part_times"]

    def test_some_times_are_no_times(self, tmp_path: Path, request_of: Requests) -> None:
        paths = [part(tmp_path / "a.mp4", 3, "09:00:00"), part(tmp_path / "b.mp4", 3)]
        assert places(place(request_of(*paths)))[1] == ("b", 3.0, "part")

    def test_one_that_cannot_be_read_is_named_and_the_others_used(self, tmp_path: Path, request_of: Requests) -> None:
        paths = [part(tmp_path / f"{name}.mp4", 3, f"09:00:{at}") for name, at in (("a", "00"), ("c", "10"))]
        (tmp_path / "b.mp4").write_bytes(b"")
        placement = place(request_of(paths[0], tmp_path / "b.mp4", paths[1]))
        assert places(placement) == [("a", 0.0, "origin"), ("c", 10.0, "creation times")]
        (problem,) = placement.problems
        assert (problem.code, problem.where) == ("part_unreadable", str(tmp_path / "b.mp4"))
        assert problem.message == "the file is empty; this part is left out"  # creation times place what follows

    def test_what_follows_one_that_cannot_be_read_has_uncertain_times(
        self, tmp_path: Path, request_of: Requests
    ) -> None:
        paths = [part(tmp_path / "a.mp4", 3), tmp_path / "b.mp4", part(tmp_path / "c.mp4", 3), tmp_path / "d.mp4"]
        paths[1].write_bytes(b"")
        paths[3].write_bytes(b"")
        between, last = place(request_of(*paths)).problems
        assert between.message.endswith("placed as if it had not been there: the times of that are uncertain")
        assert last.message == "the file is empty; this part is left out"

    def test_none_that_can_be_read_is_an_error(self, tmp_path: Path, request_of: Requests) -> None:
        for name in "ab":
            (tmp_path / f"{name}.mp4").write_bytes(b"")
        with pytest.raises(InputError, match=r"a\.mp4: the file is empty"):
            place(request_of(tmp_path / "a.mp4", tmp_path / "b.mp4", *screen(part(tmp_path / "s.mp4", 3))))

    def test_a_copy_of_a_part_is_left_out(self, tmp_path: Path, request_of: Requests) -> None:
        first = part(tmp_path / "a.mp4", 3)
        (tmp_path / "a (copy).mp4").write_bytes(first.read_bytes())
        placement = place(request_of(first, tmp_path / "a (copy).mp4"))
        assert len(placement.clips) == 1
        assert codes(placement) == ["part_repeated"]

    def test_a_part_of_one_picture_has_a_time_of_its_own(self, tmp_path: Path, request_of: Requests) -> None:
        one = film(tmp_path / "a.gif", [0.0], "gif", pix_fmt="rgb8", options={})
        placement = place(request_of(one, part(tmp_path / "b.mp4", 3)))
        assert placement.clips[1][0].offset_s > 0


class TestTwoRecordings:
    def test_nothing_says_so_it_is_assumed_and_said(self, tmp_path: Path, request_of: Requests) -> None:
        placement = place(request_of(part(tmp_path / "w.mp4", 3), *screen(part(tmp_path / "s.mp4", 3))))
        assert places(placement) == [("w", 0.0, "origin"), ("s", 0.0, "assumed")]
        assert codes(placement) == ["alignment_unknown"]
        assert "give --screen-offset" in placement.problems[0].message

    def test_a_screen_recording_alone_begins_the_clock(self, tmp_path: Path, request_of: Requests) -> None:
        parts = screen(part(tmp_path / "s.mp4", 3), part(tmp_path / "t.mp4", 3))
        assert places(place(request_of(*parts))) == [("s", 0.0, "origin"), ("t", 3.0, "part")]

    @pytest.mark.parametrize("offset_s", [-2.0, 0.0, 8.0])
    def test_an_offset_moves_all_its_parts(self, tmp_path: Path, request_of: Requests, offset_s: float) -> None:
        paths = [part(tmp_path / "s.mp4", 3, "09:00:00"), part(tmp_path / "t.mp4", 3, "09:00:10")]
        request = request_of(part(tmp_path / "w.mp4", 9, "09:00:01"), *screen(*paths), screen_offset_s=offset_s)
        assert places(place(request))[1:] == [("s", offset_s, "option"), ("t", offset_s + 10, "creation times")]

    def test_start_times(self, tmp_path: Path, request_of: Requests) -> None:
        clips = part(tmp_path / "w.mp4", 9), *screen(part(tmp_path / "s.mp4", 3))

        def starts(screen_s: float) -> Request:
            clock = WallClock(NINE, 7200.0, "start option")
            return request_of(*clips, start=clock, screen_start=WallClock(NINE + screen_s, 0.0, "start option"))

        assert places(place(starts(4.5)))[1] == ("s", 4.5, "start times")
        assert places(place(starts(-2.5)))[1] == ("s", -2.5, "start times")
        for apart_s in (9.0, -3.0, 7200.0):
            with pytest.raises(UsageError, match="and not overlap it") as caught:
                place(starts(apart_s))
            assert caught.value.where == "--screen-start"

    @pytest.mark.parametrize("offset_s", [9.0, -3.0, 99999.0])
    def test_an_offset_that_puts_them_apart_is_refused(
        self, tmp_path: Path, request_of: Requests, offset_s: float
    ) -> None:
        clips = part(tmp_path / "w.mp4", 9), *screen(part(tmp_path / "s.mp4", 3))
        with pytest.raises(UsageError, match="and not overlap it") as caught:
            place(request_of(*clips, screen_offset_s=offset_s))
        assert caught.value.where == "--screen-offset"

    def test_creation_times(self, tmp_path: Path, request_of: Requests) -> None:
        clips = part(tmp_path / "w.mp4", 9, "09:00:05"), *screen(part(tmp_path / "s.mp4", 6, "09:00:01"))
        placement = place(request_of(*clips))
        assert places(placement)[1] == ("s", -4.0, "creation times")
        assert placement.clips[1][1].info.offset_sure is None
        assert codes(placement) == []

    def test_creation_times_of_different_days_are_not_believed(self, tmp_path: Path, request_of: Requests) -> None:
        clips = part(tmp_path / "w.mp4", 9, "09:00:05"), *screen(part(tmp_path / "s.mp4", 6, "08:00:00"))
        placement = place(request_of(*clips))
        assert places(placement)[1] == ("s", 0.0, "assumed")
        assert codes(placement) == ["creation_times_apart", "alignment_unknown"]
        assert placement.problems[0].message.startswith("created 3605 s before the webcam recording")

    def test_sound_counts_more_than_creation_times(self, tmp_path: Path, request_of: Requests) -> None:
        room = speak(40.0)
        at = "2026-06-01T09:00:00Z"
        one = film_with_sound(tmp_path / "w.mp4", even(150, 5), hear(room, 8, 30), created=at)
        other = film_with_sound(tmp_path / "s.mp4", even(150, 5), hear(room, 2, 30, volume=0.3), created=at)
        placement = place(request_of(one, *screen(other)))
        ((_, scan),) = placement.clips[1:]
        assert scan.info.offset_from == "sound"
        assert scan.info.offset_s == pytest.approx(-6.0, abs=0.1)
        assert scan.info.offset_sure is not None
        assert 0.4 < scan.info.offset_sure < 1
        given = place(request_of(one, *screen(other), screen_offset_s=3.0))
        assert places(given)[1] == ("s", 3.0, "option")

    def test_sound_that_does_not_fit_is_not_believed(self, tmp_path: Path, request_of: Requests) -> None:
        one = film_with_sound(tmp_path / "w.mp4", even(100, 5), speak(20.0, 1))
        other = film_with_sound(tmp_path / "s.mp4", even(100, 5), speak(20.0, 2))
        assert places(place(request_of(one, *screen(other))))[1] == ("s", 0.0, "assumed")

    def test_a_room_scan_ends_where_the_exam_begins(self, tmp_path: Path, request_of: Requests) -> None:
        scan = Clip("workspace", str(part(tmp_path / "r.mp4", 4)))
        assert places(place(request_of(part(tmp_path / "w.mp4", 3), scan)))[1] == ("r", -4.0, "assumed")
