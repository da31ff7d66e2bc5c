"""What the files of a session hold, by document: the envelope with its format, and the values inside."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from proctor_cli.types import DecodeLoss, Embeddings, Recording, SessionResult

EMBEDDINGS: Literal["proctor.embeddings/1"] = "proctor.embeddings/1"
OBSERVATIONS: Literal["proctor.observations/1"] = "proctor.observations/1"
SESSION: Literal["proctor.session/1"] = "proctor.session/1"


@dataclass(frozen=True, slots=True)
class ObservationsHead:
    """First line of observations.jsonl.gz: what is known before anything is judged."""

    schema: Literal["proctor.observations/1"]
    recording: Recording


@dataclass(frozen=True, slots=True)
class SessionDocument:
    """session.json: a finished session."""

    schema: Literal["proctor.session/1"]
    session: SessionResult


@dataclass(frozen=True, slots=True)
class EmbeddingsDocument:
    """embeddings.json: what the candidate's face was compared with, for those who asked to keep it."""

    schema: Literal["proctor.embeddings/1"]
    embeddings: Embeddings


@dataclass(frozen=True, slots=True)
class PartEnd:
    """Last line of a finished slice: what decoding it lost, and the prints of its pictures (see media/repeats.py).

    ``prints`` are those of the sampling ``cells``, one behind the other.
    """

    loss: DecodeLoss
    cells: tuple[int, ...] = ()
    prints: bytes = b""
