"""`proctor --help` answers at once, because it loads nothing heavy."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from proctor_cli.store import SessionFolder
from proctor_cli.types import Observation, Recording

HEAVY = {
    "av",
    "cv2",
    "insightface",
    "jinja2",
    "matplotlib",
    "mediapipe",
    "msgspec",
    "numpy",
    "onnxruntime",
    "openvino",
    "pandas",
    "pydantic",
    "scipy",
    "skimage",
    "torch",
    "torchvision",
    "ultralytics",
}

# Runs the command in a fresh interpreter and prints, last, the top-level modules that it loaded.
PROBE = """
import json, sys
sys.argv = ["proctor", *sys.argv[1:]]
from proctor_cli.cli import main
try:
    main()
except SystemExit as end:
    print(json.dumps({"code": end.code, "loaded": sorted({name.partition(".")[0] for name in sys.modules})}))
"""


# typer reads the options before a command's name with pydantic: once there is a command, it is loaded whatever we do.
TYPERS_OWN = {"pydantic"}


@pytest.mark.parametrize(
    ("arguments", "allowed"),
    [
        (["--help"], set()),
        (["--version"], set()),
        (["analyze", "--help"], TYPERS_OWN),
        (["frame", "--help"], TYPERS_OWN),
        (["models", "--help"], TYPERS_OWN),
        (["policy", "--help"], TYPERS_OWN),
    ],
)
def test_help_loads_nothing_heavy(arguments: list[str], allowed: set[str]) -> None:
    run = subprocess.run([sys.executable, "-c", PROBE, *arguments], capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    end = json.loads(run.stdout.splitlines()[-1])

    assert end["code"] in (0, None)
    assert "typer" in end["loaded"]  # the probe does see what is loaded
    assert (HEAVY - allowed) & set(end["loaded"]) == set()


NEEDED_TO_JUDGE = {"pydantic", "msgspec", "jinja2"}


def test_rescore_loads_only_what_judges_and_writes(tmp_path: Path) -> None:
    """A second is little time: no library that decodes, detects or handles tables, and not even numpy."""
    recording = Recording(
        student_id="S123",
        duration_s=9.0,
        clips=(),
        detectors=(),
        missing=(),
        problems=(),
        wall_clock=None,
        models=(),
    )
    SessionFolder(tmp_path).write_observations(recording, [Observation("webcam", 1.0, {"picture.luma": 0.0})])
    run = subprocess.run([sys.executable, "-c", PROBE, "rescore", str(tmp_path)], capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    end = json.loads(run.stdout.splitlines()[-1])

    assert end["code"] in (0, None)
    assert (tmp_path / "report.html").exists()
    assert (HEAVY & set(end["loaded"])) == NEEDED_TO_JUDGE


def test_importing_the_package_loads_nothing_but_itself() -> None:
    probe = "import sys; before = set(sys.modules); import proctor_cli; print(*sorted(set(sys.modules) - before))"
    run = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=True)

    assert run.stdout.split() == ["proctor_cli"]
