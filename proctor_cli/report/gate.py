"""The CI gate: does this session ask for more attention than the pipeline lets pass?"""

from __future__ import annotations

from dataclasses import dataclass

from proctor_cli.report.formats import clock, number
from proctor_cli.types import Incident, Priority, SessionResult

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


def tell_incident(incident: Incident) -> str:
    """An incident in one line: when, what was measured, what it added."""
    added = f", +{number(incident.points)}" if incident.points else ""
    return f"{clock(incident.start_s)}-{clock(incident.end_s)} {incident.event}: {incident.message}{added}"
