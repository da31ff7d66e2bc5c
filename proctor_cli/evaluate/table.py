"""An evaluation as lines of text, for a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from proctor_cli.report.evaluation import Evaluation, Figures, Honest, HonestReport, Parity, Share, Sweep, Wrong
from proctor_cli.report.formats import number

_HEAD = ("event", "found", "missed", "false", "split", "short", "optional", "precision", "recall", "F1")
_HEAD_MORE = ("start", "end", "false/h")


def list_lines(evaluation: Evaluation, *, every_wrong: bool = False) -> Iterator[str]:
    """The whole evaluation.

    Args:
        evaluation: what to tell.
        every_wrong: all that was missed or false, and what was said of the recording where nothing happens; else only
            what was said of conduct there.
    """
    everything = [*evaluation.events, evaluation.total]
    yield from _lay_out([(*_HEAD, *_HEAD_MORE), *((*_counts(f), *_errors(f)) for f in everything)])
    sessions = _count(len(evaluation.sessions), "session")
    yield f"{sessions}, {number(evaluation.duration_s)} s; {_honest(evaluation.honest)}"
    for report in evaluation.honest.reports:
        if every_wrong or report.about == "conduct":
            yield f"  {_tell_honest(report)}"
    if every_wrong:
        honest = {session.clip for session in evaluation.sessions if session.honest}
        yield from (f"  {_tell(wrong)}" for wrong in evaluation.wrong if wrong.clip not in honest)
    for item in evaluation.not_judged:
        yield f"labelled, not judged: {item.event} ({_count(item.labels, 'label')}): {item.reason}"
    for event in evaluation.not_labelled:
        yield f"reported, not labelled: {event.event} ({_count(event.reports, 'report')})"
    left_out = [f"{figures.event} ({figures.left_out})" for figures in evaluation.events if figures.left_out]
    if left_out:
        yield f"labels left out, where the event was not assessed: {', '.join(left_out)}"
    for failure in evaluation.failed:
        yield f"not analysed: {failure.clip}: {failure.reason}"
    if evaluation.parity:
        yield ""
        yield from _list_groups(evaluation.parity)
    if evaluation.sweep:
        yield ""
        yield from _list_sweep(evaluation.sweep)


def show_share(share: Share | None) -> str:
    """A share with its limits: "0.67 (0.21-0.94)"."""
    return f"{share.value:.2f} ({share.low:.2f}-{share.high:.2f})" if share else "-"


def show_error(median_s: float | None, mean_s: float | None) -> str:
    """Errors of times, seconds: the median amount, and the mean with its sign, "0.30 (+0.12)"."""
    return "-" if median_s is None or mean_s is None else f"{median_s:.2f} ({mean_s:+.2f})"


def _counts(figures: Figures) -> tuple[str, ...]:
    return (
        figures.event,
        str(figures.true_positives),
        str(figures.false_negatives),
        str(figures.false_positives),
        str(figures.split),
        str(figures.too_short),
        str(figures.ignored),
        show_share(figures.precision),
        show_share(figures.recall),
        _show(figures.f1, 2),
    )


def _errors(figures: Figures) -> tuple[str, ...]:
    return (
        show_error(figures.start_error_median_s, figures.start_error_mean_s),
        show_error(figures.end_error_median_s, figures.end_error_mean_s),
        _show(figures.false_per_hour, 1),
    )


def _list_groups(parity: Parity) -> Iterator[str]:
    rows: list[tuple[str, ...]] = [("group", "sessions", "hours", "looks", "face found", "flagged min/h", "false/h")]
    for group in parity.groups:
        rates = _rates(group.face_found, group.flagged_min_per_hour, group.false_per_hour)
        rows.append((group.group, str(group.sessions), f"{group.hours:.2f}", str(group.looks), *rates))
    flagged, false = parity.flagged_min_per_hour_difference, parity.false_per_hour_difference
    rows.append(("difference", "", "", "", *_rates(parity.face_found_difference, flagged, false)))
    yield from _lay_out(rows)
    if parity.without_group:
        yield f"in no group: {_count(parity.without_group, 'session')}"


def _rates(face_found: float | None, flagged_min_per_hour: float | None, false_per_hour: float | None) -> list[str]:
    return [_show(face_found, 3), _show(flagged_min_per_hour, 2), _show(false_per_hour, 1)]


def _list_sweep(sweep: Sweep) -> Iterator[str]:
    rows: list[tuple[str, ...]] = [(sweep.key, *_HEAD, *_HEAD_MORE)]
    for point in sweep.points:
        rows += [(point.value, *_counts(f), *_errors(f)) for f in (*point.events, point.total)]
    yield from _lay_out(rows, texts=2)
    if not any(point.events for point in sweep.points):
        yield "no figure changes"


def _honest(honest: Honest) -> str:
    told = (
        f"nothing happens in {honest.sessions} of them, {number(honest.duration_s)} s: "
        f"{_count(honest.false_positives, 'false report')}"
    )
    return told + (f", and {honest.about_recording} about the recording" if honest.about_recording else "")


def _tell_honest(report: HonestReport) -> str:
    kind = "false" if report.about == "conduct" else "about the recording"
    mark = "" if report.scored else ", not labelled"
    return f"{kind}{mark}: {report.clip} {report.event} {report.start_s:.2f}-{report.end_s:.2f} s"


def _tell(wrong: Wrong) -> str:
    return f"{wrong.kind}: {wrong.clip} {wrong.event} {wrong.start_s:.2f}-{wrong.end_s:.2f} s"


def _show(value: float | None, decimals: int) -> str:
    return "-" if value is None else f"{value:.{decimals}f}"


def _count(amount: int, what: str) -> str:
    return f"{amount} {what}" + ("" if amount == 1 else "s")


def _lay_out(rows: Sequence[Sequence[str]], texts: int = 1) -> Iterator[str]:
    """Columns of equal width; the first ``texts`` of them to the left, numbers to the right."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = (c.ljust(w) if i < texts else c.rjust(w) for i, (c, w) in enumerate(zip(row, widths, strict=True)))
        yield "  ".join(cells).rstrip()
