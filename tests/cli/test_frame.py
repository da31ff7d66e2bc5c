"""`proctor frame`: a line of JSON for each picture."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from proctor_cli import quiet
from tests.cli.running import Proctor
from tests.unit.detectors.pictures import PORTRAIT


@pytest.fixture(autouse=True)
def _network(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(quiet, "cut_network", lambda: None)  # it would last longer than this test


@pytest.fixture
def portrait(tmp_path: Path) -> Path:
    path = tmp_path / "portrait.jpg"
    assert cv2.imwrite(str(path), PORTRAIT[:, :, ::-1])
    return path


def lines(out: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in out.splitlines()]


def test_a_line_for_each_picture_in_order(proctor: Proctor, portrait: Path, tmp_path: Path, no_weights: Path) -> None:
    wide = tmp_path / "wide.png"
    cv2.imwrite(str(wide), np.full((20, 40, 3), 200, np.uint8))
    ran = proctor("frame", wide, portrait)
    assert (ran.code, ran.err) == (0, "")
    first, second = lines(ran.out)
    assert (first["schema"], first["file"], first["width_px"]) == ("proctor.frame/1", str(wide), 40)
    assert (second["file"], second["face_detected"]) == (str(portrait), None)


def test_a_picture_from_standard_input(
    proctor: Proctor, portrait: Path, no_weights: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(portrait.read_bytes())))
    (report,) = lines(proctor("frame", "-").out)
    (same,) = lines(proctor("frame", portrait).out)
    assert (report["file"], report["sha256"]) == ("-", same["sha256"])


def test_standard_input_is_read_once(proctor: Proctor) -> None:
    ran = proctor("frame", "-", "-")
    assert (ran.code, ran.complaint) == (2, "-: can only be read once. Give it once.")


def test_a_turned_photo_is_seen_upright(proctor: Proctor, portrait: Path, tmp_path: Path, no_weights: Path) -> None:
    tall = tmp_path / "tall.jpg"
    cv2.imwrite(str(tall), np.full((60, 20, 3), 200, np.uint8))
    # Orientation 6 of a TIFF header in an APP1 segment: to be turned by a quarter.
    exif = b"Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0"
    data = tall.read_bytes()
    tall.write_bytes(data[:2] + b"\xff\xe1" + (len(exif) + 2).to_bytes(2, "big") + exif + data[2:])
    (report,) = lines(proctor("frame", tall).out)
    assert (report["width_px"], report["height_px"]) == (60, 20)


def test_pretty_is_the_same_over_many_lines(proctor: Proctor, portrait: Path, no_weights: Path) -> None:
    (line,) = lines(proctor("frame", portrait, "--json").out)
    pretty = proctor("frame", portrait, "--pretty").out
    assert len(pretty.splitlines()) > 20
    assert json.loads(pretty) == line


def test_the_others_are_done_when_one_cannot_be_read(
    proctor: Proctor, portrait: Path, tmp_path: Path, no_weights: Path
) -> None:
    half = tmp_path / "half.jpg"
    half.write_bytes(portrait.read_bytes()[:3000])
    ran = proctor("frame", half, portrait, tmp_path / "nowhere.jpg")
    assert ran.code == 5
    assert [line["file"] for line in lines(ran.out)] == [str(portrait)]
    not_a_picture, missing = ran.err.splitlines()
    assert not_a_picture.startswith(f"proctor: {half}: not a picture")
    assert missing == f"proctor: {tmp_path / 'nowhere.jpg'}: cannot be read (No such file or directory)"


def test_none_that_can_be_read(proctor: Proctor, tmp_path: Path, no_weights: Path) -> None:
    for name in ("a.jpg", "b.png"):
        (tmp_path / name).write_bytes(b"nothing of the kind")
    assert proctor("frame", tmp_path / "a.jpg").code == 3
    ran = proctor("frame", tmp_path / "a.jpg", tmp_path / "b.png")
    assert (ran.code, ran.out, len(ran.err.splitlines())) == (3, "", 2)


def test_a_video_is_for_analyze(proctor: Proctor, exam: Path, no_weights: Path) -> None:
    ran = proctor("frame", exam)
    assert (ran.code, ran.complaint) == (3, f"{exam}: a video, not a picture. Use `proctor analyze`.")


@pytest.mark.parametrize(
    ("options", "code", "said"),
    [
        (["--require", "faces"], 4, "faces: cannot run"),
        (["--require", "identity"], 4, "identity: cannot run: there is no photo to compare the face with"),
        (["--require", "eyes"], 2, "--require: unknown check eyes"),
        (["--reference", "nowhere.jpg"], 2, "nowhere.jpg: no such file or folder"),
        (["--student-db", "nowhere"], 2, "nowhere: no such folder"),
        (["--policy", "nowhere.toml"], 2, "nowhere.toml"),
        (["--model", "objects=yunet"], 2, "yunet: is for faces"),
    ],
)
def test_what_is_refused(
    proctor: Proctor, portrait: Path, no_weights: Path, options: list[str], code: int, said: str
) -> None:
    ran = proctor("frame", portrait, *options)
    assert ran.code == code
    assert said in ran.complaint


@pytest.mark.models
def test_who_and_what_is_in_a_picture(proctor: Proctor, portrait: Path, tmp_path: Path, weights: Path) -> None:
    folder = tmp_path / "db" / "S123"
    folder.mkdir(parents=True)
    (folder / "card.jpg").write_bytes(portrait.read_bytes())
    ran = proctor("frame", portrait, "--reference", portrait, "--student-db", tmp_path / "db", "--require", "identity")
    assert (ran.code, ran.err) == (0, "")
    (report,) = lines(ran.out)
    assert (report["people_count"], report["face_verified"], report["person_name"]) == (1, True, "S123")
    assert (report["headpose_alert"], report["banned_objects"], report["alerts"]) == (False, [], [])
    assert (report["headpose_basis"], report["spoofing_basis"]) == ("absolute", "one look")
    assert "retail_0095" in report["models"]
