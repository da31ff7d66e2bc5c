"""Whose face it should be: embeddings of reference photos, or else of the candidate's own first seconds.

Runs where networks are loaded anyway (an engine maps `enrol` over one job), and hands the embeddings on in memory:
nothing of a face is written to disk.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from proctor_cli import media, nets, quiet
from proctor_cli.detectors.faces import Faces
from proctor_cli.detectors.identity import Identity
from proctor_cli.errors import InputError
from proctor_cli.types import Embedding, Face, Finding, Frame, IdentityBasis

# Registration: looks this far apart, over so much of the recording at first, and on for as long as too few are good.
_STEP_S = 0.5
_FIRST_S = 20.0
_LONGEST_S = 120.0
_MIN_LOOKS = 6
# So alike are two looks at one person (on the scale of identity.match).
_SAME = 0.5
# Fainter finds in a photo are no faces.
_SURE = 0.5
# A second face in a photo this large, against the largest, leaves open who is meant.
_AMBIGUOUS = 0.6


@dataclass(frozen=True, slots=True)
class EnrolJob:
    """Whose face to look for: the ``photos``, or without any, the first seconds of the recording within ``span``.

    ``parts`` are those of the recording, in order.
    """

    photos: tuple[str, ...]
    parts: tuple[media.Scan, ...]
    models: tuple[tuple[str, nets.Model], ...]
    span: tuple[float, float] | None = None
    threads: int = 1


@dataclass(frozen=True, slots=True)
class Enrolment:
    """``gallery`` is what faces are to be compared with; empty when no face was good enough to be registered."""

    gallery: tuple[Embedding, ...]
    basis: IdentityBasis
    findings: tuple[Finding, ...] = ()


def enrol(job: EnrolJob) -> Enrolment:
    """Find the faces that the candidate's is to be compared with.

    Raises:
        InputError: no photo can be read and shows just one face that is good enough.
    """
    quiet.cut_network()
    cv2.setNumThreads(job.threads)
    models = {role: nets.find_again(model) for role, model in job.models}
    faces, identity = Faces(models, job.threads), Identity(models, job.threads)
    return enrol_photos(job.photos, faces, identity) if job.photos else _from_recording(job, faces, identity)


def enrol_photos(paths: Sequence[str], faces: Faces, identity: Identity) -> Enrolment:
    """The faces in photos of one person; a photo that is of no use is a finding while there are others.

    Raises:
        InputError: none can be read and shows just one face that is good enough; about the first.
    """
    usable: dict[str, Embedding] = {}
    errors: list[InputError] = []
    for path in paths:
        try:
            usable[path] = embed_photo(path, faces, identity)
        except InputError as error:
            errors.append(error)
    if not usable:
        raise errors[0]
    findings = [Finding("reference_unusable", f"{_name(error.where)}: {error.what}") for error in errors]
    (first, vector), *others = usable.items()
    findings += [
        Finding("references_differ", f"the face in {_name(path)} is not like the one in {_name(first)}")
        for path, other in others
        if identity.match(float(np.dot(vector, other))) < _SAME / 2
    ]
    # Names only: where a machine keeps its photos is nobody's business.
    basis = IdentityBasis("photos", photos=tuple(map(_name, usable)), looks=len(usable))
    return Enrolment(tuple(usable.values()), basis, tuple(findings))


def _name(path: str) -> str:
    return Path(path).name


def embed_photo(path: str, faces: Faces, identity: Identity) -> Embedding:
    """The face in a photo.

    Raises:
        InputError: it cannot be read, or does not show just one face that is good enough.
    """
    rgb, found = _turn_upright(media.read_photo(path), faces)
    if not found:
        raise InputError(
            "no face is found in it", where=path, hint="Give a photo of the candidate's face from the front."
        )
    if len(found) > 1 and found[1].height >= _AMBIGUOUS * found[0].height:
        raise InputError(f"shows {len(found)} faces", where=path, hint="Give a photo with the candidate's face alone.")
    embedding = identity.embed(rgb, found[0])
    if embedding is None:
        raise InputError(
            "the face in it is too small, blurred, turned away or cut off to compare with",
            where=path,
            hint="Give a sharp photo of the face from the front.",
        )
    return embedding


def _turn_upright(rgb: NDArray[np.uint8], faces: Faces) -> tuple[NDArray[np.uint8], list[Face]]:
    """The photo turned by quarters as its faces stand, and these: photos of a card are taken as the card lies.

    Faces on their side or on their head are found too, with landmarks in the wrong places, but never as surely.
    """
    upright, found, best = rgb, list[Face](), 0.0
    for quarters in range(4):
        turned = np.ascontiguousarray(np.rot90(rgb, quarters))
        seen = [box for box in _look(turned, faces) if box.score >= _SURE]
        surest = max((box.score for box in seen), default=0.0)
        if surest > best:
            upright, found, best = turned, seen, surest
    return upright, found


def _from_recording(job: EnrolJob, faces: Faces, identity: Identity) -> Enrolment:
    """The face of most of the first good looks: whoever only sets up the camera is not registered."""
    looks: list[tuple[float, Embedding]] = []
    start_s: float | None = None
    for frame in _pictures(job):
        start_s = frame.t_s if start_s is None else start_s
        if frame.t_s - start_s > _LONGEST_S or (frame.t_s - start_s > _FIRST_S and len(looks) >= _MIN_LOOKS):
            break
        found = _look(frame.rgb, faces)
        alone = len(found) == 1 or (found and found[1].height < _AMBIGUOUS * found[0].height)
        embedding = identity.embed(frame.rgb, found[0]) if alone else None
        if embedding is not None:
            looks.append((frame.t_s, embedding))
    if not looks:
        return Enrolment((), IdentityBasis("nothing"))
    vectors = np.array([embedding for _, embedding in looks])
    alike = _alike(vectors, identity)
    members = alike[alike.sum(axis=1).argmax()]
    if members.sum() < _MIN_LOOKS:
        return Enrolment((), IdentityBasis("nothing"))
    middle = vectors[members].mean(axis=0)
    times_s = [t_s for (t_s, _), member in zip(looks, members, strict=True) if member]
    basis = IdentityBasis("registered", looks=len(times_s), start_s=times_s[0], end_s=times_s[-1])
    return Enrolment((tuple((middle / np.linalg.norm(middle)).tolist()),), basis)


def _alike(vectors: NDArray[np.float64], identity: Identity) -> NDArray[np.bool_]:
    """(n, n): which looks are so alike that they are of one person."""
    similarity = vectors @ vectors.T
    return np.array([[identity.match(value) >= _SAME for value in row] for row in similarity.tolist()], np.bool_)


def _pictures(job: EnrolJob) -> Iterator[Frame]:
    """Pictures from the start of the recording, or of the span that is analysed."""
    for scan in job.parts:
        offset_s = scan.info.offset_s
        span = None if job.span is None else (job.span[0] - offset_s, job.span[1] - offset_s)
        # One slice would do, but the recording may be a long one: nothing behind the last picture needed is decoded.
        for piece in islice(media.cut(scan, _STEP_S, _LONGEST_S, span), 2):
            yield from media.Sampling(scan, piece, threads=job.threads)


def _look(rgb: NDArray[np.uint8], faces: Faces) -> list[Face]:
    (seen,) = faces.observe([Frame("webcam", 0.0, rgb)])
    return sorted((box for box in seen.boxes if isinstance(box, Face)), key=lambda box: -box.height)
