"""Single pictures: the one shown at a time, and how it is written."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from proctor_cli.errors import InputError, OutputError
from proctor_cli.media import Scan, picture_at, pictures_at, write_jpeg
from proctor_cli.types import Box, Frame
from tests.unit.media.films import blanked, even, film, number_of, numbers_of, scan_of


@pytest.fixture(scope="module")
def scan(tmp_path_factory: pytest.TempPathFactory) -> Scan:
    return scan_of(film(tmp_path_factory.mktemp("clip") / "a.mp4", even(150)), offset_s=1.5)


@pytest.mark.parametrize(
    ("t_s", "number"),
    [(1.5, 0), (1.539, 0), (1.54, 1), (3.0, 37), (3.02, 38), (7.46, 149), (99.0, 149), (0.0, 0)],
)
def test_picture_shown_at_a_time(scan: Scan, t_s: float, number: int) -> None:
    frame = picture_at(scan, t_s)
    assert number_of(frame) == number
    assert frame.t_s == pytest.approx(1.5 + number / 25)
    assert frame.change is None


def test_many_times_in_any_order(scan: Scan) -> None:
    times_s = [6.9, 1.5, 1.7, 1.71, 1.7, 4.0, 4.04, 99.0]
    frames = list(pictures_at(scan, times_s))
    assert numbers_of(frames) == [0, 5, 5, 5, 62, 63, 135, 149]
    assert list(pictures_at(scan, [])) == []


def test_time_that_was_rounded_when_it_was_saved(tmp_path: Path) -> None:
    thirds = scan_of(film(tmp_path / "a.mp4", even(90, 30.0), ticks_per_s=90000))
    times_s = [thirds.clock.seconds(pts) for pts in thirds.pts]
    frames = pictures_at(thirds, [round(t_s, 4) for t_s in times_s])
    assert numbers_of(frames) == list(range(90))


def test_variable_rate_shows_the_last_picture(tmp_path: Path) -> None:
    uneven = scan_of(film(tmp_path / "a.mkv", [0.0, 0.1, 5.0, 5.1]))
    assert numbers_of(pictures_at(uneven, [4.9, 5.0])) == [1, 2]


def test_damaged_picture_is_replaced_by_the_one_before(tmp_path: Path) -> None:
    path = film(tmp_path / "a.mp4", even(60), "mpeg4", gop=20)
    blanked(path, [20, 47])
    frames = list(pictures_at(scan_of(path), [0.0, 0.8, 1.88, 1.92]))
    assert [round(f.t_s * 25) for f in frames] == [0, 19, 46, 48]


@pytest.mark.parametrize(("dead", "t_s"), [(range(50, 200), 7.2), (range(50, 250), 9.0)])
def test_long_stretch_of_damage(tmp_path: Path, dead: range, t_s: float) -> None:
    path = film(tmp_path / "a.mp4", even(250), "mpeg4", gop=10)
    blanked(path, dead)
    assert number_of(picture_at(scan_of(path), t_s)) == 49


def test_file_that_was_spoilt_after_probing(tmp_path: Path) -> None:
    path = film(tmp_path / "a.mp4", even(30), "mpeg4")
    before = scan_of(path)
    blanked(path, range(30))
    with pytest.raises(InputError, match="no longer"):
        picture_at(before, 0.5)


class TestJpeg:
    @pytest.fixture
    def frame(self) -> Frame:
        rows, columns = np.mgrid[:480, :640]
        checks = ((rows // 8 + columns // 8) % 2 * 200 + 20).astype(np.uint8)
        return Frame("webcam", 1.0, np.repeat(checks[..., None], 3, axis=2))

    def read(self, path: Path) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
        image = cv2.imread(str(path))
        assert image is not None
        rgb: np.ndarray[tuple[int, ...], np.dtype[np.uint8]] = cv2.cvtColor(image, cv2.COLOR_BGR2RGB)
        return rgb

    def test_colours_and_size(self, tmp_path: Path) -> None:
        rgb = np.zeros((300, 1200, 3), np.uint8)
        rgb[:] = (250, 120, 10)
        write_jpeg(Frame("webcam", 0.0, rgb), tmp_path / "a.jpg")
        image = self.read(tmp_path / "a.jpg")
        assert image.shape == (240, 960, 3)
        assert image.mean(axis=(0, 1)) == pytest.approx([250, 120, 10], abs=3)

    def test_small_picture_is_not_enlarged(self, tmp_path: Path, frame: Frame) -> None:
        write_jpeg(frame, tmp_path / "a.jpg", max_width_px=960)
        assert self.read(tmp_path / "a.jpg").shape == (480, 640, 3)

    def test_boxes_are_thin_and_labelled(self, tmp_path: Path) -> None:
        grey = Frame("webcam", 1.0, np.full((480, 640, 3), 90, np.uint8))
        write_jpeg(grey, tmp_path / "a.jpg", [Box(0.25, 0.5, 0.5, 0.75, "điện thoại", 0.83)])
        changed = np.abs(self.read(tmp_path / "a.jpg").astype(int) - 90).max(axis=2) > 30
        assert changed[242:358, 162].mean() < 0.2 or changed[242:358, 160].mean() > 0.9
        assert changed[242:358, 160].mean() > 0.9
        assert not changed[250:350, 170:310].any()
        assert not changed[:200].any()
        label = changed[215:239, 160:260]
        assert 0.3 < label.mean() <= 1.0

    def test_blur_leaves_nothing_to_recognise(self, tmp_path: Path, frame: Frame) -> None:
        before = frame.rgb.copy()
        write_jpeg(frame, tmp_path / "a.jpg", blur=[Box(0.25, 0.25, 0.75, 0.75, "face", 0.9)])
        image = self.read(tmp_path / "a.jpg")
        assert image[130:350, 170:470].std() < 8
        assert image[:110].std() > 80
        assert np.array_equal(frame.rgb, before)

    @pytest.mark.parametrize(
        "box", [Box(0, 0, 1, 1, "whole", 1.0), Box(0.999, 0.999, 1, 1, "corner", 0.1), Box(0, 0, 1e-9, 1e-9, "", 0.0)]
    )
    @pytest.mark.parametrize("shape", [(480, 640), (1, 1), (3, 200)])
    def test_any_box_on_any_picture(self, tmp_path: Path, box: Box, shape: tuple[int, int]) -> None:
        rgb = np.zeros((*shape, 3), np.uint8)
        write_jpeg(Frame("screen", 0.0, rgb), tmp_path / "a.jpg", [box], [box])
        assert self.read(tmp_path / "a.jpg").shape == rgb.shape

    def test_folder_that_is_missing(self, tmp_path: Path, frame: Frame) -> None:
        with pytest.raises(OutputError, match="no such file or directory"):
            write_jpeg(frame, tmp_path / "none" / "a.jpg")

    def test_nothing_but_the_picture_is_left(self, tmp_path: Path, frame: Frame) -> None:
        for _ in range(2):
            write_jpeg(frame, tmp_path / "a.jpg")
        assert [path.name for path in tmp_path.iterdir()] == ["a.jpg"]
