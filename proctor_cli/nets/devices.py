"""Where networks run: on the processor, or on an accelerator for which a runtime is installed.

Results between devices agree to some digits only, so nothing but the processor is ever taken without being asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

from proctor_cli.errors import UsageError
from proctor_cli.nets.libraries import import_onnxruntime, import_openvino
from proctor_cli.nets.manifest import Device, Entry, Runtime

CHOICES = ("cpu", "cuda", "gpu", "auto")
"""What a user may ask for; "auto" is the best that there is."""


class Place(NamedTuple):
    """What runs a network, and on which device."""

    runtime: Runtime
    device: Device

    def __str__(self) -> str:
        return f"{self.runtime} on {self.device}"


def place(entry: Entry) -> Place:
    """What runs this network, and where: on the processor when the runtime for its device cannot open the file.

    CUDA is reached through ONNX Runtime, which opens .onnx files; Intel's graphics through OpenVINO, which opens these
    and its own.
    """
    if entry.runtime != "mediapipe":
        if entry.device == "gpu":
            return Place("openvino", "gpu")
        if entry.device == "cuda" and entry.files[0].path.endswith(".onnx"):
            return Place("onnxruntime", "cuda")
    return Place(entry.runtime, "cpu")


def choose_device(wanted: str) -> Device:
    """The device to use.

    Args:
        wanted: one of CHOICES.

    Raises:
        UsageError: it is none of them, or this machine or its runtimes do not offer it.
    """
    if wanted == "cpu":
        return "cpu"
    if wanted not in CHOICES:
        raise UsageError("no such device", where=f"--device {wanted}", hint=f"Choose from: {', '.join(CHOICES)}.")
    offered: list[Device] = [device for device, is_there in _OFFERS.items() if is_there()]
    if wanted == "auto":
        return next(iter(offered), "cpu")
    for device in offered:
        if device == wanted:
            return device
    there = ", ".join(["cpu", *offered])
    raise UsageError(f"not available here; there is: {there}", where=f"--device {wanted}", hint=_HINTS[wanted])


def _has_cuda() -> bool:
    return "CUDAExecutionProvider" in import_onnxruntime().get_available_providers()


def _has_gpu() -> bool:
    return any(name.startswith("GPU") for name in import_openvino().Core().available_devices)


_OFFERS: Mapping[Device, Callable[[], bool]] = {"cuda": _has_cuda, "gpu": _has_gpu}

_HINTS = {
    "cuda": "It takes an NVIDIA card and the build of ONNX Runtime for it, in place of the one for processors.",
    "gpu": "It takes Intel graphics that OpenVINO knows, and their driver.",
}
