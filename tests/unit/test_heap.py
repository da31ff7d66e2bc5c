"""Memory is given back where the system's C library does that."""

from __future__ import annotations

import ctypes

import pytest

from proctor_cli.heap import trim


@pytest.mark.parametrize("error", [OSError, TypeError])
def test_where_there_is_none_nothing_is_wrong(error: type[Exception], monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(name: str | None) -> None:
        raise error

    monkeypatch.setattr(ctypes, "CDLL", refuse)
    trim()
