"""The lists beside the players: screen text to search in, milestones of the log, and what the screen says of it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from proctor_cli.report.page import write_page
from proctor_cli.types import Corroboration, Milestone, ScreenText, SessionResult

pytestmark = pytest.mark.browser

WEBCAM = ".screen[data-source=webcam] video"
SCREEN = ".screen[data-source=screen] video"
LINES = 3000


@pytest.fixture(scope="module")
def told(recorded: SessionResult) -> Path:
    """A session with thousands of lines, among them two with ChatGPT, and hundreds of milestones."""
    texts = [ScreenText(f"Question {n} of the exam", n / 30, n / 30 + 5, "page") for n in range(LINES)]
    texts += [
        ScreenText("Chrome - ChatGPT", 40.0, 44.0, "title"),
        ScreenText("https://chatgpt.com/c/1 CHATGPT", 42.5, 43.0, "address"),
        ScreenText("Kỳ thi Địa lý <b>x</b>", 50.0, 51.0, "page"),
        ScreenText("lch s Vit Nam: trang 1", 52.0, 53.0, "page"),  # as it is read: lịch sử Việt Nam
    ]
    milestones = [Milestone(0.25 * n, "question_viewed", "canvas", f"question {n} was viewed") for n in range(300)]
    corroborations = (
        Corroboration(10, 12, "agrees", "the page was hidden for 2 s"),
        Corroboration(20, 22, "not assessed", "the page was hidden for 2 s"),
        Corroboration(60, 64, "contradicts", "the page was hidden for 4 s"),
    )
    session = replace(
        recorded,
        recording=replace(recorded.recording, milestones=tuple(milestones)),
        judgement=replace(recorded.judgement, texts=tuple(texts), corroborations=corroborations),
    )
    folder = Path(recorded.recording.clips[0].path).parent
    media = {clip.path: Path(clip.path).name for clip in session.recording.clips}
    return write_page(session, folder / "told.html", media=media)


@pytest.fixture
def listed(page: Page, told: Path) -> Page:
    page.goto(told.as_uri())
    page.wait_for_function("() => [...document.querySelectorAll('video')].every((v) => v.readyState >= 2)")
    return page


def wait_for_media_time(page: Page, video: str, wanted_s: float) -> None:
    page.wait_for_function(
        "([s, t]) => Math.abs(document.querySelector(s).currentTime - t) < 0.1", arg=[video, wanted_s]
    )


# ---------------------------------------------------------------- tabs
def test_one_list_at_a_time_is_in_view(listed: Page) -> None:
    expect(listed.locator("#incidents")).to_be_visible()
    expect(listed.locator("#texts")).to_be_hidden()
    listed.get_by_role("tab", name="Screen text").click()
    expect(listed.get_by_role("tabpanel", name="Screen text")).to_be_visible()
    expect(listed.locator("#incidents")).to_be_hidden()
    listed.get_by_role("tab", name="Screen text").focus()
    listed.keyboard.press("ArrowRight")
    expect(listed.locator("#log")).to_be_visible()
    expect(listed.locator("#tab-log")).to_be_focused()
    assert listed.locator("#clock-session").inner_text() == "00:00:00"  # the arrow did not skip as well
    listed.keyboard.press("n")  # stepping through the incidents shows them
    expect(listed.locator("#incidents")).to_be_visible()


# ---------------------------------------------------------------- screen text
def test_a_search_lists_every_stretch_with_the_word_marked(listed: Page) -> None:
    listed.keyboard.press("/")
    expect(listed.locator("#text-query")).to_be_focused()
    expect(listed.locator("#text-count")).to_have_text(f"{LINES + 4} lines")
    listed.keyboard.type("ChatGPT")
    expect(listed.locator("#text-count")).to_have_text(f"2 of {LINES + 4} lines")
    rows = listed.locator("#text-rows li")
    expect(rows).to_have_count(2)
    expect(rows.nth(0)).to_contain_text("00:00:40\N{EN DASH}00:00:44")
    expect(rows.nth(0)).to_contain_text("13:00:40\N{EN DASH}13:00:44")
    expect(rows.nth(0)).to_contain_text("title")
    assert rows.nth(1).locator("mark").all_inner_texts() == ["chatgpt", "CHATGPT"]


def test_enter_and_click_seek_both_recordings(listed: Page) -> None:
    listed.keyboard.press("/")
    listed.keyboard.type("chatgpt")
    listed.keyboard.press("Enter")
    wait_for_media_time(listed, WEBCAM, 40.0)
    wait_for_media_time(listed, SCREEN, 40.0 - 5.0 + 3.0)
    listed.keyboard.press("ArrowDown")
    listed.keyboard.press("ArrowDown")
    listed.keyboard.press("Enter")
    wait_for_media_time(listed, WEBCAM, 42.5)
    listed.locator("#text-rows a").first.click()
    wait_for_media_time(listed, WEBCAM, 40.0)
    listed.keyboard.press("ArrowUp")
    expect(listed.locator("#text-query")).to_be_focused()


def test_case_and_accents_do_not_matter_and_words_stay_words(listed: Page) -> None:
    listed.keyboard.press("/")
    for query in ("dia ly", "ĐỊA  LÝ", "<b>X"):
        listed.locator("#text-query").fill(query)
        expect(listed.locator("#text-rows li")).to_have_count(1)
        expect(listed.locator("#text-rows .said")).to_contain_text("Kỳ thi Địa lý <b>x</b>")
    for query in ("lịch sử", "lịch sử Việt", "viet"):
        listed.locator("#text-query").fill(query)
        expect(listed.locator("#text-rows li")).to_have_count(int(query.startswith("lịch")))
    listed.locator("#text-query").fill("Lịch Sử Việt")
    assert listed.locator("#text-rows mark").all_inner_texts() == ["lch s Vit"]
    listed.locator("#text-query").fill("no such words")
    expect(listed.locator("#text-count")).to_have_text(f"0 of {LINES + 4} lines")
    expect(listed.locator("#text-more")).to_be_hidden()


def test_only_so_much_is_put_into_the_page(listed: Page) -> None:
    listed.keyboard.press("/")
    expect(listed.locator("#text-rows li")).to_have_count(100)
    expect(listed.locator("#text-more")).to_have_text(f"{LINES + 4 - 100} more")
    listed.locator("#text-more").click()
    expect(listed.locator("#text-rows li")).to_have_count(200)
    expect(listed.locator("#text-rows li").nth(100).locator("a")).to_be_focused()


# ---------------------------------------------------------------- log
def test_contradictions_are_told_at_the_top_and_come_first(listed: Page) -> None:
    notice = listed.locator(".outcome .notice")
    expect(notice).to_contain_text("contradict each other: 1.")
    notice.get_by_role("link").click()
    table = listed.get_by_role("table", name="The log and the screen recording compared")
    states = [row.rsplit("\t", 1)[-1].strip() for row in table.locator("tbody tr").all_inner_texts()]
    assert states == ["contradicts", "agrees", "not assessed"]
    table.get_by_role("link", name="00:01:00").click()
    wait_for_media_time(listed, WEBCAM, 60.0)


def test_milestones_seek_and_crowded_ones_share_a_mark(listed: Page) -> None:
    marks = listed.locator("#milestone-strip .mark")
    crowded = marks.count()
    assert 0 < crowded < 40
    assert sum(int(text or 1) for text in marks.all_inner_texts()) == 300
    assert "question 0 was viewed" in (marks.first.get_attribute("title") or "")
    assert "more" in (marks.first.get_attribute("title") or "")
    listed.locator("#zoom-in").click()
    assert marks.count() > crowded
    listed.locator("#zoom-out").click()
    marks.nth(5).click()
    expect(listed.locator("#log")).to_be_visible()
    row = listed.locator("#milestone-rows li:focus-within")
    index = int((row.get_attribute("id") or "").removeprefix("milestone-"))
    expect(row).to_be_in_viewport()
    wait_for_media_time(listed, WEBCAM, 0.25 * index)
    listed.keyboard.press("ArrowDown")
    listed.keyboard.press("Enter")
    wait_for_media_time(listed, WEBCAM, 0.25 * (index + 1))


# ---------------------------------------------------------------- looks
@pytest.mark.parametrize("language", ["en", "vi"])
def test_nothing_sticks_out_sideways(listed: Page, language: str) -> None:
    listed.locator("#language").select_option(language)
    for width in (1280, 390, 320):
        listed.set_viewport_size({"width": width, "height": 800})
        for tab in ("incidents", "texts", "log"):
            listed.locator(f"#tab-{tab}").click()
            assert listed.evaluate("document.documentElement.scrollWidth") <= width


def test_paper_shows_the_log_and_what_was_searched_for(listed: Page) -> None:
    listed.emulate_media(media="print")
    expect(listed.locator("#incidents")).to_be_visible()
    expect(listed.locator("#milestone-299")).to_be_visible()
    expect(listed.locator("#texts")).to_be_hidden()  # 100 lines of thousands would tell nothing
    listed.emulate_media(media="screen")
    listed.keyboard.press("/")
    listed.keyboard.type("chatgpt")
    listed.emulate_media(media="print")
    expect(listed.locator("#text-rows li")).to_have_count(2)
    expect(listed.locator("#text-rows li").last).to_be_visible()
    expect(listed.locator("#tabs")).to_be_hidden()


def test_without_scripts_the_lists_stand_below_one_another(browser: Browser, told: Path) -> None:
    with browser.new_context(java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(told.as_uri())
        expect(page.locator("#tabs")).to_be_hidden()
        for name in ("#incidents h2", "#texts h2", "#log h2", "#milestone-299"):
            expect(page.locator(name)).to_be_visible()
        expect(page.locator("#texts")).to_contain_text("Searching them needs scripts.")
