"""The committed sample session is what its labels say, and its tables can be made again."""

import csv
import os
import subprocess
import sys
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import av
import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

ROOT = Path(__file__).parents[3]
SAMPLE = ROOT / "sample_videos"
MODELS = Path(os.environ.get("PROCTOR_MODELS") or ROOT.parent / "shared" / "models")
FACE_DETECTOR = MODELS / "face_detection_yunet_2026may.onnx"


class Row(NamedTuple):
    clip: str
    event: str
    start_s: float
    end_s: float


def rows(clip: str, *, required: bool = True) -> list[Row]:
    with (SAMPLE / "labels.csv").open(newline="", encoding="utf-8") as file:
        every = [Row(r["clip"], r["event"], float(r["start_s"]), float(r["end_s"])) for r in csv.DictReader(file)]
    return [r for r in every if r.clip == clip and not (required and r.event.startswith("?"))]


def duration_s(clip: str) -> float:
    with (SAMPLE / "durations.csv").open(newline="", encoding="utf-8") as file:
        return {r["clip"]: float(r["duration_s"]) for r in csv.DictReader(file)}[clip]


def pictures(clip: str, times_s: list[float]) -> list[NDArray[np.uint8]]:
    """The picture shown at each of these times (ascending); (height, width, 3) BGR."""
    found: list[NDArray[np.uint8]] = []
    with av.open(str(SAMPLE / f"{clip}.mp4")) as container:
        for frame in container.decode(video=0):
            while len(found) < len(times_s) and frame.time is not None and frame.time >= times_s[len(found)] - 1e-6:
                found.append(np.asarray(frame.to_ndarray(format="bgr24"), np.uint8))
            if len(found) == len(times_s):
                break
    return found


def test_tables_follow_from_the_script(tmp_path: Path) -> None:
    subprocess.run([sys.executable, SAMPLE / "make_sample.py", "--tables", "--out", tmp_path], check=True)

    for name in ("labels.csv", "durations.csv", "events.csv"):
        assert (tmp_path / name).read_bytes() == (SAMPLE / name).read_bytes(), name


@pytest.mark.parametrize(
    ("clip", "size_px", "fps", "most_bytes"),
    [("webcam", (640, 480), 25, 1_500_000), ("screen", (1280, 720), 10, 600_000)],
)
def test_videos_play_in_a_browser_and_are_small(clip: str, size_px: tuple[int, int], fps: int, most_bytes: int) -> None:
    path = SAMPLE / f"{clip}.mp4"
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        codec, pixels, size = stream.codec_context.name, stream.codec_context.pix_fmt, (stream.width, stream.height)
        shown_s = [frame.time for frame in container.decode(stream)]

    assert (codec, pixels, size) == ("h264", "yuv420p", size_px)
    assert shown_s == pytest.approx([i / fps for i in range(round(duration_s(clip) * fps))], abs=1e-3)
    assert path.stat().st_size < most_bytes


def test_honest_stretches_lie_between_the_events() -> None:
    events = sorted(rows("webcam"), key=lambda row: row.start_s)

    assert events[0].start_s >= 15  # the neutral pose is learned here
    assert all(later.start_s - earlier.end_s >= 8 for earlier, later in pairwise(events))
    assert events[-1].end_s < duration_s("webcam")


def test_log_and_screen_agree_on_the_tab_switch() -> None:
    (switch,) = rows("screen")
    with (SAMPLE / "events.csv").open(newline="", encoding="utf-8") as file:
        log = [(float(row["time"]), row["type"]) for row in csv.DictReader(file)]
    assert log == [(switch.start_s, "hidden"), (switch.end_s, "visible")]

    edges = [switch.start_s - 0.1, switch.start_s, switch.end_s - 0.1, switch.end_s]
    exam, notes, still_notes, exam_again = (p.astype(float) for p in pictures("screen", edges))
    assert np.abs(exam - notes).mean() > 10
    assert np.abs(still_notes - exam_again).mean() > 10
    assert np.abs(exam - exam_again).mean() < 1
    assert np.abs(notes - still_notes).mean() < 1


def test_the_light_goes_off_and_on_where_the_label_says() -> None:
    dark = next(row for row in rows("webcam") if row.event == "LOW_LIGHT")
    edges = [dark.start_s - 0.25, dark.start_s + 0.25, dark.end_s - 0.25, dark.end_s + 0.25]

    before, start, end, after = (p.mean() for p in pictures("webcam", edges))

    assert max(start, end) < 0.17 * 255
    assert min(before, after) > 0.5 * 255


@pytest.mark.models
def test_faces_are_seen_as_the_labels_say() -> None:
    if not FACE_DETECTOR.exists():
        pytest.skip(f"no weights at {FACE_DETECTOR}")
    detector = cv2.FaceDetectorYN.create(str(FACE_DETECTOR), "", (640, 480), 0.6)
    times_s = [float(t) for t in np.arange(0.5, duration_s("webcam"), 1.5)]
    # Within the change itself the answer may be either.
    expected = {"NO_FACE": 0, "MULTIPLE_FACES": 2}
    changing = [edge for row in rows("webcam") if row.event in expected for edge in (row.start_s, row.end_s)]

    for t_s, picture in zip(times_s, pictures("webcam", times_s), strict=True):
        if min(abs(t_s - edge) for edge in changing) < 0.6:
            continue
        _, faces = detector.detect(picture)
        want = [
            expected[row.event] for row in rows("webcam") if row.start_s <= t_s < row.end_s and row.event in expected
        ]
        assert (0 if faces is None else len(faces)) == (want[0] if want else 1), t_s
