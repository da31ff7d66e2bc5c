"""What the screen showed and what was heard, over time: told under the pointer, sought by a click, in any language."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from proctor_cli.report.page import write_page
from proctor_cli.types import SessionResult, Stretch, Strip

pytestmark = pytest.mark.browser

HIGH, LOW = "rgb(44, 122, 123)", "rgb(156, 202, 201)"
SCREEN, SOUND = '[data-strip="screen.exam"]', '[data-strip="sound.heard"]'


@pytest.fixture(scope="module")
def stripped(recorded: SessionResult) -> Path:
    """Of 120 s; on the screen something else from 60 to 60.25 s and from 90 s to 96 s."""
    screen = (
        Stretch(5, 60, "exam"), Stretch(60, 60.25, "other"), Stretch(60.25, 90, "exam"), Stretch(90, 96, "other"),
        Stretch(96, 120, "unknown"),
    )  # fmt: skip
    sound = (Stretch(0, 30, "silent"), Stretch(30, 60, "sound"), Stretch(60, 90, "speech"), Stretch(90, 120, "unknown"))
    strips = (Strip("screen.exam", screen), Strip("sound.heard", sound))
    session = replace(recorded, judgement=replace(recorded.judgement, strips=strips))
    folder = Path(recorded.recording.clips[0].path).parent
    media = {clip.path: Path(clip.path).name for clip in session.recording.clips}
    return write_page(session, folder / "stripped.html", media=media)


@pytest.fixture
def strips(page: Page, stripped: Path) -> Page:
    page.goto(stripped.as_uri())
    page.wait_for_function("() => [...document.querySelectorAll('video')].every((v) => v.readyState >= 2)")
    return page


def point(page: Page, strip: str, t_s: float, *, click: bool = False) -> None:
    page.locator(strip).scroll_into_view_if_needed()
    box = page.locator(strip).bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] * t_s / 120, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    if click:
        page.mouse.click(x, y)


def test_the_pointer_reads_what_was_shown_and_from_when_to_when(strips: Page) -> None:
    point(strips, SCREEN, 93)
    title = "Screen: something else\n00:01:30\N{EN DASH}00:01:36\n13:01:30\N{EN DASH}13:01:36"
    expect(strips.locator(SCREEN)).to_have_attribute("title", title)
    expect(strips.locator("#readout")).to_contain_text("Screen: something else · Sound: cannot tell")
    point(strips, SCREEN, 2)  # before the screen recording begins
    expect(strips.locator(SCREEN)).to_have_attribute("title", "")
    expect(strips.locator("#readout")).not_to_contain_text("Screen:")
    expect(strips.locator("#readout")).to_contain_text("Sound: silent")
    point(strips, SOUND, 75)
    expect(strips.locator(SOUND)).to_have_attribute("title", "Sound: speech\n00:01:00–00:01:30\n13:01:00–13:01:30")  # noqa: RUF001 - the dash of a range


def test_a_click_seeks(strips: Page) -> None:
    point(strips, SCREEN, 93, click=True)
    strips.wait_for_function(
        "() => Math.abs(document.querySelector('.screen[data-source=webcam] video').currentTime - 93) < 0.5"
    )
    strips.wait_for_function(
        "() => Math.abs(document.querySelector('.screen[data-source=screen] video').currentTime - 91) < 0.5"
    )


def test_states_differ_in_height_and_colour_and_the_shortest_can_be_seen(strips: Page) -> None:
    def top(state: str) -> float:
        box = strips.locator(f".strip .state-{state}").first.bounding_box()
        assert box is not None
        return box["height"]

    assert top("other") > top("exam") + 8
    assert top("speech") > top("sound") + 8 > top("silent") + 12
    fills = {
        state: strips.locator(f".strip .state-{state}").evaluate("path => getComputedStyle(path).fill")
        for state in ("other", "exam", "speech", "sound", "silent")
    }
    assert fills == {"other": HIGH, "exam": LOW, "speech": HIGH, "sound": LOW, "silent": LOW}
    stroke = strips.locator(".strip .state-other").evaluate("path => getComputedStyle(path).strokeWidth")
    assert stroke == "1.5px"  # whatever the zoom: strokes do not scale


def test_the_legend_names_what_occurs_beside_each_strip(strips: Page) -> None:
    labels = strips.locator(".strip-label")
    expect(labels).to_have_count(2)
    assert labels.nth(0).inner_text().split("\n") == ["Screen", "something else", "the exam", "cannot tell"]
    assert labels.nth(1).inner_text().split("\n") == ["Sound", "speech", "sound", "silent", "cannot tell"]
    for number in (0, 1):
        label, strip = labels.nth(number).bounding_box(), strips.locator(".strip").nth(number).bounding_box()
        assert label is not None
        assert strip is not None
        assert (label["y"], label["height"]) == pytest.approx((strip["y"], strip["height"]), abs=1)
        inside = labels.nth(number).evaluate("label => label.scrollHeight <= label.clientHeight")
        assert inside
    strips.locator("#language").select_option("vi")
    expect(labels.nth(0)).to_contain_text("nội dung khác")
    for number in (0, 1):
        assert labels.nth(number).evaluate("label => label.scrollHeight <= label.clientHeight")
    point(strips, SCREEN, 93)
    expect(strips.locator("#readout")).to_contain_text("Màn hình: nội dung khác")


def test_strips_are_printed_and_read_aloud(strips: Page) -> None:
    strips.set_viewport_size({"width": 695, "height": 980})  # A4 without its margins
    strips.emulate_media(media="print")
    expect(strips.locator(SCREEN)).to_be_visible()
    expect(strips.locator(".strip-label .legend").first).to_be_visible()
    words = "Screen: something else 6.2 s, the exam 00:01:25, cannot tell 24.0 s."
    expect(strips.locator(f"{SCREEN} p")).to_have_text(words)
