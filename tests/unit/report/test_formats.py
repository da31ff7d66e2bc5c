from __future__ import annotations

import pytest

from proctor_cli import resources
from proctor_cli.report import formats
from proctor_cli.report.languages import load_languages
from proctor_cli.report.prose import render_prose
from proctor_cli.types import WallClock

ENGLISH = load_languages(resources.template_dir() / "report" / "lang")["en"]


@pytest.mark.parametrize(
    ("t_s", "text"), [(0, "00:00:00"), (59.99, "00:00:59"), (-0.2, "00:00:00"), (-61, "-00:01:01")]
)
def test_clock_names_the_second_it_falls_in(t_s: float, text: str) -> None:
    assert formats.clock(t_s) == text


@pytest.mark.parametrize(
    ("seconds", "text"), [(0.04, "0.0 s"), (59.94, "59.9 s"), (59.96, "00:01:00"), (3725, "01:02:05")]
)
def test_duration(seconds: float, text: str) -> None:
    assert formats.duration(seconds) == text


@pytest.mark.parametrize(
    ("value", "digits", "text"), [(5.0, 1, "5"), (10.0, 0, "10"), (0.123, 2, "0.12"), (-0.01, 1, "0")]
)
def test_number(value: float, digits: int, text: str) -> None:
    assert formats.number(value, digits) == text


@pytest.mark.parametrize(
    ("part", "whole", "text"),
    [(0, 0, "n/a"), (0, 9, "0 %"), (9, 9, "100 %"), (999.9, 1000, "99.9 %"), (0.1, 1000, "0.1 %"), (97, 100, "97 %")],
)
def test_percent_says_all_and_nothing_only_when_it_is_so(part: float, whole: float, text: str) -> None:
    assert formats.percent(part, whole) == text


def test_wall_times_are_where_the_exam_was_sat() -> None:
    clock = WallClock(1_793_685_600.0, 7 * 3600.0, "start option")
    assert formats.wall_time(90.0, clock) == "13:01:30"
    assert formats.wall_date(clock) == "2026-11-03, UTC+07:00"
    assert formats.wall_time(90.0, None) == ""


@pytest.mark.parametrize("path", ["/exams/a b.mp4", "C:\\exams\\a b.mp4", "a b.mp4"])
def test_file_names_lose_their_folder(path: str) -> None:
    assert formats.file_name(path) == "a b.mp4"


def test_prose_links_times_names_events_and_marks_code() -> None:
    html = str(render_prose("risk at 00:01:02 (NO_FACE, UNHEARD_OF): run `proctor x <y>` & <b>", ENGLISH))
    assert html == (
        'risk at <a class="time" href="#t=62">00:01:02</a> (<span data-t="events.NO_FACE.name">No face in view</span>, '
        "UNHEARD_OF): run <code>proctor x &lt;y&gt;</code> &amp; &lt;b&gt;"
    )
