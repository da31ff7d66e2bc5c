from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from msgspec import structs
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from proctor_cli.errors import ModelError
from proctor_cli.nets import Entry, File, Model, Network, Port, find, load_manifest, open_network, search_folders
from proctor_cli.nets.manifest import Runtime

SHARED = Path(os.environ.get("PROCTOR_MODELS") or Path(__file__).parents[4] / "shared" / "models")
RUNTIMES: tuple[Runtime, ...] = ("openvino", "onnxruntime")


def made(folder: Path, runtime: Runtime) -> Model:
    """A network with ``wide`` = 3 * a + b and ``kept`` = relu(a), a of shape (any, 4), b of shape (4)."""
    graph = helper.make_graph(
        [
            helper.make_node("Mul", ["a", "three"], ["tripled"]),
            helper.make_node("Add", ["tripled", "b"], ["wide"]),
            helper.make_node("Relu", ["a"], ["kept"]),
        ],
        "small",
        [
            helper.make_tensor_value_info("a", TensorProto.FLOAT, ["batch", 4]),
            helper.make_tensor_value_info("b", TensorProto.FLOAT, [4]),
        ],
        [
            helper.make_tensor_value_info("wide", TensorProto.FLOAT, ["batch", 4]),
            helper.make_tensor_value_info("kept", TensorProto.FLOAT, ["batch", 4]),
        ],
        [numpy_helper.from_array(np.array(3, np.float32), "three")],
    )
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9), folder / "net.onnx")
    return found(folder, runtime)


def found(folder: Path, runtime: Runtime) -> Model:
    sha256 = hashlib.sha256((folder / "net.onnx").read_bytes()).hexdigest()
    file = File(path="net.onnx", sha256=sha256)
    return find(Entry(name="net", role="x", family="x", runtime=runtime, files=(file,)), [folder])


def inputs() -> dict[str, NDArray[np.float32]]:
    return {"a": np.array([[-1, 0, 1, 2]], np.float32), "b": np.array([10, 20, 30, 40], np.float32)}


@pytest.mark.parametrize("runtime", RUNTIMES)
class TestBothRuntimes:
    def test_arrays_go_in_and_come_out_by_name(self, tmp_path: Path, runtime: Runtime) -> None:
        outputs = open_network(made(tmp_path, runtime))(inputs())
        assert list(outputs) == ["wide", "kept"]
        np.testing.assert_array_equal(outputs["wide"], [[7, 20, 33, 46]])
        np.testing.assert_array_equal(outputs["kept"], [[0, 0, 1, 2]])

    def test_ports_say_what_the_network_takes(self, tmp_path: Path, runtime: Runtime) -> None:
        network = open_network(made(tmp_path, runtime))
        assert set(network.inputs) == {Port("a", (None, 4), "float32"), Port("b", (4,), "float32")}

    def test_the_input_stays_and_a_result_outlives_the_next_call(self, tmp_path: Path, runtime: Runtime) -> None:
        network, given = open_network(made(tmp_path, runtime)), inputs()
        before = {name: array.copy() for name, array in given.items()}
        first = network(given)["wide"]
        kept = first.copy()
        network({"a": given["a"] + 5, "b": given["b"]})
        np.testing.assert_array_equal(first, kept)
        for name, array in given.items():
            np.testing.assert_array_equal(array, before[name])

    def test_arrays_may_be_views_or_read_only(self, tmp_path: Path, runtime: Runtime) -> None:
        network, given = open_network(made(tmp_path, runtime)), inputs()
        want = network(given)["wide"]
        view = np.repeat(given["a"], 2, axis=1)[:, ::2]
        given["b"].setflags(write=False)
        np.testing.assert_array_equal(network({"a": view, "b": given["b"]})["wide"], want)

    @pytest.mark.parametrize(
        "wrong",
        [
            {"a": np.zeros((2, 4), np.float32)},
            {"a": np.zeros((1, 5), np.float32)},
            {"a": np.zeros(4, np.float32)},
            {"a": np.zeros((1, 4), np.float64)},
            {"c": np.zeros((1, 4), np.float32)},
        ],
        ids=["batch of two", "width", "rank", "type", "name"],
    )
    def test_an_input_that_does_not_fit_is_refused(
        self, tmp_path: Path, runtime: Runtime, wrong: dict[str, NDArray[Any]]
    ) -> None:
        with pytest.raises(ModelError, match=r"the network takes .*a \(any, 4\) float32"):
            open_network(made(tmp_path, runtime))({**inputs(), **wrong})

    def test_threads_of_one_process_may_share_a_network(self, tmp_path: Path, runtime: Runtime) -> None:
        network = open_network(made(tmp_path, runtime))

        def once(seed: int) -> bool:
            a = np.random.default_rng(seed).random((1, 4), np.float32)
            b = np.zeros(4, np.float32)
            return all(np.array_equal(network({"a": a, "b": b})["wide"], a * np.float32(3)) for _ in range(50))

        with ThreadPoolExecutor(4) as pool:
            assert all(pool.map(once, range(4)))

    def test_a_network_is_opened_once(self, tmp_path: Path, runtime: Runtime) -> None:
        model = made(tmp_path, runtime)
        assert open_network(model, 1) is open_network(model, 1)

    def test_a_file_that_is_no_network_is_named(self, tmp_path: Path, runtime: Runtime) -> None:
        (tmp_path / "net.onnx").write_bytes(b"no network")
        with pytest.raises(ModelError, match=f"cannot be loaded with {runtime}") as caught:
            open_network(found(tmp_path, runtime))
        assert str(tmp_path / "net.onnx") in str(caught.value)
        assert "\n" not in str(caught.value)

    def test_a_file_changed_since_it_was_found_is_refused(self, tmp_path: Path, runtime: Runtime) -> None:
        model = made(tmp_path, runtime)
        (tmp_path / "net.onnx").write_bytes(b"changed")
        with pytest.raises(ModelError, match="damaged"):
            open_network(model)

    def test_opening_loads_no_torch_and_reports_to_nobody(self, tmp_path: Path, runtime: Runtime) -> None:
        made(tmp_path, runtime)
        code = f"""
import sys, pathlib
from proctor_cli import nets
file = nets.File(path="net.onnx")
entry = nets.Entry(name="net", role="x", family="x", runtime={runtime!r}, files=(file,))
heavy = {{"numpy", "cv2", "openvino", "onnxruntime", "torch"}} & set(sys.modules)
assert not heavy, heavy
nets.open_network(nets.find(entry, [pathlib.Path({str(tmp_path)!r})]))
assert {runtime!r} in sys.modules
unwanted = [name for name in sys.modules if name.split(".")[0] in ("torch", "torchvision", "openvino_telemetry")]
assert not unwanted, unwanted
"""
        root = Path(__file__).parents[3]
        home = {"HOME": str(tmp_path / "home"), "PYTHONPATH": str(root)}
        done = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, cwd=tmp_path, env={**os.environ, **home}
        )
        assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
        assert not (tmp_path / "home").exists()


def test_one_array_will_do_for_one_input() -> None:
    network = Network("twice", (Port("x", (1, None), "float32"),), ("y",), lambda arrays: [arrays[0] * 2])
    np.testing.assert_array_equal(network(np.ones((1, 3), np.float32))["y"], [[2, 2, 2]])


def test_a_network_of_a_detector_is_not_opened_here(tmp_path: Path) -> None:
    (tmp_path / "net.onnx").write_bytes(b"task")
    with pytest.raises(ModelError, match="for MediaPipe"):
        open_network(found(tmp_path, "mediapipe"))


def test_no_threads_is_a_mistake(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="at least 1"):
        open_network(made(tmp_path, "onnxruntime"), 0)


def some_input(port: Port, index: int, entry: Entry) -> NDArray[Any]:
    """Noise of the shape and range that a network takes; sides that are free are 64 and 96 pixels."""
    free = (1, 1, 64, 96)
    if entry.family == "silero_vad":
        free = (1, 1 if port.name == "state" else 576, 1, 1)
    shape = tuple(free[axis] if size is None else size for axis, size in enumerate(port.shape))
    if port.dtype == "int64":
        return np.full(shape, 16000 if port.name == "sr" else 320, np.int64)
    low, high = (entry.picture.low, entry.picture.high) if entry.picture else (-0.1, 0.1)
    noise = np.random.default_rng(index).random(shape, np.float32)
    return (noise * np.float32(high - low) + np.float32(low)).astype(np.float32)


@pytest.mark.models
@pytest.mark.skipif(not SHARED.is_dir(), reason="no weights on this machine")
@pytest.mark.parametrize(
    "name",
    [
        entry.name
        for entry in load_manifest(()).entries.values()
        if entry.runtime != "mediapipe" and entry.family != "face_landmarker"
    ],
)
def test_a_real_network_gives_the_same_bytes_twice_and_with_two_threads(name: str) -> None:
    entry = load_manifest(()).entry(name)
    model = find(entry, [SHARED, *search_folders()])
    one, two = open_network(model, 1), open_network(model, 2)
    given = {port.name: some_input(port, index, entry) for index, port in enumerate(one.inputs)}
    results = [one(given), one(given), two(given)]
    as_bytes = [{key: array.tobytes() for key, array in result.items()} for result in results]
    assert as_bytes[0] == as_bytes[1] == as_bytes[2]
    assert all(array.size for array in results[0].values())


@pytest.mark.models
@pytest.mark.skipif(not SHARED.is_dir(), reason="no weights on this machine")
def test_the_names_that_detectors_use_are_there() -> None:
    manifest = load_manifest(())

    def ports(name: str) -> tuple[set[str], set[str]]:
        network = open_network(find(manifest.entry(name), [SHARED]))
        return {port.name for port in network.inputs}, set(network.outputs)

    assert ports("gaze_adas_0002") == ({"left_eye_image", "right_eye_image", "head_pose_angles"}, {"gaze_vector"})
    assert ports("head_pose_adas_0001") == ({"data"}, {"angle_y_fc", "angle_p_fc", "angle_r_fc"})
    assert ports("deimv2_atto") == ({"images", "orig_target_sizes"}, {"labels", "boxes", "scores"})
    assert ports("silero_vad") == ({"input", "state", "sr"}, {"output", "stateN"})


@pytest.mark.models
@pytest.mark.skipif(not SHARED.is_dir(), reason="no weights on this machine")
@pytest.mark.parametrize("name", ["minifas128", "mobilefacenet"])
def test_arithmetic_is_not_shortened(name: str) -> None:
    """Both runtimes agree to five digits; bfloat16, where a processor has it, agrees to two."""
    entry = load_manifest(()).entry(name)
    answers = []
    for runtime in RUNTIMES:
        network = open_network(find(structs.replace(entry, runtime=runtime), [SHARED]))
        answers.append(network(some_input(network.inputs[0], 0, entry))["output"])
    np.testing.assert_allclose(answers[0], answers[1], rtol=1e-4, atol=1e-4)
