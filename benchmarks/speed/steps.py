"""What is run to be measured: every step is a command as a user types it, or a loop beside it."""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from benchmarks import rescoring
from benchmarks.speed import dense
from benchmarks.speed.decoding import decode
from benchmarks.speed.material import Material, play_on
from benchmarks.speed.measuring import PROCTOR, Used, run_command, run_here
from proctor_cli.store import SessionFolder

Step = Callable[[], Used]

MEMORY = ("memory, short", "memory, long", "memory, longest")
RESCORED_S = 3 * 3600.0
_LIVE = Path(__file__).parent / "live_loop.py"
_STACK = ("faces", "landmarks", "objects", "liveness", "identity")
"""Without one of these the command stops: half the work would look like twice the speed."""


@dataclass(frozen=True, slots=True)
class Lengths:
    """How long the videos are, seconds. ``memory_s`` are those between which memory should not change."""

    whole_s: float
    short_s: float
    live_s: float
    memory_s: tuple[float, float, float]


def make(material: Material, lengths: Lengths, folder: Path, sessions: Path | None) -> Mapping[str, Step]:
    """The steps by name. Videos are made in ``folder`` when a step first needs them.

    Args:
        material: what is played on.
        lengths: for how long.
        folder: an empty one; it takes about 200 MB for an hour of video.
        sessions: labelled sessions for the comparison with dense analysis; None leaves it out.
    """
    exam = partial(_video, folder, material.exam)
    quiet = partial(_video, folder, material.quiet)
    whole, short = partial(exam, lengths.whole_s), partial(exam, lengths.short_s)
    result = folder / "whole-2"
    steps: dict[str, Step] = {
        "decode": lambda: run_here(partial(decode, short())),
        "convert": lambda: run_here(partial(decode, short(), rgb=True)),
        "live": lambda: _watch_live(exam(lengths.live_s)),
        "analyze": lambda: analyze(whole(), result, 2),
        "analyze, 1 worker": lambda: analyze(whole(), folder / "whole-1", 1),
        "analyze, 1 core": lambda: analyze(whole(), folder / "core", 1, cores=1),
        "analyze, short": lambda: analyze(short(), folder / "short-2", 2),
        "analyze, short, 1 worker": lambda: analyze(short(), folder / "short-1", 1),
        "quiet": lambda: analyze(quiet(lengths.whole_s), folder / "quiet", 2),
        "quiet, short": lambda: analyze(quiet(lengths.short_s), folder / "quiet-short", 2),
        "decode quiet": lambda: run_here(partial(decode, quiet(lengths.whole_s))),
        "decode quiet, short": lambda: run_here(partial(decode, quiet(lengths.short_s))),
        "rescore": lambda: _rescore(result, folder / "rescored"),
        "help": lambda: run_command([*PROCTOR, "--help"])[0],
        "a second": lambda: analyze(
            short(), folder / "second", 2, "--span", "0-1", stack=_STACK[:-1]
        ),  # no face is registered so fast
    }
    for name, length_s in zip(MEMORY, lengths.memory_s, strict=True):
        steps[name] = partial(_analyze_long, exam, length_s, folder / "memory")
    if sessions is not None:
        steps["evaluate"] = partial(dense.evaluate, sessions, folder / "evaluation")
        steps["evaluate --dense"] = partial(dense.evaluate, sessions, folder / "dense", ["--dense"])
    return steps


def analyze(
    video: Path, folder: Path, workers: int, *words: str, cores: int | None = None, stack: Sequence[str] = _STACK
) -> Used:
    """`proctor analyze` into an empty folder; the number ``seconds`` is how long the video is."""
    shutil.rmtree(folder, ignore_errors=True)
    command: list[str | Path] = [
        *PROCTOR,
        "analyze",
        video,
        "--student",
        "bench",
        "--workers",
        str(workers),
        "-o",
        folder,
        *words,
    ]
    allowed = sorted(os.sched_getaffinity(0))[:cores]
    used, _ = run_command([*command, "--require", ",".join(stack), "--progress", "none"], cores=allowed)
    return replace(used, numbers={"seconds": SessionFolder(folder).read_recording().duration_s})


def _video(folder: Path, sources: Sequence[Path], length_s: float) -> Path:
    video = folder / f"{sources[0].stem}-{length_s:.0f}.mp4"
    if not video.is_file():
        play_on(sources, video, length_s)
    return video


def _analyze_long(exam: Callable[[float], Path], length_s: float, folder: Path) -> Used:
    used = analyze(exam(length_s), folder, 2)
    exam(length_s).unlink()
    return used


def _watch_live(video: Path) -> Used:
    """The live-style loop in a process of its own, as all that it is compared with."""
    used, said = run_command([sys.executable, _LIVE, "--json", video])
    return replace(used, numbers=json.loads(said))


def _rescore(result: Path, folder: Path) -> Used:
    """`proctor rescore` of three hours, made from an analysed video's observations."""
    if not folder.exists():
        folder.mkdir()
        rescoring.play_on([result], folder, RESCORED_S, thinned=False)
    return run_command([*PROCTOR, "rescore", folder])[0]
