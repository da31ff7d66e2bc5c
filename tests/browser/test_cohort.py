"""The cohort's page in a browser: sorted, narrowed, in both languages, in the dark, and without scripts."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from proctor_cli.report.cohort import CohortRow, gather, sum_up
from proctor_cli.report.cohort_page import write_cohort_page
from proctor_cli.types import SessionResult
from tests.browser.conftest import make_session

pytestmark = pytest.mark.browser


def row(student: str, session: SessionResult, **changes: object) -> CohortRow:
    judgement = replace(session.judgement, **changes)  # type: ignore[arg-type]  # fields of a judgement
    outcome = sum_up(replace(session, judgement=judgement), ())
    return CohortRow(
        student_id=student,
        name=f"Đặng {student}",
        status="done",
        folder=student,
        report=f"{student}/report.html",
        outcome=outcome,
    )


@pytest.fixture(scope="module")
def cohort(tmp_path_factory: pytest.TempPathFactory) -> Path:
    session = make_session()
    phones = tuple(one for one in session.judgement.incidents if one.event == "PHONE_DETECTED")
    rows = [
        row("S10", session, priority="low", incidents=(), trust_score=100.0),
        row("S9", session, priority="medium", incidents=phones, trust_score=70.0),
        row("S2", session),
        CohortRow(student_id="S3", status="failed", reason="a.mp4: no such file", folder="S3"),
    ]
    return write_cohort_page(gather(rows), tmp_path_factory.mktemp("cohort") / "index.html")


@pytest.fixture
def opened(page: Page, cohort: Path) -> Page:
    page.goto(cohort.as_uri())
    return page


def students(page: Page) -> list[str]:
    shown = page.locator(".cohort tbody tr:visible th bdi:first-child")
    return [text for text in shown.all_inner_texts() if text.startswith("S")]


def test_those_to_open_first_stand_at_the_top(opened: Page) -> None:
    assert students(opened) == ["S2", "S9", "S10", "S3"]
    assert opened.locator(".cohort th[aria-sort]").inner_text().startswith("Review priority")
    assert opened.locator("#count").inner_text() == "4 of 4"


def test_sorting_by_a_column_and_back(opened: Page) -> None:
    opened.get_by_role("button", name="Student", exact=True).click()
    assert students(opened) == ["S2", "S3", "S9", "S10"]  # numbers as numbers
    opened.get_by_role("button", name="Student", exact=True).click()
    assert students(opened) == ["S10", "S9", "S3", "S2"]
    opened.get_by_role("button", name="Trust score").click()
    assert students(opened) == ["S2", "S9", "S10", "S3"]  # what has none stands at the end
    opened.get_by_role("button", name="Trust score").press("Enter")
    assert students(opened) == ["S10", "S9", "S2", "S3"]


def test_narrowing(opened: Page) -> None:
    opened.locator("#by-priority").select_option("medium")
    assert students(opened) == ["S9"]
    opened.locator("#clear").click()
    assert len(students(opened)) == 4
    opened.locator("#by-status").select_option("failed")
    assert students(opened) == ["S3"]
    opened.locator("#clear").click()
    opened.locator("#by-event").select_option("PHONE_DETECTED")
    assert students(opened) == ["S2", "S9"]
    opened.locator("#by-event").focus()
    opened.keyboard.press("/")
    opened.keyboard.type("dang s9")  # neither case nor accents matter
    assert students(opened) == ["S9"]
    opened.keyboard.type(" nobody")
    assert opened.locator("#none-shown").is_visible()
    opened.keyboard.press("Escape")
    assert len(students(opened)) == 4


def test_an_event_leads_to_its_sessions(opened: Page) -> None:
    opened.locator("a[data-event=PHONE_DETECTED]").click()
    assert students(opened) == ["S2", "S9"]


def test_the_language_is_switched_and_kept(opened: Page) -> None:
    opened.locator("#language").select_option("vi")
    assert opened.locator("h1").inner_text() == "Các buổi thi"
    assert opened.locator("#count").inner_text() == "4 trên 4"
    opened.locator("#search").fill("khong co khuon mat")
    opened.reload()
    assert opened.locator("h1").inner_text() == "Các buổi thi"
    assert opened.title() == "Các buổi thi"


def test_nothing_runs_out_of_the_page(opened: Page) -> None:
    for width in (1280, 400):
        opened.set_viewport_size({"width": width, "height": 800})
        assert opened.evaluate("document.documentElement.scrollWidth <= innerWidth")
    opened.set_viewport_size({"width": 1280, "height": 900})


def test_light_dark_and_paper_differ(opened: Page) -> None:
    ground = "getComputedStyle(document.body).backgroundColor"
    opened.emulate_media(color_scheme="light")
    light = opened.evaluate(ground)
    opened.emulate_media(color_scheme="dark")
    assert opened.evaluate(ground) != light
    opened.emulate_media(media="print", color_scheme="light")
    assert opened.locator("#filters").is_hidden()
    assert students(opened) == ["S2", "S9", "S10", "S3"]
    opened.emulate_media(media="screen")


def test_it_can_be_read_without_scripts(browser: Browser, cohort: Path) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(cohort.as_uri())
    assert students(page) == ["S2", "S9", "S10", "S3"]
    assert page.locator("#filters").is_hidden()
    context.close()
