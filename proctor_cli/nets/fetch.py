"""Bring a network's files to this machine: from their published addresses, or from a folder."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from functools import partial
from http.client import HTTPException, HTTPMessage
from pathlib import Path
from typing import IO, Protocol
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import HTTPRedirectHandler, OpenerDirector, Request, build_opener

from proctor_cli.errors import ModelError, OutputError
from proctor_cli.files import open_whole
from proctor_cli.nets.folders import cache_folder, search_folders
from proctor_cli.nets.lookup import damage, inspect
from proctor_cli.nets.manifest import Entry, File

OFFLINE = "PROCTOR_OFFLINE"

# For connecting and for each read: a dead network is reported within seconds, a slow one is not cut off.
_TIMEOUT_S = 8.0
_CHUNK_BYTES = 1 << 16
_LOOPBACK = ("127.0.0.1", "::1", "localhost")


class Progress(Protocol):
    """Told how far a file is: ``total_bytes`` 0 means unknown. Starts at 0 done for every attempt."""

    def __call__(self, name: str, done_bytes: int, total_bytes: int, /) -> None:
        """``done_bytes`` of the file ``name`` have arrived."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """A network that is now whole in ``folder``.

    ``origins`` are the addresses or paths its files were taken from, empty when it was whole before.
    """

    entry: Entry
    folder: Path
    origins: tuple[str, ...]


def fetch(
    entry: Entry,
    *,
    source: Path | None = None,
    to: Path | None = None,
    offline: bool = False,
    progress: Progress | None = None,
) -> Fetched:
    """Make the network whole on this machine; files that are whole already are left alone.

    Args:
        entry: what to fetch.
        source: take the files from this folder (laid out like any search folder) instead of downloading.
        to: put them there, and look nowhere else for files already present. None: the user's cache.
        offline: never open a connection, as when ``PROCTOR_OFFLINE`` is set to anything but 0.
        progress: called as bytes arrive.

    Raises:
        ModelError: no address delivered the right file, the source lacks it, the network is switched off, or a
            search folder that comes before the cache holds a damaged copy.
        OutputError: the files cannot be written.
    """
    goal = cache_folder() if to is None else to
    folders = search_folders() if to is None else (goal,)
    present = inspect(entry, folders)
    home = present[0].folder
    if home is not None and all(file.state == "ok" for file in present):
        return Fetched(entry, home, ())
    if home in folders[: folders.index(goal)] and all(file.state != "missing" for file in present):
        # This damaged copy would still be found first after a good one was put into the cache.
        bad = next(file for file in present if file.state == "damaged")
        raise damage(entry.name, bad.path, bad.file.sha256, bad.sha256)
    lacking = [file.file for file in inspect(entry, (goal,)) if file.state != "ok"]
    if source is not None:
        return Fetched(entry, goal, tuple(_copy(file, source, goal, progress) for file in lacking))
    if offline or os.environ.get(OFFLINE, "0") not in ("", "0"):
        raise ModelError(
            f"{lacking[0].path} is not on this machine and downloading is switched off",
            where=entry.name,
            hint=f"Give a folder that has it with --from, or allow downloads (--offline, {OFFLINE}).",
        )
    return Fetched(entry, goal, tuple(_download(entry.name, file, goal, progress) for file in lacking))


def _copy(file: File, source: Path, goal: Path, progress: Progress | None) -> str:
    path = source / file.path
    try:
        with path.open("rb") as handle:
            _store(iter(partial(handle.read, _CHUNK_BYTES), b""), file, goal / file.path, progress)
    except OSError as error:
        raise ModelError(
            f"cannot be read: {error.strerror}", where=str(path), hint="Check the --from folder."
        ) from error
    except _WrongContentError as error:
        raise ModelError(str(error), where=str(path), hint="Take the file from its origin again.") from error
    return str(path)


def _download(name: str, file: File, goal: Path, progress: Progress | None) -> str:
    """Try each address in turn; return the one that delivered the right file."""
    failures = []
    for url in file.urls:
        try:
            with closing(_opener().open(_request(url), timeout=_TIMEOUT_S)) as response:
                _store(iter(partial(response.read, _CHUNK_BYTES), b""), file, goal / file.path, progress)
        except (OSError, HTTPException, _WrongContentError) as error:
            failures.append(f"{url}: {_reason(error)}")
        else:
            return url
    raise ModelError(
        f"{file.path} could not be fetched ({'; '.join(failures) or 'the manifest gives no address'})",
        where=name,
        hint="Check the connection, or bring the files from another machine with `proctor models fetch --from DIR`.",
    )


def _store(chunks: Iterable[bytes], file: File, target: Path, progress: Progress | None) -> None:
    """Write beside the target, verify, then put it in place: no reader ever sees half a file."""
    digest, done_bytes = hashlib.sha256(), 0
    with ExitStack() as draft:
        with _writing(target):
            target.parent.mkdir(parents=True, exist_ok=True)
            out = draft.enter_context(open_whole(target))
        for chunk in chunks:
            done_bytes += len(chunk)
            if file.size_bytes and done_bytes > file.size_bytes:
                raise _WrongContentError(f"longer than the {file.size_bytes} bytes expected")
            digest.update(chunk)
            with _writing(target):
                out.write(chunk)
            if progress is not None:
                progress(file.path, done_bytes, file.size_bytes)
        found = digest.hexdigest()
        if file.sha256 not in ("", found):
            raise _WrongContentError(f"expected SHA-256 {file.sha256}, found {found}")
        with _writing(target):
            draft.close()  # only now is it put in place


@contextmanager
def _writing(target: Path) -> Iterator[None]:
    """Keep failures to write apart from failures to read."""
    try:
        yield
    except OSError as error:
        raise OutputError(
            f"cannot be written: {error.strerror}", where=str(target), hint="Choose another folder with --to."
        ) from error


class _WrongContentError(Exception):
    """What arrived is not the file that the manifest names."""


class _RefusedError(OSError):
    """An address that must not be opened."""


class _Redirects(HTTPRedirectHandler):
    """Follow a redirect only to an address that might have been given in the first place."""

    def redirect_request(
        self, req: Request, fp: IO[bytes], code: int, msg: str, headers: HTTPMessage, newurl: str
    ) -> Request | None:
        """The next request, if its address is allowed."""
        _request(newurl)
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def _opener() -> OpenerDirector:
    return build_opener(_Redirects)


def _request(url: str) -> Request:
    """A request for an allowed address: https, or http to this machine itself (a local mirror)."""
    parts = urlsplit(url)
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in _LOOPBACK):
        raise _RefusedError("refused, only https is allowed")
    return Request(url, headers={"User-Agent": "proctor"})


def _reason(error: Exception) -> str:
    if isinstance(error, HTTPError):
        error.close()
        return f"HTTP {error.code}"
    if isinstance(error, URLError):
        return str(getattr(error.reason, "strerror", None) or error.reason)
    return str(error) or type(error).__name__
