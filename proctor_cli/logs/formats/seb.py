"""Logs of Safe Exam Browser for Windows: of its client, or of its runtime (which looks for virtual machines).

A line is ``2023-04-16 09:43:44.647 [04] - INFO: [DisplayMonitor] Detected 1 active displays, 2 are allowed.``: local
date and time, thread, severity, part of the program, message. Lines in between (a heading, what an error carries with
it) belong to the line before. The sentences are those of the program, whose source is public
(SafeExamBrowser/seb-win-refactoring, versions 2.4 to 3.10).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from itertools import islice

from proctor_cli.logs.clock import read_time
from proctor_cli.logs.content import BadRow, Content
from proctor_cli.logs.entries import DISPLAYS, DISPLAYS_OVER, REMOTE_SESSION, VIRTUAL_MACHINE, Entry, interpret
from proctor_cli.logs.words import plain

NAME = "seb"
WIDE = True

_LINE = re.compile(
    r"(?P<time>\d{4}-\d\d-\d\d \d\d:\d\d:\d\d[.,]\d{3}) \[\d+(?:: [^\]]{0,80})?\] - "
    r"(?:DEBUG|INFO|WARNING|ERROR): (?:\[(?P<part>[^\]]{1,80})\] )?(?P<message>.*)"
)
_DATED = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:")
_LOOKED_AT = 500
_MAX_LINE = 2000

_DISPLAYS = re.compile(r"Detected (\d{1,3}) active displays?(?:,| but only) (\d{1,3}) (?:is|are) allowed")
_EXTERNAL = re.compile(r"Detected external display but only internal displays are allowed")
_VIRTUAL = re.compile(r"Computer '.*' appears (not )?to (not )?be a virtual machine")
_REMOTE = re.compile(r"(?:System|Current user session) appears (not )?to be (?:running in )?a remote session")

_MILESTONES = [
    (re.compile(sentence), kind, message)
    for sentence, kind, message in (
        (
            r"Process .+ belongs to blacklisted application '(.*)'",
            "application_refused",
            "a program came up that is not allowed: {}",
        ),
        (
            r"Failed to terminate these blacklisted applications: (.*)\.$",
            "application_running",
            "programs that are not allowed could not be closed: {}",
        ),
        (
            r"Window .+ belongs to not whitelisted process '(.*)'",
            "window_refused",
            "a window came up that is not allowed, of {}",
        ),
        (r"A new instance of Windows Explorer .* has been started", "explorer_started", "Windows Explorer came up"),
        (r"Showing lock screen", "locked", "Safe Exam Browser locked the screen"),
        (r"Closed lock screen", "unlocked", "the screen was unlocked"),
        (r"The user entered the wrong unlock password", "wrong_password", "a wrong password was given to unlock"),
        (r"The user entered the wrong quit password", "wrong_password", "a wrong password was given to quit"),
        (
            r"(?:Detected user session change|User session changed)",
            "user_session_changed",
            "the computer was locked, or another user came",
        ),
        (r"Display change detected", "displays_changed", "the displays were changed"),
        (
            r"(?:The user chose to terminate the application|The user entered the correct quit password)",
            "quit",
            "the candidate ended Safe Exam Browser",
        ),
        (
            r"Attempting to shutdown as requested by the (?:browser|user)",
            "quit",
            "Safe Exam Browser was asked to end itself",
        ),
    )
]


def recognises(content: Content) -> bool:
    """Whether one of the first lines is of this form."""
    return any(_LINE.match(line[:_MAX_LINE]) for _, line in islice(content.lines(), _LOOKED_AT))


def read(content: Content, begin: datetime | None) -> Iterator[Entry | BadRow]:
    """An entry for each dated line, whatever it says: they also show that the log was being written."""
    dated = ((number, line[:_MAX_LINE]) for number, line in content.lines() if _DATED.match(line))
    return interpret(dated, _Reader().mean)


class _Reader:
    """Reads line by line, and remembers how many displays there were."""

    def __init__(self) -> None:
        self._displays: int | None = None

    def mean(self, number: int, line: str) -> Entry:
        match = _LINE.match(line)
        if match is None:
            raise ValueError("is no line of Safe Exam Browser")
        moment, part, said = read_time(match["time"]), match["part"], match["message"]
        # Titles of windows and pages stand in messages, too: a statement counts only from the part that makes it.
        if part == "DisplayMonitor" and (found := _DISPLAYS.match(said)):
            count, allowed = int(found[1]), int(found[2])
            states = {DISPLAYS: float(count), DISPLAYS_OVER: float(max(0, count - allowed))}
            return Entry(number, moment, states, kind=self._count(count), message=_tell(count, allowed))
        if part == "DisplayMonitor" and _EXTERNAL.match(said):
            message = "an external display is connected, which is not allowed"
            return Entry(number, moment, {DISPLAYS_OVER: 1.0}, kind="external_display", message=message)
        if part == "VirtualMachineDetector" and (found := _VIRTUAL.match(said)):
            return Entry(number, moment, {VIRTUAL_MACHINE: float(not (found[1] or found[2]))})
        if part == "RemoteSessionDetector" and (found := _REMOTE.match(said)):
            return Entry(number, moment, {REMOTE_SESSION: float(not found[1])})
        for sentence, kind, message in _MILESTONES:
            if found := sentence.match(said):
                return Entry(number, moment, kind=kind, message=message.format(*map(plain, found.groups())))
        return Entry(number, moment)

    def _count(self, count: int) -> str:
        before, self._displays = self._displays, count
        if before is None or before == count:
            return "displays"
        return "display_added" if count > before else "display_removed"


def _tell(count: int, allowed: int) -> str:
    noun = "display is" if count == 1 else "displays are"
    return f"{count} {noun} in use, {allowed} allowed"
