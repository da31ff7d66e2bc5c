from __future__ import annotations

import csv
import io
import json
import os
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from proctor_cli.errors import OutputError
from proctor_cli.report.tables import COLUMNS, write_events_csv, write_events_json
from proctor_cli.types import SessionResult

GOLDEN = Path(__file__).parents[2] / "golden"


def check_golden(path: Path) -> None:
    """Compare with the kept file; PROCTOR_RENEW_GOLDEN=1 keeps the new one instead."""
    kept = GOLDEN / path.name
    if os.environ.get("PROCTOR_RENEW_GOLDEN"):
        kept.write_bytes(path.read_bytes())
    assert path.read_bytes().decode() == kept.read_bytes().decode()


def read_rows(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(path.read_bytes().decode(), newline="")))


def without_incidents(session: SessionResult) -> SessionResult:
    judgement = session.judgement
    return replace(
        session,
        judgement=replace(judgement, incidents=(), timeline=replace(judgement.timeline, scores=())),
    )


def test_csv_is_as_kept(session: SessionResult, tmp_path: Path) -> None:
    check_golden(write_events_csv(session, tmp_path / "events.csv"))


def test_json_is_as_kept(session: SessionResult, tmp_path: Path) -> None:
    check_golden(write_events_json(session, tmp_path / "events.json"))


def test_the_columns_begin_in_the_order_of_the_log_record(session: SessionResult, tmp_path: Path) -> None:
    wanted = (
        "time_24h,unix_time,video_time,event,severity,source,start_s,end_s,duration_s,confidence,risk_delta,"
        "risk_total,phone_detected,looking_away,face_count,snapshot_url,student_id,message"
    )
    assert ",".join(COLUMNS).startswith(wanted)
    assert write_events_csv(session, tmp_path / "e.csv").read_text().startswith(wanted)


def test_equal_results_give_equal_bytes_whenever_they_were_analysed(session: SessionResult, tmp_path: Path) -> None:
    later = replace(session, provenance=replace(session.provenance, analysed_at="2027-01-01T00:00:00Z"))
    for write in (write_events_csv, write_events_json):
        assert write(session, tmp_path / "a").read_bytes() == write(later, tmp_path / "b").read_bytes()


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\uff1d"])
def test_text_that_a_spreadsheet_would_run_is_defused(session: SessionResult, tmp_path: Path, start: str) -> None:
    evil = f'{start}HYPERLINK("http://x")'
    changed = replace(session, recording=replace(session.recording, student_id=evil))
    rows = read_rows(write_events_csv(changed, tmp_path / "events.csv"))
    assert {row["student_id"] for row in rows} == {f"'{evil}"}
    document = json.loads(write_events_json(changed, tmp_path / "events.json").read_text())
    assert document["student_id"] == evil  # JSON is data: nothing runs it


def test_commas_quotes_and_line_breaks_survive(session: SessionResult, tmp_path: Path) -> None:
    name = 'Ngô "Tí",\nlớp 12A'
    changed = replace(session, recording=replace(session.recording, student_id=name))
    path = write_events_csv(changed, tmp_path / "events.csv")
    assert {row["student_id"] for row in read_rows(path)} == {name}
    assert set(pd.read_csv(path)["student_id"]) == {name}
    assert b"\r" not in path.read_bytes()


def test_without_wall_clock_the_cells_are_empty(session: SessionResult, tmp_path: Path) -> None:
    changed = replace(session, recording=replace(session.recording, wall_clock=None))
    rows = read_rows(write_events_csv(changed, tmp_path / "events.csv"))
    assert {(row["time_24h"], row["unix_time"]) for row in rows} == {("", "")}
    document = json.loads(write_events_json(changed, tmp_path / "events.json").read_text())
    assert document["session_start"] is None


def test_a_session_without_incidents_has_a_header_and_no_rows(session: SessionResult, tmp_path: Path) -> None:
    text = write_events_csv(without_incidents(session), tmp_path / "events.csv").read_text()
    assert text == ",".join(COLUMNS) + "\n"
    assert json.loads(write_events_json(without_incidents(session), tmp_path / "e.json").read_text())["rows"] == []


def test_no_folder_of_the_analysing_machine_is_told(session: SessionResult, tmp_path: Path) -> None:
    assert "/exams" not in write_events_json(session, tmp_path / "events.json").read_text()


def test_a_missing_folder_is_said_and_nothing_is_left_behind(session: SessionResult, tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="cannot write"):
        write_events_csv(session, tmp_path / "nowhere" / "events.csv")
    assert list(tmp_path.iterdir()) == []
