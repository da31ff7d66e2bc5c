"""OpenVINO and ONNX Runtime on the CPU, set so that a result depends on the input alone.

Neither the number of threads nor worker processes beside this one may show in a result or in its speed:
arithmetic stays float32 where the processor offers bfloat16 (OpenVINO's default there, which moves an object's
box by pixels), and threads are not bound to cores (every worker would bind its first thread to the first core).
Nothing here reports its use to anybody.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

from proctor_cli.errors import ModelError
from proctor_cli.nets.lookup import Model
from proctor_cli.quiet import native_silence

if TYPE_CHECKING:
    from numpy.typing import NDArray

_NUMPY_NAME = {"float": "float32", "double": "float64"}

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
    """Open ``model.path`` with the runtime that the manifest names.

    Raises:
        ModelError: the runtime is not installed, cannot load the file, or belongs to a detector.
    """
    if model.entry.runtime == "mediapipe":
        raise ModelError(
            "is run by MediaPipe, which only its own detector opens",
            where=model.name,
            hint="Choose another network for this role; `proctor models list` shows them.",
        )
    with _failures(model, "cannot be loaded"), native_silence():
        return (_open_with_openvino if model.entry.runtime == "openvino" else _open_with_onnxruntime)(model, threads)


def _open_with_openvino(model: Model, threads: int) -> Opened:
    with _not_importable("openvino_telemetry"):
        import openvino

    compiled = openvino.Core().compile_model(
        str(model.path),
        "CPU",
        {
            "INFERENCE_NUM_THREADS": threads,
            "NUM_STREAMS": 1,
            "PERFORMANCE_HINT": "LATENCY",
            "INFERENCE_PRECISION_HINT": "f32",
            "ENABLE_CPU_PINNING": False,
        },
    )

    def run(arrays: Sequence[NDArray[Any]]) -> list[NDArray[Any]]:
        with _failures(model, "cannot be run"):
            # A request of its own for every call costs some microseconds and makes calls independent.
            result = compiled.create_infer_request().infer(list(arrays), share_inputs=True)
            return [result[index] for index in range(len(compiled.outputs))]

    ports = tuple(
        Port(
            _name_of(port, index),
            tuple(None if size.is_dynamic else size.get_length() for size in port.partial_shape),
            port.element_type.to_dtype().name,
        )
        for index, port in enumerate(compiled.inputs)
    )
    return Opened(ports, tuple(_name_of(port, index) for index, port in enumerate(compiled.outputs)), run)


def _open_with_onnxruntime(model: Model, threads: int) -> Opened:
    import onnxruntime

    onnxruntime.disable_telemetry_events()
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.use_deterministic_compute = True
    options.log_severity_level = 4  # what goes wrong arrives as an exception
    # Waiting threads sleep: the core they would spin on belongs to another worker.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    session = onnxruntime.InferenceSession(str(model.path), options, providers=["CPUExecutionProvider"])
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
            f"{what} with {model.entry.runtime}: {lines[-1]}",
            where=str(model.path),
            hint="`proctor models verify` checks the file; if it is right, install proctor again.",
        ) from error


@contextmanager
def _not_importable(name: str) -> Iterator[None]:
    """Importing openvino reports that to a usage statistics service, unless its reporter cannot be imported."""
    missing = name not in sys.modules
    if missing:
        sys.modules[name] = None  # type: ignore[assignment]  # documented: makes `import name` fail
    try:
        yield
    finally:
        if missing:
            del sys.modules[name]
