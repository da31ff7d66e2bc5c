"""Which files of a folder are recordings of what."""

from __future__ import annotations

from pathlib import Path

import pytest

from proctor_cli.errors import InputError, ProctorError, UsageError
from proctor_cli.session.recordings import find_recordings, sort_parts
from proctor_cli.types import Source


def lay(folder: Path, *names: str) -> str:
    """Files, whatever is in them; a name that ends in "/" is a folder."""
    for name in names:
        path = folder / name
        (path if name.endswith("/") else path.parent).mkdir(parents=True, exist_ok=True)
        if not name.endswith("/"):
            path.write_bytes(b"")
    return str(folder)


def found(folder: str, otherwise: Source | None = None) -> list[tuple[str, str]]:
    clips = find_recordings(folder, otherwise).clips
    return [(clip.source, Path(clip.path).relative_to(folder).as_posix()) for clip in clips]


def test_a_recorders_folder(tmp_path: Path) -> None:
    parts = ["webcam/1.webm", "webcam/10.webm", "webcam/2.webm", "desktop/rec-1.webm", "desktop/rec-02.webm"]
    folder = lay(tmp_path, *parts, "webcam/thumbnail.jpg", "notes.txt", ".trash/webcam-9.webm", "webcam/._1.webm")
    assert found(folder) == [
        ("webcam", "webcam/1.webm"),
        ("webcam", "webcam/2.webm"),
        ("webcam", "webcam/10.webm"),
        ("screen", "desktop/rec-1.webm"),
        ("screen", "desktop/rec-02.webm"),
    ]
    assert find_recordings(folder).problems == ()


@pytest.mark.parametrize(
    ("name", "source"),
    [
        ("webcam-1.webm", "webcam"),
        ("WebCam 2026-06-01.MP4", "webcam"),
        ("my_cam3.mkv", "webcam"),
        ("CAMERA.mov", "webcam"),
        ("facecam.webm", "webcam"),
        ("webcams.webm", "webcam"),
        ("screen_2.mp4", "screen"),
        ("ScreenRecording-1.webm", "screen"),
        ("S123.screenshare.webm", "screen"),
        ("desktop.mkv", "screen"),
        ("display1.webm", "screen"),
        ("cam/0001.webm", "webcam"),
        ("Screen Recordings/0001.webm", "screen"),
        ("recorder 7/webcam.webm", "webcam"),
        ("screen/webcam-1.webm", "webcam"),  # a file's own name is nearer to it than its folder's
    ],
)
def test_what_names_say(tmp_path: Path, name: str, source: str) -> None:
    assert found(lay(tmp_path, name)) == [(source, name)]


@pytest.mark.parametrize("name", ["exam.webm", "camtasia.mp4", "scream.mp4", "webcam+screen.webm", "part/1.webm"])
def test_what_says_nothing_is_refused(tmp_path: Path, name: str) -> None:
    folder = lay(tmp_path / "S123", name)
    with pytest.raises(UsageError, match="nothing says which recording shows what: ") as caught:
        find_recordings(folder)
    assert name in caught.value.what
    assert caught.value.hint.startswith("Name them webcam-1.webm")


def test_what_says_nothing_is_named_and_left_out_beside_what_does(tmp_path: Path) -> None:
    folder = lay(tmp_path, "webcam/1.webm", "room/1.webm", "exam.mp4")
    assert found(folder) == [("webcam", "webcam/1.webm")]
    problems = find_recordings(folder).problems
    assert {(problem.code, problem.where) for problem in problems} == {
        ("recording_unused", f"{folder}/exam.mp4"),
        ("recording_unused", f"{folder}/room/1.webm"),
    }


def test_a_folder_of_one_recordings_parts(tmp_path: Path) -> None:
    assert found(lay(tmp_path / "webcam", "2.webm", "1.webm")) == [("webcam", "1.webm"), ("webcam", "2.webm")]
    assert found(lay(tmp_path / "any", "2.webm", "1.webm"), "screen") == [("screen", "1.webm"), ("screen", "2.webm")]
    with pytest.raises(UsageError, match="nothing says"):  # those in a folder inside are not its own
        find_recordings(lay(tmp_path / "other", "x/1.webm"), "screen")


def test_an_empty_folder_beside_a_full_one_is_a_problem(tmp_path: Path) -> None:
    folder = lay(tmp_path, "webcam/", "desktop/1.webm", "logs/")
    assert found(folder) == [("screen", "desktop/1.webm")]
    (problem,) = find_recordings(folder).problems
    assert (problem.code, problem.where, problem.message) == (
        "folder_empty",
        f"{folder}/webcam",
        "holds no webcam recording",
    )


@pytest.mark.parametrize("names", [(), ("webcam/",), ("notes.txt", "webcam/1.jpg"), ("a/webcam/1.webm",)])
def test_a_folder_without_recordings_is_refused(tmp_path: Path, names: tuple[str, ...]) -> None:
    with pytest.raises(InputError, match="this is a folder, and holds no recordings"):
        find_recordings(lay(tmp_path, *names))


@pytest.mark.parametrize(
    ("names", "what"),
    [
        (("webcam/1.webm", "camera/1.webm"), "webcam recordings lie in several places: "),
        (("webcam/1.webm", "webcam-2.webm"), "webcam recordings lie in several places: "),
        (("desktop/1.webm", "screen/1.webm", "webcam/1.webm"), "screen recordings lie in several places: "),
        (("webcam/1.webm", "webcam/1.mp4"), "one part in several formats: 1.mp4, 1.webm"),
    ],
)
def test_what_is_there_twice_is_refused(tmp_path: Path, names: tuple[str, ...], what: str) -> None:
    with pytest.raises(UsageError) as caught:
        find_recordings(lay(tmp_path, *names))
    assert caught.value.what.startswith(what)
    assert caught.value.where == str(tmp_path)


def test_a_folder_that_may_not_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: Path) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "iterdir", refuse)
    with pytest.raises(ProctorError, match="cannot be read"):
        find_recordings(str(tmp_path))


def test_numbers_in_names_count_as_numbers() -> None:
    names = ["webcam", "webcam-1", "webcam-2", "webcam-2b", "webcam-10", "webcam-010x", "webcam-11"]
    assert [path.stem for path in sort_parts(Path(f"{name}.webm") for name in reversed(names))] == names
