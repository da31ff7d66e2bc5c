from __future__ import annotations

import re
from pathlib import Path

import pytest

from proctor_cli import policy, resources
from proctor_cli.report.languages import load_languages

FOLDER = resources.template_dir() / "report"
LANGUAGES = load_languages(FOLDER / "lang")
ENGLISH = LANGUAGES["en"]


def slots(text: str) -> set[str]:
    return set(re.findall(r"\{\w+\}", text))


def test_english_and_vietnamese_are_there() -> None:
    assert {"en", "vi"} <= set(LANGUAGES)
    assert LANGUAGES["vi"].name == "Tiếng Việt"


@pytest.mark.parametrize("code", LANGUAGES)
def test_all_languages_have_the_same_keys_and_slots(code: str) -> None:
    words = LANGUAGES[code].words
    assert set(words) == set(ENGLISH.words)
    assert {key for key, text in words.items() if slots(text) != slots(ENGLISH.words[key])} == set()
    assert {key for key, text in words.items() if not text.strip()} == set()


def test_every_event_of_a_shipped_policy_has_words() -> None:
    events = {rule.event for name in policy.shipped() for rule in policy.load(name).rules}
    assert {event for event in events if f"events.{event}.name" not in ENGLISH.words} == set()


def test_every_fixed_key_in_template_and_script_exists() -> None:
    text = "".join(path.read_text("utf-8") for path in [*FOLDER.glob("*.html"), *FOLDER.glob("*.js")])
    keys = set(re.findall(r"""(?:\bt|say|tell)\((?:[^"()]*(?:\([^()]*\))?,\s*)?"([a-z_]+\.[a-z_]+)"[,)]""", text))
    assert len(keys) > 80
    assert {key for key in keys if key not in ENGLISH.words} == set()


def test_no_language_accuses() -> None:
    assert "cheat" not in " ".join(ENGLISH.words.values()).lower()
    assert "gian lận" not in " ".join(LANGUAGES["vi"].words.values()).lower()


def test_a_new_language_is_one_more_file(tmp_path: Path) -> None:
    (tmp_path / "xx.toml").write_text('[meta]\nname = "X"\n[a]\nb = "c {n} {m}"\n')
    language = load_languages(tmp_path)["xx"]
    assert language.say("a.b", {"n": 3}) == "c 3 {m}"
    assert language.say("events.NEW.name", fallback="NEW") == "NEW"
    assert language.say("no.such.key") == "no.such.key"
