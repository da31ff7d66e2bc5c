"""Identity: how alike a face in view is to the faces it should be (face embeddings).

The faces to compare with (`compare_with`) come from reference photos, or from the candidate's own first seconds; see
session/enrol.py. A face that is too small, too blurred, turned away or cut by the picture's edge gets no verdict.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from proctor_cli.nets import Model, open_network
from proctor_cli.types import Embedding, Face, Frame, Observation, Spec

if TYPE_CHECKING:
    from proctor_cli.nets import Network

_Picture = NDArray[np.uint8]
_Vector = NDArray[np.float64]

# Below these, similarity says more about the picture than about the person (measured: docs/accuracy.md).
_MIN_SCORE = 0.7
_MIN_HEIGHT_PX = 40.0
_MIN_SHARPNESS = 8.0  # variance of the Laplacian of the aligned face, grey levels squared
_MAX_TURN = 0.35  # of the nose's tip from the middle between the eyes, in eye distances
_EDGE = 0.004  # of the picture; a box that reaches its edge belongs to a face that goes on behind it
# So many faces are compared, the largest first, and none that is much smaller than the largest.
_MAX_FACES = 3
_MIN_RELATIVE_HEIGHT = 0.3
# Where Open Model Zoo's face-reidentification-retail-0095 wants eyes, nose and mouth: its model card, fractions.
_OMZ_POINTS = ((0.3156, 0.4616), (0.6827, 0.4616), (0.5003, 0.6405), (0.3495, 0.8247), (0.6534, 0.8232))


class _Scale(NamedTuple):
    """What a network's cosine similarity means: 0 is what strangers reach at most, 1 what one person seldom misses.

    From the similarities of people on video and in portraits with retail-0095 and MobileFaceNet (docs/accuracy.md);
    other networks of these families have not been measured.
    """

    strangers: float
    same: float

    def match(self, similarity: float) -> float:
        return min(1.0, max(0.0, (similarity - self.strangers) / (self.same - self.strangers)))


_SCALES = {"omz_reid": _Scale(0.25, 0.55), "arcface": _Scale(0.30, 0.60)}


class Identity:
    """How alike faces are to those to compare with; of these the most alike counts.

    - ``identity.similarity``: of the largest face: cosine of the two embeddings, -1 to 1;
    - ``identity.match``: the same on a scale that does not depend on the network: 0 as unlike as strangers, 1 alike;
    - ``identity.best``: the best match among the largest three faces.

    None when the face (of the last: no face) allows a verdict, and before `compare_with`.
    """

    spec: ClassVar[Spec] = Spec(
        name="identity",
        source="webcam",
        signals={"identity.similarity": "ratio", "identity.match": "score", "identity.best": "score"},
        interval_s=0.4,
        models=("identity",),
        families={"identity": ("omz_reid", "arcface")},
        needs="face",
    )

    def __init__(self, models: Mapping[str, Model], threads: int = 1) -> None:
        model = models["identity"]
        network = open_network(model, threads)
        self._scale = _SCALES[model.family]
        self._embedder = _OmzEmbedder(network) if model.family == "omz_reid" else _ArcFaceEmbedder(model, network)
        self._known: _Vector = np.empty((0, 0))

    def compare_with(self, gallery: Sequence[Embedding]) -> None:
        """The embeddings that faces are compared with from now on; the most alike counts."""
        self._known = np.array(gallery, np.float64)

    def observe(self, frames: Sequence[Frame]) -> list[Observation]:
        """Compare the faces of each picture. See Detector."""
        return [Observation("webcam", frame.t_s, self._look(frame)) for frame in frames]

    def close(self) -> None:
        """The runtime frees the network with the object."""

    def embed(self, rgb: _Picture, face: Face) -> Embedding | None:
        """The embedding of ``face``, of length 1; None when it allows no verdict."""
        if not _is_measurable(face, rgb.shape[1], rgb.shape[0]):
            return None
        points_px = np.array(face.points) * (rgb.shape[1], rgb.shape[0])
        vector = self._embedder.embed(rgb, points_px)
        return None if vector is None else tuple((vector / np.linalg.norm(vector)).tolist())

    def match(self, similarity: float) -> float:
        """Cosine similarity on the scale of ``identity.match``."""
        return self._scale.match(similarity)

    def _look(self, frame: Frame) -> dict[str, float | None]:
        faces = sorted((box for box in frame.boxes if isinstance(box, Face)), key=lambda box: -box.height)
        counted = [face for face in faces[:_MAX_FACES] if face.height >= _MIN_RELATIVE_HEIGHT * faces[0].height]
        alike = [self._similarity(frame.rgb, face) for face in counted] if self._known.size else []
        largest = alike[0] if alike else None
        known = [similarity for similarity in alike if similarity is not None]
        return {
            "identity.similarity": largest,
            "identity.match": None if largest is None else self.match(largest),
            "identity.best": self.match(max(known)) if known else None,
        }

    def _similarity(self, rgb: _Picture, face: Face) -> float | None:
        embedding = self.embed(rgb, face)
        return None if embedding is None else float((self._known @ np.array(embedding)).max())


def _is_measurable(face: Face, width_px: int, height_px: int) -> bool:
    if face.score < _MIN_SCORE or face.height * height_px < _MIN_HEIGHT_PX or len(face.points) != len(_OMZ_POINTS):
        return False
    if face.x0 <= _EDGE or face.y0 <= _EDGE or face.x1 >= 1 - _EDGE or face.y1 >= 1 - _EDGE:
        return False
    points = np.array(face.points) * (width_px, height_px)
    eyes, middle = points[1] - points[0], (points[0] + points[1]) / 2
    apart = float(np.dot(eyes, eyes))
    return apart > 0 and abs(float(np.dot(points[2] - middle, eyes))) / apart <= _MAX_TURN


def _align(rgb: _Picture, points_px: _Vector, wanted: _Vector, side_px: int) -> _Picture | None:
    """The face, (side_px, side_px, 3), its points where a network wants them (fractions); None when it is blurred."""
    aligned = cv2.warpAffine(rgb, _similarity(points_px, wanted * side_px), (side_px, side_px))
    sharpness = cv2.Laplacian(cv2.cvtColor(aligned, cv2.COLOR_RGB2GRAY), cv2.CV_32F).var()
    return np.asarray(aligned, np.uint8) if sharpness >= _MIN_SHARPNESS else None


class _OmzEmbedder:
    """Open Model Zoo's re-identification networks: (1, 3, 128, 128) BGR 0-255, aligned to the model card's points."""

    def __init__(self, network: Network) -> None:
        self._network = network
        self._side_px = network.inputs[0].shape[-1] or 128

    def embed(self, rgb: _Picture, points_px: _Vector) -> _Vector | None:
        aligned = _align(rgb, points_px, np.array(_OMZ_POINTS), self._side_px)
        if aligned is None:
            return None
        planes = np.ascontiguousarray(aligned[:, :, ::-1].transpose(2, 0, 1)[None], np.float32)
        (vector,) = self._network(planes).values()
        return vector.ravel().astype(np.float64)


class _ArcFaceEmbedder:
    """Networks that InsightFace reads as ArcFaceONNX: it knows how each wants its picture; our runtime runs it."""

    def __init__(self, model: Model, network: Network) -> None:
        from insightface.model_zoo.arcface_onnx import ArcFaceONNX
        from insightface.utils.face_align import arcface_dst

        self._arcface: Any = ArcFaceONNX(model_file=str(model.path), session=_Session(network))
        self._points = np.array(arcface_dst, np.float64) / 112  # they are pixels of a picture of this size

    def embed(self, rgb: _Picture, points_px: _Vector) -> _Vector | None:
        aligned = _align(rgb, points_px, self._points, self._arcface.input_size[0])
        if aligned is None:
            return None
        return np.asarray(self._arcface.get_feat(np.ascontiguousarray(aligned[:, :, ::-1])), np.float64).ravel()


class _Session:
    """A network of ours in the form of the inference session that InsightFace expects."""

    def __init__(self, network: Network) -> None:
        self._network = network

    def get_inputs(self) -> Sequence[Any]:
        return self._network.inputs

    def get_outputs(self) -> list[Any]:
        return [_Output(name) for name in self._network.outputs]

    def run(self, names: Sequence[str], inputs: Mapping[str, NDArray[Any]]) -> list[NDArray[Any]]:
        found = self._network(inputs)
        return [found[name] for name in names]


class _Output(NamedTuple):
    name: str
    shape: tuple[int, ...] = ()


def _similarity(here: _Vector, there: _Vector) -> _Vector:
    """The (2, 3) shift, turn and scale that brings points (n, 2) nearest to others in the least squares sense.

    Umeyama 1991, for two dimensions and without reflection: with points as complex numbers, a single division.
    """
    first, second = here[:, 0] + 1j * here[:, 1], there[:, 0] + 1j * there[:, 1]
    away, wanted = first - first.mean(), second - second.mean()
    turn = np.vdot(away, wanted) / np.vdot(away, away).real
    shift = second.mean() - turn * first.mean()
    return np.array([[turn.real, -turn.imag, shift.real], [turn.imag, turn.real, shift.imag]])
