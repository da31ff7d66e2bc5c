"""Screens made of a few parts, drawn as pictures.

A screen is a tuple of panels, the hindmost first. `Desk` makes those that tests need, `draw` gives its picture.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import matplotlib
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from proctor_cli.detectors.screen_text.lines import Line
from proctor_cli.errors import ModelError
from proctor_cli.nets import Model, find, load_manifest
from proctor_cli.types import Frame

LOOK_S, SAMPLE_S = 0.4, 0.2
FONTS = Path(matplotlib.get_data_path()) / "fonts" / "ttf"


class Words(NamedTuple):
    """A line of text: its top left corner, what it says, how high it is."""

    x: int
    y: int
    text: str
    size: int = 16


class Panel(NamedTuple):
    """A rectangle of one grey, in a thin frame or without, with text that it clips."""

    place: Line
    ground: int
    ink: int
    words: tuple[Words, ...] = ()
    framed: bool = False


Screen = tuple[Panel, ...]
Story = Sequence[tuple[float, Callable[[int], Screen]]]
"""What is shown from when on: a screen by the second on its clock."""


@dataclass(frozen=True)
class Desk:
    """A screen of this size; ``dark`` turns light and dark round."""

    width: int = 1280
    height: int = 720
    dark: bool = False

    def panel(self, x0: int, y0: int, x1: int, y1: int, *words: Words, light: int = 250, framed: bool = False) -> Panel:
        ground, ink = (275 - light, 225) if self.dark else (light, 25)
        return Panel(Line(x0, y0, x1, y1), ground, ink, words, framed)

    def browser(self, address: str, *page: Words, tabs: Sequence[str] = ("Midterm Examination",)) -> Screen:
        """A browser that fills the screen."""
        strip = tuple(Words(40 + 230 * number, 32, title[:22]) for number, title in enumerate(tabs))
        return (
            self.panel(0, 0, self.width, 60, Words(500, 6, f"{tabs[0]} - Browser"), *strip, light=215),
            self.panel(0, 60, self.width, 92, Words(130, 68, address), light=240),
            self.panel(0, 92, self.width, self.height, *page),
        )

    def full(self, *page: Words) -> Screen:
        """A page without anything around it."""
        moved = (words._replace(y=words.y - 92) for words in page)
        return (self.panel(0, 0, self.width, self.height, *moved),)

    def exam_page(self, second: int, question: int = 1, answer: Sequence[str] = ()) -> tuple[Words, ...]:
        """The exam: its head with a clock, a list, a question, what has been answered."""
        left = 2700 - second
        asked = QUESTIONS[question % len(QUESTIONS)]
        return (
            Words(40, 106, "Midterm Examination: Statistics", 22),
            Words(self.width - 150, 108, f"0:{left // 60:02d}:{left % 60:02d}", 20),
            Words(40, 160, "List of questions"),
            *(Words(40, 190 + 30 * n, f"Question {'ABCDEFGH'[n]}") for n in range(8)),
            Words(300, 160, f"Question {'ABCDEFGH'[question % 8]} of eight", 20),
            *(Words(300, 200 + 26 * n, line) for n, line in enumerate(asked)),
            Words(300, 340, "Your answer"),
            *(Words(310, 370 + 24 * n, line) for n, line in enumerate(answer)),
            Words(300, self.height - 60, "Previous question"),
            Words(700, self.height - 60, "Next question"),
        )

    def exam(self, second: int, question: int = 1, answer: Sequence[str] = (), tabs: Sequence[str] = ()) -> Screen:
        """The exam in a browser."""
        titles = ("Midterm Examination", *tabs)
        return self.browser(HOST + "/attempt/7", *self.exam_page(second, question, answer), tabs=titles)

    def other(self, address: str, title: str, tabs: Sequence[str] = ("Midterm Examination",)) -> Screen:
        """Another page in the exam's browser."""
        lines = (Words(120, 220 + 28 * n, line) for n, line in enumerate(ELSEWHERE))
        return self.browser(address, Words(120, 130, title, 26), *lines, tabs=(*tabs, title))

    def window(self, title: str, place: tuple[int, int, int, int] = (420, 150, 1120, 600)) -> Screen:
        """Another application's window."""
        x0, y0, x1, y1 = place
        lines = (Words(x0 + 14, y0 + 50 + 24 * n, line) for n, line in enumerate(TYPED[: (y1 - y0 - 60) // 24]))
        return (self.panel(x0, y0, x1, y1, Words(x0 + 20, y0 + 8, title), *lines, light=200, framed=True),)

    def box(self, place: tuple[int, int, int, int], *said: str) -> Screen:
        """A notification, a dialog, a menu: a box with lines."""
        x0, y0, x1, y1 = place
        lines = (Words(x0 + 16, y0 + 14 + 24 * n, line) for n, line in enumerate(said))
        return (self.panel(x0, y0, x1, y1, *lines, light=225, framed=True),)

    def toast(self, *said: str) -> Screen:
        return self.box((self.width - 340, 20, self.width - 16, 100), *said)

    def black(self) -> Screen:
        return (Panel(Line(0, 0, self.width, self.height), 0, 0),)

    def locked(self, second: int) -> Screen:
        said = (Words(560, 260, f"12:{second // 60:02d}", 56), Words(540, 340, "Saturday, 6 June"))
        return (Panel(Line(0, 0, self.width, self.height), 8, 230, said),)


HOST = "exam.university.edu"
QUESTIONS = (
    (
        "A sample of forty students was asked for how long they had slept before their last examination.",
        "Their answers were between four and nine hours, and twelve of them gave no answer at all.",
        "Say which mean describes them best, and explain what the missing answers do to it.",
    ),
    (
        "Two dice are thrown again and again until the sum of their eyes is seven for the first time.",
        "How many throws are needed on average, and how likely is it that ten are not enough?",
        "Give your reasons in a few sentences, with every formula that you have made use of.",
    ),
    (
        "The weights of the apples of one orchard are distributed normally around ninety grams.",
        "What share of all apples weighs more than the mean by at least two standard deviations?",
        "Draw a picture of the distribution on paper and describe what can be seen in words.",
    ),
)
ELSEWHERE = (
    "Opening hours of the library in the summer term",
    "Every reader may borrow up to twelve volumes at once",
    "Lost cards are replaced at the desk on the ground floor",
    "Groups may book one of the rooms on the second floor",
    "Please return everything before the end of the month",
)
TYPED = (
    "total 48 directories and 12 files found",
    "drwxr-xr-x lecture notes second term",
    "drwxr-xr-x pictures holiday mountains",
    "-rw-r--r-- shopping list saturday",
    "-rw-r--r-- train timetable berlin",
    "-rw-r--r-- recipes grandmother",
    "-rw-r--r-- invoices november",
    "-rw-r--r-- music collection",
    "-rw-r--r-- bicycle repair manual",
    "-rw-r--r-- garden plan spring",
    "-rw-r--r-- letters unanswered",
    "-rw-r--r-- telephone numbers",
    "-rw-r--r-- thesis outline draft",
    "-rw-r--r-- birthday presents",
    "-rw-r--r-- weather statistics",
    "-rw-r--r-- old photographs",
)


def dimmed(screen: Screen) -> Screen:
    """A screen behind a dialog that has darkened it."""
    return tuple(panel._replace(ground=panel.ground // 2, ink=panel.ink // 2) for panel in screen)


def scrolled(page: Sequence[Words], by: int) -> tuple[Words, ...]:
    """A page moved up; what passes its upper edge is clipped."""
    return tuple(words._replace(y=words.y - by) for words in page)


def zoomed(page: Sequence[Words], times: float) -> tuple[Words, ...]:
    """A page magnified about its upper left corner."""
    return tuple(
        Words(round(x * times), round(92 + (y - 92) * times), text, round(size * times)) for x, y, text, size in page
    )


def always(screen: Screen) -> Callable[[int], Screen]:
    """A screen on which no clock ticks."""
    return lambda second: screen


def shown(story: Story, t_s: float) -> Screen:
    """What a story shows at a time."""
    _, make = max((part for part in story if part[0] <= t_s + 1e-6), key=lambda part: part[0])
    return make(int(t_s + 1e-6))


# ---------------------------------------------------------------- as pictures
def text_model() -> Model:
    """The network that reads lines, which comes with a package; skips the test where it is not installed."""
    try:
        return find(load_manifest([]).choose("default")["text"])
    except ModelError as error:
        if os.environ.get("CI") == "true":
            raise
        pytest.skip(str(error))


@lru_cache(maxsize=64)
def draw(screen: Screen, font: str = "DejaVuSans.ttf") -> NDArray[np.uint8]:
    """(height, width, 3) uint8."""
    picture = Image.new("L", size_of(screen), 90)
    for panel in screen:
        x0, y0, x1, y1 = panel.place
        own = Image.new("L", (x1 - x0, y1 - y0), panel.ground)
        pen = ImageDraw.Draw(own)
        for x, y, text, size in panel.words:
            pen.text((x - x0, y - y0), text, panel.ink, ImageFont.truetype(str(FONTS / font), size))
        if panel.framed:
            pen.rectangle((0, 0, x1 - x0 - 1, y1 - y0 - 1), outline=panel.ink)
        picture.paste(own, (x0, y0))
    rgb = np.repeat(np.asarray(picture)[:, :, None], 3, axis=2)
    rgb.flags.writeable = False
    return rgb


def film_of(story: Story, end_s: float, start_s: float = 0.0, every_s: float = LOOK_S) -> Iterator[Frame]:
    """The pictures of a story, each with the sample before it."""
    for number in range(round((end_s - start_s) / every_s)):
        t_s = round(start_s + number * every_s, 5)
        before = draw(shown(story, t_s - SAMPLE_S)) if number else None
        yield Frame("screen", t_s, draw(shown(story, t_s)), 0.0 if number else None, before=before)


def size_of(screen: Screen) -> tuple[int, int]:
    """(width, height)."""
    return screen[0].place.x1, max(panel.place.y1 for panel in screen)
