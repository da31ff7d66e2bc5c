"""Files that appear whole or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest

from proctor_cli.files import open_whole


def test_it_takes_its_place_when_the_block_has_ended(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"old")
    with open_whole(path) as out:
        out.write(b"new")
        assert path.read_bytes() == b"old"
    assert path.read_bytes() == b"new"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("error", [ValueError, OSError, KeyboardInterrupt])
def test_what_goes_wrong_leaves_the_old_one_and_nothing_else(tmp_path: Path, error: type[BaseException]) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"old")

    def fail() -> None:
        with open_whole(path) as out:
            out.write(b"ha")
            raise error

    with pytest.raises(error):
        fail()
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_it_makes_no_folder(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for path in (tmp_path / "nowhere" / "a", tmp_path / "file" / "a"):
        with pytest.raises(OSError, match=r"No such file|Not a directory"), open_whole(path):
            pass
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_a_folder_in_its_place_stays(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    with pytest.raises(IsADirectoryError), open_whole(tmp_path / "a") as out:
        out.write(b"x")
    assert [path.name for path in tmp_path.iterdir()] == ["a"]
