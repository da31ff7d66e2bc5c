"""events.csv and events.json: the same rows for a spreadsheet and for a program."""

from __future__ import annotations

from dataclasses import asdict, fields
from pathlib import Path

import msgspec
import pandas as pd

from proctor_cli.report.documents import log_events
from proctor_cli.report.output import write_whole
from proctor_cli.report.rows import DECIMALS, Row, list_rows
from proctor_cli.types import SessionResult

COLUMNS = tuple(field.name for field in fields(Row))

# A spreadsheet runs a cell that begins with one of these as a formula; the wide forms count in East Asian locales.
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\uff1d", "\uff0b", "\uff0d", "\uff20")
_TEXT_COLUMNS = ("event", "snapshot_url", "student_id", "message")


def write_events_csv(result: SessionResult, path: Path) -> Path:
    """Write the log as CSV: UTF-8, LF, three decimals, ``true`` / ``false``, empty where unknown.

    A text cell that a spreadsheet would run as a formula gets an apostrophe in front. Equal results give
    equal bytes.

    Raises:
        OutputError: the file cannot be written.
    """
    table = pd.DataFrame([asdict(row) for row in list_rows(result)], columns=COLUMNS)
    for name in _TEXT_COLUMNS:
        table[name] = table[name].map(_defuse)
    for name in ("phone_detected", "looking_away"):
        table[name] = table[name].map({True: "true", False: "false"})
    table["face_count"] = table["face_count"].astype("Int64")
    text = table.to_csv(index=False, lineterminator="\n", float_format=f"%.{DECIMALS}f")
    return write_whole(path, text.encode())


def write_events_json(result: SessionResult, path: Path) -> Path:
    """Write the log as JSON (``proctor.events/1``) with the full risk and focus history.

    Holds no time of writing, so equal results give equal bytes.

    Raises:
        OutputError: the file cannot be written.
    """
    return write_whole(path, msgspec.json.format(msgspec.json.encode(log_events(result)), indent=1) + b"\n")


def _defuse(text: str) -> str:
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text
