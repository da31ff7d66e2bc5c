"""What `make bench` measures with: material, memory and processor time of processes, looks, shares of a profile."""

from __future__ import annotations

import sys
from itertools import pairwise
from pathlib import Path

import av
import numpy as np
import pytest

from benchmarks.speed.figures import FIGURES, Figure
from benchmarks.speed.looks import count_looks
from benchmarks.speed.material import Material, describe, play_on
from benchmarks.speed.measuring import run_command
from benchmarks.speed.profiling import share_out
from benchmarks.speed.steps import Lengths, make
from proctor_cli import detectors
from proctor_cli.store import SessionFolder
from proctor_cli.types import Box, Observation, Recording, Spec

FPS = 30


def film(path: Path, pictures: int, *, between: int = 2, group: int = 15) -> Path:
    """Pictures that get brighter, with ``between`` that none refer to for each that is, and groups of 15."""
    with av.open(str(path), "w") as out:
        stream = out.add_stream("libx264", rate=FPS)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        stream.options = {
            "g": str(group),
            "x264-params": f"bframes={between}:b-adapt=0:b-pyramid=none:scenecut=0:threads=1",
        }
        for number in range(pictures):
            picture = av.VideoFrame.from_ndarray(np.full((48, 64, 3), 40 + 2 * number, np.uint8), format="rgb24")
            out.mux(stream.encode(picture))
        out.mux(stream.encode(None))
    return path


def decoded(path: Path) -> list[tuple[float, float]]:
    """(time, brightness) of each picture."""
    with av.open(str(path)) as container:
        return [
            (float(one.time or 0.0), float(one.to_ndarray(format="gray").mean())) for one in container.decode(video=0)
        ]


def test_material_plays_on_without_a_seam(tmp_path: Path) -> None:
    source = film(tmp_path / "one.mp4", 45)

    length_s = play_on([source], tmp_path / "long.mp4", 4.2)

    once, found = decoded(source), decoded(tmp_path / "long.mp4")
    assert length_s == pytest.approx(4.5)  # the next key frame
    assert len(found) == round(length_s * FPS)
    assert all(later - earlier == pytest.approx(1 / FPS, abs=1e-4) for (earlier, _), (later, _) in pairwise(found))
    assert [brightness for _, brightness in found[45:90]] == [brightness for _, brightness in once]


def test_recordings_that_were_encoded_otherwise_are_refused(tmp_path: Path) -> None:
    sources = [film(tmp_path / "one.mp4", 30), film(tmp_path / "other.mp4", 30, between=0)]

    with pytest.raises(SystemExit, match=r"other.mp4 was encoded in another way"):
        play_on(sources, tmp_path / "long.mp4", 10)


@pytest.mark.parametrize(("between", "share"), [(0, "0%"), (2, "60%")])
def test_a_recording_is_described(between: int, share: str, tmp_path: Path) -> None:
    said = describe(film(tmp_path / "one.mp4", 45, between=between))

    assert said.startswith("64x48, 30 pictures a second, h264 ")
    assert "a key frame every 0.5 s" in said
    assert f"{share} of the pictures are none that others refer to" in said


def test_memory_and_processor_time_of_children_count() -> None:
    child = "import time; held = bytearray(120_000_000)\nwhile time.process_time() < 0.3: pass"
    parent = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {child!r}], check=True); print('done')"

    used, said = run_command([sys.executable, "-c", parent])

    assert said == "done\n"
    assert used.cpu_s >= 0.3
    assert used.wall_s >= 0.3
    assert used.worker_bytes > 120_000_000 > used.main_bytes > 1_000_000


def test_a_command_that_fails_stops_the_measurement() -> None:
    command = [sys.executable, "-c", "import sys; sys.stderr.write('no camera'); sys.exit(5)"]

    with pytest.raises(SystemExit, match=r"exit code 5\nno camera"):
        run_command(command)
    run_command(command, codes=(0, 5))


def test_looks_are_counted_and_inferences_only_where_something_was_there_to_look_at(tmp_path: Path) -> None:
    faces = Spec("faces", "webcam", {"face.score": "score"}, 0.2, models=("faces",))
    pose = Spec("pose", "webcam", {"head.yaw_deg": "deg"}, 0.2, models=("landmarks",), needs="face")
    plain = Spec("plain", "webcam", {"picture.luma": "score"}, 0.2)
    recording = Recording("S1", 10.0, (), (faces, pose, plain), (), (), None, ())
    folder = SessionFolder(tmp_path)
    face = (Box(0.1, 0.1, 0.3, 0.3, "face", 0.9),)
    nobody: dict[str, float | None] = {"face.score": 0.0, "head.yaw_deg": None}
    folder.write_observations(
        recording,
        [
            Observation("webcam", 0.0, {"face.score": 0.9, "head.yaw_deg": None, "picture.luma": 0.5}, face),
            Observation("webcam", 1.0, nobody),
            Observation("webcam", 2.0, {"head.yaw_deg": 3.0}),
            Observation("screen", 3.0, {"picture.luma": 0.5}),
        ],
    )

    found = count_looks([folder, folder])

    assert found.seconds == 20.0
    assert found.looked == {"faces": 4, "pose": 6, "plain": 2}
    assert found.run == {"faces": 4, "pose": 4}
    assert found.inferences == 8


def test_every_figure_has_its_steps(tmp_path: Path) -> None:
    steps = make(Material((), ()), Lengths(60, 20, 10, (1, 2, 3)), tmp_path, tmp_path)

    assert {name for figure in FIGURES for name in figure.steps} == steps.keys()
    assert len({figure.name for figure in FIGURES}) == len(FIGURES)


def test_a_figure_tells_what_varies_and_whether_it_is_met() -> None:
    figure = Figure("pace", "pace", (), lambda of: 0.0, " x", at_least=30)

    assert figure.tell([31.0, 31.4, 31.2]) == "31.2 x"
    assert figure.tell([28.0, 31.4, 31.2]) == "31.2 (28 - 31.4) x"
    assert (figure.target, figure.is_met(30.0), figure.is_met(29.9)) == (">= 30 x", True, False)
    assert Figure("size", "size", (), lambda of: 0.0, at_most=2).is_met(2.1) is False


def test_a_librarys_time_counts_for_who_called_it() -> None:
    code = detectors.find("webcam_quality").observe.__code__
    look = (code.co_filename, code.co_firstlineno, code.co_name)
    package = Path(detectors.__file__).parents[1]
    fold, library, inner = (str(package / "risk" / "rules.py"), 1, "push"), ("~", 0, "sum"), ("lib.py", 9, "part")
    rows = {  # calls, calls, own seconds, with all below, callers
        look: (1, 1, 1.0, 4.0, {}),
        fold: (1, 1, 2.0, 3.0, {}),
        library: (2, 2, 1.5, 4.0, {look: (1, 1, 1.0, 3.0), fold: (1, 1, 0.5, 1.0)}),
        inner: (2, 2, 2.5, 2.5, {library: (2, 2, 2.5, 2.5)}),
    }

    spent = share_out(rows, {look: "webcam_quality"})

    assert spent == pytest.approx({"webcam_quality": 1 + 4 * 0.75, "risk": 2 + 4 * 0.25})
