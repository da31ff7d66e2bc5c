"""Detectors: one file each; each measures, none judges, none knows another.

A new detector is a file with a class that fulfils `Detector`, and one line in `REGISTRY`; the conformance
suite (tests/conformance) then checks it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib import import_module
from typing import ClassVar, Protocol

from proctor_cli.nets import Model
from proctor_cli.types import Frame, Observation, Spec

# In the order in which they see a picture: later ones may need boxes that earlier ones find (Spec.needs).
# Strings, so that nothing heavy is imported before a detector is really used.
REGISTRY: Mapping[str, str] = {
    "webcam_quality": "proctor_cli.detectors.quality:WebcamQuality",
    "screen_quality": "proctor_cli.detectors.quality:ScreenQuality",
    "faces": "proctor_cli.detectors.faces:Faces",
    "landmarks": "proctor_cli.detectors.landmarks:Landmarks",
    "objects": "proctor_cli.detectors.objects:Objects",
}


class Detector(Protocol):
    """Measures pictures.

    Made with the models its spec names (role -> Model) and the number of threads it may use; raises ModelError when
    a model cannot be loaded.
    """

    spec: ClassVar[Spec]

    def __init__(self, models: Mapping[str, Model], threads: int = 1) -> None: ...

    def observe(self, frames: Sequence[Frame]) -> list[Observation]:
        """One observation per frame, at its time, with the spec's signals and no others.

        What a frame gives depends on that frame alone, and frames are left as they are.
        """

    def close(self) -> None:
        """Free what native libraries hold."""


def find(name: str) -> type[Detector]:
    """The class of the detector ``name`` (a key of REGISTRY); importing it loads no model."""
    module, _, attribute = REGISTRY[name].partition(":")
    found: type[Detector] = getattr(import_module(module), attribute)
    return found
