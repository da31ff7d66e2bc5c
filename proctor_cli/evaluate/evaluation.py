"""From labels and what was reported to the whole document."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from proctor_cli.evaluate.documents import build
from proctor_cli.evaluate.labels import Labels, Report
from proctor_cli.evaluate.parity import measure_all
from proctor_cli.evaluate.scoring import Terms, list_names, read_terms, score
from proctor_cli.evaluate.sessions import Analysed, list_sessions, read_session
from proctor_cli.evaluate.sweep import Trial, sweep
from proctor_cli.policy import Policy
from proctor_cli.report.evaluation import Evaluation


@dataclass(frozen=True, slots=True)
class Task:
    """What is to be compared, and how.

    ``names`` maps events of ours to those of the labels ("" drops one), beyond what is known; ``types`` are the events
    to score, () to choose them as ``scoring`` says. ``trials`` are the policies to try, with values of ``swept``.
    """

    labels: Labels
    policy: Policy
    names: Mapping[str, str]
    types: tuple[str, ...] = ()
    tolerance_s: float = 1.0
    swept: str = ""
    trials: tuple[Trial, ...] = ()


def evaluate_reports(task: Task, reports: Mapping[str, Sequence[Report]]) -> Evaluation:
    """Score what some program reported. What it can report is not known, so every labelled event is scored.

    Raises:
        UsageError: an event in ``task.types`` is known to nobody.
    """
    names = list_names(task.names, task.labels.events)
    terms = replace(_terms(task, names), reportable=None)
    sessions = list_sessions(task.labels, reports, names)
    return build(task.labels, sessions, score(task.labels, sessions, terms), tolerance_s=task.tolerance_s)


def evaluate_sessions(task: Task, analysed: Analysed, *, advance: Callable[[float], None]) -> Evaluation:
    """Score judged sessions, compare groups, and try other values of a key.

    Args:
        task: what to compare.
        analysed: the sessions, and what failed: that is in no figure.
        advance: told the seconds of video of each session that is judged again for a trial.

    Raises:
        UsageError: an event in ``task.types`` is known to nobody.
        OutputError: observations are missing or damaged.
    """
    lost = {failure.clip for failure in analysed.failed}
    labels = task.labels.narrow(lambda clip: clip not in lost)
    names = list_names(task.names, labels.events)
    terms = _terms(task, names)
    judged = analysed.sessions
    sessions = [read_session(session, labels, task.policy, names) for session in judged]
    scores = score(labels, sessions, terms)
    tried = None
    if task.trials:
        tried = sweep(task.swept, task.trials, judged, labels, terms, names, advance=advance)
    return build(
        labels,
        sessions,
        scores,
        tolerance_s=task.tolerance_s,
        policy=task.policy,
        judged=judged,
        failed=analysed.failed,
        parity=measure_all(judged, labels.groups, labels.facts, scores, task.policy),
        sweep=tried,
    )


def _terms(task: Task, names: Mapping[str, str]) -> Terms:
    return read_terms(task.policy, names, types=task.types, tolerance_s=task.tolerance_s)
