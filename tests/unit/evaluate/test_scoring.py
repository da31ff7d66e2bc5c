"""Which report is which label, which events are scored, and what is left out of the totals."""

from __future__ import annotations

from dataclasses import replace

import pytest

from proctor_cli.errors import UsageError
from proctor_cli.evaluate.figures import estimate, figure
from proctor_cli.evaluate.matching import Tally, add, compare
from proctor_cli.evaluate.scoring import (
    Session,
    Terms,
    list_names,
    list_quality,
    read_terms,
    rename_all,
    score,
    shortest,
)
from proctor_cli.policy import change, load
from proctor_cli.report.evaluation import HonestReport, NotJudged, NotLabelled, Share, Wrong
from tests.unit.evaluate.cases import facts, labels_of, reports, scores_of


def tally(
    reported: list[tuple[float, float]], labelled: list[tuple[str, float, float]], shortest_s: float = 0.0
) -> Tally:
    return compare(
        "a",
        reports(*(("X", start_s, end_s) for start_s, end_s in reported)),
        facts(*labelled),
        duration_s=100.0,
        shortest_s=shortest_s,
        tolerance_s=1.0,
    )


def test_the_largest_overlap_wins_and_the_rest_is_split() -> None:
    found = tally([(10, 12), (13, 20)], [("X", 10, 20)])
    assert (found.matched, found.unmatched, found.split, found.missed) == (1, 1, 1, 0)
    assert list(found.start_errors_s + found.end_errors_s) == [3, 0]
    assert found.wrong == (Wrong("split", "a", "X", 10, 12),)


def test_the_tolerance_is_not_included() -> None:
    assert tally([(5, 9)], [("X", 10, 20)]).matched == 0
    assert tally([(5, 9.1)], [("X", 10, 20)]).matched == 1


def test_one_report_matches_one_label() -> None:
    found = tally([(10, 20)], [("X", 10, 14), ("X", 15, 20)])
    assert (found.matched, found.missed) == (1, 1)
    assert found.wrong == (Wrong("missed", "a", "X", 10, 14),)


def test_optional_and_short_labels_ask_for_nothing() -> None:
    found = tally([(1, 3), (50, 60)], [("?X", 0, 5), ("X", 50, 51.9)], shortest_s=2.0)
    assert (found.matched, found.missed, found.ignored, found.too_short) == (0, 0, 1, 1)
    assert found.wrong == (Wrong("too short to report", "a", "X", 50, 60),)


def test_a_length_is_as_long_as_its_decimals_say() -> None:
    assert tally([], [("X", 43.3, 45.3)], shortest_s=2.0).missed == 1  # 45.3 - 43.3 is a little less than 2


def test_what_the_labels_never_name_is_not_called_false() -> None:
    scores = scores_of(labels_of(a=[("NO_FACE", 1, 5)]), {"a": [("LOW_FOCUS", 1, 9), ("NO_FACE", 50, 60)], "b": []})
    assert list(scores.tallies) == ["NO_FACE"]
    assert scores.not_labelled == (NotLabelled("LOW_FOCUS", 1),)
    assert scores.total.unmatched == 1


def test_what_no_rule_reports_is_not_called_missed() -> None:
    labels = labels_of(a=[("NO_FACE", 1, 5), ("SPEECH", 1, 5), ("?SPEECH", 8, 9)])
    scores = scores_of(labels, {"a": []}, reportable=frozenset({"NO_FACE"}), judged_by="mine")
    assert scores.not_judged == (NotJudged("SPEECH", 1, "no rule of the policy mine reports it"),)
    assert scores.total.missed == 1
    assert list(scores_of(labels, {"a": []}).tallies) == ["NO_FACE", "SPEECH"]  # nobody says what can be reported


def test_naming_events_overrules_both() -> None:
    labels = labels_of(a=[("NO_FACE", 1, 5), ("SPEECH", 1, 5)])
    terms = Terms(reportable=frozenset({"NO_FACE"}), types=("SPEECH", "LOW_FOCUS"))
    scores = score(labels, [Session("a", 100, reports(("LOW_FOCUS", 1, 2), ("NO_FACE", 8, 9)))], terms)
    assert {event: (t.missed, t.unmatched) for event, t in scores.tallies.items()} == {
        "LOW_FOCUS": (0, 1),
        "SPEECH": (1, 0),
    }
    assert (scores.not_judged, scores.not_labelled) == ((), ())
    with pytest.raises(UsageError, match="Did you mean SPEECH"):
        score(labels, [], replace(terms, types=("SPEACH",)))


def test_labels_of_sessions_in_which_nobody_looked_are_left_out() -> None:
    labels = labels_of(a=[("NO_FACE", 1, 5)], b=[("NO_FACE", 1, 5), ("?NO_FACE", 8, 9)])
    sessions = [Session("a", 100, ()), Session("b", 50, (), {"NO_FACE": "model not found"})]
    scores = score(labels, sessions, Terms())
    assert (scores.tallies["NO_FACE"].missed, scores.tallies["NO_FACE"].left_out) == (1, 1)
    assert scores.tallies["NO_FACE"].assessed_s == 100
    assert scores.total.assessed_s == 150
    nowhere = score(labels, sessions[1:], Terms())
    assert nowhere.not_judged == (NotJudged("NO_FACE", 1, "model not found"),)
    assert nowhere.tallies == {}


def test_honest_sessions_have_no_required_label_of_any_kind() -> None:
    labels = labels_of(a=[("?NO_FACE", 1, 5)], b=[("SPEECH", 1, 5)], c=[])
    found = {"a": [("NO_FACE", 50, 60)], "b": [], "c": [], "d": []}
    assert scores_of(labels, found, reportable=frozenset({"NO_FACE"})).honest == {"a", "c", "d"}
    assert scores_of(labels, found, types=("NO_FACE",)).honest == {"a", "b", "c", "d"}


def test_every_report_is_false_where_nothing_happens() -> None:
    labels = labels_of(a=[("NO_FACE", 1, 5)], b=[("?NO_FACE", 20, 30)])
    found = [("UNAUTHORIZED_USER", 0, 90), ("TALKING", 40, 44), ("TALKING", 2, 4), ("NO_FACE", 30.5, 31)]
    found += [("NO_FACE", 50, 55), ("LOW_LIGHT", 21, 29)]
    scores = scores_of(labels, {"a": [("TALKING", 50, 60)], "b": found}, quality=frozenset({"LOW_LIGHT"}))
    assert scores.honest == {"b"}
    assert scores.honest_reports == (
        HonestReport("b", "LOW_LIGHT", 21, 29, "recording", False),
        HonestReport("b", "NO_FACE", 50, 55, "conduct", True),
        HonestReport("b", "TALKING", 2, 4, "conduct", False),
        HonestReport("b", "TALKING", 40, 44, "conduct", False),
        HonestReport("b", "UNAUTHORIZED_USER", 0, 90, "conduct", False),
    )
    assert (list(scores.tallies), scores.total.unmatched) == (["NO_FACE"], 1)  # in no total, as everywhere
    (only,) = scores_of(labels, {"a": [], "b": found}, types=("UNAUTHORIZED_USER",)).honest_reports
    assert (only.event, only.scored) == ("UNAUTHORIZED_USER", True)


def test_only_events_of_quality_alone_are_about_the_recording() -> None:
    policy = change(load(None), "rules.LOW_LIGHT.enabled", False, "test")
    assert {"LOW_LIGHT", "BLACK_VIDEO"} <= list_quality(policy, {})  # of another program's, too
    assert list_quality(policy, {}).isdisjoint({"NO_FACE", "TALKING", "UNAUTHORIZED_USER", "UNHEARD_OF"})
    assert "DARK" in list_quality(policy, {"LOW_LIGHT": "DARK"})
    assert "DARK" not in list_quality(policy, {"LOW_LIGHT": "DARK", "NO_FACE": "DARK"})


def test_shortest_durations_are_those_of_the_policy() -> None:
    contract = {"NO_FACE": 2.0, "MULTIPLE_FACES": 2.0, "LOOKING_AWAY": 3.0, "PHONE_DETECTED": 5.0}
    assert shortest(load(None), {}) == contract
    patient = change(load(None), "rules.NO_FACE.min_duration_s", 8.0, "test")
    assert shortest(patient, {}) == {**contract, "NO_FACE": 8.0}
    off = change(load(None), "rules.LOOKING_AWAY.enabled", False, "test")
    assert "LOOKING_AWAY" not in shortest(off, {})
    assert shortest(load(None), {"LOW_FOCUS": "LOOKING_AWAY"}) == contract  # the shorter of the two
    assert read_terms(load(None), {"NO_FACE": ""}, types=(), tolerance_s=1).reportable is not None


def test_our_names_become_those_of_the_labels() -> None:
    ours = reports(("PASTE_SUSPECTED", 1, 2), ("LOW_FOCUS", 3, 4), ("NO_FACE", 5, 6))
    renamed = rename_all(ours, list_names({"LOW_FOCUS": ""}, {"PASTE"}))
    assert renamed == reports(("PASTE", 1, 2), ("NO_FACE", 5, 6))
    assert list_names({}, {"PASTE_SUSPECTED"}) == {}


def test_two_hits_in_two_are_not_a_hundred_per_cent() -> None:
    assert estimate(2, 2) == Share(1.0, 0.34238, 1.0)
    assert estimate(0, 0) is None
    # 7 of 10: R. G. Newcombe's tables of Wilson's interval have 0.3968 to 0.8922
    some = estimate(7, 10)
    assert some is not None
    assert [some.low, some.high] == pytest.approx([0.3968, 0.8922], abs=1e-4)


def test_figures_of_counts() -> None:
    one = Tally(matched=2, unmatched=1, missed=1, assessed_s=1800, start_errors_s=(-3.0, 1.0), end_errors_s=(0.0, 0.5))
    figures = figure("X", add([one, Tally(matched=1, assessed_s=1800, start_errors_s=(0.5,), end_errors_s=(0.5,))]))
    assert figures.precision is not None
    assert figures.recall is not None
    assert (figures.precision.value, figures.recall.value, figures.f1) == (0.75, 0.75, 0.75)
    assert (figures.start_error_median_s, figures.start_error_mean_s) == (1.0, -0.5)
    assert (figures.end_error_median_s, figures.end_error_mean_s) == (0.5, 0.333)
    assert (figures.hours, figures.false_per_hour) == (1.0, 1.0)
    nothing = figure("X", Tally())
    assert (nothing.precision, nothing.f1, nothing.start_error_mean_s, nothing.false_per_hour) == (None,) * 4
