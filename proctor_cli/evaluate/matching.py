"""One event in one session: which report belongs to which label, and what is left over.

A report matches a label when they overlap once the label is widened by the tolerance at both ends; one to one, the
largest overlap first. So it is done by the recordings' own scorer too, to which the tests compare this.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from proctor_cli.evaluate.labels import Fact, Report
from proctor_cli.report.evaluation import Wrong, WrongKind

# Lengths are differences of times with two or three decimals.
_ROUNDING_S = 1e-6


@dataclass(frozen=True, slots=True)
class Tally:
    """What came of one event, in one session or several. Errors are report minus label, seconds, a pair each."""

    matched: int = 0
    unmatched: int = 0
    missed: int = 0
    ignored: int = 0
    split: int = 0
    too_short: int = 0
    left_out: int = 0
    assessed_s: float = 0.0
    start_errors_s: tuple[float, ...] = ()
    end_errors_s: tuple[float, ...] = ()
    wrong: tuple[Wrong, ...] = ()


def add(tallies: Sequence[Tally]) -> Tally:
    """All of them together; ``assessed_s`` too, which is the time of a whole only for different sessions."""
    return Tally(
        matched=sum(tally.matched for tally in tallies),
        unmatched=sum(tally.unmatched for tally in tallies),
        missed=sum(tally.missed for tally in tallies),
        ignored=sum(tally.ignored for tally in tallies),
        split=sum(tally.split for tally in tallies),
        too_short=sum(tally.too_short for tally in tallies),
        left_out=sum(tally.left_out for tally in tallies),
        assessed_s=sum(tally.assessed_s for tally in tallies),
        start_errors_s=tuple(error for tally in tallies for error in tally.start_errors_s),
        end_errors_s=tuple(error for tally in tallies for error in tally.end_errors_s),
        wrong=tuple(wrong for tally in tallies for wrong in tally.wrong),
    )


def compare(
    clip: str,
    reports: Sequence[Report],
    facts: Sequence[Fact],
    *,
    duration_s: float,
    shortest_s: float,
    tolerance_s: float,
) -> Tally:
    """Compare what was reported of one event in one session with what is labelled of it.

    Args:
        clip: the session's name.
        reports: the reports of this event, in any fixed order: it settles ties.
        facts: the labels of this event.
        duration_s: length of the session.
        shortest_s: a required label shorter than this need not be reported, and a report of it is false.
        tolerance_s: how far a report may lie beside a label.
    """
    every = [fact for fact in facts if not fact.optional]
    required = [fact for fact in every if fact.end_s - fact.start_s >= shortest_s - _ROUNDING_S]
    optional = [fact for fact in facts if fact.optional]
    pairs = pair(reports, required, tolerance_s)
    paired = {i for i, _ in pairs}
    wrong: list[Wrong] = []
    ignored = split = 0
    for i, report in enumerate(reports):
        if i in paired:
            continue
        kind: WrongKind = "false"
        if touches(report, required, tolerance_s):
            kind = "split"
            split += 1
        elif touches(report, optional, tolerance_s):
            ignored += 1
            continue
        elif touches(report, every, tolerance_s):
            kind = "too short to report"
        wrong.append(Wrong(kind, clip, report.event, report.start_s, report.end_s))
    unmatched = len(wrong)
    found = {j for _, j in pairs}
    wrong += [
        Wrong("missed", clip, fact.event, fact.start_s, fact.end_s) for j, fact in enumerate(required) if j not in found
    ]
    return Tally(
        matched=len(pairs),
        unmatched=unmatched,
        missed=len(required) - len(pairs),
        ignored=ignored,
        split=split,
        too_short=len(every) - len(required),
        assessed_s=duration_s,
        start_errors_s=tuple(reports[i].start_s - required[j].start_s for i, j in pairs),
        end_errors_s=tuple(reports[i].end_s - required[j].end_s for i, j in pairs),
        wrong=tuple(wrong),
    )


def pair(reports: Sequence[Report], facts: Sequence[Fact], tolerance_s: float) -> list[tuple[int, int]]:
    """Indexes of reports and labels that belong together, one to one: the largest overlap first."""
    candidates = sorted(
        (-_overlap_s(report, fact), -_overlap_s(report, fact, tolerance_s), i, j)
        for i, report in enumerate(reports)
        for j, fact in enumerate(facts)
        if _overlap_s(report, fact, tolerance_s) > 0
    )
    free_reports, free_facts = set(range(len(reports))), set(range(len(facts)))
    pairs = []
    for *_, i, j in candidates:
        if i in free_reports and j in free_facts:
            free_reports.remove(i)
            free_facts.remove(j)
            pairs.append((i, j))
    return pairs


def touches(report: Report, facts: Sequence[Fact], tolerance_s: float) -> bool:
    """Whether a report overlaps any of the labels once these are widened by the tolerance at both ends."""
    return any(_overlap_s(report, fact, tolerance_s) > 0 for fact in facts)


def _overlap_s(report: Report, fact: Fact, tolerance_s: float = 0.0) -> float:
    """Seconds that both cover, the label widened by the tolerance at both ends; negative: how far they are apart."""
    return min(report.end_s, fact.end_s + tolerance_s) - max(report.start_s, fact.start_s - tolerance_s)
