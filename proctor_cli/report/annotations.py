"""GitHub workflow commands: findings and incidents as annotations of a run."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from proctor_cli.report.gate import GateResult, tell_incident
from proctor_cli.types import Severity

_COMMAND: dict[Severity, str] = {"critical": "error", "warning": "warning", "info": "notice", "quality": "notice"}
# A step shows ten of each kind and drops the rest without a word.
_MAX_EACH = 10


def annotate(results: Sequence[GateResult]) -> Iterator[str]:
    """One workflow command a line, at most ten of each kind, sessions that close the gate first."""
    left = dict.fromkeys(_COMMAND.values(), _MAX_EACH)
    for result in sorted(results, key=lambda result: not result.hit):
        recording = result.session.recording
        said = [("warning", finding.code, finding.message) for finding in recording.findings]
        said += [
            (_COMMAND[incident.severity], incident.event, tell_incident(incident, recording))
            for incident in result.session.judgement.incidents
        ]
        for command, name, text in said:
            if left[command]:
                left[command] -= 1
                yield f"::{command} title={_property(f'{recording.student_id} {name}')}::{_data(text)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
