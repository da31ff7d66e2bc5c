"""A batch that is killed in the middle, or stopped: the same command goes on, and gives what one that was not gives."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from pathlib import Path

import pytest

from tests.cli.running import start
from tests.cli.test_batch import contents
from tests.cli.test_interrupt import PATIENCE_S, alive_in_group, wait_until
from tests.unit.media.films import even, film

STUDENTS = ("S1", "S2", "S3")


@pytest.fixture(scope="module")
def exams(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three recordings of four slices each."""
    folder = tmp_path_factory.mktemp("killed") / "exams"
    folder.mkdir()
    for number, student in enumerate(STUDENTS):
        film(folder / f"{student}.mp4", even(400, 4.0), first_number=100 * number)
    return folder


@pytest.fixture(scope="module")
def env(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """A machine without any network's weights, the same for all batches."""
    folder = str(tmp_path_factory.mktemp("no-weights"))
    return {**os.environ, "PROCTOR_MODELS": folder, "XDG_CACHE_HOME": folder, "PROCTOR_OFFLINE": "1"}


def run(exams: Path, out: Path, env: dict[str, str]) -> subprocess.Popen[str]:
    return start("batch", exams, "-o", out, "--workers", "2", env=env)


def finish(running: subprocess.Popen[str]) -> str:
    _, err = running.communicate(timeout=120)
    assert running.returncode == 0, err
    return err


@pytest.fixture(scope="module")
def straight(exams: Path, env: dict[str, str]) -> dict[str, bytes]:
    """What a batch gives that nobody stops."""
    out = exams.parent / "straight"
    finish(run(exams, out, env))
    return contents(out)


def test_killed_and_gone_on_with(exams: Path, straight: dict[str, bytes], env: dict[str, str]) -> None:
    out = exams.parent / "stopped"
    running = run(exams, out, env)
    wait_until(lambda: any(out.glob("*/.finished.json")) and any(out.glob("*/.parts/*.gz")), running)
    os.killpg(running.pid, signal.SIGKILL)
    running.communicate()
    limit = time.monotonic() + PATIENCE_S
    while alive_in_group(running.pid) and time.monotonic() < limit:
        time.sleep(0.02)
    finished = {path for path in out.rglob("*") if path.is_file() and (path.parent / ".finished.json").exists()}
    times_ns = {path: path.stat().st_mtime_ns for path in finished}
    assert 0 < len(list(out.glob("*/.finished.json"))) < len(STUDENTS)

    err = finish(run(exams, out, env))
    assert "going on with a stopped analysis: " in err
    assert {path: path.stat().st_mtime_ns for path in finished} == times_ns
    assert contents(out) == straight


def test_power_failed_while_results_were_written(exams: Path, straight: dict[str, bytes], env: dict[str, str]) -> None:
    out = exams.parent / "straight"
    (out / "S1" / "session.json").write_bytes(b"")
    (out / "S2" / ".finished.json").unlink()
    (out / "S2" / "report.html").unlink()
    (out / "S2" / ".report.html.123.tmp").write_bytes(b"<html>")
    (out / "S3" / "observations.jsonl.gz").write_bytes(b"\x1f\x8b")
    (out / "S3" / "session.json").unlink()
    (out / "summary.json").write_bytes(b"{")
    (out / "index.html").unlink()

    err = finish(run(exams, out, env))
    assert "proctor: S1: judged again by the policy default" in err.splitlines()
    assert "proctor: S3: analysed again: its results are damaged" in err
    assert contents(out) == straight


def test_ctrl_c_ends_with_one_line_that_says_how_to_go_on(exams: Path, env: dict[str, str], tmp_path: Path) -> None:
    out = tmp_path / "out"
    running = run(exams, out, env)
    wait_until(lambda: any(out.glob("*/.parts/*.gz")), running)
    os.killpg(running.pid, signal.SIGINT)
    told, err = running.communicate(timeout=PATIENCE_S)
    assert (running.returncode, told) == (130, "")
    lines = [line for line in err.splitlines() if "not assessed" not in line]
    assert lines == [f"proctor: {out}: stopped. The same command goes on where this one was stopped."]
    assert (out / "index.html").is_file()
    assert not list(out.rglob(".*.tmp"))
