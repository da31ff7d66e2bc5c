"""Whom the candidate's face is compared with: `--reference`, `--student-db`, `--no-identity`."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from proctor_cli.store import SessionFolder
from proctor_cli.types import IdentityBasis, SessionResult
from tests.cli.running import Proctor
from tests.unit.detectors.pictures import OTHER_PORTRAIT, PORTRAIT, Head, Picture, scene
from tests.unit.media.films import even, film

Photo = Callable[[str, Picture], Path]


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Seven seconds of a portrait that nods, five pictures a second."""
    return film(
        tmp_path_factory.mktemp("films") / "exam.mp4",
        even(35, 5),
        size=(320, 240),
        options={"preset": "ultrafast", "qp": "15"},
        picture=lambda number, *_: scene(320, 240, Head(60, 10 + number % 5, 90))[0],
    )


@pytest.fixture
def photo(tmp_path: Path) -> Photo:
    def write(name: str, rgb: Picture) -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(rgb).save(path)
        return path

    return write


def session(folder: Path) -> SessionResult:
    return SessionFolder(folder).read_session()


def events(folder: Path) -> set[str]:
    return {incident.event for incident in session(folder).judgement.incidents}


def turned(rgb: Picture) -> Picture:
    return np.ascontiguousarray(np.rot90(rgb))


class TestRefusedAtOnce:
    """Before anything is decoded."""

    @pytest.fixture(autouse=True)
    def without(self, no_weights: Path) -> None:
        """No network is needed for it."""

    def test_what_is_not_there(self, tmp_path: Path, recording: Path, proctor: Proctor) -> None:
        (tmp_path / "empty").mkdir()
        for name, said in (("nowhere.jpg", "no such file or folder"), ("empty", "holds no photos")):
            words = ("--reference", tmp_path / name, "-o", tmp_path / "out")
            ran = proctor("analyze", recording, "--student", "S123", *words)
            assert ran.code == 2
            assert ran.complaint.startswith(f"{tmp_path / name}: {said}")
        assert not (tmp_path / "out").exists()

    def test_a_photo_that_would_not_be_used(self, recording: Path, proctor: Proctor, photo: Photo) -> None:
        words = ("--student", "S123", "--reference", photo("me.png", PORTRAIT))
        ran = proctor("analyze", recording, *words, "--no-identity")
        assert (ran.code, ran.complaint.split(". ")[0]) == (2, "--reference: --no-identity was given too")
        ran = proctor("analyze", "--screen", recording, *words)
        assert (ran.code, ran.complaint.split(". ")[0]) == (
            2,
            "--reference: there is no webcam recording to compare with",
        )

    def test_without_networks_it_is_said_what_is_missing(
        self, tmp_path: Path, recording: Path, proctor: Proctor, photo: Photo
    ) -> None:
        words = ("--student", "S123", "--reference", photo("me.png", PORTRAIT), "-o", tmp_path / "out")
        assert proctor("analyze", recording, *words).code == 0
        (silent,) = (
            one for one in session(tmp_path / "out").judgement.not_assessed if one.event == "UNAUTHORIZED_USER"
        )
        assert "face" in silent.reason
        assert proctor("analyze", recording, *words, "--require", "identity").code == 4


@pytest.mark.models
@pytest.mark.usefixtures("weights")
class TestReference:
    @pytest.mark.parametrize(
        ("rgb", "said"),
        [
            (np.full((240, 320, 3), 128, np.uint8), "no face is found in it"),
            (scene(640, 480, Head(20, 40, 120), Head(330, 60, 100, mirrored=True))[0], "shows 2 faces"),
            (None, "not a picture that can be read"),
        ],
        ids=["no face", "two faces", "no picture"],
    )
    def test_a_photo_that_does_not_show_one_face_stops_it(
        self, tmp_path: Path, recording: Path, proctor: Proctor, photo: Photo, rgb: Picture | None, said: str
    ) -> None:
        bad = photo("bad.png", PORTRAIT if rgb is None else rgb)
        if rgb is None:
            bad.write_text("no picture")
        ran = proctor("analyze", recording, "--student", "S123", "--reference", bad, "-o", tmp_path / "out")
        assert ran.code == 3
        assert ran.complaint.startswith(f"{bad}: {said}")
        assert not (tmp_path / "out").exists()

    def test_photos_of_the_candidate_however_they_lie(
        self, tmp_path: Path, recording: Path, proctor: Proctor, photo: Photo
    ) -> None:
        single, inside = photo("single.jpg", turned(PORTRAIT)), photo("folder/card.png", turned(turned(PORTRAIT)))
        (inside.parent / "notes.txt").write_text("not a photo")
        out = tmp_path / "out"
        words = ("--reference", single, "--reference", inside.parent, "-o", out)
        ran = proctor("analyze", recording, "--student", "S123", *words, "--json")
        assert (ran.code, ran.err) == (0, "")
        assert "UNAUTHORIZED_USER" not in json.loads(ran.out)["not_assessed"]
        assert session(out).recording.identity == IdentityBasis("photos", photos=(single.name, inside.name), looks=2)
        assert "UNAUTHORIZED_USER" not in events(out)

        # nothing of a face is kept: neither the photo nor numbers that stand for it
        assert {path.name for path in out.rglob("*") if path.is_file()} == {
            ".finished.json",
            "events.csv",
            "events.json",
            "observations.jsonl.gz",
            "report.html",
            "session.json",
        } | {path.name for path in (out / "snapshots").glob("*")}
        assert len((out / "session.json").read_bytes()) < 40_000

    def test_somebody_else_s_photo_and_one_of_the_database(
        self, tmp_path: Path, recording: Path, proctor: Proctor, photo: Photo, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The folder student_db is looked into where it lies in the current one."""
        monkeypatch.chdir(tmp_path)
        photo("student_db/S123/me.png", PORTRAIT)
        other = photo("db/S123/other.png", OTHER_PORTRAIT)
        assert proctor("analyze", recording, "--student", "S123", "-o", "own").code == 0
        assert session(tmp_path / "own").recording.identity.photos == ("me.png",)
        assert "UNAUTHORIZED_USER" not in events(tmp_path / "own")

        ran = proctor("analyze", recording, "--student", "S123", "--student-db", tmp_path / "db", "-o", "out")
        assert ran.code == 0
        assert session(tmp_path / "out").recording.identity.photos == (other.name,)
        (incident,) = (one for one in session(tmp_path / "out").judgement.incidents if one.event == "UNAUTHORIZED_USER")
        assert incident.start_s < 1
        assert incident.severity == "critical"
        assert (tmp_path / "out" / incident.snapshot).is_file()
        assert "critical alerts (UNAUTHORIZED_USER" in ran.out
        assert session(tmp_path / "out").judgement.priority == "high"  # the portrait is doubted as a print as well


@pytest.mark.usefixtures("no_weights")
def test_switched_off_it_is_said_so(tmp_path: Path, recording: Path, proctor: Proctor, photo: Photo) -> None:
    photo("db/S123/notes.jpg", PORTRAIT).write_text("not even read")
    words = ("--no-identity", "--student-db", tmp_path / "db", "-o", tmp_path / "out")
    assert proctor("analyze", recording, "--student", "S123", *words).code == 0
    result = session(tmp_path / "out")
    assert result.recording.identity == IdentityBasis("nothing")
    (silent,) = (one for one in result.judgement.not_assessed if one.event == "UNAUTHORIZED_USER")
    assert (silent.reason, silent.remedy) == ("it was switched off with --no-identity", "Leave the option out.")
    ran = proctor("analyze", recording, "--student", "S123", *words, "--require", "identity", "--overwrite")
    assert (ran.code, ran.complaint.split(". ")[0]) == (
        4,
        "identity: cannot run: it was switched off with --no-identity",
    )


@pytest.mark.usefixtures("no_weights")
def test_who_is_not_in_the_database_asks_for_a_look(
    tmp_path: Path, recording: Path, proctor: Proctor, photo: Photo
) -> None:
    photo("db/S124/me.png", PORTRAIT)
    out = tmp_path / "out"
    words = ("--student-db", tmp_path / "db", "-o", out)
    assert proctor("analyze", recording, "--student", "S123", *words).code == 0
    (finding,) = session(out).recording.findings
    assert (finding.code, finding.message) == ("reference_missing", f"{tmp_path / 'db'} holds no photo of S123")
    assert session(out).judgement.priority == "medium"
    assert proctor("analyze", recording, "--student", "../db/S124", *words, "--overwrite").code == 0
    assert session(out).recording.identity.photos == ()
    assert proctor("analyze", recording, "--student", "S123", *words, "--no-identity", "--overwrite").code == 0
    assert session(out).recording.findings == ()
