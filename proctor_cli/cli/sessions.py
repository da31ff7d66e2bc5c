"""From what a user says of a session, on the command line or in a row of a table, to a request."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from proctor_cli.cli.candidate import Roster, describe_candidate
from proctor_cli.cli.recordings import check_clock, read_recordings
from proctor_cli.cli.values import read_offset, read_span, read_start
from proctor_cli.errors import UsageError

if TYPE_CHECKING:
    from proctor_cli import nets
    from proctor_cli.batch.entries import Entry
    from proctor_cli.policy import Policy
    from proctor_cli.session.request import Request


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """What is asked for of every session."""

    policy: Policy
    models: Mapping[str, nets.Entry]
    roster: Roster | None = None
    student_db: Path | None = None
    identity: bool = True
    keep_embeddings: bool = False
    blur_bystanders: bool = True
    screen_text: bool = True
    require: tuple[str, ...] = ()
    dense: bool = False


def check_student_db(student_db: Path | None) -> None:
    """See that a folder of students' photos that was named is there.

    Raises:
        UsageError: it is not.
    """
    if student_db and not student_db.is_dir():
        raise UsageError("no such folder", where=str(student_db), hint="Give the folder that holds them.")


def make_request(entry: Entry, folder: Path, wishes: Wishes) -> Request:
    """What is to be analysed, into ``folder``.

    Raises:
        InputError: a folder holds no recordings, or may not be read.
        UsageError: something does not make sense, or a photo is not there.
    """
    from proctor_cli.risk import find_shortest
    from proctor_cli.session.references import find_photos, find_student_photos
    from proctor_cli.session.request import Request

    clips, problems = read_recordings(entry.webcam, entry.screen, entry.workspace)
    check_clock(clips, entry.screen_offset, entry.screen_start, entry.start)
    has_webcam = any(clip.source == "webcam" for clip in clips)
    if entry.reference and not (wishes.identity and has_webcam):
        lacks = "there is no webcam recording to compare with" if wishes.identity else "--no-identity was given too"
        raise UsageError(lacks, where="--reference", hint="Leave one of them out.")
    candidate, findings = describe_candidate(entry.student, entry.name, entry.course, wishes.roster)
    photos = find_photos(entry.reference)
    if not photos and has_webcam and wishes.identity:
        photos, missing = find_student_photos(wishes.student_db or Path("student_db"), entry.student)
        findings += missing
    return Request(
        student_id=entry.student,
        clips=clips,
        folder=str(folder),
        models=wishes.models,
        events=entry.events or None,
        start=read_start(entry.start) if entry.start else None,
        span=read_span(entry.span) if entry.span else None,
        require=wishes.require,
        dense=wishes.dense,
        photos=photos,
        identity=wishes.identity,
        keep_embeddings=wishes.keep_embeddings,
        student=candidate,
        findings=findings,
        blur_bystanders=wishes.blur_bystanders,
        keep_screen_text=wishes.screen_text,
        exam_names=tuple(filter(None, map(str.strip, entry.exam_title))),
        screen_offset_s=read_offset(entry.screen_offset) if entry.screen_offset else None,
        screen_start=read_start(entry.screen_start, "--screen-start") if entry.screen_start else None,
        problems=problems,
        shortest_s=find_shortest(wishes.policy),
    )


def check_entry(entry: Entry) -> Iterator[str]:
    """What is wrong with what a row of a table says, before anything is looked for."""
    from proctor_cli.types import Clip

    values = (
        ("start", entry.start, read_start),
        ("span", entry.span, read_span),
        ("screen_offset", entry.screen_offset, read_offset),
        ("screen_start", entry.screen_start, read_start),
    )
    for column, value, read in values:
        try:
            if value:
                read(value)
        except UsageError as error:
            yield f"{column}: {error.what}. {error.hint}"
    if any(Path(path).is_dir() for path in entry.webcam):
        return  # what is in it will be seen
    clips = [Clip("webcam", path) for path in entry.webcam] + [Clip("screen", path) for path in entry.screen]
    try:
        check_clock(tuple(clips), entry.screen_offset, entry.screen_start, entry.start)
    except UsageError as error:
        yield f"{error.where.removeprefix('--').replace('-', '_')}: {error.what}"
