"""`proctor batch`: many sessions, one pool of workers, one page."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from proctor_cli.cli.batch_plan import find_entries, get_what_is_needed, lay_plan, tell_plan
from proctor_cli.cli.batch_work import Work
from proctor_cli.cli.candidate import RosterOption, read_roster
from proctor_cli.cli.cohorts import leave, tell_cohort, warn_of_failures
from proctor_cli.cli.engines import check_engine, open_engine
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
from proctor_cli.cli.sessions import Wishes, check_student_db
from proctor_cli.cli.terminal import ProgressOption, ProgressStyle
from proctor_cli.cli.values import known_signals, read_swaps


def batch(
    sessions: Annotated[
        str,
        typer.Argument(
            metavar="SESSIONS",
            help="A table (CSV; - for standard input), a folder of recordings, or a pattern with {student} in it.",
        ),
    ],
    output: Annotated[Path, typer.Option("-o", "--output", help="Folder for the results of all sessions.")],
    screen: Annotated[
        str, typer.Option("--screen", help="With a pattern: that of the screen recordings, with {student} in it too.")
    ] = "",
    only: Annotated[str, typer.Option("--only", help="Only these sessions, as in S1,S2.")] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Analyse nothing; say what would be done.")] = False,
    roster: RosterOption = None,
    student_db: StudentDbOption = None,
    no_identity: NoIdentityOption = False,
    blur_bystanders: BlurOption = True,
    keep_embeddings: KeepEmbeddingsOption = False,
    exam_title: Annotated[
        list[str] | None,
        typer.Option("--exam-title", help="Title or address of the exam, where the table names none. Repeatable."),
    ] = None,
    screen_text: ScreenTextOption = True,
    policy: PolicyOption = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace results of other recordings.")] = False,
    workers: WorkersOption = None,
    where: EngineOption = EngineKind.local,
    scheduler: SchedulerOption = None,
    models: ModelsOption = "default",
    model: ModelOption = None,
    device: DeviceOption = "cpu",
    require: RequireOption = "",
    dense: DenseOption = False,
    offline: OfflineOption = False,
    language: Annotated[str, typer.Option("--language", help="Language of the reports: en or vi.")] = "en",
    style: ProgressOption = ProgressStyle.auto,
    as_json: JsonOption = False,
) -> None:
    """Analyse many sessions, each into a folder of its own, and rank them on one page. Finished ones are skipped."""
    from proctor_cli import nets
    from proctor_cli.policy import load, validate_signals
    from proctor_cli.report.page import check_language
    from proctor_cli.store import CohortFolder

    check_engine(where, scheduler, workers)
    check_language(language)
    rules = load(policy)
    validate_signals(rules, known_signals())
    chosen = nets.load_manifest().choose(models, read_swaps(model or []), nets.choose_device(device))
    check_student_db(student_db)
    folder = CohortFolder(output)
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
    entries = find_entries(sessions, screen, tuple(exam_title or ()))
    plan = lay_plan(entries, folder, wishes, split_names(only))
    if dry_run:
        raise typer.Exit(tell_plan(plan, chosen, as_json=as_json))
    get_what_is_needed(plan, wishes, offline=offline)
    with folder.held(), open_engine(where, scheduler, workers, folder.path) as (engine, capacity):
        work = Work(folder, plan, wishes, language=language, overwrite=overwrite)
        cohort = work.run(engine, capacity, style)
    tell_cohort(folder, cohort, as_json=as_json, kept=work.kept)
    if as_json:
        warn_of_failures(cohort)
    leave(work.asked_for)
