"""index.html: all sessions of a cohort on one self-contained page, those to open first at the top."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from jinja2 import Environment
from markupsafe import Markup

from proctor_cli import resources
from proctor_cli.report import formats
from proctor_cli.report.cohort import SEVERITIES, Cohort, CohortRow, find_copies, list_events
from proctor_cli.report.html import hash_source, join_scripts, make_environment
from proctor_cli.report.languages import Language, load_languages
from proctor_cli.report.output import write_whole
from proctor_cli.report.page import check_language
from proctor_cli.report.prose import render_prose
from proctor_cli.types import Priority, Severity

_SCRIPTS = ("base.js", "cohort.js")
_RANK: Mapping[Priority, int] = {"low": 0, "medium": 1, "high": 2}
# The words that the page shows: the first part of their keys.
_WORDS = ("meta", "page", "outcome", "priority", "cohort", "events")


@dataclass(frozen=True, slots=True)
class Entry:
    """One row of the table.

    ``keys`` are what it is sorted by, ``events`` those about conduct, ``incidents`` theirs. ``is_one_of_several`` says
    that the student has more sessions than this.
    """

    row: CohortRow
    keys: Mapping[str, Any]
    events: tuple[str, ...]
    incidents: int
    is_one_of_several: bool


@dataclass(frozen=True, slots=True)
class EventLine:
    """One event over all sessions."""

    event: str
    severity: Severity
    sessions: int
    incidents: int
    covered_s: float
    points: float
    not_assessed: int


def write_cohort_page(cohort: Cohort, path: Path, *, language: str = "en") -> Path:
    """Write the page.

    Args:
        cohort: the sessions; their links lead from the page's folder.
        path: the HTML file to write.
        language: the language the page opens in; readers can switch to any other.

    Raises:
        UsageError: there is no such language.
        OutputError: the file cannot be written.
    """
    check_language(language)
    folder = resources.template_dir() / "report"
    languages = load_languages(folder / "lang")
    style = "".join((folder / name).read_text("utf-8") for name in ("style.css", "cohort.css"))
    script = join_scripts(folder, _SCRIPTS)
    outcomes = [row.outcome for row in cohort.sessions if row.outcome]
    html = (
        _environment(folder, languages[language])
        .get_template("cohort.html")
        .render(
            cohort=cohort,
            entries=_rank(cohort),
            events=_count_events(cohort),
            failed=[row for row in cohort.sessions if row.status == "failed"],
            copies=find_copies(cohort),
            policies=list(dict.fromkeys(outcome.policy_name for outcome in outcomes)),
            duration_s=sum(outcome.duration_s for outcome in outcomes),
            median_risk=median(outcome.risk_peak for outcome in outcomes) if outcomes else None,
            highest_risk=max([1.0, *(outcome.risk_peak for outcome in outcomes)]),
            assessed_sessions=max(1, len(outcomes)),
            languages=languages,
            language=languages[language],
            style=Markup(style),  # our own files only
            script=Markup(script),  # our own files only
            style_hash=hash_source(style),
            script_hash=hash_source(script),
            data=_data(languages, language),
        )
    )
    return write_whole(path, html.encode())


def _environment(folder: Path, language: Language) -> Environment:
    environment = make_environment(folder)
    environment.globals["say"] = language.say
    environment.filters["found_at"] = formats.found_at  # words.html names it; no moment is shown with it here
    environment.filters["prose"] = lambda text, page: render_prose(text, language, page)
    return environment


def _rank(cohort: Cohort) -> list[Entry]:
    """The rows, those to open first at the top; what has no outcome stands at the end."""
    named = Counter(row.student_id for row in cohort.sessions)
    entries = [_entry(place, row, named[row.student_id] > 1) for place, row in enumerate(cohort.sessions)]
    return sorted(entries, key=lambda entry: (-(entry.keys["priority"] or 0), entry.keys["place"]))


def _entry(place: int, row: CohortRow, is_one_of_several: bool) -> Entry:
    outcome = row.outcome
    if outcome is None:
        figures = ("priority", "risk", "trust", "incidents", "measured", "unassessed", "length")
        nothing = {"place": place, "student": row.student_id, **dict.fromkeys(figures)}
        return Entry(row, nothing, (), 0, is_one_of_several)
    events = [event for event, count in outcome.events.items() if count.severity != "quality"]
    events.sort(key=lambda event: (SEVERITIES.index(outcome.events[event].severity), event))
    incidents = sum(outcome.events[event].incidents for event in events)
    keys = {
        "place": place,
        "student": row.student_id,
        # Within a priority by risk, which never reaches the next priority's step.
        "priority": _RANK[outcome.priority] + 1 - 1 / (1 + outcome.risk_peak),
        "risk": outcome.risk_peak,
        "trust": outcome.trust_score,
        "incidents": incidents,
        "measured": outcome.measured,
        "unassessed": len(outcome.not_assessed),
        "length": outcome.duration_s,
    }
    return Entry(row, keys, tuple(events), incidents, is_one_of_several)


def _count_events(cohort: Cohort) -> list[EventLine]:
    """Every event of the cohort, the gravest first, then those in most sessions."""
    outcomes = [row.outcome for row in cohort.sessions if row.outcome]
    lines = []
    for event in list_events(cohort):
        counts = [outcome.events[event] for outcome in outcomes if event in outcome.events]
        lines.append(
            EventLine(
                event=event,
                severity=min((count.severity for count in counts), key=SEVERITIES.index, default="quality"),
                sessions=len(counts),
                incidents=sum(count.incidents for count in counts),
                covered_s=sum(count.covered_s for count in counts),
                points=sum(count.points for count in counts),
                not_assessed=sum(event in outcome.not_assessed for outcome in outcomes),
            )
        )
    return sorted(lines, key=lambda line: (not line.incidents, SEVERITIES.index(line.severity), -line.sessions))


def _data(languages: Mapping[str, Language], language: str) -> dict[str, Any]:
    """What the scripts read; the template writes it as escaped JSON."""
    words = {
        code: {key: text for key, text in entry.words.items() if key.partition(".")[0] in _WORDS}
        for code, entry in languages.items()
    }
    return {"heading": "", "title": "cohort.title", "language": language, "languages": words}
