"""GitHub workflow commands: incidents as annotations of a run."""

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
        student = result.session.recording.student_id
        for incident in result.session.judgement.incidents:
            command = _COMMAND[incident.severity]
            if left[command]:
                left[command] -= 1
                yield f"::{command} title={_property(f'{student} {incident.event}')}::{_data(tell_incident(incident))}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
