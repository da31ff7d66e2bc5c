#!/usr/bin/env python3
"""Make the sample session: webcam.mp4, screen.mp4, labels.csv, durations.csv and events.csv beside this file.

    python sample_videos/make_sample.py [--out DIR] [--tables]

Everything follows from the times in `SESSION` and from two photographs in the public domain that come with
scikit-image and matplotlib. The same versions of the libraries give the same files. Takes some minutes.
"""

from __future__ import annotations

import argparse
import csv
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
import page
import portrait
import room
from numpy.typing import NDArray

DURATION_S = 90.0


@dataclass(frozen=True)
class Video:
    """One of the two recordings."""

    name: str
    width_px: int
    height_px: int
    fps: int
    crf: int
    key_frame_s: int


WEBCAM, SCREEN = Video("webcam", 640, 480, 25, 26, 4), Video("screen", 1280, 720, 10, 30, 15)


@dataclass(frozen=True)
class Event:
    """A stretch of the session; its label runs from the middle of the change to the middle of the change back."""

    name: str
    start_s: float
    end_s: float
    detail: str

    def strength(self, t_s: float, change_s: float) -> float:
        """0 outside, 1 inside, smooth over ``change_s`` about both ends."""
        inside = min(t_s - self.start_s, self.end_s - t_s) / change_s + 0.5
        x = min(max(inside, 0.0), 1.0)
        return x * x * (3 - 2 * x)


AWAY = Event("LOOKING_AWAY", 15.0, 20.6, "head to the picture's right, over 30 degrees")
VISITOR = Event("MULTIPLE_FACES", 29.0, 34.2, "a second face, behind the candidate on the right")
ABSENT = Event("NO_FACE", 43.0, 49.2, "the candidate leaves to the right and comes back")
PHONE = Event("PHONE_DETECTED", 58.0, 66.4, "a dark phone held up, its back to the camera")
DARK = Event("LOW_LIGHT", 74.8, 86.0, "the light of the room is off")
TAB = Event("TAB_SWITCH", 69.0, 72.6, "the tab `Course notes` is shown instead of the exam")
SESSION = (AWAY, VISITOR, ABSENT, PHONE, DARK)


# ---------------------------------------------------------------- pictures
def webcam() -> Iterator[NDArray[np.uint8]]:
    """The frames of webcam.mp4, (480, 640, 3) RGB."""
    width, height, fps = WEBCAM.width_px, WEBCAM.height_px, WEBCAM.fps
    count = round(DURATION_S * fps)
    scale = 1.4
    candidate = portrait.Candidate(portrait.candidate_photograph(), scale)
    visitor = portrait.visitor()
    hand = room.phone_in_hand()
    study = room.room(width, height)
    random = np.random.default_rng(7)
    life = {name: _wander(random, count, fps, period) for name, period in _PERIODS_S.items()}
    lids, glance = _blinks(random, count, fps), _glances(random, count, fps)
    grain = random.normal(0, 1.0, (8, height + 32, width + 32, 3)).astype(np.float32)
    for i in range(count):
        t = i / fps
        away, phone = AWAY.strength(t, 0.5), PHONE.strength(t, 0.8)
        still = 1 - 0.7 * away
        pose = portrait.Pose(
            yaw=3.5 * life["yaw"][i] * still + 44 * away + 2 * phone,
            pitch=2.5 * life["pitch"][i] * still + 3 * phone,
            roll=1.5 * life["roll"][i] - 2 * away,
            lids=float(lids[i]),
            gaze=float(glance[i]) * still + 2 * away,
            mouth=1.3 + 0.1 * life["mouth"][i],
        )
        picture = room.curtain(study, t)
        there = VISITOR.strength(t, 0.9)
        if there:
            x, y = 545 + 190 * (1 - there) + 3 * life["roll"][i], 330 + 2 * life["x"][i]
            picture = room.place(picture, visitor, x, y, 2, 0.62)
        gone = ABSENT.strength(t, 1.3)
        if gone < 1:
            breath = 1.2 * np.sin(2 * np.pi * t / 3.7)
            x = 300 + 5 * life["x"][i] + 700 * gone
            y = 38 + candidate.size[0] / 2 + 3 * life["y"][i] + breath + 30 * gone * (1 - gone)
            tilt, zoom = 0.8 * life["roll"][i], 1 + 0.012 * life["zoom"][i]
            picture = room.place(picture, candidate.render(pose), x + candidate.middle_x, y, tilt, zoom)
        if phone:
            x, y = 436 + 4 * life["yaw"][i], 372 + 4 * life["pitch"][i] + 330 * (1 - phone)
            picture = room.place(picture, hand, x, y, -7 + 2 * life["x"][i], 0.22)
        # A camera is never quite done with setting its exposure.
        picture = room.lit(picture, (1 - 0.76 * DARK.strength(t, 0.4)) * (1 + 0.01 * life["light"][i]))
        shift = random.integers(0, 32, 2)
        noise = grain[i % 8, shift[0] : shift[0] + height, shift[1] : shift[1] + width]
        yield np.asarray((picture + noise).clip(0, 255), np.uint8)


# How long one slow movement takes; no common multiple, so that nothing repeats.
_PERIODS_S = {"yaw": 2.3, "pitch": 2.9, "roll": 3.7, "x": 3.1, "y": 2.6, "zoom": 4.3, "mouth": 5.3,
              "light": 1.9}  # fmt: skip


def _wander(random: np.random.Generator, count: int, fps: int, period_s: float) -> NDArray[np.float64]:
    """A smooth random curve between -1 and 1, one value per frame, a turning point about every ``period_s``."""
    knots = random.uniform(-1, 1, int(count / fps / period_s) + 3)
    at = np.arange(count) / fps / period_s
    before = at.astype(int)
    x = at - before
    x = x * x * (3 - 2 * x)
    return np.asarray(knots[before] * (1 - x) + knots[before + 1] * x, np.float64)


def _blinks(random: np.random.Generator, count: int, fps: int) -> NDArray[np.float64]:
    """How far the lids are down, per frame: a blink of a quarter of a second every few seconds."""
    lids = np.zeros(count)
    t = 1.5
    while t < count / fps - 1:
        near = np.abs(np.arange(count) / fps - t) / 0.14
        lids = np.maximum(lids, np.clip(1.9 - 1.9 * near, 0, 1.2))
        t += random.uniform(2.2, 4.6)
    return lids


def _glances(random: np.random.Generator, count: int, fps: int) -> NDArray[np.float64]:
    """Where the irises stand as she reads, source px: small jumps, held for about a second."""
    gaze = np.zeros(count)
    i = 0
    while i < count:
        hold = int(random.uniform(0.4, 1.6) * fps)
        gaze[i : i + hold] = random.uniform(-1.0, 1.0)
        i += hold
    return gaze


def screen() -> Iterator[NDArray[np.uint8]]:
    """The frames of screen.mp4, (720, 1280, 3) RGB."""
    browser = page.Browser(SCREEN.width_px, SCREEN.height_px)
    for i in range(round(DURATION_S * SCREEN.fps)):
        t = i / SCREEN.fps
        yield browser.frame(t, notes=TAB.start_s <= t < TAB.end_s)


def encode(folder: Path, video: Video, frames: Iterator[NDArray[np.uint8]]) -> None:
    """Write H.264 that browsers play, with one thread: the same frames give the same bytes."""
    with av.open(str(folder / f"{video.name}.mp4"), "w", options={"movflags": "+faststart"}) as container:
        stream = container.add_stream("libx264", rate=video.fps)
        stream.width, stream.height, stream.pix_fmt = video.width_px, video.height_px, "yuv420p"
        stream.time_base = Fraction(1, video.fps)
        group = str(video.key_frame_s * video.fps)
        stream.options = {"crf": str(video.crf), "preset": "slower", "g": group, "threads": "1"}
        for i, rgb in enumerate(frames):
            frame = av.VideoFrame.from_ndarray(rgb, format="rgb24")
            frame.pts, frame.time_base = i, Fraction(1, video.fps)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))


# ---------------------------------------------------------------- tables
def tables() -> dict[str, list[tuple[str, ...]]]:
    """The CSV files: name to rows, the header first."""
    rows = [("webcam", e.name, e.start_s, e.end_s, e.detail) for e in SESSION]
    rows += [
        ("webcam", "?EXTRA_PERSON", VISITOR.start_s, VISITOR.end_s, "the visitor's body"),
        ("webcam", "?UNAUTHORIZED_USER", VISITOR.start_s, VISITOR.end_s, "the visitor's face"),
        ("webcam", "?SPOOFING_SUSPECTED", 0.0, DURATION_S, "the candidate really is a photograph, moved by code"),
        ("webcam", "?TAB_SWITCH", TAB.start_s, TAB.end_s, "known from events.csv or screen.mp4"),
        ("screen", TAB.name, TAB.start_s, TAB.end_s, TAB.detail),
    ]
    rows.sort(key=lambda row: (row[0], row[2], row[1]))
    return {
        "labels.csv": [
            ("clip", "event", "start_s", "end_s", "detail"),
            *((clip, event, f"{start:.2f}", f"{end:.2f}", detail) for clip, event, start, end, detail in rows),
        ],
        "durations.csv": [("clip", "duration_s"), *((video.name, f"{DURATION_S:.2f}") for video in (SCREEN, WEBCAM))],
        "events.csv": [("time", "type"), (f"{TAB.start_s:.1f}", "hidden"), (f"{TAB.end_s:.1f}", "visible")],
    }


def main() -> None:
    """Make the files."""
    parser = argparse.ArgumentParser(description="Make the sample session.")
    parser.add_argument("--out", type=Path, default=Path(__file__).parent, help="where to (default: beside this file)")
    parser.add_argument("--tables", action="store_true", help="write the CSV files only")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    for name, rows in tables().items():
        with (options.out / name).open("w", newline="", encoding="utf-8") as file:
            csv.writer(file, lineterminator="\n").writerows(rows)
    if not options.tables:
        cv2.setNumThreads(1)
        encode(options.out, SCREEN, screen())
        encode(options.out, WEBCAM, webcam())


if __name__ == "__main__":
    main()
