"""What a batch is to do: which sessions there are, what is known to be wrong with them, which networks they need."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from proctor_cli.cli.documents import PARTIAL
from proctor_cli.cli.networks import get_networks, say_what_is_missing
from proctor_cli.cli.sessions import Wishes, check_entry, make_request
from proctor_cli.errors import InputError, ProctorError, UsageError
from proctor_cli.files import shown_address

if TYPE_CHECKING:
    from proctor_cli import nets
    from proctor_cli.batch.entries import Entry
    from proctor_cli.report.cohort import CohortRow
    from proctor_cli.session.request import Request
    from proctor_cli.store import CohortFolder

_CANNOT = "cannot be analysed"


@dataclass(frozen=True, slots=True)
class Planned:
    """One session: its row, and what is to be done, or why it cannot be; ``is_wanted`` is False without either."""

    row: CohortRow
    request: Request | None = None
    error: ProctorError | None = None

    @property
    def is_wanted(self) -> bool:
        """Whether this session is asked for."""
        return self.request is not None or self.error is not None


def find_entries(sessions: str, screen: str, exam_titles: tuple[str, ...]) -> tuple[Entry, ...]:
    """The sessions that are meant by a table, a folder, or a pattern.

    Raises:
        UsageError: there are none, or something is wrong with the table.
    """
    from proctor_cli.batch.discover import find_by_pattern, find_in_folder, is_pattern
    from proctor_cli.batch.table import read_table
    from proctor_cli.sheet import decode, read_text

    if is_pattern(sessions):
        entries = find_by_pattern(sessions, screen)
    elif screen:
        hint = "In a table it is a column; in a folder it is found by its name."
        raise UsageError("only goes with a pattern", where="--screen", hint=hint)
    elif sessions == "-":
        text = decode(sys.stdin.buffer.read(), "standard input", "table of sessions")
        entries = read_table(text, "standard input", Path(), check_entry)
    elif Path(sessions).is_dir():
        entries = find_in_folder(Path(sessions))
    else:
        text = read_text(sessions, "table of sessions", "Give a table (CSV), a folder, or a pattern with {student}.")
        entries = read_table(text, sessions, Path(sessions).parent, check_entry)
    return tuple(entry if entry.exam_title else replace(entry, exam_title=exam_titles) for entry in entries)


def lay_plan(
    entries: Sequence[Entry], folder: CohortFolder, wishes: Wishes, only: Sequence[str]
) -> tuple[Planned, ...]:
    """What is to be done for each session; what is wrong with one concerns that one alone.

    Raises:
        UsageError: ``only`` names a session that does not exist.
    """
    from proctor_cli.batch.cohort import lay_row
    from proctor_cli.batch.entries import name_folders

    names = name_folders((entry.student for entry in entries), folder.names)
    known = {name.casefold(): name for name in (*names, *(entry.student for entry in entries))}
    for name in only:
        if name not in known.values():
            near = get_close_matches(name.casefold(), known, 1)
            hint = f'Did you mean "{known[near[0]]}"?' if near else "Name students, or folders of results."
            raise UsageError(f"no session {name!r}", where="--only", hint=hint)
    plan = []
    for entry, name in zip(entries, names, strict=True):
        row = lay_row(entry.student, None, name)
        if only and not {entry.student, name}.intersection(only):
            plan.append(Planned(row))
            continue
        try:
            request = make_request(entry, folder.path / name, wishes)
        except (UsageError, InputError) as error:
            plan.append(Planned(row, error=error))
        else:
            plan.append(Planned(lay_row(entry.student, request.student, name), request))
    return tuple(plan)


def get_what_is_needed(plan: Sequence[Planned], wishes: Wishes, *, offline: bool) -> None:
    """Fetch the networks for all sessions if need be, and say once what cannot run without those that cannot be had.

    Raises:
        ModelError: a check that is required cannot run.
    """
    from proctor_cli.detectors import find
    from proctor_cli.session.choose import choose_detectors
    from proctor_cli.session.prepare import roles_needed

    clips = [clip for each in plan if each.request for clip in each.request.clips]
    networks = tuple(wishes.models[role] for role in roles_needed(clips) if role in wishes.models)
    get_networks(networks, offline)
    if not clips:
        return
    left_out = {} if wishes.identity else {"identity": ("it was switched off with --no-identity", "")}
    # What every session would be refused for is refused at once.
    sources = {*(clip.source for clip in clips), "sound"}
    _, unable, _ = choose_detectors(sources, wishes.models, wishes.require, left_out)
    roles = {entry.role for entry in networks}
    say_what_is_missing([item for item in unable if roles.intersection(find(item.name).spec.models)], networks)


def tell_plan(plan: Sequence[Planned], models: Mapping[str, nets.Entry], *, as_json: bool) -> int:
    """What would be done, a line for each session on stdout; returns the exit code that is to be expected."""
    from proctor_cli.batch.work import hash_networks
    from proctor_cli.report.formats import clock

    networks = hash_networks(models)
    lines = [_foresee(each, networks) for each in plan if each.is_wanted]
    if as_json:
        typer.echo(json.dumps({"schema": "proctor.plan/1", "sessions": lines}))
    for line in () if as_json else lines:
        length = "" if line["length_s"] is None else f"{clock(line['length_s'])}  "
        typer.echo(f"{line['folder']}: {length}{line['would']}")
        for recording in line["recordings"]:
            typer.echo(f"    {recording}")
    bad = sum(line["would"].startswith(_CANNOT) for line in lines)
    if not as_json:
        total_s = sum(line["length_s"] or 0.0 for line in lines)
        typer.echo(f"{len(lines)} sessions, {clock(total_s)} of video" + (f"; {bad} {_CANNOT}" if bad else ""))
    if not bad:
        return 0
    return InputError.exit_code if bad == len(lines) else PARTIAL


def _foresee(planned: Planned, networks: str) -> dict[str, Any]:
    from proctor_cli import media
    from proctor_cli.batch.work import describe, find_change
    from proctor_cli.store import SessionFolder, read_mark

    told: dict[str, Any] = {
        "student_id": planned.row.student_id,
        "folder": planned.row.folder,
        "length_s": None,
        "recordings": [],
    }
    request = planned.request
    if request is None:
        return {**told, "would": f"{_CANNOT}: {planned.error}"}
    folder = SessionFolder(request.folder)
    lengths_s: dict[str, float] = {}
    try:
        for clip in request.clips:
            lengths_s[clip.source] = lengths_s.get(clip.source, 0.0) + (media.claimed_s(clip.path) or 0.0)
    except InputError as error:
        would = f"{_CANNOT}: {error}"
    else:
        before = read_mark(folder)
        changed = "" if before is None else find_change(before, describe(request, networks), folder)
        would = "analyse"
        if before is not None:
            would = f"analyse again: {changed}" if changed else "nothing: it is finished"
        elif folder.exists():
            would = "go on"
    length_s = max((length_s for source, length_s in lengths_s.items() if source != "workspace"), default=0.0)
    told["length_s"] = round(length_s, 3) or None
    told["recordings"] = [f"{clip.source}: {shown_address(clip.path)}" for clip in request.clips]
    return {**told, "would": would}
