"""Which events could not be judged in a session: "not assessed" is never the same as "did not happen"."""

from __future__ import annotations

from collections.abc import Mapping

from proctor_cli.policy import Policy, Rule
from proctor_cli.risk.coverage import CoverageMeter
from proctor_cli.risk.derive import find_inputs
from proctor_cli.types import MissingDetector, NotAssessed, Recording, Source

NOT_GIVEN: Mapping[Source, tuple[str, str]] = {
    "webcam": ("no webcam recording was given", "Give the webcam recording."),
    "screen": ("no screen recording was given", "Give it with --screen FILE."),
    "sound": (
        "no recording with sound was given",
        "Record with sound; a policy can ask for it ([sound] required = true).",
    ),
    "log": ("no log was given", "Give one with --events FILE."),
    "workspace": ("no room scan was given", "Give it with --workspace FILE."),
}
"""What a session lacks of which nothing was given, and the remedy."""


def find_not_assessed(recording: Recording, policy: Policy, coverage: CoverageMeter) -> tuple[NotAssessed, ...]:
    """The events none of whose rules ever had a measurement, or not all of it, each with the reason of its first rule.

    A room scan is an extra: nothing is said where none was given, and having looked through the room before the exam is
    not having looked at the exam.
    """
    scanned = any(clip.source == "workspace" for clip in recording.clips)
    rules = [rule for rule in policy.enabled_rules if scanned or rule.source != "workspace"]
    of_exam = {rule.event for rule in rules if rule.source != "workspace"}
    judged = {
        rule.event
        for rule in rules
        if coverage.was_measured(rule.source, rule.signal) and (rule.source != "workspace" or rule.event not in of_exam)
    }
    silent: dict[str, NotAssessed] = {}
    for rule in rules:
        if rule.event in silent:
            continue
        if rule.event not in judged:
            silent[rule.event] = NotAssessed(rule.event, *_explain(rule, recording, coverage))
        elif lacking := [item for item in _missing(rule, recording) if item.lacks == "model"]:
            # Judged by some of its cues only: not finding anything is then not the whole answer.
            silent[rule.event] = NotAssessed(rule.event, f"in part: {lacking[0].reason}", lacking[0].remedy)
    return tuple(silent.values())


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
        return (
            f"{rule.signal} could not be measured anywhere",
            "The recording, or the part of it that was analysed, is too poor or too short for it: see coverage.",
        )
    if missing:
        return missing[0].reason, missing[0].remedy
    if rule.source not in _given(recording):
        return NOT_GIVEN[rule.source]
    if rule.source == "log":
        return "the log that was given does not speak of it", "Give another log with --events FILE."
    return f"nothing measured {rule.signal}", "Analyse the recording again with a detector that measures it."
