"""What work a session's folder holds the result of, and whether that is what is asked for now."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Mapping
from dataclasses import fields, replace
from importlib.metadata import version
from math import inf
from pathlib import Path

from proctor_cli import __version__, media, nets
from proctor_cli.files import hash_file, is_address
from proctor_cli.session.jobs import LIBRARIES
from proctor_cli.session.request import Request
from proctor_cli.store import FileFact, Mark, SessionFolder
from proctor_cli.types import Recording

# What a part of the request is called, where it is said that it changed.
_PARTS: Mapping[str, str] = {
    "version": "the version of proctor or of a library has changed",
    "networks": "other networks are chosen, or on this machine",
    "options": "other options are given",
    "candidate": "something else is said of the candidate",
}
# Fields of a request that are looked at by themselves, or that change no result.
_NO_OPTIONS = frozenset(
    {
        "clips",
        "events",
        "findings",
        "folder",
        "models",
        "photos",
        "problems",
        "require",
        "shortest_s",
        "student",
        "student_id",
    }
)


def hash_networks(networks: Mapping[str, nets.Entry]) -> str:
    """A hash of the networks chosen for each role, and of which of their files are on this machine.

    Raises:
        ModelError: a file cannot be read, or ``PROCTOR_MODELS`` names no folder.
    """
    found = ((role, entry, nets.inspect(entry)) for role, entry in sorted(networks.items()))
    return _hash(
        (role, entry, [(file.path, file.state, file.sha256) for file in files]) for role, entry, files in found
    )


def describe(request: Request, networks: str) -> Mark:
    """The mark of the result of a request, as its files are now.

    Args:
        request: what is asked for.
        networks: a hash of the networks that are chosen and on this machine.
    """
    folder = SessionFolder(request.folder)
    options = {each.name: getattr(request, each.name) for each in fields(request) if each.name not in _NO_OPTIONS}
    asked = {
        "version": _hash((__version__, [version(name) for name in LIBRARIES])),
        "networks": networks,
        "options": _hash((options, [clip.source for clip in request.clips])),
        "candidate": _hash((request.student_id, request.student, request.findings)),
    }
    paths = [*(clip.path for clip in request.clips), *request.photos, *([request.events] if request.events else [])]
    shortest_s = {f"{source} {signal}": value for (source, signal), value in sorted(request.shortest_s.items())}
    return Mark("proctor.mark/1", asked, shortest_s, tuple(_look(folder, path) for path in paths))


def complete(mark: Mark, request: Request, recording: Recording) -> Mark:
    """The mark with the hashes that the preparation found out."""
    folder = SessionFolder(request.folder)
    known = {clip.path: clip.sha256 for clip in recording.clips}
    if len(recording.photos_sha256) == len(request.photos):
        paths = (folder.relative(photo) for photo in request.photos)
        known |= dict(zip(paths, recording.photos_sha256, strict=True))
    if request.events:
        known[folder.relative(request.events)] = recording.log_sha256
    return replace(mark, files=tuple(replace(fact, sha256=known.get(fact.path, "")) for fact in mark.files))


def find_change(before: Mark, now: Mark, folder: SessionFolder) -> str:
    """In words, why the result of ``before`` is not what is asked for ``now``; "" when it is.

    A file that is only newer is read and compared: copying it changes its time, not what it shows.
    """
    for name, told in _PARTS.items():
        if before.asked.get(name) != now.asked[name]:
            return told
    if any(value_s < before.shortest_s.get(name, inf) for name, value_s in now.shortest_s.items()):
        return "the policy has rules that are shorter, or new"
    if [fact.path for fact in before.files] != [fact.path for fact in now.files]:
        return "other recordings, photos or logs are given"
    for old, new in zip(before.files, now.files, strict=True):
        if _is_other(old, new, folder):
            return f"{new.path} has changed"
    return ""


def shares_files(before: Mark, now: Mark) -> bool:
    """Whether the work is about the same files, whatever is in them."""
    ours, theirs = ({(fact.path, fact.address) for fact in mark.files} for mark in (before, now))
    return not ours.isdisjoint(theirs)


def _is_other(old: FileFact, new: FileFact, folder: SessionFolder) -> bool:
    if old.size_bytes != new.size_bytes:
        return True
    if new.address:
        # Signed addresses change while what lies there stays, which its version tells.
        return old.version != new.version or not (new.version or old.address == new.address)
    return old.modified_ns != new.modified_ns and (not old.sha256 or old.sha256 != _hash_file(folder.path / new.path))


def _look(folder: SessionFolder, path: str) -> FileFact:
    if is_address(path):
        size_bytes, version = media.look_at(path)
        return FileFact(folder.relative(path), size_bytes, -1, address=_hash((path,)), version=version)
    try:
        found = os.stat(path)
    except OSError:
        return FileFact(folder.relative(path), -1, -1)
    return FileFact(folder.relative(path), found.st_size, found.st_mtime_ns)


def _hash(facts: Iterable[object]) -> str:
    return hashlib.sha256(repr(tuple(facts)).encode()).hexdigest()[:32]


def _hash_file(path: Path) -> str:
    try:
        return hash_file(path)
    except OSError:
        return "unreadable"
