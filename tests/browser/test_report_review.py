from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator
from playwright.sync_api import Browser, Page, expect

from proctor_cli.report.schema import make_schema

pytestmark = pytest.mark.browser


def decide_some(page: Page) -> None:
    page.locator("#reviewer").fill("Dr. Ngô")
    page.locator("#incident-0 [data-action=confirmed]").click()
    page.locator("#bar-3").click()
    page.keyboard.press("d")
    page.keyboard.press("m")
    page.keyboard.type("a calculator </script>, allowed")
    page.keyboard.press("Escape")


def export(page: Page, folder: Path) -> Path:
    with page.expect_download() as download:
        page.locator("#export").click()
    path = folder / "review.json"
    download.value.save_as(path)
    return path


def test_decisions_survive_a_reload(opened: Page) -> None:
    decide_some(opened)
    expect(opened.locator("#progress")).to_have_text("2 of 6 decided")
    opened.reload()
    expect(opened.locator("#progress")).to_have_text("2 of 6 decided")
    expect(opened.locator("#incident-3")).to_have_attribute("data-status", "dismissed")
    expect(opened.locator("#incident-3 textarea")).to_have_value("a calculator </script>, allowed")
    expect(opened.locator("#reviewer")).to_have_value("Dr. Ngô")
    opened.locator("[data-filter=status]").select_option("confirmed")
    expect(opened.locator("#shown")).to_have_text("1 of 6")
    opened.locator("#incident-0 [data-action=confirmed]").click()  # the same again takes it back
    expect(opened.locator("#shown")).to_have_text("0 of 6")


def test_decisions_go_out_and_come_back(opened: Page, browser: Browser, report: Path, tmp_path: Path) -> None:
    decide_some(opened)
    path = export(opened, tmp_path)
    document = json.loads(path.read_text("utf-8"))
    assert list(Draft202012Validator(make_schema("review")).iter_errors(document)) == []
    assert (document["student_id"], document["reviewer"]) == ("S123", "Dr. Ngô")
    assert [(d["event"], d["start_s"], d["decision"]) for d in document["decisions"]] == [
        ("NO_FACE", 10, "confirmed"),
        ("PHONE_DETECTED", 40, "dismissed"),
    ]
    with browser.new_context() as context:
        other = context.new_page()
        other.goto(report.as_uri())
        expect(other.locator("#progress")).to_have_text("0 of 6 decided")
        other.locator("#import").set_input_files(path)
        expect(other.locator("#progress")).to_have_text("2 of 6 decided")
        expect(other.locator("#review-note")).to_have_text("Decisions imported: 2.")
        expect(other.locator("#incident-3 textarea")).to_have_value("a calculator </script>, allowed")


def drop_session(document: dict[str, object]) -> None:
    document["session"] = "another"


def drop_schema(document: dict[str, object]) -> None:
    del document["schema"]


def spoil_decision(document: dict[str, object]) -> None:
    document["decisions"] = [{"event": "NO_FACE", "decision": "guilty"}]


@pytest.mark.parametrize(
    ("change", "note"),
    [
        (drop_session, "belongs to another session"),
        (drop_schema, "not a file of decisions"),
        (spoil_decision, "not a file of decisions"),
    ],
)
def test_a_foreign_file_changes_nothing(
    opened: Page, tmp_path: Path, change: Callable[[dict[str, object]], None], note: str
) -> None:
    path = export(opened, tmp_path)
    document = json.loads(path.read_text("utf-8"))
    change(document)
    path.write_text(json.dumps(document))
    opened.locator("#import").set_input_files(path)
    expect(opened.locator("#review-note")).to_contain_text(note)
    expect(opened.locator("#progress")).to_have_text("0 of 6 decided")


def test_decisions_on_incidents_that_are_gone_are_counted(opened: Page, tmp_path: Path) -> None:
    decide_some(opened)
    path = export(opened, tmp_path)
    document = json.loads(path.read_text("utf-8"))
    document["decisions"][0]["end_s"] = 17.0
    path.write_text(json.dumps(document))
    opened.locator("#import").set_input_files(path)
    expect(opened.locator("#review-note")).to_contain_text("Decisions imported: 1.")
    expect(opened.locator("#review-rest")).to_have_text("Left out, because their incidents are not in this report: 1.")
