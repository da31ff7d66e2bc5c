"""The session folder: the only room that knows its file names, and the only (de)serialiser."""

from __future__ import annotations

from proctor_cli.store.documents import EmbeddingsDocument, ObservationsHead, PartEnd, SessionDocument
from proctor_cli.store.folder import SessionFolder, find_sessions, replaced

__all__ = [
    "EmbeddingsDocument",
    "ObservationsHead",
    "PartEnd",
    "SessionDocument",
    "SessionFolder",
    "find_sessions",
    "replaced",
]
