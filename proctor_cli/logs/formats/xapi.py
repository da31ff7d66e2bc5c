"""Statements of the Experience API: actor, verb, object, timestamp; a list, one on each line, or under ``statements``.

Any program may write them, with any verb: the last part of the verb's identifier is what counts. ``focused`` and
``unfocused`` say that the exam's page is in front or not. Source: the specification's part on data, version 1.0.3.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from proctor_cli.logs.clock import read_time
from proctor_cli.logs.content import BadRow, Content, Record
from proctor_cli.logs.entries import HIDDEN, Entry, interpret
from proctor_cli.logs.words import plain

NAME = "xapi"
WIDE = True

_STATES = {"unfocused": {HIDDEN: 1.0}, "focused": {HIDDEN: 0.0}}
_KINDS = {
    "initialized": "attempt_started",
    "attempted": "attempt_started",
    "started": "attempt_started",
    "launched": "launched",
    "answered": "question_answered",
    "experienced": "page_viewed",
    "viewed": "page_viewed",
    "submitted": "submitted",
    "completed": "submitted",
    "terminated": "exited",
    "exited": "exited",
    "suspended": "suspended",
    "resumed": "resumed",
}


def recognises(content: Content) -> bool:
    """Whether there are records with an actor and a verb."""
    return any({"actor", "verb"} <= _unwrap(record).keys() for record in content.first_records)


def read(content: Content, begin: datetime | None) -> Iterator[Entry | BadRow]:
    """An entry for each statement."""
    yield from interpret(content.records(), _mean)


def _unwrap(record: Record) -> Record:
    """The statement in the wrapping that some stores export it in."""
    inner = record.get("statement")
    return inner if isinstance(inner, dict) else record


def _mean(number: int, record: Record) -> Entry:
    statement = _unwrap(record)
    # "stored" is when the store received it: later, but all there is.
    moment = read_time(statement.get("timestamp", statement.get("stored")))
    verb = statement.get("verb")
    name = verb.get("id") if isinstance(verb, dict) else None
    word = name.rstrip("/").rpartition("/")[2].lower() if isinstance(name, str) else ""
    if not word:
        raise ValueError("has no verb")
    states = _STATES.get(word, {})
    kind = _KINDS.get(word, "" if states else "other")
    message = f"{plain(word)}: {_name(statement.get('object'))}" if kind else ""
    return Entry(number, moment, states, kind=kind, message=message, person=_identify(statement.get("actor")))


def _name(thing: object) -> str:
    """What a statement is about: its name in any language, else its identifier."""
    if not isinstance(thing, dict):
        return "something without a name"
    definition = thing.get("definition")
    names = definition.get("name") if isinstance(definition, dict) else None
    if isinstance(names, dict):
        for name in names.values():
            return plain(name)
    return plain(thing.get("id", "something without a name"))


def _identify(actor: object) -> tuple[str, ...]:
    """Name and identifier of an agent; an account says most, as it is what the institution calls its people."""
    if not isinstance(actor, dict):
        return ()
    account = actor.get("account")
    told = [
        account.get("name") if isinstance(account, dict) else None,
        actor.get("mbox"),
        actor.get("openid"),
        actor.get("mbox_sha1sum"),
    ]
    words = [word.strip().removeprefix("mailto:") for word in told if isinstance(word, str)]
    identifier = next((word for word in words if word), "")
    name = actor.get("name")
    name = name.strip() if isinstance(name, str) else ""
    return tuple(word for word in (name or identifier, identifier) if word)
