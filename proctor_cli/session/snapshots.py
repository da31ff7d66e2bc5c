"""Which picture belongs to which incident. Taking them is the work of `finish`: nothing here opens a video."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from proctor_cli.store import SessionFolder
from proctor_cli.types import ClipInfo, Incident, SessionResult, Source

# The times in the names of pictures have three decimals.
_ROUNDING_S = 0.0006


def is_pictured(incident: Incident) -> bool:
    """Whether there should be a picture: only when risk increases."""
    return incident.points > 0


def choose_clip(incident: Incident, clips: Iterable[ClipInfo]) -> ClipInfo | None:
    """Whose picture shows the incident: its own source's; for what a log says, the screen's, else the webcam's.

    For what was heard it is the webcam's, else the screen's.

    Of several parts the one that covers the incident's most telling moment; None when none does.
    """
    covering = {clip.source: clip for clip in clips if 0 <= incident.peak_s - clip.offset_s < clip.duration_s}
    elsewhere: Mapping[Source, tuple[Source, ...]] = {"log": ("screen", "webcam"), "sound": ("webcam", "screen")}
    wanted = elsewhere.get(incident.source, (incident.source,))
    return next((covering[source] for source in wanted if source in covering), None)


def name_snapshots(folder: SessionFolder, result: SessionResult) -> SessionResult:
    """The result with each incident's picture named, where the folder has one taken during it.

    After re-scoring, an incident keeps the picture of the moment that was most telling under the first policy.
    """
    taken = folder.list_snapshots()

    def picture(incident: Incident) -> str:
        clip = choose_clip(incident, result.recording.clips)
        inside = [
            (abs(t_s - incident.peak_s), path)
            for (of, t_s), path in taken.items()
            if clip is not None
            and of == clip.source
            and incident.start_s - _ROUNDING_S <= t_s <= incident.end_s + _ROUNDING_S
        ]
        return folder.relative(min(inside)[1]) if inside and is_pictured(incident) else ""

    incidents = tuple(replace(incident, snapshot=picture(incident)) for incident in result.judgement.incidents)
    return replace(result, judgement=replace(result.judgement, incidents=incidents))
