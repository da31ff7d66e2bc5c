"""The session folder: the only room that knows its file names, and the only (de)serialiser."""

from __future__ import annotations

from proctor_cli.store.cohort import CohortFolder
from proctor_cli.store.documents import EmbeddingsDocument, ObservationsHead, PartEnd, SessionDocument
from proctor_cli.store.folder import SessionFolder, encode_part, find_sessions, replaced
from proctor_cli.store.mark import FileFact, Mark, read_mark, remove_mark, write_mark

__all__ = [
    "CohortFolder",
    "EmbeddingsDocument",
    "FileFact",
    "Mark",
    "ObservationsHead",
    "PartEnd",
    "SessionDocument",
    "SessionFolder",
    "encode_part",
    "find_sessions",
    "read_mark",
    "remove_mark",
    "replaced",
    "write_mark",
]
