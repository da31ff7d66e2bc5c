"""The detectors with the default weights, opened once."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import pytest

from proctor_cli.detectors import Detector, find
from proctor_cli.detectors.faces import Faces
from proctor_cli.detectors.landmarks import Landmarks
from proctor_cli.detectors.objects import Objects
from proctor_cli.types import Box, Frame, Observation
from tests.unit.detectors.pictures import Picture, frame, models

Look = Callable[..., Observation]


def look_of(detector: Detector) -> Look:
    """Shows one picture, or one frame, to a detector."""

    def look(picture: Picture | Frame, boxes: Sequence[Box] = ()) -> Observation:
        shown = picture if isinstance(picture, Frame) else frame(picture)
        (seen,) = detector.observe([Frame(shown.source, shown.t_s, shown.rgb, shown.change, (*shown.boxes, *boxes))])
        return seen

    return look


@pytest.fixture(scope="session")
def faces() -> Look:
    return look_of(Faces(models("faces")))


@pytest.fixture(scope="session")
def landmarks() -> Iterator[Look]:
    detector = Landmarks(models("landmarks"))
    yield look_of(detector)
    detector.close()


@pytest.fixture(scope="session")
def objects() -> Look:
    return look_of(Objects(models("objects")))


@pytest.fixture(scope="session")
def quality() -> Look:
    return look_of(find("webcam_quality")({}))
