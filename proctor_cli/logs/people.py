"""Whose rows those of a log are: one that was made for a whole class holds everybody's."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from proctor_cli.errors import UsageError
from proctor_cli.logs.entries import Entry
from proctor_cli.logs.words import plain
from proctor_cli.types import Problem

_WORDS = re.compile(r"\w[\w.@-]*")
_MAX_NAMED = 3


def choose(
    entries: Sequence[Entry], student_id: str, name: str, where: str
) -> tuple[Sequence[Entry], tuple[Problem, ...]]:
    """The candidate's entries, and those that are about nobody in particular.

    A person is the candidate when one of their identifiers is the student's id, when that is a word of their name, or
    when the names are made of the same words. Where the log is of one person only, it is taken to be the candidate.

    Args:
        entries: all that can be read.
        student_id: the candidate's; "" when not known.
        name: the candidate's, "" when not known.
        where: the log, for messages.

    Raises:
        UsageError: the log is of several people, and which of them is the candidate cannot be told.
    """
    people = _tell_apart({entry.person for entry in entries if entry.person})
    candidates = [person for person in people if _is_identified(person, student_id)]
    if not candidates:
        candidates = [person for person in people if _is_called(person, student_id, name)]
    if len(candidates) == 1:
        own = _variants(candidates[0], people)
        return [entry for entry in entries if not entry.person or entry.person in own], ()
    if candidates:
        raise UsageError(
            f"holds rows of {len(candidates)} people called {plain(candidates[0][0])}",
            where=where,
            hint="Give as --student the identifier that the log has, or only this candidate's rows.",
        )
    if len(people) > 1:
        some = ", ".join(plain(person[0]) for person in people[:_MAX_NAMED]) + (", …" * (len(people) > _MAX_NAMED))
        raise UsageError(
            f"holds rows of {len(people)} people, none of whom is {plain(name or student_id or 'named')} ({some})",
            where=where,
            hint="Give --student or --name as it stands in the log, or only this candidate's rows.",
        )
    if people and name:
        message = f"the log is of {plain(people[0][0])}, the candidate is {plain(name)}: are they the same person?"
        return entries, (Problem("log_person", where, message),)
    return entries, ()


def _tell_apart(persons: set[tuple[str, ...]]) -> list[tuple[str, ...]]:
    """Each person once: who has an identifier in one row and none in another is the same."""
    identified = {person[0] for person in persons if len(person) > 1}
    return sorted(person for person in persons if len(person) > 1 or person[0] not in identified)


def _variants(candidate: tuple[str, ...], people: Sequence[tuple[str, ...]]) -> set[tuple[str, ...]]:
    """How rows name the candidate; without an identifier only if nobody else has that name."""
    alone = sum(person[0] == candidate[0] for person in people) == 1
    return {candidate, candidate[:1]} if alone else {candidate}


def _is_identified(person: tuple[str, ...], student_id: str) -> bool:
    """Whether the identifier, or the part of a mail address before the @, is the student's id."""
    known = {_fold(identifier) for identifier in person[1:]}
    return bool(student_id) and _fold(student_id) in known | {word.partition("@")[0] for word in known}


def _is_called(person: tuple[str, ...], student_id: str, name: str) -> bool:
    words = {_fold(word) for word in _WORDS.findall(_compose(person[0]))}
    if student_id and (_fold(student_id) in words or _fold(student_id) == _fold(person[0])):
        return True
    return bool(name) and words == {_fold(word) for word in _WORDS.findall(_compose(name))} != set()


def _fold(text: str) -> str:
    return " ".join(_compose(text).casefold().split())


def _compose(text: str) -> str:
    """Letters with their marks in one piece, however they were typed."""
    return unicodedata.normalize("NFC", text)
