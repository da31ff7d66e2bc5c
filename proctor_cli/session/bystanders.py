"""Whose faces are made unrecognisable in snapshots: everybody's but the candidate's, as far as faces were found."""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Iterable

from proctor_cli.types import Box, Observation

# A face box ends at brows and chin; hair and ears can be recognised too.
_MARGIN = 0.2
NEAR_S = 1.0
"""Faces move between two looks, but not far in this time: no other looks matter to a picture."""


def find_bystanders(observations: Iterable[Observation], times_s: Collection[float]) -> dict[float, list[Box]]:
    """The regions to blur in pictures of these times.

    A picture that was looked at itself says where the faces are in it; for any other (what a log tells of falls between
    two) the looks before and after it do, both of them.

    Args:
        observations: of the pictures' source, in order of time.
        times_s: when the pictures are from, session time.
    """
    blurred: dict[float, list[Box]] = {t_s: [] for t_s in times_s}
    waiting = deque(sorted(times_s))
    before: Observation | None = None
    for look in (seen for seen in observations if seen.values.get("face.score") is not None):
        while waiting and waiting[0] <= look.t_s:
            t_s = waiting.popleft()
            near = (look,) if look.t_s == t_s else (before, look)
            blurred[t_s] = _blur_near(t_s, near)
        before = look
    for t_s in waiting:
        blurred[t_s] = _blur_near(t_s, (before,))
    return blurred


def _blur_near(t_s: float, looks: Iterable[Observation | None]) -> list[Box]:
    near = (look for look in looks if look is not None and abs(look.t_s - t_s) <= NEAR_S)
    return [region for look in near for region in _others(look)]


def _others(look: Observation) -> list[Box]:
    """All faces but the largest, with a margin; however unsure the detector was of them."""
    faces = sorted((box for box in look.boxes if box.label == "face"), key=lambda box: -box.area)
    if look.source == "workspace":
        return [_widen(face) for face in faces]  # who holds the camera is behind it
    return [_widen(face) for face in faces[1:] if not _is_inside(face, faces[0])]


def _is_inside(face: Box, largest: Box) -> bool:
    """Whether the middle of one face lies within the other: the same face, found twice."""
    x, y = (face.x0 + face.x1) / 2, (face.y0 + face.y1) / 2
    return largest.x0 <= x <= largest.x1 and largest.y0 <= y <= largest.y1


def _widen(box: Box) -> Box:
    """The box with a margin on each side, within the picture."""
    x, y = _MARGIN * box.width, _MARGIN * box.height
    return Box(
        max(0.0, box.x0 - x), max(0.0, box.y0 - y), min(1.0, box.x1 + x), min(1.0, box.y1 + y), box.label, box.score
    )
