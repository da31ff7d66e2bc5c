"""Sampling gives the right picture for every cell, sliced or not, whatever the file."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from proctor_cli.media import Sampling, Scan, cell_of, cut
from proctor_cli.types import DecodeLoss, Frame
from tests.unit.media.films import (
    X264_B_FRAMES,
    blanked,
    even,
    film,
    film_of_packets,
    frames_of,
    number_of,
    numbered,
    numbers_of,
    plain,
    scan_of,
    turned,
)

X264 = {"preset": "ultrafast"}


def assert_same(one: list[Frame], other: list[Frame]) -> None:
    assert [(f.t_s, f.change) for f in one] == [(f.t_s, f.change) for f in other]
    assert all(np.array_equal(a.rgb, b.rgb) for a, b in zip(one, other, strict=True))
    assert [pixels_before(f) for f in one] == [pixels_before(f) for f in other]


def pixels_before(frame: Frame) -> bytes | None:
    return None if frame.before is None else frame.before.tobytes()


def assert_before_is_the_sample_before(frames: list[Frame]) -> None:
    for earlier, frame in pairwise(frames):
        assert frame.before is not None
        assert np.array_equal(frame.before, earlier.rgb)


def test_first_picture_of_every_cell(tmp_path: Path) -> None:
    frames, losses = frames_of(scan_of(film(tmp_path / "a.mp4", even(100)), offset_s=3600.25))
    assert numbers_of(frames) == list(range(0, 100, 5))
    assert [f.t_s for f in frames] == pytest.approx([3600.25 + k / 5 for k in range(20)], abs=1e-9)
    assert frames[0].change is None
    assert frames[0].before is None
    assert_before_is_the_sample_before(frames)
    assert all(f.change is not None and 0 < f.change < 1 for f in frames[1:])
    assert all(f.source == "webcam" and f.rgb.flags.c_contiguous for f in frames)
    assert losses == [DecodeLoss()]


def test_variable_rate_by_timestamps_alone(tmp_path: Path) -> None:
    times_s = [0.0, 0.05, 0.19, 0.2, 0.39, 0.41, 0.95, 1.0, 1.6, 4.39]
    frames, _ = frames_of(scan_of(film(tmp_path / "a.mkv", times_s)))
    assert numbers_of(frames) == [0, 3, 5, 6, 7, 8, 9]
    assert [f.t_s for f in frames] == pytest.approx([0.0, 0.2, 0.41, 0.95, 1.0, 1.6, 4.39])


@pytest.fixture(scope="module")
def clips(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Scan]:
    """Recordings that are hard to enter in the middle."""
    folder = tmp_path_factory.mktemp("clips")
    uneven = [t + (0.017 if i % 3 else 0.0) + (1.3 if i > 70 else 0.0) for i, t in enumerate(even(130))]
    b_frames = X264_B_FRAMES["x264-params"]
    return {
        "B-frames": scan_of(film(folder / "b.mp4", even(130))),
        "variable rate with a gap": scan_of(film(folder / "v.mkv", uneven)),
        "open groups of pictures": scan_of(
            film(folder / "o.mp4", even(130), options=X264 | {"x264-params": f"{b_frames}:open-gop=1"})
        ),
        "keyframes that only begin to refresh": scan_of(
            film(folder / "r.mkv", even(130), options=X264 | {"x264-params": "intra-refresh=1:keyint=20:bframes=0"})
        ),
        "HEVC": scan_of(film(folder / "h.mov", even(130), "libx265")),
        "VP9": scan_of(
            film(folder / "n.webm", even(130), "libvpx-vp9", options={"deadline": "realtime", "cpu-used": "8"})
        ),
        "VP8 with pictures that are never shown": scan_of(
            film(
                folder / "p.webm",
                even(130),
                "libvpx",
                options={"auto-alt-ref": "1", "lag-in-frames": "12", "cpu-used": "8"},
            )
        ),
        "seeks land too late": scan_of(
            film(folder / "s.mpg", even(130), "mpeg2video", options={"bf": "2"}, ticks_per_s=25)
        ),
        "seeks land too early": scan_of(film(folder / "e.asf", even(130), "wmv2")),
        "cannot seek": scan_of(film(folder / "g.gif", even(130), "gif", pix_fmt="rgb8", ticks_per_s=100)),
        "no timestamps": scan_of(film(folder / "c.h264", even(130), container="h264")),
    }


@pytest.mark.parametrize("step_s", [0.04, 0.2, 0.5])
@pytest.mark.parametrize("target_s", [0.4, 1.1, 2.5])
@pytest.mark.parametrize(
    "name",
    [
        "B-frames",
        "variable rate with a gap",
        "open groups of pictures",
        "keyframes that only begin to refresh",
        "HEVC",
        "VP9",
        "VP8 with pictures that are never shown",
        "seeks land too late",
        "seeks land too early",
        "cannot seek",
        "no timestamps",
    ],
)
def test_slices_give_what_one_pass_gives(clips: dict[str, Scan], name: str, target_s: float, step_s: float) -> None:
    scan = clips[name]
    once, (loss,) = frames_of(scan, step_s)
    parts, losses = frames_of(scan, step_s, target_s)
    assert loss == DecodeLoss()
    assert set(losses) == {DecodeLoss()}
    assert_same(parts, once)
    assert parts[0].before is None
    assert_before_is_the_sample_before(parts)
    assert len(once) >= (scan.info.duration_s - 1.3) / max(step_s, 0.0581)
    assert (len(losses) > 1) == (name not in {"cannot seek", "no timestamps"})


@pytest.mark.parametrize("target_s", [0.4, 1.1, 1e9])
@pytest.mark.parametrize("name", ["B-frames", "variable rate with a gap", "cannot seek"])
def test_prints_are_those_of_the_samples_however_it_is_cut(clips: dict[str, Scan], name: str, target_s: float) -> None:
    scan = clips[name]

    def prints(target_s: float) -> list[tuple[int, NDArray[np.uint16]]]:
        samplings = [Sampling(scan, piece) for piece in cut(scan, 0.2, target_s)]
        frames = [frame for sampling in samplings for frame in sampling]
        found = [one for sampling in samplings for one in sampling.prints]
        assert [cell for cell, _ in found] == [cell_of(frame.t_s, 0.2) for frame in frames]
        return found

    cut_up, whole = prints(target_s), prints(1e9)
    assert [cell for cell, _ in cut_up] == [cell for cell, _ in whole]
    assert np.array_equal([one for _, one in cut_up], [one for _, one in whole])
    assert len({one.tobytes() for _, one in whole}) > len(whole) / 2


def test_a_span_begins_with_the_sample_before_it(clips: dict[str, Scan]) -> None:
    scan = clips["B-frames"]
    whole, _ = frames_of(scan)
    part, _ = frames_of(scan, target_s=1.1, span=(1.0, 3.0))
    assert_same(part, whole[5:15])
    assert part[0].before is not None


def test_before_keeps_its_own_size(tmp_path: Path) -> None:
    path = film_of_packets(tmp_path / "a.mkv", [(160, 120)] * 10 + [(80, 60)] * 10)
    frames, _ = frames_of(scan_of(path), 0.2, 1e9)
    assert_before_is_the_sample_before(frames)
    assert {frame.before.shape for frame in frames if frame.before is not None} == {(120, 160, 3), (60, 80, 3)}


def test_a_picture_is_not_written_over_by_the_next_one(clips: dict[str, Scan]) -> None:
    scan = clips["HEVC"]
    kept = [(frame, frame.rgb.tobytes()) for frame in Sampling(scan, cut(scan, 0.2)[0])]
    assert [frame.rgb.tobytes() for frame, _ in kept] == [pixels for _, pixels in kept]


def test_more_threads_change_nothing(clips: dict[str, Scan]) -> None:
    scan = clips["HEVC"]
    (piece,) = cut(scan, 0.2)
    assert_same(list(Sampling(scan, piece, threads=3)), list(Sampling(scan, piece)))


def test_frames_are_streamed(clips: dict[str, Scan]) -> None:
    scan = clips["B-frames"]
    frames = iter(Sampling(scan, cut(scan, 0.2)[0]))
    assert number_of(next(frames)) == 0
    assert number_of(next(frames)) == 5


class TestDamage:
    @pytest.mark.parametrize("target_s", [1e9, 2.0, 0.5])
    @pytest.mark.parametrize("codec", ["libx264", "mpeg4"])
    def test_bad_packet_costs_only_itself(self, tmp_path: Path, codec: str, target_s: float) -> None:
        path = film(tmp_path / "a.mp4", even(200), codec, gop=25)
        bad = [30, 31, 32, 61, 90, 139]
        times = blanked(path, bad)
        scan = scan_of(path, offset_s=5.0)
        lost_s = [scan.clock.seconds(times[i]) for i in bad]
        frames, losses = frames_of(scan, 0.04, target_s)
        assert {round((frame.t_s - 5.0) * 25) for frame in frames} == set(range(200)) - {round(t * 25) for t in lost_s}
        assert len(frames) == 194
        assert sum(loss.damaged_packets for loss in losses) == 6
        assert min(loss.first_s for loss in losses if loss.first_s is not None) == 5.0 + min(lost_s)

    @pytest.mark.parametrize("keyframe", [25, 50, 75])
    @pytest.mark.parametrize("codec", ["libx264", "mpeg4"])
    def test_slice_whose_keyframe_is_damaged(self, tmp_path: Path, codec: str, keyframe: int) -> None:
        path = film(tmp_path / "a.mp4", even(120), codec, gop=25)
        blanked(path, [keyframe])
        scan = scan_of(path)
        once, _ = frames_of(scan, 0.04)
        parts, losses = frames_of(scan, 0.04, 1.0)
        assert len(losses) > 3
        assert len(once) == 119
        assert_same(parts, once)
        assert sum(loss.damaged_packets for loss in losses) == 1

    def test_another_picture_of_the_cell_stands_in(self, tmp_path: Path) -> None:
        path = film(tmp_path / "a.mp4", even(50), "mpeg4", gop=5)
        blanked(path, [20])
        frames, _ = frames_of(scan_of(path))
        assert numbers_of(frames)[:4] == [0, 5, 10, 15]
        assert frames[4].t_s == pytest.approx(0.84)

    def test_pictures_marked_as_corrupt_are_counted_and_left_out(self, tmp_path: Path) -> None:
        path = film(tmp_path / "a.mov", even(60), "libx265")
        blanked(path, [15])
        scan = scan_of(path)
        for target_s in (1e9, 0.5):
            frames, losses = frames_of(scan, 0.04, target_s)
            damaged, corrupt = (
                sum(getattr(loss, name) for loss in losses) for name in ("damaged_packets", "corrupt_frames")
            )
            assert damaged == 1
            assert corrupt >= 1
            assert len(frames) == 60 - damaged - corrupt
            assert numbers_of(frames) == [round(f.t_s * 25) for f in frames]

    def test_stretch_in_which_nothing_is_left(self, tmp_path: Path) -> None:
        path = film(tmp_path / "a.mp4", even(250), "mpeg4", gop=10)
        blanked(path, range(50, 200))
        frames, losses = frames_of(scan_of(path), 0.2, 0.5)
        assert numbers_of(frames) == [*range(0, 50, 5), *range(200, 250, 5)]
        assert sum(loss.damaged_packets for loss in losses) == 150


class TestPixels:
    @pytest.mark.parametrize(
        ("name", "codec", "pix_fmt"),
        [
            ("a.mkv", "libx264", "yuv420p"),
            ("a.mkv", "libx264", "yuv444p"),
            ("a.mkv", "ffv1", "yuv420p10le"),
            ("a.mkv", "ffv1", "yuv422p"),
            ("a.mkv", "ffv1", "bgr0"),
            ("a.mkv", "ffv1", "gray"),
            ("a.mkv", "mjpeg", "yuvj420p"),
            ("a.mov", "png", "rgb24"),
            ("a.gif", "gif", "rgb8"),
            ("a.avi", "rawvideo", "bgr24"),
        ],
    )
    def test_pixel_formats(self, tmp_path: Path, name: str, codec: str, pix_fmt: str) -> None:
        ticks = {"avi": 25, "gif": 100}.get(name[2:], 1000)
        path = film(
            tmp_path / name, even(10), codec, pix_fmt=pix_fmt, size=(162, 122), picture=plain, ticks_per_s=ticks
        )
        frames, _ = frames_of(scan_of(path), 0.04)
        assert len(frames) == 10
        for i, frame in enumerate(frames):
            assert frame.rgb.shape == (122, 162, 3)
            assert frame.rgb.mean() == pytest.approx(120 if i % 2 else 60, abs=18 if pix_fmt == "rgb8" else 2)
            if i:
                assert frame.change == pytest.approx(60 / 255, abs=0.07 if pix_fmt == "rgb8" else 0.005)

    @pytest.mark.parametrize("size", [(161, 121), (33, 17), (2, 2), (1, 1), (1, 90), (200, 1)])
    def test_odd_sizes(self, tmp_path: Path, size: tuple[int, int]) -> None:
        path = film(tmp_path / "a.avi", even(4), "rawvideo", pix_fmt="bgr24", size=size, picture=plain, ticks_per_s=25)
        frames, _ = frames_of(scan_of(path), 0.04)
        assert [f.rgb.shape for f in frames] == [(size[1], size[0], 3)] * 4
        assert all(f.rgb.flags.c_contiguous for f in frames)
        assert [f.change for f in frames[1:]] == pytest.approx([60 / 255] * 3, abs=0.01)

    def test_noise_of_a_sensor_is_averaged_away(self, tmp_path: Path) -> None:
        def noisy(number: int, width: int, height: int) -> NDArray[np.uint8]:
            return np.random.default_rng(number).integers(90, 150, (height, width, 3), np.uint8)

        frames, _ = frames_of(scan_of(film(tmp_path / "a.mkv", even(5), "ffv1", size=(640, 480), picture=noisy)), 0.04)
        assert all(0 < frame.change < 0.01 for frame in frames if frame.change is not None)

    def test_still_recording_has_no_change(self, tmp_path: Path) -> None:
        path = film(tmp_path / "a.mkv", even(20), "ffv1", picture=lambda _, width, height: numbered(7, width, height))
        frames, _ = frames_of(scan_of(path))
        assert [f.change for f in frames] == [None, 0.0, 0.0, 0.0]

    @pytest.mark.parametrize(
        ("matrix", "upright"),
        [
            ((1, 0, 0, 1), lambda rgb: rgb),
            ((0, 1, -1, 0), lambda rgb: np.rot90(rgb, -1)),
            ((-1, 0, 0, -1), lambda rgb: np.rot90(rgb, 2)),
            ((0, -1, 1, 0), lambda rgb: np.rot90(rgb, 1)),
            ((-1, 0, 0, 1), np.fliplr),
            ((1, 0, 0, -1), np.flipud),
            ((0, 1, 1, 0), lambda rgb: rgb.transpose(1, 0, 2)),
            ((0, -1, -1, 0), lambda rgb: np.rot90(rgb, 2).transpose(1, 0, 2)),
        ],
    )
    def test_rotation_and_mirroring(self, tmp_path: Path, matrix: tuple[int, int, int, int], upright: object) -> None:
        assert callable(upright)
        stored, _ = frames_of(scan_of(film(tmp_path / "a.mp4", even(6))))
        shown, _ = frames_of(scan_of(turned(film(tmp_path / "b.mp4", even(6)), *matrix)))
        assert [f.change for f in shown] == [f.change for f in stored]
        for a, b in zip(stored, shown, strict=True):
            assert np.array_equal(b.rgb, upright(a.rgb))
            assert b.rgb.flags.c_contiguous


def test_dropped_frames_of_avi_do_not_end_the_file(tmp_path: Path) -> None:
    times_s = [t for t in even(60) if not 0.5 <= t < 0.8]
    frames, losses = frames_of(scan_of(film(tmp_path / "a.avi", times_s, "mpeg4", ticks_per_s=25)), 0.04)
    assert numbers_of(frames) == list(range(len(times_s)))
    assert [f.t_s for f in frames] == pytest.approx(times_s)
    assert losses == [DecodeLoss()]
