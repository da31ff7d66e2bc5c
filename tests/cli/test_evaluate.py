"""`proctor evaluate`: recordings, finished sessions and reports of others against labels."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from proctor_cli.store import SessionFolder
from tests.cli.running import Proctor, Ran
from tests.cli.test_analyze import DARK, lamp
from tests.unit.media.films import even, film

pytestmark = pytest.mark.usefixtures("no_weights")

HEAD = "clip,event,start_s,end_s,detail\n"
# `lamp` is dark from 1.0 to 2.4 s; "bright" says the same of itself, wrongly; "plain" is not labelled at all.
ROWS = "dim,LOW_LIGHT,1.0,2.4,the lamp is off\ndim,NO_FACE,0,3,\nbright,?LOW_LIGHT,0,0.5,\n"


@pytest.fixture
def labelled(tmp_path: Path) -> Path:
    """A folder with three recordings and their labels."""
    film(tmp_path / "dim.mp4", even(100), picture=lamp)
    film(tmp_path / "bright.mp4", even(50))
    film(tmp_path / "plain.mp4", even(50))
    (tmp_path / "labels.csv").write_text(HEAD + ROWS)
    (tmp_path / "dark.toml").write_text(DARK)
    return tmp_path


def evaluate(proctor: Proctor, folder: Path, *words: str | Path) -> Ran:
    given = ("--policy", folder / "dark.toml", "--progress", "none", "-o", folder / "out")
    return proctor("evaluate", folder / "labels.csv", *given, *words)


def read(folder: Path) -> dict[str, Any]:
    document: dict[str, Any] = json.loads((folder / "out" / "evaluation.json").read_text("utf-8"))
    return document


def counts(document: dict[str, Any]) -> dict[str, tuple[int, int, int]]:
    names = ("true_positives", "false_negatives", "false_positives")
    return {row["event"]: tuple(row[name] for name in names) for row in document["events"]}


def test_analyses_scores_and_writes(labelled: Path, proctor: Proctor) -> None:
    (labelled / "groups.csv").write_text("clip,group\ndim,one\nbright,two\n")
    further = ("--groups", labelled / "groups.csv", "--sweep", "rules.LOW_LIGHT.min_duration_s=0.5,1.9")
    ran = evaluate(proctor, labelled, *further)
    document = read(labelled)
    assert ran.code == 0
    assert counts(document) == {"LOW_LIGHT": (1, 0, 0)}
    (not_judged,) = document["not_judged"]
    assert (not_judged["event"], not_judged["labels"]) == ("NO_FACE", 1)  # its network is not here
    assert "labelled, not judged: NO_FACE (1 label)" in ran.out
    assert document["honest"] == {
        "sessions": 2,
        "duration_s": 4.0,
        "false_positives": 0,
        "about_recording": 0,
        "reports": [],
    }
    assert "no label names plain" in ran.err
    assert (labelled / "out" / "evaluation.html").is_file()
    assert (labelled / "out" / "dim" / "report.html").is_file()

    parity = document["parity"]
    assert [(group["group"], group["sessions"]) for group in parity["groups"]] == [("one", 1), ("two", 1)]
    assert parity["without_group"] == 1
    assert parity["flagged_min_per_hour_difference"] > 0
    assert [(point["value"], counts(point)) for point in document["sweep"]["points"]] == [
        ("0.5", {"LOW_LIGHT": (1, 0, 0)}),
        ("1.9", {"LOW_LIGHT": (0, 1, 0)}),
    ]

    for path in labelled.glob("*.mp4"):
        path.unlink()  # finished sessions need no recordings
    words = ("--results", labelled / "out", "--policy", labelled / "dark.toml", "--json", *further)
    ran = proctor("evaluate", labelled / "labels.csv", *words)
    assert ran.code == 0
    assert json.loads(ran.out) == document


def test_what_is_analysed_is_not_analysed_again_but_judged_anew(labelled: Path, proctor: Proctor) -> None:
    evaluate(proctor, labelled, "--only", "dim")
    observed = labelled / "out" / "dim" / "observations.jsonl.gz"
    before = observed.stat().st_mtime_ns
    late = (labelled / "dark.toml").read_text().replace("min_duration_s = 0.8", "min_duration_s = 1.9")
    (labelled / "dark.toml").write_text(late)
    evaluate(proctor, labelled, "--only", "dim")
    assert observed.stat().st_mtime_ns == before
    assert counts(read(labelled)) == {"LOW_LIGHT": (0, 1, 0)}
    assert SessionFolder(labelled / "out" / "dim").read_session().judgement.incidents == ()

    (labelled / "bright.mp4").replace(labelled / "dim.mp4")
    ran = evaluate(proctor, labelled, "--only", "dim")
    assert ran.code == 3
    assert "holds the session of another recording" in ran.complaint


def test_a_recording_that_cannot_be_read_stops_nothing(labelled: Path, proctor: Proctor) -> None:
    (labelled / "bright.mp4").write_bytes(b"no video")
    ran = evaluate(proctor, labelled)
    document = read(labelled)
    assert ran.code == 5
    assert [failure["clip"] for failure in document["failed"]] == ["bright"]
    assert [session["clip"] for session in document["sessions"]] == ["dim", "plain"]
    assert "bright.mp4" in ran.err


def test_reports_of_any_program(tmp_path: Path, proctor: Proctor) -> None:
    (tmp_path / "labels.csv").write_text(HEAD + "a.mp4,NO_FACE,10,20,\nb.mp4,PASTE,5,5,\nc.mp4,NO_FACE,1,9,\n")
    (tmp_path / "durations.csv").write_text("clip,duration_s\na,60\nb,60\nc,60\n")
    (tmp_path / "events.csv").write_text("clip,event,start_s,end_s\na,NO_FACE,11,19\nb,PASTE_SUSPECTED,5,6\n")
    words = ("evaluate", tmp_path / "labels.csv", "--events", tmp_path / "events.csv")
    ran = proctor(*words, "--only", "[ab]", "--json")
    assert counts(json.loads(ran.out)) == {"NO_FACE": (1, 0, 0), "PASTE": (1, 0, 0)}
    assert counts(json.loads(proctor(*words, "--types", "PASTE", "--json").out)) == {"PASTE": (1, 0, 0)}
    dropped = json.loads(proctor(*words, "--map", "NO_FACE=", "--json").out)
    assert counts(dropped) == {"NO_FACE": (0, 2, 0), "PASTE": (1, 0, 0)}
    assert sorted(path.name for path in tmp_path.iterdir()) == ["durations.csv", "events.csv", "labels.csv"]


def test_accusations_of_the_honest_count_though_no_label_names_them(tmp_path: Path, proctor: Proctor) -> None:
    (tmp_path / "labels.csv").write_text(HEAD + "a,NO_FACE,10,20,\nb,note,0,1,\n")
    (tmp_path / "durations.csv").write_text("clip,duration_s\na,60\nb,60\n")
    rows = "a,NO_FACE,11,19\nb,UNAUTHORIZED_USER,0,60\nb,ODD,5,6\nb,LOW_LIGHT,0,60\n"
    (tmp_path / "events.csv").write_text("clip,event,start_s,end_s\n" + rows)
    words = ("evaluate", tmp_path / "labels.csv", "--events", tmp_path / "events.csv")
    ran = proctor(*words, "--list")
    assert "nothing happens in 1 of them, 60 s: 2 false reports, and 1 about the recording" in ran.out
    assert "  false, not labelled: b UNAUTHORIZED_USER 0.00-60.00 s" in ran.out
    assert "  about the recording, not labelled: b LOW_LIGHT 0.00-60.00 s" in ran.out
    document = json.loads(proctor(*words, "--json").out)
    assert counts(document) == {"NO_FACE": (1, 0, 0)}
    assert [row["event"] for row in document["honest"]["reports"]] == ["LOW_LIGHT", "ODD", "UNAUTHORIZED_USER"]


def test_photos_that_cannot_be_used_are_refused(labelled: Path, proctor: Proctor) -> None:
    db = labelled / "db"
    for said in ("no such folder", "holds photos for none of the recordings"):
        ran = evaluate(proctor, labelled, "--student-db", db)
        assert (ran.code, ran.complaint.partition(". ")[0]) == (2, f"{db}: {said}")
        db.mkdir(exist_ok=True)
    ran = evaluate(proctor, labelled, "--student-db", db, "--as", "screen")
    assert (ran.code, ran.complaint.partition(". ")[0]) == (
        2,
        "--student-db: there is no webcam recording to compare with",
    )
    assert not (labelled / "out").exists()


def test_the_gate_closes_on_a_low_f1(tmp_path: Path, proctor: Proctor) -> None:
    (tmp_path / "labels.csv").write_text(HEAD + "a,NO_FACE,10,20,\na,NO_FACE,30,40,\n")
    (tmp_path / "events.csv").write_text("clip,event,start_s,end_s\na,NO_FACE,11,19\n")
    words = ("evaluate", tmp_path / "labels.csv", "--events", tmp_path / "events.csv", "--min-f1")
    assert proctor(*words, "0.6").code == 0
    ran = proctor(*words, "0.7")
    assert ran.code == 10
    assert "F1 is 0.667, below 0.7" in ran.err


def test_the_gate_closes_when_nothing_labelled_was_judged(labelled: Path, proctor: Proctor) -> None:
    (labelled / "labels.csv").write_text(HEAD + "dim,NO_FACE,0,3,\n")
    assert evaluate(proctor, labelled, "--only", "dim", "--min-f1", "0").code == 10


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["--recordings", "x", "--results", "y"], 2, "only one of them can be scored"),
        (["--events", "x", "--sweep", "away.head_yaw_deg=1"], 2, "--sweep: needs what was observed"),
        (["--results", "x", "--student-db", "y"], 2, "--student-db: there is no webcam recording to compare with"),
        (["--events", "none.csv"], 2, "none.csv: cannot be read"),
        (["--map", "NO_FACE"], 2, "--map: 'NO_FACE' renames nothing"),
        (["--sweep", "away.head_yaw_deg"], 2, "--sweep: 'away.head_yaw_deg' names no values of a key"),
        (["--recordings", "none"], 2, "none: no such folder"),
        (["--results", "none"], 3, "none: no such folder"),
    ],
)
def test_wrong_words_are_refused(tmp_path: Path, proctor: Proctor, words: Sequence[str], code: int, said: str) -> None:
    (tmp_path / "labels.csv").write_text(HEAD)
    ran = proctor("evaluate", tmp_path / "labels.csv", *words)
    assert ran.code == code
    assert said in ran.complaint


def test_labels_without_recordings_are_all_named(labelled: Path, proctor: Proctor) -> None:
    (labelled / "labels.csv").write_text(HEAD + "dim,NO_FACE,0,3,\none,NO_FACE,0,3,\ntwo,yawns,0,3,\n")
    film(labelled / "dim.webm", even(25), codec="libvpx")
    ran = evaluate(proctor, labelled)
    assert ran.code == 2
    for said in ("dim: more than one recording", "one: labelled, but there is no recording of it", "two: labelled"):
        assert said in ran.err
