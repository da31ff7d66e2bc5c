"""The same observations under several values of one key of the policy: for choosing that value.

Nothing is decoded and nothing is written. Where the key is the shortest duration of an event in ``scoring.CONTRACT``,
the labels that count change with it.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from proctor_cli import risk
from proctor_cli.errors import UsageError
from proctor_cli.evaluate.figures import figure
from proctor_cli.evaluate.labels import Labels
from proctor_cli.evaluate.scoring import Terms, score, shortest
from proctor_cli.evaluate.sessions import Judged, read_session
from proctor_cli.policy import Policy, change
from proctor_cli.report.evaluation import Figures, Sweep, SweepPoint

_OPTION = "--sweep"


@dataclass(frozen=True, slots=True)
class Trial:
    """The policy with one value of the swept key, as TOML writes it."""

    value: str
    policy: Policy


def read_sweep(text: str, policy: Policy) -> tuple[str, tuple[Trial, ...]]:
    """The key and the policies to try, from ``KEY=V1,V2,…``.

    Raises:
        UsageError: it is not that.
        PolicyError: there is no such key, or a value is not allowed for it.
    """
    key, equals, values = text.partition("=")
    if not equals or not key.strip() or not values.strip():
        hint = "Write KEY=VALUE,VALUE,…, as in away.head_yaw_deg=15,20,25."
        raise UsageError(f"{text!r} names no values of a key", where=_OPTION, hint=hint)
    key = key.strip()
    return key, tuple(
        Trial(json.dumps(value, ensure_ascii=False), change(policy, key, value, _OPTION)) for value in _values(values)
    )


def sweep(
    key: str,
    trials: Sequence[Trial],
    sessions: Sequence[Judged],
    labels: Labels,
    terms: Terms,
    names: Mapping[str, str],
    *,
    advance: Callable[[float], None],
) -> Sweep:
    """Judge and score all sessions under each value.

    Args:
        key: the key, as the user wrote it.
        trials: the policies to try.
        sessions: what was observed.
        labels: what a person saw.
        terms: as for the scoring under the chosen policy.
        names: our events -> those of the labels.
        advance: told the seconds of video of each session that is judged.
    """
    points = []
    for trial in trials:
        judged = []
        for session in sessions:
            recording = session.result.recording
            judgement = risk.judge(recording, session.folder.read_observations(), trial.policy)
            judged.append(replace(session, result=replace(session.result, judgement=judgement)))
            advance(recording.duration_s)
        reported = [read_session(session, labels, trial.policy, names) for session in judged]
        scores = score(labels, reported, replace(terms, shortest_s=shortest(trial.policy, names)))
        events = tuple(figure(event, tally) for event, tally in scores.tallies.items())
        points.append(SweepPoint(trial.value, events, figure("ALL", scores.total)))
    changed = _changed(points)
    return Sweep(key, tuple(replace(p, events=tuple(e for e in p.events if e.event in changed)) for p in points))


def _changed(points: Iterable[SweepPoint]) -> set[str]:
    """The events whose figures are not the same under all values."""
    seen: dict[str, set[Figures]] = {}
    for point in points:
        for figures in point.events:
            seen.setdefault(figures.event, set()).add(figures)
    return {event for event, variants in seen.items() if len(variants) > 1}


def _values(text: str) -> list[object]:
    """Values as TOML writes them; words without quotes are texts."""
    try:
        values: list[object] = tomllib.loads(f"values = [{text}]")["values"]
    except tomllib.TOMLDecodeError:
        values = [word.strip() for word in text.split(",")]
    return values
