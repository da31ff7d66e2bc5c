"""Ultralytics weights to a graph that a runtime opens: a program of its own, so that torch enters no other process.

``export.py`` starts it, writes a request to its standard input (one JSON object) and reads ``answer.json`` from the
request's folder: ``{"graph", "labels", "ultralytics"}``, or ``{"what", "hint"}`` when it cannot be done.

Nothing is reported, looked up or installed meanwhile, and only classes of torch and Ultralytics are unpickled. Neither
this nor the graphs need torchvision to work (it often does not, beside a torch for the CPU): detection is exported
without the suppression of doubles, the one step that uses it.
"""

from __future__ import annotations

import json
import os
import sys
from importlib.metadata import PackageNotFoundError
from pathlib import Path
from typing import Any

from proctor_cli.quiet import cut_network

_SETTINGS = {
    "YOLO_OFFLINE": "1",  # it looks up two hosts when imported, and reports its use when they answer
    "YOLO_AUTOINSTALL": "false",  # it runs pip for whatever an export lacks
    "YOLO_VERBOSE": "false",
    "ULTRALYTICS_SAFE_LOAD": "1",  # a .pt file is a pickle: unpickling anything else in it could run any code
}


class _RefusedError(Exception):
    """It cannot be done: what is wrong, and what to do next."""


def convert(request: dict[str, Any]) -> dict[str, Any]:
    """Export ``request["weights"]`` into ``request["folder"]``.

    The request's ``format`` is "openvino" or "onnx", ``size_px`` the side of the picture, ``labels`` the classes to set
    before, [] for those that the weights have.
    """
    folder = Path(request["folder"])
    os.environ.update(_SETTINGS, YOLO_CONFIG_DIR=str(folder))  # else it leaves its settings in the user's home
    cut_network()
    sys.modules["openvino_telemetry"] = None  # type: ignore[assignment]  # documented: makes importing it fail
    try:
        from ultralytics import YOLO, YOLOE, __version__, utils
        from ultralytics.utils import SAFE_LOAD
    except (ImportError, PackageNotFoundError) as error:
        raise _RefusedError(
            f"exporting needs a newer ultralytics, torch and torchvision: {error}",
            "Run `make setup`, or install the versions in constraints.txt.",
        ) from error
    assert SAFE_LOAD
    utils.WEIGHTS_DIR = Path(request["weights"]).parent  # where it looks for text encoders
    # Ultralytics writes beside the weights; they stay where they are, and it sees them here.
    link = folder / "network.pt"
    link.symlink_to(request["weights"])
    try:
        network = YOLO(str(link))
    except Exception as error:
        raise _RefusedError(
            f"no weights of Ultralytics, or of classes that this version does not know ({type(error).__name__})",
            "Nothing else is loaded from a .pt file: it could run any code.",
        ) from error
    _make_detector(network)
    if request["labels"]:
        _set_labels(network, request["labels"])
    elif isinstance(network, YOLOE) and not hasattr(network.model, "pe"):
        raise _RefusedError("it is open-vocabulary and has no classes yet", "Name them with --labels.")
    options = {"simplify": False} if request["format"] == "onnx" else {}  # that would need one more package
    graph = network.export(format=request["format"], imgsz=request["size_px"], device="cpu", **options)
    found = Path(graph) if request["format"] == "onnx" else Path(graph) / "network.xml"
    return {"graph": str(found), "labels": _names(network), "ultralytics": __version__}


def _make_detector(network: Any) -> None:
    """See that the network finds boxes; one that draws masks as well (every YOLOE that is published) stops doing so."""
    if network.task not in ("detect", "segment"):
        raise _RefusedError(f"it does not detect things, its task is {network.task}", "Choose a network that does.")
    head = network.model.model[-1]
    kinds = [kind for kind in type(head).__mro__ if kind.__name__.endswith("Detect")]
    if not kinds:
        raise _RefusedError(f"it is no YOLO: its head is a {type(head).__name__}", "Choose a YOLO that detects things.")
    head.__class__ = kinds[0]  # a head for masks is one for boxes with more behind it
    network.task = network.model.task = "detect"


def _set_labels(network: Any, labels: list[str]) -> None:
    names = _names(network)
    if names == labels:
        return
    if not hasattr(network, "set_classes"):
        shown = ", ".join(names[:5]) + (", …" if len(names) > 5 else "")
        raise _RefusedError(
            f"its classes are fixed ({shown})", "Leave --labels out, or take YOLO-World or YOLOE weights."
        )
    try:
        network.set_classes(labels)
    except Exception as error:
        raise _RefusedError(
            f"its classes cannot be set here ({_say(error)})",
            "That takes the text encoder of Ultralytics (the package `clip` and a file beside the weights). Where they "
            f"are: `model.set_classes({labels!r}); model.save('mine.pt')`, then export mine.pt without --labels.",
        ) from error


def _names(network: Any) -> list[str]:
    names = network.model.names
    return [str(name) for name in (names.values() if isinstance(names, dict) else names)]


def _say(error: Exception) -> str:
    """The error in one line; many say nothing without their name ("KeyError: 101")."""
    lines = str(error).strip().splitlines() or [""]
    return f"{type(error).__name__}: {lines[0].rstrip('.')}"


def main() -> None:
    """Answer the request on standard input."""
    request = json.load(sys.stdin)
    try:
        answer = convert(request)
    except _RefusedError as error:
        answer = dict(zip(("what", "hint"), error.args, strict=True))
    except Exception as error:  # whatever torch and Ultralytics raise: they share no narrower base
        answer = {"what": f"cannot be exported ({_say(error)})", "hint": "Does another --format do?"}
    Path(request["folder"], "answer.json").write_text(json.dumps(answer), "utf-8")


if __name__ == "__main__":
    main()
