"""Detectors that need no network, and an engine that needs no processes."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping, Sequence
from typing import Any, Self

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
    """Runs every job in this process, once its outcome is asked for; ``fail`` says which fail and how."""

    def __init__(self, fail: Callable[[int], Exception | None] = lambda ticket: None) -> None:
        self.fail = fail
        self.ran: list[object] = []
        self._submitted = 0
        self._waiting: list[tuple[int, Callable[[Any], object], object]] = []

    def submit(self, function: Callable[[J], R], job: J) -> int:
        self._waiting.append((self._submitted, function, job))
        self._submitted += 1
        return self._submitted - 1

    def outcomes(self) -> Generator[Done[Any], None, None]:
        while self._waiting:
            ticket, function, job = self._waiting.pop()  # in no helpful order
            error = self.fail(ticket)
            self.ran.append(job)
            yield Done(ticket, None if error else function(job), error)

    def count_workers(self) -> int:
        return 1

    def close(self) -> None:
        self._waiting.clear()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
