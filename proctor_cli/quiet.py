"""Keep the chatter of native libraries off the user's terminal, and their reports on this machine.

MediaPipe, TensorFlow Lite and OpenVINO write to file descriptor 2 from C++, past any Python setting, while
they load. What they say then is of no use to an invigilator; real failures still arrive as exceptions.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager

# Read by the libraries when they are first imported, so set by whoever is about to import them.
_SETTINGS = {
    "GLOG_minloglevel": "3",
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "OPENCV_LOG_LEVEL": "ERROR",
    # ONNX Runtime reports its use to its makers from the moment it is imported, and leaves a device number behind.
    "ORT_DISABLE_TELEMETRY": "1",
}

# MediaPipe 1.x reports its use to its makers through libcurl and has no switch for that. libcurl obeys these:
# every connection then goes to a port of this machine on which nothing listens. (docs/adr/0005)
_NOWHERE = "http://127.0.0.1:9"
_PROXIES = ("http_proxy", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY")
_EXCEPTIONS = ("no_proxy", "NO_PROXY")
# What the user has set instead.
_BEFORE: dict[str, str] = {}

# Two threads that took and gave back the descriptor in turns could leave it in the sink for good.
_LOCK = threading.RLock()


@contextmanager
def native_silence() -> Iterator[None]:
    """Discard what is written to file descriptor 2 inside the block. For loading only: it is process-wide."""
    os.environ.update(_SETTINGS)
    with _LOCK:
        kept = os.dup(2)
        sink = os.open(os.devnull, os.O_WRONLY)
        try:
            os.dup2(sink, 2)
            yield
        finally:
            os.dup2(kept, 2)
            os.close(kept)
            os.close(sink)


def cut_network() -> None:
    """Let no library of this process reach the network. For processes that analyse, never for one that fetches."""
    if not _is_cut():
        _BEFORE.clear()
        _BEFORE.update({name: os.environ[name] for name in (*_PROXIES, *_EXCEPTIONS) if name in os.environ})
    for name in _PROXIES:
        os.environ[name] = _NOWHERE
    for name in _EXCEPTIONS:
        os.environ.pop(name, None)


@contextmanager
def network_allowed() -> Iterator[None]:
    """Let the network be reached inside the block, as the user has set it up: a connection made there stays."""
    if not _is_cut():
        yield
        return
    for name in _PROXIES:
        os.environ.pop(name, None)
    os.environ.update(_BEFORE)
    try:
        yield
    finally:
        cut_network()


def _is_cut() -> bool:
    return os.environ.get(_PROXIES[0]) == _NOWHERE
