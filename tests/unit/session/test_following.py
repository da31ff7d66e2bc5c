"""A detector that remembers what it has seen is told where a slice begins, though it is kept open for the next one."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pytest

from proctor_cli import detectors, plan
from proctor_cli.nets import Model
from proctor_cli.session.observe import run_slice
from proctor_cli.session.prepare import Preparation
from proctor_cli.store import SessionFolder
from proctor_cli.types import Clip, Frame, Observation, Spec
from tests.unit.media.films import even, film


class Counting:
    """Says how many pictures it has seen since it was told to begin."""

    spec = Spec("counting", "screen", {"counting.seen": "count"}, 0.2)

    def __init__(self, models: Mapping[str, Model], threads: int = 1) -> None:
        self._seen = 1000

    def begin(self) -> None:
        self._seen = 0

    def observe(self, frames: Sequence[Frame]) -> list[Observation]:
        return [self._count(frame) for frame in frames]

    def _count(self, frame: Frame) -> Observation:
        self._seen += 1
        return Observation(frame.source, frame.t_s, {"counting.seen": float(self._seen)})

    def close(self) -> None:
        pass


def test_every_slice_begins_anew(
    tmp_path: Path, prepared: Callable[..., Preparation], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(detectors, "REGISTRY", {"counting": f"{__name__}:Counting"})
    monkeypatch.setattr(detectors, "find", lambda name: Counting)
    monkeypatch.setattr(plan, "SCREEN_SLICE_S", 1.0)
    path = film(tmp_path / "screen.mp4", even(100), gop=25)
    jobs = prepared(Clip("screen", str(path))).jobs
    assert len(jobs) > 2
    folder = SessionFolder(tmp_path / "out")
    for job in jobs:
        folder.write_part(job.key, run_slice(job))
        seen = [one.values["counting.seen"] for one in folder.read_part(job.key)]
        assert seen == [float(n) for n in range(1, len(seen) + 1)]
