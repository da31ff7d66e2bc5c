"""Runs `proctor` as a user does, in this process (quick) or in one of its own (signals, what is loaded)."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SAMPLE = ROOT / "sample_videos" / "webcam.mp4"


@dataclass(frozen=True)
class Ran:
    """What a command left on the terminal."""

    code: int
    out: str
    err: str

    @property
    def complaint(self) -> str:
        """The one line of an error: what is wrong, where, what next."""
        assert self.out == ""
        (line,) = self.err.splitlines()
        assert line.startswith("proctor: ")
        return line.removeprefix("proctor: ")


Proctor = Callable[..., Ran]


def run_here(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Proctor:
    """`proctor` through its entry point, in this process; what workers print is seen too."""
    from proctor_cli.cli import main

    def proctor(*words: str | Path) -> Ran:
        kept = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
        monkeypatch.setattr(sys, "argv", ["proctor", *map(str, words)])
        capfd.readouterr()
        try:
            with pytest.raises(SystemExit) as end:
                main()
        finally:
            for number, handler in kept.items():
                signal.signal(number, handler)
        return Ran(int(end.value.code or 0), *capfd.readouterr())

    return proctor


def start(*words: str | Path, before: str = "", env: Mapping[str, str]) -> subprocess.Popen[str]:
    """Start `proctor` in a process group of its own; ``before`` is Python to run ahead of it."""
    code = f"{before}\nfrom proctor_cli.cli import main\nmain()"
    return subprocess.Popen(
        [sys.executable, "-c", code, *map(str, words)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=dict(env),
        cwd=ROOT,
        start_new_session=True,
    )
