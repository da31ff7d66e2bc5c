"""`proctor analyze`: one session, all artefacts."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from proctor_cli.cli.candidate import CourseOption, NameOption, RosterOption, read_roster
from proctor_cli.cli.documents import PARTIAL, tell
from proctor_cli.cli.engines import check_engine, open_engine
from proctor_cli.cli.networks import get_networks, say_what_is_missing
from proctor_cli.cli.options import (
    BlurOption,
    DenseOption,
    DeviceOption,
    EngineKind,
    EngineOption,
    JsonOption,
    KeepEmbeddingsOption,
    ModelOption,
    ModelsOption,
    NoIdentityOption,
    OfflineOption,
    PolicyOption,
    RequireOption,
    SchedulerOption,
    ScreenTextOption,
    StudentDbOption,
    WorkersOption,
    split_names,
)
from proctor_cli.cli.recordings import say_what_was_taken
from proctor_cli.cli.sessions import Wishes, check_student_db, make_request
from proctor_cli.cli.terminal import ProgressOption, ProgressStyle, note, progress
from proctor_cli.cli.values import known_signals, read_swaps
from proctor_cli.errors import Interrupted, OutputError, UsageError

if TYPE_CHECKING:
    from proctor_cli.store import SessionFolder


def analyze(
    webcam: Annotated[
        str | None, typer.Argument(metavar="[WEBCAM|FOLDER]", help="The webcam recording, or a recorder's folder.")
    ] = None,
    student: Annotated[str, typer.Option("--student", help="The candidate's number or name.")] = "",
    roster: RosterOption = None,
    name: NameOption = "",
    course: CourseOption = "",
    screen: Annotated[
        str | None, typer.Option("--screen", help="The screen recording, or the folder of its parts.")
    ] = None,
    screen_offset: Annotated[
        str | None, typer.Option("--screen-offset", help="Session time of the screen's first picture, seconds.")
    ] = None,
    screen_start: Annotated[
        str | None, typer.Option("--screen-start", help="When the screen recording began, ISO 8601; needs --start.")
    ] = None,
    workspace: Annotated[
        str | None, typer.Option("--workspace", help="A room scan: desk and room, filmed before the exam.")
    ] = None,
    reference: Annotated[
        list[str] | None,
        typer.Option("--reference", help="A photo of the candidate, an ID card, or a folder of photos. Repeatable."),
    ] = None,
    student_db: StudentDbOption = None,
    no_identity: NoIdentityOption = False,
    blur_bystanders: BlurOption = True,
    keep_embeddings: KeepEmbeddingsOption = False,
    exam_title: Annotated[
        list[str] | None,
        typer.Option("--exam-title", help="Title or address of the exam on the screen (default: learned). Repeatable."),
    ] = None,
    screen_text: ScreenTextOption = True,
    events: Annotated[
        str | None, typer.Option("--events", help="A log: browser, Canvas, Moodle, Safe Exam Browser, xAPI.")
    ] = None,
    policy: PolicyOption = None,
    start: Annotated[str | None, typer.Option("--start", help="When the session began, ISO 8601.")] = None,
    span: Annotated[str | None, typer.Option("--span", help="Analyse only this part, as in 00:10:00-00:25:00.")] = None,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="Folder for the results (default: proctor-STUDENT).")
    ] = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace another session's results.")] = False,
    workers: WorkersOption = None,
    where: EngineOption = EngineKind.local,
    scheduler: SchedulerOption = None,
    models: ModelsOption = "default",
    model: ModelOption = None,
    device: DeviceOption = "cpu",
    require: RequireOption = "",
    dense: DenseOption = False,
    offline: OfflineOption = False,
    language: Annotated[str, typer.Option("--language", help="Language of the report: en or vi.")] = "en",
    style: ProgressOption = ProgressStyle.auto,
    as_json: JsonOption = False,
) -> None:
    """Analyse one recorded session: observations, events, risk, snapshots and a report."""
    student = student.strip()
    if not student:
        raise UsageError("not given", where="--student", hint="Say whose session it is: --student S123.")
    check_engine(where, scheduler, workers)

    from proctor_cli import nets
    from proctor_cli.batch.entries import Entry, name_folder
    from proctor_cli.batch.single import analyse, do_apart
    from proctor_cli.batch.stages import refuse_other_exam
    from proctor_cli.policy import load, validate_signals
    from proctor_cli.report.page import check_language
    from proctor_cli.session.prepare import prepare, roles_needed
    from proctor_cli.store import SessionFolder

    check_language(language)
    rules = load(policy)
    validate_signals(rules, known_signals())
    chosen = nets.load_manifest().choose(models, read_swaps(model or []), nets.choose_device(device))
    folder = SessionFolder(output or Path(f"proctor-{name_folder(student)}"))
    check_student_db(student_db)
    entry = Entry(
        student=student,
        webcam=(webcam,) if webcam else (),
        screen=(screen,) if screen else (),
        workspace=workspace or "",
        reference=tuple(reference or ()),
        events=events or "",
        start=start or "",
        span=span or "",
        screen_offset=screen_offset or "",
        screen_start=screen_start or "",
        name=name,
        course=course,
        exam_title=tuple(exam_title or ()),
    )
    wishes = Wishes(
        policy=rules,
        models=chosen,
        roster=read_roster(roster),
        student_db=student_db,
        identity=not no_identity,
        keep_embeddings=keep_embeddings,
        blur_bystanders=blur_bystanders,
        screen_text=screen_text,
        require=split_names(require),
        dense=dense,
    )
    request = make_request(entry, folder.path, wishes)
    for finding in request.findings:
        if finding.code != "reference_missing":  # said in the outcome
            note(finding.message)
    _protect(folder, student, overwrite)
    networks = [chosen[role] for role in roles_needed(request.clips) if role in chosen]
    get_networks(networks, offline)
    with open_engine(where, scheduler, workers, folder.path) as (engine, capacity):
        preparation = prepare(request, threads=capacity.threads(1), apart=do_apart(engine))
        if not overwrite:
            refuse_other_exam(folder, preparation.recording)
        if any(path and os.path.isdir(path) for path in (webcam, screen)):
            say_what_was_taken(preparation.recording)
        say_what_is_missing(preparation.recording.missing, networks)
        if preparation.done:
            note(
                f"going on with a stopped analysis: {len(preparation.done)} of {len(preparation.jobs)} slices are done"
            )
        total_s = sum(job.length_s for job in preparation.jobs)
        try:
            with progress(style, total_s, student) as advance:
                result = analyse(
                    preparation,
                    engine,
                    rules,
                    capacity,
                    analysed_at=datetime.now(UTC).isoformat(timespec="seconds"),
                    advance=advance,
                    language=language,
                )
        except KeyboardInterrupt:
            raise Interrupted(
                "stopped", where=str(folder.path), hint="The same command goes on where this one was stopped."
            ) from None
    tell(folder, result, as_json=as_json)
    if result.partial:
        raise typer.Exit(PARTIAL)


def _protect(folder: SessionFolder, student: str, overwrite: bool) -> None:
    """Never write over somebody else's results without being told to."""
    if overwrite or not os.path.exists(folder.session):  # not Path.exists: that raises where one may not look
        return
    other = folder.read_session().recording.student_id
    if other != student:
        raise OutputError(
            f"holds the session of {other}", where=str(folder.path), hint="Choose another folder, or add --overwrite."
        )
