"""What an exam's page noted: our own rows of ``time`` and ``type``, and events of a browser as JSON.

A row needs a time and a type. In CSV the columns are called so; in JSON the names that pages commonly use are
understood (``timestamp``, ``event``, ``visibilityState``, ``fullscreen``, …), also inside of ``detail`` or ``data``.

- ``hidden`` / ``visible``, ``blur`` / ``focus``, ``visibilitychange``: the exam page is left, is back; it is also back
  when it loads (browsers say ``hidden`` of a page that gives way to the next one);
- ``TAB_SWITCH``: it was left, and nothing is known of the return;
- ``fullscreen`` / ``fullscreen_exit``, ``fullscreenchange``;
- ``paste``, ``copy``, ``cut``;
- ``displays``, with ``value``: how many there are.

Whatever else a browser notes (clicks, keys, scrolling) says nothing here and is passed over; a type that is none of all
these is a mistake.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime

from proctor_cli.errors import UsageError
from proctor_cli.logs.clock import Moment, read_time
from proctor_cli.logs.content import HINT, BadRow, Content
from proctor_cli.logs.entries import DISPLAYS, DISPLAYS_OVER, FULLSCREEN, HIDDEN, PASTE, Entry, interpret
from proctor_cli.logs.words import plain, quote, text_of

NAME = "browser"
WIDE = False

_TIMES = ("time", "timestamp", "ts", "t", "t_s", "time_s", "at", "date", "datetime", "created_at", "createdAt", "when")
_TIMES_MS = ("time_ms", "timestamp_ms", "timeMs", "timestampMs", "t_ms")
_TYPES = ("type", "event", "eventType", "event_type", "name", "action")
_INNER = ("detail", "details", "data", "payload")

_LEFT = frozenset({"hidden", "blur", "windowblur"})
_BACK = frozenset({"visible", "focus", "windowfocus"})
_SHOWN = frozenset({"load", "domcontentloaded", "pageshow"})
_LEFT_BRIEFLY = "tabswitch"
_FULLSCREEN = {"fullscreen": 1.0, "fullscreenenter": 1.0, "fullscreenexit": 0.0}
_CLIPBOARD = {"paste": "pasted", "copy": "copied", "cut": "cut"}
_OF_NO_USE = (
    "beforeunload beforeinput change click contextmenu dblclick drag drop focusin focusout heartbeat "
    "input keydown keypress keyup mousedown mouseenter mouseleave mousemove mouseout mouseover mouseup offline "
    "online orientationchange pagehide pointerdown pointermove pointerup resize scroll select selectionchange submit "
    "touchend touchmove touchstart unload wheel"
)
_SILENT = frozenset(_OF_NO_USE.split())
_MAX_DISPLAYS = 64


def recognises(content: Content) -> bool:
    """Everything: what is no log at all gets its refusal from here."""
    return True


def read(content: Content, begin: datetime | None) -> Iterator[Entry | BadRow]:
    """An entry for each row."""
    if content.is_json:
        return interpret(content.records(), _mean)
    if not {"time", "type"} <= set(content.columns):
        raise UsageError(
            f"has no columns `time` and `type` (found: {quote(', '.join(content.columns))})",
            where=content.where,
            hint=HINT,
        )
    return interpret(content.rows(), _mean)


def _mean(number: int, row: Mapping[str, object]) -> Entry:
    fields = dict(row)
    for name in _INNER:
        inner = row.get(name)
        if isinstance(inner, dict):
            fields = {**inner, **fields}
    return _say(number, _read_moment(fields), fields)


def _read_moment(fields: Mapping[str, object]) -> Moment:
    for name in _TIMES_MS:
        if fields.get(name) is not None:
            return read_time(fields[name], milliseconds=True)
    for name in _TIMES:
        if fields.get(name) is not None:
            return read_time(fields[name])
    if fields.get("timeStamp") is not None:
        return _read_page_time(fields["timeStamp"], fields.get("timeOrigin"))
    return read_time(None)


def _read_page_time(stamp: object, origin: object) -> Moment:
    """The ``timeStamp`` of a DOM event: milliseconds since its page was loaded, which was at ``timeOrigin``."""
    moment = read_time(stamp, milliseconds=True)
    if isinstance(moment.at, datetime):
        return moment  # a Unix time, as browsers wrote it long ago
    loaded = None if origin is None else read_time(origin, milliseconds=True).at
    if not isinstance(loaded, datetime):
        problem = "counts from when the page was loaded, and timeOrigin does not say when that was"
        raise ValueError(f"timeStamp {quote(moment.written)} {problem}")
    return read_time(loaded.timestamp() + moment.at)


def _say(number: int, moment: Moment, fields: Mapping[str, object]) -> Entry:
    written = next((text_of(fields[name]) for name in _TYPES if fields.get(name) is not None), "")
    word = "".join(letter for letter in written.lower() if letter not in "_- ")
    word = word if word in _SILENT else word.removeprefix("on")
    if word == _LEFT_BRIEFLY:
        return Entry(number, moment, flashes=(HIDDEN,))
    if word in _LEFT or word in _BACK:
        return Entry(number, moment, {HIDDEN: float(word in _LEFT)})
    if word == "visibilitychange":
        return Entry(number, moment, {HIDDEN: float(_is_hidden(fields))})
    if word in _SHOWN:
        return Entry(number, moment, {HIDDEN: float(_is_hidden({"visible": True, **fields}))})
    if word in _FULLSCREEN:
        return Entry(number, moment, {FULLSCREEN: _FULLSCREEN[word]})
    if word in ("fullscreenchange", "webkitfullscreenchange", "mozfullscreenchange"):
        return Entry(number, moment, {FULLSCREEN: float(_fills_screen(fields))})
    if word in _CLIPBOARD:
        flashes = (PASTE,) if word == "paste" else ()
        return Entry(number, moment, flashes=flashes, kind=_CLIPBOARD[word], message=_tell(_CLIPBOARD[word], fields))
    if word == "displays":
        count = _count(fields.get("value", fields.get("count")))
        states = {DISPLAYS: float(count), DISPLAYS_OVER: float(max(0, count - 1))}
        message = f"{count} {'display is' if count == 1 else 'displays are'} in use"
        return Entry(number, moment, states, kind="displays", message=message)
    if word in _SILENT:
        return Entry(number, moment)
    known = "blur, copy, cut, displays, focus, fullscreen, fullscreen_exit, hidden, paste, visible, TAB_SWITCH"
    raise ValueError(f"unknown type {quote(written)} (known: {known})")


def _is_hidden(fields: Mapping[str, object]) -> bool:
    for name in ("visibilityState", "visibility", "visibility_state", "state", "value"):
        word = text_of(fields.get(name)).lower()
        if word in ("hidden", "visible"):
            return word == "hidden"
    for name, meaning in (("hidden", True), ("visible", False)):
        told = _truth(fields.get(name))
        if told is not None:
            return told is meaning
    raise ValueError("a visibilitychange without visibilityState")


def _fills_screen(fields: Mapping[str, object]) -> bool:
    for name in ("fullscreen", "isFullscreen", "isFullScreen", "is_fullscreen", "active", "state", "value"):
        told = _truth(fields.get(name))
        if told is not None:
            return told
    if "fullscreenElement" in fields:
        return fields["fullscreenElement"] not in (None, "", False)
    raise ValueError("a fullscreenchange without fullscreen, true or false")


def _truth(value: object) -> bool | None:
    word = text_of(value).lower()
    if word in ("true", "1", "on", "yes", "fullscreen", "entered", "enter"):
        return True
    return False if word in ("false", "0", "off", "no", "windowed", "exited", "exit") else None


def _tell(verb: str, fields: Mapping[str, object]) -> str:
    length = next((fields[name] for name in ("length", "chars", "characters") if fields.get(name) is not None), None)
    return f"text was {verb}" + (f" ({plain(length)} characters)" if text_of(length).isdecimal() else "")


def _count(value: object) -> int:
    text = text_of(value)
    if not text.isdecimal() or len(text) > 4 or int(text) > _MAX_DISPLAYS:
        raise ValueError(f"displays need a number as value, not {quote(text)}")
    return int(text)
