"""Stretches of what the screen showed and what was heard: made observations, and a slow and simple way to the same."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proctor_cli.policy import load
from proctor_cli.risk import judge
from proctor_cli.risk.strips import StripCollector
from proctor_cli.types import Observation, Source, State, Strip
from tests.unit.risk.cases import policy_of, recording_of, rule, samples

POLICY = load(None)
STEP_S = 0.125  # of the grid on which random cases lie: sums of it are exact
HOLD_S = 2.0
ORDER: tuple[State, ...] = ("speech", "sound", "other", "silent", "exam", "unknown")  # strongest first, in either lane


def collect(observations: Iterable[Observation], end_s: float = 100.0) -> tuple[Strip, ...]:
    collector = StripCollector(POLICY)
    for observation in observations:
        collector.push(observation)
    return collector.finish(end_s)


def tell(strip: Strip) -> list[tuple[float, float, str]]:
    return [(stretch.start_s, stretch.end_s, stretch.state) for stretch in strip.stretches]


def screen(*told: tuple[float, float | None]) -> list[Observation]:
    """What is seen from each of these times on, looked at twice a second, to 100 s."""
    looks = [told[0][0] + 0.5 * i for i in range(round((100 - told[0][0]) * 2))]
    return samples({t_s: [value for at_s, value in told if at_s <= t_s][-1] for t_s in looks}, "screen.exam", "screen")


def heard(*told: tuple[float, float | None, float | None]) -> list[Observation]:
    """(time, speech, level) from each of these times on, four times a second, to 100 s."""
    times = [told[0][0] + 0.25 * i for i in range(round((100 - told[0][0]) * 4))]
    said = [(t_s, next(entry for entry in reversed(told) if entry[0] <= t_s)) for t_s in times]
    return [Observation("sound", t_s, {"sound.speech": e[1], "sound.level_db": e[2]}) for t_s, e in said]


def test_the_screen_shows_the_exam_something_else_or_nobody_knows() -> None:
    (strip,) = collect(screen((2, 1), (40, 0), (60, 1), (70, None), (90, 1)))
    assert strip.signal == "screen.exam"
    assert tell(strip) == [
        (2, 40, "exam"), (40, 60, "other"), (60, 70, "exam"), (70, 90, "unknown"), (90, 100, "exam"),
    ]  # fmt: skip


def test_speech_another_sound_and_silence_are_told_apart() -> None:
    (strip,) = collect(heard((0, 0.1, -60), (20, 0.9, -30), (30, 0.5, -30), (40, 0.49, -30), (50, 0, -120)))
    assert strip.signal == "sound.heard"
    assert tell(strip) == [(0, 20, "sound"), (20, 40, "speech"), (40, 50, "sound"), (50, 100, "silent")]


def test_silence_is_what_the_rule_for_it_says() -> None:
    quiet = heard((0, 0, -70))
    silent = rule(event="AUDIO_SILENT", source="sound", signal="sound.level_db", below=-65.0)
    for policy, state in [(policy_of(silent), "silent"), (policy_of(rule()), "sound"), (POLICY, "sound")]:
        (strip,) = judge(recording_of(100), quiet, policy).strips
        assert tell(strip) == [(0, 100, state)]


def test_speech_needs_no_level_and_nothing_else_does_without() -> None:
    (strip,) = collect(heard((0, 0.9, None), (50, 0.1, None)))
    assert tell(strip) == [(0, 50, "speech"), (50, 100, "unknown")]
    (strip,) = collect(samples(dict.fromkeys(range(0, 100, 5), -40.0), "sound.level_db", "sound"))
    assert tell(strip) == [(0, 100, "sound")]


@pytest.mark.parametrize(
    "observations",
    [
        [],
        samples({0: 1.0}, "sound.missing", "sound"),
        samples({0: None, 50: None}, "screen.exam", "screen"),
        samples({0: 0.5}, "picture.luma", "screen"),
        samples({0: 1.0}, "screen.exam", "webcam"),
    ],
)
def test_what_was_never_measured_has_no_strip(observations: list[Observation]) -> None:
    assert collect(observations) == ()


def test_nothing_is_known_long_after_the_last_measurement() -> None:
    hold_s = POLICY.timing.hold_s
    (strip,) = collect(samples({0: 1, 5: 1, 60: 0, 70: 0}, "screen.exam", "screen"), end_s=72)
    assert tell(strip) == [(0, 5 + hold_s, "exam"), (5 + hold_s, 60, "unknown"), (60, 72, "other")]


def test_a_pause_between_words_is_no_end_of_speech_and_a_cough_is_none() -> None:
    talk = heard((0, 0, -50), (10, 0.9, -30), (12, 0.2, -50), (12.75, 0.9, -30), (20, 0, -50), (30, 0.8, -30),
                 (30.75, 0, -50))  # fmt: skip
    (strip,) = collect(talk)
    assert tell(strip) == [(0, 10, "sound"), (10, 20, "speech"), (20, 100, "sound")]
    (strip,) = collect(heard((0, 0, -50), (10, 0.9, -30), (12, 0.2, -50), (13, 0.9, -30), (20, 0, -50)))
    assert [stretch.state for stretch in strip.stretches] == ["sound", "speech", "sound", "speech", "sound"]


def test_a_short_look_at_something_else_is_kept() -> None:
    (strip,) = collect(screen((0, 1), (40, 0), (40.5, 1), (60, None), (60.5, 1)))
    assert tell(strip) == [(0, 40, "exam"), (40, 40.5, "other"), (40.5, 100, "exam")]


def test_strips_end_with_what_was_analysed() -> None:
    seen = samples(dict.fromkeys(range(10, 31), 1.0), "screen.exam", "screen")
    judgement = judge(recording_of(100, span=(10.0, 30.0)), seen, POLICY)
    assert tell(judgement.strips[0]) == [(10, 30, "exam")]


# ---------------------------------------------------------------- random cases, and a slow and simple way to the same
_scores = st.sampled_from([None, 0.0, 0.3, 0.5, 1.0])
_levels = st.sampled_from([None, -120.0, -85.0, -84.0, -30.0])
_steps = st.sampled_from([1, 1, 1, 2, 3, 4, 7, 8, 9, 16, 17, 40])


@st.composite
def cases(draw: st.DrawFn) -> tuple[Source, list[Observation], int]:
    """One source, its observations, and the end in steps of the grid."""
    source: Source = draw(st.sampled_from(["screen", "sound"]))
    at, observations = draw(st.integers(-16, 16)), []
    for step in draw(st.lists(_steps, min_size=1, max_size=40)):
        if source == "screen":
            values = {"screen.exam": draw(st.sampled_from([None, 0.0, 1.0]))}
        else:
            values = {"sound.speech": draw(_scores), "sound.level_db": draw(_levels)}
        observations.append(Observation(source, at * STEP_S, values))
        at += step
    return source, observations, at


def name_state(observation: Observation) -> State:
    values = observation.values
    if observation.source == "screen":
        return {None: "unknown", 0.0: "other", 1.0: "exam"}[values["screen.exam"]]  # type: ignore[return-value]  # a dict's values are plain text
    speech, level_db = values["sound.speech"], values["sound.level_db"]
    if speech is not None and speech >= 0.5:
        return "speech"
    return "unknown" if level_db is None else "silent" if level_db <= -85.0 else "sound"


def fill(observations: list[Observation], end: int) -> list[State]:
    """The state of every cell of the grid, as measured."""
    begin = round(observations[0].t_s / STEP_S)
    cells: list[State] = []
    for cell in range(begin, end):
        last = [observation for observation in observations if observation.t_s <= cell * STEP_S][-1]
        cells.append(name_state(last) if cell * STEP_S - last.t_s < HOLD_S else "unknown")
    return cells


def bridge(cells: list[State]) -> list[State]:
    """Strongest first: what comes back within a second, after nothing stronger, had gone on."""
    cells = list(cells)
    for strength, state in enumerate(ORDER):
        weaker = ORDER[strength + 1 :]
        places = [place for place, cell in enumerate(cells) if cell == state]
        for before, after in pairwise(places):
            between = cells[before + 1 : after]
            if len(between) * STEP_S < 1 and all(cell in weaker for cell in between):
                cells[before + 1 : after] = [state] * len(between)
    return cells


def drop(cells: list[State]) -> list[State]:
    """From the left: a run of less than a second becomes what was before it."""
    cells = list(cells)
    while True:
        runs = [list(run) for _, run in groupby(range(len(cells)), key=lambda place: cells[place])]
        short = [run for run in runs[1:] if len(run) * STEP_S < 1 and cells[run[0]] != "other"]
        if not short:
            return cells
        for place in short[0]:
            cells[place] = cells[short[0][0] - 1]


@given(cases())
def test_stretches_are_what_the_simple_way_finds(case: tuple[Source, list[Observation], int]) -> None:
    _, observations, end = case
    timing = POLICY.timing.model_copy(update={"hold_s": HOLD_S})
    collector = StripCollector(POLICY.model_copy(update={"timing": timing}))
    for observation in observations:
        collector.push(observation)
    strips = collector.finish(end * STEP_S)
    cells = fill(observations, end)
    if set(cells) == {"unknown"}:
        assert strips == ()
        return
    (strip,) = strips
    stretches = strip.stretches
    assert (stretches[0].start_s, stretches[-1].end_s) == (observations[0].t_s, end * STEP_S)
    assert all(stretch.start_s < stretch.end_s for stretch in stretches)
    assert all(one.end_s == next_.start_s and one.state != next_.state for one, next_ in pairwise(stretches))
    found = [stretch.state for stretch in stretches for _ in range(round((stretch.end_s - stretch.start_s) / STEP_S))]
    assert found == drop(bridge(cells))
