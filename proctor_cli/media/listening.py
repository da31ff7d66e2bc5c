"""The sound of one slice of a clip, cell by cell, in stretches; and how the sound of a clip is cut into slices."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from itertools import groupby
from math import ceil, floor

import numpy as np
from numpy.typing import NDArray

from proctor_cli.media.audio import RATE_HZ, SoundDamage, read_samples
from proctor_cli.media.scan import Scan
from proctor_cli.media.slices import Slice
from proctor_cli.types import DecodeLoss, Sound

SOUND_STEP_S = 0.192
"""Length of a cell of sound: six of the 32 ms that a network for speech hears at once (models/manifest.toml)."""

_CELL = round(SOUND_STEP_S * RATE_HZ)
# Stretches are this many cells long (19.2 s), and counted from the clip's first picture, so that no slice or span has
# a say in them. Each is heard from a run-up (2.1 s) ahead of it on: whoever remembers what came before then remembers
# nearly the same as in one pass.
_STRETCH = 100
_RUN_UP = 11
_SLICE = 16 * _STRETCH
# Of a cell that the sound has a hole in, this share must be there.
_LEAST_SHARE = 0.5


def cut_sound(scan: Scan, span: tuple[float, float] | None = None) -> tuple[Slice, ...]:
    """Cut the sound of a clip, as far as the clip shows pictures, into slices of five minutes.

    Args:
        scan: the probed clip.
        span: ``(start_s, end_s)``, seconds from the clip's first picture: keep only the cells that it touches.
    """
    low, high = 0, ceil(round(scan.info.duration_s / SOUND_STEP_S, 6))
    if span is not None:
        low, high = max(low, floor(span[0] / SOUND_STEP_S)), min(high, ceil(span[1] / SOUND_STEP_S))
    borders = range(0, high, _SLICE)
    return tuple(
        Slice(index, SOUND_STEP_S, max(first, low), min(first + _SLICE, high), keyframe=0)
        for index, first in enumerate(borders)
        if low < first + _SLICE and low < high
    )


class SoundSampling:
    """The sound of a slice, by cells, at session time.

    A cell of which less than half is in the file is left out; where less is missing it is silent. ``loss`` says, after
    ``stretches``, what the slice's own cells have lost.

    Args:
        scan: the probed clip.
        piece: one of the slices of its sound.
    """

    def __init__(self, scan: Scan, piece: Slice) -> None:
        self.loss = DecodeLoss()
        self._scan = scan
        self._piece = piece

    def stretches(self) -> list[tuple[int, list[Sound]]]:
        """Stretches without a gap, in order of time, and how many of the first sounds of each are its run-up."""
        piece, offset_s, damage = self._piece, self._scan.info.offset_s, SoundDamage()
        first = max(0, piece.first_cell // _STRETCH * _STRETCH - _RUN_UP)
        blocks = read_samples(self._scan, first * SOUND_STEP_S, piece.end_cell * SOUND_STEP_S, damage)
        sounds = {cell: Sound(offset_s + cell * SOUND_STEP_S, RATE_HZ, samples) for cell, samples in _fill(blocks)}
        own_s = [t_s for t_s in damage.packets_s if piece.start_s <= t_s < piece.end_s]
        self.loss = DecodeLoss(len(own_s), 0, offset_s + min(own_s) if own_s else None)
        return [
            (sum(cell < max(begin, piece.first_cell) for cell in run), [sounds[cell] for cell in run])
            for begin in range(piece.first_cell // _STRETCH * _STRETCH, piece.end_cell, _STRETCH)
            for run in _runs(range(begin - _RUN_UP, min(begin + _STRETCH, piece.end_cell)), sounds)
            if run[-1] >= max(begin, piece.first_cell)
        ]


def _runs(cells: Iterable[int], there: Collection[int]) -> Iterator[list[int]]:
    """The longest runs of cells, one behind the other, that are there."""
    for is_there, run in groupby(cells, there.__contains__):
        if is_there:
            yield list(run)


def _fill(blocks: Iterator[tuple[int, NDArray[np.float32]]]) -> Iterator[tuple[int, NDArray[np.float32]]]:
    """Cells, and the samples in each, from blocks of samples with the number of the first."""
    cell, there = 0, 0
    samples = np.zeros(_CELL, np.float32)
    for number, block in blocks:
        while block.size:
            if number // _CELL != cell:
                if there >= _LEAST_SHARE * _CELL:
                    yield cell, samples
                cell, there, samples = number // _CELL, 0, np.zeros(_CELL, np.float32)
            begin = number % _CELL
            taken = block[: _CELL - begin]
            samples[begin : begin + taken.size] = taken
            there += taken.size
            number, block = number + taken.size, block[taken.size :]
    if there >= _LEAST_SHARE * _CELL:
        yield cell, samples
