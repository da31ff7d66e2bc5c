"""The work on a recording, cut into slices."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from importlib.metadata import version

from proctor_cli import __version__, media, nets, plan
from proctor_cli.files import shown_address
from proctor_cli.session.request import Request
from proctor_cli.types import Clip, Embedding, Spec

LIBRARIES = ("av", "mediapipe", "numpy", "onnxruntime", "opencv-python", "openvino")
"""Those whose version may show in a measurement."""


@dataclass(frozen=True, slots=True)
class SliceJob:
    """The work on one slice of one clip: all that a worker needs, small enough to send.

    ``scan`` is an excerpt that covers the ``piece``. ``gallery`` is what faces are compared with. ``sparse_s`` is by
    detector (see Spec), ``begin_s`` when the part of the session that is analysed begins, and ``speech`` are stretches
    in which it is heard.
    """

    key: str
    clip: Clip
    scan: media.Scan
    piece: media.Slice
    step_s: float
    dense: bool
    detectors: tuple[str, ...]
    models: tuple[tuple[str, nets.Model], ...]
    gallery: tuple[Embedding, ...] = ()
    threads: int = 1
    sparse_s: Mapping[str, float] = field(default_factory=dict)
    begin_s: float = 0.0
    speech: tuple[tuple[float, float], ...] = ()

    @property
    def length_s(self) -> float:
        """Seconds of video in the slice: none in one of sound, which costs next to nothing."""
        return 0.0 if self.clip.source == "sound" else self.piece.end_s - self.piece.start_s

    @property
    def label(self) -> str:
        """The slice in words, for messages."""
        what = " (sound)" if self.clip.source == "sound" else ""
        return f"{shown_address(self.clip.path)}{what} {self.piece.start_s:.0f}-{self.piece.end_s:.0f} s"


def cut_jobs(
    request: Request,
    clip: Clip,
    scan: media.Scan,
    specs: tuple[Spec, ...],
    models: Mapping[str, nets.Model],
    gallery: tuple[Embedding, ...],
    heard: tuple[str, ...] = (),
) -> Iterator[SliceJob]:
    """The work on one clip: its slices, each with all that a worker must know.

    ``heard`` are the keys of the slices of sound, where speech calls for closer looks.
    """
    if not specs:
        return
    step_s = plan.step_s(specs, dense=request.dense)
    roles = sorted({role for spec in specs for role in spec.models})
    used = tuple((role, models[role]) for role in roles)
    span = None
    if request.span is not None and clip.source != "workspace":  # that lies before every span, and is short
        span = (request.span[0] - clip.offset_s, request.span[1] - clip.offset_s)
    names = tuple(spec.name for spec in specs)
    sparse_s = {spec.name: spec.sparse_s for spec in specs if spec.sparse_s}
    begin_s = request.span[0] if request.span else 0.0
    pieces = media.cut(scan, step_s, plan.SCREEN_SLICE_S if clip.source == "screen" else plan.SLICE_S, span)
    if clip.source == "sound":
        step_s, pieces = media.SOUND_STEP_S, media.cut_sound(scan, span)
    for piece in pieces:
        # Whatever changes what a slice gives is in its key, so that a stopped analysis resumes only with its own work.
        facts = (
            __version__,
            scan.info.sha256,
            clip.source,
            clip.offset_s,
            piece,
            step_s,
            request.dense,
            specs,
            gallery,
            begin_s,
            heard,
        )
        sums = [(role, model.entry, model.sha256s) for role, model in used] + [version(name) for name in LIBRARIES]
        key = f"{clip.source}-{piece.index:05d}-{hashlib.sha256(repr((facts, sums)).encode()).hexdigest()[:16]}"
        excerpt = (media.excerpt_sound(scan), piece) if clip.source == "sound" else media.excerpt(scan, piece)
        yield SliceJob(
            key,
            clip,
            *excerpt,
            step_s,
            request.dense,
            names,
            used,
            gallery,
            sparse_s=sparse_s,
            begin_s=begin_s,
        )
