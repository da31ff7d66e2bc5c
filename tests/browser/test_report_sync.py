"""Recordings of different offsets, lengths and parts beside one another on one clock."""

from __future__ import annotations

import runpy
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from statistics import quantiles

import pytest
from playwright.sync_api import Page, expect

from proctor_cli.report.page import write_page
from proctor_cli.types import ClipInfo, SessionResult

pytestmark = pytest.mark.browser

TESTS = Path(__file__).parents[1]
_unit = runpy.run_path(str(TESTS / "unit" / "report" / "conftest.py"))
_browser = runpy.run_path(str(TESTS / "browser" / "conftest.py"))
make_session: Callable[[], SessionResult] = _unit["make_session"]
make_clip: Callable[..., ClipInfo] = _unit["make_clip"]
record: Callable[..., None] = _browser["record"]
link: Callable[[SessionResult], dict[str, str]] = _browser["link"]

# (source, file, session time of its first picture, length, the file's own time of its first picture)
PARTS = [
    ("webcam", "webcam-1.webm", 0.0, 20.0, 0.0),
    ("webcam", "webcam-2.webm", 20.25, 15.0, 7.0),  # a pause of a quarter of a second, and a clock that goes on
    ("webcam", "webcam-3.webm", 50.0, 10.0, 0.0),
    ("screen", "screen.webm", -4.0, 44.0, 0.0),
]
BEGINS_S = {name: offset_s - first_pts_s for _, name, offset_s, _, first_pts_s in PARTS}

# Which file each pane shows, and where it stands.
PANES = """() => Object.fromEntries([...document.querySelectorAll(".screen")].map((screen) => {
    const video = screen.querySelector("video:not([hidden])");
    return [screen.dataset.source, [video.currentSrc.split("/").pop(), video.currentTime, video.paused]];
}))"""

# The same for every picture that the browser draws, until the clock reaches the end.
WATCH = f"""(end) => new Promise((done) => {{
    const panes = {PANES};
    const seen = [];
    const look = () => {{
        seen.push(panes());
        if (document.querySelector("#clock-session").textContent < end) requestAnimationFrame(look);
        else done(seen);
    }};
    look();
}})"""

Panes = dict[str, tuple[str, float, bool]]


@pytest.fixture(scope="module")
def parted_report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("parted")
    clips = []
    for source, name, offset_s, duration_s, first_pts_s in PARTS:
        # The screen was recorded in a browser: its file says neither how long it is nor where to find a moment.
        record(folder / name, duration_s, first_pts_s, rate_fps=10, live=source == "screen")
        times = {"offset_s": offset_s, "duration_s": duration_s, "first_pts_s": first_pts_s}
        clips.append(make_clip(source, name, size_bytes=(folder / name).stat().st_size, **times))
    session = make_session()
    recording = replace(session.recording, clips=tuple(reversed(clips)), duration_s=60.0)
    session = replace(session, recording=recording, judgement=replace(session.judgement, incidents=()))
    return write_page(session, folder / "report.html", media=link(session))


@pytest.fixture
def parted(page: Page, parted_report: Path) -> Page:
    page.goto(parted_report.as_uri())
    page.wait_for_function("() => [...document.querySelectorAll('video')].every((v) => v.readyState >= 2)")
    return page


def seek(page: Page, t_s: float) -> None:
    page.evaluate("t => location.hash = `#t=${t}`", t_s)
    page.wait_for_function(
        "() => [...document.querySelectorAll('video')].every((v) => !v.seeking && v.readyState >= 2)"
    )


def panes(page: Page) -> Panes:
    found: Panes = page.evaluate(PANES)
    return found


def session_s(pane: tuple[str, float, bool]) -> float:
    return pane[1] + BEGINS_S[pane[0]]


def outside(page: Page, source: str) -> str:
    told = page.locator(f".screen[data-source={source}] .outside")
    return told.inner_text() if told.is_visible() else ""


@pytest.mark.parametrize(
    ("t_s", "part"), [(5, 1), (21, 2), (19.5, 1), (34.5, 2), (50.5, 3), (0, 1), (30, 2)], ids=lambda value: str(value)
)
def test_a_moment_is_found_in_the_part_that_has_it(parted: Page, t_s: float, part: int) -> None:
    seek(parted, 33)
    seek(parted, t_s)
    shown = panes(parted)
    assert shown["webcam"][0] == f"webcam-{part}.webm"
    assert session_s(shown["webcam"]) == pytest.approx(t_s, abs=0.05)
    if t_s < 40:
        assert session_s(shown["screen"]) == pytest.approx(t_s, abs=0.05)
    expect(parted.locator(".screen[data-source=webcam] .part")).to_have_text(f"part {part} of 3")


def test_parts_are_gone_through_in_both_directions(parted: Page) -> None:
    for t_s, part in [(10, 1), (30, 2), (55, 3), (30, 2), (10, 1), (55, 3)]:
        seek(parted, t_s)
        assert panes(parted)["webcam"][0] == f"webcam-{part}.webm"
        assert session_s(panes(parted)["webcam"]) == pytest.approx(t_s, abs=0.05)


def test_both_play_on_together_across_a_seam(parted: Page) -> None:
    seek(parted, 17)
    parted.keyboard.press("Space")
    seen: list[Panes] = parted.evaluate(WATCH, "00:00:23")
    parted.keyboard.press("Space")
    assert {look["webcam"][0] for look in seen} == {"webcam-1.webm", "webcam-2.webm"}
    played = [look for look in seen if not look["webcam"][2] and not look["screen"][2]]
    assert len(played) > 0.8 * len(seen)
    apart = [abs(session_s(look["webcam"]) - session_s(look["screen"])) for look in played]
    assert quantiles(apart, n=20)[-1] < 0.2
    shown = panes(parted)  # standing still, they show the same moment
    assert session_s(shown["webcam"]) == pytest.approx(session_s(shown["screen"]), abs=0.05)


def test_what_was_not_recorded_is_said_while_the_other_plays_on(parted: Page) -> None:
    seek(parted, -3)
    assert outside(parted, "webcam") == "This recording begins at 00:00:00 · 13:00:00."
    assert outside(parted, "screen") == ""
    seek(parted, 45)
    assert outside(parted, "webcam") == "Nothing was recorded from 00:00:35 · 13:00:35 to 00:00:50 · 13:00:50."
    assert outside(parted, "screen") == "This recording ended at 00:00:40 · 13:00:40."
    seek(parted, 38.5)
    parted.keyboard.press("Space")  # the screen ends at 40 s; from there the clock runs alone, until the webcam goes on
    parted.locator("#speed").select_option("8")
    parted.wait_for_function("() => document.querySelector('#clock-session').textContent >= '00:00:52'")
    parted.keyboard.press("Space")
    shown = panes(parted)
    assert shown["webcam"][0] == "webcam-3.webm"
    assert outside(parted, "webcam") == ""
    assert session_s(shown["webcam"]) > 51.5


@pytest.mark.parametrize(("away_s", "seeks"), [(0.35, False), (-4.0, True), (6.0, True)], ids=str)
def test_a_recording_that_runs_away_is_brought_back(parted: Page, away_s: float, seeks: bool) -> None:
    """A little by playing faster or slower, which nobody notices; much by seeking."""
    seek(parted, 5)
    parted.keyboard.press("Space")
    parted.wait_for_function("() => document.querySelector('.screen[data-source=screen] video').currentTime > 9.5")
    parted.evaluate(
        """s => new Promise((done) => {
            const video = document.querySelector(".screen[data-source=webcam] video:not([hidden])");
            window.seeks = -1; // this one
            video.addEventListener("seeking", () => window.seeks++);
            video.addEventListener("seeked", done, { once: true });
            video.currentTime += s;
        })""",
        away_s,
    )
    parted.wait_for_function(
        f"""() => {{
            const {{ webcam, screen }} = ({PANES})();
            return Math.abs(webcam[1] - (screen[1] - 4)) < 0.1;
        }}"""
    )
    assert parted.evaluate("seeks > 0") is seeks
    parted.keyboard.press("Space")


def test_a_screen_alone_plays(page: Page, parted_report: Path) -> None:
    session = make_session()
    clip = make_clip("screen", "screen.webm", duration_s=44.0)
    alone = replace(session, recording=replace(session.recording, clips=(clip,), duration_s=44.0))
    page.goto(write_page(alone, parted_report.parent / "alone.html", media=link(alone)).as_uri())
    expect(page.locator("figure.screen")).to_have_count(1)
    page.evaluate("location.hash = '#t=40'")
    page.keyboard.press("Space")
    page.wait_for_function("() => document.querySelector('video').currentTime > 40.5")


def test_all_parts_are_chosen_at_once_by_their_names(page: Page, parted_report: Path, tmp_path: Path) -> None:
    moved = tmp_path / "report.html"
    moved.write_bytes(parted_report.read_bytes())
    page.goto(moved.as_uri())
    webcam = page.locator(".screen[data-source=webcam]")
    expect(webcam.locator(".missing-file")).to_have_text("webcam-1.webm")
    files = [parted_report.parent / f"webcam-{number}.webm" for number in (3, 1, 2)]
    webcam.locator("input[type=file]").set_input_files(files)
    for t_s, at_s in [(30, 16.75), (55, 5), (10, 10)]:
        page.evaluate("t => location.hash = `#t=${t}`", t_s)
        expect(webcam.locator(".missing")).to_be_hidden()
        page.wait_for_function(
            """t => Math.abs(document.querySelector(
                ".screen[data-source=webcam] video:not([hidden])").currentTime - t) < 0.05""",
            arg=at_s,
        )
    expect(webcam.locator(".other-file")).to_be_hidden()
