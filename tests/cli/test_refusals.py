"""What `proctor analyze` refuses: one line that says what, where and what next; nothing is written."""

from __future__ import annotations

import subprocess
import sys
import wave
from pathlib import Path

import pytest

from tests.cli.running import Proctor
from tests.unit.media.films import blanked, even, film

pytestmark = pytest.mark.usefixtures("no_weights")


def text(path: Path) -> None:
    path.write_text("The candidate was late.\n" * 50)


def empty(path: Path) -> None:
    path.touch()


def folder(path: Path) -> None:
    path.mkdir()


def nothing(path: Path) -> None:
    pass


def sound(path: Path) -> None:
    with wave.open(str(path), "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(8000)
        out.writeframes(bytes(8000))


def sound_in_mp4(path: Path) -> None:
    whole = film(path.with_name("whole.mp4"), even(5), audio_s=0.2)
    subprocess.run([sys.executable, "-c", KEEP_SOUND, str(whole), str(path)], check=True)


KEEP_SOUND = """
import sys, av
with av.open(sys.argv[1]) as source, av.open(sys.argv[2], "w") as target:
    stream = target.add_stream_from_template(source.streams.audio[0])
    for packet in source.demux(audio=0):
        if packet.dts is not None:
            packet.stream = stream
            target.mux(packet)
"""


def cut_before_its_index(path: Path) -> None:
    film(path, even(50))
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def all_zero(path: Path) -> None:
    film(path, even(10))
    blanked(path, range(10))


@pytest.mark.parametrize(
    ("make", "what", "hint"),
    [
        (text, "not a recording that can be read", "Expected a video file"),
        (empty, "the file is empty", "Copy or download it again."),
        (folder, "this is a folder", ""),
        (nothing, "no such file", "Check the path."),
        (sound, "the file holds sound but no video", "Give the recording that shows"),
        (sound_in_mp4, "the file holds sound but no video", "Give the recording that shows"),
        (cut_before_its_index, "without a usable index", "Copy it again"),
        (all_zero, "no picture can be decoded", "Copy it again"),
    ],
)
@pytest.mark.parametrize("option", ["", "--screen", "--workspace"])
def test_what_is_no_recording_is_refused_with_3(
    tmp_path: Path, exam: Path, proctor: Proctor, make: object, what: str, hint: str, option: str
) -> None:
    bad = tmp_path / "a.mp4"
    assert callable(make)
    make(bad)
    words = [exam, option, bad] if option else [bad]
    ran = proctor("analyze", *words, "--student", "S123", "-o", tmp_path / "out")
    assert ran.code == 3
    assert ran.complaint.startswith(f"{bad}: ")
    assert what in ran.complaint
    assert hint in ran.complaint
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("words", "code", "complaint"),
    [
        ((), 2, "--student: not given. Say whose session it is: --student S123."),
        (("--student", "  "), 2, "--student: not given. Say whose session it is: --student S123."),
        (("--span", "5"), 2, "--span: '5' is no span. Write FROM-TO, for example 00:10:00-00:25:00."),
        (("--span", "3-1"), 2, "--span: '3-1' does not end after it starts. Write the earlier time first."),
        (("--span", "1-1"), 2, "--span: '1-1' does not end after it starts. Write the earlier time first."),
        (("--span", "a-b"), 2, "--span: 'a' is no time. Write seconds or HH:MM:SS."),
        (("--span", "1-1e99"), 2, "--span: '1e99' is no time. Write seconds or HH:MM:SS."),
        (("--span", "50-60"), 2, "--span: no picture between 50 s and 60 s. The session lasts 4.0 s."),
        (("--start", "soon"), 2, "--start: 'soon' is no date and time. Write ISO 8601"),
        (("--start", "0001-01-01T00:00:00"), 2, "--start: '0001-01-01T00:00:00' is no date and time."),
        (("--start", "9999-12-31T23:59:59-12:00"), 2, "--start: '9999-12-31T23:59:59-12:00' is no date and time."),
        (("--screen-offset", "1"), 2, "--screen-offset: there is no screen recording to shift. Give --screen FILE."),
        (("--screen", "{exam}", "--screen-offset", "--1"), 2, "--screen-offset: '-1' is no time."),
        (("--screen", "{exam}", "--screen-offset", "nan"), 2, "--screen-offset: 'nan' is no time."),
        (("--screen-start", "2026-06-01T09:00:00Z"), 2, "--screen-start: there is no screen recording to shift. Give"),
        (("--screen", "{exam}", "--screen-offset", "soon"), 2, "--screen-offset: 'soon' is no time."),
        (
            ("--screen", "{exam}", "--screen-start", "2026-06-01T09:00:00Z"),
            2,
            "--screen-start: does not say how far apart they began. Say with --start when the webcam recording began.",
        ),
        (
            ("--screen", "{exam}", "--screen-start", "soon", "--start", "2026-06-01T09:00:00Z"),
            2,
            "--screen-start: 'soon' is no date and time. Write ISO 8601",
        ),
        (
            ("--screen", "{exam}", "--screen-start", "2026-06-01T09:00:00Z", "--screen-offset", "3"),
            2,
            "--screen-start: --screen-offset says so already. Leave one of them out.",
        ),
        (
            ("--screen", "{exam}", "--start", "2026-06-01T09:00:00Z", "--screen-start", "2026-06-01T09:00:00+02:00"),
            2,
            "--screen-start: the screen recording would begin 7200 s before the webcam recording, and not overlap it. "
            "Check both times and their offsets from UTC.",
        ),
        (("--model", "objects"), 2, "--model: 'objects' names no network. Write ROLE=NAME"),
        (("--model", "objects=none"), 2, "no network is called 'none'. Known: "),
        (("--model", "ears=yunet"), 2, "no role is called 'ears'. Known: "),
        (("--model", "objects=yunet"), 2, "yunet: is for faces, not for objects. Choose from: "),
        (("--models", "best"), 2, "no set is called 'best'. Known: default, permissive."),
        (("--require", "ears"), 2, "--require: unknown check ears. Known: webcam_quality, "),
        (("--require", "faces,objects"), 4, "faces: cannot run: yunet: model not found: "),
        (("--require", "landmarks"), 4, "landmarks: cannot run: it needs a face, and nothing looks for one. Run "),
        (("--require", "screen_quality"), 4, "screen_quality: cannot run: no screen recording was given. Give it"),
        (("--require", "workspace_objects"), 4, "workspace_objects: cannot run: no room scan was given. Give it with"),
        (("--policy", "none.toml"), 2, "none.toml: cannot be read: no such file or directory. Give a TOML file or"),
        (("--policy", "{exam}"), 2, "{exam}: "),
        (("--language", "xx"), 2, "xx: no such report language. Languages: en, vi."),
        (("--events", "none.csv"), 2, "none.csv: cannot read the log (No such file or directory). Check --events."),
        (("--events", "{exam}"), 2, "{exam}: not a text file. Known are rows of `time` and `type` (CSV"),
        (("--workers", "0"), 2, "Invalid value for '--workers': "),
        (("--workers", "two"), 2, "Invalid value for '--workers': "),
        (("--progress", "loud"), 2, "Invalid value for '--progress': 'loud' is not one of "),
        (("--fast",), 2, "No such option: --fast (Possible options: --start). See `proctor analyze --help`."),
        (("again.mp4",), 2, "Got unexpected extra argument"),
    ],
)
def test_a_wrong_option_is_refused_in_one_line(
    tmp_path: Path, exam: Path, proctor: Proctor, words: tuple[str, ...], code: int, complaint: str
) -> None:
    given = [word.format(exam=exam) for word in words]
    student = () if not words or "--student" in words else ("--student", "S123")
    ran = proctor("analyze", exam, *student, "-o", tmp_path / "out", *given)
    assert ran.complaint.startswith(complaint.format(exam=exam))
    assert ran.code == code
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("words", [(), ("",)])
def test_no_recording_at_all(proctor: Proctor, words: tuple[str, ...]) -> None:
    ran = proctor("analyze", *words, "--student", "S123")
    assert ran.complaint == "analyze: no recording. Give a webcam recording, a recorder's folder, or --screen FILE."
    assert ran.code == 2


@pytest.mark.parametrize("screen", [False, True])
def test_a_room_scan_without_an_exam(tmp_path: Path, exam: Path, proctor: Proctor, screen: bool) -> None:
    words = ("--screen", exam) if screen else ()
    ran = proctor("analyze", *words, "--workspace", exam, "--student", "S123", "-o", tmp_path / "out")
    assert ran.complaint == "--workspace: a room scan alone is no exam. Give the webcam recording too."
    assert ran.code == 2
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("below", ["file", "file/out", "/proc/nowhere/out"])
def test_a_folder_that_cannot_be_written(tmp_path: Path, exam: Path, proctor: Proctor, below: str) -> None:
    (tmp_path / "file").touch()
    ran = proctor("analyze", exam, "--student", "S123", "-o", tmp_path / below)
    assert ran.complaint.startswith(f"{tmp_path / below}: cannot write here (")
    assert ran.complaint.endswith("Choose another folder with -o.")
    assert ran.code == 3


def test_required_models_are_looked_for_before_the_recording_is(tmp_path: Path, proctor: Proctor) -> None:
    ran = proctor("analyze", tmp_path / "none.mp4", "--student", "S123", "--require", "faces", "-o", tmp_path / "out")
    assert ran.code == 4
    assert ran.complaint.startswith("faces: cannot run")


def test_an_empty_log_is_refused(tmp_path: Path, exam: Path, proctor: Proctor) -> None:
    (tmp_path / "log.csv").touch()
    ran = proctor("analyze", exam, "--student", "S123", "--events", tmp_path / "log.csv", "-o", tmp_path / "out")
    assert ran.code == 2
    assert ran.complaint.startswith(f"{tmp_path / 'log.csv'}: the file is empty. ")


def test_debug_shows_where_an_error_came_from(tmp_path: Path) -> None:
    words = ["analyze", str(tmp_path / "none.mp4"), "--student", "S123", "--offline", "-o", str(tmp_path / "out")]
    command = [sys.executable, "-m", "proctor_cli", *words]
    plain = subprocess.run(command, capture_output=True, text=True)
    debug = subprocess.run([*command, "--debug"], capture_output=True, text=True)
    assert plain.returncode == 3
    assert plain.stderr == f"proctor: {tmp_path / 'none.mp4'}: no such file. Check the path.\n"
    assert debug.returncode == 3
    assert debug.stderr.startswith("Traceback")
    assert debug.stderr.endswith(plain.stderr)


def test_a_fault_of_our_own_is_one_line_too(exam: Path, proctor: Proctor, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise KeyError("face")

    monkeypatch.setattr("proctor_cli.policy.load", fail)
    ran = proctor("analyze", exam, "--student", "S123")
    assert ran.code == 1
    assert ran.complaint.startswith("unexpected KeyError: 'face'. This is a fault of proctor; run the command again")


def test_help_is_shown_when_nothing_is_asked_for(proctor: Proctor) -> None:
    ran = proctor()
    assert ran.code == 2
    assert ran.err.startswith("Usage: proctor [OPTIONS] COMMAND")
    assert "analyze" in ran.err
