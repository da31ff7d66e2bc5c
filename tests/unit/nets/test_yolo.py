"""Ultralytics networks without their tail: the same boxes as with it, for less."""

from __future__ import annotations

import numpy as np
import pytest
from msgspec import structs

from proctor_cli.nets import things
from proctor_cli.nets.things import ThingFinder
from proctor_cli.nets.yolo import YoloGraph, open_yolo
from tests.unit.detectors.pictures import SAMPLE, models, recorded

WANTED = {"person": "person", "cell phone": "phone", "laptop": "laptop", "book": "book", "tv": "tv"}


def finder(name: str) -> ThingFinder:
    (model,) = models("objects", swaps={"objects": name}).values()
    return ThingFinder(model, wanted=WANTED, floor=0.08, nms_iou=0.5, threads=1)


@pytest.mark.models
class TestTail:
    @pytest.mark.parametrize("name", ["yolo11n", "yolov8n_320"])
    def test_a_square_gives_what_the_whole_graph_gives(self, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
        short = finder(name)
        monkeypatch.setattr(things, "open_yolo", lambda *_: None)
        whole = finder(name)
        for shown in recorded(SAMPLE, (5.0, 32.0, 61.0)):
            square = np.ascontiguousarray(shown.rgb[:480, :480])
            got, want = short.find(square), whole.find(square)
            assert [box.label for box in got] == [box.label for box in want]
            assert want
            for one, other in zip(got, want, strict=True):
                assert (one.x0, one.y0, one.x1, one.y1) == pytest.approx(
                    (other.x0, other.y0, other.x1, other.y1), abs=1e-4
                )
                assert one.score == pytest.approx(other.score, abs=1e-4)

    def test_less_height_moves_scores_a_little(self, monkeypatch: pytest.MonkeyPatch) -> None:
        short = finder("yolo11n")
        monkeypatch.setattr(things, "open_yolo", lambda *_: None)
        whole = finder("yolo11n")
        for shown in recorded(SAMPLE, (5.0, 32.0, 61.0)):
            got = {box.label: box for box in reversed(short.find(shown.rgb))}
            want = {box.label: box for box in reversed(whole.find(shown.rgb)) if box.score > 0.3}
            assert want.keys() <= got.keys()
            for label, box in want.items():
                assert got[label].score == pytest.approx(box.score, abs=0.1)

    def test_the_tail_of_other_graphs_is_left_alone(self) -> None:
        for name in ("yolox_nano", "yolo11n_320"):  # another head; another runtime
            assert open_yolo(models("objects", swaps={"objects": name})["objects"], 1) is None


@pytest.mark.models
@pytest.mark.parametrize(
    ("size", "whole"),
    [
        ((640, 480), (640, 544)),
        ((640, 360), (640, 448)),
        ((360, 640), (448, 640)),
        ((640, 640), (640, 640)),
        ((640, 590), (640, 640)),
        ((640, 1), (640, 448)),
    ],
)
def test_few_shapes_with_a_bar_beside_the_picture(size: tuple[int, int], whole: tuple[int, int]) -> None:
    model = models("objects")["objects"]
    assert model.picture is not None
    assert YoloGraph(model, model.picture, 1).size_for(*size) == whole
    larger = structs.replace(model.picture, width_px=320, height_px=320)
    width, height = YoloGraph(model, larger, 1).size_for(size[0] // 2, size[1] // 2)
    assert width % 32 == height % 32 == 0
