"""What a worker loads: every detector there is, and neither torch nor the packages that bring it along."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.running import ROOT, SAMPLE

# Does all that workers do, in a fresh interpreter, and prints what has then been loaded and measured.
WORKS = """
import json, sys
from pathlib import Path
from proctor_cli import nets
from proctor_cli.session.observe import get_ready, run_slice
from proctor_cli.session.prepare import prepare
from proctor_cli.session.request import Request
from proctor_cli.types import Clip

webcam, folder = map(Path, sys.argv[1:])
paths = {"webcam": webcam, "screen": webcam.with_name("screen.mp4"), "workspace": webcam}
clips = tuple(Clip(source, str(path)) for source, path in paths.items())
models = nets.load_manifest().choose()
if __name__ == "__main__":
    get_ready()
    preparation = prepare(Request(student_id="S", clips=clips, folder=str(folder), models=models, span=(2.0, 6.0)))
    ran = set()
    for job in preparation.jobs:
        if not ran.issuperset(job.detectors):
            run_slice(job)
            ran.update(job.detectors)
    print(json.dumps({"ran": sorted(ran), "loaded": sorted(name for name in sys.modules if "." not in name)}))
"""


@pytest.mark.models
@pytest.mark.usefixtures("weights")
def test_a_worker_loads_no_torch(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", WORKS, str(SAMPLE), str(tmp_path / "out")], cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    with_networks = {"faces", "landmarks", "objects", "identity", "liveness", "screen_text", "workspace_objects"}
    assert with_networks <= set(told["ran"])
    assert {"openvino", "onnxruntime", "cv2"} <= set(told["loaded"])
    assert {"torch", "torchvision", "ultralytics", "tensorflow", "insightface"}.isdisjoint(told["loaded"])
