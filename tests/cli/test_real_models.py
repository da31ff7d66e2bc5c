"""The chain with its real networks, on a few seconds of the sample session."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from proctor_cli import plan
from proctor_cli.store import SessionFolder
from tests.cli.running import SAMPLE, Proctor

pytestmark = [pytest.mark.models, pytest.mark.usefixtures("weights")]

# A phone is held up from 58.0 s to 66.4 s (sample_videos/labels.csv).
WORDS = ("analyze", SAMPLE, "--student", "S123", "--span", "56-65")


def test_workers_and_rescoring_change_no_byte(
    tmp_path: Path, proctor: Proctor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(plan, "SLICE_S", 3.0)
    one, two = tmp_path / "one", tmp_path / "two"
    ran = proctor(*WORDS, "--workers", "1", "--json", "-o", one)
    assert (ran.code, ran.err) == (0, "")
    assert not {"NO_FACE", "LOOKING_AWAY", "PHONE_DETECTED"} & set(json.loads(ran.out)["not_assessed"])
    phones = [i for i in SessionFolder(one).read_session().judgement.incidents if i.event == "PHONE_DETECTED"]
    assert [(58.0 <= i.start_s < 59.0, i.end_s, i.points > 0) for i in phones] == [(True, 65.0, True)]
    assert (one / phones[0].snapshot).is_file()

    assert proctor(*WORDS, "--workers", "2", "-o", two).code == 0
    assert (one / "observations.jsonl.gz").read_bytes() == (two / "observations.jsonl.gz").read_bytes()
    lenient = (one / "events.csv").read_bytes()
    assert lenient == (two / "events.csv").read_bytes()
    for folder in (one, two):
        assert proctor("rescore", folder, "--policy", "strict").code == 0
    assert lenient != (one / "events.csv").read_bytes()  # strict confirms a phone sooner
    for name in ("events.csv", "events.json"):
        assert (one / name).read_bytes() == (two / name).read_bytes()


def test_screen_and_log_of_the_sample_agree_on_the_tab_switch(tmp_path: Path, proctor: Proctor) -> None:
    screen, log = SAMPLE.with_name("screen.mp4"), SAMPLE.with_name("events.csv")
    ran = proctor("analyze", "--screen", screen, "--events", log, "--student", "S", "--span", "50-80", "-o", tmp_path)
    assert ran.code == 0
    judgement = SessionFolder(tmp_path).read_session().judgement
    (seen,) = [i for i in judgement.incidents if (i.event, i.source) == ("TAB_SWITCH", "screen")]
    assert (seen.start_s, seen.end_s) == pytest.approx((69.0, 72.6), abs=1)
    assert "notes.university.example" in seen.message
    assert [told.screen for told in judgement.corroborations] == ["agrees"]
    (strip,) = judgement.strips
    assert [stretch.state for stretch in strip.stretches] == ["exam", "other", "exam"]


def test_a_network_can_be_swapped(tmp_path: Path, proctor: Proctor) -> None:
    words = ("--model", "objects=yolox_nano", "--models", "default", "--no-identity", "--require", "faces,objects")
    ran = proctor(*WORDS[:-1], "60-61", *words, "-o", tmp_path / "out")
    assert (ran.code, ran.err) == (0, "")
    used = {use.role: use for use in SessionFolder(tmp_path / "out").read_session().provenance.models}
    assert (used["objects"].name, used["objects"].licence) == ("yolox_nano", "Apache-2.0")


def test_a_network_that_no_detector_understands_is_refused_in_one_line(tmp_path: Path, proctor: Proctor) -> None:
    ran = proctor(*WORDS[:-1], "60-61", "--model", "faces=scrfd_500m", "-o", tmp_path / "out")
    assert ran.code == 4
    assert ran.complaint == (
        "faces=scrfd_500m: its family 'scrfd' is not one that faces can read. "
        "Choose a network of family yunet; `proctor models list --json` shows them."
    )


def test_nothing_of_a_face_is_kept_unless_asked_for(tmp_path: Path, proctor: Proctor) -> None:
    words = ("analyze", SAMPLE, "--student", "S123", "--span", "0-5", "-o", tmp_path)
    assert proctor(*words, "--keep-embeddings").code == 0
    kept = json.loads((tmp_path / "embeddings.json").read_text())["embeddings"]
    assert (kept["student_id"], kept["model"]["name"], kept["basis"]["kind"]) == ("S123", "retail_0095", "registered")
    (vector,) = kept["vectors"]
    assert sum(number**2 for number in vector) == pytest.approx(1)

    assert proctor(*words).code == 0
    assert not (tmp_path / "embeddings.json").exists()
    written = b"".join(path.read_bytes() for path in tmp_path.rglob("*.json"))
    assert str(vector[0]).encode() not in written
