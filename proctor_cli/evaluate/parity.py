"""Whether groups of candidates are measured alike.

Groups come from the user: nothing about a person is ever estimated. Small groups differ by chance; so every figure
stands beside its number of sessions.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from proctor_cli.evaluate.figures import per_hour
from proctor_cli.evaluate.labels import Fact
from proctor_cli.evaluate.scoring import Scores
from proctor_cli.evaluate.sessions import Judged
from proctor_cli.policy import Policy
from proctor_cli.report.evaluation import GroupFigures, Parity
from proctor_cli.report.graphs import covered_s
from proctor_cli.risk import derive
from proctor_cli.types import Observation


@dataclass(frozen=True, slots=True)
class Measured:
    """What one session adds to the figures of its group."""

    group: str
    duration_s: float
    looks: int
    found: int
    flagged_s: float
    false_reports: int


def measure(judged: Judged, group: str, facts: Sequence[Fact], scores: Scores, policy: Policy) -> Measured:
    """What a session adds; ``facts`` are its labels."""
    found, looks = count_looks(judged.folder.read_observations(), policy, facts)
    return Measured(
        group=group,
        duration_s=judged.result.recording.duration_s,
        looks=looks,
        found=found,
        flagged_s=covered_s(i for i in judged.result.judgement.incidents if i.severity != "quality"),
        false_reports=sum(wrong.clip == judged.clip and wrong.kind != "missed" for wrong in scores.wrong),
    )


def count_looks(observations: Iterable[Observation], policy: Policy, facts: Sequence[Fact]) -> tuple[int, int]:
    """Looks for a face that found one, and all looks, where no NO_FACE is labelled, required or optional.

    A picture too dark to tell is a look without a face: that is a disadvantage too.
    """
    absences = [fact for fact in facts if fact.event == "NO_FACE"]
    found = looks = 0
    for seen in derive(observations, policy):
        if "face.count" not in seen.values or any(fact.start_s <= seen.t_s < fact.end_s for fact in absences):
            continue
        looks += 1
        found += bool(seen.values["face.count"])
    return found, looks


def compare_groups(sessions: Sequence[Measured]) -> Parity | None:
    """The figures of each group, sorted by its name; None when no session has a group."""
    groups: dict[str, list[Measured]] = {}
    for session in sessions:
        groups.setdefault(session.group, []).append(session)
    without = len(groups.pop("", ()))
    if not groups:
        return None
    figures = tuple(_add_up(name, members) for name, members in sorted(groups.items()))
    return Parity(
        groups=figures,
        without_group=without,
        face_found_difference=_spread(figures, lambda group: group.face_found),
        flagged_min_per_hour_difference=_spread(figures, lambda group: group.flagged_min_per_hour),
        false_per_hour_difference=_spread(figures, lambda group: group.false_per_hour),
    )


def _add_up(name: str, members: Sequence[Measured]) -> GroupFigures:
    duration_s = sum(member.duration_s for member in members)
    looks = sum(member.looks for member in members)
    return GroupFigures(
        group=name,
        sessions=len(members),
        hours=round(duration_s / 3600, 6),
        looks=looks,
        face_found=round(sum(member.found for member in members) / looks, 6) if looks else None,
        flagged_min_per_hour=per_hour(sum(member.flagged_s for member in members) / 60, duration_s),
        false_per_hour=per_hour(sum(member.false_reports for member in members), duration_s),
    )


def _spread(groups: Sequence[GroupFigures], read: Callable[[GroupFigures], float | None]) -> float | None:
    values = [value for group in groups if (value := read(group)) is not None]
    return round(max(values) - min(values), 6) if values else None


def measure_all(
    sessions: Sequence[Judged],
    groups: Mapping[str, str],
    facts: Mapping[str, Sequence[Fact]],
    scores: Scores,
    policy: Policy,
) -> Parity | None:
    """The figures of all groups; None, without reading anything, when no session has one."""
    if not any(judged.clip in groups for judged in sessions):
        return None
    return compare_groups([measure(s, groups.get(s.clip, ""), facts.get(s.clip, ()), scores, policy) for s in sessions])
