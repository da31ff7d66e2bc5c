"""Makers of policies, observations and random cases."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any, Literal

from proctor_cli.policy import Policy, Risk, Rule, Timing, load
from proctor_cli.risk import Mark, RiskMeter, Rulebook
from proctor_cli.types import ClipInfo, Incident, Observation, Recording, RiskTimeline, Source

Grid = Literal["exact", "any"]

_DEFAULT = load(None)


def clip() -> ClipInfo:
    """A minute of webcam recording."""
    return ClipInfo(
        source="webcam",
        path="webcam.mp4",
        offset_s=0.0,
        sha256="0" * 64,
        size_bytes=1,
        container="mp4",
        codec="h264",
        width_px=640,
        height_px=480,
        rotation_deg=0,
        mean_fps=30.0,
        variable_rate=False,
        first_pts_s=0.0,
        duration_s=60.0,
        duration_from="packets",
        header_duration_s=None,
        longest_gap_s=0.0,
        has_audio=False,
        created_unix_s=None,
    )


def rule(**values: Any) -> Rule:
    """A rule: ``x.score`` above 0.5, at once, 5 temporary points, no cooldown, unless said otherwise."""
    usual: dict[str, Any] = {
        "event": "X",
        "signal": "x.score",
        "min_duration_s": 0.0,
        "points": 5.0,
        "cooldown_s": 0.0,
        "severity": "warning",
        "message": "x",
    }
    if "below" not in values:
        usual["above"] = 0.5
    return Rule(**{**usual, **values})


def policy_of(
    *rules: Rule, bridge_s: float = 2.0, hold_s: float = 10.0, decay_per_s: float = 1.0, **more: Any
) -> Policy:
    """The default policy with these rules and timings."""
    timing = Timing.model_construct(bridge_s=bridge_s, hold_s=hold_s)  # shorter ones than a policy may have, too
    risk = Risk(decay_per_s=decay_per_s, critical_alert_limit=more.pop("critical_alert_limit", 5))
    return _DEFAULT.model_copy(update={"rules": rules, "timing": timing, "risk": risk, **more})


def samples(
    values: Mapping[float, float | None], signal: str = "x.score", source: Source = "webcam"
) -> list[Observation]:
    """Observations of one signal, by time."""
    return [Observation(source, t_s, {signal: value}) for t_s, value in values.items()]


def steps(
    changes: Mapping[float, float | None], end_s: float, every_s: float = 0.5, signal: str = "x.score"
) -> list[Observation]:
    """A signal sampled every ``every_s``; ``changes`` says from when on it has which value (0 before the first)."""
    return samples(
        {
            i * every_s: [0.0, *(value for at_s, value in changes.items() if at_s <= i * every_s)][-1]
            for i in range(int(end_s / every_s))
        },
        signal,
    )


@dataclass(frozen=True)
class Outcome:
    """What rules and engine made of a series."""

    marks: tuple[Mark, ...]
    incidents: tuple[Incident, ...]
    timeline: RiskTimeline


def run(observations: Sequence[Observation], policy: Policy, end_s: float) -> Outcome:
    """Rules and engine, without deriving."""
    rulebook, meter = Rulebook(policy), RiskMeter(policy.risk.decay_per_s)
    marks = [mark for observation in observations for mark in rulebook.push(observation)] + rulebook.flush(end_s)
    for mark in marks:
        meter.push(mark)
    incidents = tuple(mark.incident for mark in marks if mark.incident is not None)
    return Outcome(tuple(marks), incidents, meter.finish(end_s))


def risk_at(timeline: RiskTimeline, t_s: float) -> tuple[float, float]:
    """(temporary, permanent) at ``t_s``; at a jump, after it."""
    after = next((i for i, knot in enumerate(timeline.knots) if knot.t_s > t_s), len(timeline.knots))
    a = timeline.knots[after - 1]
    if after == len(timeline.knots):
        return a.temporary, a.permanent
    b = timeline.knots[after]
    return a.temporary + (b.temporary - a.temporary) * (t_s - a.t_s) / (b.t_s - a.t_s), a.permanent


def recording_of(duration_s: float, **more: Any) -> Recording:
    """A session of this length with no clips and no detectors, unless said otherwise."""
    nothing: dict[str, Any] = {"clips": (), "detectors": (), "missing": (), "problems": (), "models": ()}
    return Recording(**{"student_id": "S1", "duration_s": duration_s, "wall_clock": None, **nothing, **more})


@dataclass(frozen=True)
class Case:
    """A random series with random rules. ``seed`` makes it again."""

    seed: int
    policy: Policy
    observations: tuple[Observation, ...]
    end_s: float


def random_case(seed: int, grid: Grid) -> Case:
    """Rules of several events and sources over two signals with gaps.

    On the ``exact`` grid all times and durations are multiples of 1/8 s, so that sums are exact and moments
    coincide often; otherwise they are any floating-point numbers and never coincide.
    """
    rng = Random(seed)

    def seconds(*choices: float) -> float:
        chosen = rng.choice(choices)
        return chosen if grid == "exact" or chosen == 0 else chosen * rng.uniform(0.7, 1.3)

    rules = [_random_rule(rng, seconds) for _ in range(rng.randint(1, 4))]
    policy = policy_of(
        *rules,
        bridge_s=seconds(0, 0.5, 1, 2),
        hold_s=seconds(0.5, 2, 4, 16),
        decay_per_s=rng.choice((0.0, 0.5, 1.0, 2.0)),
    )
    t_s, state, observations = 0.0, {"x.score": 0.0, "y.score": 0.0}, []
    for _ in range(rng.randint(1, 60)):
        t_s += seconds(0.125, 0.25, 0.5, 0.5, 1, 3) if grid == "any" or rng.random() < 0.9 else 0.0
        values: dict[str, float | None] = {}
        for signal in state:
            if rng.random() < 0.35:
                state[signal] = rng.choice((0.0, 0.25, 0.5, 0.75, 1.0))
            if rng.random() < 0.85:
                values[signal] = None if rng.random() < 0.15 else state[signal]
        observations.append(Observation(rng.choice(("webcam", "webcam", "log")), t_s, values))
    return Case(seed, policy, tuple(observations), t_s + seconds(0, 0.5, 5))


def _random_rule(rng: Random, seconds: Any) -> Rule:
    side = rng.choice(("above", "below"))
    threshold = rng.choice((0.25, 0.5, 0.75))
    step = 0.25 if side == "below" else -0.25
    cooldown_s = seconds(0, 1, 5)
    repeat_s = seconds(0, 2, 4)
    return rule(
        event=rng.choice(("X", "Y")),
        source=rng.choice(("webcam", "webcam", "log")),
        signal=rng.choice(("x.score", "y.score")),
        confidence_signal=rng.choice((None, "y.score")),
        points=rng.choice((0.0, 1.0, 5.0)),
        kind=rng.choice(("temporary", "permanent")),
        release=rng.choice((None, threshold + step)),
        min_duration_s=seconds(0, 0.5, 1, 3),
        merge_gap_s=seconds(0, 0.5, 1, 2),
        min_share=rng.choice((0.0, 0.0, 0.5, 0.75)),
        cooldown_s=cooldown_s,
        repeat_s=max(repeat_s, cooldown_s, 1.0) if repeat_s else 0.0,
        **{side: threshold},
    )
