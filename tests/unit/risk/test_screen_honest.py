"""Nothing that an honest candidate does on the screen is an event."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest

from proctor_cli.risk import judge
from proctor_cli.risk.derive import derive
from proctor_cli.types import Observation
from tests.unit.risk.cases import recording_of
from tests.unit.screens import TYPED, Desk, Screen, Story, Words, always, dimmed, scrolled, zoomed
from tests.unit.telling import Misread, follow, policy_with, states, tell

DESK, DARK = Desk(), Desk(1366, 768, dark=True)
SENTENCES = [
    "The mean of all the answers that were given is a little above seven hours a night",
    "A median would be better here because two of the students had not slept at all",
    "Twelve missing answers may hide those who slept least and thus the mean is too high",
    "I would therefore ask them again and compare the answers of both groups with a test",
    "The difference between the groups is small when it is compared with their deviation",
]


def events(story: Story, end_s: float, **telling: object) -> list[tuple[str, float, float]]:
    """What the default rules make of a story: event, start, end."""
    told = tell(story, end_s, **telling)  # type: ignore[arg-type]  # as they are given
    found = judge(recording_of(end_s), told, policy_with()).incidents
    return [(incident.event, incident.start_s, incident.end_s) for incident in found]


def page_of(desk: Desk, page: Sequence[Words]) -> Screen:
    return desk.browser("exam.university.edu/attempt/7", *page)


def scrolling(desk: Desk) -> Story:
    """The head of the page leaves, and comes back."""
    story: list[tuple[float, Callable[[int], Screen]]] = [(0, desk.exam)]
    steps = [0, 60, 120, 180, 240, 180, 120, 60, 0]
    story += [
        (12 + 1.5 * n, lambda s, by=by: page_of(desk, scrolled(desk.exam_page(s), by))) for n, by in enumerate(steps)
    ]  # type: ignore[misc]  # by is bound
    return story


def zooming(desk: Desk) -> Story:
    scales = [1.1, 1.25, 1.5, 1.25, 1.1, 0.9, 0.75, 1.0]
    story: list[tuple[float, Callable[[int], Screen]]] = [(0, desk.exam)]
    story += [
        (12 + 1.2 * n, lambda s, times=times: page_of(desk, zoomed(desk.exam_page(s), times)))
        for n, times in enumerate(scales)
    ]  # type: ignore[misc]  # times is bound
    return story


def typing(desk: Desk) -> Story:
    """Twelve letters a second, which is as fast as people are."""
    text, story = " ".join(SENTENCES), list[tuple[float, Callable[[int], Screen]]]()
    for n in range(72):
        lines = [text[: 5 * n][at : at + 80] for at in range(0, 5 * n, 80)]
        story.append((12 + 0.4 * n, lambda s, lines=lines: desk.exam(s, answer=lines)))  # type: ignore[misc]  # lines is bound
    return [(0, desk.exam), *story]


def undoing(desk: Desk) -> Story:
    """All of a long answer is deleted by mistake, and brought back."""
    full: Callable[[int], Screen] = lambda s: desk.exam(s, answer=SENTENCES)  # noqa: E731 - one line says it
    return [*typing(desk), (41, full), (48, desk.exam), (51, full)]


def paging(desk: Desk) -> Story:
    """Every new question stands there blank for a moment, then without its figure."""
    story: list[tuple[float, Callable[[int], Screen]]] = []
    for n in range(4):
        story += [
            (6 * n, lambda s, n=n: page_of(desk, desk.exam_page(s, n)[:2])),  # type: ignore[misc]  # n is bound
            (6 * n + 0.6, lambda s, n=n: desk.exam(s, n)),  # type: ignore[misc]
            (
                6 * n + 2,
                lambda s, n=n: desk.exam(s, n) + desk.box((820, 220, 1200, 480), "mean", "deviation", "0  1  2  3"),
            ),  # type: ignore[misc]
        ]
    return story


def dialog(desk: Desk) -> Screen:
    said = ("Submit question 1?", "Your answer can be changed", "until the exam ends", "Cancel        Submit")
    return desk.box((440, 260, 840, 400), *said)


TRAPS: dict[str, Callable[[Desk], Story]] = {
    "a clock": lambda desk: [(0, desk.exam)],
    "a page without a clock that stands still": lambda desk: [(0, always(desk.exam(0)))],
    "a dialog": lambda desk: [(0, desk.exam), (12, lambda s: desk.exam(s) + dialog(desk)), (18, desk.exam)],
    "a dialog that dims the page": lambda desk: [
        (0, desk.exam),
        (12, lambda s: dimmed(desk.exam(s)) + dialog(desk)),
        (18, desk.exam),
    ],
    "a dialog over another": lambda desk: [
        (0, desk.exam),
        (12, lambda s: desk.exam(s) + dialog(desk)),
        (15, lambda s: desk.exam(s) + dialog(desk) + desk.box((500, 300, 780, 380), "Really?", "Yes       No")),
        (18, desk.exam),
    ],
    "a context menu": lambda desk: [
        (0, desk.exam),
        (12, lambda s: desk.exam(s) + desk.box((500, 250, 720, 480), "Undo", "Cut", "Copy", "Paste", "Select all", "Inspect")),
        (15, desk.exam),
    ],
    "a hover card below a tab": lambda desk: [
        (0, desk.exam),
        (12, lambda s: desk.exam(s) + desk.box((30, 62, 330, 130), "Midterm Examination", "exam.university.edu")),
        (14, desk.exam),
    ],
    "the pointer over the head of the page": lambda desk: [
        (0, desk.exam),
        (12, lambda s: desk.exam(s) + desk.box((180, 110, 200, 134))),
        (13, lambda s: desk.exam(s) + desk.box((560, 70, 580, 94))),
        (14, desk.exam),
    ],
    "a page that says that an answer is saved": lambda desk: [
        (0, desk.exam),
        (12, lambda s: desk.exam(s) + desk.box((desk.width - 300, desk.height - 80, desk.width - 20, desk.height - 24), "Answer saved")),
        (15, desk.exam),
    ],
    "the browser says how to leave full screen": lambda desk: [
        (0, lambda s: desk.full(*desk.exam_page(s))),
        (12, lambda s: desk.full(*desk.exam_page(s)) + desk.box((450, 30, 830, 86), "To exit full screen, press and hold Esc")),
        (16, lambda s: desk.full(*desk.exam_page(s))),
    ],
    "scrolling": scrolling,
    "zooming": zooming,
    "typing": typing,
    "undoing": undoing,
    "paging": paging,
    "signing in before the exam": lambda desk: [
        (0, always(desk.browser("login.university.edu", Words(500, 200, "Sign in to the university", 26), Words(500, 260, "Name"), Words(500, 300, "Password"), Words(500, 360, "Continue"), tabs=("Sign in",)))),
        (3, desk.exam),
    ],
}  # fmt: skip


@pytest.mark.parametrize("name", TRAPS)
def test_an_honest_screen_gives_no_event(name: str) -> None:
    story = TRAPS[name](DESK)
    assert events(story, story[-1][0] + 8) == []


ZOOMED = pytest.mark.xfail(reason="lines that are not read yet look like what a window has left of others")


@pytest.mark.parametrize("name", [pytest.param(name, marks=ZOOMED) if name == "zooming" else name for name in TRAPS])
def test_nor_does_it_in_the_dark_when_pages_are_read_late(name: str) -> None:
    story = TRAPS[name](DARK)
    assert events(story, story[-1][0] + 8, late_s=1.2) == []


def misreading(every: int) -> Misread:
    """Spoils one letter of every line that is long enough, another one each time."""
    count = 0

    def spoil(text: str) -> str:
        nonlocal count
        count += 1
        at = count * 7 % len(text)
        return text if len(text) < every or text[at] == " " else text[:at] + "rn1lI0"[count % 6] + text[at + 1 :]

    return spoil


@pytest.mark.parametrize("name", ["a clock", "a dialog that dims the page", "scrolling", "paging", "undoing"])
def test_letters_that_are_misread_make_no_event(name: str) -> None:
    story = TRAPS[name](DESK)
    assert events(story, story[-1][0] + 8, misread=misreading(12)) == []


@pytest.mark.parametrize("every_s", [3.0, 7.0])
def test_slices_make_no_event(every_s: float) -> None:
    for name in ("scrolling", "typing", "paging"):
        story = TRAPS[name](DESK)
        begins = [every_s * n for n in range(1, 20)]
        assert events(story, story[-1][0] + 8, begins=begins) == []


class TestPasting:
    pasted = [(0.0, DESK.exam), (12.0, lambda s: DESK.exam(s, answer=SENTENCES)), (20.0, lambda s: DESK.exam(s, answer=SENTENCES))]  # fmt: skip

    def test_a_large_text_at_once_is_one(self) -> None:
        ((event, start_s, _),) = events(self.pasted, 24.0)
        assert event == "PASTE_SUSPECTED"
        assert start_s == pytest.approx(12.0, abs=0.9)

    def test_its_length_is_about_right(self) -> None:
        numbers = [one.values["screen.pasted"] or 0 for one in follow(self.pasted, 24.0)]
        assert max(numbers) == pytest.approx(sum(map(len, SENTENCES)), rel=0.15)

    def test_also_before_it_is_read(self) -> None:
        numbers = [one.values["screen.pasted"] or 0 for one in follow(self.pasted, 24.0, late_s=3.0)]
        assert max(numbers) == pytest.approx(sum(map(len, SENTENCES)), rel=0.35)

    def test_a_sentence_of_ones_own_is_none(self) -> None:
        story: Story = [(0.0, DESK.exam), (12.0, lambda s: DESK.exam(s, answer=SENTENCES[:1]))]
        assert events(story, 20.0) == []


class TestNotification:
    def story(self, *said: str, desk: Desk = DESK) -> Story:
        return [(0.0, desk.exam), (12.3, lambda s: desk.exam(s) + desk.toast(*said)), (17.0, desk.exam)]

    @pytest.mark.parametrize("desk", [DESK, DARK], ids=["light", "dark"])
    def test_one_is_told_with_its_words(self, desk: Desk) -> None:
        told = follow(self.story("Telegram", "Anna: the answer is B", desk=desk), 22.0)
        assert states(told, "notification", 13.4, 17.0) == {True}
        assert states(told, "notification", 0, 12) == states(told, "notification", 18, 22) == {False}
        assert {one.words["screen.notification"] for one in told if one.values["screen.notification"]} == {
            "Telegram / Anna: the answer is B"
        }
        assert states(told, "exam", 0, 22) == {True}

    def test_words_within_words_are_not_the_exams_own(self) -> None:
        told = follow(self.story("Telegram", "Anna: use the preset, it is unsaved"), 22.0)
        assert True in states(told, "notification", 12, 17)

    def test_the_exams_own_are_known_by_their_words(self) -> None:
        assert events(self.story("Your answer has been saved"), 22.0) == []


def looks(told: list[Observation], signal: str) -> set[float | None]:
    return {one.values[signal] for one in told}


def test_what_cannot_be_judged_is_none_and_never_nought() -> None:
    """A screen on which the exam is never seen: nothing can be said of it."""
    empty = (DESK.panel(0, 0, 1280, 720),)
    told = follow([(0.0, always(empty))], 16.0)
    for signal in ("exam", "tab_away", "window_away", "forbidden", "fullscreen_left", "pasted", "moving"):
        assert looks(told, f"screen.{signal}") == {None}, signal


def test_where_nothing_was_recorded_nothing_is_known() -> None:
    told = tell([(0.0, DESK.exam)], 12.0)
    told.append(Observation("screen", 12.0, {"screen.lines": None, "picture.luma": None}))
    last = list(derive(told, policy_with()))[-1]
    assert {value for name, value in last.values.items() if name.startswith("screen.")} == {None}
