"""`proctor analyze FOLDER`: a recorder's folder instead of files, and two recordings on one clock."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from proctor_cli.store import SessionFolder
from tests.cli.running import Proctor, Ran
from tests.cli.test_analyze import DARK, lamp
from tests.unit.media.films import even, film
from tests.unit.session.sounds import film_with_sound, hear, speak

pytestmark = pytest.mark.usefixtures("no_weights")


@pytest.fixture
def recorder(tmp_path: Path) -> Path:
    """Three parts of a webcam recording, the second dark at its start, and two of a screen recording."""
    folder = tmp_path / "recorder"
    for name in ("webcam", "desktop"):
        (folder / name).mkdir(parents=True)
    film(folder / "webcam/1.mp4", even(50))
    film(folder / "webcam/2.mp4", even(50), picture=lamp, first_number=25)
    film(folder / "webcam/10.mp4", even(50), first_number=200)
    for number in (1, 2):
        film(folder / f"desktop/{number}.mp4", even(75), first_number=300 * number)
    return folder


def analyze(proctor: Proctor, out: Path, *words: str | Path) -> Ran:
    return proctor("analyze", *words, "--student", "S123", "-o", out)


def lines(ran: Ran) -> list[str]:
    """What is said on stderr, but for the networks that are not here."""
    told = [line.removeprefix("proctor: ") for line in ran.err.splitlines()]
    return [line for line in told if not line.startswith("not assessed")]


def placed(out: Path) -> list[tuple[str, str, float, str]]:
    clips = SessionFolder(out).read_session().recording.clips
    return [(clip.source, Path(clip.path).name, clip.offset_s, clip.offset_from) for clip in clips]


def test_a_folder_is_one_session(tmp_path: Path, recorder: Path, proctor: Proctor) -> None:
    (tmp_path / "dark.toml").write_text(DARK)
    ran = analyze(proctor, tmp_path / "out", recorder, "--policy", tmp_path / "dark.toml")
    assert ran.code == 0
    assert lines(ran) == [
        "webcam: 1.mp4, 2.mp4, 10.mp4 (3 parts, each taken to follow the last at once)",
        "screen: 1.mp4, 2.mp4 (2 parts, each taken to follow the last at once)",
        f"{recorder}/desktop/1.mp4: nothing says when it began: it is taken to start together with the webcam "
        "recording; give --screen-offset",
    ]
    assert "the screen recording begins with the webcam recording, which is assumed: nothing says" in ran.out
    assert placed(tmp_path / "out") == [
        ("webcam", "1.mp4", 0.0, "origin"),
        ("webcam", "2.mp4", 2.0, "part"),
        ("webcam", "10.mp4", 4.0, "part"),
        ("screen", "1.mp4", 0.0, "assumed"),
        ("screen", "2.mp4", 3.0, "part"),
    ]
    document = json.loads((tmp_path / "out/events.json").read_text())
    assert document["duration_s"] == 6.0
    (event,) = (event for event in document["rows"] if event["event"] == "LOW_LIGHT")
    assert (event["start_s"], event["end_s"]) == (2.0, pytest.approx(3.4))
    assert (tmp_path / "out" / event["snapshot_url"]).is_file()
    page = (tmp_path / "out/report.html").read_text()
    assert all(clip.sha256 in page for clip in SessionFolder(tmp_path / "out").read_session().recording.clips)


def test_an_offset_is_given_for_a_folder_too(tmp_path: Path, recorder: Path, proctor: Proctor) -> None:
    ran = analyze(proctor, tmp_path / "out", recorder, "--screen-offset", "-1.5")
    assert ran.code == 0
    assert "the screen recording begins 1.50 s before the webcam recording, as --screen-offset says" in ran.out
    assert [offset_s for source, _, offset_s, _ in placed(tmp_path / "out") if source == "screen"] == [-1.5, 1.5]


def test_folders_of_one_recording_each(tmp_path: Path, recorder: Path, proctor: Proctor) -> None:
    (recorder / "webcam").rename(tmp_path / "mine")
    ran = analyze(proctor, tmp_path / "out", tmp_path / "mine", "--screen", recorder / "desktop")
    assert ran.code == 0
    assert [source for source, *_ in placed(tmp_path / "out")] == ["webcam"] * 3 + ["screen"] * 2
    alone = analyze(proctor, tmp_path / "alone", "--screen", recorder / "desktop")
    assert alone.code == 0
    assert placed(tmp_path / "alone") == [("screen", "1.mp4", 0.0, "origin"), ("screen", "2.mp4", 3.0, "part")]
    gaps = {gap["event"]: gap for gap in json.loads((tmp_path / "alone/events.json").read_text())["not_assessed"]}
    assert gaps["NO_FACE"]["reason"] == "no webcam recording was given"


def test_a_damaged_part_is_named_and_the_others_are_used(tmp_path: Path, recorder: Path, proctor: Proctor) -> None:
    (recorder / "webcam/2.mp4").write_bytes(b"no video")
    ran = analyze(proctor, tmp_path / "out", recorder)
    assert ran.code == 5
    uncertain = ", and what follows it is placed as if it had not been there: the times of that are uncertain"
    told = f"2.mp4: not a recording that can be read; this part is left out{uncertain}"
    assert f"{recorder}/webcam/{told}" in lines(ran)
    assert f"  partial: {told}" in ran.out.splitlines()
    assert [name for source, name, *_ in placed(tmp_path / "out") if source == "webcam"] == ["1.mp4", "10.mp4"]
    document = json.loads((tmp_path / "out/events.json").read_text())
    assert "part_unreadable" in [problem["code"] for problem in document["problems"]]


def test_what_was_left_out_is_said(tmp_path: Path, recorder: Path, proctor: Proctor) -> None:
    (recorder / "room.mp4").write_bytes(b"")
    (recorder / "desktop/1.mp4").unlink()
    (recorder / "desktop/2.mp4").unlink()
    ran = analyze(proctor, tmp_path / "out", recorder)
    assert ran.code == 0
    assert f"{recorder}/room.mp4: its name does not say what it shows: left out" in lines(ran)
    assert f"{recorder}/desktop: holds no screen recording" in lines(ran)
    assert "screen recording begins" not in ran.out


def test_a_pause_between_parts_is_told(tmp_path: Path, proctor: Proctor) -> None:
    for number, second in ((1, 0), (2, 30)):
        created = {"creation_time": f"2026-06-01T07:00:{second:02d}Z"}
        film(tmp_path / f"webcam-{number}.mp4", even(50), metadata=created, first_number=number)
    ran = analyze(proctor, tmp_path / "out", tmp_path)
    assert ran.code == 0
    told = "webcam: webcam-1.mp4, webcam-2.mp4 (2 parts; by their creation times with pauses of 28.0 s before webcam-2"
    assert lines(ran)[0].startswith(told)


def test_the_sound_of_both_says_when_the_screen_began(tmp_path: Path, proctor: Proctor) -> None:
    room = speak(40.0)
    webcam = film_with_sound(tmp_path / "w.mp4", even(100, 5), hear(room, 4, 20))
    screen = film_with_sound(tmp_path / "s.mp4", even(150, 5), hear(room, 9, 30, volume=0.2))
    ran = analyze(proctor, tmp_path / "out", webcam, "--screen", screen)
    assert ran.code == 0
    (told,) = (line.strip() for line in ran.out.splitlines() if "screen recording begins" in line)
    assert told.startswith(("the screen recording begins 5.0", "the screen recording begins 4.9"))
    assert "s after the webcam recording, by the sound of both (sure: 0." in told
    clip = SessionFolder(tmp_path / "out").read_session().recording.clips[1]
    assert clip.offset_from == "sound"
    assert clip.offset_sure is not None


@pytest.mark.parametrize(
    ("files", "words", "code", "complaint"),
    [
        ((), ("{0}",), 3, "{0}: this is a folder, and holds no recordings. A recording ends in .avi, "),
        (("webcam/notes.txt",), ("{0}",), 3, "{0}: this is a folder, and holds no recordings."),
        (("exam.mp4",), ("{0}",), 2, "{0}: nothing says which recording shows what: exam.mp4. Name them webcam-1"),
        (
            ("webcam/1.mp4", "camera/1.mp4"),
            ("{0}",),
            2,
            "{0}: webcam recordings lie in several places: {0}/camera, {0}/webcam. Give the folder of one session",
        ),
        (("webcam/1.mp4", "webcam/1.webm"), ("{0}",), 2, "{0}: one part in several formats: 1.mp4, 1.webm. Give"),
        (("webcam/1.mp4",), ("{0}",), 3, "{0}/webcam/1.mp4: the file is empty. Copy or download it again."),
        (
            ("webcam/1.mp4", "screen/1.mp4"),
            ("{0}", "--screen", "other.mp4"),
            2,
            "--screen: {0} holds a screen recording too. Leave --screen out, or give the webcam recording alone.",
        ),
        (
            ("webcam/1.mp4", "screen/1.mp4"),
            ("--screen", "{0}"),
            2,
            "--screen: {0} holds webcam recordings too. Give the folder alone: analyze FOLDER.",
        ),
        (
            ("webcam/1.mp4",),
            ("{0}", "--screen-offset", "1"),
            2,
            "--screen-offset: there is no screen recording to shift. Give --screen FILE.",
        ),
        (
            ("screen/1.mp4",),
            ("{0}", "--screen-offset", "1"),
            2,
            "--screen-offset: a screen recording alone begins at 0. Give the webcam recording too.",
        ),
        (
            ("screen/1.mp4",),
            ("{0}", "--start", "2026-06-01T09:00:00Z", "--screen-start", "2026-06-01T09:00:00Z"),
            2,
            "--screen-start: there is no webcam recording beside it. Give --start instead.",
        ),
        (
            ("screen/1.mp4",),
            ("{0}", "--workspace", "room.mp4"),
            2,
            "--workspace: a room scan alone is no exam. Give the webcam recording too.",
        ),
        (
            ("screen/1.mp4",),
            ("{0}", "--reference", "me.jpg"),
            2,
            "--reference: there is no webcam recording to compare with. Leave one of them out.",
        ),
    ],
)
def test_what_is_unclear_or_empty_is_refused_in_one_line(
    tmp_path: Path, proctor: Proctor, files: tuple[str, ...], words: tuple[str, ...], code: int, complaint: str
) -> None:
    folder = tmp_path / "S123"
    folder.mkdir()
    for name in files:
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_bytes(b"")
    ran = analyze(proctor, tmp_path / "out", *(word.format(folder) for word in words))
    assert ran.complaint.startswith(complaint.format(folder))
    assert ran.code == code
    assert not (tmp_path / "out").exists()


def test_evaluate_takes_a_folder_that_a_label_names(tmp_path: Path, recorder: Path, proctor: Proctor) -> None:
    recorder.rename(tmp_path / "parts")
    (tmp_path / "other").mkdir()
    film(tmp_path / "single.mp4", even(50), picture=lamp, first_number=25)
    (tmp_path / "dark.toml").write_text(DARK)
    rows = "clip,event,start_s,end_s,detail\nparts,LOW_LIGHT,2.0,3.4,\nsingle,LOW_LIGHT,0.0,1.4,\n"
    (tmp_path / "labels.csv").write_text(rows)
    words = ("--policy", tmp_path / "dark.toml", "--progress", "none", "-o", tmp_path / "out")
    ran = proctor("evaluate", tmp_path / "labels.csv", *words)
    assert ran.code == 0
    (event,) = json.loads((tmp_path / "out/evaluation.json").read_text())["events"]
    assert (event["true_positives"], event["false_negatives"], event["false_positives"]) == (2, 0, 0)
    assert [source for source, *_ in placed(tmp_path / "out/parts")] == ["webcam"] * 3 + ["screen"] * 2
