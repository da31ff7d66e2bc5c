"""The words of the report page, one TOML file per language.

A new language is one more file in ``templates/report/lang``: ``xx.toml`` with the keys of ``en.toml``.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_SLOT = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, slots=True)
class Language:
    """``words`` maps a dotted key ("events.NO_FACE.name") to its text; ``{name}`` in a text is a slot."""

    code: str
    words: Mapping[str, str]

    @property
    def name(self) -> str:
        """What the language calls itself."""
        return self.words["meta.name"]

    def say(self, key: str, slots: Mapping[str, object] | None = None, fallback: str | None = None) -> str:
        """The text for ``key`` with its slots filled; ``fallback`` (else the key) where there is none."""
        text = self.words.get(key, key if fallback is None else fallback)
        filled = slots or {}
        return _SLOT.sub(lambda slot: str(filled.get(slot[1], slot[0])), text)


@cache
def load_languages(folder: Path) -> Mapping[str, Language]:
    """All languages in ``folder`` by code (the file's stem), in alphabetical order. Read once in a process."""
    return {
        path.stem: Language(path.stem, dict(_flatten(tomllib.loads(path.read_text("utf-8")))))
        for path in sorted(folder.glob("*.toml"))
    }


def _flatten(table: Mapping[str, object], prefix: str = "") -> Iterator[tuple[str, str]]:
    for key, value in table.items():
        if isinstance(value, Mapping):
            yield from _flatten(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", str(value)
