"""`proctor evaluate`: error rates on labelled recordings."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from enum import StrEnum
from fnmatch import fnmatchcase
from functools import partial
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from proctor_cli.cli.documents import PARTIAL
from proctor_cli.cli.networks import get_networks, say_what_is_missing
from proctor_cli.cli.options import (
    DenseOption,
    DeviceOption,
    JsonOption,
    ModelOption,
    ModelsOption,
    OfflineOption,
    PolicyOption,
    RequireOption,
    WorkersOption,
    split_names,
)
from proctor_cli.cli.terminal import ProgressOption, ProgressStyle, note, progress
from proctor_cli.cli.values import known_signals, read_swaps
from proctor_cli.errors import Interrupted, UsageError

if TYPE_CHECKING:
    from proctor_cli import nets
    from proctor_cli.evaluate.sessions import Judged
    from proctor_cli.report.evaluation import Evaluation
    from proctor_cli.types import Recording

_HIT = 10


class Source(StrEnum):
    """What the recordings show."""

    webcam = "webcam"
    screen = "screen"


def evaluate(
    labels: Annotated[
        list[Path], typer.Argument(metavar="LABELS...", help="CSV files: clip,event,start_s,end_s,detail.")
    ],
    recordings: Annotated[
        Path | None, typer.Option("--recordings", help="Folder of the recordings (default: beside the labels).")
    ] = None,
    source: Annotated[Source, typer.Option("--as", help="What the recordings show.")] = Source.webcam,
    student_db: Annotated[
        Path | None, typer.Option("--student-db", help="Folder with a folder of the candidate's photos for each clip.")
    ] = None,
    results: Annotated[
        Path | None, typer.Option("--results", help="Score the finished sessions in this folder; no video is needed.")
    ] = None,
    events: Annotated[
        Path | None, typer.Option("--events", help="Score any program's reports: CSV event,start_s,end_s,clip.")
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", help="Folder for the results (default, for recordings: proctor-evaluation)."),
    ] = None,
    policy: PolicyOption = None,
    types: Annotated[str, typer.Option("--types", help="Score exactly these events, as in NO_FACE,TALKING.")] = "",
    names: Annotated[
        list[str] | None, typer.Option("--map", help="What the labels call an event, OURS=THEIRS. Repeatable.")
    ] = None,
    only: Annotated[str, typer.Option("--only", help="Only clips whose name fits this pattern, as in A*.")] = "*",
    tolerance_s: Annotated[
        float, typer.Option("--tolerance", min=0, help="How far a report may lie beside a label, seconds.")
    ] = 1.0,
    groups: Annotated[
        Path | None, typer.Option("--groups", help="CSV clip,group: compare groups of candidates.")
    ] = None,
    sweep: Annotated[
        str | None, typer.Option("--sweep", help="Try values of a policy key, as in away.head_yaw_deg=15,20,25.")
    ] = None,
    list_all: Annotated[bool, typer.Option("--list", help="List every missed and false event.")] = False,
    min_f1: Annotated[
        float | None, typer.Option("--min-f1", min=0, max=1, help="Exit with 10 when F1 over all events is lower.")
    ] = None,
    workers: WorkersOption = None,
    models: ModelsOption = "default",
    model: ModelOption = None,
    device: DeviceOption = "cpu",
    require: RequireOption = "",
    dense: DenseOption = False,
    offline: OfflineOption = False,
    style: ProgressOption = ProgressStyle.auto,
    as_json: JsonOption = False,
) -> None:
    """Compare what is reported for recordings with what a person saw in them: precision, recall, false per hour."""
    _refuse_contradictions(recordings, results, events, groups, sweep)
    if student_db and (results or events or source is Source.screen):
        hint = "Give webcam recordings, or leave it out."
        raise UsageError("there is no webcam recording to compare with", where="--student-db", hint=hint)

    from proctor_cli.engine.capacity import measure_capacity
    from proctor_cli.engine.local import LocalEngine
    from proctor_cli.evaluate.evaluation import Task, evaluate_reports, evaluate_sessions
    from proctor_cli.evaluate.labels import read_labels, read_reports
    from proctor_cli.evaluate.sessions import (
        Analysed,
        analyse_all,
        find_candidates,
        find_recordings,
        find_results,
        judge_all,
        list_clips,
    )
    from proctor_cli.evaluate.sweep import read_sweep
    from proctor_cli.nets import choose_device, load_manifest
    from proctor_cli.policy import load, validate_signals
    from proctor_cli.session.observe import get_ready
    from proctor_cli.session.prepare import roles_needed
    from proctor_cli.session.request import Request

    rules = load(policy)
    swept, trials = read_sweep(sweep, rules) if sweep else ("", ())
    for tried in (rules, *(trial.policy for trial in trials)):
        validate_signals(tried, known_signals())
    wanted = partial(_fits, only)
    known = read_labels(labels, groups).narrow(wanted)
    task = Task(known, rules, _read_names(names or []), split_names(types), tolerance_s, swept, trials)
    now = datetime.now(UTC).isoformat(timespec="seconds")
    if events:
        reports = {clip: rows for clip, rows in read_reports(events).items() if wanted(clip)}
        _tell(evaluate_reports(task, reports), output, list_all=list_all, as_json=as_json, min_f1=min_f1)
        return
    if results:
        finished = find_results(results, known, wanted)
        _refuse_nothing(only, finished)
        _say_what_is_not_labelled(sorted(finished.keys() - known.clips))
        analysed = Analysed(judge_all(finished, rules, analysed_at=now))
    else:
        output = output or Path("proctor-evaluation")
        chosen = load_manifest().choose(models, read_swaps(model or []), choose_device(device))
        found = find_recordings([recordings] if recordings else [path.parent for path in labels], known, wanted)
        _refuse_nothing(only, found)
        candidates = find_candidates(student_db, found)
        _say_what_is_not_labelled(sorted(found.keys() - known.clips))
        _say_who_has_no_photo([clip for clip, (_, findings) in candidates.items() if findings])
        clips = {name: list_clips(path, source.value) for name, path in found.items()}
        networks = [chosen[role] for role in roles_needed(chain(*clips.values())) if role in chosen]
        get_networks(networks, offline)
        capacity = measure_capacity(workers)
        try:
            with LocalEngine(capacity.workers, get_ready) as engine:
                analysed = analyse_all(
                    {
                        name: Request(
                            student_id=name,
                            clips=parts,
                            folder=str(output / name),
                            models=chosen,
                            require=split_names(require),
                            dense=dense,
                            photos=candidates[name][0],
                            findings=candidates[name][1],
                        )
                        for name, parts in clips.items()
                    },
                    rules,
                    engine,
                    capacity=capacity,
                    analysed_at=now,
                    watch=partial(progress, style),
                    done=_Documents(networks),
                )
        except KeyboardInterrupt:
            raise Interrupted(
                "stopped", where=str(output), hint="The same command goes on where this one was stopped."
            ) from None
    total_s = len(trials) * sum(session.result.recording.duration_s for session in analysed.sessions)
    with progress(style, total_s, swept) as advance:
        evaluation = evaluate_sessions(task, analysed, advance=advance)
    _tell(evaluation, output, list_all=list_all, as_json=as_json, min_f1=min_f1)


class _Documents:
    """Writes the files of each session, and says what went wrong on the way; what all of them lack, once."""

    def __init__(self, networks: Sequence[nets.Entry]) -> None:
        self._networks = networks
        self._said = False

    def __call__(self, judged: Judged) -> None:
        from proctor_cli.batch.documents import write_documents

        recording: Recording = judged.result.recording
        if not self._said:
            say_what_is_missing(recording.missing, self._networks)
            self._said = True
        for problem in recording.problems:
            note(f"{problem.where}: {problem.message}")
        write_documents(judged.folder, judged.result, language="en")


def _tell(evaluation: Evaluation, output: Path | None, *, list_all: bool, as_json: bool, min_f1: float | None) -> None:
    """Write the files, say the outcome, and close the gate."""
    from proctor_cli.evaluate import documents, page, table

    if output:
        written = documents.write(evaluation, output)
        page.write_page(evaluation, written.with_suffix(".html"))
    if as_json:
        typer.echo(documents.encode(evaluation))
    else:
        for line in table.list_lines(evaluation, every_wrong=list_all):
            typer.echo(line)
        if output:
            typer.echo(f"report: {output / 'evaluation.html'}")
    for failure in evaluation.failed:
        note(f"not analysed: {failure.reason}")
    f1 = evaluation.total.f1
    if min_f1 is not None and f1 is None and evaluation.not_judged:
        note("--min-f1: nothing that is labelled was judged")
        raise typer.Exit(_HIT)
    if min_f1 is not None and f1 is not None and f1 < min_f1:
        note(f"--min-f1: F1 is {f1:.3f}, below {min_f1:g}")
        raise typer.Exit(_HIT)
    if evaluation.failed or any(session.partial for session in evaluation.sessions):
        raise typer.Exit(PARTIAL)


def _refuse_contradictions(
    recordings: Path | None, results: Path | None, events: Path | None, groups: Path | None, sweep: str | None
) -> None:
    given = [
        name for name, value in (("--recordings", recordings), ("--results", results), ("--events", events)) if value
    ]
    if len(given) > 1:
        raise UsageError("only one of them can be scored", where=" ".join(given), hint="Leave the others out.")
    for name, value in (("--groups", groups), ("--sweep", sweep)):
        if events and value:
            raise UsageError(
                "needs what was observed, not only what was reported", where=name, hint="Give --results or recordings."
            )


def _read_names(words: Sequence[str]) -> dict[str, str]:
    """Our event -> the labels' from words like "PASTE_SUSPECTED=PASTE"; without a second name it is dropped."""
    names = {}
    for word in words:
        ours, equals, theirs = word.partition("=")
        if not equals or not ours.strip():
            raise UsageError(
                f"{word!r} renames nothing", where="--map", hint="Write OURS=THEIRS, as in PASTE_SUSPECTED=PASTE."
            )
        names[ours.strip()] = theirs.strip()
    return names


def _refuse_nothing(only: str, found: Collection[str]) -> None:
    if not found:
        raise UsageError(f"no clip fits {only}", where="--only", hint="Write a pattern, as in A*.")


def _say_what_is_not_labelled(clips: Sequence[str]) -> None:
    if clips:
        note(f"no label names {', '.join(clips)}: taken for sessions in which nothing happens")


def _say_who_has_no_photo(clips: Sequence[str]) -> None:
    if clips:
        note(f"no photo for {', '.join(clips)}: compared with the face of the first seconds")


def _fits(pattern: str, clip: str) -> bool:
    return fnmatchcase(clip, pattern)
