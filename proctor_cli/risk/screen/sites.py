"""Which site or application is shown, by its address, or by titles and headings where there is none."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache

from proctor_cli.policy.sections import Screen as Rules
from proctor_cli.risk.screen.page import is_host, plain, read_host

_DASH = "[-\u2013\u2014]"
_PARTS = re.compile(rf"\s(?:{_DASH}|:)\s|\s?[|·]\s?|(?<=\w){_DASH}\s?(?=[A-Z])")
"""What stands between the parts of a title: "ChatGPT - Chromium", read as "ChatGPT-Chromium" at times."""
_COUNT = re.compile(r"^\(\d+\)\s*")
"""Unread messages, before a title."""


def name_site(rules: Rules, host: str, titles: Sequence[str]) -> str:
    """The forbidden site or application that is shown; "" when it is none, or allowed.

    Args:
        rules: the policy's lists.
        host: the address, "" where none is shown; else titles are not asked.
        titles: titles and headings.
    """
    if is_allowed(rules, host, titles):
        return ""
    for site in rules.forbidden:
        if any(_is_sign_of(sign, host, titles) for sign in site.signs):
            return f"{site.name} ({host})" if host else site.name
    return ""


def is_allowed(rules: Rules, host: str, titles: Iterable[str]) -> bool:
    """Whether what is shown may be opened beside the exam."""
    titles = tuple(titles)
    return any(_is_sign_of(sign, host, titles) for sign in rules.allowed)


def _is_sign_of(sign: str, host: str, titles: Iterable[str]) -> bool:
    """Whether ``sign``, a host ("*." before it: and all below it) or a title, stands for what is shown.

    A title must be a whole part of one that is shown: "Slack" is not "Slack variables".
    """
    if "." in sign and " " not in sign:
        return bool(host) and _is_sign_of_host(sign, host)
    if host:
        return False
    words = plain(sign)
    return any(plain(part) == words for title in titles for part in _PARTS.split(_COUNT.sub("", title)))


@lru_cache(maxsize=4096)
def _is_sign_of_host(sign: str, host: str) -> bool:
    bare = sign.removeprefix("*.")
    known = read_host(bare) or bare.casefold()
    return is_host(host, known) or (sign != bare and host.endswith("." + known))
