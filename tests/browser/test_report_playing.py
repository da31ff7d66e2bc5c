from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from proctor_cli.report.page import write_page
from proctor_cli.types import SessionResult

pytestmark = pytest.mark.browser

WEBCAM = ".screen[data-source=webcam] video"
SCREEN = ".screen[data-source=screen] video"


def media_time(page: Page, video: str) -> float:
    return float(page.eval_on_selector(video, "v => v.currentTime"))


def wait_for_media_time(page: Page, video: str, wanted_s: float, within_s: float = 0.1) -> None:
    page.wait_for_function(
        "([s, t, d]) => Math.abs(document.querySelector(s).currentTime - t) <= d", arg=[video, wanted_s, within_s]
    )


def click_at(target: Locator, share: float) -> None:
    box = target.bounding_box()
    assert box is not None
    target.page.mouse.click(box["x"] + share * box["width"], box["y"] + box["height"] / 2)


def chosen(page: Page) -> list[str | None]:
    return [card.get_attribute("data-event") for card in page.locator(".card.is-chosen").all()]


def clock(page: Page) -> str:
    return page.locator("#clock-session").inner_text()


# ---------------------------------------------------------------- playing
def test_both_recordings_open_and_stand_at_the_beginning(opened: Page) -> None:
    expect(opened.locator(".missing").first).to_be_hidden()
    assert clock(opened) == "00:00:00"
    expect(opened.locator(".screen[data-source=webcam] .outside")).to_be_hidden()
    expect(opened.locator(".screen[data-source=screen] .outside")).to_be_visible()  # it begins 5 s later


def test_a_click_on_the_risk_graph_seeks_both_recordings_on_their_own_clocks(opened: Page) -> None:
    click_at(opened.locator(".risk-graph"), 0.5)
    wait_for_media_time(opened, WEBCAM, 60.0, 0.3)
    wait_for_media_time(opened, SCREEN, 60.0 - 5.0 + 3.0, 0.3)
    assert clock(opened) in ("00:00:59", "00:01:00")


def test_the_graph_reads_out_what_is_under_the_pointer(opened: Page) -> None:
    box = opened.locator(".risk-graph").bounding_box()
    assert box is not None
    opened.mouse.move(box["x"] + box["width"] * 48 / 120, box["y"] + 20)
    readout = opened.locator("#readout")
    expect(readout).to_contain_text("00:00:4")
    expect(readout).to_contain_text("risk 31 (16 temporary + 15 permanent)")
    expect(readout).to_contain_text("Phone in view")
    opened.mouse.move(0, 0)
    expect(readout).to_contain_text("risk 0")


def test_a_bar_chooses_its_incident_and_seeks_shortly_before_it(opened: Page) -> None:
    opened.locator("#bar-3").click()
    assert chosen(opened) == ["PHONE_DETECTED"]
    wait_for_media_time(opened, WEBCAM, 38.0)


def test_timestamps_seek(opened: Page) -> None:
    opened.locator(".reasons a.time").click()
    wait_for_media_time(opened, WEBCAM, 62.0)
    opened.locator("#incident-7 a.time").last.click()  # a quality stretch
    wait_for_media_time(opened, WEBCAM, 112.0)


def test_playing_moves_the_clock_and_keeps_the_screen_beside(opened: Page) -> None:
    opened.locator("#incident-2 a.time").first.click()
    opened.locator("#speed").select_option("4")
    opened.locator("#play").click()
    opened.wait_for_function("s => document.querySelector(s).currentTime > 33", arg=WEBCAM)
    opened.locator("#play").click()
    webcam, screen = media_time(opened, WEBCAM), media_time(opened, SCREEN)
    assert abs((webcam - 5.0 + 3.0) - screen) < 1.5
    assert opened.eval_on_selector(WEBCAM, "v => [v.paused, v.playbackRate]") == [True, 4]


def test_at_twenty_times_the_picture_is_stepped_and_the_page_says_so(opened: Page) -> None:
    opened.keyboard.press("9")
    expect(opened.locator("#stepped")).to_be_visible()
    opened.keyboard.press("Space")
    opened.wait_for_function("s => document.querySelector(s).currentTime > 10", arg=WEBCAM)
    assert opened.eval_on_selector(WEBCAM, "v => v.paused") is True
    opened.keyboard.press("Space")
    opened.keyboard.press("2")
    expect(opened.locator("#stepped")).to_be_hidden()


def test_incidents_only_jumps_over_the_rest(opened: Page) -> None:
    opened.evaluate(
        """() => {
            window.seen = [];
            const clock = document.querySelector("#clock-session");
            new MutationObserver(() => seen.push(clock.textContent)).observe(clock, { childList: true });
        }"""
    )
    opened.locator("#only-incidents").check()
    opened.locator("#speed").select_option("8")
    opened.locator("#play").click()
    opened.wait_for_function("() => seen.at(-1) >= '00:00:29'")
    opened.locator("#play").click()
    seen: list[str] = opened.evaluate("seen")
    assert "00:00:12" in seen
    # NO_FACE lasts from 10 to 16 s and the next from 30 s; each is shown with 2 s around it.
    assert [time for time in seen if "00:00:00" < time < "00:00:08" or "00:00:18" < time < "00:00:28"] == []


def test_the_clock_stops_at_the_end(opened: Page) -> None:
    opened.evaluate("location.hash = '#t=119.2'")
    opened.locator("#play").click()
    expect(opened.locator("#play")).to_have_text("Play", use_inner_text=True)
    assert clock(opened) == "00:02:00"


# ---------------------------------------------------------------- incidents
def test_next_and_previous_by_button_and_by_key(opened: Page) -> None:
    opened.locator("#next").click()
    assert chosen(opened) == ["NO_FACE"]
    for key, event in [("n", "MULTIPLE_FACES"), ("j", "PHONE_DETECTED"), ("k", "MULTIPLE_FACES"), ("p", "NO_FACE")]:
        opened.keyboard.press(key)
        assert chosen(opened) == [event]
    opened.locator("#previous").click()
    assert chosen(opened) == ["NO_FACE"]  # there is none before it
    wait_for_media_time(opened, WEBCAM, 8.0)


def test_next_goes_on_from_where_one_has_gone(opened: Page) -> None:
    click_at(opened.locator(".risk-graph"), 60 / 120)
    opened.keyboard.press("n")
    assert chosen(opened) == ["TAB_SWITCH"]
    click_at(opened.locator(".risk-graph"), 60 / 120)
    opened.keyboard.press("p")
    assert chosen(opened) == ["LOOKING_AWAY"]


def test_space_plays_even_after_a_button_was_clicked(opened: Page) -> None:
    opened.locator("#next").click()
    opened.keyboard.press("Space")
    expect(opened.locator("#play")).to_have_text("Pause", use_inner_text=True)
    opened.keyboard.press("Space")
    expect(opened.locator("#play")).to_have_text("Play", use_inner_text=True)
    assert chosen(opened) == ["NO_FACE"]


def test_arrows_skip_and_question_mark_helps(opened: Page) -> None:
    for key in ("ArrowRight", "ArrowRight", "ArrowLeft", "Shift+ArrowRight"):
        opened.keyboard.press(key)
    assert clock(opened) == "00:00:06"
    opened.keyboard.press("?")
    expect(opened.locator("#help")).to_be_visible()
    opened.keyboard.press("n")  # keys belong to the dialog now
    assert chosen(opened) == []
    opened.keyboard.press("Escape")
    expect(opened.locator("#help")).to_be_hidden()


def test_filters_hide_cards_and_steer_the_stepping(opened: Page) -> None:
    opened.locator("[data-filter=severity]").select_option("critical")
    expect(opened.locator("#shown")).to_have_text("2 of 6")
    opened.keyboard.press("n")
    opened.keyboard.press("n")
    opened.keyboard.press("n")
    assert chosen(opened) == ["PHONE_DETECTED"]
    opened.locator("[data-filter=source]").select_option("log")
    expect(opened.locator(".none-shown")).to_be_visible()
    opened.locator("[data-filter=severity]").select_option("")
    assert opened.locator(".card:visible").count() == 1
    opened.locator("#bar-0").click()  # a filtered incident that is asked for is shown
    expect(opened.locator("#incident-0")).to_be_visible()


def test_links_lead_to_a_moment_or_an_incident(page: Page, report: Path) -> None:
    page.goto(report.as_uri() + "#t=47.5")
    wait_for_media_time(page, WEBCAM, 47.5)
    page.evaluate("location.hash = '#incident-4'")
    page.wait_for_selector(".card.is-chosen")
    assert chosen(page) == ["LOOKING_AWAY"]


def test_a_snapshot_can_be_enlarged(page: Page, recorded: SessionResult, tmp_path: Path) -> None:
    pixel = bytes.fromhex(
        "89504e470d0a1a0a0000000d4948445200000001000000010806000000"
        "1f15c4890000000d49444154789c6360606060000000050001a5f645400000000049454e44ae426082"
    )
    (tmp_path / "snapshots").mkdir()
    (tmp_path / recorded.judgement.incidents[0].snapshot).write_bytes(pixel)
    page.goto(write_page(recorded, tmp_path / "r.html", media={}, snapshots=tmp_path).as_uri())
    page.locator("#incident-0 [data-action=enlarge]").click()
    expect(page.locator("#picture")).to_be_visible()
    assert page.eval_on_selector("#picture-image", "i => i.naturalWidth") == 1


# ---------------------------------------------------------------- recordings that are not there
def test_a_missing_recording_is_said_and_can_be_chosen(
    page: Page, recorded: SessionResult, report: Path, tmp_path: Path
) -> None:
    page.goto(
        write_page(recorded, tmp_path / "moved.html", media={recorded.recording.clips[0].path: "gone.webm"}).as_uri()
    )
    webcam = page.locator(".screen[data-source=webcam]")
    for missing in (webcam, page.locator(".screen[data-source=screen]")):
        expect(missing.locator(".missing")).to_be_visible()
        expect(missing).to_contain_text("The recording cannot be played here")
    page.keyboard.press("n")
    assert chosen(page) == ["NO_FACE"]  # the page works without
    assert clock(page) == "00:00:08"
    webcam.locator("input[type=file]").set_input_files(report.parent / "webcam.webm")
    expect(webcam.locator(".missing")).to_be_hidden()
    wait_for_media_time(page, WEBCAM, 8.0)
    expect(webcam.locator(".other-file")).to_be_hidden()
    webcam.locator("input[type=file]").set_input_files(report.parent / "screen.webm")
    expect(webcam.locator(".other-file")).to_be_visible()


def test_a_file_that_is_no_recording_is_said(page: Page, recorded: SessionResult, tmp_path: Path) -> None:
    (tmp_path / "webcam.webm").write_bytes(b"not a video")
    page.goto(
        write_page(recorded, tmp_path / "r.html", media={recorded.recording.clips[0].path: "webcam.webm"}).as_uri()
    )
    expect(page.locator(".screen[data-source=webcam] .missing")).to_be_visible()


def test_without_any_recording_the_clock_still_runs(page: Page, recorded: SessionResult, tmp_path: Path) -> None:
    page.goto(write_page(recorded, tmp_path / "r.html", media={}).as_uri())
    page.locator("#speed").select_option("8")
    page.locator("#play").click()
    expect(page.locator("#clock-session")).not_to_have_text("00:00:00")
