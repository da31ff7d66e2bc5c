"""An evaluation as one document, put together and written."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import msgspec

from proctor_cli import __version__
from proctor_cli.errors import OutputError
from proctor_cli.evaluate.figures import figure
from proctor_cli.evaluate.labels import Labels
from proctor_cli.evaluate.scoring import Scores, Session
from proctor_cli.evaluate.sessions import Judged
from proctor_cli.policy import Policy
from proctor_cli.report.evaluation import EvaluatedSession, Evaluation, FailedSession, Honest, Parity, Sweep
from proctor_cli.report.output import write_whole
from proctor_cli.types import ModelUse

TOTAL = "ALL"
"""What the figures of all events together are called."""


def build(
    labels: Labels,
    sessions: Sequence[Session],
    scores: Scores,
    *,
    tolerance_s: float,
    policy: Policy | None = None,
    judged: Sequence[Judged] = (),
    failed: Sequence[FailedSession] = (),
    parity: Parity | None = None,
    sweep: Sweep | None = None,
) -> Evaluation:
    """Put the document together.

    Args:
        labels: what a person saw.
        sessions: what was reported.
        scores: what came of the two.
        tolerance_s: with which they were compared.
        policy: what judged; None when reports of unknown origin were scored.
        judged: the sessions as judged, as far as there are any.
        failed: recordings that are in no figure.
        parity: the figures of groups.
        sweep: the figures under other values of a key.
    """
    results = {session.clip: session.result for session in judged}
    honest_s = sum(session.duration_s for session in sessions if session.clip in scores.honest)
    about = Counter(report.about for report in scores.honest_reports)
    models: dict[ModelUse, None] = {}
    for result in results.values():
        models |= dict.fromkeys(result.recording.models)
    return Evaluation(
        schema="proctor.evaluation/1",
        proctor_version=__version__,
        policy_name=policy.name if policy else "",
        policy_sha256=policy.sha256 if policy else "",
        models=tuple(models),
        labels=labels.files,
        tolerance_s=tolerance_s,
        duration_s=round(scores.total.assessed_s, 3),
        events=tuple(figure(event, tally) for event, tally in scores.tallies.items()),
        total=figure(TOTAL, scores.total),
        honest=Honest(
            sessions=len(scores.honest),
            duration_s=round(honest_s, 3),
            false_positives=about["conduct"],
            about_recording=about["recording"],
            reports=scores.honest_reports,
        ),
        not_judged=scores.not_judged,
        not_labelled=scores.not_labelled,
        wrong=scores.wrong,
        parity=parity,
        sweep=sweep,
        sessions=tuple(
            EvaluatedSession(
                clip=session.clip,
                group=labels.groups.get(session.clip, ""),
                duration_s=round(session.duration_s, 3),
                honest=session.clip in scores.honest,
                partial=session.clip in results and results[session.clip].partial,
                sha256=results[session.clip].recording.clips[0].sha256 if session.clip in results else "",
            )
            for session in sessions
        ),
        failed=tuple(failed),
    )


def write(evaluation: Evaluation, folder: Path) -> Path:
    """Write evaluation.json into ``folder``, which is made if need be. It holds no time: equal work gives equal bytes.

    Raises:
        OutputError: it cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(
            f"cannot write here ({error.strerror or error})", where=str(folder), hint="Choose another folder with -o."
        ) from error
    content = msgspec.json.format(msgspec.json.encode(evaluation), indent=1) + b"\n"
    return write_whole(folder / "evaluation.json", content)


def encode(evaluation: Evaluation) -> str:
    """The document as one line."""
    return msgspec.json.encode(evaluation).decode()
