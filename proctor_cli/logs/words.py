"""Words of a file for messages: nothing in a log may be longer, or do more, than be read."""

from __future__ import annotations

_MAX_QUOTED = 40
_MAX_PLAIN = 120


def text_of(value: object) -> str:
    """A single value of JSON or of a table as text, "" for none; lists and objects are not looked into."""
    if value is None:
        return ""
    return str(value).strip() if isinstance(value, str | int | float) else f"({type(value).__name__})"


def quote(text: str) -> str:
    """``text`` in quotation marks: shortened, with control characters made visible."""
    return repr(_shorten(text, _MAX_QUOTED))


def plain(value: object) -> str:
    """A single value on one line, shortened; what cannot be printed, and half characters, become "?"."""
    line = " ".join(text_of(value)[: 4 * _MAX_PLAIN].split())
    return _shorten("".join(letter if letter.isprintable() else "?" for letter in line), _MAX_PLAIN)


def _shorten(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"
