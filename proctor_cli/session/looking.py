"""The samples of one slice through the detectors, as the sampling plan has it."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import islice

from proctor_cli import detectors
from proctor_cli.media import Sample
from proctor_cli.plan import Look, Planner
from proctor_cli.types import Box, Frame, Observation


def look_through(
    samples: Iterable[Sample], opened: Sequence[detectors.Detector], planner: Planner
) -> Iterator[Observation]:
    """What the detectors measure, one observation for each sample that any of them looks at, in order of time.

    Samples are kept for as long as the plan may come back to them, which is a few seconds.
    """
    eyes = {detector.spec.name: detector for detector in opened}
    waiting: deque[_Seen] = deque()

    def do(looks: Iterator[Look]) -> None:
        for cell, names in looks:
            place = next(place for place, seen in enumerate(waiting) if seen.sample.cell == cell)
            seen = waiting[place]
            seen.look([eyes[name] for name in names], _find_latest(islice(waiting, place)))
            planner.tell(cell, seen.values)

    for sample in samples:
        waiting.append(_Seen(sample))
        do(planner.show(sample.cell, sample.t_s))
        settled = planner.settle()
        while settled is not None and waiting and waiting[0].sample.cell < settled:
            yield from waiting.popleft().tell()
    do(planner.end())
    for seen in waiting:
        yield from seen.tell()


def look(frame: Frame, opened: Iterable[detectors.Detector]) -> Observation:
    """Show a picture to detectors, each of which sees the boxes of those before it, and merge what they measured."""
    values: dict[str, float | None] = {}
    boxes = frame.boxes
    texts: tuple[Box, ...] = ()
    for detector in opened:
        spec = detector.spec
        if spec.needs and not any(box.label == spec.needs for box in boxes):
            values |= dict.fromkeys(spec.signals)
            continue
        (seen,) = detector.observe([replace(frame, boxes=boxes)])
        values |= seen.values
        boxes += seen.boxes
        texts += seen.texts
    return Observation(frame.source, frame.t_s, values, boxes, texts)


class _Seen:
    """A sample and what was measured on it so far; its boxes are None until somebody has looked for some."""

    def __init__(self, sample: Sample) -> None:
        self.sample = sample
        self.values: dict[str, float | None] = {}
        self.boxes: tuple[Box, ...] | None = None
        self._texts: tuple[Box, ...] = ()

    def look(self, opened: Sequence[detectors.Detector], lent: tuple[Box, ...]) -> None:
        """Show it to detectors; ``lent`` are boxes of an earlier picture, for those that need some where none looks."""
        finding = any(detector.spec.finds for detector in opened)
        boxes = self.boxes if self.boxes is not None else () if finding else lent
        found = look(replace(self.sample.frame(), boxes=boxes), opened)
        self.values |= found.values
        self._texts += found.texts
        if finding or self.boxes is not None:
            self.boxes = found.boxes

    def tell(self) -> Iterator[Observation]:
        if self.values:
            sample = self.sample
            yield tidy(Observation(sample.source, sample.t_s, self.values, self.boxes or (), self._texts))


def _find_latest(earlier: Iterable[_Seen]) -> tuple[Box, ...]:
    """The boxes that were found last in these pictures."""
    found = [seen.boxes for seen in earlier if seen.boxes is not None]
    return found[-1] if found else ()


def tidy(seen: Observation) -> Observation:
    """As it is saved: plain boxes, and numbers far finer than anything measured here, but small on disk."""
    return Observation(
        seen.source,
        _tidy(seen.t_s),
        {name: None if value is None else _tidy(value) for name, value in seen.values.items()},
        tuple(_tidy_box(box) for box in seen.boxes),
        tuple(_tidy_box(text) for text in seen.texts),
    )


def _tidy(value: float) -> float:
    return round(value, 5)


def _tidy_box(box: Box) -> Box:
    return Box(_tidy(box.x0), _tidy(box.y0), _tidy(box.x1), _tidy(box.y1), box.label, _tidy(box.score))
