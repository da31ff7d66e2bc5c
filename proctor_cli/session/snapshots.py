"""Which picture belongs to which incident. Taking them is the work of `finish`: nothing here opens a video."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from proctor_cli.store import SessionFolder
from proctor_cli.types import Incident, SessionResult

# The times in the names of pictures have three decimals.
_ROUNDING_S = 0.0006


def is_pictured(incident: Incident) -> bool:
    """Whether there should be a picture: only when risk increases."""
    return incident.points > 0


def choose_source(incident: Incident, sources: Collection[str]) -> str | None:
    """Whose picture shows the incident: its own source's, the screen's for what a log says, else the webcam's."""
    for source in (incident.source, "screen", "webcam"):
        if source in sources:
            return source
    return None


def name_snapshots(folder: SessionFolder, result: SessionResult) -> SessionResult:
    """The result with each incident's picture named, where the folder has one taken during it.

    After re-scoring, an incident keeps the picture of the moment that was most telling under the first policy.
    """
    taken = folder.list_snapshots()
    sources = {source for source, _ in taken}

    def picture(incident: Incident) -> str:
        source = choose_source(incident, sources)
        inside = [
            (abs(t_s - incident.peak_s), path)
            for (of, t_s), path in taken.items()
            if of == source and incident.start_s - _ROUNDING_S <= t_s <= incident.end_s + _ROUNDING_S
        ]
        return folder.relative(min(inside)[1]) if inside and is_pictured(incident) else ""

    incidents = tuple(replace(incident, snapshot=picture(incident)) for incident in result.judgement.incidents)
    return replace(result, judgement=replace(result.judgement, incidents=incidents))
