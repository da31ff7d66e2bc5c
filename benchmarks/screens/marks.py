"""From an action log to labels: edges moved to the frame where the picture changes, optional rows added."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from benchmarks.screens.desk import FPS, Mark

REACH_S = 3.0
STILL_S = 4.0
OPTIONAL = {
    "TAB_SWITCH": {"?WINDOW_SWITCH": "exam not shown", "?FORBIDDEN_APP": "counts only if the policy does not allow it"},
    "WINDOW_SWITCH": {
        "?FORBIDDEN_APP": "another application",
        "?TAB_SWITCH": "another window over the exam",
        "?FULLSCREEN_EXIT": "another window over the exam",
    },
    "BLACK_VIDEO": dict.fromkeys(
        ("?FROZEN_VIDEO", "?FULLSCREEN_EXIT", "?LOCK_SCREEN", "?TAB_SWITCH", "?WINDOW_SWITCH"), "black or locked screen"
    ),
}


@dataclass(frozen=True, slots=True)
class Row:
    """A line of labels.csv; half open, seconds from the first frame."""

    event: str
    start_s: float
    end_s: float
    detail: str


def read_gray(video: Path) -> NDArray[np.uint8]:
    """All frames at half size, (n, height, width), gray."""
    capture = cv2.VideoCapture(str(video))
    frames = []
    while (got := capture.read())[0]:
        gray = cv2.cvtColor(got[1], cv2.COLOR_BGR2GRAY)
        frames.append(cv2.resize(gray, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA))
    return np.stack(frames)


def snap(mark: Mark, frames: NDArray[np.uint8]) -> int:
    """The first frame from just before the action on that differs enough from the one before it."""
    _, height, width = frames.shape
    x0, y0, x1, y1 = mark.box
    part = (slice(int(y0 * height), int(y1 * height)), slice(int(x0 * width), int(x1 * width)))
    first = max(1, int(mark.t_s * FPS) - 1)
    last = min(len(frames), first + int(REACH_S * FPS))
    shares = []
    for index in range(first, last):
        changed = cv2.absdiff(frames[index][part], frames[index - 1][part]) > 12
        shares.append(float(changed.mean()))
        if shares[-1] >= mark.share:
            return index
    raise ValueError(f"{mark.edge} of {mark.event} at {mark.t_s:.1f} s ({mark.detail}) is not seen: {max(shares):.4f}")


def label(marks: Sequence[Mark], frames: NDArray[np.uint8], freezes: Iterable[tuple[int, int]] = ()) -> list[Row]:
    """Rows of one clip, in order of time: what the log has, then what may be reported beside it."""
    end_s = len(frames) / FPS
    rows: list[Row] = []
    opened: dict[str, list[tuple[float, str]]] = {}
    for mark in marks:
        if mark.event == "note":
            rows.append(Row("note", round(mark.t_s, 1), min(end_s, round(mark.t_s + 1, 1)), mark.detail))
            continue
        t_s = snap(mark, frames) / FPS
        if mark.event == "PASTE":
            rows.append(Row("PASTE", t_s, t_s + 1, mark.detail))
        elif mark.edge == "start":
            opened.setdefault(mark.event, []).append((t_s, mark.detail))
        else:
            start_s, detail = opened[mark.event].pop()
            rows.append(Row(mark.event, start_s, t_s, detail))
    rows += [Row(event, start_s, end_s, detail) for event, left in opened.items() for start_s, detail in left]
    freezes = [(first, last) for first, last in freezes]
    rows += [Row("FROZEN_VIDEO", a / FPS, b / FPS, "picture stands still, then jumps") for a, b in freezes]
    dark = [row for row in rows if row.event == "BLACK_VIDEO"]
    still = [row for row in stills(frames) if not any(_meet(row, other) for other in dark)]
    rows += [row for row in still if not any(a < row.end_s * FPS and row.start_s * FPS < b for a, b in freezes)]
    return sorted([*rows, *beside(rows)], key=lambda row: (row.start_s, row.event))


def beside(rows: Sequence[Row]) -> list[Row]:
    """What is neither required nor false, because it follows from a row."""
    found = []
    for row in rows:
        for event, detail in OPTIONAL.get(row.event, {}).items():
            required = [other for other in rows if other.event == event[1:] and _meet(row, other)]
            if not required:
                found.append(Row(event, row.start_s, row.end_s, detail))
    return found


def stills(frames: NDArray[np.uint8]) -> list[Row]:
    """Stretches in which not one pixel changes."""
    moves = [0, *(i for i in range(1, len(frames)) if cv2.absdiff(frames[i], frames[i - 1]).max() > 2), len(frames)]
    detail = "a page that really stands still"
    return [Row("?FROZEN_VIDEO", a / FPS, b / FPS, detail) for a, b in pairwise(moves) if b - a >= STILL_S * FPS]


def draw_check(video: Path, rows: Sequence[Row], sheet: Path) -> None:
    """Last frame before and first frame after every edge, side by side, for a person to look at."""
    capture = cv2.VideoCapture(str(video))
    edges = sorted({(round(t * FPS), f"{row.event} {name}") for row in rows if row.event[0] not in "?n"
                    for name, t in (("start", row.start_s), ("end", row.end_s))})  # fmt: skip
    tiles = []
    for index, name in edges:
        pair = []
        for at in (index - 1, index):
            capture.set(cv2.CAP_PROP_POS_FRAMES, at)
            got, picture = capture.read()
            small = (
                cv2.resize(picture, (400, 225), interpolation=cv2.INTER_AREA) if got else np.zeros((225, 400, 3), "u1")
            )
            cv2.putText(small, f"{at / FPS:.1f} {name}", (4, 219), cv2.FONT_HERSHEY_SIMPLEX, 0.5, (0, 0, 255), 1)
            pair.append(small)
        tiles.append(np.hstack(pair))
    tiles += [np.zeros_like(tiles[0])] * (-len(tiles) % 2) if tiles else []
    if tiles:
        cv2.imwrite(str(sheet), np.vstack([np.hstack(tiles[i : i + 2]) for i in range(0, len(tiles), 2)]))


def _meet(one: Row, other: Row) -> bool:
    return one.start_s < other.end_s and other.start_s < one.end_s
