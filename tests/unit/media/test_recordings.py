"""The real recordings: their lengths, and that every cell with a picture gives one."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from proctor_cli.media import cut
from tests.unit.media.films import frames_of, scan_of

pytestmark = pytest.mark.media

MEDIA = Path(__file__).parents[4] / "shared" / "media"
CLIPS = MEDIA / "webcam" / "clips"
SCREEN = MEDIA / "screen"


@pytest.mark.parametrize(
    ("name", "duration_s", "last_s", "size_px", "rotation_deg", "has_audio"),
    [
        ("a_bystander.mp4", 6.267, 6.2, (640, 480), 0, False),
        ("a_eyes_focus.mp4", 10.498, 10.415, (480, 848), 90, True),
        ("a_eyes_left.mp4", 15.332, 15.207, (480, 848), 90, True),
        ("a_eyes_right.mp4", 15.042, 15.0, (480, 848), 90, True),
        ("a_hat_hands.gif", 14.94, 14.8, (478, 268), 0, False),
        ("a_headturn.mp4", 20.742, 20.609, (352, 392), 0, True),
        ("a_leave.mp4", 16.183, 16.029, (478, 850), 0, True),
        ("a_phone_desk.mp4", 5.067, 5.0, (640, 480), 0, False),
        ("a_spoof_demo.gif", 8.5, 8.4, (320, 240), 0, False),
        ("a_two.mp4", 7.08, 7.0, (1280, 720), 0, False),
        ("a_visitor.mp4", 8.033, 8.0, (640, 480), 0, False),
    ],
)
def test_webcam_clips(
    name: str, duration_s: float, last_s: float, size_px: tuple[int, int], rotation_deg: int, has_audio: bool
) -> None:
    scan = scan_of(CLIPS / name)
    info = scan.info
    assert info.duration_s == pytest.approx(duration_s, abs=0.001)
    assert (info.width_px, info.height_px) == size_px
    assert (info.rotation_deg, info.has_audio) == (rotation_deg, has_audio)
    assert scan.problems == ()
    frames, losses = frames_of(scan, 0.2, 5.0)
    assert frames[0].t_s == 0.0
    assert frames[-1].t_s == pytest.approx(last_s, abs=0.001)
    assert len(frames) == sum(piece.end_cell - piece.first_cell for piece in cut(scan, 0.2))
    assert frames[0].rgb.shape[:2] == size_px[::-1]
    assert not any(loss.damaged_packets or loss.corrupt_frames for loss in losses)


def test_screen_recordings_are_as_long_as_their_labels_say() -> None:
    with (SCREEN / "durations.csv").open() as file:
        durations = {row["clip"]: float(row["duration_s"]) for row in csv.DictReader(file)}
    for path in sorted([*SCREEN.glob("*.mp4"), *SCREEN.glob("*.webm")]):
        assert scan_of(path).info.duration_s == pytest.approx(durations[path.stem], abs=0.11), path.name


def test_browser_recording_without_duration_shows_what_the_even_one_shows() -> None:
    even, uneven = scan_of(SCREEN / "A2_mixed.mp4"), scan_of(SCREEN / "A2_mixed_vfr.webm")
    assert uneven.info.header_duration_s is None
    assert uneven.info.variable_rate
    assert not even.info.variable_rate
    assert [(round(a, 1), round(b, 1)) for a, b in uneven.gaps if b - a > 5] == [(88.3, 94.5)]
    span = (60.0, 72.0)
    frames, _ = frames_of(uneven, 0.5, 30.0, span)
    twins, _ = frames_of(even, 0.5, 30.0, span)
    by_time = {round(frame.t_s, 1): frame for frame in twins}
    pairs = [(frame, by_time[round(frame.t_s, 1)]) for frame in frames if round(frame.t_s, 1) in by_time]
    assert len(pairs) > 5
    for one, other in pairs:
        assert abs(one.rgb.astype(int) - other.rgb).mean() < 4
