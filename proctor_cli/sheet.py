"""Tables that people make: CSV in UTF-8, with commas, semicolons or tabs, and every mistake told with its line."""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from proctor_cli.errors import UsageError

_SEPARATORS = ",;\t"
# More complaints than this help nobody.
_MAX_MISTAKES = 50
_MAX_QUOTED = 40


class BrokenError(Exception):
    """The file is no CSV from some line on, which the message names."""


def read_text(path: str | Path, what: str, hint: str) -> str:
    """The text of a file, without its byte order mark.

    Raises:
        UsageError: it cannot be read, or is not UTF-8; ``what`` it is and a ``hint`` are told.
    """
    try:
        return decode(Path(path).read_bytes(), str(path), what)
    except OSError as error:
        raise UsageError(f"cannot read the {what} ({error.strerror})", where=str(path), hint=hint) from error


def decode(content: bytes, where: str, what: str) -> str:
    """The text of some bytes, without their byte order mark.

    Raises:
        UsageError: they are not UTF-8.
    """
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise UsageError(f"line {line}: not UTF-8", where=where, hint=f"Save the {what} as CSV in UTF-8.") from error


def choose_separator(text: str, count_known: Callable[[Sequence[str]], int]) -> str:
    """The separator by which the first line names the most columns that are known."""
    return max(_SEPARATORS, key=lambda separator: count_known(read_heads(text, separator)))


def read_heads(text: str, separator: str) -> list[str]:
    """The first line's cells; none where it is no CSV."""
    try:
        return next(read_rows(text, separator), (1, []))[1]
    except BrokenError:
        return []


def read_rows(text: str, separator: str) -> Iterator[tuple[int, list[str]]]:
    """The rows that are not empty: the line each begins on, and its cells without spaces around them.

    Raises:
        BrokenError: from some line on this is no CSV.
    """
    # Strict: otherwise a quotation mark without its partner would swallow all rows that follow.
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, skipinitialspace=True, strict=True)
    line = 1
    try:
        for cells in reader:
            stripped = [cell.strip() for cell in cells]
            if any(stripped):
                yield line, stripped
            line = reader.line_num + 1
    except csv.Error as error:
        raise BrokenError(f"line {line}: not valid CSV from here on; is a quotation mark missing? ({error})") from error


def check_width(cells: Sequence[str], width: int) -> Iterator[str]:
    """What is wrong with a row that has more cells than the table has columns."""
    if any(cells[width:]):
        yield f"{len(cells)} cells, but {width} columns; a cell with a separator in it needs quotation marks"


def has_controls(text: str) -> bool:
    """Whether there are characters in a text that cannot be shown."""
    return any(unicodedata.category(letter) == "Cc" for letter in text)


def key_of(head: str) -> str:
    """A heading as it is compared: case, spaces, hyphens and underscores do not matter."""
    return re.sub(r"[\s_-]+", "_", tidy(head).casefold())


def refuse(mistakes: Sequence[str], where: str) -> UsageError:
    """The error that tells all mistakes of a table, each on a line."""
    count = "1 mistake" if len(mistakes) == 1 else f"{len(mistakes)} mistakes"
    shown = [*mistakes[:_MAX_MISTAKES], *(["and so on"] if len(mistakes) > _MAX_MISTAKES else [])]
    return UsageError("\n  ".join((count, *shown)), where=where)


def tidy(text: str) -> str:
    """Without needless spaces, and with each accented letter written in one way."""
    return " ".join(unicodedata.normalize("NFC", text).split())


def quote(text: str) -> str:
    """Words of the file for a message: shortened, with control characters made visible."""
    return repr(text if len(text) <= _MAX_QUOTED else text[: _MAX_QUOTED - 1] + "…")
