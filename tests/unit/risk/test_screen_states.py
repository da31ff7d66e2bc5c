"""What a screen shows beside the exam is told within a look or two, and called by its name."""

from __future__ import annotations

import pytest

from proctor_cli.types import Observation
from tests.unit.screens import Desk, Screen, Story, Words, always
from tests.unit.telling import ever, follow, policy_with, states, words

DESK, DARK = Desk(), Desk(1366, 768, dark=True)
AWAY_S, BACK_S, END_S = 14.0, 22.0, 28.0
SURE_S = 1.0
"""After a change; rules bridge more than that."""
KINDS = {"exam": (True, False, False), "tab": (False, True, False), "window": (False, False, True)}


def there_and_back(screen: Screen, desk: Desk = DESK) -> Story:
    """The exam, something else from `AWAY_S` to `BACK_S`, the exam."""
    return [(0.0, desk.exam), (AWAY_S, always(screen)), (BACK_S, desk.exam)]


def in_front(desk: Desk, title: str) -> Story:
    """The same with a window in front of the exam, whose clock goes on."""
    return [(0.0, desk.exam), (AWAY_S, lambda s: desk.exam(s) + desk.window(title)), (BACK_S, desk.exam)]


def kinds(told: list[Observation], start_s: float, end_s: float) -> set[tuple[bool | None, ...]]:
    """The states that the looks of a stretch of time are in: exam, tab, window."""
    signals = ("exam", "tab_away", "window_away")
    looks = [one for one in told if start_s <= one.t_s < end_s]
    return {tuple(state for name in signals for state in states([one], name, start_s, end_s)) for one in looks}


def assert_away(told: list[Observation], kind: str, late_s: float = 0.0) -> None:
    assert kinds(told, 0.0, AWAY_S) == {KINDS["exam"]}
    assert kinds(told, AWAY_S + SURE_S + late_s, BACK_S) == {KINDS[kind]}
    assert kinds(told, BACK_S + SURE_S + late_s, END_S) == {KINDS["exam"]}


def maximised(desk: Desk) -> Screen:
    """An application's window over all of the screen."""
    lines = (Words(60, 130 + 30 * n, f"A line of one's own notes, number {n} of several") for n in range(9))
    return (desk.panel(0, 0, desk.width, desk.height, Words(600, 6, "Notes - Editor"), *lines, light=230),)


@pytest.mark.parametrize(
    ("desk", "late_s"), [(DESK, 0.0), (DARK, 0.0), (DESK, 1.2)], ids=["light", "dark", "read late"]
)
class TestAway:
    def test_another_tab(self, desk: Desk, late_s: float) -> None:
        told = follow(
            there_and_back(desk.other("docs.university.edu/rules", "Course Handbook"), desk), END_S, late_s=late_s
        )
        assert_away(told, "tab", late_s)
        assert words(told, "tab_away", 0, END_S) == {"docs.university.edu"}
        assert states(told, "forbidden", AWAY_S + SURE_S, BACK_S) == {False}

    def test_a_forbidden_site(self, desk: Desk, late_s: float) -> None:
        told = follow(there_and_back(desk.other("chatgpt.com/c/12", "ChatGPT"), desk), END_S, late_s=late_s)
        assert_away(told, "tab")
        assert states(told, "forbidden", AWAY_S + SURE_S, BACK_S) == {True}
        assert words(told, "forbidden", 0, END_S) == {"ChatGPT (chatgpt.com)"}
        assert states(told, "forbidden", 0, AWAY_S) == {False}

    def test_a_window_in_front(self, desk: Desk, late_s: float) -> None:
        told = follow(in_front(desk, "Terminal"), END_S, late_s=late_s)
        assert_away(told, "window", late_s)
        assert "Terminal" in words(told, "window_away", AWAY_S, BACK_S)

    def test_a_window_over_everything(self, desk: Desk, late_s: float) -> None:
        told = follow(there_and_back(maximised(desk), desk), END_S, late_s=late_s)
        assert_away(told, "window", late_s)
        assert words(told, "window_away", 0, END_S) == {"Notes - Editor"}

    def test_an_empty_new_tab_is_not_the_exam(self, desk: Desk, late_s: float) -> None:
        page = desk.browser("Search or type an address", tabs=("Midterm Examination", "New tab"))
        told = follow(there_and_back(page, desk), END_S, late_s=late_s)
        assert not ever(told, "exam", AWAY_S, BACK_S)
        assert ever(told, "tab_away", AWAY_S, BACK_S)
        assert not ever(told, "window_away", AWAY_S, BACK_S)


def test_a_forbidden_application_is_named_by_its_title() -> None:
    told = follow(in_front(DESK, "WhatsApp"), END_S)
    assert words(told, "forbidden", AWAY_S, BACK_S) == {"WhatsApp"}
    assert states(told, "forbidden", AWAY_S + SURE_S, BACK_S) == {True}


def test_a_small_window_may_hold_any_words() -> None:
    said = DESK.panel(440, 440, 890, 480, Words(450, 450, "all passwords"), light=200)
    window = (*DESK.window("Notes", (430, 140, 900, 520)), said)
    told = follow([(0.0, DESK.exam), (AWAY_S, lambda s: DESK.exam(s) + window), (BACK_S, DESK.exam)], END_S)
    assert_away(told, "window")


class TestNotNamed:
    def test_who_is_only_spoken_of_in_a_page(self) -> None:
        said = (Words(130, 410, "Do not ask ChatGPT or look at stackoverflow.com"), Words(130, 440, "Gemini"))
        page = (*DESK.other("docs.university.edu", "Course Handbook"), DESK.panel(120, 400, 900, 470, *said))
        assert states(follow(there_and_back(page), END_S), "forbidden", 0, END_S) <= {False, None}

    def test_who_is_spoken_of_in_the_exam(self) -> None:
        page = DESK.exam(0, answer=("I have not asked ChatGPT for it", "stackoverflow.com"))
        assert states(follow(there_and_back(page), END_S), "forbidden", 0, END_S) == {False}

    def test_a_tab_in_the_background(self) -> None:
        story: Story = [(0.0, lambda s: DESK.exam(s, tabs=("ChatGPT",)))]
        told = follow(story, END_S)
        assert states(told, "forbidden", 0, END_S) == {False}
        assert kinds(told, 0, END_S) == {KINDS["exam"]}

    @pytest.mark.parametrize("address", ["your.com", "bring.com", "notchatgpt.com", "chatgpt.com.example.org"])
    def test_hosts_that_only_look_alike(self, address: str) -> None:
        told = follow(there_and_back(DESK.other(address, "Something else")), END_S)
        assert states(told, "forbidden", 0, END_S) <= {False, None}
        assert states(told, "tab_away", AWAY_S + SURE_S, BACK_S) == {True}


def test_a_tab_in_the_background_whose_title_is_an_address() -> None:
    """A browser shows the address as the title while a page loads; and some sites are called by theirs."""
    story: Story = [(0.0, DESK.exam), (AWAY_S, lambda s: DESK.exam(s, tabs=("diagrams.net",))), (BACK_S, DESK.exam)]
    assert kinds(follow(story, END_S), 0, END_S) == {KINDS["exam"]}


class TestAllowed:
    page = DESK.other("docs.university.edu/rules", "Course Handbook")

    @pytest.mark.parametrize(
        "entry",
        [
            "docs.university.edu",
            "*.university.edu",
        ],
    )
    def test_an_allowed_page_is_no_switch(self, entry: str) -> None:
        told = follow(there_and_back(self.page), END_S, policy_with(allowed=(entry,)))
        assert states(told, "tab_away", 0, END_S) <= {False, None}
        assert states(told, "exam", AWAY_S + SURE_S, BACK_S) == {False}

    def test_an_allowed_application_is_no_switch(self) -> None:
        told = follow(in_front(DESK, "Calculator"), END_S, policy_with(allowed=("Calculator",)))
        assert states(told, "window_away", 0, BACK_S) <= {False, None}
        assert states(told, "exam", AWAY_S + SURE_S, BACK_S) == {False}

    def test_allowing_one_allows_no_other(self) -> None:
        told = follow(there_and_back(self.page), END_S, policy_with(allowed=("library.university.edu", "Calculator")))
        assert states(told, "tab_away", AWAY_S + SURE_S, BACK_S) == {True}

    def test_what_is_allowed_is_not_forbidden(self) -> None:
        story = there_and_back(DESK.other("chatgpt.com", "ChatGPT"))
        told = follow(story, END_S, policy_with(allowed=("chatgpt.com",)))
        assert states(told, "forbidden", 0, END_S) <= {False, None}


def full(desk: Desk, second: int) -> Screen:
    return desk.full(*desk.exam_page(second))


@pytest.mark.parametrize("desk", [DESK, DARK], ids=["light", "dark"])
class TestFullScreen:
    def story(self, desk: Desk, screen: Screen) -> Story:
        return [(0.0, lambda s: full(desk, s)), (AWAY_S, always(screen)), (BACK_S, lambda s: full(desk, s))]

    def test_leaving_it_is_told(self, desk: Desk) -> None:
        told = follow(self.story(desk, desk.exam(14)), END_S)
        assert states(told, "fullscreen_left", AWAY_S + SURE_S, BACK_S) == {True}
        assert not ever(told, "fullscreen_left", 0, AWAY_S)
        assert states(told, "fullscreen_left", BACK_S + SURE_S, END_S) == {False}
        assert not ever(told, "tab_away window_away", 0, END_S)

    def test_another_page_is_a_tab_once_the_exams_clock_is_known(self, desk: Desk) -> None:
        page = desk.full(*(Words(100, 130 + 30 * n, f"Result number {n} for what was looked for") for n in range(9)))
        told = follow([(0.0, lambda s: full(desk, s)), (26, always(page)), (34, lambda s: full(desk, s))], 38.0)
        assert kinds(told, 4, 26) == kinds(told, 34 + SURE_S, 38) == {KINDS["exam"]}
        assert kinds(told, 26 + SURE_S + 2.5, 34) == {KINDS["tab"]}  # its clock ticks no more
        assert not ever(told, "fullscreen_left", 0, 38)

    def test_another_page_without_a_sign_may_be_the_exams_next(self, desk: Desk) -> None:
        page = desk.full(*(Words(100, 130 + 30 * n, f"Result number {n} for what was looked for") for n in range(9)))
        told = follow(self.story(desk, page), END_S)
        assert kinds(told, AWAY_S + SURE_S, BACK_S) == {(None, None, None)}

    def test_a_window_in_front_is_one(self, desk: Desk) -> None:
        story: Story = [
            (0.0, lambda s: full(desk, s)),
            (AWAY_S, lambda s: full(desk, s) + desk.window("Terminal", (430, 50, 1130, 500))),
            (BACK_S, lambda s: full(desk, s)),
        ]
        told = follow(story, END_S)
        assert_away(told, "window")
        assert not ever(told, "fullscreen_left", 0, END_S)

    def test_a_line_of_the_page_that_is_an_address_is_none(self, desk: Desk) -> None:
        page = desk.full(*desk.exam_page(14), Words(700, 160, "https://en.wikipedia.org/wiki/Mean"))
        told = follow(self.story(desk, page), END_S)
        assert not ever(told, "tab_away forbidden", 0, END_S)


def test_an_exam_that_never_filled_the_screen_is_not_judged_by_that() -> None:
    told = follow(there_and_back(DESK.other("docs.university.edu", "Handbook")), END_S)
    assert states(told, "fullscreen_left", 0, END_S) == {None}


class TestBlackAndLocked:
    def test_a_lock_screen(self) -> None:
        story: Story = [(0.0, DESK.exam), (AWAY_S, DESK.locked), (BACK_S, DESK.exam)]
        told = follow(story, END_S)
        assert states(told, "locked", AWAY_S + SURE_S, BACK_S) == {True}
        assert states(told, "locked", 0, AWAY_S) == states(told, "locked", BACK_S + SURE_S, END_S) == {False}
        for signal in ("tab_away", "window_away", "forbidden", "exam", "pasted", "moving"):
            assert states(told, signal, AWAY_S + SURE_S, BACK_S) == {None}, signal

    def test_black_is_told_by_brightness_and_want_of_text(self) -> None:
        policy = policy_with()
        told = follow(there_and_back(DESK.black()), END_S, policy)
        assert not ever(told, "tab_away window_away", 0, END_S)
        assert not ever(told, "exam", AWAY_S + SURE_S, BACK_S)


def test_the_size_of_the_picture() -> None:
    wide = Desk(2560, 720)
    told = follow([(0.0, DESK.exam), (AWAY_S, wide.exam), (BACK_S, DESK.exam)], END_S)
    assert states(told, "wide", 0, AWAY_S) == states(told, "resized", 0, AWAY_S) == {False}
    assert states(told, "wide", AWAY_S, BACK_S) == states(told, "resized", AWAY_S, BACK_S) == {True}
    assert states(told, "wide", BACK_S, END_S) == states(told, "resized", BACK_S, END_S) == {False}


@pytest.mark.parametrize(
    ("said", "locked"), [("Saturday, 21 November", True), ("Thứ Bảy, 21", True), ("Money, credit and banks", False)]
)
def test_a_lock_screen_whose_clock_is_too_large_to_be_read_is_told_by_its_date(said: str, locked: bool) -> None:
    story: Story = [(0.0, DESK.exam), (AWAY_S, always(DESK.full(Words(480, 330, said, 34)))), (BACK_S, DESK.exam)]
    assert ever(follow(story, END_S), "locked", AWAY_S + SURE_S, BACK_S) is locked
