"""The sampling plan: which detector looks at which picture, in seconds of video; and what is known without looking.

The planner says when to look (planner.py), by how seldom each detector may and by what counts as a change (paces.py).
"""

from __future__ import annotations

from collections.abc import Iterable

from proctor_cli.plan.paces import PACES, Band, Pace
from proctor_cli.plan.planner import GAP_S, Look, Planner, bound_s
from proctor_cli.types import Spec

__all__ = [
    "GAPS",
    "GAP_S",
    "HEARD",
    "PACES",
    "REPEATS",
    "SCREEN_GAPS",
    "Band",
    "Look",
    "Pace",
    "Planner",
    "bound_s",
    "step_s",
]

GAPS = Spec(name="gaps", source="webcam", signals={"picture.gap": "score"}, interval_s=0.0)
"""What is known without looking at a picture: ``picture.gap`` is 1 where there is none to look at, 0 after that."""

SCREEN_GAPS = Spec(name="screen_gaps", source="screen", signals={"picture.gap": "score"}, interval_s=0.0)
"""The same of a screen recording, between its parts only: a recorder may leave out pictures like the last."""

REPEATS = Spec(
    name="repeats",
    source="webcam",
    signals={"picture.repeat": "score", "picture.repeat_lag_s": "s"},
    interval_s=0.0,
)
"""What is known once all pictures have been looked at: ``picture.repeat`` is the share of what moves that moves exactly
as it did ``picture.repeat_lag_s`` earlier; None where the picture stands still, and where too few of the pictures are
there to compare."""

HEARD = Spec(name="heard", source="sound", signals={"sound.gap": "score"}, interval_s=0.0)
"""What is known without listening: ``sound.gap`` is 1 where the recording holds no sound, 0 after that."""

# Slices are this long: short enough for all workers to be busy on a ten-minute exam and for little to be lost on
# Ctrl-C, long enough for the work of finding a slice's first key frame not to matter.
SLICE_S = 30.0

# A slice of a screen begins with reading the whole of it, which takes a second.
SCREEN_SLICE_S = 60.0


def step_s(specs: Iterable[Spec], *, dense: bool = False) -> float:
    """The cell length for these detectors: their shortest interval (half of it when ``dense``)."""
    shortest = min(spec.interval_s for spec in specs)
    return shortest / 2 if dense else shortest
