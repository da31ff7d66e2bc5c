"""The content of a log before its format is known: text, and whether that is JSON or a table."""

from __future__ import annotations

import codecs
import csv
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from proctor_cli.errors import UsageError

if TYPE_CHECKING:
    from _csv import Reader

_MAX_BYTES = 16 * 2**20
"""Logs of one exam are a hundredth of this; JSON can take twenty times its size in memory."""
_LISTS = ("events", "quiz_submission_events", "statements", "entries", "records", "logs", "log", "data")
_DELIMITERS = ",;\t"
_IS_RECORD = frozenset({"type", "event_type", "verb"})  # an object with one of these has no list of others in it
_LOOKED_AT = 200
_BLANK = object()
HINT = (
    "Known are rows of `time` and `type` (CSV or JSON), browser events, Canvas quiz events, "
    "logs of Safe Exam Browser and Moodle, xAPI statements."
)

Record = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that cannot be used, and why; ``number`` counts from 1."""

    number: int
    reason: str


class Content:
    """The text of a log, and what it consists of. ``where`` names it in errors."""

    def __init__(self, text: str, where: str) -> None:
        self.text = text
        self.where = where

    @cached_property
    def is_json(self) -> bool:
        """Whether it begins like JSON."""
        return self.text.lstrip()[:1] in ("[", "{")

    @cached_property
    def first_records(self) -> tuple[Record, ...]:
        """Enough of the records to tell the format by; none where the content is no JSON.

        Raises:
            UsageError: it begins like JSON, but is not valid, or holds no list.
        """
        items = self._items[:_LOOKED_AT] if self.is_json else ()
        return tuple(item for item in items if isinstance(item, dict))

    def records(self) -> Iterator[tuple[int, Record] | BadRow]:
        """The objects of JSON, numbered: of a list, of a list under one of the usual names, or one on each line.

        Raises:
            UsageError: as for ``first_records``.
        """
        for number, item in enumerate(self._items, 1):
            if isinstance(item, dict):
                yield number, item
            elif item is not _BLANK:
                yield BadRow(number, "is no JSON object")

    @cached_property
    def _items(self) -> Sequence[object]:
        try:
            document = json.loads(self.text)
        except (ValueError, RecursionError) as error:  # ValueError: also a number of more digits than Python reads
            lines = [_read_line(line) for _, line in self.lines()]
            if any(isinstance(line, dict) for line in lines[:_LOOKED_AT]):
                return lines
            raise UsageError(f"not valid JSON ({error})", where=self.where, hint=HINT) from error
        items = _flatten(document)
        if items is None:
            raise UsageError("holds no list of events", where=self.where, hint=HINT)
        return items

    @cached_property
    def columns(self) -> tuple[str, ...]:
        """The names of a table's columns, in small letters; of anything else, whatever its first line holds.

        Raises:
            UsageError: the first line cannot be read as CSV.
        """
        try:
            cells: list[str] = next(self._reader(), [])
        except csv.Error as error:
            raise UsageError(f"not valid CSV ({error})", where=f"{self.where}, row 1", hint=HINT) from error
        return tuple(name.strip().lower() for name in cells)

    def rows(self) -> Iterator[tuple[int, Mapping[str, str]] | BadRow]:
        """The rows of a table below its first line, by the names of the columns; the numbers are those of lines."""
        reader, names = self._reader(), self.columns
        next(reader, None)
        while True:
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                yield BadRow(reader.line_num, f"not valid CSV ({error})")
                continue
            if cells:
                yield reader.line_num, dict(zip(names, cells, strict=False))

    def lines(self) -> Iterator[tuple[int, str]]:
        """The lines, numbered from 1."""
        for number, line in enumerate(io.StringIO(self.text, newline=None), 1):
            yield number, line.rstrip("\n")

    def _reader(self) -> Reader:
        return csv.reader(io.StringIO(self.text, newline=""), delimiter=self._delimiter, skipinitialspace=True)

    @cached_property
    def _delimiter(self) -> str:
        head = self.text[:10_000].lstrip().partition("\n")[0]
        return max(_DELIMITERS, key=head.count)


def load(path: str | Path) -> Content:
    """The content of a file: UTF-8, or UTF-16 with a byte order mark.

    Raises:
        UsageError: it cannot be read, is empty, too large, or not text.
    """
    where = str(path)
    try:
        with Path(path).open("rb") as file:
            raw = file.read(_MAX_BYTES + 1)
    except OSError as error:
        raise UsageError(f"cannot read the log ({error.strerror})", where=where, hint="Check --events.") from error
    if len(raw) > _MAX_BYTES:
        limit = f"larger than {_MAX_BYTES // 2**20} MiB"
        raise UsageError(limit, where=where, hint="Export only the day of the exam, or this candidate's rows.")
    if not raw.removeprefix(codecs.BOM_UTF8).strip():
        raise UsageError("the file is empty", where=where, hint="Export the log again, or leave --events out.")
    wide = raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    try:
        return Content(raw.decode("utf-16" if wide else "utf-8-sig"), where)
    except UnicodeDecodeError as error:
        if wide or b"\0" in raw[:10_000]:
            raise UsageError("not a text file", where=where, hint=HINT) from error
    # Some bytes in another encoding: the rows around them are still good.
    return Content(raw.decode("utf-8-sig", "replace"), where)


def _read_line(line: str) -> object:
    """The object of one of many lines of JSON; None where there is none."""
    if not line.strip():
        return _BLANK
    try:
        return json.loads(line)
    except (ValueError, RecursionError):
        return None


def _flatten(document: object) -> list[object] | None:
    """The items of a document; pages of a list, one after the other in a list, become one."""
    if isinstance(document, dict):
        inner = _list_in(document)
        if inner is not None or not document or any(name in document for name in _LISTS):
            return inner
        return [document]
    if not isinstance(document, list):
        return None
    items: list[object] = []
    for item in document:
        inner = _list_in(item) if isinstance(item, dict) else None
        items += [item] if inner is None else inner
    return items


def _list_in(document: Record) -> list[object] | None:
    for name in _LISTS if _IS_RECORD.isdisjoint(document) else ():
        found = document.get(name)
        if isinstance(found, list):
            return found
    return None
