"""The reader of screens: what it says of a story, told look by look, is what stands there."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from proctor_cli.detectors import Following, find
from proctor_cli.detectors.screen_text.detector import ScreenText
from proctor_cli.media import Sampling, cut, probe
from proctor_cli.nets.words import LineReader, Words
from proctor_cli.types import Box, Clip, Frame, Observation
from tests.unit.media.films import even, film
from tests.unit.screens import TYPED, Desk, Screen, Story, always, draw, film_of, scrolled, text_model
from tests.unit.screens import Words as Line

pytestmark = pytest.mark.models

DESK, DARK = Desk(), Desk(1366, 768, dark=True)
Lines = dict[tuple[float, ...], str]


@pytest.fixture(scope="module")
def reads() -> Iterator[list[str]]:
    """What has been read since the last `clear`; what was read once is not read again, to save time."""
    kept: dict[tuple[bytes, tuple[int, ...], float], Words] = {}
    told: list[str] = []
    really = LineReader.read

    def read(self: LineReader, rgb: NDArray[np.uint8], squeeze: float = 1.0) -> Words:
        key = (rgb.tobytes(), rgb.shape, squeeze)
        words = kept[key] = kept.get(key) or really(self, rgb, squeeze)
        told.append(words.text)
        return words

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(LineReader, "read", read)
        yield told


@pytest.fixture(scope="module")
def detector(reads: list[str]) -> ScreenText:
    opened = find("screen_text")({"text": text_model()})
    assert isinstance(opened, ScreenText)
    return opened


@pytest.fixture
def watch(detector: ScreenText, reads: list[str]) -> Callable[..., list[Observation]]:
    """Shows a story from its beginning."""

    def show(story: Story, end_s: float, start_s: float = 0.0) -> list[Observation]:
        detector.begin()
        reads.clear()
        return detector.observe(list(film_of(story, end_s, start_s)))

    return show


def place(box: Box) -> tuple[float, ...]:
    return (box.x0, box.y0, box.x1, box.y1)


def fold(told: list[Observation]) -> Lines:
    """The lines that stand on the screen in the end; a line that goes must have been there."""
    lines: Lines = {}
    for one in told:
        if one.values["screen.change"] is None:
            lines.clear()
        for box in one.boxes:
            if box.label == "gone":
                del lines[place(box)]
        lines |= {place(box): box.label for box in one.texts}
        assert one.values["screen.lines"] == len(lines)
    return lines


def still(screen: Screen) -> Story:
    return [(0.0, lambda second: screen)]


def exam(second: int) -> Screen:
    return DESK.exam(0)


def words_of(one: Observation) -> set[str]:
    return {box.label for box in one.texts if box.label}


def labels(one: Observation) -> list[str]:
    return [box.label for box in one.boxes]


@pytest.mark.parametrize("desk", [DESK, DARK], ids=["light", "dark"])
def test_reads_a_screen(desk: Desk, watch: Callable[..., list[Observation]]) -> None:
    told = watch(still(desk.exam(0)), 30.0)
    said = set(fold(told).values())
    wanted = {
        "Midterm Examination", "exam.university.edu/attempt/7", "Midterm Examination: Statistics", "0:45:00",
        "List of questions", "Question A", "Your answer", "Next question",
    }  # fmt: skip
    assert wanted <= said
    assert "" not in said
    assert told[0].values["screen.width_px"] == desk.width
    assert told[0].values["screen.height_px"] == desk.height


def test_a_screen_that_stands_still_is_read_once(watch: Callable[..., list[Observation]], reads: list[str]) -> None:
    told = watch(still(DESK.exam(0)), 40.0)
    assert told[0].values["screen.change"] is None
    assert [one.values["screen.change"] for one in told[1:]] == [0.0] * (len(told) - 1)
    assert all(one.boxes == () for one in told)
    assert len(reads) == len(set(reads)) == len(fold(told))
    assert all(words_of(one).isdisjoint(words_of(told[0])) for one in told[1:])


def test_only_what_has_changed_is_told_again(watch: Callable[..., list[Observation]], reads: list[str]) -> None:
    told = watch([(0.0, exam), (20.0, lambda second: DESK.exam(0, answer=TYPED[:2]))], 24.0)
    late = [one for one in told if one.t_s >= 20]
    assert {box.label for one in late for box in one.texts} - {""} == set(TYPED[:2])
    assert not any("gone" in labels(one) for one in late)
    changed = [box for one in late for box in one.boxes]
    assert changed
    assert all(box.y0 > 0.48 and box.y1 < 0.62 for box in changed)


def test_head_first_and_the_page_with_what_is_left_of_the_budget(watch: Callable[..., list[Observation]]) -> None:
    many = tuple(
        Line(40 + 620 * (n % 2), 110 + 20 * (n // 2), f"{n} {TYPED[n % 16]} and {n} more", 14) for n in range(20)
    )
    told = watch(still(DESK.browser("exam.university.edu", *many)), 60.0)
    head = {box.label for box in told[0].texts if box.y1 < 0.16}
    assert "exam.university.edu" in head
    assert "" not in head
    unread = [sum(not text for text in fold(told[: n + 1]).values()) for n in range(len(told))]
    assert unread[0] > 10
    assert unread[-1] == 0
    assert unread == sorted(unread, reverse=True)
    read_first = [box.y0 for box in told[0].texts if box.label]
    left = [box.y0 for box in told[0].texts if not box.label]
    assert max(read_first) <= min(left) + 0.05


def test_what_is_no_text_is_looked_at_once(watch: Callable[..., list[Observation]], reads: list[str]) -> None:
    screen = DESK.browser("exam.university.edu", Line(300, 300, "iiii", 9))
    rgb = draw(screen).copy()
    for x in range(200, 420, 7):
        cv2.circle(rgb, (x, 400 + x % 13), 3, (20, 20, 20), -1)
    frames = [Frame("screen", 0.4 * n, rgb, 0.0, before=rgb if n else None) for n in range(20)]
    find("screen_text")
    detector = ScreenText({"text": text_model()})
    reads.clear()
    told = detector.observe(frames)
    assert len(reads) < 8
    assert not any(one.texts for one in told[5:])


def test_a_notification_is_read_before_the_page(watch: Callable[..., list[Observation]]) -> None:
    many = tuple(
        Line(40 + 620 * (n % 2), 130 + 20 * (n // 2), f"{n} {TYPED[n % 16]} or {n} less", 14) for n in range(56)
    )
    page = DESK.browser("exam.university.edu", *many)
    told = watch(
        [(0.0, lambda s: page), (2.0, lambda s: page + DESK.box((960, 400, 1270, 480), "Telegram", "the answer is B"))],
        4.0,
    )
    assert any(not text for text in fold(told).values())
    assert {"Telegram", "the answer is B"} <= set(fold(told).values())


def test_a_box_that_comes_up_is_told_as_framed(watch: Callable[..., list[Observation]]) -> None:
    told = watch([(0.0, exam), (4.0, lambda s: exam(s) + DESK.window("Terminal"))], 6.0)
    (box,) = [box for one in told for box in one.boxes if box.label == "framed"]
    assert place(box) == pytest.approx((420 / 1280, 150 / 720, 1120 / 1280, 600 / 720), abs=0.025)


EXAM, HEADING = DESK.exam(0), DESK.browser("exam.university.edu", Line(100, 190, "Wonder", 84))
DARK_EXAM = DARK.exam(0)
STORIES: dict[str, tuple[Story, float]] = {
    "typing": ([(n, always(DESK.exam(0, answer=[line[: 9 * n] for line in TYPED[:3]]))) for n in range(6)], 9),
    "another page and back": (
        [(0, always(EXAM)), (2, always(DESK.other("docs.university.edu", "Handbook"))), (5, always(EXAM))],
        9,
    ),
    "scrolling": (
        [(n, always(DESK.browser("exam.university.edu", *scrolled(DESK.exam_page(0), 23 * n)))) for n in range(5)],
        8,
    ),
    "a window comes, moves and goes": (
        [
            (0, always(DARK_EXAM)),
            (2, always(DARK_EXAM + DARK.window("Terminal"))),
            (4, always(DARK_EXAM + DARK.window("Terminal", (470, 190, 1170, 640)))),
            (6, always(DARK_EXAM)),
        ],
        9,
    ),
    "a clock": ([(0, DESK.exam), (9, always(DESK.exam(9)))], 20),
    "black": ([(0, always(EXAM)), (2, always(DESK.black())), (4, always(EXAM))], 8),
    "a window whose edge lies on that of a tile": (
        [(0, always(EXAM)), (3, always(EXAM + DESK.window("Terminal", (416, 160, 1120, 608))))],
        8,
    ),
    "a large heading over which something small changes": (
        [(0, always(HEADING)), (3, always(HEADING + DESK.box((60, 258, 130, 290)))), (5, always(HEADING))],
        8,
    ),
}


@pytest.mark.parametrize("name", STORIES)
def test_what_is_told_adds_up_to_what_stands_there(name: str, watch: Callable[..., list[Observation]]) -> None:
    story, end_s = STORIES[name]
    followed = fold(watch(story, end_s))
    afresh = fold(watch(story, end_s + 0.4, end_s - 2.0))
    assert followed.keys() == afresh.keys()
    assert all(afresh[at] in (text, "") or not text for at, text in followed.items())


@pytest.mark.parametrize("start_s", [1.2, 3.6, 6.8])
def test_a_slice_that_begins_later_comes_to_the_same_lines(
    start_s: float, watch: Callable[..., list[Observation]]
) -> None:
    story, end_s = STORIES["a window comes, moves and goes"]
    whole, slice_ = watch(story, end_s), watch(story, end_s, start_s)
    assert slice_[0].values["screen.change"] is None
    assert fold(whole).keys() == fold(slice_).keys()


def test_the_first_look_of_a_slice_sees_what_has_just_changed(detector: ScreenText) -> None:
    detector.begin()
    frame = Frame("screen", 10.0, draw(DESK.exam(0) + DESK.window("Terminal")), 0.1, before=draw(DESK.exam(0)))
    (told,) = detector.observe([frame])
    assert told.values["screen.change"] is None
    assert "framed" in labels(told)
    assert "gone" not in labels(told)


def test_begin_forgets(detector: ScreenText, watch: Callable[..., list[Observation]]) -> None:
    assert isinstance(detector, Following)
    first = watch(still(DESK.exam(0)), 2.0)
    watch([(0.0, exam), (1.0, lambda s: DESK.black())], 3.0)
    assert watch(still(DESK.exam(0)), 2.0) == first


def test_another_size_begins_anew(detector: ScreenText) -> None:
    detector.begin()
    small, large = draw(DESK.exam(0)), draw(Desk(1366, 768).exam(0))
    frames = [
        Frame("screen", 0.0, small, None), Frame("screen", 0.4, large, 1.0, before=small),
        Frame("screen", 0.8, large, 0.0, before=large),
    ]  # fmt: skip
    told = detector.observe(frames)
    assert [one.values["screen.change"] for one in told] == [None, None, 0.0]
    assert [one.values["screen.width_px"] for one in told] == [1280, 1366, 1366]
    fold(told)


@pytest.mark.parametrize(
    ("codec", "options"),
    [
        ("libx264", {"preset": "ultrafast", "crf": "32"}),
        ("libvpx", {"deadline": "realtime", "cpu-used": "8", "b": "1M"}),
    ],
)
def test_what_an_encoder_makes_of_a_page_is_no_change(
    codec: str, options: dict[str, str], detector: ScreenText, reads: list[str], tmp_path: Path
) -> None:
    """Every keyframe looks a little different."""
    path = film(
        tmp_path / "a.mkv", even(40, 5), codec, options=options, size=(1280, 720), gop=10,
        picture=lambda number, width, height: draw(DESK.exam(0)),
    )  # fmt: skip
    scan = probe(Clip("screen", str(path)))
    (piece,) = cut(scan, 0.4)
    detector.begin()
    reads.clear()
    told = detector.observe(list(Sampling(scan, piece)))
    assert len(told) == 20
    assert not any(box.label == "gone" for one in told[3:] for box in one.boxes)
    assert sum(one.values["screen.change"] or 0 for one in told[3:]) == 0
    assert {"exam.university.edu/attempt/7", "Midterm Examination: Statistics"} <= set(fold(told).values())
