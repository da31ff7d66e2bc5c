"""What probing finds out, on files made for it."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from proctor_cli.media import Sampling, Scan, cut
from tests.unit.media.films import (
    Pipe,
    blanked,
    even,
    film,
    film_of_packets,
    film_with_two_videos,
    frames_of,
    numbers_of,
    scan_of,
    turned,
)


def codes(scan: Scan) -> list[str]:
    return [problem.code for problem in scan.problems]


def test_constant_rate(tmp_path: Path) -> None:
    path = film(tmp_path / "a.mp4", even(75))
    scan = scan_of(path, offset_s=12.5)
    info = scan.info
    assert (info.source, info.path, info.offset_s) == ("webcam", str(path), 12.5)
    assert info.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert info.size_bytes == path.stat().st_size
    assert (info.container, info.codec, info.width_px, info.height_px, info.rotation_deg) == (
        "mp4",
        "h264",
        160,
        120,
        0,
    )
    assert info.duration_s == pytest.approx(3.0, abs=0.001)
    assert info.header_duration_s == pytest.approx(3.0, abs=0.001)
    assert info.mean_fps == pytest.approx(25, abs=0.01)
    assert (info.duration_from, info.variable_rate, info.has_audio) == ("packets", False, False)
    assert info.longest_gap_s == pytest.approx(0.04)
    assert info.first_pts_s == 0.0
    assert scan.gaps == ()
    assert scan.problems == ()
    assert scan.keyframes_s == pytest.approx([i * 0.48 for i in range(7)])


def test_variable_rate_and_gap(tmp_path: Path) -> None:
    times_s = [0.0, 0.1, 0.15, 0.4, 0.5, 0.61, 3.9, 4.0, 4.3]
    scan = scan_of(film(tmp_path / "a.mkv", times_s))
    assert scan.info.variable_rate
    assert scan.gaps == ((0.61, 3.9),)
    assert scan.info.longest_gap_s == pytest.approx(3.29)
    assert [scan.clock.seconds(pts) for pts in scan.pts] == pytest.approx(times_s)
    assert scan.problems == ()


def test_webm_written_to_a_pipe_has_no_duration(tmp_path: Path) -> None:
    pipe = Pipe()
    film(pipe, even(50, 10.0), "libvpx", options={"deadline": "realtime", "cpu-used": "8"}, container="webm")
    path = tmp_path / "a.webm"
    path.write_bytes(pipe.written)
    scan = scan_of(path)
    assert scan.info.header_duration_s is None
    assert scan.info.duration_s == pytest.approx(5.0, abs=0.1)
    assert scan.info.container == "webm"
    assert len(scan.pts) == 50
    assert scan.problems == ()


def test_mp4_written_in_fragments_to_a_pipe(tmp_path: Path) -> None:
    pipe = Pipe()
    film(pipe, even(50), container="mp4", muxing={"movflags": "frag_keyframe+empty_moov"})
    path = tmp_path / "a.mp4"
    path.write_bytes(pipe.written)
    scan = scan_of(path)
    assert scan.info.duration_s == pytest.approx(2.0, abs=0.001)
    assert scan.problems == ()
    path.write_bytes(pipe.written[: len(pipe.written) * 2 // 3])
    cut_off = scan_of(path)
    assert 0.5 < cut_off.info.duration_s < 2.0
    frames, losses = frames_of(cut_off, 0.04)
    assert numbers_of(frames) == [round(frame.t_s * 25) for frame in frames]
    assert len(frames) == len(cut_off.pts) - losses[0].damaged_packets


def test_video_that_starts_after_the_sound(tmp_path: Path) -> None:
    path = film(tmp_path / "a.mkv", [1.5 + t for t in even(50)], audio_s=3.5)
    scan = scan_of(path)
    assert scan.info.has_audio
    assert scan.info.first_pts_s == pytest.approx(1.5, abs=0.03)
    assert scan.info.duration_s == pytest.approx(2.0, abs=0.001)
    assert scan.problems == ()
    frames, _ = frames_of(scan)
    assert frames[0].t_s == 0.0
    assert numbers_of(frames) == list(range(0, 50, 5))


def test_sound_that_outlasts_the_pictures_is_told(tmp_path: Path) -> None:
    scan = scan_of(film(tmp_path / "a.mp4", even(25), audio_s=4.0))
    (problem,) = scan.problems
    assert problem.code == "file_ends_early"
    assert problem.message == "the file says it lasts 4.0 s; its pictures end at 1.0 s"


@pytest.mark.parametrize(
    ("name", "codec", "pix_fmt"),
    [
        ("a.mkv", "libx264", "yuv420p"),
        ("a.mov", "libx265", "yuv420p"),
        ("a.avi", "mpeg4", "yuv420p"),
        ("a.webm", "libvpx-vp9", "yuv420p"),
        ("a.gif", "gif", "rgb8"),
        ("a.ts", "libx264", "yuv420p"),
        ("a.mpg", "mpeg2video", "yuv420p"),
        ("a.flv", "libx264", "yuv420p"),
    ],
)
def test_containers_and_codecs(tmp_path: Path, name: str, codec: str, pix_fmt: str) -> None:
    options = {"deadline": "realtime", "cpu-used": "8"} if "vp9" in codec else None
    ticks = {"gif": 100, "avi": 25, "mpg": 25}.get(name[2:], 1000)
    scan = scan_of(film(tmp_path / name, even(50), codec, pix_fmt=pix_fmt, options=options, ticks_per_s=ticks))
    assert scan.info.duration_s == pytest.approx(2.0, abs=0.07)
    assert scan.info.header_duration_s == pytest.approx(2.0, abs=0.1)
    assert scan.problems == ()
    frames, losses = frames_of(scan, 0.4)
    assert [frame.t_s for frame in frames] == pytest.approx([0.0, 0.4, 0.8, 1.2, 1.6], abs=0.001)
    assert numbers_of(frames) == [0, 10, 20, 30, 40]
    assert not any(loss.damaged_packets or loss.corrupt_frames for loss in losses)


def test_without_timestamps_pictures_are_counted(tmp_path: Path) -> None:
    scan = scan_of(film(tmp_path / "a.h264", even(60), container="h264"))
    assert scan.info.duration_from == "rate"
    assert scan.info.duration_s == pytest.approx(2.4)
    assert codes(scan) == ["times_counted"]
    assert numbers_of(frames_of(scan)[0]) == list(range(0, 60, 5))


def test_clock_set_back_within_a_file(tmp_path: Path) -> None:
    first = film(tmp_path / "1.ts", even(60)).read_bytes()
    second = film(tmp_path / "2.ts", even(25), first_number=100).read_bytes()
    both = tmp_path / "a.ts"
    both.write_bytes(first + second)
    scan = scan_of(both)
    assert codes(scan) == ["times_disordered"]
    assert "left out: 25 of 85" in scan.problems[0].message
    frames, _ = frames_of(scan, 0.04, 0.5)
    assert numbers_of(frames) == list(range(60))


@pytest.mark.parametrize("place", [0, 30])
def test_one_time_that_is_far_too_large(tmp_path: Path, place: int) -> None:
    scan = scan_of(film_of_packets(tmp_path / "a.mkv", [(160, 120)] * 80, wrong_pts={place: 10_000}))
    assert codes(scan) == ["file_ends_early", "times_disordered"]
    assert "left out: 1 of 80" in scan.problems[1].message
    assert scan.info.duration_s == pytest.approx(8.0 if place else 7.9)
    frames, _ = frames_of(scan, 0.1, 2.0)
    assert numbers_of(frames) == [number for number in range(80) if number != place]


def test_recording_of_one_picture(tmp_path: Path) -> None:
    scan = scan_of(film(tmp_path / "a.gif", [0.0], "gif", pix_fmt="rgb8", ticks_per_s=100))
    assert codes(scan) == ["single_picture"]
    frames, _ = frames_of(scan)
    assert [(frame.t_s, frame.change) for frame in frames] == [(0.0, None)]


def test_truncated_file_with_its_index_at_the_front(tmp_path: Path) -> None:
    path = film(tmp_path / "a.mkv", even(100))
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    scan = scan_of(path)
    assert codes(scan) == ["file_ends_early"]
    assert scan.info.header_duration_s == pytest.approx(4.0, abs=0.01)
    assert 0.5 < scan.info.duration_s < 3.0
    frames, _ = frames_of(scan, 0.04)
    assert numbers_of(frames) == list(range(len(frames)))
    assert len(frames) >= len(scan.pts) - 1


def test_part_of_a_recording_that_begins_between_keyframes(tmp_path: Path) -> None:
    path = film(tmp_path / "a.ts", even(60), gop=20)
    path.write_bytes(path.read_bytes()[188 * 15 :])
    scan = scan_of(path)
    assert codes(scan) == ["start_unreadable"]
    frames, _ = frames_of(scan)
    assert (frames[0].t_s, numbers_of(frames)) == (0.0, list(range(20, 60, 5)))


def test_recording_that_starts_late_on_its_own_clock(tmp_path: Path) -> None:
    scan = scan_of(film(tmp_path / "a.mkv", [3600 + t for t in even(50)]))
    assert scan.info.first_pts_s == 3600.0
    assert scan.info.duration_s == pytest.approx(2.0)
    assert scan.problems == ()


def test_start_that_cannot_be_decoded(tmp_path: Path) -> None:
    path = film(tmp_path / "a.mp4", even(60), gop=20)
    blanked(path, range(20))
    scan = scan_of(path)
    assert codes(scan) == ["start_unreadable"]
    assert scan.info.first_pts_s == pytest.approx(0.8)
    frames, losses = frames_of(scan, 0.2, 0.5)
    assert (frames[0].t_s, numbers_of(frames)) == (0.0, list(range(20, 60, 5)))
    assert sum(loss.damaged_packets for loss in losses) == 20
    assert losses[0].first_s == 0.0


@pytest.mark.parametrize(
    ("written", "unix_s"),
    [
        ("2024-03-01T10:00:00.000000Z", 1709287200.0),
        ("1904-01-01T00:00:00.000000Z", None),
        ("1970-01-01T00:00:00.000000Z", None),
    ],
)
def test_creation_time(tmp_path: Path, written: str, unix_s: float | None) -> None:
    scan = scan_of(film(tmp_path / "a.mkv", even(5), metadata={"creation_time": written}))
    assert scan.info.created_unix_s == unix_s


def test_no_creation_time(tmp_path: Path) -> None:
    assert scan_of(film(tmp_path / "a.mp4", even(5))).info.created_unix_s is None


@pytest.mark.parametrize(
    ("matrix", "rotation_deg"),
    [
        ((1, 0, 0, 1), 0),
        ((0, 1, -1, 0), 90),
        ((-1, 0, 0, -1), 180),
        ((0, -1, 1, 0), 270),
    ],
)
def test_size_is_that_of_the_upright_picture(
    tmp_path: Path, matrix: tuple[int, int, int, int], rotation_deg: int
) -> None:
    info = scan_of(turned(film(tmp_path / "a.mp4", even(5)), *matrix)).info
    assert info.rotation_deg == rotation_deg
    assert (info.width_px, info.height_px) == ((120, 160) if rotation_deg % 180 else (160, 120))


def test_cover_picture_is_not_the_video(tmp_path: Path) -> None:
    path = film_with_two_videos(tmp_path / "a.mp4", cover=True)
    scan = scan_of(path)
    assert (scan.info.width_px, scan.info.codec) == (160, "mpeg4")
    assert scan.problems == ()


def test_largest_of_several_videos(tmp_path: Path) -> None:
    scan = scan_of(film_with_two_videos(tmp_path / "a.mkv", cover=False))
    assert scan.info.width_px == 320
    assert codes(scan) == ["several_videos"]
    frames, _ = frames_of(scan)
    assert frames[0].rgb.shape == (240, 320, 3)


def test_size_that_changes_within_a_file(tmp_path: Path) -> None:
    path = film_of_packets(tmp_path / "a.mkv", [(160, 120)] * 5 + [(320, 200)] * 5)
    scan = scan_of(path)
    (piece,) = cut(scan, 0.1)
    sampling = Sampling(scan, piece)
    frames = list(sampling)
    assert numbers_of(frames) == list(range(10))
    assert [frame.rgb.shape[:2] for frame in frames] == [(120, 160)] * 5 + [(200, 320)] * 5
    assert sampling.sizes == {(160, 120), (320, 200)}
    assert all(frame.change is not None for frame in frames[1:])
