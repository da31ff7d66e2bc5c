"""A browser window with an invented exam in it, and a second tab with invented course notes; drawn by code."""

from __future__ import annotations

from pathlib import Path

import matplotlib
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

FONTS = Path(matplotlib.get_data_path()) / "fonts" / "ttf"
INK, GREY, LINE, BLUE, PAPER = (33, 37, 41), (108, 117, 125), (222, 226, 230), (28, 100, 200), (255, 255, 255)
EXAM_S = 3600

OPTIONS = (
    "A  The period grows, because the orbit is longer.",
    "B  The period shrinks, because gravity is weaker.",
    "C  The period stays the same.",
    "D  It cannot be said without the mass of the satellite.",
)
ANSWER = (
    "By Kepler's third law the square of the period grows with the cube of the radius of the orbit, so the higher "
    "satellite needs more time for one turn. The mass of the satellite cancels out. For a radius that is one percent "
    "larger the period is about one and a half percent longer."
)
NOTES = (
    "Chapter 3: Motion in a central field",
    "",
    "A body on a circular orbit of radius r moves with the speed v, where v squared is G M / r.",
    "The time for one turn is the length of the orbit over the speed: T = 2 pi r / v.",
    "Both together: T squared = 4 pi squared r cubed / (G M). This is Kepler's third law.",
    "",
    "Worked example: two orbits whose radii differ by one percent.",
    "The cube grows by three percent, so the period by half of that.",
)
# When she picks an option, when she types (not while she is away or busy with something else): seconds of the session.
PICKED_S = 12.0
BURSTS_S = ((20.8, 28.5), (34.5, 42.0), (50.0, 57.0), (76.0, 88.0))
TYPED_PER_S = 5.2
# Where the mouse pointer rests: from this second, at x, y.
POINTER = ((0.0, 620, 300), (8.0, 480, 372), (11.4, 118, 336), (16.5, 560, 520), (40.0, 900, 560), (68.2, 390, 20),
           (70.5, 500, 400), (72.0, 150, 20), (74.0, 640, 610))  # fmt: skip


def _font(size: int, bold: bool = False) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(FONTS / f"DejaVuSans{'-Bold' if bold else ''}.ttf"), size)


class Browser:
    """A maximised browser window of ``width`` x ``height`` px."""

    def __init__(self, width: int, height: int) -> None:
        self._size = width, height
        self._small, self._text, self._bold, self._title = _font(14), _font(17), _font(17, True), _font(22, True)
        self._exam, self._notes = self._empty_exam(), self._course_notes()

    def frame(self, t_s: float, *, notes: bool) -> NDArray[np.uint8]:
        """The window at ``t_s``; (height, width, 3) RGB."""
        picture = (self._notes if notes else self._exam).copy()
        draw = ImageDraw.Draw(picture)
        if not notes:
            self._progress(draw, t_s)
        x, y = _pointer(t_s)
        arrow = [(0, 0), (0, 17), (4, 13), (7, 20), (10, 19), (7, 12), (12, 12)]
        draw.polygon([(x + a, y + b) for a, b in arrow], fill=INK, outline=PAPER)
        return np.asarray(picture, np.uint8)

    def _window(self, shown: int, address: str) -> tuple[Image.Image, ImageDraw.ImageDraw]:
        """An empty page under the tab strip, of whose two tabs ``shown`` is in front."""
        picture = Image.new("RGB", self._size, PAPER)
        draw = ImageDraw.Draw(picture)
        width = self._size[0]
        draw.rectangle((0, 0, width, 38), fill=(222, 225, 230))
        for i, title in enumerate(("Physics 101: final exam", "Course notes")):
            x = 10 + 240 * i
            if i == shown:
                draw.rounded_rectangle((x, 6, x + 232, 46), 10, fill=(247, 248, 250))
            draw.ellipse((x + 12, 15, x + 26, 29), fill=BLUE if i == 0 else (210, 120, 40))
            draw.text((x + 34, 13), title, font=self._small, fill=INK if i == shown else GREY)
            draw.text((x + 210, 13), "×", font=self._small, fill=GREY)  # noqa: RUF001 - the sign on a tab's close button
        draw.rectangle((0, 38, width, 82), fill=(247, 248, 250))
        draw.rounded_rectangle((110, 45, width - 130, 75), 15, fill=(233, 236, 240))
        draw.text((130, 51), address, font=self._small, fill=INK)
        for i, sign in enumerate(("←", "→", "↻")):
            draw.text((18 + 30 * i, 48), sign, font=self._text, fill=GREY)
        draw.line((0, 82, width, 82), fill=LINE)
        return picture, draw

    def _empty_exam(self) -> Image.Image:
        picture, draw = self._window(0, "exam.university.example/physics-101/attempt/4")
        width, height = self._size
        draw.rectangle((0, 83, width, 138), fill=(24, 58, 110))
        draw.text((40, 97), "Physics 101: final exam", font=self._title, fill=PAPER)
        draw.text((width - 340, 101), "S123", font=self._bold, fill=PAPER)
        draw.text((40, 160), "Question 4 of 10", font=self._bold, fill=BLUE)
        draw.text((width - 420, 160), "5 points", font=self._small, fill=GREY)
        lines = (
            "A satellite moves on a circular orbit around the Earth. It is lifted to a circular orbit whose radius",
            "is one percent larger. What happens to the time that it needs for one turn?",
        )
        for i, line in enumerate(lines):
            draw.text((40, 196 + 28 * i), line, font=self._text, fill=INK)
        for i, option in enumerate(OPTIONS):
            y = 272 + 40 * i
            draw.ellipse((46, y + 3, 62, y + 19), outline=GREY, width=2)
            draw.text((76, y), option, font=self._text, fill=INK)
        draw.text((40, 440), "Give your reasons:", font=self._bold, fill=INK)
        draw.rounded_rectangle((40, 470, width - 330, 630), 6, outline=GREY)
        draw.rounded_rectangle((40, 654, 200, 694), 6, fill=(233, 236, 240))
        draw.text((72, 663), "Previous", font=self._text, fill=INK)
        draw.rounded_rectangle((width - 490, 654, width - 330, 694), 6, fill=BLUE)
        draw.text((width - 434, 663), "Next", font=self._text, fill=PAPER)
        x = width - 290
        draw.rectangle((x, 139, width, height), fill=(248, 249, 250))
        draw.text((x + 30, 160), "Questions", font=self._bold, fill=INK)
        for i in range(10):
            left, top = x + 30 + 48 * (i % 5), 196 + 48 * (i // 5)
            fill = (200, 225, 205) if i < 3 else BLUE if i == 3 else PAPER
            draw.rounded_rectangle((left, top, left + 40, top + 40), 6, fill=fill, outline=LINE)
            draw.text((left + 20, top + 20), str(i + 1), font=self._text, fill=PAPER if i == 3 else INK, anchor="mm")
        return picture

    def _course_notes(self) -> Image.Image:
        picture, draw = self._window(1, "notes.university.example/physics-101/chapter-3")
        for i, line in enumerate(NOTES):
            draw.text((160, 130 + 36 * i), line, font=self._title if i == 0 else self._text, fill=INK)
        draw.ellipse((470, 450, 810, 650), outline=BLUE, width=3)
        draw.ellipse((600, 510, 680, 590), fill=(120, 160, 200))
        draw.ellipse((790, 520, 814, 544), fill=INK)
        draw.text((640, 680), "Figure 3.2: a circular orbit, seen aslant", font=self._small, fill=GREY, anchor="mm")
        return picture

    def _progress(self, draw: ImageDraw.ImageDraw, t_s: float) -> None:
        """The clock, the option picked, and the answer as far as it is typed."""
        width = self._size[0]
        left_s = EXAM_S - 1500 - int(t_s)
        draw.text((width - 250, 101), f"Time left {left_s // 60:02d}:{left_s % 60:02d}", font=self._bold, fill=PAPER)
        if t_s >= PICKED_S:
            draw.ellipse((50, 279, 58, 287), fill=BLUE)
            draw.ellipse((46, 275, 62, 291), outline=BLUE, width=2)
        typing_s = sum(min(max(t_s - start, 0.0), end - start) for start, end in BURSTS_S)
        written = ANSWER[: int(typing_s * TYPED_PER_S)]
        lines = _wrapped(written, draw, self._text, width - 400)
        for i, line in enumerate(lines):
            draw.text((54, 480 + 27 * i), line, font=self._text, fill=INK)
        if t_s >= BURSTS_S[0][0] and int(t_s * 2) % 2 == 0:
            x = 56 + draw.textlength(lines[-1], font=self._text)
            y = 480 + 27 * (len(lines) - 1)
            draw.line((x, y, x, y + 20), fill=INK, width=2)


def _wrapped(text: str, draw: ImageDraw.ImageDraw, font: ImageFont.FreeTypeFont, width: int) -> list[str]:
    lines = [""]
    for word in text.split(" "):
        longer = f"{lines[-1]} {word}".strip()
        if draw.textlength(longer, font=font) > width:
            lines.append(word)
        else:
            lines[-1] = longer
    return lines


def _pointer(t_s: float) -> tuple[int, int]:
    """The mouse pointer moves to each place in the half second before it."""
    x, y = POINTER[0][1:]
    for at_s, to_x, to_y in POINTER[1:]:
        share = min(max((t_s - at_s + 0.5) / 0.5, 0.0), 1.0)
        x, y = round(x + (to_x - x) * share), round(y + (to_y - y) * share)
    return x, y
