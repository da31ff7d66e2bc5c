"""A room scan in the documents: before the exam, told on the clip's own clock, without a time of day."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

from proctor_cli.report.annotations import annotate
from proctor_cli.report.formats import found_at
from proctor_cli.report.gate import Gate, GateResult, examine
from proctor_cli.report.graphs import make_axis
from proctor_cli.report.junit import write_junit
from proctor_cli.report.page import write_page
from proctor_cli.report.rows import list_rows
from proctor_cli.report.sarif import write_sarif
from proctor_cli.report.tables import write_events_csv, write_events_json
from proctor_cli.types import SessionResult

TOLD = "room scan 00:00:05-00:00:07 PHONE_DETECTED: a phone, +10"


def gate(session: SessionResult) -> GateResult:
    return examine("out", session, Gate())


def test_a_moment_is_told_on_the_clock_that_finds_it(scanned: SessionResult) -> None:
    recording = scanned.recording
    assert found_at(-14.8, "workspace", recording) == "00:00:05"
    assert found_at(-2.0000001, "workspace", recording) == "00:00:18"
    assert found_at(-14.8, "screen", recording) == "-00:00:14"
    assert found_at(75.0, "webcam", recording) == "00:01:15"


def test_in_one_line_everywhere(scanned: SessionResult, tmp_path: Path) -> None:
    assert f"::warning title=S123 PHONE_DETECTED::{TOLD}" in list(annotate([gate(scanned)]))
    assert TOLD in write_junit([gate(scanned)], tmp_path / "j.xml").read_text()
    assert f"S123 {TOLD}" in write_sarif([gate(scanned)], tmp_path / "s.json", events_name="events.csv").read_text()


def test_rows_come_first_and_have_no_time_of_day(scanned: SessionResult) -> None:
    first, second, *_ = list_rows(scanned)
    assert (first.source, first.video_time, first.risk_total) == ("workspace", "-00:00:14.000", 10.0)
    assert (first.time_24h, first.unix_time) == (None, None)
    assert second.time_24h is not None


def test_tables_are_written(scanned: SessionResult, tmp_path: Path) -> None:
    lines = write_events_csv(scanned, tmp_path / "events.csv").read_text().splitlines()
    assert lines[1].startswith(",,-00:00:14.000,PHONE_DETECTED,warning,workspace,-14.800,-12.800,2.000,")
    log = json.loads(write_events_json(scanned, tmp_path / "events.json").read_text())
    assert log["risk_history"][0]["t_s"] == -20.0
    assert [entry["source"] for entry in log["provenance"]["inputs"]] == ["webcam", "screen", "workspace"]


def test_sarif_tells_two_rules_of_one_event_apart(scanned: SessionResult, tmp_path: Path) -> None:
    judgement = scanned.judgement
    other = replace(judgement.incidents[-1], message="another phone", points=0.0)
    both = replace(scanned, judgement=replace(judgement, incidents=(*judgement.incidents, other)))
    path = write_sarif([gate(both)], tmp_path / "s.json", events_name="events.csv")
    results = json.loads(path.read_text())["runs"][0]["results"][-2:]
    lines = {entry["locations"][0]["physicalLocation"]["region"]["startLine"] for entry in results}
    assert len(lines) == 2


def test_the_axis_begins_with_it(scanned: SessionResult) -> None:
    axis = make_axis(scanned)
    assert (axis.begin_s, axis.end_s) == (-20.0, 120.0)


def page_of(session: SessionResult, folder: Path) -> str:
    return write_page(session, folder / "report.html", media={}).read_text("utf-8")


def test_the_page_tells_its_times_and_links_to_the_session_clock(scanned: SessionResult, tmp_path: Path) -> None:
    html = page_of(scanned, tmp_path)
    (card,) = re.findall(r'<li class="card[^>]*data-source="workspace".*?</li>', html, re.S)
    assert ">Room scan</span> " in card
    assert '<a class="time" href="#t=-14.800">00:00:05</a>' in card
    assert '<a class="time" href="#t=-12.800">00:00:07</a>' in card
    assert "Time of day" not in card
    assert '<a class="time" href="#t=-14">-00:00:14</a>, before the exam' in html
    assert 'class="screens screens-2"' in html
    assert html.count('<figure class="screen"') == 3


def test_the_time_of_day_is_that_of_the_exam(session: SessionResult, scanned: SessionResult, tmp_path: Path) -> None:
    head = r"<li>(\d\d:\d\d:\d\d.\d\d:\d\d:\d\d) "
    (told,) = re.findall(head, page_of(session, tmp_path))
    assert re.findall(head, page_of(scanned, tmp_path)) == [told]


def test_flagged_time_is_that_of_the_exam(session: SessionResult, scanned: SessionResult, tmp_path: Path) -> None:
    flagged = r"outcome.flagged.*?<dd>(.*?)<"
    assert re.findall(flagged, page_of(scanned, tmp_path)) == re.findall(flagged, page_of(session, tmp_path))


def test_a_session_without_one_does_not_mention_it(session: SessionResult, tmp_path: Path) -> None:
    without_words = re.sub(r"<script.*?</script>", "", page_of(session, tmp_path), flags=re.S)
    assert "Room scan" not in without_words
    assert 'value="workspace"' not in without_words
