"""What a large cohort costs, and what limits it: printed as the tables of docs/scaling.md.

    python benchmarks/scaling.py --cpu-ms 40

The one figure that is measured elsewhere is the processor time of one second of video (docs/performance.md). Whether
workers really are busy all the time is simulated: slices are handed out one after the other to whoever is free; some
take much longer than others, some workers are slow, and some are lost with the slice that they were working on.
"""

from __future__ import annotations

import argparse
import heapq
import random
from collections.abc import Iterator
from dataclasses import dataclass, fields


@dataclass(frozen=True)
class Assumptions:
    """Everything that the figures rest on; each is an option."""

    cpu_ms: float = 0.0
    sessions: int = 10_000
    session_h: float = 2.0
    slice_s: float = 30.0
    overhead_ms: float = 3.4  # of one job on a Dask cluster, measured: see docs/scaling.md
    job_kb: float = 12.0  # there and back
    rate_mbit: float = 1.0  # of one recording
    reads: float = 3.2  # its packets once, its checksum once, its slices once with what they share
    worker_mb: float = 600.0
    spread: float = 0.35  # of the time of a slice, as the sigma of its logarithm
    stragglers: float = 0.005  # of the slices take ten times as long
    slow: float = 0.05  # of the workers are half as fast
    lost_h: float = 200.0  # a worker is lost once in so many hours
    back_s: float = 60.0  # until another takes its place
    seed: int = 1

    @property
    def slice_cpu_s(self) -> float:
        return self.slice_s * self.cpu_ms / 1000

    @property
    def slices(self) -> int:
        return round(self.sessions * self.session_h * 3600 / self.slice_s)

    @property
    def core_h(self) -> float:
        return self.sessions * self.session_h * self.cpu_ms / 1000

    @property
    def data_tb(self) -> float:
        return self.sessions * self.session_h * 3600 * self.rate_mbit / 8 / 1e6


@dataclass(frozen=True)
class Outcome:
    took_h: float
    busy: float  # share of the workers' time
    tail_min: float  # from the moment when no slice waits any more
    lost: int


def simulate(given: Assumptions, workers: int) -> Outcome:
    """All slices over ``workers``, as they become free."""
    chance = random.Random(given.seed)
    pace = [2.0 if chance.random() < given.slow else 1.0 for _ in range(workers)]
    dies_s = [chance.expovariate(1 / (given.lost_h * 3600)) for _ in range(workers)]
    free = [(0.0, worker) for worker in range(workers)]
    heapq.heapify(free)
    middle_s = given.slice_cpu_s / (1 + 9 * given.stragglers)
    handed_s = worked_s = end_s = 0.0
    waiting, lost = given.slices, 0
    while waiting:
        free_s, worker = heapq.heappop(free)
        handed_s = max(free_s, handed_s + given.overhead_ms / 1000)
        long = 10.0 if chance.random() < given.stragglers else 1.0
        takes_s = middle_s * pace[worker] * long * chance.lognormvariate(-(given.spread**2) / 2, given.spread)
        done_s = handed_s + takes_s
        if done_s > dies_s[worker]:
            lost += 1  # the slice waits again
            done_s = max(handed_s, dies_s[worker]) + given.back_s
            dies_s[worker] = done_s + chance.expovariate(1 / (given.lost_h * 3600))
        else:
            waiting -= 1
            worked_s += takes_s
            end_s = max(end_s, done_s)
        heapq.heappush(free, (done_s, worker))
    return Outcome(end_s / 3600, worked_s / workers / end_s, (end_s - handed_s) / 60, lost)


def tell_costs(given: Assumptions) -> Iterator[str]:
    most = given.slice_cpu_s / (given.overhead_ms / 1000)
    yield "| | |"
    yield "|---|---|"
    yield f"| processor time of one second of video | {given.cpu_ms:g} ms |"
    yield f"| of one session | {given.session_h * given.cpu_ms / 1000 * 60:.1f} core minutes |"
    yield f"| of all {given.sessions:,} sessions | {given.core_h:,.0f} core hours |"
    yield f"| slices, each one job | {given.slices:,} of {given.slice_cpu_s:.1f} core seconds |"
    yield f"| handing them out, one behind the other | {given.slices * given.overhead_ms / 3.6e6:.1f} h |"
    yield f"| workers that one scheduler keeps busy | {most:,.0f} |"
    yield f"| jobs and results, sent | {given.slices * given.job_kb / 1e6:,.0f} GB |"
    yield f"| recordings at {given.rate_mbit:g} Mbit/s | {given.data_tb:.1f} TB, read {given.reads:g} times |"


def tell_runs(given: Assumptions, counts: list[int]) -> Iterator[str]:
    yield "| workers | if all were busy | simulated | busy | tail | lost workers | memory | reading |"
    yield "|---|---|---|---|---|---|---|---|"
    for workers in counts:
        run = simulate(given, workers)
        reading = given.data_tb * 8e6 * given.reads / (run.took_h * 3600)
        yield (
            f"| {workers:,} | {given.core_h / workers:,.1f} h | {run.took_h:,.1f} h | {run.busy:.0%} "
            f"| {run.tail_min:.1f} min | {run.lost} | {workers * given.worker_mb / 1000:,.0f} GB "
            f"| {reading / 1000:,.1f} Gbit/s |"
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for field in fields(Assumptions):
        kind = int if field.type == "int" else float
        option = f"--{field.name.replace('_', '-')}"
        parser.add_argument(option, type=kind, default=field.default, required=field.name == "cpu_ms")
    parser.add_argument("--workers", type=int, nargs="+", default=[2, 16, 64, 256, 1024])
    options = vars(parser.parse_args())
    counts = options.pop("workers")
    given = Assumptions(**options)
    print("\n".join([*tell_costs(given), "", *tell_runs(given, counts)]))


if __name__ == "__main__":
    main()
