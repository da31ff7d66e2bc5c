"""Option values that are more than a word."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator

import pytest

from proctor_cli.cli.terminal import ProgressStyle, progress
from proctor_cli.cli.values import read_offset, read_seconds, read_span, read_start, read_swaps
from proctor_cli.errors import UsageError


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("90", 90), ("1:30", 90), ("00:01:30.5", 90.5), ("2:00:00", 7200), ("0", 0), (".5", 0.5), ("90:00", 5400)],
)
def test_seconds(text: str, seconds: float) -> None:
    assert read_seconds(text, "--span") == seconds


@pytest.mark.parametrize("text", ["", "x", "1:2:3:4", "-1", "1:-1", "nan", "inf", "1e99", ":", "1:", "--1"])
def test_no_seconds(text: str) -> None:
    with pytest.raises(UsageError, match=r"^--span: .* is no time\. Write seconds or HH:MM:SS\.$"):
        read_seconds(text, "--span")


@pytest.mark.parametrize(("text", "seconds"), [("1.5", 1.5), ("-1.5", -1.5), ("+0:02", 2), ("-0:30", -30), ("0", 0)])
def test_offset(text: str, seconds: float) -> None:
    assert read_offset(text) == seconds


@pytest.mark.parametrize("text", ["--1", "+-1", "-", "", "x"])
def test_no_offset(text: str) -> None:
    with pytest.raises(UsageError, match=r"^--screen-offset: "):
        read_offset(text)


def test_span() -> None:
    assert read_span("00:10:00-00:25:00") == (600, 1500)
    assert read_span("0-0.5") == (0, 0.5)


@pytest.mark.parametrize("text", ["", "5", "5-", "-5", "5-5", "9-5", "a-b", "1-2-3", "1--2"])
def test_no_span(text: str) -> None:
    with pytest.raises(UsageError, match=r"^--span: "):
        read_span(text)


@pytest.fixture
def in_hanoi(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """This machine's time zone is seven hours ahead."""
    monkeypatch.setenv("TZ", "UTC-7")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.mark.parametrize(
    ("text", "unix_s", "offset_s"),
    [
        ("2026-06-01T09:00:00+02:00", 1780297200.0, 7200.0),
        ("2026-06-01T07:00:00Z", 1780297200.0, 0.0),
        ("2026-06-01T07:00:00.25Z", 1780297200.25, 0.0),
        ("2026-06-01 14:00", 1780297200.0, 25200.0),
        ("2026-06-01", 1780246800.0, 25200.0),
    ],
)
def test_start(in_hanoi: None, text: str, unix_s: float, offset_s: float) -> None:
    clock = read_start(text)
    assert (clock.start_unix_s, clock.utc_offset_s, clock.known_from) == (unix_s, offset_s, "start option")


@pytest.mark.parametrize("text", ["", "9:00", "1780297200", "2026-13-01", "0001-01-01", "1970-01-01", "9999-12-31"])
def test_no_start(text: str) -> None:
    with pytest.raises(UsageError, match=r"^--start: .* is no date and time\. Write ISO 8601"):
        read_start(text)


def test_swaps() -> None:
    assert read_swaps(["objects=yolox_nano", " faces = yunet "]) == {"objects": "yolox_nano", "faces": "yunet"}
    with pytest.raises(UsageError, match="names no network"):
        read_swaps(["objects"])


class TestProgress:
    def test_a_bar_where_somebody_looks(
        self, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
        with progress(ProgressStyle.auto, 90.0, "S123") as advance:
            advance(60.0)
            advance(60.0)
        last = capsys.readouterr().err.rstrip().split("\r")[-1]
        assert last.startswith("S123 100%|")
        assert "| 90/90 s of video, 00:0" in last

    def test_in_words_says_every_tenth_once(self, capsys: pytest.CaptureFixture[str]) -> None:
        with progress(ProgressStyle.text, 1000.0, "S123") as advance:
            for _ in range(100):
                advance(10.0)
        lines = capsys.readouterr().err.splitlines()
        assert len(lines) == 11
        assert lines[5] == "proctor: S123 50 % (500 of 1000 s of video)"

    def test_never_says_more_than_all(self, capsys: pytest.CaptureFixture[str]) -> None:
        with progress(ProgressStyle.jsonl, 1.0, "S123") as advance:
            advance(5.0)
        assert '"done_s": 1.0' in capsys.readouterr().err
        with progress(ProgressStyle.text, 0.0, "S123") as advance:
            advance(0.0)
        assert "100 %" in capsys.readouterr().err
