from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from proctor_cli.report.page import write_page
from proctor_cli.types import SessionResult

pytestmark = pytest.mark.browser


def test_hostile_names_do_nothing(page: Page, recorded: SessionResult, tmp_path: Path) -> None:
    name = "<script>alert(1)</script></script><img src=x onerror=alert(2)>"
    evil = replace(recorded, recording=replace(recorded.recording, student_id=name))
    page.goto(write_page(evil, tmp_path / "r.html", media={}).as_uri())
    expect(page.locator("h1")).to_have_text(name)
    page.locator("#language").select_option("vi")
    assert name in page.title()
    assert page.locator("img[src=x]").count() == 0


@pytest.mark.parametrize("language", ["en", "vi"])
def test_nothing_sticks_out_sideways(page: Page, report: Path, language: str) -> None:
    page.goto(report.as_uri())
    page.locator("#language").select_option(language)
    for width in (1280, 768, 390, 320):
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_paper_shows_every_incident_and_no_controls(opened: Page) -> None:
    opened.locator("[data-filter=severity]").select_option("critical")
    opened.locator("#incident-3 [data-action=confirmed]").click()
    opened.emulate_media(media="print")
    assert opened.locator(".card:visible").count() == 6
    for control in (".player", ".filters", "#export", "#language", ".decide button"):
        expect(opened.locator(control).first).to_be_hidden()
    expect(opened.locator("#incident-3 .decision")).to_have_text("Confirmed")
    expect(opened.locator("#incident-2 .evidence")).to_be_visible()
    expect(opened.locator("#not-assessed")).to_be_visible()
    assert len(opened.pdf(format="A4")) > 10_000


CONTRAST = """() => {
  const channel = (v) => (v /= 255) <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
  const parse = (color) => color.match(/[\\d.]+/g).map(Number);
  const light = ([r, g, b]) => 0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b);
  const ground = (e) => {
    for (; e; e = e.parentElement) {
      const [r, g, b, a = 1] = parse(getComputedStyle(e).backgroundColor);
      if (a === 1) return [r, g, b];
    }
    return [255, 255, 255];
  };
  const poor = new Set();
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    if (!walker.currentNode.data.trim() || !element.checkVisibility() || element.closest(":disabled")) continue;
    const [a, b] = [light(parse(getComputedStyle(element).color)), light(ground(element))];
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (ratio < 4.5) poor.add(`${ratio.toFixed(2)} ${element.className || element.tagName}: ${element.textContent}`);
  }
  return [...poor];
}"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_all_text_stands_out_from_its_ground(opened: Page, scheme: str) -> None:
    opened.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    for key in "ncjd":
        opened.keyboard.press(key)
    light = opened.evaluate("getComputedStyle(document.body).backgroundColor.match(/\\d+/g)[0] > 128")
    assert light is (scheme == "light")
    assert opened.evaluate(CONTRAST) == []


def test_every_control_has_a_name_and_the_page_has_landmarks(opened: Page) -> None:
    unnamed = opened.evaluate(
        """() => [...document.querySelectorAll("button, select, input, textarea, a, video, svg[role=img], dialog")]
            .filter((e) => e.getAttribute("aria-hidden") !== "true")
            .filter((e) => !(e.getAttribute("aria-label") || e.getAttribute("aria-labelledby") ||
                             e.textContent.trim() || e.labels?.[0]?.textContent.trim() || e.querySelector("img[alt]")))
            .map((e) => e.outerHTML)"""
    )
    assert unnamed == []
    for landmark in ("banner", "main", "contentinfo"):
        assert opened.get_by_role(landmark).count() == 1
    for name in ("Timeline", "Not assessed", "Provenance"):
        assert opened.get_by_role("region", name=name).count() == 1


def test_the_report_reads_without_scripts(browser: Browser, report: Path) -> None:
    with browser.new_context(java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(report.as_uri())
        assert page.locator(".card").count() == 6
        expect(page.locator("#incident-3")).to_contain_text("Phone in view")
        expect(page.locator("#not-assessed")).to_contain_text("no reference picture was given")
        box = page.locator("#bar-3").bounding_box()
        plot = page.locator("#plot").bounding_box()
        assert box is not None
        assert plot is not None
        assert (box["x"] - plot["x"]) / plot["width"] == pytest.approx(40 / 120, abs=0.01)


def test_the_language_switches_and_is_remembered(opened: Page) -> None:
    opened.locator("#language").select_option("vi")
    expect(opened.locator("#timeline-title")).to_have_text("Dòng thời gian")
    expect(opened.locator("#incident-3 h3 a")).to_have_text("Có điện thoại trong hình")
    expect(opened.locator("#shown")).to_have_text("6 trên 6")
    expect(opened.locator("#readout")).to_contain_text("rủi ro")
    assert opened.locator("html").get_attribute("lang") == "vi"
    assert opened.locator("#next").get_attribute("aria-label") == "Sự việc sau"
    assert opened.title() == "S123 · Báo cáo buổi thi"
    left = opened.evaluate(
        """() => {
            const { en, vi } = JSON.parse(document.querySelector("#session-data").textContent).languages;
            return [...document.querySelectorAll("[data-t]")]
                .filter(({ dataset: { t }, textContent }) => en[t] !== vi[t] && textContent === en[t])
                .map(({ dataset: { t } }) => t);
        }"""
    )
    assert left == []
    opened.reload()
    expect(opened.locator("#timeline-title")).to_have_text("Dòng thời gian")
    opened.locator("#language").select_option("en")
    expect(opened.locator("#incident-3 h3 a")).to_have_text("Phone in view")
