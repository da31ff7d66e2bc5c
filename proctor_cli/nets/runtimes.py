"""OpenVINO and ONNX Runtime on the CPU, set so that a result depends on the input alone.

Neither the number of threads nor worker processes beside this one may show in a result or in its speed:
arithmetic stays float32 where the processor offers bfloat16 (OpenVINO's default there, which moves an object's
box by pixels), and threads are not bound to cores (every worker would bind its first thread to the first core).
Nothing here reports its use to anybody.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

from proctor_cli.errors import ModelError
from proctor_cli.nets.libraries import import_onnxruntime, import_openvino
from proctor_cli.nets.lookup import Model
from proctor_cli.quiet import native_silence

if TYPE_CHECKING:
    from numpy.typing import NDArray

_NUMPY_NAME = {"float": "float32", "double": "float64"}

# What ONNX Runtime computes on. TF32 has the ten bits of a half float: no.
_PROVIDERS: Mapping[str, tuple[str, Mapping[str, str]]] = {
    "cpu": ("CPUExecutionProvider", {}),
    "cuda": ("CUDAExecutionProvider", {"use_tf32": "0"}),
}

Run = Callable[[Sequence["NDArray[Any]"]], Sequence["NDArray[Any]"]]


@dataclass(frozen=True, slots=True)
class Port:
    """One input: ``shape`` has None where any length is taken; ``dtype`` is numpy's name for it ("float32")."""

    name: str
    shape: tuple[int | None, ...]
    dtype: str

    def __str__(self) -> str:
        sizes = ", ".join("any" if size is None else str(size) for size in self.shape)
        return f"{self.name} ({sizes}) {self.dtype}"


class Opened(NamedTuple):
    """A network as a runtime opened it: see ``network.Network``."""

    inputs: tuple[Port, ...]
    outputs: tuple[str, ...]
    run: Run
    notes: Mapping[str, str] = MappingProxyType({})


def open_file(model: Model, threads: int) -> Opened:
    """Open ``model.path`` with the runtime, and on the device, that `devices.place` says.

    Raises:
        ModelError: the runtime is not installed, cannot load the file, or belongs to a detector.
    """
    if model.place.runtime == "mediapipe" or model.path.suffix == ".task":
        raise ModelError(
            "is a chain of networks for MediaPipe, which only its own detector opens",
            where=model.name,
            hint="Choose another network for this role; `proctor models list` shows them.",
        )
    with loading(model):
        if model.place.runtime == "openvino":
            return compile_graph(model, str(model.path), threads)
        return _open_with_onnxruntime(model, threads)


@contextmanager
def loading(model: Model) -> Iterator[None]:
    """While a file is loaded: what goes wrong becomes a ModelError that names it, and native libraries are silent."""
    with _failures(model, "cannot be loaded"), native_silence():
        yield


def compile_graph(model: Model, graph: Any, threads: int, *, keep: bool = True) -> Opened:
    """Have OpenVINO compile a graph, or the file at a path, that belongs to ``model``.

    Args:
        model: says on which device, and is named by errors.
        graph: what ``openvino.Core().read_model`` returned or was made of that, or a path.
        threads: how many a call may use.
        keep: whether the arrays that a call returns outlive the next call of the same thread. If not, no time is spent
            on copying them.
    """
    core = import_openvino().Core()
    if isinstance(graph, str):
        graph = core.read_model(graph)
    ports = tuple(
        Port(
            _name_of(port, index),
            tuple(None if size.is_dynamic else size.get_length() for size in port.partial_shape),
            port.element_type.to_dtype().name,
        )
        for index, port in enumerate(graph.inputs)
    )
    if any(port.shape and port.shape[0] is None for port in ports):
        # A call is for one picture: knowing that beforehand makes it faster.
        graph.reshape(
            {
                index: [1, *(-1 if size is None else size for size in port.shape[1:])]
                for index, port in enumerate(ports)
                if port.shape and port.shape[0] is None
            }
        )
    options: dict[str, Any] = {"PERFORMANCE_HINT": "LATENCY", "INFERENCE_PRECISION_HINT": "f32"}
    if model.place.device == "cpu":
        options |= {"INFERENCE_NUM_THREADS": threads, "NUM_STREAMS": 1, "ENABLE_CPU_PINNING": False}
    compiled = core.compile_model(graph, model.place.device.upper(), options)
    count = len(compiled.outputs)
    own = threading.local()  # a request holds the arrays of one call

    def run(arrays: Sequence[NDArray[Any]]) -> list[NDArray[Any]]:
        with _failures(model, "cannot be run"):
            if not hasattr(own, "request"):
                own.request = compiled.create_infer_request()
            result = own.request.infer(list(arrays), share_inputs=True, share_outputs=not keep)
            return [result[index] for index in range(count)]

    return Opened(ports, tuple(_name_of(port, index) for index, port in enumerate(compiled.outputs)), run)


def _open_with_onnxruntime(model: Model, threads: int) -> Opened:
    onnxruntime = import_onnxruntime()
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.use_deterministic_compute = True
    options.log_severity_level = 4  # what goes wrong arrives as an exception
    # Waiting threads sleep: the core they would spin on belongs to another worker.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    provider = _PROVIDERS[model.place.device]
    session = onnxruntime.InferenceSession(str(model.path), options, providers=[provider])
    if session.get_providers()[0] != provider[0]:  # it then goes on without saying so
        raise RuntimeError("the device cannot be used: its driver or libraries are missing")
    ports = tuple(
        Port(
            port.name,
            tuple(size if isinstance(size, int) else None for size in port.shape),
            _numpy_name(port.type),
        )
        for port in session.get_inputs()
    )

    def run(arrays: Sequence[NDArray[Any]]) -> list[NDArray[Any]]:
        with _failures(model, "cannot be run"):
            outputs: list[NDArray[Any]] = session.run(
                None, {port.name: array for port, array in zip(ports, arrays, strict=True)}
            )
            return outputs

    notes: Mapping[str, str] = session.get_modelmeta().custom_metadata_map
    return Opened(ports, tuple(port.name for port in session.get_outputs()), run, notes)


def _name_of(port: Any, index: int) -> str:
    """A port may have several names, in no order, or none. The longest says most: the others are numbers."""
    return max(port.names, key=lambda name: (len(name), name), default=f"port_{index}")


def _numpy_name(onnx_type: str) -> str:
    """``tensor(float)`` is float32, ``tensor(int64)`` is int64."""
    inner = onnx_type.removeprefix("tensor(").removesuffix(")")
    return _NUMPY_NAME.get(inner, inner)


@contextmanager
def _failures(model: Model, what: str) -> Iterator[None]:
    """Turn whatever a runtime raises into an error that names the file."""
    try:
        yield
    except Exception as error:  # ONNX Runtime's own exceptions share no narrower base
        lines = str(error).strip().splitlines() or [type(error).__name__]
        raise ModelError(
            f"{what} with {model.place.runtime}: {lines[-1]}",
            where=str(model.path),
            hint="`proctor models verify` checks the file; if it is right, install proctor again.",
        ) from error
