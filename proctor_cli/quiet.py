"""Keep the chatter of native libraries off the user's terminal.

MediaPipe, TensorFlow Lite and OpenVINO write to file descriptor 2 from C++, past any Python setting, while
they load. What they say then is of no use to an invigilator; real failures still arrive as exceptions.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

# Read by the libraries when they are first imported, so set by whoever is about to import them.
_SETTINGS = {
    "GLOG_minloglevel": "3",
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "OPENCV_LOG_LEVEL": "ERROR",
    "YOLO_VERBOSE": "False",
    # Nothing leaves the machine: these switch off the telemetry of libraries that have one.
    "YOLO_OFFLINE": "True",
    "OPENVINO_TELEMETRY_DISABLED": "1",
    "NO_ALBUMENTATIONS_UPDATE": "1",
    "ORT_DISABLE_TELEMETRY": "1",
}


@contextmanager
def native_silence() -> Iterator[None]:
    """Discard what is written to file descriptor 2 inside the block. For loading only: it is process-wide."""
    for name, value in _SETTINGS.items():
        os.environ.setdefault(name, value)
    kept = os.dup(2)
    sink = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(sink, 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(sink)
