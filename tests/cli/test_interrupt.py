"""Ctrl-C and SIGTERM: it ends at once, with 130 and one line, leaves nothing half-done, and can be gone on with."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from pathlib import Path

import psutil
import pytest

from tests.cli.running import SAMPLE, Proctor, start

# Short slices, so that there are finished and unfinished ones.
SHORT_SLICES = "from proctor_cli import plan; plan.SLICE_S = 4.0"
STOPPED = "stopped. The same command goes on where this one was stopped."
# Ends within a second or two is asked for; the rest is for a busy machine.
PATIENCE_S = 10.0


@pytest.fixture
def env(no_weights: Path) -> dict[str, str]:
    return dict(os.environ)


def wait_until(condition: object, running: subprocess.Popen[str]) -> None:
    assert callable(condition)
    limit = time.monotonic() + 60
    while not condition():
        assert running.poll() is None, running.communicate()
        assert time.monotonic() < limit
        time.sleep(0.01)


def alive_in_group(group: int) -> list[psutil.Process]:
    """Processes of a group, but for those that are only waiting to be collected by their new parent."""
    found = []
    for process in psutil.process_iter(["status"]):
        try:
            if os.getpgid(process.pid) == group and process.info["status"] != psutil.STATUS_ZOMBIE:
                found.append(process)
        except ProcessLookupError:
            continue
    return found


def end(running: subprocess.Popen[str], *signals: tuple[signal.Signals, bool]) -> str:
    """Send signals, to the group or to the process alone; returns the last line on stderr."""
    for number, to_group in signals:
        os.killpg(running.pid, number) if to_group else os.kill(running.pid, number)
        time.sleep(0.02)
    out, err = running.communicate(timeout=PATIENCE_S)
    assert running.returncode == 130
    assert out == ""
    assert "Traceback" not in err
    lines = [line for line in err.splitlines() if "not assessed" not in line]
    assert len(lines) == 1, err
    limit = time.monotonic() + PATIENCE_S
    while (left := alive_in_group(running.pid)) and time.monotonic() < limit:
        time.sleep(0.02)
    assert left == []
    return lines[0]


@pytest.mark.parametrize(
    "signals",
    [
        [(signal.SIGINT, True)],  # Ctrl-C on a terminal
        [(signal.SIGINT, True)] * 3,  # an impatient one
        [(signal.SIGTERM, False)],  # kill
    ],
    ids=["ctrl-c", "ctrl-c three times", "terminated"],
)
def test_stopped_and_gone_on_with(
    tmp_path: Path, env: dict[str, str], proctor: Proctor, signals: list[tuple[signal.Signals, bool]]
) -> None:
    words = ("analyze", SAMPLE, "--student", "S123", "--workers", "1", "--span", "0-40", "-o")
    stopped, whole = tmp_path / "stopped", tmp_path / "whole"
    running = start(*words, stopped, before=SHORT_SLICES, env=env)
    parts = stopped / ".parts"
    wait_until(lambda: any(parts.glob("*.jsonl.gz")), running)
    assert end(running, *signals) == f"proctor: {stopped}: {STOPPED}"
    assert [path.name for path in stopped.iterdir()] == [".parts"]
    assert all(path.name.endswith(".jsonl.gz") and not path.name.startswith(".") for path in parts.iterdir())

    done = len(list(parts.iterdir()))
    assert 1 <= done < 10
    again = start(*words, stopped, before=SHORT_SLICES, env=env)
    straight = start(*words, whole, before=SHORT_SLICES, env=env)
    _, err = again.communicate()
    assert again.returncode == 0
    assert f"proctor: going on with a stopped analysis: {done} of 10 slices are done" in err.splitlines()
    assert "going on" not in straight.communicate()[1]
    for name in ("observations.jsonl.gz", "events.csv", "events.json"):
        assert (stopped / name).read_bytes() == (whole / name).read_bytes()
    assert not parts.exists()


@pytest.mark.parametrize("workers", [1, 4])
def test_stopped_while_workers_are_starting(tmp_path: Path, env: dict[str, str], workers: int) -> None:
    words = ("analyze", SAMPLE, "--student", "S123", "--workers", str(workers), "-o", tmp_path / "out")
    running = start(*words, before=SHORT_SLICES, env=env)
    wait_until(lambda: psutil.Process(running.pid).children(), running)
    said = end(running, (signal.SIGINT, True))
    assert said in ("proctor: stopped", f"proctor: {tmp_path / 'out'}: {STOPPED}")  # they start before it does


def test_stopped_before_the_analysis_began(tmp_path: Path, env: dict[str, str]) -> None:
    slow_probe = f"""
import pathlib, time
from proctor_cli import media
def probe(clip):
    pathlib.Path({str(tmp_path)!r}, "begun").touch()
    time.sleep(60)
media.probe = probe
"""
    running = start("analyze", SAMPLE, "--student", "S123", "-o", tmp_path / "out", before=slow_probe, env=env)
    wait_until((tmp_path / "begun").exists, running)
    assert end(running, (signal.SIGINT, True)) == "proctor: stopped"
    assert not (tmp_path / "out").exists()


def test_a_slice_that_was_damaged_since_is_done_again(tmp_path: Path, env: dict[str, str]) -> None:
    words = ("analyze", SAMPLE, "--student", "S123", "--workers", "1", "--span", "0-12", "-o", tmp_path / "out")
    running = start(*words, before=SHORT_SLICES, env=env)
    wait_until(lambda: any((tmp_path / "out/.parts").glob("*.jsonl.gz")), running)
    end(running, (signal.SIGINT, True))
    for part in (tmp_path / "out/.parts").iterdir():
        part.write_bytes(part.read_bytes()[:-9])  # the power failed
    again = start(*words, before=SHORT_SLICES, env=env)
    _, err = again.communicate()
    assert again.returncode == 0
    assert "going on" not in err
