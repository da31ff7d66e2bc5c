"""What one slice needs to know of its clip: a few kilobytes, where the scan of a two-hour clip has megabytes."""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from dataclasses import replace

from proctor_cli.media.decode import MAX_STEPS_BACK
from proctor_cli.media.grid import Grid
from proctor_cli.media.scan import Scan
from proctor_cli.media.slices import Slice


def excerpt(scan: Scan, piece: Slice) -> tuple[Scan, Slice]:
    """The scan, with no more than sampling this slice can touch, and the slice in it.

    Sampling the excerpt gives what sampling the whole gives: its first keyframe lies one ahead of the earliest at which
    decoding may begin, and it reaches to the first keyframe behind the slice, because decoding ends with the first
    intact picture there.
    """
    pts, keyframes = scan.pts, scan.keyframes
    first = max(0, piece.keyframe - MAX_STEPS_BACK - 1)
    behind = bisect_left(pts, piece.end_cell, key=Grid(scan, piece.step_s).cell)
    reached = bisect_left(keyframes, pts[behind]) if behind < len(pts) else len(keyframes)
    begin = bisect_left(pts, keyframes[first]) if first else 0
    end = bisect_right(pts, keyframes[reached]) if reached < len(keyframes) else len(pts)
    kept = replace(scan, pts=pts[begin:end], keyframes=keyframes[first : reached + 1], gaps=(), problems=())
    return kept, replace(piece, keyframe=piece.keyframe - first)


def excerpt_sound(scan: Scan) -> Scan:
    """The same for a slice of sound, which needs nothing but where its clip begins and ends."""
    return replace(scan, pts=array("q"), keyframes=(), gaps=(), problems=())
