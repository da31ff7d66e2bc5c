"""Reading goes on after a place where a container cannot be read, but not for ever."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from types import SimpleNamespace
from typing import Any, cast

import av
import pytest

from proctor_cli.media.container import packets

GOOD = SimpleNamespace(size=100, is_discard=False)
EMPTY = SimpleNamespace(size=0, is_discard=False)
HIDDEN = SimpleNamespace(size=100, is_discard=True)
BROKEN = None


class Container:
    """Plays a script of packets and failures; like PyAV's, its generator ends with each failure."""

    def __init__(self, script: Sequence[object]) -> None:
        self.script = iter(script)

    def demux(self, _stream: object) -> Iterator[object]:
        for item in self.script:
            if item is BROKEN:
                raise av.error.InvalidDataError(1, "broken")
            yield item


def read(script: Sequence[object], kind: str = "video") -> list[object]:
    return list(packets(cast(Any, Container(script)), cast(Any, SimpleNamespace(type=kind))))


def test_goes_on_after_a_failure() -> None:
    assert read([GOOD, BROKEN, GOOD, BROKEN, BROKEN, GOOD]) == [GOOD, None, GOOD, None, None, GOOD]


def test_scattered_failures_never_add_up_to_giving_up() -> None:
    assert len(read([GOOD, BROKEN] * 500)) == 1000


def test_leaves_out_what_is_not_heard_but_not_what_is_not_shown() -> None:
    assert read([EMPTY, GOOD, HIDDEN, GOOD, EMPTY], "audio") == [GOOD, GOOD]
    # others may refer to it
    assert read([EMPTY, GOOD, HIDDEN, GOOD, EMPTY]) == [GOOD, HIDDEN, GOOD]


@pytest.mark.parametrize("healthy", [0, 3])
def test_gives_up_when_nothing_else_comes(healthy: int) -> None:
    found = read([GOOD] * healthy + [BROKEN] * 10_000 + [GOOD])
    assert found[:healthy] == [GOOD] * healthy
    assert len(found) < healthy + 1000
