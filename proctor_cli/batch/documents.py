"""The files that people read, from a judged session. Nothing heavy is imported: `proctor rescore` is quick."""

from __future__ import annotations

from dataclasses import replace

from proctor_cli import __version__
from proctor_cli.files import link_to
from proctor_cli.policy import Policy
from proctor_cli.report import page, tables
from proctor_cli.store import Mark, SessionFolder, read_mark, write_mark
from proctor_cli.types import SessionResult


def write_documents(folder: SessionFolder, result: SessionResult, *, language: str) -> None:
    """Write events.csv, events.json and report.html beside session.json, and note in the mark that they are of it."""
    links = {clip.path: link for clip in result.recording.clips if (link := link_to(clip.path))}
    tables.write_events_csv(result, folder.events_csv)
    tables.write_events_json(result, folder.events_json)
    page.write_page(result, folder.report, media=links, snapshots=folder.path, language=language)
    mark = read_mark(folder)
    if mark is not None:
        write_mark(folder, replace(mark, shown=name_documents(result, language)))


def is_shown(folder: SessionFolder, mark: Mark, result: SessionResult, language: str) -> bool:
    """Whether the documents in the folder are those of ``result``."""
    written = (folder.events_csv, folder.events_json, folder.report)
    return mark.shown == name_documents(result, language) and all(path.is_file() for path in written)


def is_judged(result: SessionResult, policy: Policy) -> bool:
    """Whether a result is what this version says by this policy."""
    made = result.provenance
    return (made.policy_name, made.policy_sha256, made.proctor_version) == (policy.name, policy.sha256, __version__)


def name_documents(result: SessionResult, language: str) -> tuple[str, ...]:
    """What a mark says of the documents that `write_documents` writes of ``result``."""
    made = result.provenance
    return made.policy_name, made.policy_sha256, made.proctor_version, made.analysed_at, language
