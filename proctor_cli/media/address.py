"""Recordings that are no files: at an address such as https://… or s3://…, read through fsspec as they are needed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from io import BufferedIOBase
from typing import cast

from proctor_cli.errors import InputError
from proctor_cli.files import shown_address
from proctor_cli.quiet import network_allowed


@contextmanager
def open_address(address: str) -> Iterator[BufferedIOBase]:
    """The bytes at an address, from the start.

    Raises:
        InputError: fsspec, or what it needs for such an address, is not installed; nothing can be read there; or
            only from beginning to end.
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
        raise InputError("what reads such an address is not installed", where=where, hint=f"{error}.") from error
    except Exception as error:  # each kind of storage has errors of its own
        what = "its server sends no parts of files" if "streaming" in str(error) else f"cannot be read ({_tell(error)})"
        hint = "Check the address, or copy the recording to a file."
        raise InputError(what, where=where, hint=hint) from error
    with file:
        yield file


def _tell(error: Exception) -> str:
    return str(error).splitlines()[0].rstrip(".") if str(error) else type(error).__name__
