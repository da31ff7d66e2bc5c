"""Ultralytics detection networks in OpenVINO, with less to compute for the same answers.

An exported graph ends in a tail that turns the raw numbers of every cell into boxes and scores. Nearly all cells are
empty, so the tail is cut off, and only what scores high enough is worked out here. And the graph is square while
pictures are not: it is compiled anew for a picture of less height (or width), so that little is spent on bars.

What the head gives for a cell (Ultralytics, `nn/modules/head.py`, `Detect`): for each side of the box, how likely it
lies 0, 1, … 15 strides away (Li et al. 2020, distribution focal loss), and a logit for each class.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from math import ceil, log
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from proctor_cli.nets.libraries import import_openvino
from proctor_cli.nets.lookup import Model
from proctor_cli.nets.manifest import Picture
from proctor_cli.nets.network import verify
from proctor_cli.nets.runtimes import Run, compile_graph, loading

_STRIDES_PX = (8, 16, 32)
_REACH = 16
"""Distances, in strides, that the sides of a box are spread over."""

# Shares of the full side that the shorter side may have, so that few shapes are ever compiled: 16:9, 4:3, square.
_RUNGS = (0.7, 0.85, 1.0)
# These networks have learned with bars: without any, scores waver by up to 0.26; with as much as two cells of the
# coarsest grid they stay within 0.07 of what they are in the square, and half of them within 0.005 (docs/adr/0013).
_BAR_PX = 2 * _STRIDES_PX[-1]


class Found(NamedTuple):
    """Boxes (n, 4) as x0, y0, x1, y1 in pixels of the network's picture, class numbers (n,), scores (n,)."""

    corners: NDArray[np.float32]
    classes: NDArray[np.intp]
    scores: NDArray[np.float32]


class YoloGraph:
    """A network without its tail. ``look`` takes a picture that `size_for` gave the size of."""

    def __init__(self, model: Model, picture: Picture, threads: int) -> None:
        self._model, self._picture, self._threads = model, picture, threads

    def size_for(self, width_px: int, height_px: int) -> tuple[int, int]:
        """Width and height of the picture to make of one that already fits into the network's."""
        return (
            _rung(width_px + _BAR_PX, self._picture.width_px),
            _rung(height_px + _BAR_PX, self._picture.height_px),
        )

    def look(self, rgb: NDArray[np.uint8], wanted: Sequence[int], floor: float) -> Found:
        """What is found in (height, width, 3) uint8, of the ``wanted`` classes and with a score over ``floor``."""
        run = _open(self._model, self._picture, rgb.shape[1], rgb.shape[0], self._threads)
        return _read(run([rgb[None]]), wanted, floor)


@cache
def open_yolo(model: Model, threads: int) -> YoloGraph | None:
    """The network, None when its graph is not one of which the tail is known, or is not OpenVINO's.

    Raises:
        ModelError: a file has changed since it was found.
    """
    picture = model.picture
    if picture is None or model.place.runtime != "openvino" or model.path.suffix != ".xml":
        return None
    verify(model)
    least = (_rung(0, picture.width_px), _rung(0, picture.height_px))
    try:
        graph = _shape(model, picture, *least)
    except RuntimeError:  # of OpenVINO: the graph cannot be changed like this, or not be read at all
        return None
    cells = [[least[1] // stride_px, least[0] // stride_px] for stride_px in _STRIDES_PX for _ in range(2)]
    if graph is None or [list(port.get_shape())[1:3] for port in graph.outputs] != cells:
        return None
    return YoloGraph(model, picture, threads)


def _rung(needed_px: int, side_px: int) -> int:
    steps = (ceil(side_px * share / _STRIDES_PX[-1]) * _STRIDES_PX[-1] for share in _RUNGS)
    return next((step for step in steps if step >= needed_px), side_px)


@cache
def _open(model: Model, picture: Picture, width_px: int, height_px: int, threads: int) -> Run:
    with loading(model):
        graph = _shape(model, picture, width_px, height_px)
        return compile_graph(model, graph, threads, keep=False).run


def _shape(model: Model, picture: Picture, width_px: int, height_px: int) -> Any:
    """The graph for pictures of this size, (1, height, width, 3) uint8, up to its head; None if it has another form."""
    openvino = import_openvino()
    graph = openvino.Core().read_model(str(model.path))
    grids = _find_grids(graph)
    if grids is None:
        return None
    cells = (picture.height_px // _STRIDES_PX[-1], picture.width_px // _STRIDES_PX[-1])
    fewer = (height_px // _STRIDES_PX[-1], width_px // _STRIDES_PX[-1])
    for node in graph.get_ordered_ops():
        if node.get_type_name() == "Reshape":
            _reshape(openvino, node, cells, fewer)
    (images,) = graph.get_parameters()
    images.set_partial_shape(openvino.PartialShape([1, 3, height_px, width_px]))
    rows = [openvino.opset8.transpose(grid, np.array([0, 2, 3, 1])) for grid in grids]
    cut = openvino.Model([openvino.opset8.result(row) for row in rows], [images])
    cut.validate_nodes_and_infer_types()
    return _take_bytes(openvino, cut, picture)


def _find_grids(graph: Any) -> list[Any] | None:
    """The outputs of the head: sides and classes of the finest grid, of the next, of the coarsest.

    The way back from the end: boxes and sigmoid of the class logits, joined; both from a split of all cells in a row;
    these from three grids, each of which was sides and classes, joined.
    """
    (result,) = graph.get_results()
    sigmoid = _inputs(result.input_value(0).get_node(), "Concat")[-1:]
    split = _inputs(sigmoid[0], "Sigmoid") if sigmoid else []
    row = _inputs(split[0], "VariadicSplit") if split else []
    rows = _inputs(row[0], "Concat") if row else []
    if len(rows) != len(_STRIDES_PX):
        return None
    joined = [(_inputs(one, "Reshape") or [one])[0] for one in rows]
    grids = [grid.output(0) for one in joined for grid in _inputs(one, "Concat")]
    sides = [list(grid.get_shape())[1:2] for grid in grids[::2]]
    if len(grids) != 2 * len(_STRIDES_PX) or sides != [[4 * _REACH]] * len(_STRIDES_PX):
        return None
    return grids


def _inputs(node: Any, kind: str) -> list[Any]:
    """The nodes before ``node``; none when it is not of this kind."""
    return [value.get_node() for value in node.input_values()] if node.get_type_name() == kind else []


def _reshape(openvino: Any, node: Any, cells: tuple[int, int], fewer: tuple[int, int]) -> None:
    """Give a step in which the number of cells of the coarsest grid is written down the new one."""
    pattern = node.input_value(1).get_node()
    if pattern.get_type_name() != "Constant":
        return
    sizes = [int(size) for size in pattern.get_data()]
    if sizes[-1] == cells[0] * cells[1]:
        sizes[-1] = fewer[0] * fewer[1]
    elif tuple(sizes[-2:]) == cells:
        sizes[-2:] = fewer
    else:
        return
    node.input(1).replace_source_output(openvino.opset8.constant(np.array(sizes)).output(0))


def _take_bytes(openvino: Any, graph: Any, picture: Picture) -> Any:
    """Have the graph itself make floats of the pixels and put the colours first."""
    step = openvino.preprocess.PrePostProcessor(graph)
    taken = step.input()
    taken.tensor().set_element_type(openvino.Type.u8).set_layout(openvino.Layout("NHWC"))
    taken.model().set_layout(openvino.Layout("NCHW"))
    scale = 255 / (picture.high - picture.low)
    taken.preprocess().convert_element_type(openvino.Type.f32).mean(-picture.low * scale).scale(scale)
    return step.build()


def _read(outputs: Sequence[NDArray[Any]], wanted: Sequence[int], floor: float) -> Found:
    found = []
    sought = np.array(wanted, np.intp)
    logit = np.float32(log(floor / (1 - floor)) - 1e-4)  # a hair less: who calls compares the scores themselves
    for stride_px, sides, classes in zip(_STRIDES_PX, outputs[::2], outputs[1::2], strict=True):
        across = sides.shape[2]
        logits = classes.reshape(-1, classes.shape[-1])
        sure = np.flatnonzero((logits[:, sought] >= logit).any(axis=1))
        best = logits[sure].argmax(axis=1)
        spread = np.exp(sides.reshape(-1, 4, _REACH)[sure])
        reach = (spread / spread.sum(axis=2, keepdims=True)) @ np.arange(_REACH, dtype=np.float32)
        centre = np.stack([sure % across, sure // across], axis=1) + np.float32(0.5)
        corners = np.concatenate([centre - reach[:, :2], centre + reach[:, 2:]], axis=1) * stride_px
        scores = 1 / (1 + np.exp(-logits[sure, best]))
        found.append((corners.astype(np.float32), best, scores.astype(np.float32)))
    corners_, classes_, scores_ = (np.concatenate(parts) for parts in zip(*found, strict=True))
    return Found(corners_, classes_, scores_)
