"""`proctor rescore` and `proctor report`: from saved observations, without videos, models, or what decodes them."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.running import ROOT, Proctor
from tests.cli.test_analyze import DARK, lamp
from tests.unit.media.films import even, film

pytestmark = pytest.mark.usefixtures("no_weights")

STRICTER = DARK.replace('"dark"', '"stricter"').replace("points = 5", "points = 7").replace("0.8", "0.4")
DOCUMENTS = ("events.csv", "events.json")


@pytest.fixture
def dim(tmp_path: Path) -> Path:
    """A folder with a recording that is dark from 1 s to 2.4 s, and two policies by which that scores."""
    film(tmp_path / "dim.mp4", even(100), picture=lamp)
    (tmp_path / "dark.toml").write_text(DARK)
    (tmp_path / "stricter.toml").write_text(STRICTER)
    return tmp_path


def analyse(proctor: Proctor, folder: Path, policy: str, out: str) -> Path:
    """Dense: by a policy with shorter rules there are other looks, and nothing to compare."""
    given = policy if policy in ("default", "strict") else folder / policy
    ran = proctor("analyze", folder / "dim.mp4", "--student", "S123", "--policy", given, "--dense", "-o", folder / out)
    assert ran.code == 0
    return folder / out


def files_of(folder: Path) -> dict[str, bytes]:
    """Every file, but for the mark that says when the documents were written."""
    found = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()}
    return {name: path.read_bytes() for name, path in found.items() if name != ".finished.json"}


def test_gives_what_a_full_run_with_that_policy_gives(dim: Path, proctor: Proctor) -> None:
    rescored, full = analyse(proctor, dim, "dark.toml", "a"), analyse(proctor, dim, "stricter.toml", "b")
    (dim / "dim.mp4").rename(dim / "moved.mp4")  # no video is needed
    ran = proctor("rescore", rescored, "--policy", dim / "stricter.toml", "--json")
    assert ran.code == 0
    assert ran.err == ""
    assert json.loads(ran.out)["risk_peak"] == 7
    for name in (*DOCUMENTS, "observations.jsonl.gz"):
        assert (rescored / name).read_bytes() == (full / name).read_bytes()


def test_back_and_forth_leaves_nothing_behind(dim: Path, proctor: Proctor) -> None:
    out = analyse(proctor, dim, "dark.toml", "out")
    before = files_of(out)
    proctor("rescore", out, "--policy", dim / "stricter.toml")
    assert {name for name, data in files_of(out).items() if data != before[name]} == {
        "events.csv",
        "events.json",
        "report.html",
        "session.json",
    }
    proctor("rescore", out, "--policy", dim / "dark.toml")
    after = files_of(out)
    assert after.keys() == before.keys()
    assert all(after[name] == before[name] for name in (*DOCUMENTS, "observations.jsonl.gz"))


def test_pictures_stay_with_their_incidents_and_are_not_invented(dim: Path, proctor: Proctor) -> None:
    pictured, bare = analyse(proctor, dim, "dark.toml", "a"), analyse(proctor, dim, "default", "b")
    for out, pictures in ((pictured, 1), (bare, 0)):
        proctor("rescore", out, "--policy", dim / "stricter.toml")
        with (out / "events.csv").open(newline="") as file:
            rows = list(csv.DictReader(file))
        assert [row["risk_delta"] for row in rows] == ["7.000"]
        assert sum((out / row["snapshot_url"]).is_file() for row in rows if row["snapshot_url"]) == pictures
    # All else is the same: a picture that was not taken is the only difference to a full run.
    (picture,) = (pictured / "snapshots").iterdir()
    text = (pictured / "events.csv").read_text()
    assert text.replace(f"snapshots/{picture.name}", "") == (bare / "events.csv").read_text()


def test_loads_nothing_that_decodes_or_detects(dim: Path, proctor: Proctor) -> None:
    out = analyse(proctor, dim, "dark.toml", "out")
    probe = """
import sys
from proctor_cli.cli import main
try:
    main()
finally:
    print(*sorted({name.partition(".")[0] for name in sys.modules}))
"""
    ran = subprocess.run(
        [sys.executable, "-c", probe, "rescore", str(out), "--policy", "strict"],
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
        env={**os.environ, "PROCTOR_MODELS": "/nowhere"},
    )
    loaded = set(ran.stdout.splitlines()[-1].split())
    assert "msgspec" in loaded  # the probe does see what is loaded
    assert (
        loaded & {"av", "cv2", "mediapipe", "onnxruntime", "openvino", "ultralytics", "insightface", "torch"} == set()
    )


def test_report_writes_the_same_files_again(dim: Path, proctor: Proctor) -> None:
    out = analyse(proctor, dim, "dark.toml", "out")
    before = files_of(out)
    for name in (*DOCUMENTS, "report.html"):
        (out / name).unlink()
    ran = proctor("report", out)
    assert (ran.code, ran.out, ran.err) == (0, f"{out / 'report.html'}\n", "")
    assert files_of(out) == before


def test_report_in_another_language(dim: Path, proctor: Proctor) -> None:
    out = analyse(proctor, dim, "dark.toml", "out")
    before = files_of(out)
    assert proctor("report", out, "--language", "vi").code == 0
    assert {name for name, data in files_of(out).items() if data != before[name]} == {"report.html"}
    ran = proctor("report", out, "--language", "xx")
    assert ran.code == 2
    assert ran.complaint == "xx: no such report language. Languages: en, vi."


@pytest.mark.parametrize("words", [("rescore", "--workers", "2"), ("report", "--workers", "2"), ("report", "--each")])
def test_what_is_for_a_batch_is_refused_for_one_session(
    tmp_path: Path, proctor: Proctor, words: tuple[str, ...]
) -> None:
    ran = proctor(words[0], tmp_path, *words[1:])
    assert ran.code == 2
    assert ran.complaint.startswith(f"{words[1]}: is only of use for a batch. Leave it out")


@pytest.mark.parametrize("command", ["rescore", "report"])
@pytest.mark.parametrize("place", ["nowhere", "empty", "file"])
def test_what_holds_no_session_is_refused(tmp_path: Path, proctor: Proctor, command: str, place: str) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "file").touch()
    ran = proctor(command, tmp_path / place)
    assert ran.code == 3
    assert ran.complaint.startswith(f"{tmp_path / place}: holds no ")
    assert "proctor analyze" in ran.complaint


def truncate(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-20])


def scribble(path: Path) -> None:
    path.write_bytes(b"something else")


def clear(path: Path) -> None:
    path.write_bytes(b"")


@pytest.mark.parametrize("damage", [truncate, scribble, clear])
def test_damage_is_one_line(dim: Path, proctor: Proctor, damage: object) -> None:
    out = analyse(proctor, dim, "dark.toml", "out")
    assert callable(damage)
    for command, name, hint in (
        ("report", "session.json", "Run `proctor rescore` on the folder to write it again."),
        ("rescore", "observations.jsonl.gz", "Run `proctor analyze` again."),
    ):
        damage(out / name)
        before = files_of(out)
        ran = proctor(command, out)
        assert ran.code == 3
        assert ran.complaint.startswith(f"{out / name}: damaged (")
        assert ran.complaint.endswith(hint)
        assert files_of(out) == before


def test_a_partial_session_stays_partial(tmp_path: Path, proctor: Proctor) -> None:
    path = film(tmp_path / "dim.mp4", even(100), muxing={"movflags": "faststart"})
    path.write_bytes(path.read_bytes()[: path.stat().st_size * 6 // 10])
    assert proctor("analyze", path, "--student", "S123", "-o", tmp_path / "out").code == 5
    ran = proctor("rescore", tmp_path / "out", "--json")
    assert ran.code == 5
    assert json.loads(ran.out)["partial"] is True
    assert "the file says it lasts 4.0 s" in ran.err
