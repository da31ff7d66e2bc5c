"""Samples through detectors, as the plan has it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

import numpy as np
import pytest

from proctor_cli import plan
from proctor_cli.media import Sample
from proctor_cli.nets import Model
from proctor_cli.session.looking import look_through
from proctor_cli.types import Box, Frame, Observation, Source, Spec

STEP_S = 0.2


class Shown:
    """A sample that is converted when somebody asks for it."""

    converted: list[int]

    def __init__(self, cell: int, converted: list[int]) -> None:
        self.cell, self.t_s, self.change = cell, cell * STEP_S, 0.0
        self.source: Source = "webcam"
        self.converted = converted

    def frame(self) -> Frame:
        self.converted.append(self.cell)
        return Frame(self.source, self.t_s, np.full((8, 8, 3), self.cell, np.uint8))


class Finder:
    """Finds a face as far to the right as time has gone on."""

    spec: ClassVar[Spec] = Spec("faces", "webcam", {"face.score": "score"}, STEP_S, finds=("face",), sparse_s=1.4)

    def __init__(self, models: Mapping[str, Model], threads: int = 1) -> None:
        self.looked: list[float] = []

    def observe(self, frames: Sequence[Frame]) -> list[Observation]:
        self.looked += [frame.t_s for frame in frames]
        return [
            Observation("webcam", frame.t_s, {"face.score": 0.9}, (Box(frame.t_s / 100, 0, 1, 1, "face", 0.9),))
            for frame in frames
        ]

    def close(self) -> None:
        """Nothing is held."""


class Follower:
    """Wants a face, looks at everything, and says where the one it was given begins."""

    spec: ClassVar[Spec] = Spec("backdrop", "webcam", {"backdrop.follow": "score"}, STEP_S, needs="face", sparse_s=1.4)

    def __init__(self, models: Mapping[str, Model], threads: int = 1) -> None:
        """No model is needed."""

    def observe(self, frames: Sequence[Frame]) -> list[Observation]:
        return [Observation("webcam", frame.t_s, {"backdrop.follow": 0.6 + frame.boxes[0].x0}) for frame in frames]

    def close(self) -> None:
        """Nothing is held."""


@pytest.fixture
def seen() -> tuple[list[Observation], Finder, list[int]]:
    """Ten seconds, of which the finder needs a look in 1.4 s and the follower, above its level, all."""
    converted: list[int] = []
    samples: list[Sample] = [Shown(cell, converted) for cell in range(50)]  # type: ignore[misc]  # as good as one
    finder, follower = Finder({}), Follower({})
    planner = plan.Planner([finder.spec, follower.spec], STEP_S, begin_s=-100.0)
    return list(look_through(samples, [finder, follower], planner)), finder, converted


def test_observations_come_in_order_of_time_once_a_sample(seen: tuple[list[Observation], Finder, list[int]]) -> None:
    times_s = [one.t_s for one in seen[0]]
    assert times_s == sorted(set(times_s))
    assert len(times_s) == 50


def test_boxes_are_lent_where_nobody_looks_for_them(seen: tuple[list[Observation], Finder, list[int]]) -> None:
    observations, finder, _ = seen
    assert len(finder.looked) < 12
    for one in observations:
        latest_s = max(t_s for t_s in finder.looked if t_s <= one.t_s + 1e-6)
        assert one.values["backdrop.follow"] == pytest.approx(0.6 + latest_s / 100)


def test_lent_boxes_are_not_told_as_found(seen: tuple[list[Observation], Finder, list[int]]) -> None:
    observations, finder, _ = seen
    assert [one.t_s for one in observations if one.boxes] == pytest.approx(sorted(finder.looked))
    assert all(("face.score" in one.values) == bool(one.boxes) for one in observations)


def test_a_sample_at_which_nobody_looks_is_never_converted() -> None:
    converted: list[int] = []
    finder = Finder({})
    samples: list[Sample] = [Shown(cell, converted) for cell in range(50)]  # type: ignore[misc]  # as good as one
    planner = plan.Planner([finder.spec], STEP_S, begin_s=-100.0)
    observations = list(look_through(samples, [finder], planner))
    assert len(observations) == len(set(converted)) < 12
