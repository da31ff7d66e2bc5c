"""Memory that was freed, given back."""

from __future__ import annotations

import ctypes
import gc
from contextlib import suppress


def trim() -> None:
    """Free what only the collector can, and give it back to the system where the C library does that (glibc).

    A decoder and its container hold on to each other, with all pictures that wait in them. And the library keeps
    whatever lies between two blocks in use, of which pictures of changing sizes leave many: without this a worker grows
    from slice to slice for an hour.
    """
    gc.collect()
    with suppress(OSError, AttributeError, TypeError):  # TypeError: on Windows None names no library
        ctypes.CDLL(None).malloc_trim(0)


def settle() -> None:
    """What is there now stays: the collector need not look through libraries and networks again and again."""
    gc.collect()
    gc.freeze()
