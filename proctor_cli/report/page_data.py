"""What the page's scripts read: everything that they draw, seek to or search, as plain data."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from proctor_cli.report.documents import session_key
from proctor_cli.report.formats import file_name
from proctor_cli.report.graphs import Axis
from proctor_cli.report.languages import Language
from proctor_cli.report.rows import tidy
from proctor_cli.types import ClipInfo, Incident, Sample, SessionResult, Source


@dataclass(frozen=True, slots=True)
class Reel:
    """What one player shows: the parts of one source, in order of session time."""

    source: Source
    parts: tuple[ClipInfo, ...]


def lay_reels(clips: Iterable[ClipInfo]) -> tuple[Reel, ...]:
    """One reel per source, in the order in which the sources were given."""
    sources = tuple(clips)
    order = list(dict.fromkeys(clip.source for clip in sources))
    by_source = sorted(sources, key=lambda clip: (order.index(clip.source), clip.offset_s))
    return tuple(Reel(source, tuple(parts)) for source, parts in groupby(by_source, key=lambda clip: clip.source))


def incident_key(incident: Incident) -> str:
    """What a decision belongs to: an incident that a new policy shortens or lengthens must be decided anew."""
    return f"{incident.event}@{incident.source}@{incident.start_s:.3f}-{incident.end_s:.3f}"


def page_data(
    result: SessionResult,
    axis: Axis,
    focus: Iterable[Sample],
    media: Mapping[str, str],
    languages: Mapping[str, Language],
    language: str,
) -> dict[str, Any]:
    """The data; the template writes it as escaped JSON.

    ``focus`` are the samples of the focus score that are drawn; ``media`` maps a clip's path to a link to it.
    """
    recording, judgement = result.recording, result.judgement
    clock = recording.wall_clock
    return {
        "session": session_key(result),
        "heading": recording.student_id,
        "title": "page.title",
        "student_id": recording.student_id,
        "policy_sha256": result.provenance.policy_sha256,
        "begin_s": axis.begin_s,
        "end_s": axis.end_s,
        "wall": None if clock is None else {"start_unix_s": clock.start_unix_s, "utc_offset_s": clock.utc_offset_s},
        "reels": [
            {"source": reel.source, "parts": [_part(clip, media) for clip in reel.parts]}
            for reel in lay_reels(recording.clips)
        ],
        "knots": [[tidy(k.t_s), tidy(k.temporary), tidy(k.permanent)] for k in judgement.timeline.knots],
        "focus": [[tidy(s.t_s), s.value and round(s.value, 1)] for s in focus],
        "strips": {
            strip.signal: [[tidy(part.start_s), tidy(part.end_s), part.state] for part in strip.stretches]
            for strip in judgement.strips
        },
        "incidents": [
            {
                "event": i.event,
                "source": i.source,
                "start_s": tidy(i.start_s),
                "end_s": tidy(i.end_s),
                "quality": i.severity == "quality",
                "key": incident_key(i),
            }
            for i in judgement.incidents
        ],
        # Lists, since a long session has thousands of lines.
        "texts": sorted([tidy(line.start_s), tidy(line.end_s), line.place, line.text] for line in judgement.texts),
        "milestones": [[tidy(m.t_s), m.message] for m in recording.milestones],
        "language": language,
        "languages": {code: dict(entry.words) for code, entry in languages.items()},
    }


def _part(clip: ClipInfo, media: Mapping[str, str]) -> dict[str, Any]:
    return {
        "url": media.get(clip.path, ""),
        "file": file_name(clip.path),
        "offset_s": clip.offset_s,
        "first_pts_s": clip.first_pts_s,
        "duration_s": clip.duration_s,
        "size_bytes": clip.size_bytes,
    }
