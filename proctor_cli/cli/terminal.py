"""What a command shows while it works: progress and notes on stderr, results on stdout."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Protocol

import typer

if TYPE_CHECKING:
    from proctor_cli.nets import Progress


class ProgressStyle(StrEnum):
    """How progress is shown: a bar on a terminal (auto), lines, JSON lines, or not at all."""

    auto = "auto"
    text = "text"
    jsonl = "jsonl"
    none = "none"


ProgressOption = Annotated[
    ProgressStyle, typer.Option("--progress", help="Progress on stderr: a bar on a terminal, lines, JSON lines, none.")
]


class Advance(Protocol):
    """Told how many more seconds of video are done."""

    def __call__(self, video_s: float) -> None:
        """``video_s`` more seconds are done."""


def note(text: str) -> None:
    """One line for the user, on stderr."""
    typer.echo(f"proctor: {text}", err=True)


@contextmanager
def progress(style: ProgressStyle, total_s: float, label: str) -> Iterator[Advance]:
    """Show how much of ``total_s`` seconds of video is done, under ``label``."""
    if style is ProgressStyle.auto and sys.stderr.isatty():
        from tqdm import tqdm

        with tqdm(
            total=round(total_s, 1),
            desc=label,
            unit="s",
            bar_format="{desc} {percentage:3.0f}%|{bar}| {n:.0f}/{total:.0f} s of video, {elapsed}<{remaining}",
        ) as bar:
            yield lambda video_s: _tick(bar.update(min(video_s, total_s - bar.n)))
    elif style in (ProgressStyle.text, ProgressStyle.jsonl):
        yield _Lines(style, total_s, label)
    else:
        yield lambda video_s: None


def _tick(_: object) -> None:
    """Drop what a bar returns."""


class _Lines:
    def __init__(self, style: ProgressStyle, total_s: float, label: str) -> None:
        self._style, self._total_s, self._label = style, total_s, label
        self._done_s = 0.0
        self._shown = -1

    def __call__(self, video_s: float) -> None:
        self._done_s = min(self._total_s, self._done_s + video_s)
        percent = int(100 * self._done_s / self._total_s) if self._total_s else 100
        if self._style is ProgressStyle.jsonl:
            line = {"step": self._label, "done_s": round(self._done_s, 3), "total_s": round(self._total_s, 3)}
            typer.echo(json.dumps(line), err=True)
        elif percent // 10 > self._shown:
            self._shown = percent // 10
            note(f"{self._label} {percent} % ({self._done_s:.0f} of {self._total_s:.0f} s of video)")


@contextmanager
def fetching_bar() -> Iterator[Progress | None]:
    """A bar on stderr for the file that is arriving, on a terminal only."""
    if not sys.stderr.isatty():
        yield None
        return
    from tqdm import tqdm

    with tqdm(unit="B", unit_scale=True, leave=False) as bar:

        def show(name: str, done_bytes: int, total_bytes: int) -> None:
            if done_bytes < bar.n or bar.desc != name:
                bar.reset(total_bytes or None)
                bar.set_description_str(name, refresh=False)
            bar.update(done_bytes - bar.n)

        yield show
