"""`proctor evaluate --student-db`: the photos that each clip's candidate is compared with."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from PIL import Image

from proctor_cli.store import SessionFolder
from tests.cli.running import Proctor, Ran
from tests.unit.detectors.pictures import OTHER_PORTRAIT, PORTRAIT, Head, Picture, scene
from tests.unit.media.films import even, film


@pytest.fixture
def exams(tmp_path: Path) -> Path:
    """A recording of a portrait that nods, seven seconds, and labels by which nothing happens in it."""
    film(
        tmp_path / "exam.mp4",
        even(35, 5),
        size=(320, 240),
        options={"preset": "ultrafast", "qp": "15"},
        picture=lambda number, *_: scene(320, 240, Head(60, 10 + number % 5, 90))[0],
    )
    (tmp_path / "labels.csv").write_text("clip,event,start_s,end_s,detail\nexam,note,0,7,\n")
    return tmp_path


def put(folder: Path, rgb: Picture) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    Image.fromarray(rgb).save(folder / "me.png")


def evaluate(proctor: Proctor, folder: Path) -> Ran:
    words = ("--student-db", folder / "db", "-o", folder / "out", "--progress", "none", "--json")
    return proctor("evaluate", folder / "labels.csv", *words)


def accused(ran: Ran) -> set[str]:
    return {report["event"] for report in json.loads(ran.out)["honest"]["reports"] if report["about"] == "conduct"}


@pytest.mark.models
@pytest.mark.usefixtures("weights")
def test_other_photos_are_compared_anew_though_they_are_called_the_same(exams: Path, proctor: Proctor) -> None:
    put(exams / "db" / "exam", PORTRAIT)
    ran = evaluate(proctor, exams)
    assert (ran.code, ran.err) == (0, "")
    assert "UNAUTHORIZED_USER" not in accused(ran)
    before = SessionFolder(exams / "out" / "exam").read_recording()
    assert before.identity.kind == "photos"

    observed = exams / "out" / "exam" / "observations.jsonl.gz"
    written = observed.stat().st_mtime_ns
    assert evaluate(proctor, exams).out == ran.out
    assert observed.stat().st_mtime_ns == written

    put(exams / "db" / "exam", OTHER_PORTRAIT)
    assert "UNAUTHORIZED_USER" in accused(evaluate(proctor, exams))
    after = SessionFolder(exams / "out" / "exam").read_recording()
    assert after.identity == before.identity
    assert len(after.photos_sha256) == 1
    assert after.photos_sha256 != before.photos_sha256


@pytest.mark.usefixtures("no_weights")
def test_who_has_no_photo_is_said(exams: Path, proctor: Proctor) -> None:
    put(exams / "db" / "exam", PORTRAIT)
    film(exams / "other.mp4", even(25))
    ran = evaluate(proctor, exams)
    assert ran.code == 0
    assert "no photo for other: compared with the face of the first seconds" in ran.err
    (finding,) = SessionFolder(exams / "out" / "other").read_recording().findings
    assert finding.code == "reference_missing"
    assert SessionFolder(exams / "out" / "exam").read_recording().findings == ()
