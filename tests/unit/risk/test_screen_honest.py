"""Nothing that an honest candidate does on the screen is an event."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

import pytest

from proctor_cli.risk import judge
from proctor_cli.risk.derive import derive
from proctor_cli.types import Observation
from tests.unit.risk.cases import recording_of
from tests.unit.screens import Desk, Screen, Story, Words, always, dimmed, scrolled, zoomed
from tests.unit.telling import Misread, ever, follow, policy_with, states, tell

DESK, DARK = Desk(), Desk(1366, 768, dark=True)
Part = Callable[[int], Screen]
Trap = Callable[[Desk], Story]
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


def exam_with(desk: Desk, question: int = 1, answer: Sequence[str] = (), front: Screen = ()) -> Part:
    return lambda second: desk.exam(second, question, answer) + front


def exam_moved(desk: Desk, move: Callable[[Sequence[Words]], Sequence[Words]]) -> Part:
    return lambda second: page_of(desk, move(desk.exam_page(second)))


def scrolling(desk: Desk) -> Story:
    """The head of the page leaves, and comes back."""
    steps = [0, 60, 120, 180, 240, 180, 120, 60, 0]
    moves = (exam_moved(desk, partial(scrolled, by=by)) for by in steps)
    return [(0, desk.exam), *((12 + 1.5 * n, move) for n, move in enumerate(moves))]


def zooming(desk: Desk) -> Story:
    scales = [1.1, 1.25, 1.5, 1.25, 1.1, 0.9, 0.75, 1.0]
    moves = (exam_moved(desk, partial(zoomed, times=times)) for times in scales)
    return [(0, desk.exam), *((12 + 1.2 * n, move) for n, move in enumerate(moves))]


def typing(desk: Desk) -> Story:
    """Twelve letters a second, which is as fast as people are."""
    text, story = " ".join(SENTENCES), list[tuple[float, Part]]()
    for n in range(72):
        lines = [text[: 5 * n][at : at + 80] for at in range(0, 5 * n, 80)]
        story.append((12 + 0.4 * n, exam_with(desk, answer=lines)))
    return [(0, desk.exam), *story]


def undoing(desk: Desk) -> Story:
    """All of a long answer is deleted by mistake, and brought back."""
    full = exam_with(desk, answer=SENTENCES)
    return [*typing(desk), (41, full), (48, desk.exam), (51, full)]


def paging(desk: Desk) -> Story:
    """Every new question stands there blank for a moment, then without its figure."""
    figure, story = desk.box((820, 220, 1200, 480), "mean", "deviation", "0  1  2  3"), list[tuple[float, Part]]()
    for n in range(4):
        head = exam_moved(desk, lambda page: page[:2])
        whole = exam_with(desk, n)
        story += [(6 * n, head), (6 * n + 0.6, whole), (6 * n + 2, exam_with(desk, n, front=figure))]
    return story


def dialog(desk: Desk) -> Screen:
    said = ("Submit question 1?", "Your answer can be changed", "until the exam ends", "Cancel        Submit")
    return desk.box((440, 260, 840, 400), *said)


def boxed(place: tuple[int, int, int, int], *said: str, lasts_s: float = 3.0) -> Trap:
    """A box in front of the exam for a while; places right of or below the middle are told from the far edge."""

    def trap(desk: Desk) -> Story:
        right, down = (desk.width - 1280) * (place[0] > 640), (desk.height - 720) * (place[1] > 360)
        moved = (place[0] + right, place[1] + down, place[2] + right, place[3] + down)
        return [(0, desk.exam), (12, exam_with(desk, front=desk.box(moved, *said))), (12 + lasts_s, desk.exam)]

    return trap


def full_screen(desk: Desk) -> Story:
    """The browser says how to leave it."""

    def exam(second: int) -> Screen:
        return desk.full(*desk.exam_page(second))

    bubble = desk.box((450, 30, 830, 86), "To exit full screen, press and hold Esc")
    return [(0, exam), (12, lambda second: exam(second) + bubble), (16, exam)]


def signing_in(desk: Desk) -> Story:
    fields = (Words(500, 260, "Name"), Words(500, 300, "Password"), Words(500, 360, "Continue"))
    page = desk.browser(
        "login.university.edu", Words(500, 200, "Sign in to the university", 26), *fields, tabs=("Sign in",)
    )
    return [(0, always(page)), (3, desk.exam)]


def two_dialogs(desk: Desk) -> Story:
    first = dialog(desk)
    both = first + desk.box((500, 300, 780, 380), "Really?", "Yes       No")
    return [(0, desk.exam), (12, exam_with(desk, front=first)), (15, exam_with(desk, front=both)), (18, desk.exam)]


def dimming(desk: Desk) -> Story:
    return [(0, desk.exam), (12, lambda second: dimmed(desk.exam(second)) + dialog(desk)), (18, desk.exam)]


TRAPS: dict[str, Trap] = {
    "a clock": lambda desk: [(0, desk.exam)],
    "a page that stands still": lambda desk: [(0, always(desk.exam(0)))],
    "a dialog": lambda desk: [(0, desk.exam), (12, exam_with(desk, front=dialog(desk))), (18, desk.exam)],
    "a dialog that dims the page": dimming,
    "a dialog over another": two_dialogs,
    "a context menu": boxed((500, 250, 720, 480), "Undo", "Cut", "Copy", "Paste", "Select all", "Inspect"),
    "a hover card below a tab": boxed((30, 62, 330, 130), "Midterm Examination", "exam.university.edu"),
    "the pointer over the head of the page": boxed((180, 110, 200, 134), lasts_s=1.0),
    "the pointer over the address": boxed((180, 70, 200, 94), lasts_s=1.0),
    "an answer is saved": boxed((980, 640, 1260, 696), "Answer saved"),
    "full screen": full_screen,
    "scrolling": scrolling,
    "zooming": zooming,
    "typing": typing,
    "undoing": undoing,
    "paging": paging,
    "signing in before the exam": signing_in,
}


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


PASTED: Story = [(0.0, DESK.exam), (12.0, exam_with(DESK, answer=SENTENCES)), (20.0, exam_with(DESK, answer=SENTENCES))]


class TestPasting:
    def test_a_large_text_at_once_is_one(self) -> None:
        ((event, start_s, _),) = events(PASTED, 24.0)
        assert event == "PASTE_SUSPECTED"
        assert start_s == pytest.approx(12.0, abs=0.9)

    def test_its_length_is_about_right(self) -> None:
        numbers = [one.values["screen.pasted"] or 0 for one in follow(PASTED, 24.0)]
        assert max(numbers) == pytest.approx(sum(map(len, SENTENCES)), rel=0.15)

    def test_also_before_it_is_read(self) -> None:
        numbers = [one.values["screen.pasted"] or 0 for one in follow(PASTED, 24.0, late_s=3.0)]
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
        assert ever(told, "notification", 12, 17)

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
