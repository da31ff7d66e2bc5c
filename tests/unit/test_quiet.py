"""What native libraries say is not shown, and what they would report leaves this machine never."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from proctor_cli.quiet import cut_network, native_silence
from tests.unit.detectors.pictures import MODELS, ROOT

PROXIES = ("http_proxy", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY")


def say(text: str) -> None:
    """As a native library does: past sys.stderr."""
    os.write(2, text.encode())


def open_descriptors() -> int:
    return len(os.listdir("/proc/self/fd"))


class TestNativeSilence:
    def test_only_what_is_said_inside_is_lost(self, capfd: pytest.CaptureFixture[str]) -> None:
        say("before ")
        with native_silence():
            say("inside ")
            subprocess.run([sys.executable, "-c", "import os; os.write(2, b'child ')"], check=True)
        say("after")
        assert capfd.readouterr().err == "before after"

    def test_an_exception_passes_and_ends_it(self, capfd: pytest.CaptureFixture[str]) -> None:
        def fail() -> None:
            say("inside")
            raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError), native_silence():
            fail()
        say("after")
        assert capfd.readouterr().err == "after"

    def test_standard_output_stays(self, capfd: pytest.CaptureFixture[str]) -> None:
        with native_silence():
            os.write(1, b"result")
        assert capfd.readouterr().out == "result"

    def test_blocks_may_be_nested(self, capfd: pytest.CaptureFixture[str]) -> None:
        with native_silence():
            with native_silence():
                say("inner ")
            say("outer ")
        say("after")
        assert capfd.readouterr().err == "after"

    def test_threads_do_not_lose_the_descriptor(self, capfd: pytest.CaptureFixture[str]) -> None:
        def hold(inside: threading.Event, leave: threading.Event) -> None:
            with native_silence():
                inside.set()
                leave.wait(5)

        inside, leave = [threading.Event(), threading.Event()], [threading.Event(), threading.Event()]
        threads = [threading.Thread(target=hold, args=pair) for pair in zip(inside, leave, strict=True)]
        threads[0].start()
        assert inside[0].wait(5)
        threads[1].start()
        inside[1].wait(0.1)  # must not come in before the first has left, or it would put the sink back
        for thread, go in zip(threads, leave, strict=True):
            go.set()
            thread.join(5)
        say("after")
        assert capfd.readouterr().err == "after"

    def test_no_descriptor_is_left_open(self) -> None:
        before = open_descriptors()
        for _ in range(3):
            with native_silence():
                pass
        assert open_descriptors() == before


def test_every_connection_is_sent_where_nobody_listens(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (*PROXIES, "no_proxy", "NO_PROXY"):
        monkeypatch.setenv(name, "http://proxy.example:3128")  # monkeypatch puts the real ones back afterwards
    cut_network()
    assert {os.environ[name] for name in PROXIES} == {"http://127.0.0.1:9"}
    assert not {"no_proxy", "NO_PROXY"} & os.environ.keys()


OPENS_MEDIAPIPE = """
import os, sys
from pathlib import Path
from proctor_cli.detectors.faces import Faces
from proctor_cli.detectors.landmarks import Landmarks
from proctor_cli.nets import find, load_manifest
from tests.unit.detectors.pictures import Head, frame, scene
from mediapipe.tasks.python import vision

folder = Path(sys.argv[1])
asked = []
create = vision.FaceLandmarker.create_from_options
vision.FaceLandmarker.create_from_options = lambda options: asked.append(os.environ.copy()) or create(options)
rgb, faces = scene(320, 240, Head(40, 10, 100))
detector = Landmarks({"landmarks": find(load_manifest([]).entry("face_landmarker_mediapipe"), [folder])})
(seen,) = detector.observe([frame(rgb, *faces)])
assert seen.values["head.yaw_deg"] is not None
Faces({"faces": find(load_manifest([]).entry("yunet"), [folder])}).observe([frame(rgb)])
detector.close()
(environment,) = asked
print(*(environment.get(name, "") for name in sys.argv[2:]))
"""


@pytest.mark.models
@pytest.mark.skipif(not MODELS.is_dir(), reason="no weights on this machine")
def test_mediapipe_says_nothing_and_is_cut_off_before_it_starts() -> None:
    free = {name: value for name, value in os.environ.items() if name.lower() not in {*map(str.lower, PROXIES)}}
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", OPENS_MEDIAPIPE, str(MODELS), *PROXIES, "no_proxy"],
        cwd=Path(ROOT),
        env={**free, "no_proxy": "*"},
        capture_output=True,
        text=True,
    )
    assert done.stderr == ""
    assert done.returncode == 0
    assert done.stdout.split() == ["http://127.0.0.1:9"] * len(PROXIES)
