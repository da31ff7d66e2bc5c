"""Networks that find things: what goes in and how each family's output is read, to the pixel; then real ones."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from itertools import pairwise
from math import log
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from numpy.typing import NDArray
from onnx import NodeProto, TensorProto, ValueInfoProto, helper, numpy_helper

from proctor_cli.errors import ModelError
from proctor_cli.nets import Entry, File, Model, Picture, find
from proctor_cli.nets.things import ThingFinder, overlap
from proctor_cli.types import Box
from tests.unit.detectors.pictures import SAMPLE, models, recorded

SIDE_PX = 64
WANTED = {"person": "person", "cell phone": "phone"}
LABELS = ("cat", "person", "cell phone")
CAT, PERSON, PHONE = range(3)
GREY = np.full((SIDE_PX, SIDE_PX, 3), 90, np.uint8)

Thing = tuple[float, float, float, float, int, float]  # corners in pixels of the network's picture, class, score


def saved(
    folder: Path,
    family: str,
    nodes: Sequence[NodeProto],
    outputs: Sequence[ValueInfoProto],
    constants: Mapping[str, NDArray[Any]],
    *,
    labels: tuple[str, ...] = LABELS,
    colour: Any = "rgb",
    low: float = 0.0,
    high: float = 1.0,
    side_px: int = SIDE_PX,
) -> Model:
    """A network made of ``nodes``, whose picture is the input ``images``."""
    inputs = [helper.make_tensor_value_info("images", TensorProto.FLOAT, [1, 3, SIDE_PX, SIDE_PX])]
    if family == "deim":
        inputs.append(helper.make_tensor_value_info("orig_target_sizes", TensorProto.INT64, [1, 2]))
    initial = [numpy_helper.from_array(np.asarray(array), name) for name, array in constants.items()]
    graph = helper.make_graph(nodes, "made", inputs, outputs, initial)
    path = folder / "net.onnx"
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9), path)
    entry = Entry(
        name="made",
        role="objects",
        family=family,
        runtime="onnxruntime",
        files=(File(path="net.onnx", sha256=hashlib.sha256(path.read_bytes()).hexdigest()),),
        picture=Picture(width_px=side_px, height_px=side_px, colour=colour, low=low, high=high),
        labels=labels,
    )
    return find(entry, [folder])


def yolo(folder: Path, things: Sequence[Thing]) -> Model:
    rows = np.zeros((1, 4 + len(LABELS), len(things)), np.float32)
    for i, (x0, y0, x1, y1, label, score) in enumerate(things):
        rows[0, :4, i] = (x0 + x1) / 2, (y0 + y1) / 2, x1 - x0, y1 - y0
        rows[0, 4 + label, i] = score
    output = helper.make_tensor_value_info("found", TensorProto.FLOAT, rows.shape)
    return saved(folder, "yolo", [helper.make_node("Identity", ["rows"], ["found"])], [output], {"rows": rows})


def yolox(folder: Path, things: Sequence[Thing]) -> Model:
    """Each thing in the cell of its centre; small ones at stride 8, large ones at stride 32."""
    cells = {stride: SIDE_PX // stride for stride in (8, 16, 32)}
    start = {8: 0, 16: cells[8] ** 2, 32: cells[8] ** 2 + cells[16] ** 2}
    rows = np.zeros((1, sum(n * n for n in cells.values()), 5 + len(LABELS)), np.float32)
    for x0, y0, x1, y1, label, score in things:
        stride = 8 if x1 - x0 < 12 else 16 if x1 - x0 < 24 else 32
        x, y = (x0 + x1) / 2 / stride, (y0 + y1) / 2 / stride
        across, down = min(int(x), cells[stride] - 1), min(int(y), cells[stride] - 1)
        row = rows[0, start[stride] + down * cells[stride] + across]
        row[:4] = x - across, y - down, log((x1 - x0) / stride), log((y1 - y0) / stride)
        row[4], row[5 + label] = 0.8, score / 0.8  # objectness times class is the score
    output = helper.make_tensor_value_info("found", TensorProto.FLOAT, rows.shape)
    return saved(folder, "yolox", [helper.make_node("Identity", ["rows"], ["found"])], [output], {"rows": rows})


def deim(folder: Path, things: Sequence[Thing], *, batched: bool = True) -> Model:
    """Boxes come in pixels of the size that the network is told."""
    array = np.array(things, np.float64).reshape(-1, 6)
    lead = (1,) if batched else ()
    constants: dict[str, NDArray[Any]] = {
        "fractions": (array[:, :4] / SIDE_PX).astype(np.float32).reshape(*lead, -1, 4),
        "classes": array[:, 4].astype(np.int64).reshape(*lead, -1),
        "certain": array[:, 5].astype(np.float32).reshape(*lead, -1),
    }
    nodes = [
        helper.make_node("Cast", ["orig_target_sizes"], ["size"], to=TensorProto.FLOAT),
        helper.make_node("Concat", ["size", "size"], ["sizes"], axis=1),
        helper.make_node("Mul", ["fractions", "sizes"], ["boxes"]),
        helper.make_node("Identity", ["classes"], ["labels"]),
        helper.make_node("Identity", ["certain"], ["scores"]),
    ]
    n = len(things)
    outputs = [
        helper.make_tensor_value_info("labels", TensorProto.INT64, [*lead, n]),
        helper.make_tensor_value_info("boxes", TensorProto.FLOAT, [*lead, n, 4]),
        helper.make_tensor_value_info("scores", TensorProto.FLOAT, [*lead, n]),
    ]
    return saved(folder, "deim", nodes, outputs, constants)


def squeezed_deim(folder: Path, things: Sequence[Thing]) -> Model:
    return deim(folder, things, batched=False)


def finder(model: Model, floor: float = 0.1) -> ThingFinder:
    return ThingFinder(model, wanted=WANTED, floor=floor, nms_iou=0.5, threads=1)


def corners_px(box: Box, width_px: int = SIDE_PX, height_px: int = SIDE_PX) -> tuple[float, ...]:
    return (box.x0 * width_px, box.y0 * height_px, box.x1 * width_px, box.y1 * height_px)


@pytest.mark.parametrize("make", [yolo, yolox, deim, squeezed_deim])
class TestFamilies:
    def test_boxes_are_where_the_network_says(self, tmp_path: Path, make: Any) -> None:
        things = [(4, 8, 14, 18, PHONE, 0.5), (20, 10, 60, 62, PERSON, 0.75)]
        person, phone = finder(make(tmp_path, things)).find(GREY)
        assert (person.label, phone.label) == ("person", "phone")
        assert [person.score, phone.score] == pytest.approx([0.75, 0.5])
        assert corners_px(person) == pytest.approx((20, 10, 60, 62), abs=1e-3)
        assert corners_px(phone) == pytest.approx((4, 8, 14, 18), abs=1e-3)

    @pytest.mark.parametrize(
        ("width_px", "height_px"), [(128, 64), (64, 128), (640, 200), (32, 16), (63, 64), (3, 200)]
    )
    def test_bars_and_scale_are_undone(self, tmp_path: Path, make: Any, width_px: int, height_px: int) -> None:
        scale = SIDE_PX / max(width_px, height_px)
        inner = (0.1 * width_px * scale, 0.2 * height_px * scale, 0.9 * width_px * scale, 0.8 * height_px * scale)
        (box,) = finder(make(tmp_path, [(*inner, PERSON, 0.9)])).find(np.zeros((height_px, width_px, 3), np.uint8))
        assert corners_px(box, 1, 1) == pytest.approx((0.1, 0.2, 0.9, 0.8), abs=1e-4)

    def test_only_what_is_wanted_and_sure_enough(self, tmp_path: Path, make: Any) -> None:
        things = [(4, 4, 12, 12, CAT, 0.9), (36, 4, 44, 12, PHONE, 0.29), (4, 36, 12, 44, PHONE, 0.31)]
        (box,) = finder(make(tmp_path, things), floor=0.3).find(GREY)
        assert corners_px(box) == pytest.approx((4, 36, 12, 44), abs=1e-3)

    def test_boxes_of_one_thing_become_the_surest(self, tmp_path: Path, make: Any) -> None:
        things = [(4, 4, 12, 12, PHONE, 0.5), (2, 2, 16, 16, PHONE, 0.4), (16, 16, 56, 56, PERSON, 0.6)]
        doubles = [(20, 16, 43, 56, PERSON, 0.7)]  # overlaps the person by 0.57
        found = finder(make(tmp_path, things + doubles)).find(GREY)
        assert [(box.label, round(box.score, 3)) for box in found] == [("person", 0.7), ("phone", 0.5), ("phone", 0.4)]

    def test_different_things_in_one_place_stay(self, tmp_path: Path, make: Any) -> None:
        found = finder(make(tmp_path, [(4, 4, 14, 14, PHONE, 0.5), (3, 3, 17, 17, PERSON, 0.6)])).find(GREY)
        assert [box.label for box in found] == ["person", "phone"]

    def test_boxes_end_where_the_picture_ends(self, tmp_path: Path, make: Any) -> None:
        wide = np.zeros((32, 64, 3), np.uint8)
        things = [(-10, -6, 30, 20, PERSON, 0.9), (40, 20, 72, 60, PERSON, 0.8), (10, 40, 20, 50, PHONE, 0.7)]
        first, second = finder(make(tmp_path, things)).find(wide)  # the phone lies in the bar
        assert corners_px(first, 64, 32) == pytest.approx((0, 0, 30, 20), abs=1e-3)
        assert corners_px(second, 64, 32) == pytest.approx((40, 20, 64, 32), abs=1e-3)

    def test_the_surest_comes_first(self, tmp_path: Path, make: Any) -> None:
        things = [(4, 4, 14, 14, PHONE, 0.8), (20, 10, 60, 62, PERSON, 0.5), (40, 2, 50, 12, PHONE, 0.3)]
        assert [box.label for box in finder(make(tmp_path, things)).find(GREY)] == ["phone", "person", "phone"]

    def test_nothing(self, tmp_path: Path, make: Any) -> None:
        assert finder(make(tmp_path, [(4, 4, 12, 12, CAT, 0.9)])).find(GREY) == []


class TestPicture:
    """Through a network that answers with the mean of each channel as the score of a class."""

    def means(self, folder: Path, rgb: NDArray[np.uint8], **picture: Any) -> dict[str, float]:
        nodes = [
            helper.make_node("ReduceMean", ["images"], ["mean"], axes=[2], keepdims=0),
            helper.make_node("ReduceMean", ["mean"], ["flat"], axes=[2], keepdims=1),
            helper.make_node("Transpose", ["flat"], ["column"], perm=[0, 2, 1]),
            helper.make_node("Mul", ["column", "eye"], ["scores"]),
            helper.make_node("Transpose", ["scores"], ["turned"], perm=[0, 2, 1]),
            helper.make_node("Concat", ["places", "turned"], ["found"], axis=1),
        ]
        output = helper.make_tensor_value_info("found", TensorProto.FLOAT, [1, 7, 3])
        places = np.array([[[10, 30, 50], [10, 10, 10], [8, 8, 8], [8, 8, 8]]], np.float32)
        constants = {"eye": np.eye(3, dtype=np.float32)[None], "places": places}
        model = saved(folder, "yolo", nodes, [output], constants, labels=("1", "2", "3"), **picture)
        channels = {name: name for name in ("1", "2", "3")}
        found = ThingFinder(model, wanted=channels, floor=0.001, nms_iou=0.5, threads=1).find(rgb)
        return {box.label: box.score for box in found}

    ORANGE = np.full((40, 40, 3), (255, 102, 0), np.uint8)

    def test_colours_come_in_the_order_asked_for(self, tmp_path: Path) -> None:
        assert self.means(tmp_path, self.ORANGE) == {"1": pytest.approx(1.0), "2": pytest.approx(0.4)}
        swapped = tmp_path / "bgr"
        swapped.mkdir()
        assert self.means(swapped, self.ORANGE, colour="bgr") == {"3": pytest.approx(1.0), "2": pytest.approx(0.4)}

    def test_values_come_in_the_range_asked_for(self, tmp_path: Path) -> None:
        means = self.means(tmp_path, self.ORANGE, low=0.25, high=0.75)
        assert means == {"1": pytest.approx(0.75), "2": pytest.approx(0.45), "3": pytest.approx(0.25)}

    def test_the_rest_of_the_square_is_grey(self, tmp_path: Path) -> None:
        means = self.means(tmp_path, self.ORANGE[:20])
        grey = 114 / 255
        assert means["1"] == pytest.approx((1.0 + grey) / 2)
        assert means["3"] == pytest.approx(grey / 2)


class TestRefusals:
    def test_a_family_that_finds_no_things(self, tmp_path: Path) -> None:
        model = saved(tmp_path, "arcface", [helper.make_node("Identity", ["images"], ["o"])], [_PLAIN], {})
        with pytest.raises(ModelError, match="'arcface' is not one that finds things") as caught:
            finder(model)
        assert caught.value.hint == "Known: deim, yolo, yolox."

    def test_a_picture_without_a_size(self, tmp_path: Path) -> None:
        model = saved(tmp_path, "yolo", [helper.make_node("Identity", ["images"], ["o"])], [_PLAIN], {}, side_px=0)
        with pytest.raises(ModelError, match="no size"):
            finder(model)

    def test_labels_are_those_that_are_wanted_and_known(self, tmp_path: Path) -> None:
        model = yolo(tmp_path, [(4, 4, 12, 12, PHONE, 0.5)])
        wanted = {"cell phone": "phone", "book": "book"}
        assert ThingFinder(model, wanted=wanted, floor=0.1, nms_iou=0.5, threads=1).labels == {"phone"}


_PLAIN = helper.make_tensor_value_info("o", TensorProto.FLOAT, [1, 3, SIDE_PX, SIDE_PX])


class TestOverlap:
    @pytest.mark.parametrize(
        ("corners", "expected"),
        [
            ((0.0, 0.0, 0.4, 0.4), 1.0),
            ((0.2, 0.0, 0.6, 0.4), 1 / 3),
            ((0.1, 0.1, 0.3, 0.3), 0.25),
            ((0.4, 0.0, 0.8, 0.4), 0.0),
            ((0.6, 0.6, 0.8, 0.8), 0.0),
        ],
    )
    def test_it_is_the_shared_over_the_joint_area(
        self, corners: tuple[float, float, float, float], expected: float
    ) -> None:
        first, second = Box(0.0, 0.0, 0.4, 0.4, "book", 0.5), Box(*corners, "book", 0.9)
        assert overlap(first, second) == overlap(second, first) == pytest.approx(expected)


@pytest.mark.models
class TestRealNetworks:
    """All that come with the manifest see what the default network sees."""

    @staticmethod
    def opened(name: str) -> ThingFinder:
        return finder(models("objects", swaps={"objects": name})["objects"], floor=0.3)

    @pytest.mark.parametrize("name", ["yolo11n_320", "yolov8n_320", "yolox_nano"])
    def test_the_same_people_and_the_same_phone(self, name: str) -> None:
        reference, other = self.opened("yolo11n"), self.opened(name)
        alone, visited, phone = (shown.rgb for shown in recorded(SAMPLE, (5.0, 32.0, 61.0)))
        for rgb in (alone, visited, phone, alone[:, 100:460], alone[60:400]):
            expected, found = reference.find(rgb), other.find(rgb)
            assert expected
            assert sorted(box.label for box in found) == sorted(box.label for box in expected)
            for box in found:
                assert max(overlap(box, same) for same in expected if same.label == box.label) > 0.5
            assert all(before.score >= after.score for before, after in pairwise(found))

    def test_deim_sees_the_phone(self) -> None:
        # It is too small a network for people who fill the picture, but its boxes must be read rightly.
        (shown,) = recorded(SAMPLE, (61.0,))
        expected, *_ = [box for box in self.opened("yolo11n").find(shown.rgb) if box.label == "phone"]
        best = self.opened("deimv2_atto").find(shown.rgb)[0]
        assert best.label == "phone"
        assert overlap(best, expected) > 0.3
