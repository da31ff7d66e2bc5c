"""SARIF 2.1.0: findings and incidents as results, for code-scanning dashboards.

A video has no lines; a result points at the incident's row in events.csv and carries its times in the message and in
its properties.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

import msgspec

from proctor_cli import __version__
from proctor_cli.report.gate import GateResult, tell_incident
from proctor_cli.report.output import write_whole
from proctor_cli.report.rows import Row, list_rows, tidy
from proctor_cli.types import Incident, Severity

_LEVEL: dict[Severity, str] = {"critical": "error", "warning": "warning", "info": "note", "quality": "note"}
# Dashboards take no more results than this in one file.
_MAX_RESULTS = 5000


def write_sarif(results: Sequence[GateResult], path: Path, *, events_name: str) -> Path:
    """Write the findings and incidents of all sessions; ``events_name`` is what a session folder calls its CSV log.

    Raises:
        OutputError: the file cannot be written.
    """
    found = [entry for result in results for entry in _entries(result, events_name)][:_MAX_RESULTS]
    rules = [{"id": event} for event in sorted({entry["ruleId"] for entry in found})]
    driver = {"name": "proctor", "version": __version__, "rules": rules}
    document = {
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{"tool": {"driver": driver}, "results": found}],
    }
    return write_whole(path, msgspec.json.format(msgspec.json.encode(document), indent=1) + b"\n")


def _entries(result: GateResult, events_name: str) -> Iterator[dict[str, Any]]:
    rows, recording = list_rows(result.session), result.session.recording
    file = quote((Path(result.folder) / events_name).as_posix())
    for finding in recording.findings:
        # Dashboards want a line for everything; what concerns the whole session stands at the head of its log.
        yield _entry(recording.student_id, finding.code, "warning", finding.message, file, 1)
    for incident in result.session.judgement.incidents:
        # The first line of the CSV names its columns; lines count from 1.
        line = next(number for number, row in enumerate(rows, 2) if _is_row_of(row, incident))
        entry = _entry(
            recording.student_id,
            incident.event,
            _LEVEL[incident.severity],
            tell_incident(incident, recording),
            file,
            line,
        )
        entry["properties"] |= {
            "start_s": incident.start_s,
            "end_s": incident.end_s,
            "points": incident.points,
            "confidence": incident.confidence,
        }
        yield entry


def _entry(student: str, rule: str, level: str, text: str, file: str, line: int) -> dict[str, Any]:
    place = {"artifactLocation": {"uri": file}, "region": {"startLine": line}}
    return {
        "ruleId": rule,
        "level": level,
        "message": {"text": f"{student} {text}"},
        "locations": [{"physicalLocation": place}],
        "properties": {"student_id": student},
    }


def _is_row_of(row: Row, incident: Incident) -> bool:
    # Two rules of one event can confirm at one moment: a laptop and a screen.
    mine = (incident.event, incident.source, tidy(incident.start_s), incident.message)
    return (row.event, row.source, row.start_s, row.message) == mine
