"""Which events could not be judged in a session: "not assessed" is never the same as "did not happen"."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from proctor_cli.policy import Policy, Rule
from proctor_cli.risk.coverage import CoverageMeter
from proctor_cli.risk.derive import find_inputs
from proctor_cli.risk.reasons import explain_unmeasured
from proctor_cli.types import MissingDetector, NotAssessed, Recording, Source

NOT_GIVEN: Mapping[Source, tuple[str, str]] = {
    "webcam": ("no webcam recording was given", "Give the webcam recording."),
    "screen": ("no screen recording was given", "Give it with --screen FILE."),
    "sound": ("no recording with sound was given", "Record with sound."),
    "log": ("no log was given", "Give one with --events FILE."),
    "workspace": ("no room scan was given", "Give it with --workspace FILE."),
}
"""What a session lacks of which nothing was given, and the remedy."""


_BLIND: Mapping[str, tuple[str, str]] = {
    "screen.wide": (
        "by the shape of the screen recording alone: a monitor that is not recorded shows nowhere",
        "Give the log of a locked-down browser with --events FILE.",
    ),
}
"""Signals that can show that something is there, and never that it is not."""


def find_not_assessed(recording: Recording, policy: Policy, coverage: CoverageMeter) -> tuple[NotAssessed, ...]:
    """The events that no source of theirs could tell, or not every recording that was given and has a rule for them.

    A room scan is an extra: nothing is said where none was given, and having looked through the room before the exam is
    not having looked at the exam. So is a log, where a recording shows the same.
    """
    scanned = any(clip.source == "workspace" for clip in recording.clips)
    rules: dict[str, list[Rule]] = {}
    for rule in policy.enabled_rules:
        if scanned or rule.source != "workspace":
            rules.setdefault(rule.event, []).append(rule)
    gaps = (_find_gap(of_event, recording, coverage) for of_event in rules.values())
    return tuple(gap for gap in gaps if gap is not None)


def _find_gap(rules: Sequence[Rule], recording: Recording, coverage: CoverageMeter) -> NotAssessed | None:
    """What there is to say of one event, by all of its rules."""
    event = rules[0].event
    of_exam = [rule for rule in rules if rule.source != "workspace"] or rules
    judged = [rule for rule in of_exam if coverage.was_measured(rule.source, rule.signal)]
    recorded = {clip.source for clip in recording.clips}
    if not judged:
        told = sorted(of_exam, key=lambda rule: (rule.source not in recorded, rule.source not in _given(recording)))
        return NotAssessed(event, *_explain(told[0], recording, coverage))
    for rule in rules:
        # Judged by some of its cues only: not finding anything is then not the whole answer.
        lacking = next((item for item in _missing(rule, recording) if item.lacks == "model"), None)
        if lacking is not None:
            return NotAssessed(event, f"in part: {lacking.reason}", lacking.remedy)
    seen = {rule.source for rule in judged}
    for rule in of_exam:
        if rule.source in recorded - seen:
            reason, remedy = _explain(rule, recording, coverage)
            return NotAssessed(event, f"in part: {reason}", remedy)
    if all(rule.signal in _BLIND for rule in judged):
        reason, remedy = _BLIND[judged[0].signal]
        return NotAssessed(event, f"in part: {reason}", remedy)
    return None


def _missing(rule: Rule, recording: Recording) -> list[MissingDetector]:
    """The detectors that did not run of those that the rule's signal is made of."""
    needed, given = find_inputs(rule.source, rule.signal), _given(recording)
    return [
        detector
        for detector in recording.missing
        if any(
            signal in detector.signals
            and not (source in given and detector.lacks == "input")  # its own recording is not there; this one is
            for source, signal in needed
        )
    ]


def _given(recording: Recording) -> set[Source]:
    """The sources there are recordings of, or anything else that speaks of them."""
    return {clip.source for clip in recording.clips} | {spec.source for spec in recording.detectors}


def _explain(rule: Rule, recording: Recording, coverage: CoverageMeter) -> tuple[str, str]:
    """Reason and remedy."""
    missing = _missing(rule, recording)
    # Where a network is missing, what the others could not measure is not the recording's fault.
    if coverage.was_sought(rule.source, rule.signal) and not any(item.lacks == "model" for item in missing):
        return explain_unmeasured(rule.source, rule.signal, recording, coverage)
    if missing:
        return missing[0].reason, missing[0].remedy
    if rule.source not in _given(recording):
        return NOT_GIVEN[rule.source]
    if rule.source == "log":
        return "the log that was given does not speak of it", "Give another log with --events FILE."
    return f"nothing measured {rule.signal}", "Analyse the recording again with a detector that measures it."
