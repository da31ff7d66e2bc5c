"""What is no recording is refused in one line that says what, where and what next."""

from __future__ import annotations

import os
import struct
import wave
import zlib
from pathlib import Path

import pytest

from proctor_cli.errors import InputError
from tests.unit.media.films import blanked, even, film, film_with_two_videos, scan_of


def refusal(path: Path) -> InputError:
    with pytest.raises(InputError) as caught:
        scan_of(path)
    error = caught.value
    assert error.exit_code == 3
    assert error.where == str(path)
    assert error.hint
    assert "\n" not in str(error)
    return error


def test_missing_file(tmp_path: Path) -> None:
    assert refusal(tmp_path / "none.mp4").what == "no such file"


def test_folder(tmp_path: Path) -> None:
    assert refusal(tmp_path).what == "this is a folder"


def test_pipe(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.mp4")
    assert refusal(tmp_path / "pipe.mp4").what == "this is not a file"


def test_empty_file(tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    path.touch()
    assert refusal(path).what == "the file is empty"


def test_file_that_may_not_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = film(tmp_path / "a.mp4", even(5))
    path.chmod(0)
    if os.access(path, os.R_OK):  # root may read anything
        monkeypatch.setattr("builtins.open", lambda *_: (_ for _ in ()).throw(PermissionError(13, "Permission denied")))
    assert refusal(path).what == "the file may not be read"


@pytest.mark.parametrize("name", ["notes.mp4", "notes.txt", "notes.ans"])
def test_text(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_text("The candidate was late.\n" * 100)
    assert refusal(path).what == "not a recording that can be read"


def test_playlist_that_names_another_file(tmp_path: Path) -> None:
    film(tmp_path / "a.ts", even(25))
    path = tmp_path / "a.m3u8"
    path.write_text("#EXTM3U\n#EXT-X-TARGETDURATION:5\n#EXTINF:1.0,\na.ts\n#EXT-X-ENDLIST\n")
    assert refusal(path).what == "not a recording that can be read"


def test_name_that_looks_like_an_address(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    film(tmp_path / "a.mp4", even(5)).rename("concat:a|b.mp4")
    assert len(scan_of(Path("concat:a|b.mp4")).pts) == 5


def test_sound_only(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    with wave.open(str(path), "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(8000)
        out.writeframes(bytes(8000))
    assert refusal(path).what == "the file holds sound but no video"


def test_sound_with_a_cover_picture(tmp_path: Path) -> None:
    path = film_with_two_videos(tmp_path / "a.mp4", cover=True, video=False)
    assert refusal(path).what == "the file holds no video"


def test_still_picture(tmp_path: Path) -> None:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    path = tmp_path / "a.png"
    header = struct.pack(">IIBBBBB", 2, 2, 8, 0, 0, 0, 0)
    rows = zlib.compress(b"\0\x10\x20\0\x30\x40")
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b""))
    assert refusal(path).what == "a still picture, not a recording"


def test_mp4_cut_off_before_its_index(tmp_path: Path) -> None:
    path = film(tmp_path / "a.mp4", even(50))
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    assert "without a usable index" in refusal(path).what


def test_video_of_which_nothing_can_be_decoded(tmp_path: Path) -> None:
    path = film(tmp_path / "a.mp4", even(10))
    blanked(path, range(10))
    assert refusal(path).what == "no picture can be decoded from any of its 10 packets"


def test_recording_that_was_stopped_before_its_first_picture(tmp_path: Path) -> None:
    path = film(tmp_path / "a.mp4", even(50), muxing={"movflags": "frag_keyframe+empty_moov"})
    data = path.read_bytes()
    path.write_bytes(data[: data.index(b"moof") - 4])
    assert refusal(path).what == "the video in this file is empty"


def test_mkv_that_ends_with_its_header(tmp_path: Path) -> None:
    path = film(tmp_path / "a.mkv", even(5))
    data = path.read_bytes()
    path.write_bytes(data[: data.index(b"\x1f\x43\xb6\x75")])  # the first cluster
    assert "cut off near its start" in refusal(path).what


def test_nothing_is_written_to_the_terminal(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    path = film(tmp_path / "a.mp4", even(25))
    blanked(path, [5, 6, 12])
    scan_of(path)
    path.write_bytes(path.read_bytes()[:-2000])
    with pytest.raises(InputError):
        scan_of(path)
    assert capfd.readouterr() == ("", "")
