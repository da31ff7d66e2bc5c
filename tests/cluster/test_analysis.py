"""A session analysed on a cluster is what it is on this machine, byte for byte."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cluster.conftest import ENVIRONMENT, PATIENCE_S, ROOT, Cluster, wait_until

pytestmark = [pytest.mark.cluster, pytest.mark.models, pytest.mark.slow]

SAMPLE = "sample_videos/webcam.mp4"
WORDS = ("analyze", SAMPLE, "--student", "S123", "--span", "0-65", "--offline", "--progress", "none")
RESULTS = ("observations.jsonl.gz", "session.json", "events.csv", "events.json")


def start(*words: object) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "proctor_cli", *map(str, words)]
    pipe = subprocess.PIPE
    return subprocess.Popen(command, env=ENVIRONMENT, cwd=ROOT, text=True, stdout=pipe, stderr=pipe)


def run(*words: object) -> tuple[int, str]:
    running = start(*words)
    _, err = running.communicate(timeout=4 * PATIENCE_S)
    return running.returncode, err


@pytest.fixture(scope="module")
def local(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The results of this machine."""
    folder = tmp_path_factory.mktemp("local") / "out"
    code, err = run(*WORDS, "--workers", "1", "-o", folder)
    assert code == 0, err
    return folder


def assert_same(found: Path, expected: Path) -> None:
    for name in RESULTS:
        texts = [(folder / name).read_bytes() for folder in (found, expected)]
        if name.endswith(".json"):
            texts = [without_time(text) for text in texts]
        assert texts[0] == texts[1], name
    assert {path.name for path in (found / "snapshots").iterdir()} == {
        path.name for path in (expected / "snapshots").iterdir()
    }
    assert not (found / ".parts").exists()


def without_time(text: bytes) -> bytes:
    return b"\n".join(line for line in text.splitlines() if b'"analysed_at"' not in line)


def test_the_results_are_the_same(cluster: Cluster, local: Path, tmp_path: Path) -> None:
    code, err = run(*WORDS, "--engine", "dask", "--scheduler", cluster.address, "-o", tmp_path / "out")
    assert (code, err) == (0, "")
    assert_same(tmp_path / "out", local)


def test_so_they_are_when_a_worker_is_killed_on_the_way(cluster: Cluster, local: Path, tmp_path: Path) -> None:
    parts = tmp_path / "out/.parts"
    running = start(*WORDS, "--engine", "dask", "--scheduler", cluster.address, "-o", tmp_path / "out")
    wait_until(lambda: any(parts.glob("*.gz")) or running.poll() is not None)
    assert running.poll() is None, running.communicate()
    os.kill(cluster.workers()[0].pid, signal.SIGKILL)
    _, err = running.communicate(timeout=4 * PATIENCE_S)
    assert (running.returncode, err) == (0, "")
    assert_same(tmp_path / "out", local)


def test_no_scheduler_is_one_line(tmp_path: Path) -> None:
    code, err = run(*WORDS, "--engine", "dask", "--scheduler", "tcp://127.0.0.1:9", "-o", tmp_path / "out")
    assert code == 2
    assert err == (
        "proctor: tcp://127.0.0.1:9: no Dask scheduler answers there. Start one with `dask scheduler`, and give the "
        "address that it prints.\n"
    )
    assert not (tmp_path / "out").exists()


def test_a_worker_that_does_not_see_the_results_is_refused(cluster: Cluster, tmp_path: Path) -> None:
    from proctor_cli.engine.cluster import DaskEngine
    from proctor_cli.engine.remote import UnfitWorker

    with DaskEngine(cluster.address) as engine:
        engine.refuse_blind(tmp_path / "new/out")
        assert list(tmp_path.iterdir()) == []
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("proctor_cli.engine.cluster.os.path.exists", is_nowhere)
            with pytest.raises(UnfitWorker, match=f"it does not see {tmp_path}"):
                engine.refuse_blind(tmp_path / "new/out")


def is_nowhere(_: str) -> bool:
    return False
