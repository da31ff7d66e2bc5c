"""The sampling plan: which detector looks at which picture, in seconds of video.

The video is cut into cells of ``step_s``; the first picture of a cell is its sample. A detector with an interval of
n steps looks at the first sample of every n cells. Invariants:

- the plan depends on the video and the specs alone, never on the number of workers;
- no two looks of a detector are further apart than its interval plus one step, unless the video has no picture;
- every interval is well under the shortest rule that uses the detector (2 s), so that no incident that a rule
  would confirm can fall between two looks.
"""

from __future__ import annotations

from collections.abc import Iterable

from proctor_cli.types import Spec

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


class Rhythm:
    """Says which detectors are due, within one slice.

    ``step_s`` is the cell length. A detector that has not looked in its current group of cells is due.
    """

    def __init__(self, specs: Iterable[Spec], step_s: float, *, dense: bool = False) -> None:
        self._step_s = step_s
        self._cells = {spec.name: 1 if dense else max(1, round(spec.interval_s / step_s)) for spec in specs}
        self._looked: dict[str, int] = {}

    def due(self, name: str, cell: int) -> bool:
        """Whether ``name`` looks at the sample of ``cell``. Asking counts as looking."""
        group = cell // self._cells[name]
        if self._looked.get(name) == group:
            return False
        self._looked[name] = group
        return True
