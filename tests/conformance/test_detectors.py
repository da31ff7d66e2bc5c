"""What every detector of pictures must do. A new line in REGISTRY is tested here without a new test.

Those of sound: test_listeners.py.
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from math import hypot, isfinite
from pathlib import Path
from typing import get_args

import cv2
import numpy as np
import pytest
from msgspec import structs

from proctor_cli.detectors import OPTIONAL_ROLES, REGISTRY, Comparing, Detector, Following
from proctor_cli.detectors import find as find_detector
from proctor_cli.errors import ModelError
from proctor_cli.nets import find, load_manifest
from proctor_cli.types import Box, Embedding, Frame, Observation, Source, Spec
from tests.unit.detectors.pictures import Head, Picture, before_wall, face_in, models

NAMES = tuple(name for name in REGISTRY if find_detector(name).spec.source != "sound")
WITH_MODELS = tuple(name for name in NAMES if find_detector(name).spec.models)
COMPARING = tuple(name for name in NAMES if hasattr(find_detector(name), "compare_with"))
FOLLOWING = tuple(name for name in NAMES if hasattr(find_detector(name), "begin"))
SHORTEST_S = min(find_detector(name).spec.interval_s for name in NAMES)
UNITS = {"count", "score", "ratio", "deg", "px", "cm", "s"}


def spec_of(name: str) -> Spec:
    return find_detector(name).spec


# ---------------------------------------------------------------- what it says of itself
def test_nothing_heavy_is_imported_until_a_detector_is_used() -> None:
    heavy = {"numpy", "cv2", "av", "mediapipe", "openvino", "onnxruntime"}
    code = f"import sys, proctor_cli.detectors; print(*sorted({heavy} & {{*sys.modules}}))"
    assert subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout == "\n"


@pytest.mark.parametrize("name", NAMES)
class TestSpec:
    def test_name_is_its_key(self, name: str) -> None:
        assert spec_of(name).name == name

    def test_source_is_a_recording(self, name: str) -> None:
        assert spec_of(name).source in get_args(Source)
        assert spec_of(name).source != "log"

    def test_signals_are_named_family_measure_with_a_known_unit(self, name: str) -> None:
        assert spec_of(name).signals
        for signal, unit in spec_of(name).signals.items():
            assert re.fullmatch(r"[a-z][a-z0-9]*\.[a-z][a-z0-9]*(_[a-z0-9]+)*", signal), signal
            assert unit in UNITS, signal
            suffix = signal.rpartition("_")[2]
            assert (suffix if suffix in {"deg", "px", "cm", "s"} else None) == (
                unit if unit in {"deg", "px", "cm", "s"} else None
            ), signal

    def test_no_other_detector_of_its_source_measures_the_same(self, name: str) -> None:
        mine = spec_of(name)
        for other in map(spec_of, NAMES):
            if other.name != name and other.source == mine.source:
                assert not mine.signals.keys() & other.signals.keys()

    def test_its_models_are_in_every_shipped_set_unless_they_are_optional(self, name: str) -> None:
        manifest = load_manifest([])
        for set_name in manifest.sets:
            assert set(spec_of(name).models) - set(OPTIONAL_ROLES) <= manifest.set(set_name).keys(), set_name
            assert manifest.set(set_name).keys().isdisjoint(OPTIONAL_ROLES), set_name

    def test_it_reads_the_family_of_every_shipped_choice(self, name: str) -> None:
        manifest, families = load_manifest([]), spec_of(name).families
        assert families.keys() == set(spec_of(name).models)
        for set_name in manifest.sets:
            for role, entry in manifest.choose(set_name).items():
                assert entry.family in families.get(role, (entry.family,)), (set_name, role)

    def test_interval_fits_the_shortest_one(self, name: str) -> None:
        times = spec_of(name).interval_s / SHORTEST_S
        assert times >= 1
        assert times == pytest.approx(round(times), abs=1e-9)

    def test_an_earlier_detector_finds_what_it_needs(self, name: str) -> None:
        mine = spec_of(name)
        earlier = [spec_of(other) for other in NAMES[: NAMES.index(name)]]
        assert not mine.needs or any(mine.needs in other.finds for other in earlier if other.source == mine.source)

    def test_labels_are_given_once(self, name: str) -> None:
        assert len(set(spec_of(name).finds)) == len(spec_of(name).finds)
        assert all(spec_of(name).finds)


# ---------------------------------------------------------------- what it measures
def noise(height_px: int, width_px: int) -> Picture:
    tile = np.random.default_rng(7).integers(0, 256, (min(height_px, 256), min(width_px, 256), 3), dtype=np.uint8)
    repeats = (-(-height_px // tile.shape[0]), -(-width_px // tile.shape[1]), 1)
    return np.ascontiguousarray(np.tile(tile, repeats)[:height_px, :width_px])


def plain(value: int) -> Picture:
    return np.full((240, 320, 3), value, np.uint8)


def locked() -> Picture:
    rgb = noise(120, 160)
    rgb.flags.writeable = False
    return rgb


PICTURES: Mapping[str, Callable[[], Picture]] = {
    "portrait": lambda: portrait(),
    "black": lambda: plain(0),
    "white": lambda: plain(255),
    "grey": lambda: plain(128),
    "noise": lambda: noise(240, 320),
    "1x1": lambda: noise(1, 1),
    "1x2": lambda: noise(1, 2),
    "1x300": lambda: noise(1, 300),
    "300x1": lambda: noise(300, 1),
    "1x5000": lambda: noise(1, 5000),
    "3x2000": lambda: noise(3, 2000),
    "2000x3": lambda: noise(2000, 3),
    "2x2": lambda: noise(2, 2),
    "16x16": lambda: noise(16, 16),
    "odd sides": lambda: noise(241, 319),
    "4K": lambda: noise(2160, 3840),
    "turned view": lambda: noise(160, 120).transpose(1, 0, 2),
    "flipped view": lambda: noise(120, 160)[::-1, ::-1],
    "swapped view": lambda: noise(120, 160)[:, :, ::-1],
    "thinned view": lambda: noise(240, 320)[::2, ::3],
    "column-major": lambda: np.asfortranarray(noise(120, 160)),
    "read-only": locked,
}

Corners = tuple[float, float, float, float]

CORNERS: Mapping[str, Corners] = {
    "middle": (0.3, 0.2, 0.6, 0.7),
    "whole picture": (0.0, 0.0, 1.0, 1.0),
    "larger than the picture": (-0.5, -0.5, 1.5, 1.5),
    "corner": (0.999, 0.999, 1.0, 1.0),
    "left edge": (0.0, 0.3, 0.001, 0.6),
    "point": (0.5, 0.5, 0.5, 0.5),
    "last point": (1.0, 1.0, 1.0, 1.0),
    "upright line": (0.5, 0.0, 0.5, 1.0),
    "level line": (0.0, 0.5, 1.0, 0.5),
    "speck": (0.3, 0.3, 0.3001, 0.3001),
    "outside": (1.2, 1.2, 1.5, 1.5),
    "inside out": (0.6, 0.6, 0.3, 0.3),
}


def portrait(x_px: int = 150, y_px: int = 40) -> Picture:
    return before_wall(640, 480, Head(x_px, y_px, 140))[0]


def written(rgb: Picture, words: str) -> Picture:
    """The picture with words in it."""
    return np.asarray(cv2.putText(rgb.copy(), words, (20, 440), cv2.FONT_HERSHEY_SIMPLEX, 0.8, (0, 0, 0), 2), np.uint8)


def corners_of_portrait() -> Corners:
    face = before_wall(640, 480, Head(150, 40, 140))[1]
    return (face.x0, face.y0, face.x1, face.y1)


def known_face(detector: Comparing) -> Embedding:
    found = detector.embed(portrait(), face_in(corners_of_portrait()))
    assert found is not None
    return found


def open_detector(name: str, threads: int = 1) -> Detector:
    """With the default weights, and somebody to compare faces with."""
    detector = find_detector(name)(models(*spec_of(name).models), threads)
    if isinstance(detector, Comparing):
        detector.compare_with([known_face(detector)])
    return detector


@pytest.fixture(scope="session")
def opened() -> Iterator[Callable[[str], Detector]]:
    """Every detector, opened when first asked for; it has seen nothing yet."""
    kept: dict[str, Detector] = {}

    def get(name: str) -> Detector:
        if name not in kept:
            kept[name] = open_detector(name)
        detector = kept[name]
        if isinstance(detector, Following):
            detector.begin()
        return detector

    yield get
    for detector in kept.values():
        detector.close()


def nudged(rgb: Picture) -> Picture:
    """The picture a few pixels to the side, as the sample before."""
    moved = np.roll(rgb, (2, 3), axis=(0, 1))
    moved.flags.writeable = rgb.flags.writeable
    return moved


def shown(
    spec: Spec, rgb: Picture, corners: Corners | None = None, t_s: float = 1.5, before: Picture | None = None
) -> Frame:
    boxes: tuple[Box, ...] = ()
    if corners is not None:
        boxes = (face_in(corners) if spec.needs in ("", "face") else Box(*corners, spec.needs, 0.9),)
    return Frame(spec.source, t_s, rgb, 0.01, boxes, nudged(rgb) if before is None else before)


def check(spec: Spec, frames: Sequence[Frame], found: Sequence[Observation]) -> None:
    """Everything that the interface promises about the form of observations."""
    assert [(one.source, one.t_s) for one in found] == [(frame.source, frame.t_s) for frame in frames]
    for one in found:
        assert one.values.keys() == spec.signals.keys()
        for signal, value in one.values.items():
            assert value is None or (type(value) is float and isfinite(value)), signal
            assert value is None or spec.signals[signal] != "score" or 0 <= value <= 1, signal
        assert {box.label for box in one.boxes} <= {*spec.finds}
        for box in (*one.boxes, *one.texts):
            assert type(box.label) is str
            assert 0 <= box.x0 < box.x1 <= 1
            assert 0 <= box.y0 < box.y1 <= 1
            assert 0 <= box.score <= 1
            assert {type(side) for side in (box.x0, box.y0, box.x1, box.y1, box.score)} == {float}


@pytest.mark.models
@pytest.mark.parametrize("name", NAMES)
class TestObserve:
    @pytest.mark.parametrize("picture", PICTURES)
    def test_any_picture_is_measured(self, name: str, picture: str, opened: Callable[[str], Detector]) -> None:
        spec, rgb = spec_of(name), PICTURES[picture]()
        frames = [shown(spec, rgb), shown(spec, rgb, CORNERS["middle"], 1.7)]
        check(spec, frames, opened(name).observe(frames))

    @pytest.mark.parametrize("corners", CORNERS)
    def test_any_box_is_borne(self, name: str, corners: str, opened: Callable[[str], Detector]) -> None:
        spec = spec_of(name)
        frames = [shown(spec, PICTURES[picture](), CORNERS[corners]) for picture in ("portrait", "2x2")]
        check(spec, frames, opened(name).observe(frames))

    def test_frames_are_left_as_they_are(self, name: str, opened: Callable[[str], Detector]) -> None:
        spec = spec_of(name)
        frames = [
            shown(spec, portrait(), corners, before=portrait(147, 38))
            for corners in (None, corners_of_portrait(), CORNERS["whole picture"])
        ]

        def pixels() -> list[bytes]:
            return [rgb.tobytes() for frame in frames for rgb in (frame.rgb, frame.before) if rgb is not None]

        as_given = pixels()
        opened(name).observe(frames)
        assert len(as_given) == 6
        assert pixels() == as_given


@pytest.mark.models
@pytest.mark.parametrize("name", [name for name in NAMES if name not in FOLLOWING])
def test_a_frame_gives_what_it_gives_alone(name: str, opened: Callable[[str], Detector]) -> None:
    spec, observe = spec_of(name), opened(name).observe
    rgb, corners, before = portrait(), corners_of_portrait(), portrait(147, 38)
    mirrored = (1 - corners[2], corners[1], 1 - corners[0], corners[3])
    frames = [
        shown(spec, rgb, corners, 1.0, before),
        shown(spec, noise(240, 320), None, 1.2),
        shown(spec, plain(0), corners, 1.4),
        shown(spec, np.ascontiguousarray(rgb[:, ::-1]), mirrored, 1.6),
        replace(shown(spec, rgb, corners, 1.8), before=None),
        shown(spec, rgb, corners, 2.0, noise(240, 320)),  # the video has changed its size
        shown(spec, rgb, corners, 2.2, before),
    ]
    together = observe(frames)
    assert together == observe(frames)
    assert together == observe(frames[:1]) + observe(frames[1:])
    assert together == [one for frame in reversed(frames) for one in observe([frame])][::-1]
    assert observe([]) == []
    assert any(value is not None for value in together[0].values.values())
    assert (together[-1].values, together[-1].boxes) == (together[0].values, together[0].boxes)


@pytest.mark.models
@pytest.mark.parametrize("name", FOLLOWING)
class TestFollowing:
    def frames(self, name: str) -> list[Frame]:
        """Words that come up, change and go, on a picture that changes its size in the end."""
        pictures = [
            portrait(),
            *(written(portrait(), words) for words in ("first words", "first words", "others", "others", "others")),
            portrait(147, 38),
            *(noise(240, 320) for _ in range(2)),
        ]
        return [
            shown(spec_of(name), rgb, t_s=1.0 + number * spec_of(name).interval_s, before=before)
            for number, (before, rgb) in enumerate(pairwise([pictures[0], *pictures]))
        ]

    def test_it_may_see_its_frames_in_any_portions(self, name: str, opened: Callable[[str], Detector]) -> None:
        frames = self.frames(name)
        together = opened(name).observe(frames)
        for portion in range(1, len(frames)):
            detector = opened(name)
            portions = (frames[start : start + portion] for start in range(0, len(frames), portion))
            assert together == [one for some in portions for one in (*detector.observe(some), *detector.observe([]))]

    def test_it_forgets_when_it_begins(self, name: str, opened: Callable[[str], Detector]) -> None:
        frames = self.frames(name)
        fresh = open_detector(name)
        try:
            for start in range(0, len(frames), 4):
                detector = opened(name)
                detector.observe(frames[:start])
                assert isinstance(detector, Following)
                detector.begin()
                assert isinstance(fresh, Following)
                fresh.begin()
                assert detector.observe(frames[start:]) == fresh.observe(frames[start:])
        finally:
            fresh.close()

    def test_what_was_before_counts(self, name: str, opened: Callable[[str], Detector]) -> None:
        frames = self.frames(name)
        assert opened(name).observe(frames)[-3:] != opened(name).observe(frames[-3:])


@pytest.mark.models
@pytest.mark.parametrize("name", NAMES)
def test_the_number_of_threads_does_not_show(name: str, opened: Callable[[str], Detector]) -> None:
    spec = spec_of(name)
    frames = [
        shown(spec, portrait(), corners_of_portrait(), before=portrait(147, 38)),
        shown(spec, noise(240, 320), CORNERS["middle"]),
    ]
    single = opened(name).observe(frames)
    before = cv2.getNumThreads()
    cv2.setNumThreads(2)
    detector = open_detector(name, threads=2)
    assert cv2.getNumThreads() == 2, "the process's threads are set by whoever opens detectors"
    try:
        assert detector.observe(frames) == single
    finally:
        detector.close()
        cv2.setNumThreads(before)


@pytest.mark.models
@pytest.mark.parametrize("name", COMPARING)
class TestComparing:
    def frame(self, name: str) -> Frame:
        return shown(spec_of(name), portrait(), corners_of_portrait(), before=portrait(147, 38))

    def test_nothing_is_known_before_it_is_told_whom_to_compare_with(self, name: str) -> None:
        detector = find_detector(name)(models(*spec_of(name).models))
        (seen,) = detector.observe([self.frame(name)])
        assert set(seen.values.values()) == {None}
        detector.close()

    def test_an_embedding_has_length_1(self, name: str, opened: Callable[[str], Detector]) -> None:
        detector = opened(name)
        assert isinstance(detector, Comparing)
        embedding = known_face(detector)
        assert hypot(*embedding) == pytest.approx(1)
        assert {type(number) for number in embedding} == {float}

    def test_only_the_last_gallery_counts_and_of_it_the_most_alike(self, name: str) -> None:
        detector = open_detector(name)
        assert isinstance(detector, Comparing)
        frame, known = self.frame(name), known_face(detector)
        opposite = tuple(-number for number in known)

        def compared_with(*gallery: Embedding) -> Mapping[str, float | None]:
            detector.compare_with(gallery)
            return detector.observe([frame])[0].values

        alike = compared_with(known)
        assert compared_with(opposite) != pytest.approx(alike)
        assert compared_with(opposite, known) == pytest.approx(alike)
        assert set(compared_with().values()) == {None}
        detector.close()


@pytest.mark.models
@pytest.mark.parametrize("name", WITH_MODELS)
class TestModels:
    def test_a_file_that_is_no_network_is_refused(self, name: str, tmp_path: Path) -> None:
        broken = {}
        for role, model in models(*spec_of(name).models).items():
            files = tuple(structs.replace(file, sha256="", size_bytes=0) for file in model.entry.files)
            for file in files:
                (tmp_path / file.path).parent.mkdir(parents=True, exist_ok=True)
                (tmp_path / file.path).write_bytes(b"no network" * 100)
            broken[role] = find(structs.replace(model.entry, files=files), [tmp_path])
        with pytest.raises(ModelError, match="cannot be loaded") as caught:
            find_detector(name)(broken)
        assert str(tmp_path) in caught.value.where
