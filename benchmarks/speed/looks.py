"""How often each detector looked, counted in the observations of analysed sessions.

    python benchmarks/speed/looks.py FOLDER ...        # session folders, or folders that hold some

A detector looked where an observation has one of its signals. Where what it needs was not in the picture (a face, say)
it was not run: such looks are no inferences.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from proctor_cli.store import SessionFolder, find_sessions
from proctor_cli.types import Observation, Spec


@dataclass(frozen=True, slots=True)
class Looks:
    """Of one or several sessions: how many seconds they are, and how often each detector looked and was run."""

    seconds: float
    looked: Mapping[str, int]
    run: Mapping[str, int]

    @property
    def inferences(self) -> int:
        """Runs of all detectors that have a network. A look at the things is one, though it may take two views."""
        return sum(self.run.values())


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("folders", type=Path, nargs="+")
    found = count_looks(find_sessions(options.parse_args().folders))
    print(f"{found.seconds:.0f} s of video\n{'':20}{'looks':>9}{'a second':>10}{'run':>9}{'a second':>10}")
    for name, looked in found.looked.items():
        run = found.run.get(name)
        ran = "" if run is None else f"{run:9d}{run / found.seconds:10.2f}"
        print(f"{name:20}{looked:9d}{looked / found.seconds:10.2f}{ran}")
    print(f"{'inferences':39}{found.inferences:9d}{found.inferences / found.seconds:10.2f}")


def count_looks(folders: Iterable[SessionFolder]) -> Looks:
    """Count the looks of the detectors of pictures; ``run`` has those of them that run a network."""
    seconds = 0.0
    looked: Counter[str] = Counter()
    run: Counter[str] = Counter()
    for folder in folders:
        recording = folder.read_recording()
        seconds += recording.duration_s
        specs = [spec for spec in recording.detectors if spec.interval_s > 0 and spec.source not in ("sound", "log")]
        for observation in folder.read_observations():
            for spec in specs:
                if spec.source == observation.source and not spec.signals.keys().isdisjoint(observation.values):
                    looked[spec.name] += 1
                    if spec.models:
                        run[spec.name] += _was_run(spec, observation)
    return Looks(seconds, looked, run)


def _was_run(spec: Spec, seen: Observation) -> bool:
    if not spec.needs or any(box.label == spec.needs for box in seen.boxes):
        return True
    return any(seen.values.get(signal) is not None for signal in spec.signals)


if __name__ == "__main__":
    main()
