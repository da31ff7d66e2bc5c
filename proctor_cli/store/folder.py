"""The session folder: the only module that knows its file names, and the only (de)serialiser.

::

    observations.jsonl.gz   a head (Recording), then one Observation a line; everything below is rebuilt from it
    session.json            SessionResult
    events.csv, events.json report.html, snapshots/*.jpg
    .parts/                 finished slices of an unfinished analysis; gone when it is finished

Every file appears whole or not at all: it is written beside its place and renamed.
"""

from __future__ import annotations

import gzip
import io
import os
import re
import shutil
import zlib
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TypeVar

import msgspec

from proctor_cli.errors import OutputError
from proctor_cli.files import is_address, open_whole, shown_address
from proctor_cli.store.documents import (
    EMBEDDINGS,
    OBSERVATIONS,
    SESSION,
    EmbeddingsDocument,
    ObservationsHead,
    PartEnd,
    SessionDocument,
)
from proctor_cli.types import Embeddings, Observation, Recording, SessionResult

D = TypeVar("D")

_ANALYZE = "Run `proctor analyze` again."
_RESCORE = "Run `proctor rescore` on the folder to write it again."
_OBSERVATION = msgspec.json.Decoder(Observation)
# Lines are decoded together, so many bytes of them at once.
_BLOCK_BYTES = 1 << 18
_SNAPSHOT = re.compile(r"([a-z]+)-(-?\d+\.\d{3})")
# What reading a compressed file of JSON lines raises when it is damaged or was cut off.
_DAMAGES = (OSError, EOFError, zlib.error, msgspec.DecodeError)


class SessionFolder:
    """One session's folder on disk.

    Raises OutputError when it cannot be written, or when a file that is asked for is missing or damaged.
    """

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)

    # ------------------------------------------------------------ names
    @property
    def observations(self) -> Path:
        """observations.jsonl.gz."""
        return self.path / "observations.jsonl.gz"

    @property
    def session(self) -> Path:
        """session.json."""
        return self.path / "session.json"

    @property
    def embeddings(self) -> Path:
        """embeddings.json."""
        return self.path / "embeddings.json"

    @property
    def events_csv(self) -> Path:
        """events.csv."""
        return self.path / "events.csv"

    @property
    def events_json(self) -> Path:
        """events.json."""
        return self.path / "events.json"

    @property
    def report(self) -> Path:
        """report.html."""
        return self.path / "report.html"

    @property
    def snapshots(self) -> Path:
        """snapshots/."""
        return self.path / "snapshots"

    def snapshot(self, source: str, t_s: float) -> Path:
        """Where the picture of ``source`` at ``t_s`` lies: snapshots/webcam-0012.400.jpg."""
        return self.snapshots / f"{source}-{t_s:08.3f}.jpg"

    def list_snapshots(self) -> dict[tuple[str, float], Path]:
        """The pictures there are: (source, t_s) -> file."""
        named = ((_SNAPSHOT.fullmatch(path.stem), path) for path in sorted(self.snapshots.glob("*.jpg")))
        return {(name[1], float(name[2])): path for name, path in named if name}

    def clear_snapshots(self) -> None:
        """Make the snapshots folder, or remove the pictures of an earlier analysis; a user's own files stay."""
        try:
            self.snapshots.mkdir(exist_ok=True)
            for path in self.list_snapshots().values():
                path.unlink()
        except OSError as error:
            raise OutputError(f"cannot write ({error.strerror or error})", where=str(self.snapshots)) from error

    def part(self, key: str) -> Path:
        """Where the finished slice ``key`` of an unfinished analysis lies; the key names the work exactly."""
        return self.path / ".parts" / f"{key}.jsonl.gz"

    def exists(self) -> bool:
        """Whether this is a session's folder, finished or not."""
        return self.session.exists() or self.observations.exists() or (self.path / ".parts").exists()

    def relative(self, path: str | Path) -> str:
        """``path`` as seen from inside this folder, with forward slashes; an address as results may name it."""
        if is_address(str(path)):
            return shown_address(str(path))
        return Path(os.path.relpath(path, self.path)).as_posix()

    # ------------------------------------------------------------ writing
    def prepare(self) -> None:
        """Create the folder and prove that it can be written."""
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            probe = self.path / f".writable-{os.getpid()}"
            probe.write_bytes(b"")
            probe.unlink()
        except OSError as error:
            raise OutputError(
                f"cannot write here ({error.strerror or error})",
                where=str(self.path),
                hint="Choose another folder with -o.",
            ) from error

    def write_observations(self, recording: Recording, observations: Iterable[Observation]) -> None:
        """Write the head and all observations, in the order given."""
        with replaced(self.observations) as raw, gzip.GzipFile("", "wb", 6, raw, mtime=0) as out:
            out.write(msgspec.json.encode(ObservationsHead(OBSERVATIONS, recording)) + b"\n")
            for observation in observations:
                out.write(msgspec.json.encode(observation) + b"\n")

    def write_session(self, result: SessionResult) -> None:
        """Write session.json."""
        with replaced(self.session) as out:
            out.write(msgspec.json.format(msgspec.json.encode(SessionDocument(SESSION, result)), indent=1) + b"\n")

    def write_embeddings(self, embeddings: Embeddings | None) -> None:
        """Write embeddings.json; without any, one that an earlier analysis has left is removed."""
        if embeddings is None:
            self.embeddings.unlink(missing_ok=True)
            return
        with replaced(self.embeddings) as out:
            out.write(msgspec.json.encode(EmbeddingsDocument(EMBEDDINGS, embeddings)) + b"\n")

    def write_part(self, key: str, part: bytes) -> None:
        """Write a finished slice, as `encode_part` gave it."""
        with replaced(self.part(key)) as out:
            out.write(part)

    def drop_parts(self) -> None:
        """Remove the slices of a finished analysis."""
        shutil.rmtree(self.path / ".parts", ignore_errors=True)

    def drop_drafts(self) -> None:
        """Remove what a killed process has left half-written. For when none is at work here any more."""
        for folder in (self.path, self.path / ".parts", self.snapshots):
            for path in folder.glob(".*.tmp"):
                path.unlink(missing_ok=True)

    # ------------------------------------------------------------ reading
    def read_recording(self) -> Recording:
        """The head of observations.jsonl.gz."""
        with self._open_observations() as lines:
            return self._head(lines)

    def read_observations(self) -> Iterator[Observation]:
        """The observations, in time order per source as they were written."""
        with self._open_observations() as lines:
            self._head(lines)
            begun = b""  # a line whose end lies in the next block
            while block := lines.read(_BLOCK_BYTES):
                whole, newline, rest = block.rpartition(b"\n")
                if newline:
                    yield from _OBSERVATION.decode_lines(begun + whole)
                begun = rest if newline else begun + rest
            yield from _OBSERVATION.decode_lines(begun)

    def holds_part(self, key: str) -> bool:
        """Whether the finished slice ``key`` lies here, whole."""
        try:
            self.read_part_end(key)
        except (*_DAMAGES, IndexError):  # no line at all
            return False
        return True

    def read_part(self, key: str) -> Iterator[Observation]:
        """The observations of a finished slice."""
        for line in self._part_lines(key):
            yield _OBSERVATION.decode(line)

    def read_part_end(self, key: str) -> PartEnd:
        """What was known at the end of a finished slice."""
        with gzip.open(self.part(key), "rb") as lines:
            last = deque(lines, maxlen=1)
        return msgspec.json.decode(last[0], type=PartEnd)

    def read_session(self) -> SessionResult:
        """session.json."""
        try:
            document = _decode(self.session.read_bytes(), SessionDocument, SESSION, self.session, _RESCORE)
        except (FileNotFoundError, NotADirectoryError) as error:
            raise OutputError(
                "holds no finished session (no session.json)",
                where=str(self.path),
                hint="Give the folder that `proctor analyze -o` wrote.",
            ) from error
        except (OSError, msgspec.DecodeError) as error:
            raise OutputError(f"damaged ({error})", where=str(self.session), hint=_RESCORE) from error
        return document.session

    # ------------------------------------------------------------ inner
    def _part_lines(self, key: str) -> Iterator[bytes]:
        with gzip.open(self.part(key), "rb") as lines:
            held = None
            for line in lines:
                if held is not None:
                    yield held
                held = line  # the last line is the PartEnd, not an observation

    def _head(self, lines: gzip.GzipFile) -> Recording:
        line = lines.readline()
        return _decode(line, ObservationsHead, OBSERVATIONS, self.observations, _ANALYZE).recording

    @contextmanager
    def _open_observations(self) -> Iterator[gzip.GzipFile]:
        try:
            with gzip.open(self.observations, "rb") as lines:
                yield lines
        except (FileNotFoundError, NotADirectoryError) as error:
            raise OutputError(
                "holds no analysed session (no observations.jsonl.gz)",
                where=str(self.path),
                hint="Run `proctor analyze` first, or give the folder that it wrote.",
            ) from error
        except _DAMAGES as error:
            raise OutputError(f"damaged ({error})", where=str(self.observations), hint=_ANALYZE) from error


def encode_part(observations: Iterable[Observation], end: Callable[[], PartEnd]) -> bytes:
    """A finished slice as it is kept, some tens of kilobytes. ``end`` is asked once all observations are read."""
    part = io.BytesIO()
    with gzip.GzipFile("", "wb", 1, part, mtime=0) as out:
        for observation in observations:
            out.write(msgspec.json.encode(observation) + b"\n")
        out.write(msgspec.json.encode(end()) + b"\n")
    return part.getvalue()


@dataclass(frozen=True, slots=True)
class _Named:
    """Any document of ours, of any version."""

    schema: str


def _decode(data: bytes, kind: type[D], known: str, path: Path, hint: str) -> D:
    found = msgspec.json.decode(data, type=_Named).schema
    if found != known:
        raise OutputError(f"is of the format {found}, this version reads {known}", where=str(path), hint=hint)
    return msgspec.json.decode(data, type=kind)


def find_sessions(paths: Iterable[Path]) -> list[SessionFolder]:
    """The session folders among ``paths`` and directly inside of them, finished or not, each once, in order.

    Raises:
        OutputError: a path is no folder, or there is no session in it.
    """
    found: dict[Path, SessionFolder] = {}
    for path in paths:
        inside = [path, *sorted(child for child in path.iterdir() if child.is_dir())] if path.is_dir() else []
        sessions = [folder for folder in map(SessionFolder, inside) if folder.exists()]
        if not sessions:
            raise OutputError(
                "holds no session" if path.is_dir() else "no such folder",
                where=str(path),
                hint="Give a folder that `proctor analyze -o` wrote, or one that holds such folders.",
            )
        found |= {folder.path.resolve(): folder for folder in sessions}
    return list(found.values())


@contextmanager
def replaced(path: Path) -> Iterator[IO[bytes]]:
    """A file to write, in a folder made if need be, that takes the place of ``path`` only when the block ends well."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with open_whole(path) as out:
            yield out
    except OSError as error:
        raise OutputError(f"cannot write ({error.strerror or error})", where=str(path)) from error
