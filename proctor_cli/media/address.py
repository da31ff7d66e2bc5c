"""Recordings that are no files: at an address such as https://… or s3://…, read through fsspec as they are needed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from io import BufferedIOBase
from typing import cast

from proctor_cli.errors import InputError
from proctor_cli.files import show_addresses, shown_address
from proctor_cli.quiet import network_allowed

# What kinds of storage call that which changes when what they hold does.
_VERSIONS = ("ETag", "etag", "mtime", "Last-Modified", "LastModified", "last_modified", "created")


class _Reading(BufferedIOBase):
    """The bytes at an address. Where they cannot be read it seems to end, and ``failure`` says why.

    An exception would not do: it would go through FFmpeg, which takes some for the end of the file or for damage.
    """

    def __init__(self, file: BufferedIOBase, where: str) -> None:
        self._file = file
        self._where = where
        self.failure: InputError | None = None

    def read(self, size: int | None = -1) -> bytes:
        if self.failure is not None:
            return b""
        at = self._file.tell()
        try:
            return self._file.read(size)
        except Exception:  # each kind of storage has errors of its own; a dropped connection may be there again
            pass
        try:
            self._file.seek(at)
            return self._file.read(size)
        except Exception as error:
            what = f"cannot be read any more, at byte {at} ({_tell(error)})"
            hint = "The same command tries again; or copy the recording to a file."
            self.failure = InputError(what, where=self._where, hint=hint)
            return b""

    def seek(self, offset: int, whence: int = 0) -> int:
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        return self._file.tell()

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True


@contextmanager
def open_address(address: str) -> Iterator[BufferedIOBase]:
    """The bytes at an address, from the start.

    Raises:
        InputError: fsspec, or what it needs for such an address, is not installed; nothing can be read there; or
            only from beginning to end; or, when the block ends, some of it could not be read.
    """
    where = shown_address(address)
    try:
        import fsspec
    except ImportError as error:
        hint = "Install what does: pip install 'proctor-cli[cluster]'; or give a file."
        raise InputError("an address, and nothing that reads one is installed", where=where, hint=hint) from error
    try:
        # Whoever reads from an address may do so, also where nothing else reaches the network.
        with network_allowed():
            file = cast(BufferedIOBase, fsspec.open(address, "rb").open())
            file.seek(0, 2)
            file.seek(0)
            file.read(1)
            file.seek(0)
    except FileNotFoundError as error:
        raise InputError("nothing is there, or it cannot be reached", where=where, hint="Check the address.") from error
    except PermissionError as error:
        raise InputError("may not be read", where=where, hint="Check who is allowed to read it.") from error
    except ImportError as error:
        raise InputError("what reads such an address is not installed", where=where, hint=f"{_tell(error)}.") from error
    except Exception as error:  # each kind of storage has errors of its own
        what = "its server sends no parts of files" if "streaming" in str(error) else f"cannot be read ({_tell(error)})"
        hint = "Check the address, or copy the recording to a file."
        raise InputError(what, where=where, hint=hint) from error
    with file:
        reading = _Reading(file, where)
        try:
            yield reading
        except Exception as error:
            if reading.failure is None:
                raise
            raise reading.failure from error  # that came of it: a recording that seemed to end is damaged
        if reading.failure is not None:
            raise reading.failure


def look_at(address: str) -> tuple[int, str]:
    """How many bytes are at an address, and what changes when they do; -1 and "" where its storage does not say."""
    with suppress(Exception):  # each kind of storage has errors of its own; whoever reads from there will tell
        import fsspec

        with network_allowed():
            storage, path = fsspec.url_to_fs(address)
            storage.invalidate_cache()
            info = storage.info(path)
        version = next((str(info[name]) for name in _VERSIONS if info.get(name)), "")
        return int(info.get("size") or -1), version
    return -1, ""


def _tell(error: Exception) -> str:
    return show_addresses(str(error)).splitlines()[0].rstrip(".") if str(error) else type(error).__name__
