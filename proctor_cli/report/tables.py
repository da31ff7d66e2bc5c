"""events.csv and events.json: the same rows for a spreadsheet and for a program."""

from __future__ import annotations

import csv
from dataclasses import fields
from io import StringIO
from operator import attrgetter
from pathlib import Path

import msgspec

from proctor_cli.report.documents import log_events
from proctor_cli.report.output import write_whole
from proctor_cli.report.rows import DECIMALS, Row, list_rows
from proctor_cli.types import SessionResult

COLUMNS = tuple(field.name for field in fields(Row))

# A spreadsheet runs a cell that begins with one of these as a formula; the wide forms count in East Asian locales.
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\uff1d", "\uff0b", "\uff0d", "\uff20")
_TEXT_COLUMNS = frozenset({"event", "snapshot_url", "student_id", "message"})

_cells = attrgetter(*COLUMNS)


def write_events_csv(result: SessionResult, path: Path) -> Path:
    """Write the log as CSV: UTF-8, LF, three decimals, ``true`` / ``false``, empty where unknown.

    A text cell that a spreadsheet would run as a formula gets an apostrophe in front. Equal results give
    equal bytes.

    Raises:
        OutputError: the file cannot be written.
    """
    text = StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(COLUMNS)
    for row in list_rows(result):
        table.writerow(map(_write_cell, COLUMNS, _cells(row)))
    return write_whole(path, text.getvalue().encode())


def write_events_json(result: SessionResult, path: Path) -> Path:
    """Write the log as JSON (``proctor.events/1``) with the full risk and focus history.

    Holds no time of writing, so equal results give equal bytes.

    Raises:
        OutputError: the file cannot be written.
    """
    return write_whole(path, msgspec.json.format(msgspec.json.encode(log_events(result)), indent=1) + b"\n")


def defuse(text: str) -> str:
    """The text as a spreadsheet may be given it: with an apostrophe in front where it would run it as a formula."""
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text


def _write_cell(column: str, value: str | float | None) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return f"{value:.{DECIMALS}f}"
    return defuse(str(value)) if column in _TEXT_COLUMNS else str(value)
