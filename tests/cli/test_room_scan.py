"""A room scan through the whole chain with its real networks: a camera pans over a desk with a phone on it."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from proctor_cli.store import SessionFolder
from tests.cli.running import SAMPLE, Proctor
from tests.unit.detectors.pictures import recorded
from tests.unit.detectors.rooms import LAPTOP_PX, PHONE_PX, in_view, view
from tests.unit.media.films import even, film

pytestmark = [pytest.mark.models, pytest.mark.media, pytest.mark.usefixtures("weights")]

SCAN_S, FPS = 14, 5


def pan(number: int, width: int, height: int) -> NDArray[np.uint8]:
    return view(number / (SCAN_S * FPS - 1))


@pytest.fixture(scope="module")
def room_film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    times_s = even(SCAN_S * FPS, FPS)
    return film(tmp_path_factory.mktemp("room") / "room.mp4", times_s, size=(1280, 720), picture=pan, rate=FPS)


def test_what_lies_on_the_desk_is_told_at_its_time_in_the_clip(
    tmp_path: Path, proctor: Proctor, room_film: Path
) -> None:
    out = tmp_path / "out"
    words = (
        "--no-identity",
        "--span",
        "0-3",
        "--start",
        "2026-06-01T09:00:00Z",
        "--require",
        "workspace_objects",
        "-o",
        out,
    )
    ran = proctor("analyze", SAMPLE, "--student", "S123", "--workspace", room_film, *words)
    assert (ran.code, ran.err) == (0, "")
    result = SessionFolder(out).read_session()
    scanned = [i for i in result.judgement.incidents if i.source == "workspace"]
    for event, said, middle_px in (("PHONE_DETECTED", "a phone", PHONE_PX), ("BANNED_OBJECT", "a laptop", LAPTOP_PX)):
        (incident,) = (i for i in scanned if i.event == event and said in i.message)
        first_s, last_s = (share * SCAN_S for share in in_view(middle_px))
        begins_s, ends_s = incident.start_s + SCAN_S, incident.end_s + SCAN_S  # in the clip
        assert first_s - 1.5 < begins_s < last_s
        assert first_s < ends_s < last_s + 2.5
    assert all(i.start_s >= 0 for i in result.judgement.incidents if i.source != "workspace")
    assert result.recording.duration_s == pytest.approx(90, abs=0.1)

    with (out / "events.csv").open() as file:
        rows = {row["event"]: row for row in csv.DictReader(file)}
    assert rows["PHONE_DETECTED"]["time_24h"] == ""
    assert float(rows["PHONE_DETECTED"]["risk_delta"]) > 0
    assert (out / rows["PHONE_DETECTED"]["snapshot_url"]).stat().st_size > 5000

    ran = proctor("check", out, "--fail-on", "medium", "--json")
    assert ran.code == 10
    assert json.loads(ran.out)["sessions"][0]["hit"]


def test_strangers_in_its_pictures_cannot_be_recognised(tmp_path: Path, proctor: Proctor) -> None:
    (both,) = recorded(SAMPLE, (32.0,))  # the candidate and the visitor

    def still(number: int, width: int, height: int) -> NDArray[np.uint8]:
        return both.rgb

    two = film(tmp_path / "two.mp4", even(15, FPS), size=(640, 480), picture=still, rate=FPS)
    pictures = []
    for option in ("--blur-bystanders", "--no-blur-bystanders"):
        out = tmp_path / option
        words = ("--no-identity", "--span", "0-1", "--student", "S123", option, "-o", out)
        assert proctor("analyze", SAMPLE, "--workspace", two, *words).code == 0
        incidents = SessionFolder(out).read_session().judgement.incidents
        (scanned,) = (i for i in incidents if i.event == "EXTRA_PERSON")
        pictures.append(np.asarray(cv2.imread(str(out / scanned.snapshot)), float))
    changed = np.abs(pictures[0] - pictures[1]).mean(axis=2) > 8
    assert 0.05 < changed.mean() < 0.3  # faces, and no more
    columns = np.nonzero(changed)[1]
    assert (columns < 320).any()
    assert (columns > 400).any()  # both: in a room scan nobody is known to be the candidate
