"""How far a batch is, on stderr: of each session and of all, with an estimate of the time that is left.

Sessions are weighted by their length: seconds of video once they are prepared, until then what their files' sizes let
expect at the rate of those that are.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import typer

from proctor_cli.cli.terminal import ProgressStyle, note

if TYPE_CHECKING:
    from proctor_cli.batch.schedule import Advanced, Ended, Prepared
    from proctor_cli.session.request import Request

_STEP_PERCENT = 10
_MOST_NAMED = 3


class BatchProgress:
    """Shows it in one of the styles; a context manager, for the bar.

    Args:
        style: how it is shown.
        labels: what each session is called, by its number.
        sizes: bytes of each session's recordings.
    """

    def __init__(self, style: ProgressStyle, labels: Mapping[int, str], sizes: Mapping[int, int]) -> None:
        self._style = style
        self._labels, self._sizes = labels, sizes
        self._lengths_s: dict[int, float] = {}
        self._known_s, self._known_bytes = 0.0, 0  # of the sessions whose lengths are known
        self._all_bytes = sum(sizes.values())
        self._done_s: dict[int, float] = {}  # of the sessions under way
        self._began_s: dict[int, float] = {}
        self._over = 0  # sessions that have ended
        self._all_done_s = self._before_s = 0.0
        self._start_s = time.monotonic()
        self._told_percent = 0
        self._bar: Any = None

    def __enter__(self) -> BatchProgress:
        if self._style is ProgressStyle.auto and sys.stderr.isatty():
            from tqdm import tqdm

            form = "{desc} {percentage:3.0f}%|{bar}| {n:.0f}/{total:.0f} s of video, {elapsed}{postfix}"
            self._bar = tqdm(total=1.0, desc=f"0/{len(self._labels)}", unit="s", bar_format=form)
        return self

    def __exit__(self, *_: object) -> None:
        if self._bar is not None:
            self._bar.close()

    def say(self, text: str) -> None:
        """One line for the user, above the bar."""
        if self._bar is not None:
            self._bar.clear()
        note(text)
        if self._bar is not None:
            self._bar.refresh()

    def prepared(self, event: Prepared) -> None:
        """A session begins."""
        self._learn(event.number, event.length_s)
        self._done_s[event.number] = event.done_s
        self._began_s[event.number] = time.monotonic()
        self._all_done_s += event.done_s
        self._before_s += event.done_s
        self._show(event.number)

    def advanced(self, event: Advanced) -> None:
        """A slice is done."""
        self._done_s[event.number] += event.video_s
        self._all_done_s += event.video_s
        self._show(event.number)

    def ended(self, event: Ended) -> None:
        """A session has ended; what it had left is no longer waited for."""
        number, outcome = event.number, event.outcome
        length_s = self._lengths_s.get(number, outcome.duration_s if outcome else 0.0)
        rest_s = length_s - self._done_s.pop(number, 0.0)
        self._learn(number, length_s)
        self._all_done_s += rest_s
        self._before_s += rest_s
        self._over += 1
        took_s = time.monotonic() - self._began_s[number] if number in self._began_s else None
        told = _tell(event, took_s)
        if self._style is ProgressStyle.text:
            note(f"{self._over}/{len(self._labels)} {self._labels[number]} {told}")
        elif self._style is ProgressStyle.jsonl:
            status = "failed" if outcome is None else "partial" if outcome.partial else "done"
            line = {"step": self._labels[number], "ended": status, "kept": event.kept, "over": self._over}
            line |= {"of": len(self._labels), "priority": outcome.priority if outcome else None}
            typer.echo(json.dumps(line | ({"reason": str(event.error)} if event.error else {})), err=True)
        self._show(None)

    @property
    def total_s(self) -> float:
        """Seconds of video in all sessions, in part estimated."""
        rate = self._known_s / self._known_bytes if self._known_bytes else 0.0
        return self._known_s + rate * (self._all_bytes - self._known_bytes)

    @property
    def left_s(self) -> float | None:
        """Seconds until all is done at the pace so far; None while nothing is known of it."""
        paced_s, took_s = self._all_done_s - self._before_s, time.monotonic() - self._start_s
        return (self.total_s - self._all_done_s) * took_s / paced_s if paced_s > 0 else None

    def _learn(self, number: int, length_s: float) -> None:
        if number not in self._lengths_s:
            self._lengths_s[number] = length_s
            self._known_s += length_s
            self._known_bytes += self._sizes.get(number, 0)  # a session that cannot even begin has none

    def _show(self, number: int | None) -> None:
        if self._bar is not None:
            self._draw()
        elif self._style is ProgressStyle.jsonl and number is not None:
            line: dict[str, object] = {
                "step": self._labels[number],
                "done_s": round(self._done_s[number], 3),
                "total_s": round(self._lengths_s[number], 3),
                "all_done_s": round(self._all_done_s, 3),
                "all_total_s": round(self.total_s, 3),
                "left_s": None if self.left_s is None else round(self.left_s),
            }
            typer.echo(json.dumps(line), err=True)
        elif self._style is ProgressStyle.text:
            percent = int(100 * self._all_done_s / self.total_s) if self.total_s else 0
            steps = percent // _STEP_PERCENT - self._told_percent // _STEP_PERCENT
            if steps > 0 and percent < 100 and self.left_s is not None:
                self._told_percent = percent
                told = f"{percent} % ({self._all_done_s:.0f} of {self.total_s:.0f} s of video)"
                note(f"{told}, about {tell_time(self.left_s)} left")

    def _draw(self) -> None:
        self._bar.total = max(self.total_s, self._all_done_s, 0.1)
        self._bar.n = self._all_done_s
        self._bar.set_description_str(f"{self._over}/{len(self._labels)}", refresh=False)
        shares = [
            f"{self._labels[number]} {100 * done_s / self._lengths_s[number]:.0f}%"
            for number, done_s in sorted(self._done_s.items())
            if self._lengths_s[number]
        ]
        left = "" if self.left_s is None else f"about {tell_time(self.left_s)} left; "
        self._bar.set_postfix_str(left + ", ".join(shares[:_MOST_NAMED]), refresh=False)
        self._bar.refresh()


def size_up(request: Request) -> int:
    """Bytes of a session's recordings, but for those that cannot be looked at."""
    size = 0
    for clip in request.clips:
        try:
            size += os.stat(clip.path).st_size
        except OSError:
            continue
    return size


def tell_time(duration_s: float) -> str:
    """A time as people say it: "41 s", "12 min", "3 h 20 min"."""
    if duration_s < 90:
        return f"{duration_s:.0f} s"
    minutes = round(duration_s / 60)
    return f"{minutes} min" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"


def _tell(event: Ended, took_s: float | None) -> str:
    outcome = event.outcome
    if outcome is None:
        return f"not analysed: {event.error}"
    count = sum(each.incidents for each in outcome.events.values() if each.severity != "quality")
    told = [outcome.priority, "1 event" if count == 1 else f"{count} events"]
    told += ["incomplete"] if outcome.partial else []
    told.append("finished before" if event.kept else tell_time(took_s or 0.0))
    return ", ".join(told)
