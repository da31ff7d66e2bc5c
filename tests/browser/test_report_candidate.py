from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from proctor_cli.report.page import write_page
from proctor_cli.types import Finding, SessionResult, Student

pytestmark = pytest.mark.browser

NAME = "Maximiliane-Charlotte Hubertina von und zu Wolkenstein-Rodenegg d'Alembert de la Fontaine"


@pytest.fixture
def candidate(page: Page, recorded: SessionResult, tmp_path: Path) -> Page:
    """A report of somebody with a long name that differs from the roster's."""
    student = Student("S123", NAME, "1995-12-10", "BIO101")
    findings = (Finding("student_mismatch", f'the name given is "Bo", in the roster it is "{NAME}"'),)
    told = replace(recorded, recording=replace(recorded.recording, student=student, findings=findings))
    page.goto(write_page(told, tmp_path / "r.html", media={}).as_uri())
    return page


def test_it_stands_between_outcome_and_recordings_in_both_languages(candidate: Page) -> None:
    panel = candidate.get_by_role("region", name="Candidate")
    expect(panel).to_contain_text(NAME)
    expect(panel.locator(".notice")).to_contain_text("Differs from the roster: the name given is")
    boxes = [candidate.locator(place).bounding_box() for place in (".outcome", "#candidate", ".stage")]
    tops = [box["y"] for box in boxes if box is not None]
    assert len(tops) == 3
    assert tops == sorted(tops)
    candidate.locator("#language").select_option("vi")
    expect(candidate.locator("#candidate-title")).to_have_text("Thí sinh")
    expect(candidate.locator("#candidate .notice strong")).to_have_text("Khác với danh sách:")


def test_a_long_name_sticks_out_nowhere(candidate: Page) -> None:
    for width in (1280, 390, 320):
        candidate.set_viewport_size({"width": width, "height": 800})
        assert candidate.evaluate("document.documentElement.scrollWidth") <= width
