"""The lines that stand on a screen, kept up to date; addresses among them; and all that was read, for searching."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from proctor_cli.risk import judge
from proctor_cli.risk.screen.page import Page, is_host, plain, read_host
from proctor_cli.risk.screen.texts import TextCollector
from proctor_cli.types import Box, Observation, ScreenText
from tests.unit.risk.cases import recording_of
from tests.unit.screens import TYPED, Desk, Story, always
from tests.unit.telling import lines_of, policy_with, tell

DESK = Desk()


@pytest.mark.parametrize(
    ("text", "host"),
    [
        ("exam.university.edu", "exam.university.edu"),
        ("exam.university.edu/attempt/7?page=2", "exam.university.edu"),
        ("https://www.google.com/search?q=mean+of", "google.com"),
        ("HTTP://Exam.University.EDU", "exam.university.edu"),
        ("localhost.test:8080/a", "localhost.test"),
        ("i chatgpt.com", "chatgpt.com"),  # a padlock that was read as a letter
        ("(chatgpt.com/c/1", "chatgpt.com"),
        ("vnu.edu.vn", "vnu.edu.vn"),
        ("  chatgpt.com ", "chatgpt.com"),
        ("", ""),
        ("Midterm Examination", ""),
        ("notes.txt", ""),
        ("slides.pdf", ""),
        ("see chatgpt.com for more", ""),
        ("Search or type an address", ""),
        ("3.14", ""),
        ("10:45.30", ""),
        ("...", ""),
        ("e.g.", ""),
    ],
)
def test_read_host(text: str, host: str) -> None:
    assert read_host(text) == host


@given(st.text(max_size=40))
def test_any_text_may_be_an_address_or_not(text: str) -> None:
    host = read_host(text)
    assert host == "" or "." in host
    assert read_host(host) == host


class TestIsHost:
    @pytest.mark.parametrize("host", ["chatgpt.com", "hatgpt.com", "5chatgpt.com"])
    def test_an_icon_may_take_a_letter_or_give_one(self, host: str) -> None:
        assert is_host(host, "chatgpt.com")

    @pytest.mark.parametrize(
        ("host", "known"),
        [
            ("notchatgpt.com", "chatgpt.com"),
            ("www2.chatgpt.com", "chatgpt.com"),
            ("exam1.university.edu", "exam2.university.edu"),
            ("maths.university.edu", "math.university.edu"),
            ("wikimedia.org", "wikipedia.org"),
            ("chatgpt.com.example.org", "chatgpt.com"),
            ("your.com", "you.com"),
            ("bring.com", "bing.com"),
            ("alo.me", "zalo.me"),
            ("poem.com", "poe.com"),
            ("hvu.edu.vn", "vu.edu.vn"),
            ("docs.university.edu", "exam.university.edu"),
            ("exam.college.edu", "exam.university.edu"),
        ],
    )
    def test_others_are_others(self, host: str, known: str) -> None:
        assert not is_host(host, known)

    @pytest.mark.parametrize("host", ["exarn.university.edu", "exam.un1versity.edu", "exam.university.edu"])
    def test_letters_that_look_alike_are_one(self, host: str) -> None:
        assert is_host(host, "exam.university.edu")


@given(st.text(max_size=60))
def test_plain_is_letters_and_one_digit(text: str) -> None:
    assert plain(plain(text)) == plain(text)
    assert plain(text.upper().lower()) == plain(text.lower()) or not text.isascii()


def test_plain_forgets_what_ticks() -> None:
    assert plain("Time left: 0:41:07") == plain("time left 0 39 58")


# ---------------------------------------------------------------- the lines
def fold(story: Story, end_s: float, begins: tuple[float, ...] = (), late_s: float = 0.0) -> Page:
    page = Page()
    for one in tell(story, end_s, begins=begins, late_s=late_s):
        page.turn(one)
    return page


STORY: Story = [
    (0, DESK.exam),
    (3.1, lambda s: DESK.exam(s, answer=TYPED[:3])),
    (6, lambda s: DESK.exam(s) + DESK.window("Terminal")),
    (9, always(DESK.other("docs.university.edu", "Handbook"))),
    (12, always(DESK.exam(12))),
]


@settings(max_examples=15, deadline=None)
@given(st.lists(st.floats(0.5, 15.0), max_size=4), st.sampled_from([0.0, 1.2]))
def test_however_it_is_cut_the_same_lines_stand_there(begins: list[float], late_s: float) -> None:
    page = fold(STORY, 18.0, tuple(begins), late_s)
    assert sorted(line.text for line in page.lines.values()) == sorted(lines_of(DESK.exam(12)).values())
    assert page.size_px == (1280, 720)


def test_a_line_stands_there_since_it_came() -> None:
    page = fold([(0, DESK.exam), (4, lambda s: DESK.exam(s, answer=TYPED[:1]))], 9.0, begins=(6.0,))
    since = {line.text: line.since_s for line in page.lines.values()}
    assert since["List of questions"] == 0.0
    assert since[TYPED[0]] == pytest.approx(4.0, abs=0.8)


def test_a_line_that_waits_to_be_read_is_unread_until_it_is() -> None:
    page = Page()
    waited = False
    for one in tell([(0, always(DESK.exam(0)))], 6.0, late_s=2.0):
        page.turn(one)
        waited = waited or any(line.is_unread for line in page.lines.values())
    assert waited
    assert not any(line.is_unread for line in page.lines.values())


def test_the_address_is_that_in_the_address_bar() -> None:
    found = fold([(0, lambda s: DESK.exam(s, answer=["www.chatgpt.com"], tabs=("diagrams.net",)))], 1.0).find_address()
    assert found is not None
    assert found[0] == "exam.university.edu"
    assert fold([(0, lambda s: DESK.full(*DESK.exam_page(s)))], 1.0).find_address() is None


# ---------------------------------------------------------------- what was read
def texts_of(story: Story, end_s: float, begins: tuple[float, ...] = (), late_s: float = 0.0) -> tuple[ScreenText, ...]:
    page, collector = Page(), TextCollector()
    for one in tell(story, end_s, begins=begins, late_s=late_s):
        page.turn(one)
        collector.see(page, one.t_s)
    return collector.finish(end_s)


def named(texts: tuple[ScreenText, ...], text: str) -> list[ScreenText]:
    return [one for one in texts if one.text == text]


class TestTexts:
    def test_everything_is_there_with_its_time(self) -> None:
        found = texts_of(STORY, 18.0)
        (handbook,) = [one for one in named(found, "Handbook") if one.place == "page"]
        assert handbook.start_s == pytest.approx(9.0, abs=0.8)
        assert handbook.end_s == pytest.approx(12.0, abs=0.8)
        assert {one.place for one in named(found, "docs.university.edu")} == {"address"}
        assert {one.place for one in named(found, "Midterm Examination - Browser")} == {"title"}

    def test_in_order_of_time_and_within_it(self) -> None:
        found = texts_of(STORY, 18.0)
        assert [one.start_s for one in found] == sorted(one.start_s for one in found)
        assert all(0 <= one.start_s < one.end_s <= 18.0 for one in found)

    def test_what_is_typed_is_kept_as_it_was_in_the_end(self) -> None:
        said = "A median would be better here because of the outliers"
        story: Story = [(n, always(DESK.exam(0, answer=[said[: 4 * n]]))) for n in range(1, 15)]
        found = texts_of([(0, always(DESK.exam(0))), *story], 20.0)
        assert [one.text for one in found if one.text.startswith("A m")] == [said]

    def test_a_short_absence_is_none(self) -> None:
        exam = always(DESK.exam(0))
        found = texts_of([(0, exam), (6, lambda s: DESK.exam(0) + DESK.window("Terminal")), (9, exam)], 15.0)
        (one,) = named(found, "Your answer")
        assert (one.start_s, one.end_s) == (0.0, 15.0)

    def test_a_long_absence_parts_it(self) -> None:
        exam = always(DESK.exam(0))
        other = always(DESK.other("docs.university.edu", "Handbook"))
        first, second = named(texts_of([(0, exam), (6, other), (20, exam)], 26.0), "Your answer")
        assert first.end_s == pytest.approx(6.0, abs=0.8)
        assert second.start_s == pytest.approx(20.0, abs=0.8)

    def test_where_slices_begin_does_not_show(self) -> None:
        assert {(one.text, one.place) for one in texts_of(STORY, 18.0)} == {
            (one.text, one.place) for one in texts_of(STORY, 18.0, begins=(2.0, 7.3, 10.1))
        }

    def test_finishing_twice_changes_nothing(self) -> None:
        page, collector = Page(), TextCollector()
        for one in tell(STORY, 18.0):
            page.turn(one)
            collector.see(page, one.t_s)
        assert collector.finish(18.0) == collector.finish(18.0)

    @pytest.mark.parametrize("first_ends_first", [True, False])
    def test_the_same_words_in_two_places_are_one_stretch(self, first_ends_first: bool) -> None:
        ends = (10.0, 30.0) if first_ends_first else (30.0, 10.0)
        boxes = [Box(0.1, 0.3 + 0.2 * n, 0.2, 0.33 + 0.2 * n, "Next question", 0.9) for n in range(2)]
        page, collector = Page(), TextCollector()
        for t_s in (0.0, 4.0, 10.0, 30.0, 40.0):
            new = [box for box, start_s in zip(boxes, (0.0, 4.0), strict=True) if t_s == start_s]
            gone = [box for box, end_s in zip(boxes, ends, strict=True) if t_s == end_s]
            page.turn(look_of(t_s, new, gone))
            collector.see(page, t_s)
        (one,) = collector.finish(40.0)
        assert (one.start_s, one.end_s) == (0.0, 30.0)

    def test_nothing_stands_there_once_the_recording_has_ended(self) -> None:
        told = tell([(0, DESK.exam)], 10.0)
        told.append(Observation("screen", 10.0, {"screen.lines": None}))
        told.append(Observation("webcam", 60.0, {"picture.luma": 0.5}))
        texts = judge(recording_of(60.0), told, policy_with()).texts
        assert texts
        assert max(one.end_s for one in texts) <= 12.0

    def test_left_out_on_request(self) -> None:
        told = tell([(0, DESK.exam)], 4.0)
        assert judge(recording_of(4.0), told, policy_with()).texts
        assert judge(recording_of(4.0, screen_text_kept=False), told, policy_with()).texts == ()


def look_of(t_s: float, new: list[Box], gone: list[Box]) -> Observation:
    values: dict[str, float | None] = {
        "screen.change": None if t_s == 0 else 0.1,
        "screen.lines": 1.0,
        "screen.width_px": 1280.0,
        "screen.height_px": 720.0,
    }
    boxes = tuple(Box(box.x0, box.y0, box.x1, box.y1, "gone", 1.0) for box in gone)
    return Observation("screen", t_s, values, boxes, tuple(new))
