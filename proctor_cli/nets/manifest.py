"""The manifest: which networks there are, where they come from, what their licence allows, which set uses which.

The shipped ``models/manifest.toml`` may be added to, never changed, by a ``manifest.local.toml`` in any search
folder: its networks and sets need names of their own.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path, PurePosixPath
from typing import Any, Literal

import msgspec

from proctor_cli import resources
from proctor_cli.errors import UsageError
from proctor_cli.nets.folders import search_folders

LOCAL_NAME = "manifest.local.toml"

Runtime = Literal["onnxruntime", "openvino", "mediapipe"]
Device = Literal["cpu", "cuda", "gpu"]
LicenceClass = Literal["permissive", "copyleft", "research", "unstated"]


class File(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One file of a network.

    ``path`` is relative to a search folder, with forward slashes. ``sha256`` is lower-case hexadecimal; "" (only
    in a local manifest) means that any content is taken, and its hash recorded. ``size_bytes`` 0 is unknown.
    """

    path: str
    sha256: str = ""
    size_bytes: int = 0
    urls: tuple[str, ...] = ()


class Picture(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How a network wants its picture, as (1, 3, height, width) float32.

    A side of 0 pixels may be any multiple of ``multiple_px``. Pixel values 0 and 255 become ``low`` and ``high``.
    """

    width_px: int
    height_px: int
    colour: Literal["rgb", "bgr"]
    low: float
    high: float
    multiple_px: int = 1


class Entry(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the manifest says about one network.

    ``role`` is what it is for ("faces", "objects", …); ``family`` names the code that feeds it and reads its
    output. The runtime opens the first of ``files``. ``labels`` are its classes, in order. ``device`` is where it is
    to run, which is no matter of a manifest but of whoever chooses it.
    """

    name: str
    role: str
    family: str
    runtime: Runtime
    files: tuple[File, ...]
    about: str = ""
    licence: str = "not stated"
    licence_class: LicenceClass = "unstated"
    note: str = ""
    origin: str = ""
    commit: str = ""
    input: str = ""
    output: str = ""
    picture: Picture | None = None
    labels: tuple[str, ...] = ()
    device: Device = "cpu"

    @property
    def size_bytes(self) -> int:
        """Size of all files together, 0 when unknown."""
        return sum(file.size_bytes for file in self.files)


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """All networks by name; the sets, role to name of network; and lists of class names that networks share."""

    entries: Mapping[str, Entry] = {}
    sets: Mapping[str, Mapping[str, str]] = {}
    labels: Mapping[str, tuple[str, ...]] = {}

    def entry(self, name: str) -> Entry:
        """The network called ``name``.

        Raises:
            UsageError: there is none.
        """
        return self.entries[_known(name, self.entries, "network")]

    def set(self, name: str) -> Mapping[str, str]:
        """The set called ``name``: role to name of network.

        Raises:
            UsageError: there is none.
        """
        return self.sets[_known(name, self.sets, "set")]

    def choose(
        self, set_name: str = "default", swaps: Mapping[str, str] | None = None, device: Device = "cpu"
    ) -> dict[str, Entry]:
        """The network for each role of a set, with the user's ``swaps`` (role to name) in place of the set's.

        All are to run on ``device`` (see `devices.choose_device`).

        Raises:
            UsageError: the set, a role or a network is unknown, or a network is for another role.
        """
        names = dict(self.set(set_name))
        roles = {entry.role for entry in self.entries.values()}
        for role, name in (swaps or {}).items():
            wanted, entry = _known(role, roles, "role"), self.entry(name)
            if entry.role != wanted:
                fitting = ", ".join(other.name for other in self.entries.values() if other.role == wanted)
                raise UsageError(f"is for {entry.role}, not for {wanted}", where=name, hint=f"Choose from: {fitting}.")
            names[wanted] = name
        return {role: msgspec.structs.replace(self.entries[name], device=device) for role, name in names.items()}

    def sets_with(self, name: str) -> tuple[str, ...]:
        """Names of the sets that use the network called ``name``."""
        return tuple(set_name for set_name, roles in self.sets.items() if name in roles.values())


def load_manifest(folders: Sequence[Path] | None = None) -> Manifest:
    """The shipped manifest and the local ones in ``folders`` (None: the search folders).

    Where two local manifests name the same network or set, the first folder's counts.

    Raises:
        UsageError: a manifest is not valid; lists every mistake with its key.
        ModelError: ``PROCTOR_MODELS`` names no folder.
    """
    shipped = _read(resources.models_dir() / "manifest.toml", Manifest())
    paths = [folder / LOCAL_NAME for folder in (search_folders() if folders is None else folders)]
    found = [_read(path, shipped) for path in paths if path.is_file()]
    entries, sets = dict(shipped.entries), dict(shipped.sets)
    for local in reversed(found):
        entries.update(local.entries)
        sets.update(local.sets)
    return Manifest(entries=entries, sets=sets, labels=shipped.labels)


class _Document(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    schema: Literal[1]
    models: dict[str, dict[str, Any]] = {}
    sets: dict[str, dict[str, str]] = {}
    labels: dict[str, tuple[str, ...]] = {}


def _read(path: Path, base: Manifest) -> Manifest:
    """What ``path`` adds to ``base``."""
    try:
        document = msgspec.convert(tomllib.loads(path.read_text("utf-8")), _Document)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise UsageError(f"not a valid manifest: {error}", where=str(path), hint=_HINT) from error
    labels = {**base.labels, **document.labels}
    entries: dict[str, Entry] = {}
    mistakes = [
        f"{kind}.{name}: the name is taken by proctor's own manifest"
        for kind, new, taken in (("models", document.models, base.entries), ("sets", document.sets, base.sets))
        for name in new.keys() & taken.keys()
    ]
    for name, fields in document.models.items():
        try:
            entries[name] = _entry(name, fields, labels)
        except (ValueError, msgspec.ValidationError) as error:
            mistakes.append(f"models.{name}: {error}")
    known = {**base.entries, **entries}
    for set_name, roles in document.sets.items():
        for role, name in roles.items():
            if name not in known and name not in document.models:
                mistakes.append(f"sets.{set_name}.{role}: no network is called {name!r}")
            elif name in known and known[name].role != role:
                mistakes.append(f"sets.{set_name}.{role}: {name} is for {known[name].role}")
    if mistakes:
        raise UsageError("not a valid manifest: " + "; ".join(sorted(mistakes)), where=str(path), hint=_HINT)
    return Manifest(entries=entries, sets=document.sets, labels=labels)


_HINT = "The form is explained in models/README.md."


def _entry(name: str, fields: Mapping[str, Any], labels: Mapping[str, tuple[str, ...]]) -> Entry:
    """One network; ``labels`` may be written out or be the name of a shared list."""
    shared = fields.get("labels", ())
    if isinstance(shared, str):
        if shared not in labels:
            raise ValueError(f"no list of labels is called {shared!r}")
        fields = {**fields, "labels": labels[shared]}
    entry = msgspec.convert({**fields, "name": name}, Entry)
    if not entry.files:
        raise ValueError("names no files")
    if "device" in fields:
        raise ValueError("where it runs is chosen with --device")
    for file in entry.files:
        path = PurePosixPath(file.path)
        if path.is_absolute() or ".." in path.parts or "\\" in file.path or not path.parts:
            raise ValueError(f"the path {file.path!r} must be relative, with forward slashes and without '..'")
        if file.urls and not file.sha256:
            raise ValueError(f"{file.path} has addresses to download from, so it needs a sha256")
    return entry


def _known(name: str, names: Iterable[str], what: str) -> str:
    choices = sorted(names)
    if name in choices:
        return name
    close = get_close_matches(name, choices, n=1)
    hint = f"Did you mean {close[0]!r}?" if close else f"Known: {', '.join(choices)}."
    raise UsageError(f"no {what} is called {name!r}", hint=hint)
