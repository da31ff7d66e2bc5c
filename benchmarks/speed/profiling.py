"""Where the time of `proctor analyze` goes: the command in one process, in one thread, under Python's profiler.

    python benchmarks/speed/profiling.py FILE

The profiler counts processor time, and costs some itself, mostly where there are many small calls. A detector's share
is all that happens in its `observe`; decoding and converting are what the modules of those names do and call in
libraries; a room's is what its own functions do beyond that.
"""

from __future__ import annotations

import argparse
import cProfile
import io
import os
import pstats
import sys
import tempfile
from collections import defaultdict, deque
from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from time import process_time
from typing import Any, Self, TypeAlias
from unittest.mock import patch

from benchmarks.speed.looks import count_looks
from proctor_cli import cli, detectors
from proctor_cli.engine import Done, local
from proctor_cli.store import SessionFolder

_PACKAGE = str(Path(cli.__file__).parents[1]) + os.sep
_Call: TypeAlias = tuple[str, int, str]
_LITTLE = 0.005
_LOADING = ("__init__", "open_network", "inspect", "import_openvino")
# Whose work is not to be found under the room's name.
_KNOWN = {"media/decode.py": "decoding", "media/container.py": "decoding", "media/pixels.py": "converting"}


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the work: its processor time, and how often the detector that it is looked (0: it is none)."""

    name: str
    cpu_s: float
    looks: int = 0


@dataclass(frozen=True, slots=True)
class Profile:
    """What a whole command took, and what its parts did of that, the largest first."""

    seconds: float
    cpu_s: float
    parts: tuple[Part, ...]


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("file", type=Path)
    print(table(profile(options.parse_args().file)))


def table(found: Profile) -> str:
    """The profile for people to read: of each part ms a look, looks a second of video, ms a second, and its share."""
    lines = [f"{'':24}{'a look':>10}{'looks a s':>11}{'a s of video':>14}{'share':>8}"]
    for part in found.parts:
        look = f"{part.cpu_s / part.looks * 1000:7.1f} ms{part.looks / found.seconds:11.2f}" if part.looks else " " * 21
        a_second_ms = part.cpu_s / found.seconds * 1000
        lines.append(f"{part.name:24}{look}{a_second_ms:11.2f} ms{part.cpu_s / found.cpu_s:8.1%}")
    whole_ms = found.cpu_s / found.seconds * 1000
    return "\n".join([*lines, f"{'all':45}{whole_ms:11.2f} ms{1:8.0%}   of {found.seconds:.0f} s of video"])


def profile(video: Path) -> Profile:
    """Analyse ``video`` here, and say where the processor time went."""
    profiler = cProfile.Profile(process_time)
    with tempfile.TemporaryDirectory(prefix="proctor-profile-") as folder:
        words = ("analyze", str(video), "--student", "bench", "--progress", "none", "-o", folder)
        _analyse_here(words, profiler)
        found = count_looks([SessionFolder(folder)])
    stats: Mapping[_Call, Any] = vars(pstats.Stats(profiler))["stats"]
    spent = share_out(stats, _detectors(stats, found.looked))
    cpu_s = sum(own_s for _, _, own_s, _, _ in stats.values())
    parts = [
        Part(name, of_it_s, found.looked.get(name, 0))
        for name, of_it_s in spent.items()
        if name in found.looked or of_it_s > _LITTLE * cpu_s
    ]
    parts.append(Part("the rest", cpu_s - sum(part.cpu_s for part in parts)))
    return Profile(found.seconds, cpu_s, tuple(sorted(parts, key=lambda part: -part.cpu_s)))


class _Here:
    """An engine whose one worker is this process."""

    def __init__(self, *_: object) -> None:
        self._waiting: deque[tuple[int, Callable[[Any], Any], Any]] = deque()
        self._submitted = 0

    def submit(self, function: Callable[[Any], Any], job: Any) -> int:
        self._waiting.append((self._submitted, function, job))
        self._submitted += 1
        return self._submitted - 1

    def outcomes(self) -> Generator[Done[Any], None, None]:
        while self._waiting:
            ticket, function, job = self._waiting.popleft()
            yield Done(ticket, function(job), None)

    def count_workers(self) -> int:
        return 1

    def close(self) -> None:
        self._waiting.clear()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _analyse_here(words: Sequence[str], profiler: cProfile.Profile) -> None:
    """Run a `proctor` command with its work in this process, on one core."""
    said = io.StringIO()
    allowed = os.sched_getaffinity(0)
    os.sched_setaffinity(0, [*allowed][:1])
    try:
        with (
            patch.object(local, "LocalEngine", _Here),
            patch.object(sys, "argv", ["proctor", *words]),
            redirect_stdout(io.StringIO()),
            redirect_stderr(said),
        ):
            profiler.enable()
            cli.main()
    except SystemExit as end:
        if end.code:
            sys.exit(said.getvalue())
    finally:
        profiler.disable()
        os.sched_setaffinity(0, allowed)


def _detectors(stats: Mapping[_Call, Any], names: Iterable[str]) -> dict[_Call, str]:
    """The functions in which detectors look, and whose they are."""
    codes = {name: detectors.find(name).observe.__code__ for name in names}
    found = {(code.co_filename, code.co_firstlineno, code.co_name): name for name, code in codes.items()}
    return {call: name for call, name in found.items() if call in stats}


def share_out(stats: Mapping[_Call, Any], observing: Mapping[_Call, str]) -> dict[str, float]:
    """Processor seconds by what they were spent for."""
    known: dict[_Call, dict[str, float]] = {call: {name: 1.0} for call, name in observing.items()}
    spent: dict[str, float] = defaultdict(float)
    for call, (_, _, own_s, _, _) in stats.items():
        for name, share in _owners(call, stats, known).items():
            spent[name] += share * own_s
    return spent


def _owners(call: _Call, stats: Mapping[_Call, Any], known: dict[_Call, dict[str, float]]) -> dict[str, float]:
    """For what a function works, shares of 1: what its name says, else what its callers do, by its time for each.

    In a circle of functions that call each other the way back counts for nothing.
    """
    if call not in known:
        known[call] = {}  # while its callers are asked, who may have been called by it
        name = _name(call)
        if name:
            known[call][name] = 1.0
            return known[call]
        callers = stats[call][4] if call in stats else {}
        found: dict[str, float] = defaultdict(float)
        for caller, (_, _, _, whole_s) in callers.items():
            for owner, share in _owners(caller, stats, known).items():
                found[owner] += share * whole_s
        total = sum(found.values())
        known[call] = {owner: share / total for owner, share in found.items()} if total else {}
    return known[call]


def _name(call: _Call) -> str:
    """What a function works for, if its file or its name says so."""
    file, _, function = call
    if file.startswith("<frozen importlib") or function == "<module>":
        return "importing"
    if not file.startswith(_PACKAGE):
        return ""
    path = file.removeprefix(_PACKAGE)
    room = path.partition(os.sep)[0].removesuffix(".py")
    if room in ("detectors", "nets"):
        return "loading networks" if function in _LOADING else ""
    return _KNOWN.get(path, "" if room in ("types", "files", "quiet") else room)


if __name__ == "__main__":
    main()
