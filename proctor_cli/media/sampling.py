"""The pictures of one slice of a clip, one per sampling cell, streamed."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Container, Iterator
from fractions import Fraction
from itertools import pairwise
from math import ceil
from typing import TYPE_CHECKING

from proctor_cli.media.decode import Damage, pictures
from proctor_cli.media.grid import Grid
from proctor_cli.media.pixels import Pixels, change
from proctor_cli.media.repeats import print_of
from proctor_cli.media.scan import Scan
from proctor_cli.media.slices import Slice
from proctor_cli.types import DecodeLoss, Frame, Source

if TYPE_CHECKING:
    import numpy as np
    from av import VideoFrame
    from numpy.typing import NDArray

_LOOK_AGAIN_S, _STANDING_S = 2, 1
"""A picture that stands is looked at again in every cell for the former, then once in every latter."""


class _Picture:
    """A decoded picture and, from the first time they are asked for, its pixels."""

    __slots__ = ("_decoded", "_pixels", "_rgb")

    def __init__(self, decoded: VideoFrame, pixels: Pixels) -> None:
        self._decoded, self._pixels = decoded, pixels
        self._rgb: NDArray[np.uint8] | None = None

    @property
    def rgb(self) -> NDArray[np.uint8]:
        if self._rgb is None:
            self._rgb = self._pixels.rgb(self._decoded)
        return self._rgb


class Sample:
    """What a cell shows, as a Frame at session time when it is asked for: most samples are looked at by nobody.

    ``change`` is that of the Frame.
    """

    __slots__ = ("_before", "_picture", "cell", "change", "source", "t_s")

    def __init__(
        self, source: Source, cell: int, t_s: float, picture: _Picture, before: _Picture | None, change: float | None
    ) -> None:
        self.cell, self.t_s, self.change = cell, t_s, change
        self.source, self._picture, self._before = source, picture, before

    def frame(self) -> Frame:
        """The picture and the one before it, converted once however often they are asked for."""
        before = None if self._before is None else self._before.rgb
        return Frame(self.source, self.t_s, self._picture.rgb, self.change, before=before)


class Sampling:
    """Yields, per cell, the first intact picture whose timestamp lies in it.

    Samples come in order of time and are not kept; a cell without an intact picture yields nothing. Of a screen, whose
    recorders leave out pictures that do not differ, the picture that still stands there is yielded again, once a cell
    at first and once a second later on, at the beginning of the cell. After a full iteration ``loss`` says what the
    cells of this slice have lost (over all slices of a clip each packet is counted once), ``is_whole`` whether nothing
    was damaged, on the way to them neither, ``prints`` holds the cell and the print of every sample (see repeats.py),
    and ``sizes`` every (width_px, height_px) met: more than one if the size of the video changes.

    Args:
        scan: the probed clip.
        piece: one of its slices.
        threads: cap on the decoder's threads; 1 because callers decode one slice per core.
        thrifty: leave out pictures that are neither sampled nor needed to decode others. The samples are the same
            unless packets are damaged: then the pictures that could have stood in for them are missing.
    """

    def __init__(self, scan: Scan, piece: Slice, *, threads: int = 1, thrifty: bool = False) -> None:
        self.loss, self.is_whole = DecodeLoss(), True
        self.prints: list[tuple[int, NDArray[np.uint16]]] = []
        self.sizes: frozenset[tuple[int, int]] = frozenset()
        self._scan = scan
        self._piece = piece
        self._threads, self._thrifty = threads, thrifty
        self._grid = Grid(scan, piece.step_s)

    def __iter__(self) -> Iterator[Frame]:
        """Every sample as a Frame."""
        return (sample.frame() for sample in self.samples())

    def samples(self) -> Iterator[Sample]:
        """Every sample."""
        grid, piece, info = self._grid, self._piece, self._scan.info
        self.prints = []
        pixels, damage = Pixels(), Damage()
        sizes: set[tuple[int, int]] = set()
        before: NDArray[np.int16] | None = None  # thumbnail of the sample before ...
        earlier: _Picture | None = None  # ... and the sample itself
        last = -1
        shown: _Picture | None = None
        standing = info.source == "screen"
        wanted = self._wanted() if self._thrifty else None
        for pts, decoded in pictures(self._scan, piece.keyframe, damage, self._threads, wanted):
            cell = min(grid.cell(pts), piece.end_cell)
            if standing and shown is not None:
                yield from self._stand(shown, last, cell)
                if cell > last + 1:
                    earlier = shown  # the picture that stood until now
            if cell >= piece.end_cell:
                shown = None
                break
            shown = _Picture(decoded, pixels)
            if cell <= last:
                continue
            last = cell
            thumbnail = pixels.thumbnail(decoded)
            changed = None if before is None else change(before, thumbnail)
            before = thumbnail
            if cell >= piece.first_cell:
                self.prints.append((cell, print_of(thumbnail)))
                sizes.add(pixels.size_px(decoded))
                yield Sample(info.source, cell, info.offset_s + self._scan.clock.seconds(pts), shown, earlier, changed)
            earlier = shown
        if standing and shown is not None:
            yield from self._stand(shown, last, self._end_cell())
        self.loss, self.is_whole = self._owned(damage), not (damage.packets or damage.pictures)
        self.sizes = frozenset(sizes)

    def _wanted(self) -> Container[int]:
        """The timestamps of the pictures that are sampled, from the slice's keyframe on."""
        grid, piece, pts = self._grid, self._piece, self._scan.pts
        first = bisect_left(pts, self._scan.keyframes[piece.keyframe])
        until = bisect_left(pts, piece.end_cell, key=grid.cell)
        cells = [(stamp, grid.cell(stamp)) for stamp in pts[first:until]]
        opening = {stamp for (_, before), (stamp, cell) in pairwise(cells) if before < cell}
        return opening | set(pts[first : first + 1])

    def _end_cell(self) -> int:
        """The cell behind the slice, or behind the last picture's end."""
        duration_s = Fraction(str(self._scan.info.duration_s))
        return min(self._piece.end_cell, ceil(duration_s / self._grid.step))

    def _stand(self, picture: _Picture, last: int, cell: int) -> Iterator[Sample]:
        """The picture that stands between the cells ``last`` and ``cell``, which nothing has changed."""
        step, info = self._grid.step, self._scan.info
        at_first, every = ceil(_LOOK_AGAIN_S / step), ceil(_STANDING_S / step)
        for empty in range(max(last + 1, self._piece.first_cell), cell):
            if empty - last <= at_first or (empty - last) % every == 0:
                t_s = info.offset_s + self._piece.time_s(empty)
                yield Sample(info.source, empty, t_s, picture, picture, 0.0)

    def _owned(self, damage: Damage) -> DecodeLoss:
        """The part of the damage that lies in this slice's own cells."""

        def own(timestamps: list[int]) -> list[int]:
            return [pts for pts in timestamps if piece.first_cell <= self._grid.owner(pts) < piece.end_cell]

        piece = self._piece
        packets, corrupt = own(damage.packets), own(damage.pictures)
        first = min(packets + corrupt, default=None)
        first_s = None if first is None else self._scan.info.offset_s + max(0.0, self._scan.clock.seconds(first))
        return DecodeLoss(len(packets), len(corrupt), first_s)
