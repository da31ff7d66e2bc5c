"""`proctor policy`: showing, checking and comparing policies."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from proctor_cli.cli.policy import app
from proctor_cli.errors import PolicyError
from proctor_cli.policy import load, parse, shipped, show

OWN = 'schema = "proctor.policy/1"\nname = "mine"\nextends = "default"\n'


def run(*words: str) -> str:
    result = CliRunner().invoke(app, words, catch_exceptions=False)
    assert result.exit_code == 0
    assert result.stderr == ""
    return result.stdout


@pytest.fixture
def own(tmp_path: Path) -> Path:
    file = tmp_path / "mine.toml"
    file.write_text(OWN + "[timing]\nbridge_s = 3\n", encoding="utf-8")
    return file


class TestShow:
    def test_prints_the_file_so_that_it_can_be_copied(self) -> None:
        assert run("show") == show(load(None))

    def test_full_has_every_inherited_value(self, own: Path) -> None:
        text = run("show", str(own), "--full")
        assert parse(text, "shown").sha256 == load(own).sha256
        assert "extends" not in text

    def test_json(self, own: Path) -> None:
        shown = json.loads(run("show", str(own), "--json"))
        assert shown["timing"]["bridge_s"] == 3
        assert shown["sha256"] == load(own).sha256


class TestValidate:
    @pytest.mark.parametrize("name", shipped())
    def test_shipped_policies_watch_signals_that_exist(self, name: str) -> None:
        assert run("validate", name).startswith(f'{name}: valid: policy "{name}", ')

    def test_json(self, own: Path) -> None:
        assert json.loads(run("validate", str(own), "--json"))["valid"] is True

    def test_unknown_signal(self, own: Path) -> None:
        own.write_text(OWN + '[[rules]]\nevent = "NO_FACE"\nsignal = "face.counts"\n', encoding="utf-8")
        with pytest.raises(
            PolicyError, match=r'rules\[0\].signal \(NO_FACE\) = "face.counts".*did you mean "face.count"'
        ):
            run("validate", str(own))


class TestDiff:
    def test_one_key_per_line(self, own: Path) -> None:
        assert run("diff", "default", str(own)).splitlines() == [
            'name: "default" -> "mine"',
            "timing.bridge_s: 2.0 -> 3.0",
        ]

    def test_nothing(self) -> None:
        assert run("diff", "strict", "strict") == "no difference\n"

    def test_json(self, own: Path) -> None:
        changes = json.loads(run("diff", "default", str(own), "--json"))["changes"]
        assert changes[1] == {"key": "timing.bridge_s", "before": "2.0", "after": "3.0"}
