"""The runtimes themselves, imported late and so that they report nothing to anybody (docs/adr/0005)."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from proctor_cli.quiet import native_silence

# The tile registers of newer processors (AMX) make these small networks slower (YOLO11n 28.7 ms instead of 23.2) and
# larger in memory, with the same answers bit for bit. oneDNN, which computes for OpenVINO, then takes the next best.
_MOST_INSTRUCTIONS = ("ONEDNN_MAX_CPU_ISA", "AVX512_CORE_FP16")


def import_openvino() -> Any:
    """The runtime of most networks; for who has time for it before there is one to open."""
    os.environ.setdefault(*_MOST_INSTRUCTIONS)
    with _not_importable("openvino_telemetry"), native_silence():
        import openvino
    return openvino


def import_onnxruntime() -> Any:
    """The runtime of the others."""
    with native_silence():
        import onnxruntime
    onnxruntime.disable_telemetry_events()
    return onnxruntime


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
