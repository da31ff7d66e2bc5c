"""`proctor analyze`: one session, all artefacts."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from proctor_cli.cli.documents import PARTIAL, tell, write_documents
from proctor_cli.cli.terminal import ProgressOption, ProgressStyle, fetching_bar, note, progress
from proctor_cli.cli.values import count_workers, known_signals, read_offset, read_span, read_start, read_swaps
from proctor_cli.errors import Interrupted, ModelError, OutputError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from proctor_cli import nets
    from proctor_cli.session.prepare import Preparation
    from proctor_cli.store import SessionFolder


def analyze(
    webcam: Annotated[str | None, typer.Argument(metavar="[WEBCAM]", help="The webcam recording.")] = None,
    student: Annotated[str, typer.Option("--student", help="The candidate's number or name.")] = "",
    screen: Annotated[str | None, typer.Option("--screen", help="The screen recording.")] = None,
    screen_offset: Annotated[
        str | None, typer.Option("--screen-offset", help="Session time of the screen's first picture, seconds.")
    ] = None,
    events: Annotated[str | None, typer.Option("--events", help="A browser log: CSV or JSON of `time, type`.")] = None,
    policy: Annotated[str | None, typer.Option("--policy", help="A policy file, or default, strict, lenient.")] = None,
    start: Annotated[str | None, typer.Option("--start", help="When the session began, ISO 8601.")] = None,
    span: Annotated[str | None, typer.Option("--span", help="Analyse only this part, as in 00:10:00-00:25:00.")] = None,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="Folder for the results (default: proctor-STUDENT).")
    ] = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace another session's results.")] = False,
    workers: Annotated[
        int | None, typer.Option("--workers", min=1, help="Worker processes (default: as cores and memory allow).")
    ] = None,
    models: Annotated[str, typer.Option("--models", help="The set of networks: default or permissive.")] = "default",
    model: Annotated[
        list[str] | None, typer.Option("--model", help="Swap one network, as in objects=yolox_nano. Repeatable.")
    ] = None,
    require: Annotated[
        str, typer.Option("--require", help="Checks without which to stop with exit code 4, as in faces,objects.")
    ] = "",
    dense: Annotated[
        bool, typer.Option("--dense", help="Every detector, ten times a second: slow, for reference.")
    ] = False,
    offline: Annotated[
        bool, typer.Option("--offline", envvar="PROCTOR_OFFLINE", help="Never download a network.")
    ] = False,
    language: Annotated[str, typer.Option("--language", help="Language of the report: en or vi.")] = "en",
    style: ProgressOption = ProgressStyle.auto,
    as_json: Annotated[bool, typer.Option("--json", help="One line of JSON on stdout at the end.")] = False,
) -> None:
    """Analyse one recorded session: observations, events, risk, snapshots and a report."""
    if not webcam and not screen:
        raise UsageError("no recording", where="analyze", hint="Give a webcam recording, or --screen FILE.")
    if screen_offset is not None and not screen:
        raise UsageError("there is no screen recording to shift", where="--screen-offset", hint="Give --screen FILE.")
    if screen_offset is not None and not webcam:
        raise UsageError(
            "a screen recording alone begins at 0", where="--screen-offset", hint="Give the webcam recording too."
        )
    student = student.strip()
    if not student:
        raise UsageError("not given", where="--student", hint="Say whose session it is: --student S123.")

    from proctor_cli import nets
    from proctor_cli.batch import analyse
    from proctor_cli.engine.local import LocalEngine
    from proctor_cli.policy import load, validate_signals
    from proctor_cli.report.page import check_language
    from proctor_cli.session.prepare import Request, prepare, roles_needed
    from proctor_cli.store import SessionFolder
    from proctor_cli.types import Clip

    check_language(language)
    rules = load(policy)
    validate_signals(rules, known_signals())
    chosen = nets.load_manifest().choose(models, read_swaps(model or []))
    clips = [Clip("webcam", webcam)] if webcam else []
    if screen:
        clips.append(Clip("screen", screen, read_offset(screen_offset or "0")))
    folder = SessionFolder(output or Path(f"proctor-{_file_name(student)}"))
    request = Request(
        student_id=student,
        clips=tuple(clips),
        folder=str(folder.path),
        models=chosen,
        events=events,
        start=read_start(start) if start else None,
        span=read_span(span) if span else None,
        require=tuple(name.strip() for name in require.split(",") if name.strip()),
        dense=dense,
    )
    _protect(folder, student, overwrite)
    networks = [chosen[role] for role in roles_needed(clips) if role in chosen]
    _get_networks(networks, offline)
    count, threads = count_workers(workers)
    preparation = prepare(request, threads=threads)
    _protect_other_exam(folder, preparation, overwrite)
    _say_what_is_missing(preparation, networks)
    if preparation.done:
        note(f"going on with a stopped analysis: {len(preparation.done)} of {len(preparation.jobs)} slices are done")
    total_s = sum(job.length_s for job in preparation.jobs)
    try:
        with progress(style, total_s, student) as advance:
            result = analyse(
                preparation,
                LocalEngine(min(count, max(1, len(preparation.jobs)))),
                rules,
                analysed_at=datetime.now(UTC).isoformat(timespec="seconds"),
                advance=advance,
            )
    except KeyboardInterrupt:
        raise Interrupted(
            "stopped", where=str(folder.path), hint="The same command goes on where this one was stopped."
        ) from None
    write_documents(folder, result, language=language)
    tell(folder, result, as_json=as_json)
    if result.partial:
        raise typer.Exit(PARTIAL)


def _file_name(student: str) -> str:
    return "".join(letter if letter.isalnum() or letter in "._-" else "_" for letter in student)


def _protect(folder: SessionFolder, student: str, overwrite: bool) -> None:
    """Never write over somebody else's results without being told to."""
    if overwrite or not os.path.exists(folder.session):  # not Path.exists: that raises where one may not look
        return
    other = folder.read_session().recording.student_id
    if other != student:
        raise OutputError(
            f"holds the session of {other}", where=str(folder.path), hint="Choose another folder, or add --overwrite."
        )


def _protect_other_exam(folder: SessionFolder, preparation: Preparation, overwrite: bool) -> None:
    """A candidate sits more than one exam: results of other recordings are not written over either."""
    if overwrite or not folder.session.exists():
        return
    before = {clip.sha256 for clip in folder.read_session().recording.clips}
    if before.isdisjoint(clip.sha256 for clip in preparation.recording.clips):
        raise OutputError(
            "holds the session of other recordings", where=str(folder.path), hint="Choose another, or add --overwrite."
        )


def _get_networks(entries: Sequence[nets.Entry], offline: bool) -> None:
    """Fetch the networks that are missing. What cannot be had is reported later, as checks that are not assessed."""
    from proctor_cli import nets

    missing = [entry for entry in entries if any(file.state == "missing" for file in nets.inspect(entry))]
    if not missing or offline:
        return
    for entry in missing:
        addresses = [url for file in entry.files for url in file.urls[:1]]
        note(f"fetching {entry.name} ({entry.size_bytes / 1e6:.1f} MB) from {', '.join(addresses) or 'nowhere known'}")
        try:
            with fetching_bar() as bar:
                nets.fetch(entry, progress=bar)
        except (ModelError, OutputError) as error:
            note(str(error))
            if addresses:
                return  # without a connection the next one fails in the same way, after the same wait


def _say_what_is_missing(preparation: Preparation, networks: Iterable[nets.Entry]) -> None:
    """One line, when the networks are only missing; the reason of each is in the results as well."""
    from proctor_cli import nets

    missing = [item for item in preparation.recording.missing if item.lacks == "model"]
    states = {entry.name: {file.state for file in nets.inspect(entry)} for entry in networks}
    absent = [name for name, found in states.items() if "missing" in found]
    if len(missing) > 1 and absent and not any("damaged" in found for found in states.values()):
        note(
            f"not assessed for want of a model: {', '.join(item.name for item in missing)}. "
            f"Run `proctor models fetch {' '.join(absent)}`, or set PROCTOR_MODELS to a folder that has them."
        )
        return
    for item in missing:
        note(f"not assessed: {item.name}: {item.reason}. {item.remedy}")
