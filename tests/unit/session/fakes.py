"""Detectors that need no network, and an engine that needs no processes."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping, Sequence

from proctor_cli.engine import Done, J, R
from proctor_cli.nets import Model
from proctor_cli.types import Box, Frame, Observation, Spec

FINDS_FROM_S, FINDS_TO_S = 1.0, 3.0


class _Fake:
    def __init__(self, models: Mapping[str, Model], threads: int = 1) -> None:
        self.threads = threads

    def close(self) -> None:
        pass


class Finder(_Fake):
    """Finds a face from 1 s to 3 s."""

    spec = Spec("finder", "webcam", {"face.score": "score"}, 0.2, finds=("face",))

    def observe(self, frames: Sequence[Frame]) -> list[Observation]:
        return [self._look(frame) for frame in frames]

    def _look(self, frame: Frame) -> Observation:
        there = FINDS_FROM_S <= frame.t_s < FINDS_TO_S
        boxes = (Box(0.123456, 0.2, 0.7, 0.8, "face", 0.987654321),) if there else ()
        return Observation(frame.source, frame.t_s, {"face.score": 0.987654321 if there else 0.0}, boxes)


class Crowd(_Fake):
    """Finds a large face on the left and a small one on the right, all the time."""

    spec = Spec("crowd", "webcam", {"face.score": "score"}, 0.2, finds=("face",))
    boxes = (Box(0.05, 0.2, 0.45, 0.8, "face", 0.9), Box(0.65, 0.3, 0.85, 0.7, "face", 0.5))

    def observe(self, frames: Sequence[Frame]) -> list[Observation]:
        return [Observation(frame.source, frame.t_s, {"face.score": 0.9}, self.boxes) for frame in frames]


class Reader(_Fake):
    """Reads something off the faces that are shown to it, every 0.4 s."""

    spec = Spec("reader", "webcam", {"reader.width": "ratio"}, 0.4, needs="face")

    def observe(self, frames: Sequence[Frame]) -> list[Observation]:
        return [Observation(f.source, f.t_s, {"reader.width": f.boxes[0].width}) for f in frames]


class Here:
    """Runs every job in this process; ``fail`` says which fail and how."""

    def __init__(self, fail: Callable[[int], Exception | None] = lambda index: None) -> None:
        self.fail = fail
        self.ran: list[object] = []

    def map(self, function: Callable[[J], R], jobs: Sequence[J]) -> Generator[Done[R], None, None]:
        for index, job in reversed(list(enumerate(jobs))):  # in no helpful order
            error = self.fail(index)
            self.ran.append(job)
            yield Done(index, None if error else function(job), error)
