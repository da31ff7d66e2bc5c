"""How fast proctor is on this machine: one table. `make bench` runs it. Linux only.

    python benchmarks/run.py                          # all of it: about an hour on two cores
    python benchmarks/run.py --quick                  # whether it works, in a few minutes: these figures mean little
    python benchmarks/run.py --only pace,live,quiet   # some figures; --list names them

Every step is a command as a user types it, start-up included. The steps are run in turn, in rounds; a figure is a ratio
of steps of one round. The table has the median over the rounds, and the least and the most where they differ by more
than 5 %. Memory and accuracy hardly change from round to round, and are measured once.
Machines differ, and a shared one differs from minute to minute: compare figures of one table only.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from statistics import median

from benchmarks.accuracy import MEDIA, compose
from benchmarks.speed.figures import FIGURES, Figure
from benchmarks.speed.material import SAMPLE, Material, describe, find, play_on
from benchmarks.speed.measuring import Used
from benchmarks.speed.profiling import profile, table
from benchmarks.speed.steps import MEMORY, Lengths, Step, make

OUT = Path(__file__).parents[1] / "out" / "bench"
ONCE = {*MEMORY, "evaluate", "evaluate --dense"}
PROFILE = "profile"
PROFILED_S = 420.0  # the exam, once
QUICK = Lengths(60, 20, 10, (20, 40, 60))


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--minutes", type=float, default=30.0, help="length of the video (default 30)")
    options.add_argument("--repeat", type=int, default=3, help="rounds (default 3)")
    options.add_argument("--only", help="names of figures, comma-separated; --list shows them")
    options.add_argument("--sessions", type=Path, help="labelled sessions composed before (default: composed, once)")
    options.add_argument("--material", type=Path, nargs="+", help="recordings to play on, in turn, instead of ours")
    options.add_argument("--quick", action="store_true", help="a minute of the sample session, one round, no accuracy")
    options.add_argument("--out", type=Path, default=OUT, help="where videos are made (default: out/bench)")
    options.add_argument("--json", type=Path, help="write all values to this file")
    options.add_argument("--list", action="store_true", help="name the figures and stop")
    given = options.parse_args()
    if given.list:
        print(
            "\n".join(f"{figure.name:16}{figure.about}" for figure in FIGURES), f"{PROFILE:16}where time goes", sep="\n"
        )
        return
    figures, profiled = choose(given.only, quick=given.quick)
    lengths = QUICK if given.quick else Lengths(given.minutes * 60, 120, 120, (600, 3600, 10800))
    given.out.mkdir(parents=True, exist_ok=True)
    material = Material((SAMPLE,), (SAMPLE,)) if given.quick else find(given.out / "material")
    if given.material:
        material = Material(tuple(given.material), material.quiet)
    names = {name for figure in figures for name in figure.steps}
    sessions = find_sessions(given.sessions, given.out) if names & {"evaluate"} else None
    with tempfile.TemporaryDirectory(prefix="videos-", dir=given.out) as folder:
        shown = Path(folder) / "shown.mp4"
        play_on(material.exam, shown, min(lengths.whole_s, PROFILED_S))
        header = f"{os.cpu_count()} cores; {lengths.whole_s / 60:g} min of video: {describe(shown)}"
        steps = make(material, lengths, Path(folder), sessions)
        used = measure(
            {name: step for name, step in steps.items() if name in names}, 1 if given.quick else given.repeat
        )
        found = profile(shown) if profiled else None
    values = {figure.name: list(compute(figure, used)) for figure in figures}
    print(header, *(["a quick check: these figures mean little"] if given.quick else []), sep="\n")
    print_table(figures, values)
    if found:
        print(f"\nprocessor time, one process and one thread\n{table(found)}")
    if given.json:
        document = {
            "about": header,
            "figures": values,
            "steps": {name: [asdict(one) for one in runs] for name, runs in used.items()},
            "profile": asdict(found) if found else None,
        }
        given.json.write_text(json.dumps(document, indent=1) + "\n")


def choose(only: str | None, *, quick: bool) -> tuple[list[Figure], bool]:
    """The figures that are asked for, and whether a profile is."""
    if only is None:
        slow = ("f1", "inferences", "dense") if quick else ()
        return [figure for figure in FIGURES if figure.name not in slow], True
    wanted = {name.strip() for name in only.split(",")}
    unknown = wanted - {figure.name for figure in FIGURES} - {PROFILE}
    if unknown:
        sys.exit(f"no such figures: {', '.join(sorted(unknown))}; --list names them")
    return [figure for figure in FIGURES if figure.name in wanted], PROFILE in wanted


def find_sessions(given: Path | None, out: Path) -> Path | None:
    """Labelled sessions: those given, those composed before, or composed now; None without the clips."""
    sessions = given or out / "sessions"
    if not (sessions / "labels.csv").is_file():
        if not (MEDIA / "webcam").is_dir():
            sys.exit("no labelled recordings for the comparison with dense analysis; leave it out with --only")
        compose(MEDIA, sessions)
    return sessions


def measure(steps: Mapping[str, Step], rounds: int) -> dict[str, list[Used]]:
    """Run all steps in turn, ``rounds`` times; those whose outcome does not vary once."""
    used: dict[str, list[Used]] = defaultdict(list)
    for number in range(rounds):
        for name, step in steps.items():
            if number and name in ONCE:
                continue
            print(f"round {number + 1} of {rounds}: {name} ...", end=" ", file=sys.stderr, flush=True)
            used[name].append(step())
            print(f"{used[name][-1].wall_s:.1f} s", file=sys.stderr, flush=True)
    return used


def compute(figure: Figure, used: Mapping[str, Sequence[Used]]) -> Iterable[float]:
    """The figure's value in every round."""
    for number in range(max(len(used[name]) for name in figure.steps)):
        yield figure.of({name: used[name][min(number, len(used[name]) - 1)] for name in figure.steps})


def print_table(figures: Iterable[Figure], values: Mapping[str, Sequence[float]]) -> None:
    print(f"{'':50}{'this run':36}{'target':20}")
    for figure in figures:
        found = values[figure.name]
        met = figure.is_met(median(found))
        verdict = "" if met is None else "met" if met else "MISSED"
        print(f"{figure.about:50}{figure.tell(found):36}{figure.target:20}{verdict}".rstrip())


if __name__ == "__main__":
    main()
