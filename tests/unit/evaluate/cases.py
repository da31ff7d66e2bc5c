"""Labels and reports made in a line or two."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from proctor_cli.evaluate.labels import Fact, Labels, Report
from proctor_cli.evaluate.scoring import Scores, Session, Terms, score


def facts(*rows: tuple[str, float, float]) -> tuple[Fact, ...]:
    """Labels from (event, start, end), with a ? before an optional event."""
    return tuple(Fact(event.lstrip("?"), start_s, end_s, event.startswith("?")) for event, start_s, end_s in rows)


def reports(*rows: tuple[str, float, float]) -> tuple[Report, ...]:
    """Reports from (event, start, end)."""
    return tuple(Report(*row) for row in rows)


def labels_of(groups: Mapping[str, str] | None = None, **clips: Sequence[tuple[str, float, float]]) -> Labels:
    """Labels of some clips."""
    return Labels({clip: facts(*rows) for clip, rows in clips.items()}, {}, groups or {}, ())


def scores_of(labels: Labels, reported: Mapping[str, Sequence[tuple[str, float, float]]], **terms: Any) -> Scores:
    """Scores of sessions of 100 s."""
    sessions = [Session(clip, 100.0, reports(*rows)) for clip, rows in reported.items()]
    return score(labels, sessions, Terms(**terms))
