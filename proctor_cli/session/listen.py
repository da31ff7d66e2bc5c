"""In a worker: the sound of one slice through the detectors that listen."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from proctor_cli import detectors, media
from proctor_cli.session.jobs import SliceJob
from proctor_cli.types import Observation

# Where there is no sound this is said again and again, about once a second: so often that `finish` takes it for no gap
# in what was observed.
_GAP_CELLS = 5


def listen(job: SliceJob, sampling: media.SoundSampling, opened: Sequence[detectors.Listener]) -> Iterator[Observation]:
    """What is heard in the cells of a slice, in order of time, and where there is nothing to be heard."""
    stretches = sampling.stretches()
    sounds = [stretch for _, stretch in stretches]
    heard = [detector.listen(sounds) for detector in opened]
    unknown: dict[str, float | None] = {signal: None for detector in opened for signal in detector.spec.signals}
    expected, resumed = job.piece.first_cell, True
    for (run_up, stretch), *found in zip(stretches, *heard, strict=True):
        for sound, *seen in list(zip(stretch, *found, strict=True))[run_up:]:
            cell = media.cell_of(sound.t_s - job.clip.offset_s, job.step_s)
            yield from _silence(job, unknown, expected, cell)
            values = {name: value for one in seen for name, value in one.values.items()}
            if resumed or cell > expected:
                values["sound.gap"], resumed = 0.0, False
            yield Observation("sound", sound.t_s, values)
            expected = cell + 1
    yield from _silence(job, unknown, expected, job.piece.end_cell)


def _silence(job: SliceJob, unknown: dict[str, float | None], begin: int, end: int) -> Iterator[Observation]:
    """That there is no sound in some cells."""
    for cell in range(begin, end, _GAP_CELLS):
        yield Observation("sound", job.clip.offset_s + cell * job.step_s, {**unknown, "sound.gap": 1.0})
