"""Log and screen about the same thing: made observations, and what is to be said of them."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proctor_cli.policy import load
from proctor_cli.risk import judge
from proctor_cli.risk.corroborate import Corroborator
from proctor_cli.types import Corroboration, Observation, Recording
from tests.unit.risk.cases import recording_of, samples

TIMING = load(None).timing


def log(changes: Mapping[float, float | None]) -> list[Observation]:
    return samples(changes, "log.hidden", "log")


def screen(changes: Mapping[float, float | None], end_s: float = 100.0, every_s: float = 0.5) -> list[Observation]:
    """Looks at the screen; ``changes`` says from when on it shows what (the exam before the first)."""
    looks = [i * every_s for i in range(round(end_s / every_s))]
    told = {t_s: [1.0, *(value for at_s, value in changes.items() if at_s <= t_s)][-1] for t_s in looks}
    return samples(told, "screen.exam", "screen")


def compare(*series: list[Observation], end_s: float = 100.0) -> list[tuple[float, float, str]]:
    return [(found.start_s, found.end_s, found.screen) for found in fold(*series, end_s=end_s)]


def fold(*series: list[Observation], end_s: float = 100.0) -> tuple[Corroboration, ...]:
    corroborator = Corroborator(TIMING)
    for observation in sorted((seen for part in series for seen in part), key=lambda seen: seen.t_s):
        corroborator.push(observation)
    return corroborator.finish(0.0, end_s)


HIDDEN = log({0: 0, 40: 1, 60: 0})


@pytest.mark.parametrize(
    ("shown", "said"),
    [
        ({40: 0, 60: 1}, "agrees"),
        ({40.9: 0, 59.1: 1}, "agrees"),  # pages report early
        ({39.1: 0, 60.9: 1}, "agrees"),  # and late
        ({40: 0, 58: 1}, "agrees"),  # for most of it, and then for no longer than a change of pages
        ({40: 0, 42: 1}, "contradicts"),
        ({}, "contradicts"),
        ({40: None, 60: 1}, "not assessed"),
        ({40: None, 45: 0, 50: None, 60: 1}, "agrees"),  # wherever it could be told
        ({40: None, 45: 1, 50: None, 60: 1}, "contradicts"),
    ],
)
def test_what_the_screen_shows_while_the_log_says_hidden(shown: Mapping[float, float | None], said: str) -> None:
    assert (40.0, 60.0, said) in compare(HIDDEN, screen(shown))


@pytest.mark.parametrize(
    ("shown", "parts"),
    [
        ({40: 0, 52: 1}, [(40, 52, "agrees"), (52, 60, "contradicts")]),
        ({52: 0, 60: 1}, [(40, 52, "contradicts"), (52, 60, "agrees")]),
        ({40: 0, 45: 1, 55: 0, 60: 1}, [(40, 45, "agrees"), (45, 55, "contradicts"), (55, 60, "agrees")]),
        ({30: 0, 44: 1, 55: 0, 80: 1}, [(40, 44, "agrees"), (44, 55, "contradicts"), (55, 60, "agrees")]),
        # What is not known between two parts is not held against the log.
        ({40: 0, 45: None, 55: 1}, [(40, 55, "agrees"), (55, 60, "contradicts")]),
        ({45: None, 55: 0, 60: 1}, [(40, 45, "contradicts"), (45, 60, "agrees")]),
        # One that cannot be told for a moment does not end.
        (
            {40: 0, 50: 1, 51: None, 52: 1, 53: None, 54: 1, 55: 0},
            [(40, 50, "agrees"), (50, 55, "contradicts"), (55, 60, "agrees")],
        ),
    ],
)
def test_where_the_screen_changes_meanwhile(
    shown: Mapping[float, float | None], parts: list[tuple[float, float, str]]
) -> None:
    assert [part for part in compare(HIDDEN, screen(shown)) if 40 <= part[0] < 60] == parts


def test_the_parts_are_told_in_words() -> None:
    agrees, contradicts = fold(HIDDEN, screen({40: 0, 52: 1}))
    said = "the log says the exam page was hidden 00:00:40-00:01:00; "
    assert agrees.message == said + "the screen agrees 00:00:40-00:00:52"
    assert contradicts.message == said + "the screen shows the exam 00:00:52-00:01:00"


class TestClock:
    """A log whose clock is off."""

    LOG: Mapping[float, float | None] = {0: 0, 20: 1, 24: 0, 40: 1, 50: 0}

    @staticmethod
    def shifts(*series: list[Observation]) -> set[str]:
        found = [item for item in fold(*series) if item.screen == "contradicts"]
        assert found
        return {item.message.partition("; the log seems ")[2] for item in found}

    @pytest.mark.parametrize(
        ("shift_s", "said"),
        [(12, "about 12 s early"), (-12, "about 12 s late"), (4.5, "about 4 s early"), (45, "about 45 s early")],
    )
    def test_one_shift_explains_it_all(self, shift_s: float, said: str) -> None:
        shown = {20 + shift_s: 0, 24 + shift_s: 1, 40 + shift_s: 0, 50 + shift_s: 1}
        assert self.shifts(log(self.LOG), screen(shown)) == {said}

    @pytest.mark.parametrize(
        "shown",
        [
            {},
            {32: 0, 36: 1},  # the other one is not there
            {32: 0, 36: 1, 52: 0, 62: 1, 70: 0, 80: 1},  # one more
            {32: 0, 36: 1, 52: 0, 70: 1},  # of another length
            {32: 0, 36: 1, 56: 0, 66: 1},  # not the same shift
            {20: 0, 24: 1, 60: 0, 70: 1},  # only one disagrees
        ],
    )
    def test_where_it_does_not_nothing_is_said(self, shown: Mapping[float, float | None]) -> None:
        assert self.shifts(log(self.LOG), screen(shown)) == {""}

    def test_one_stretch_alone_fits_anywhere(self) -> None:
        assert self.shifts(HIDDEN, screen({10: 0, 30: 1})) == {""}

    def test_too_far_is_no_clock_set_badly(self) -> None:
        told = log({0: 0, 5: 1, 9: 0, 15: 1, 25: 0})
        assert self.shifts(told, screen({65: 0, 69: 1, 75: 0, 85: 1})) == {"about 60 s early"}
        assert self.shifts(told, screen({66: 0, 70: 1, 76: 0, 86: 1})) == {""}


@pytest.mark.parametrize(
    ("shown", "said"), [({}, "contradicts"), ({40: 0, 41: 1}, "agrees"), ({40.5: 0, 41: 1}, "agrees")]
)
def test_a_short_look_away(shown: Mapping[float, float | None], said: str) -> None:
    assert compare(log({0: 0, 40: 1, 41: 0}), screen(shown)) == [(40.0, 41.0, said)]


def test_it_says_so_in_words() -> None:
    agrees, contradicts, unknown, silent = fold(
        log({0: 0, 10: 1, 20: 0, 30: 1, 33: 0, 40: 1, 45: 0}), screen({10: 0, 20: 1, 39: None, 50: 1, 60: 0, 70: 1})
    )
    assert agrees.message == "the log says the exam page was hidden 00:00:10-00:00:20; the screen agrees"
    assert contradicts.message == "the log says the exam page was hidden 00:00:30-00:00:33; the screen shows the exam"
    assert unknown.message.endswith("00:00:40-00:00:45; what the screen showed is not known")
    assert silent.message == (
        "the screen shows something else than the exam 00:01:00-00:01:10; the log says nothing of it"
    )


def test_without_a_screen_recording_nothing_is_assessed() -> None:
    assert compare(HIDDEN) == [(40.0, 60.0, "not assessed")]


def test_a_look_speaks_for_a_while_only() -> None:
    once = samples({30: 0.0}, "screen.exam", "screen")
    assert compare(log({0: 0, 45: 1, 60: 0}), once) == [
        (30.0, 30.0 + TIMING.hold_s, "contradicts"),
        (45.0, 60.0, "not assessed"),
    ]


class TestSilence:
    def test_of_a_log_that_would_speak_of_it(self) -> None:
        assert compare(log({0: 0}), screen({40: 0, 50: 1})) == [(40.0, 50.0, "contradicts")]

    @pytest.mark.parametrize("length_s", [0.5, 1.0, 2.0])
    def test_a_change_of_pages_is_none(self, length_s: float) -> None:
        assert compare(log({0: 0}), screen({40: 0, 40 + length_s: 1})) == []

    def test_a_log_that_does_not_speak_of_it_is_not_silent(self) -> None:
        assert compare(samples({0: 1.0}, "log.displays", "log"), screen({40: 0, 50: 1})) == []
        assert compare(screen({40: 0, 50: 1})) == []

    def test_before_its_first_word(self) -> None:
        # It tells when the page is left, so that until then it was there.
        assert compare(log({70: 1, 80: 0}), screen({10: 0, 20: 1, 70: 0, 80: 1})) == [
            (10.0, 20.0, "contradicts"),
            (70.0, 80.0, "agrees"),
        ]
        # It comes back to a page that may have been hidden all the time.
        assert compare(log({70: 0}), screen({10: 0, 20: 1})) == []

    def test_where_the_log_stops(self) -> None:
        assert compare(log({0: 0, 45: None}), screen({40: 0, 60: 1})) == [(40.0, 45.0, "contradicts")]

    def test_the_part_that_is_not_hidden(self) -> None:
        assert compare(HIDDEN, screen({30: 0, 60: 1})) == [(30.0, 39.0, "contradicts"), (40.0, 60.0, "agrees")]
        assert compare(HIDDEN, screen({40: 0, 70: 1})) == [(40.0, 60.0, "agrees"), (61.0, 70.0, "contradicts")]
        assert compare(HIDDEN, screen({38: 0, 62.5: 1})) == [(40.0, 60.0, "agrees")]

    def test_what_cannot_be_told_for_a_moment_does_not_end_it(self) -> None:
        assert compare(log({0: 0}), screen({40: 0, 44: None, 45.5: 0, 50: 1})) == [(40.0, 50.0, "contradicts")]


class TestJudgement:
    def test_a_session_has_them_in_order_of_time(self) -> None:
        seen = sorted([*HIDDEN, *screen({10: 0, 20: 1, 40: 0, 60: 1})], key=lambda observation: observation.t_s)
        found = judge(self.recording(), seen, load(None)).corroborations
        assert [(item.start_s, item.screen) for item in found] == [(10.0, "contradicts"), (40.0, "agrees")]

    def test_nothing_without_log_and_screen(self) -> None:
        assert judge(self.recording(), samples({0: 1.0, 50: 1.0}, "face.count"), load(None)).corroborations == ()

    @staticmethod
    def recording() -> Recording:
        return recording_of(100.0)


SERIES = st.lists(st.tuples(st.integers(0, 60), st.sampled_from([0.0, 1.0, None])), max_size=12)


@given(told=SERIES, shown=SERIES)
def test_every_hidden_stretch_is_told_once_and_in_order(
    told: list[tuple[int, float | None]], shown: list[tuple[int, float | None]]
) -> None:
    log_series = [Observation("log", float(t_s), {"log.hidden": value}) for t_s, value in told]
    shown_series = [Observation("screen", float(t_s), {"screen.exam": value}) for t_s, value in shown]
    found = fold(log_series, shown_series, end_s=70.0)
    assert [item.start_s for item in found] == sorted(item.start_s for item in found)
    hidden_s, state, since_s = 0.0, None, 0.0
    for t_s, value in [*sorted(told, key=lambda pair: pair[0]), (70, None)]:
        hidden_s += (t_s - since_s) if state == 1.0 else 0.0
        state, since_s = value, float(t_s)
    said_s = sum(item.end_s - item.start_s for item in found if item.message.startswith("the log says"))
    assert said_s == pytest.approx(hidden_s)
    assert all(item.end_s - item.start_s > 2 for item in found if not item.message.startswith("the log says"))
