"""All sessions against all labels: which events are scored, each event's sum, and the sum of all.

An event is scored when the labels name it (required or optional, in any session) and somebody looked for it.

- Labelled, but no rule of the policy reports it, or it was assessed in no session: it is listed as *not judged*, and is
  in no total. Where it was assessed in some sessions only, its labels in the others are left out.
- Reported, but in no row of the labels: nothing can be said about it. It is listed as *not labelled*, and its reports
  are not called false.

Naming events (`types`) overrules both: exactly these are scored.

In a session without a required label nothing happens. Whatever is reported there and may not be is false, also of an
event that is in no row of the labels: it is counted for these sessions, and stays out of the sums.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from difflib import get_close_matches

from proctor_cli.errors import UsageError
from proctor_cli.evaluate.labels import Fact, Labels, Report
from proctor_cli.evaluate.matching import Tally, add, compare, touches
from proctor_cli.policy import Policy
from proctor_cli.report.evaluation import HonestReport, NotJudged, NotLabelled, Wrong

CONTRACT = ("NO_FACE", "MULTIPLE_FACES", "LOOKING_AWAY", "PHONE_DETECTED")
"""Events of which a shortest duration is part: an absence of a second is none. The policy's rules say how long.

Of all other events each label counts, however short: that a rule asks for more is the rule's shortcoming."""

# Labels call this one differently, unless they use our name.
_KNOWN_AS = {"PASTE_SUSPECTED": "PASTE"}


@dataclass(frozen=True, slots=True)
class Session:
    """What was reported of one recording, under the names of the labels.

    ``unassessed`` maps events that nobody looked for in it to the reason.
    """

    clip: str
    duration_s: float
    reports: tuple[Report, ...]
    unassessed: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Terms:
    """How reports are compared with labels.

    ``shortest_s`` has the durations under which a label need not be reported (0 for events that are not in it);
    ``reportable`` are the events that can be reported at all, None when that is not known; ``types`` are the events to
    score, () to choose them as this module says; ``judged_by`` names the policy; ``quality`` are the events that are
    about the recording and not about conduct.
    """

    tolerance_s: float = 1.0
    shortest_s: Mapping[str, float] = field(default_factory=dict)
    reportable: frozenset[str] | None = None
    types: tuple[str, ...] = ()
    judged_by: str = ""
    quality: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Scores:
    """What came of it. ``tallies`` is by event, sorted; ``honest`` are clips without a required label.

    ``honest_reports`` is what was reported in those clips and may not be, by clip, event and time.
    """

    tallies: Mapping[str, Tally]
    total: Tally
    honest: frozenset[str]
    honest_reports: tuple[HonestReport, ...]
    not_judged: tuple[NotJudged, ...]
    not_labelled: tuple[NotLabelled, ...]

    @property
    def wrong(self) -> tuple[Wrong, ...]:
        """All that was missed or false, by clip, event and time."""
        return tuple(sorted(self.total.wrong, key=lambda w: (w.clip, w.event, w.start_s, w.end_s, w.kind)))


def score(labels: Labels, sessions: Sequence[Session], terms: Terms) -> Scores:
    """Compare all sessions with the labels.

    Raises:
        UsageError: an event in ``terms.types`` is known to nobody.
    """
    reported = Counter(report.event for session in sessions for report in session.reports)
    _refuse_unknown(terms.types, labels.events.union(reported, terms.reportable or ()))
    not_judged = () if terms.types else tuple(_not_judged(labels, sessions, terms))
    events = sorted(set(terms.types or labels.events) - {item.event for item in not_judged})
    tallies = {event: add([_tally(event, labels, session, terms) for session in sessions]) for event in events}
    named = terms.types or labels.events
    honest = frozenset(s.clip for s in sessions if not any(f.event in named for f in _required(labels, s.clip)))
    return Scores(
        tallies=tallies,
        total=replace(add(list(tallies.values())), assessed_s=sum(session.duration_s for session in sessions)),
        honest=honest,
        honest_reports=tuple(
            HonestReport(
                session.clip,
                report.event,
                report.start_s,
                report.end_s,
                "recording" if report.event in terms.quality else "conduct",
                report.event in tallies,
            )
            for session in sessions
            if session.clip in honest
            for report in _list_false(labels, session, terms)
        ),
        not_judged=not_judged,
        not_labelled=tuple(NotLabelled(event, reported[event]) for event in sorted(reported) if event not in named)
        if not terms.types
        else (),
    )


def read_terms(policy: Policy, names: Mapping[str, str], *, types: Sequence[str], tolerance_s: float) -> Terms:
    """The terms under which what a policy reports is compared; ``names`` maps its events to those of the labels."""
    events = {rule.event: rename(rule.event, names) for rule in policy.enabled_rules}
    return Terms(
        tolerance_s=tolerance_s,
        shortest_s=shortest(policy, names),
        reportable=frozenset(events.values()) - {""},
        types=tuple(dict.fromkeys(types)),
        judged_by=policy.name,
        quality=list_quality(policy, names),
    )


def shortest(policy: Policy, names: Mapping[str, str]) -> dict[str, float]:
    """The shortest duration of each event in ``CONTRACT``, seconds: that of its shortest rule for the webcam."""
    lengths_s: dict[str, list[float]] = {}
    for rule in policy.enabled_rules:
        if rule.source == "webcam":
            lengths_s.setdefault(rename(rule.event, names), []).append(rule.min_duration_s)
    return {event: min(lengths_s[event]) for event in CONTRACT if event in lengths_s}


def list_quality(policy: Policy, names: Mapping[str, str]) -> frozenset[str]:
    """The events that the policy knows, on or off, and only as reports of quality."""
    conduct = {rename(rule.event, names) for rule in policy.rules if rule.severity != "quality"}
    return frozenset(rename(rule.event, names) for rule in policy.rules) - conduct


def list_names(renamed: Mapping[str, str], labelled: Collection[str]) -> dict[str, str]:
    """What our events are called in the labels: as the user says, else as is known, unless they use our name."""
    return {ours: theirs for ours, theirs in _KNOWN_AS.items() if ours not in labelled} | dict(renamed)


def rename(event: str, names: Mapping[str, str]) -> str:
    """The event's name in the labels; "" when it is to be dropped."""
    return names.get(event, event)


def rename_all(reports: Iterable[Report], names: Mapping[str, str]) -> tuple[Report, ...]:
    """The reports under the names of the labels, without those to be dropped."""
    renamed = (replace(report, event=rename(report.event, names)) for report in reports)
    return tuple(report for report in renamed if report.event)


def _tally(event: str, labels: Labels, session: Session, terms: Terms) -> Tally:
    facts = [fact for fact in labels.facts.get(session.clip, ()) if fact.event == event]
    if event in session.unassessed:
        return Tally(left_out=sum(not fact.optional for fact in facts))
    return compare(
        session.clip,
        [report for report in session.reports if report.event == event],
        facts,
        duration_s=session.duration_s,
        shortest_s=terms.shortest_s.get(event, 0.0),
        tolerance_s=terms.tolerance_s,
    )


def _list_false(labels: Labels, session: Session, terms: Terms) -> list[Report]:
    """What was reported in a session without a required label and may not be, by event and time."""
    optional = labels.facts.get(session.clip, ())
    false = [
        report
        for report in session.reports
        if (not terms.types or report.event in terms.types)
        and not touches(report, [fact for fact in optional if fact.event == report.event], terms.tolerance_s)
    ]
    return sorted(false, key=lambda report: (report.event, report.start_s, report.end_s))


def _not_judged(labels: Labels, sessions: Sequence[Session], terms: Terms) -> Iterable[NotJudged]:
    for event in sorted(labels.events):
        count = sum(fact.event == event for session in sessions for fact in _required(labels, session.clip))
        reasons = [session.unassessed[event] for session in sessions if event in session.unassessed]
        if terms.reportable is not None and event not in terms.reportable:
            yield NotJudged(event, count, f"no rule of the policy {terms.judged_by} reports it")
        elif reasons and len(reasons) == len(sessions):
            yield NotJudged(event, count, reasons[0])


def _required(labels: Labels, clip: str) -> list[Fact]:
    return [fact for fact in labels.facts.get(clip, ()) if not fact.optional]


def _refuse_unknown(types: Sequence[str], known: Collection[str]) -> None:
    for event in types:
        if event not in known:
            near = get_close_matches(event, known, 1)
            hint = f"Did you mean {near[0]}?" if near else f"Known: {', '.join(sorted(known))}."
            raise UsageError(f"no label, rule or report has the event {event}", where="--types", hint=hint)
