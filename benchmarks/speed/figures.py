"""The figures of docs/performance.md: from what steps of one round took to a number, and what it should be."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from benchmarks.speed.measuring import Used
from benchmarks.speed.steps import MEMORY

Round = Mapping[str, Used]
_EXACT = 1e-9
SPREAD = 0.05
"""Values that differ by more than this share of their median are shown as a distribution."""


@dataclass(frozen=True, slots=True)
class Figure:
    """A number that says how fast, or how large, something is.

    ``steps`` are what has to be run for it; ``of`` takes what these took in one round. ``at_least`` and ``at_most`` are
    the target; a figure without one says something about the others.
    """

    name: str
    about: str
    steps: tuple[str, ...]
    of: Callable[[Round], float]
    unit: str = ""
    at_least: float | None = None
    at_most: float | None = None

    @property
    def target(self) -> str:
        """The target in words, "" when there is none."""
        if self.at_least is not None:
            return f">= {self.at_least:g}{self.unit}"
        return "" if self.at_most is None else f"<= {self.at_most:g}{self.unit}"

    def is_met(self, value: float) -> bool | None:
        """Whether a value meets the target; None without a target."""
        if self.at_least is not None:
            return value >= self.at_least - _EXACT
        return None if self.at_most is None else value <= self.at_most + _EXACT

    def tell(self, values: Sequence[float]) -> str:
        """The values of all rounds: their median, and least and most where they differ."""
        middle = median(values)
        said = f"{middle:.3g}" if abs(middle) < 1000 else f"{middle:.0f}"
        if max(values) - min(values) > SPREAD * abs(middle):
            said += f" ({min(values):.3g} - {max(values):.3g})"
        return said + self.unit


def _pace(name: str) -> Callable[[Round], float]:
    return lambda of: of[name].numbers["seconds"] / of[name].wall_s


def _live_pace(of: Round) -> float:
    return of["live"].numbers["seconds"] / of["live"].numbers["loop_s"]


def _cpu_ms(name: str) -> Callable[[Round], float]:
    """Milliseconds of processor time for a second of video."""
    return lambda of: of[name].cpu_s / of[name].numbers["seconds"] * 1000


def _more(of: Round, name: str, short: str) -> float:
    """Processor time of what a longer video takes more than a short one: start-up and the like drop out."""
    return of[name].cpu_s - of[short].cpu_s


def _quiet(of: Round) -> float:
    return _more(of, "quiet", "quiet, short") / _more(of, "decode quiet", "decode quiet, short")


def _alone(of: Round) -> float:
    one = of["analyze, 1 worker"].wall_s - of["analyze, short, 1 worker"].wall_s
    return one / (of["analyze"].wall_s - of["analyze, short"].wall_s)


def _growth(of: Round, memory: Callable[[Used], int]) -> float:
    """By how much, in per cent, memory differs between videos of different lengths, the shortest being 100."""
    first, *longer = (memory(of[name]) for name in MEMORY)
    return max((abs(one - first) for one in longer), default=0) / first * 100


FIGURES = (
    Figure("pace", "analyze, 2 workers", ("analyze",), _pace("analyze"), " x real time", at_least=30),
    Figure("live_pace", "live-style loop", ("live",), _live_pace, " x real time"),
    Figure(
        "live",
        "analyze / live-style loop",
        ("live", "analyze"),
        lambda of: _pace("analyze")(of) / _live_pace(of),
        at_least=25,
    ),
    Figure("decoding", "decoding alone, CPU for a second of video", ("decode",), _cpu_ms("decode"), " ms"),
    Figure("converting", "decoding and converting to RGB", ("convert",), _cpu_ms("convert"), " ms"),
    Figure("cpu", "analyze, CPU for a second of video", ("analyze",), _cpu_ms("analyze"), " ms"),
    Figure(
        "quiet",
        "quiet stretch: CPU of analyze / decoding alone",
        ("quiet", "quiet, short", "decode quiet", "decode quiet, short"),
        _quiet,
        at_most=2.0,
    ),
    Figure(
        "quiet_whole",
        "the same, start-up and all included",
        ("quiet", "decode quiet"),
        lambda of: of["quiet"].cpu_s / of["decode quiet"].cpu_s,
        at_most=2.0,
    ),
    Figure(
        "workers",
        "time with 1 worker / with 2",
        ("analyze", "analyze, 1 worker"),
        lambda of: of["analyze, 1 worker"].wall_s / of["analyze"].wall_s,
        at_least=1.85,
    ),
    Figure(
        "workers_alone",
        "the same, start-up left out",
        ("analyze", "analyze, 1 worker", "analyze, short", "analyze, short, 1 worker"),
        _alone,
    ),
    Figure(
        "cores",
        "time with 1 worker on 1 core / with 2 on 2",
        ("analyze", "analyze, 1 core"),
        lambda of: of["analyze, 1 core"].wall_s / of["analyze"].wall_s,
    ),
    Figure(
        "memory",
        "memory of a worker, peak",
        MEMORY,
        lambda of: max(of[name].worker_bytes for name in MEMORY) / 1e6,
        " MB",
        at_most=600,
    ),
    Figure(
        "growth",
        "the same, short video to long",
        MEMORY,
        lambda of: _growth(of, lambda one: one.worker_bytes),
        " %",
        at_most=5,
    ),
    Figure(
        "main_memory",
        "memory of the main process, peak",
        MEMORY,
        lambda of: max(of[name].main_bytes for name in MEMORY) / 1e6,
        " MB",
    ),
    Figure(
        "main_growth", "the same, short video to long", MEMORY, lambda of: _growth(of, lambda one: one.main_bytes), " %"
    ),
    Figure(
        "f1",
        "F1 dense - F1 coarse to fine",
        ("evaluate", "evaluate --dense"),
        lambda of: of["evaluate --dense"].numbers["f1"] - of["evaluate"].numbers["f1"],
        at_most=0.01,
    ),
    Figure(
        "inferences",
        "inferences coarse to fine / dense",
        ("evaluate", "evaluate --dense"),
        lambda of: of["evaluate"].numbers["inferences"] / of["evaluate --dense"].numbers["inferences"],
        at_most=0.2,
    ),
    Figure(
        "dense",
        "time coarse to fine / dense",
        ("evaluate", "evaluate --dense"),
        lambda of: of["evaluate"].wall_s / of["evaluate --dense"].wall_s,
    ),
    Figure("rescore", "rescore of 3 h", ("analyze", "rescore"), lambda of: of["rescore"].wall_s, " s", at_most=1.0),
    Figure("help", "proctor --help", ("help",), lambda of: of["help"].wall_s, " s", at_most=0.3),
    Figure("start", "analyze of one second", ("a second",), lambda of: of["a second"].wall_s, " s"),
)
