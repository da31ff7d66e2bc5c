"""From an entry of the manifest to verified files on this machine."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from proctor_cli.errors import ModelError
from proctor_cli.files import hash_file
from proctor_cli.nets.devices import Place, place
from proctor_cli.nets.folders import ENVIRONMENT, search_folders
from proctor_cli.nets.manifest import Entry, File, Picture
from proctor_cli.types import ModelUse


@dataclass(frozen=True, slots=True)
class Model:
    """A network on this machine, every file of it verified.

    ``paths`` and ``sha256s`` follow ``entry.files``. Small, hashable and picklable: a worker is sent this and
    opens the network itself.
    """

    entry: Entry
    folder: Path
    paths: tuple[Path, ...]
    sha256s: tuple[str, ...]

    @property
    def place(self) -> Place:
        """What runs it, and where."""
        return place(self.entry)

    @property
    def path(self) -> Path:
        """The file that the runtime opens."""
        return self.paths[0]

    @property
    def name(self) -> str:
        """Its name in the manifest."""
        return self.entry.name

    @property
    def family(self) -> str:
        """The code that feeds it and reads its output."""
        return self.entry.family

    @property
    def picture(self) -> Picture | None:
        """How it wants its picture; None when it takes something else."""
        return self.entry.picture

    @property
    def labels(self) -> tuple[str, ...]:
        """Its classes, in order."""
        return self.entry.labels

    @property
    def uses(self) -> tuple[ModelUse, ...]:
        """Provenance: one record for each file."""
        entry = self.entry
        return tuple(
            ModelUse(entry.role, entry.name, sha256, entry.licence, str(self.place)) for sha256 in self.sha256s
        )


@dataclass(frozen=True, slots=True)
class FileState:
    """One file as it lies on this machine: ``folder`` None when it is missing, ``sha256`` that of its content."""

    file: File
    folder: Path | None
    sha256: str

    @property
    def path(self) -> Path:
        """The file itself; relative when it is missing."""
        return (self.folder or Path()) / self.file.path

    @property
    def state(self) -> Literal["ok", "damaged", "missing"]:
        """A file with another content than the manifest says is "damaged", whatever it is."""
        if self.folder is None:
            return "missing"
        return "ok" if self.file.sha256 in ("", self.sha256) else "damaged"


def inspect(entry: Entry, folders: Sequence[Path] | None = None) -> tuple[FileState, ...]:
    """What is on this machine of each file of a network, in the order of ``entry.files``.

    All files are taken from one folder, since runtimes expect them beside each other: the first of ``folders``
    (None: the search folders) that has them all, otherwise the first that has any.

    Raises:
        ModelError: a file cannot be read, or ``PROCTOR_MODELS`` names no folder.
    """
    looked = search_folders() if folders is None else folders
    for enough in (all, any):
        for folder in looked:
            if enough((folder / file.path).is_file() for file in entry.files):
                return tuple(_look(file, folder) for file in entry.files)
    return tuple(FileState(file, None, "") for file in entry.files)


def find(entry: Entry, folders: Sequence[Path] | None = None) -> Model:
    """The network's verified files.

    Raises:
        ModelError: a file is missing, cannot be read, or has another SHA-256 than the manifest says.
    """
    looked = tuple(search_folders() if folders is None else folders)
    states = inspect(entry, looked)
    for file in states:
        if file.state == "damaged":
            raise damage(entry.name, file.path, file.file.sha256, file.sha256)
    folders_with_it = [file.folder for file in states if file.folder is not None]
    if len(folders_with_it) < len(states):
        missing = next(file for file in states if file.folder is None)
        raise ModelError(
            f"model not found: {missing.path} is in none of {', '.join(str(folder) for folder in looked)}",
            where=entry.name,
            hint=f"Run `proctor models fetch {entry.name}`, or set {ENVIRONMENT} to a folder that has it.",
        )
    return Model(
        entry=entry,
        folder=folders_with_it[0],
        paths=tuple(file.path for file in states),
        sha256s=tuple(file.sha256 for file in states),
    )


def find_again(model: Model) -> Model:
    """The same network on this machine, which may be another than where ``model`` was found.

    Taken is the file of that name, or else that of the search folders, in any case one with the same content.

    Raises:
        ModelError: it is not here, or other files are.
    """
    if all(path.is_file() for path in model.paths) and tuple(map(sha256_of, model.paths)) == model.sha256s:
        return model
    found = find(model.entry)
    for path, expected, sha256 in zip(found.paths, model.sha256s, found.sha256s, strict=True):
        if sha256 != expected:
            raise damage(model.name, path, expected, sha256)
    return found


def damage(name: str, path: Path, expected: str, found: str) -> ModelError:
    """The error for a file of the network ``name`` whose SHA-256 is not the expected one."""
    return ModelError(
        f"damaged or another file: expected SHA-256 {expected}, found {found}",
        where=str(path),
        hint=f"Remove or replace it, then run `proctor models fetch {name}`.",
    )


def sha256_of(path: Path) -> str:
    """SHA-256 of a file's content, lower-case hexadecimal.

    Raises:
        ModelError: it cannot be read.
    """
    try:
        return hash_file(path)
    except OSError as error:
        raise ModelError(f"cannot be read: {error.strerror}", where=str(path), hint="Check its permissions.") from error


def _look(file: File, folder: Path) -> FileState:
    path = folder / file.path
    return FileState(file, folder, sha256_of(path)) if path.is_file() else FileState(file, None, "")
