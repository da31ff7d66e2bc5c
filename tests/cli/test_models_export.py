"""`proctor models export`, from a .pt file to a check of an analysis."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from proctor_cli.store import SessionFolder
from tests.cli.running import Proctor

pytestmark = pytest.mark.usefixtures("no_weights")

MAKE = """
import os, sys
os.environ |= {"YOLO_OFFLINE": "1", "YOLO_AUTOINSTALL": "false", "YOLO_CONFIG_DIR": ".", "YOLO_VERBOSE": "0"}
import torch, yaml
from ultralytics import YOLO
layers = [[-1, 1, "Conv", [48, 3, 2]]] * 3
with open("tiny.yaml", "w") as file:
    yaml.safe_dump({"nc": 2, "backbone": layers, "head": [[[2], 1, "Detect", ["nc"]]]}, file)
torch.manual_seed(1)
network = YOLO("tiny.yaml")
network.model.names = {0: "AirPods", 1: "clock"}
for branch in network.model.model[-1].cv3:
    torch.nn.init.zeros_(branch[-1].bias)
network.save("my ears.pt")
"""


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small network with random numbers."""
    folder = tmp_path_factory.mktemp("weights")
    subprocess.run([sys.executable, "-c", MAKE], check=True, capture_output=True, cwd=folder)
    return folder / "my ears.pt"


def test_from_weights_to_an_analysis(
    weights: Path, exam: Path, no_weights: Path, tmp_path: Path, proctor: Proctor, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache = no_weights / "proctor/models"
    monkeypatch.setattr("proctor_cli.nets.lookup.search_folders", lambda: (no_weights, cache))
    words = ("models", "export", weights, "--role", "wearables", "--size", "64")
    made, again = proctor(*words), proctor(*words)
    assert (made.code, made.err) == (0, "")
    assert f"exported into {cache}" in made.out
    assert "2 classes: AirPods, clock" in made.out
    assert "--model wearables=my_ears" in made.out
    assert f"already in {cache}" in again.out

    rows = {row["name"]: row for row in json.loads(proctor("models", "list", "--json").out)["models"]}
    assert (rows["my_ears"]["role"], rows["my_ears"]["state"]) == ("wearables", "ok")

    out = tmp_path / "out"
    ran = proctor(
        "analyze", exam, "--student", "S123", "--model", "wearables=my_ears", "--require", "wearables", "-o", out
    )
    assert ran.code == 0
    recording = SessionFolder(out).read_session().recording
    assert "wearables" in {spec.name for spec in recording.detectors}
    assert ("wearables", "my_ears") in {(use.role, use.name) for use in recording.models}
    looks = [seen.values for seen in SessionFolder(out).read_observations() if "earbuds.score" in seen.values]
    assert len(looks) >= 3  # sparse ones, and those by which it begins and ends
    assert all((values["earbuds.score"] or 0.0) > 0.08 for values in looks)
    assert {values["headphones.score"] for values in looks} == {None}
    gaps = {gap.event: gap.reason for gap in SessionFolder(out).read_session().judgement.not_assessed}
    assert gaps["BANNED_OBJECT"].startswith("in part: ")  # laptops, books and screens: there is no network for those


def test_an_analysis_that_requires_it_says_how_to_get_one(exam: Path, tmp_path: Path, proctor: Proctor) -> None:
    ran = proctor("analyze", exam, "--student", "S123", "--require", "wearables", "-o", tmp_path / "out")
    assert ran.code == 4
    assert "proctor models export" in ran.complaint
    assert "--model wearables=NAME" in ran.complaint


def test_what_was_not_asked_for_is_in_the_report_only(exam: Path, tmp_path: Path, proctor: Proctor) -> None:
    ran = proctor("analyze", exam, "--student", "S123", "-o", tmp_path / "out")
    assert "wearables" not in ran.err
    page = (tmp_path / "out/report.html").read_text()
    assert "wearables: the chosen set names no network for it" in page


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--size", "100"), "must be a multiple of 32"),
        (("--labels", "a,,b"), "names a class twice, or none"),
        (("--labels", "a,b,a"), "names a class twice, or none"),
        (("--name", "a/b"), "must be of letters"),
        (("--name", "yunet"), "the name is taken"),
    ],
)
def test_options_that_cannot_be(weights: Path, proctor: Proctor, words: tuple[str, str], said: str) -> None:
    ran = proctor("models", "export", weights, *words)
    assert ran.code == 2
    assert said in ran.complaint


def test_a_file_that_is_not_there(tmp_path: Path, proctor: Proctor) -> None:
    ran = proctor("models", "export", tmp_path / "none.pt")
    assert ran.code == 2
    assert "none.pt" in ran.err
