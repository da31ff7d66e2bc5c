"""From counts to figures, with the limits within which chance allows the true ones to lie."""

from __future__ import annotations

from math import sqrt
from statistics import NormalDist, fmean, median

from proctor_cli.evaluate.matching import Tally
from proctor_cli.report.evaluation import Figures, Share

_Z = NormalDist().inv_cdf(0.975)  # 95 %, both sides
# Shares and rates to six decimals, times to three: far finer than chance, and the same bytes on every machine.
_FINE = 6
_TIMES = 3


def figure(event: str, tally: Tally) -> Figures:
    """The figures of one event (or of all together, by whatever name)."""
    matched, unmatched, missed = tally.matched, tally.unmatched, tally.missed
    all_sides = 2 * matched + unmatched + missed
    return Figures(
        event=event,
        true_positives=matched,
        false_positives=unmatched,
        false_negatives=missed,
        ignored=tally.ignored,
        split=tally.split,
        too_short=tally.too_short,
        left_out=tally.left_out,
        precision=estimate(matched, matched + unmatched),
        recall=estimate(matched, matched + missed),
        f1=round(2 * matched / all_sides, _FINE) if all_sides else None,
        start_error_median_s=_median_amount(tally.start_errors_s),
        start_error_mean_s=_mean(tally.start_errors_s),
        end_error_median_s=_median_amount(tally.end_errors_s),
        end_error_mean_s=_mean(tally.end_errors_s),
        hours=round(tally.assessed_s / 3600, _FINE),
        false_per_hour=per_hour(unmatched, tally.assessed_s),
    )


def estimate(hits: int, of: int) -> Share | None:
    """``hits`` of ``of`` as a share with its 95 % limits; None of nothing.

    The limits are Wilson's (E. B. Wilson, JASA 22, 1927): they stay within 0-1 and mean something for a handful of
    events too, where two hits in two are anything from 0.34 to 1.
    """
    if of == 0:
        return None
    share = hits / of
    spread = _Z * _Z / of
    middle = (share + spread / 2) / (1 + spread)
    half = _Z / (1 + spread) * sqrt(share * (1 - share) / of + spread / (4 * of))
    return Share(round(share, _FINE), round(max(0.0, middle - half), _FINE), round(min(1.0, middle + half), _FINE))


def per_hour(count: float, duration_s: float) -> float | None:
    """How often an hour; None of no time."""
    return round(count * 3600 / duration_s, _FINE) if duration_s else None


def _median_amount(errors_s: tuple[float, ...]) -> float | None:
    return round(median(map(abs, errors_s)), _TIMES) if errors_s else None


def _mean(errors_s: tuple[float, ...]) -> float | None:
    return round(fmean(errors_s), _TIMES) + 0.0 if errors_s else None
