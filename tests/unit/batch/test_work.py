"""Whether a session's result is that of what is asked for now."""

from __future__ import annotations

from pathlib import Path

import pytest

from proctor_cli import media
from proctor_cli.batch.work import describe, find_change, shares_files
from proctor_cli.session.request import Request
from proctor_cli.store import Mark, SessionFolder
from proctor_cli.types import Clip

ADDRESS = "https://user:word@example.org/exam.mp4?id="


@pytest.fixture
def storage(monkeypatch: pytest.MonkeyPatch) -> dict[str, tuple[int, str]]:
    """What storage tells of each address: size and version."""
    known: dict[str, tuple[int, str]] = {}
    monkeypatch.setattr(media, "look_at", lambda address: known.get(address, (-1, "")))
    return known


def mark(address: str, folder: Path) -> Mark:
    return describe(Request("S1", (Clip("webcam", address),), str(folder), {}), "networks")


@pytest.mark.parametrize(
    ("before", "now", "is_other"),
    [
        (("1", 100, "a"), ("1", 100, "a"), False),
        (("1", 100, "a"), ("1", 100, "b"), True),
        (("1", 100, "a"), ("1", 101, "a"), True),
        (("1", 100, "a"), ("2", 100, "a"), False),  # signed anew
        (("1", 100, ""), ("1", 100, ""), False),
        (("1", 100, ""), ("2", 100, ""), True),
        (("1", -1, ""), ("1", -1, ""), False),
        (("1", -1, ""), ("2", -1, ""), True),
    ],
)
def test_what_lies_at_an_address(
    before: tuple[str, int, str],
    now: tuple[str, int, str],
    is_other: bool,
    storage: dict[str, tuple[int, str]],
    tmp_path: Path,
) -> None:
    storage[ADDRESS + before[0]] = before[1:]
    was = mark(ADDRESS + before[0], tmp_path)
    storage[ADDRESS + now[0]] = now[1:]
    told = find_change(was, mark(ADDRESS + now[0], tmp_path), SessionFolder(tmp_path))
    assert told == ("https://example.org/exam.mp4 has changed" if is_other else "")
    assert shares_files(was, mark(ADDRESS + now[0], tmp_path)) == (before[0] == now[0])


def test_a_mark_tells_no_secret(storage: dict[str, tuple[int, str]], tmp_path: Path) -> None:
    assert "word" not in repr(mark(ADDRESS + "1", tmp_path))


def test_a_file_that_is_only_newer_is_compared(tmp_path: Path) -> None:
    exam = tmp_path / "exam.mp4"
    exam.write_bytes(b"one")
    before = mark(str(exam), tmp_path)
    assert find_change(before, mark(str(exam), tmp_path), SessionFolder(tmp_path)) == ""
    exam.write_bytes(b"three")
    assert find_change(before, mark(str(exam), tmp_path), SessionFolder(tmp_path)) == "exam.mp4 has changed"
