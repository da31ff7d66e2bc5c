"""What a format makes of a log: entries, whatever they looked like; and what a format is."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol, TypeVar

from proctor_cli.logs.clock import Moment
from proctor_cli.logs.content import BadRow, Content
from proctor_cli.types import Spec

HIDDEN = "log.hidden"
FULLSCREEN = "log.fullscreen"
PASTE = "log.paste"
DISPLAYS = "log.displays"
DISPLAYS_OVER = "log.displays_over"
VIRTUAL_MACHINE = "log.virtual_machine"
REMOTE_SESSION = "log.remote_session"

SPEC = Spec(
    name="log",
    source="log",
    signals={
        HIDDEN: "score",
        FULLSCREEN: "score",
        PASTE: "score",
        DISPLAYS: "count",
        DISPLAYS_OVER: "count",
        VIRTUAL_MACHINE: "score",
        REMOTE_SESSION: "score",
    },
    interval_s=0.0,
)
"""All that logs can say. What one log says is in its LogReading."""

R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Entry:
    """One row of a log.

    ``states`` are signals that have these values from then on; ``flashes`` are signals that are 1 at this moment, and
    of whose end the log may say nothing. ``kind`` and ``message`` make it a milestone; without any of these it only
    shows that the log was being written then. ``person`` is whom it is about: the name and, where the log has one, an
    identifier that tells people of one name apart; () is whoever sat the exam.
    """

    number: int
    moment: Moment
    states: Mapping[str, float] = field(default_factory=dict)
    flashes: tuple[str, ...] = ()
    kind: str = ""
    message: str = ""
    person: tuple[str, ...] = ()


class Format(Protocol):
    """A format of logs: a module with these three names, listed in ``formats/__init__.py``.

    ``NAME`` is the origin of its milestones. ``WIDE`` says that its logs usually hold much besides the exam, so that
    rows outside of the recording are worth a word only when there are no others.
    """

    NAME: str
    WIDE: bool

    def recognises(self, content: Content) -> bool:
        """Whether the content looks like this format."""

    def read(self, content: Content, begin: datetime | None) -> Iterator[Entry | BadRow]:
        """The entries, in the order of the file.

        Args:
            content: one that is recognised.
            begin: local date and time of the session's start, for dates that leave something out; None: not known.

        Raises:
            UsageError: it is not what it looked like.
        """


def interpret(rows: Iterable[tuple[int, R] | BadRow], meaning: Callable[[int, R], Entry]) -> Iterator[Entry | BadRow]:
    """Each row by itself: one for which ``meaning`` raises a ValueError is a bad row, for the error's reason."""
    for row in rows:
        if isinstance(row, BadRow):
            yield row
            continue
        number, fields = row
        try:
            yield meaning(number, fields)
        except ValueError as error:
            yield BadRow(number, str(error))
