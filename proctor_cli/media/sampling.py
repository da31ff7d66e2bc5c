"""The pictures of one slice of a clip, one per sampling cell, streamed."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from math import ceil
from typing import TYPE_CHECKING

from proctor_cli.media.decode import Damage, pictures
from proctor_cli.media.grid import Grid
from proctor_cli.media.pixels import Pixels, change
from proctor_cli.media.repeats import print_of
from proctor_cli.media.scan import Scan
from proctor_cli.media.slices import Slice
from proctor_cli.types import DecodeLoss, Frame

if TYPE_CHECKING:
    import numpy as np
    from av import VideoFrame
    from numpy.typing import NDArray

_LOOK_AGAIN_S, _STANDING_S = 2, 1
"""A picture that stands is looked at again in every cell for the former, then once in every latter."""


class Sampling:
    """Yields, per cell, the first intact picture whose timestamp lies in it, as a Frame at session time.

    Frames come in order of time and are not kept; a cell without an intact picture yields nothing. Of a screen, whose
    recorders leave out pictures that do not differ, the picture that still stands there is yielded again, once a cell
    at first and once a second later on, at the beginning of the cell. After a full
    iteration ``loss`` says what the cells of this slice have lost (over all slices of a clip each packet is counted
    once), ``prints`` holds the cell and the print of every sample (see repeats.py), and ``sizes`` every
    (width_px, height_px) met: more than one if the size of the video changes.

    Args:
        scan: the probed clip.
        piece: one of its slices.
        threads: cap on the decoder's threads; 1 because callers decode one slice per core.
    """

    def __init__(self, scan: Scan, piece: Slice, *, threads: int = 1) -> None:
        self.loss = DecodeLoss()
        self.prints: list[tuple[int, NDArray[np.uint16]]] = []
        self.sizes: frozenset[tuple[int, int]] = frozenset()
        self._scan = scan
        self._piece = piece
        self._threads = threads
        self._grid = Grid(scan, piece.step_s)

    def __iter__(self) -> Iterator[Frame]:
        grid, piece, info = self._grid, self._piece, self._scan.info
        self.prints = []
        pixels, damage = Pixels(), Damage()
        sizes: set[tuple[int, int]] = set()
        before: NDArray[np.int16] | None = None  # thumbnail of the sample before ...
        earlier: tuple[VideoFrame, NDArray[np.uint8] | None] | None = None  # ... and the sample itself, if converted
        last = -1
        shown: VideoFrame | None = None
        standing = info.source == "screen"
        for pts, picture in pictures(self._scan, piece.keyframe, damage, self._threads):
            cell = min(grid.cell(pts), piece.end_cell)
            if standing and shown is not None:
                yield from self._stand(shown, last, cell, pixels)
                if cell > last + 1:
                    earlier = (shown, None)  # the picture that stood until now
            if cell >= piece.end_cell:
                shown = None
                break
            shown = picture
            if cell <= last:
                continue
            last = cell
            thumbnail = pixels.thumbnail(picture)
            changed = None if before is None else change(before, thumbnail)
            before = thumbnail
            rgb = None
            if cell >= piece.first_cell:
                rgb = pixels.rgb(picture)
                self.prints.append((cell, print_of(thumbnail)))
                sizes.add((rgb.shape[1], rgb.shape[0]))
                t_s = info.offset_s + self._scan.clock.seconds(pts)
                yield Frame(info.source, t_s, rgb, changed, before=_converted(earlier, pixels))
            earlier = (picture, rgb)
        if standing and shown is not None:
            yield from self._stand(shown, last, self._end_cell(), pixels)
        self.loss = self._owned(damage)
        self.sizes = frozenset(sizes)

    def _end_cell(self) -> int:
        """The cell behind the slice, or behind the last picture's end."""
        duration_s = Fraction(str(self._scan.info.duration_s))
        return min(self._piece.end_cell, ceil(duration_s / self._grid.step))

    def _stand(self, picture: VideoFrame, last: int, cell: int, pixels: Pixels) -> Iterator[Frame]:
        """The picture that stands between the cells ``last`` and ``cell``, which nothing has changed."""
        step, info = self._grid.step, self._scan.info
        at_first, every = ceil(_LOOK_AGAIN_S / step), ceil(_STANDING_S / step)
        rgb: NDArray[np.uint8] | None = None
        for empty in range(max(last + 1, self._piece.first_cell), cell):
            if empty - last <= at_first or (empty - last) % every == 0:
                rgb = pixels.rgb(picture) if rgb is None else rgb
                yield Frame(info.source, info.offset_s + self._piece.time_s(empty), rgb, 0.0, before=rgb)

    def _owned(self, damage: Damage) -> DecodeLoss:
        """The part of the damage that lies in this slice's own cells."""

        def own(timestamps: list[int]) -> list[int]:
            return [pts for pts in timestamps if piece.first_cell <= self._grid.owner(pts) < piece.end_cell]

        piece = self._piece
        packets, corrupt = own(damage.packets), own(damage.pictures)
        first = min(packets + corrupt, default=None)
        first_s = None if first is None else self._scan.info.offset_s + max(0.0, self._scan.clock.seconds(first))
        return DecodeLoss(len(packets), len(corrupt), first_s)


def _converted(sample: tuple[VideoFrame, NDArray[np.uint8] | None] | None, pixels: Pixels) -> NDArray[np.uint8] | None:
    """The pixels of a sample. Only one that lies before its slice's first cell has not been converted already."""
    if sample is None:
        return None
    picture, rgb = sample
    return pixels.rgb(picture) if rgb is None else rgb
