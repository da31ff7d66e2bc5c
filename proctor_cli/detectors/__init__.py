"""Detectors: one file each; each measures, none judges, none knows another.

A new detector is a file with a class that fulfils `Detector` (of pictures) or `Listener` (of sound), and one line in
`REGISTRY`; the conformance suite (tests/conformance) then checks it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib import import_module
from typing import TYPE_CHECKING, Any, ClassVar, Protocol, runtime_checkable

from proctor_cli.nets import Model
from proctor_cli.types import Embedding, Face, Frame, Observation, Sound, Spec

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

# In the order in which they see a picture: later ones may need boxes that earlier ones find (Spec.needs).
# Strings, so that nothing heavy is imported before a detector is really used.
REGISTRY: Mapping[str, str] = {
    "webcam_quality": "proctor_cli.detectors.quality:WebcamQuality",
    "screen_quality": "proctor_cli.detectors.quality:ScreenQuality",
    "screen_text": "proctor_cli.detectors.screen_text.detector:ScreenText",
    "faces": "proctor_cli.detectors.faces:Faces",
    "landmarks": "proctor_cli.detectors.landmarks:Landmarks",
    "backdrop": "proctor_cli.detectors.backdrop:Backdrop",
    "identity": "proctor_cli.detectors.identity:Identity",
    "liveness": "proctor_cli.detectors.liveness:Liveness",
    "objects": "proctor_cli.detectors.objects:Objects",
    "wearables": "proctor_cli.detectors.wearables:Wearables",
    "sound_level": "proctor_cli.detectors.level:SoundLevel",
    "voice": "proctor_cli.detectors.voice:Voice",
    "workspace_quality": "proctor_cli.detectors.quality:WorkspaceQuality",
    "workspace_faces": "proctor_cli.detectors.faces:WorkspaceFaces",
    "workspace_objects": "proctor_cli.detectors.objects:WorkspaceObjects",
}

# Roles that no shipped set fills, for want of weights that may be passed on: who wants them exports a network for them
# (`proctor models export`). Without one nothing is wrong, but what it would have looked for is said to be missing.
OPTIONAL_ROLES = ("wearables",)


class Detector(Protocol):
    """Measures pictures.

    Made with the models its spec names (role -> Model), of the families it names, and the number of threads it may use;
    raises ModelError when a model cannot be loaded. OpenCV's threads belong to the process: whoever opens detectors
    sets their number.
    """

    spec: ClassVar[Spec]

    def __init__(self, models: Mapping[str, Model], threads: int = 1) -> None: ...

    def observe(self, frames: Sequence[Frame]) -> list[Observation]:
        """One observation per frame, at its time, with the spec's signals and no others.

        What a frame gives depends on that frame alone (but see Following), and frames are left as they are.
        """

    def close(self) -> None:
        """Free what native libraries hold."""


class Listener(Protocol):
    """Measures sound. Made like a Detector; its spec's source is "sound"."""

    spec: ClassVar[Spec]

    def __init__(self, models: Mapping[str, Model], threads: int = 1) -> None: ...

    def listen(self, stretches: Sequence[Sequence[Sound]]) -> list[list[Observation]]:
        """Of each stretch, one observation per sound, at its time, with the spec's signals and no others.

        The sounds of a stretch follow each other without a gap. What one gives depends on it and on those before it in
        its stretch, not on the other stretches (but for the last digits), and all are left as they are.
        """

    def close(self) -> None:
        """Free what native libraries hold."""


@runtime_checkable
class Comparing(Protocol):
    """A detector that compares faces with known ones, and is told them before it observes."""

    def compare_with(self, gallery: Sequence[Embedding]) -> None:
        """The embeddings that faces are compared with from now on."""

    def embed(self, rgb: NDArray[np.uint8], face: Face) -> Embedding | None:
        """The embedding of ``face`` in a picture (height, width, 3), for a gallery; None when it allows no verdict."""


@runtime_checkable
class Following(Protocol):
    """A detector for which it counts what it has seen before; it is told where a new stretch of video begins."""

    def begin(self) -> None:
        """Forget everything seen so far."""


def find(name: str) -> type[Detector]:
    """The class of the detector ``name`` (a key of REGISTRY); importing it loads no model."""
    found: type[Detector] = _import(name)
    return found


def find_listener(name: str) -> type[Listener]:
    """The same of one whose source is "sound"."""
    found: type[Listener] = _import(name)
    return found


def _import(name: str) -> Any:
    module, _, attribute = REGISTRY[name].partition(":")
    return getattr(import_module(module), attribute)
