"""What the exam looks like is learned from the first minute, or said by the user."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import pytest

from proctor_cli.risk.screen import learn_layout
from proctor_cli.types import Observation
from tests.unit.screens import Desk, Screen, Story, Words, always
from tests.unit.telling import LEARN_S, ever, follow, policy_with, states, tell, words

DESK = Desk()
OTHER = DESK.other("docs.university.edu/rules", "Course Handbook")


def login(desk: Desk = DESK) -> Screen:
    lines = (Words(500, 200, "Sign in to the university", 26), Words(500, 260, "Name"), Words(500, 300, "Password"))
    return desk.browser("login.university.edu", *lines, Words(500, 360, "Continue"), tabs=("Sign in",))


RULES = policy_with(learn_s=LEARN_S).screen


def away(story: Story, end_s: float, names: Sequence[str] = (), learn_s: float = LEARN_S) -> set[str]:
    """The pages that are told as another tab."""
    return words(follow(story, end_s, policy_with(learn_s=learn_s), names), "tab_away", 0, end_s)


class TestLearned:
    def test_signing_in_is_before_the_exam_and_no_switch(self) -> None:
        story: Story = [(0, always(login())), (3, DESK.exam), (14, always(OTHER)), (18, DESK.exam)]
        assert away(story, 22) == {"docs.university.edu"}

    def test_what_is_shown_most_is_the_exam(self) -> None:
        """Another site within the learning time is told, too."""
        story: Story = [(0, DESK.exam), (10, always(OTHER)), (15, DESK.exam)]
        told = follow(story, 24, policy_with(learn_s=20.0))
        assert states(told, "tab_away", 11, 15) == {True}
        assert states(told, "exam", 0, 10) == states(told, "exam", 16, 24) == {True}

    def test_an_exam_that_goes_on_under_another_address_is_the_exam(self) -> None:
        def review(second: int) -> Screen:
            return DESK.browser("quiz.university-exams.org/2", *DESK.exam_page(second, 2))

        story: Story = [(0, DESK.exam), (6, review), (14, DESK.exam), (20, review)]
        assert away(story, 26, learn_s=12.0) == set()

    def test_a_recording_shorter_than_the_learning_time_is_judged_all_the_same(self) -> None:
        story: Story = [(0, DESK.exam), (10, always(OTHER)), (15, DESK.exam)]
        assert away(story, 20, learn_s=60.0) == {"docs.university.edu"}

    def test_it_is_the_same_look_by_look_as_at_once(self) -> None:
        told = tell([(0, DESK.exam), (14, always(OTHER))], 20)
        layouts = [layout for _, layout in learn_layout(iter(told), RULES)]
        assert len(layouts) == len(told)
        assert len(set(layouts)) == 1

    def test_nothing_is_held_back_without_a_screen(self) -> None:
        told = iter([Observation("webcam", float(n), {"picture.luma": 0.5}) for n in range(100)])
        first, _ = next(learn_layout(told, RULES))
        assert first.t_s == 0
        assert next(told).t_s == 1

    def test_a_recording_of_another_source_goes_through_in_order(self) -> None:
        screen = tell([(0, DESK.exam)], 20)
        webcam = [Observation("webcam", 0.1 + n, {"picture.luma": 0.5}) for n in range(20)]
        mixed = sorted([*screen, *webcam], key=lambda one: one.t_s)
        assert [one for one, _ in learn_layout(iter(mixed), RULES)] == mixed

    def test_a_host_that_is_misread_now_and_then_is_still_the_exams(self) -> None:
        count = 0

        def spoil(text: str) -> str:
            nonlocal count
            count += "university" in text
            return text.replace("university", ("university", "univerity", "universitv", "university")[count % 4])

        pages = (partial(DESK.exam, question=n) for n in range(5))
        story: Story = [(0, DESK.exam), *((9 + 2 * n, page) for n, page in enumerate(pages))]
        told = follow(story, 22, misread=spoil, begins=[4, 11, 15.5])
        assert states(told, "tab_away", 0, 22) == {False}


LATE: Story = [(0, always(OTHER)), (12, DESK.exam), (20, always(OTHER)), (24, DESK.exam)]


class TestNamed:
    def test_without_a_name_the_first_minute_decides(self) -> None:
        assert away(LATE, 28) == {"exam.university.edu"}

    @pytest.mark.parametrize(
        "name",
        [
            "exam.university.edu",
            "https://exam.university.edu/attempt",
            pytest.param("Midterm Examination", marks=pytest.mark.xfail(reason="a tab in the background has it, too")),
        ],
    )
    def test_the_user_may_say_which_it_is(self, name: str) -> None:
        told = follow(LATE, 28, names=[name])
        assert states(told, "exam", 13, 20) == states(told, "exam", 25, 28) == {True}
        assert states(told, "exam", 21, 24) == {False}
        other = words(told, "tab_away", 21, 24) | words(told, "window_away", 21, 24)  # its tab is not known yet
        assert other == {"docs.university.edu"}

    def test_a_name_that_never_shows_judges_nothing(self) -> None:
        told = follow([(0, DESK.exam)], 20, names=["exam.college.edu"])
        assert not ever(told, "tab_away exam", 0, 20)

    @pytest.mark.parametrize("name", ["Midterm", "Exam 3"])
    def test_a_short_title_is_one_as_well(self, name: str) -> None:
        def exam(second: int) -> Screen:
            return DESK.browser("exam.university.edu/7", *DESK.exam_page(second), tabs=(name,))

        told = follow([(0, exam), (14, always(OTHER)), (20, exam)], 26, names=[name])
        assert states(told, "exam", 9, 14) == {True}
        assert words(told, "tab_away", 15, 20) == {"docs.university.edu"}
