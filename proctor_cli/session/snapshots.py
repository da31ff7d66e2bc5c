"""Pictures of the incidents that scored, each at its most telling moment."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace

from proctor_cli import media
from proctor_cli.store import SessionFolder
from proctor_cli.types import Box, Incident, SessionResult


def _pictured(incident: Incident) -> bool:
    """A snapshot is taken only when risk increases."""
    return incident.points > 0


def _snapshot_source(incident: Incident, sources: Collection[str]) -> str | None:
    """Whose picture shows the incident: its own source's, the screen's for what a log says, else the webcam's."""
    for source in (incident.source, "screen", "webcam"):
        if source in sources:
            return source
    return None


def take_snapshots(folder: SessionFolder, result: SessionResult, scans: Mapping[str, media.Scan]) -> SessionResult:
    """Write a picture of each incident that scored, at its most telling moment, with what was found there drawn in."""
    wanted: dict[str, set[float]] = {}
    for incident in filter(_pictured, result.judgement.incidents):
        source = _snapshot_source(incident, scans.keys())
        if source is not None:
            wanted.setdefault(source, set()).add(incident.peak_s)
    folder.clear_snapshots()
    for source, times_s in wanted.items():
        boxes = _boxes_at(folder, source, times_s)
        for t_s, frame in zip(sorted(times_s), media.pictures_at(scans[source], sorted(times_s)), strict=True):
            media.write_jpeg(frame, folder.snapshot(source, t_s), boxes.get(t_s, ()))
    return name_snapshots(folder, result)


def _boxes_at(folder: SessionFolder, source: str, times_s: Collection[float]) -> dict[float, tuple[Box, ...]]:
    return {
        observation.t_s: observation.boxes
        for observation in folder.read_observations()
        if observation.source == source and observation.t_s in times_s
    }


def name_snapshots(folder: SessionFolder, result: SessionResult) -> SessionResult:
    """The result with each incident's picture named, where the folder has one taken during it.

    After re-scoring, an incident keeps the picture of the moment that was most telling under the first policy.
    """
    taken = folder.list_snapshots()
    sources = {source for source, _ in taken}

    def picture(incident: Incident) -> str:
        source = _snapshot_source(incident, sources)
        inside = [
            (abs(t_s - incident.peak_s), path)
            for (of, t_s), path in taken.items()
            if of == source and incident.start_s <= t_s <= incident.end_s
        ]
        return folder.relative(min(inside)[1]) if inside and _pictured(incident) else ""

    incidents = tuple(replace(incident, snapshot=picture(incident)) for incident in result.judgement.incidents)
    return replace(result, judgement=replace(result.judgement, incidents=incidents))
