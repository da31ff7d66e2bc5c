"""A room scan on the page: it takes turns with the webcam, and has its own clock."""

from __future__ import annotations

import runpy
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from proctor_cli.report.page import write_page
from proctor_cli.types import SessionResult

pytestmark = pytest.mark.browser

TESTS = Path(__file__).parents[1]
make_scanned: Callable[[], SessionResult] = runpy.run_path(str(TESTS / "unit" / "report" / "conftest.py"))[
    "make_scanned"
]
record: Callable[[Path, float], None] = runpy.run_path(str(TESTS / "browser" / "conftest.py"))["record"]

ROOM = ".screen[data-source=workspace]"
WEBCAM = ".screen[data-source=webcam]"


@pytest.fixture(scope="module")
def scanned_report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("scanned")
    session = make_scanned()
    for clip in session.recording.clips:
        record(folder / f"{clip.source}.webm", clip.duration_s)
    media = {clip.path: f"{clip.source}.webm" for clip in session.recording.clips}
    return write_page(session, folder / "report.html", media=media)


@pytest.fixture
def scanned(page: Page, scanned_report: Path) -> Page:
    page.goto(scanned_report.as_uri())
    for source in ("webcam", "screen", "workspace"):
        page.wait_for_function("s => document.querySelector(`[data-source=${s}] video`).readyState >= 2", arg=source)
    return page


def clock(page: Page) -> str:
    return page.locator("#clock-session").inner_text()


def test_the_page_opens_on_the_room_scan(scanned: Page) -> None:
    expect(scanned.locator(ROOM)).to_be_visible()
    expect(scanned.locator(WEBCAM)).to_be_hidden()
    assert clock(scanned) == "Room scan 00:00:00"
    expect(scanned.locator("#clock-wall")).to_be_empty()


def test_a_click_on_its_incident_shows_that_moment_of_the_clip(scanned: Page) -> None:
    card = scanned.locator(".card[data-source=workspace]")
    expect(card.locator(".when")).to_contain_text("Room scan 00:00:05")
    card.locator(".when a").first.click()
    scanned.wait_for_function("s => Math.abs(document.querySelector(s).currentTime - 5.2) < 0.1", arg=f"{ROOM} video")
    assert clock(scanned) == "Room scan 00:00:05"
    assert scanned.locator("#readout").inner_text().startswith("Room scan 00:00:05 · risk 0")


def test_the_webcam_takes_over_at_0(scanned: Page) -> None:
    scanned.evaluate("location.hash = '#t=-0.4'")
    expect(scanned.locator(ROOM)).to_be_visible()
    scanned.keyboard.press("Space")
    expect(scanned.locator(WEBCAM)).to_be_visible()
    expect(scanned.locator(ROOM)).to_be_hidden()
    scanned.wait_for_function("s => document.querySelector(s).currentTime > 0.2", arg=f"{WEBCAM} video")
    assert clock(scanned).startswith("00:00:0")
    assert scanned.locator("#clock-wall").inner_text() != ""


def test_what_leads_in_to_the_exam_is_not_the_room_scan(page: Page, tmp_path: Path) -> None:
    session = make_scanned()
    early = replace(session.judgement.incidents[0], start_s=0.5, end_s=4.0)
    incidents = (early, *session.judgement.incidents[1:])
    changed = replace(session, judgement=replace(session.judgement, incidents=incidents))
    page.goto(write_page(changed, tmp_path / "report.html", media={}).as_uri())
    page.locator("#incident-0 .why").click()
    assert clock(page) == "00:00:00"


def test_its_words_change_with_the_language(scanned: Page) -> None:
    scanned.locator("#language").select_option("vi")
    expect(scanned.locator(".card[data-source=workspace] .when")).to_contain_text("Quay quanh phòng")


def test_the_source_can_be_filtered(scanned: Page) -> None:
    scanned.locator("[data-filter=source]").select_option("workspace")
    expect(scanned.locator(".card:visible")).to_have_count(1)
