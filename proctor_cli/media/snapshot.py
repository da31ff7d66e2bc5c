"""Single pictures of a clip at given times."""

from __future__ import annotations

from bisect import bisect_right
from collections import deque
from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import TYPE_CHECKING

from proctor_cli.errors import InputError
from proctor_cli.files import shown_address
from proctor_cli.media.decode import Damage, pictures
from proctor_cli.media.pixels import Pixels
from proctor_cli.media.scan import Scan
from proctor_cli.types import Frame

if TYPE_CHECKING:
    from av.video.frame import VideoFrame


def picture_at(scan: Scan, t_s: float) -> Frame:
    """The picture shown at session time ``t_s``; see ``pictures_at``."""
    return next(pictures_at(scan, [t_s]))


def pictures_at(scan: Scan, times_s: Iterable[float], *, threads: int = 1) -> Iterator[Frame]:
    """The pictures shown at these session times: one Frame per time, ascending, each with its own picture's time.

    Shown at a time is the last intact picture that is not later (forgiving 0.1 ms, because saved times are rounded),
    or the first one of the clip. Decoding goes forwards once, from the keyframe ahead of each time; no picture is kept.

    Raises:
        InputError: the clip has no intact picture any more.
    """
    targets = sorted(_shown(scan, t_s) for t_s in times_s)
    pixels = Pixels()
    for keyframe, together in groupby(targets, key=lambda pts: bisect_right(scan.keyframes, pts) - 1):
        for pts, picture in _fetch(scan, keyframe, together, threads):
            t_s = scan.info.offset_s + scan.clock.seconds(pts)
            yield Frame(scan.info.source, t_s, pixels.rgb(picture))


def _shown(scan: Scan, t_s: float) -> int:
    """The timestamp of the picture that is due at a session time."""
    due = bisect_right(scan.pts, scan.clock.pts(t_s - scan.info.offset_s)) - 1
    return scan.pts[max(0, due)]


def _fetch(scan: Scan, keyframe: int, targets: Iterable[int], threads: int) -> Iterator[tuple[int, VideoFrame]]:
    """For each of some ascending timestamps from one keyframe on: the last intact picture that is not later."""
    todo = deque(targets)
    last: tuple[int, VideoFrame] | None = None
    for shown in pictures(scan, keyframe, Damage(), threads):
        while todo and todo[0] < shown[0]:
            yield last or _earlier(scan, keyframe, todo[0], threads) or shown
            todo.popleft()
        last = shown
        while todo and todo[0] == shown[0]:
            yield shown
            todo.popleft()
        if not todo:
            return
    for target in todo:
        found = last or _earlier(scan, keyframe, target, threads)
        if not found:
            raise InputError(
                "its pictures can no longer be decoded", where=shown_address(scan.info.path), hint="Has it changed?"
            )
        yield found


def _earlier(scan: Scan, keyframe: int, target: int, threads: int) -> tuple[int, VideoFrame] | None:
    """The same from the start of the clip, for a target with nothing intact in a long stretch ahead of it."""
    return next(_fetch(scan, 0, [target], threads)) if keyframe else None
