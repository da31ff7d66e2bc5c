"""Quiz submission events of Canvas, as its API gives them: JSON under ``quiz_submission_events``.

Each has ``event_type``, ``created_at`` (ISO 8601, UTC, to the second) and ``event_data``. Canvas notes every time the
quiz's page loses and regains the focus. Source: the API's documentation, "Quiz Submission Events".
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from proctor_cli.logs.clock import read_time
from proctor_cli.logs.content import BadRow, Content, Record
from proctor_cli.logs.entries import HIDDEN, Entry, interpret
from proctor_cli.logs.words import plain

NAME = "canvas"
WIDE = False

_STATES = {
    "page_blurred": {HIDDEN: 1.0},
    "page_focused": {HIDDEN: 0.0},
    "session_started": {HIDDEN: 0.0},  # whoever opens the quiz has it in front
}
_MILESTONES = {
    "session_started": ("attempt_started", "the quiz was opened"),
    "question_viewed": ("question_viewed", "a question was shown"),
    "question_answered": ("question_answered", "an answer was given"),
    "question_flagged": ("question_flagged", "a question was marked, or its mark taken away"),
    "submission_created": ("submitted", "the quiz was submitted"),
    "submission_updated": ("answers_saved", "the answers were saved"),
    "submission": ("submitted", "the quiz was submitted"),
    "submitted": ("submitted", "the quiz was submitted"),
}
_MAX_QUESTIONS = 5


def recognises(content: Content) -> bool:
    """Whether there are records with ``event_type`` and ``created_at``."""
    return any({"event_type", "created_at"} <= record.keys() for record in content.first_records)


def read(content: Content, begin: datetime | None) -> Iterator[Entry | BadRow]:
    """An entry for each event. What was answered is nobody's business here."""
    yield from interpret(content.records(), _mean)


def _mean(number: int, record: Record) -> Entry:
    moment = read_time(record.get("created_at"))
    event = record.get("event_type")
    if not isinstance(event, str) or not event:
        raise ValueError("has no event_type")
    states = _STATES.get(event, {})
    kind, message = _MILESTONES.get(event, ("", "") if states else ("other", f"Canvas notes {plain(event)}"))
    questions = _find_questions(record.get("event_data")) if kind.startswith("question_") else []
    if questions:
        message += f" (question {', '.join(questions)})"
    return Entry(number, moment, states, kind=kind, message=message)


def _find_questions(data: object) -> list[str]:
    """The ids of the questions an event is about."""
    found = []
    for item in data[:_MAX_QUESTIONS] if isinstance(data, list) else [data]:
        if isinstance(item, dict):
            item = item.get("quiz_question_id", item.get("questionId", item.get("question_id")))
        if isinstance(item, str | int) and not isinstance(item, bool):
            found.append(plain(item))
    return found
