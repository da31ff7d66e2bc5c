"""Sentences of the analysis on the page: what can be recognised in them becomes a link, a word or code."""

from __future__ import annotations

import re

from markupsafe import Markup, escape

from proctor_cli.report.languages import Language

_TOKEN = re.compile(r"`([^`]+)`|(-?)\b(\d{2,}):([0-5]\d):([0-5]\d)\b|\b([A-Z][A-Z_]{3,})\b")


def render_prose(text: str, language: Language, page: str = "") -> Markup:
    """``text`` escaped, with links, words and code in it.

    A time on the session clock becomes a link to that moment, the name of a known event its plain words in
    ``language``, and what stands in backticks code. ``page`` is the session's page, "" for the one that it stands on.
    """
    html, done = Markup(), 0
    for token in _TOKEN.finditer(text):
        html += escape(text[done : token.start()]) + _render(token, language, page)
        done = token.end()
    return html + escape(text[done:])


def _render(token: re.Match[str], language: Language, page: str) -> Markup:
    code, sign, hours, minutes, seconds, event = token.groups()
    if code:
        return Markup("<code>{}</code>").format(code)
    if hours:
        t_s = int(hours) * 3600 + int(minutes) * 60 + int(seconds)
        return Markup('<a class="time" href="{}#t={}{}">{}</a>').format(page, sign, t_s, token[0])
    key = f"events.{event}.name"
    if key not in language.words:
        return escape(event)
    return Markup('<span data-t="{}">{}</span>').format(key, language.words[key])
