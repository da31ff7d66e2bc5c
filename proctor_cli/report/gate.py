"""The CI gate: does this session ask for more attention than the pipeline lets pass?"""

from __future__ import annotations

from dataclasses import dataclass

from proctor_cli.report.formats import found_at, number
from proctor_cli.types import Incident, Priority, Recording, SessionResult

_RANK: dict[Priority, int] = {"low": 0, "medium": 1, "high": 2}


@dataclass(frozen=True, slots=True)
class Gate:
    """What stops a pipeline. ``priority`` None and ``risk`` None: nothing does.

    ``priority``: a review priority of at least this; ``risk``: a highest risk above this, points; ``required``:
    events that must have been assessed, since what was not looked for must not pass as not found.
    """

    priority: Priority | None = None
    risk: float | None = None
    required: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class GateResult:
    """One session at the gate: ``folder`` as the user named it; ``hits`` says in words what was over the line."""

    folder: str
    session: SessionResult
    hits: tuple[str, ...]

    @property
    def hit(self) -> bool:
        """Whether the gate closes."""
        return bool(self.hits)


def examine(folder: str, session: SessionResult, gate: Gate) -> GateResult:
    """Hold a finished session against the gate."""
    judgement = session.judgement
    hits = []
    if gate.priority is not None and _RANK[judgement.priority] >= _RANK[gate.priority]:
        hits.append(f"review priority {judgement.priority}: {'; '.join(judgement.reasons)}")
    if gate.risk is not None and judgement.timeline.peak > gate.risk:
        hits.append(f"highest risk {number(judgement.timeline.peak)}, more than {number(gate.risk)}")
    hits += [
        f"{gap.event} was not assessed: {gap.reason}" for gap in judgement.not_assessed if gap.event in gate.required
    ]
    return GateResult(folder, session, tuple(hits))


def tell_incident(incident: Incident, recording: Recording) -> str:
    """An incident in one line: when, what was measured, what it added."""
    added = f", +{number(incident.points)}" if incident.points else ""
    start, end = (found_at(t_s, incident.source, recording) for t_s in (incident.start_s, incident.end_s))
    where = "room scan " if incident.source == "workspace" else ""
    return f"{where}{start}-{end} {incident.event}: {incident.message}{added}"
