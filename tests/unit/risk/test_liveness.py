"""Doubts that a live person is in view: texture, what moves with the face, loops, and the largest of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from math import sin
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proctor_cli.policy import Liveness, Policy, load
from proctor_cli.risk import derive, judge
from proctor_cli.types import Box, Incident, Observation
from tests.unit.risk.cases import recording_of

_DEFAULT = load(None)
LOOK_S = 0.4
"""Texture is looked at every 0.4 s, so a median over 2 s is one of five looks."""
LIVE, PRINT = 8.0, -4.0

At = Callable[[float], float | None]


def policy_of(**changes: Any) -> Policy:
    """Limits as the tests need them, whatever the shipped policy says."""
    limits = {
        "texture_logit": -2.0,
        "texture_drop": 5.0,
        "texture_s": 2.0,
        "held_share": 0.8,
        "held_looks": 10,
        "held_window_s": 15.0,
        "held_usual": 0.4,
        "loop_share": 0.75,
        **changes,
    }
    return _DEFAULT.model_copy(update={"liveness": Liveness.model_validate(limits)})


def film(end_s: float, step_s: float = LOOK_S, **signals: At) -> list[Observation]:
    """Observations; names are given with an underscore for the first dot."""
    times_s = [round(i * step_s, 3) for i in range(round(end_s / step_s))]
    return [
        Observation("webcam", t_s, {name.replace("_", ".", 1): at(t_s) for name, at in signals.items()})
        for t_s in times_s
    ]


def follow(signal: str, series: Iterable[Observation], **changes: Any) -> dict[float, float | None]:
    return {one.t_s: one.values[signal] for one in derive(series, policy_of(**changes)) if signal in one.values}


def spoofing(series: list[Observation], end_s: float) -> list[Incident]:
    found = judge(recording_of(end_s), series, policy_of()).incidents
    assert {one.event for one in found} <= {"SPOOFING_SUSPECTED"}
    return list(found)


def always(value: float | None) -> At:
    return lambda _: value


def stretch(start_s: float, end_s: float, inside: float | None, outside: float | None) -> At:
    return lambda t_s: inside if start_s <= t_s < end_s else outside


class TestTexture:
    def texture(self, end_s: float, logit: At, least: At | None = None) -> dict[float, float | None]:
        return follow("spoof.texture", film(end_s, live_logit=logit, live_least=least or always(None)))

    def test_a_live_face_is_not_doubted(self) -> None:
        found = self.texture(60, lambda t_s: LIVE + 3 * sin(t_s))
        assert list(found.values())[:2] == [None, None]  # a median of three looks at least
        assert set(list(found.values())[2:]) == {0.0}

    def test_one_that_becomes_a_print_is(self) -> None:
        found = self.texture(60, stretch(40, 50, PRINT, LIVE))
        assert {t_s for t_s, ratio in found.items() if ratio is not None and ratio >= 1} == {
            t_s
            for t_s in found
            if 40.8 <= t_s < 50.8  # when three of five looks are
        }
        assert found[45.2] == pytest.approx(PRINT / -2)

    def test_single_looks_never_are(self) -> None:
        """The network changes its mind with the light: every fourth look, however sure."""
        found = self.texture(60, lambda t_s: -20.0 if round(t_s / LOOK_S) % 4 == 3 else LIVE)
        assert max(ratio for ratio in found.values() if ratio is not None) == 0

    @pytest.mark.parametrize(("usual", "now", "doubt"), [(1.0, -3.0, 0.8), (0.0, -3.0, 0.75), (4.0, -1.5, 0.75)])
    def test_both_its_level_and_its_drop_must_be_reached(self, usual: float, now: float, doubt: float) -> None:
        """Of faces that always look a little like prints, in dim light."""
        assert self.texture(60, stretch(40, 60, now, usual))[45.2] == pytest.approx(doubt)

    def test_far_below_it_is_doubted_whatever_is_usual(self) -> None:
        found = self.texture(20, always(-4.4))  # a print from the first moment on
        assert found[10.0] == pytest.approx(1.1)
        assert self.texture(20, always(-3.6))[10.0] == pytest.approx(0.9)

    def test_what_is_doubted_does_not_become_usual(self) -> None:
        found = self.texture(600, stretch(40, 600, PRINT, LIVE))
        assert found[599.2] == found[45.2] == pytest.approx(2)

    def test_what_is_not_does(self) -> None:
        """It gets dark: the texture sinks, by less than the drop at a time."""
        dusk = self.texture(900, lambda t_s: LIVE - 9 * min(1.0, t_s / 600))
        assert max(ratio for ratio in dusk.values() if ratio is not None) < 1

    def test_a_second_face_is_measured_against_the_candidate_s(self) -> None:
        found = self.texture(60, always(LIVE), stretch(40, 50, PRINT, None))
        doubted = [t_s for t_s, ratio in found.items() if ratio is not None and ratio >= 1]
        assert doubted[0] == 40.8  # three looks at it
        assert doubted[-1] == pytest.approx(50.8, abs=0.41)
        live = self.texture(60, always(LIVE), stretch(40, 50, LIVE - 4, None))
        assert set(list(live.values())[2:]) == {0.0}

    @pytest.mark.parametrize(("shift", "doubted"), [(0.0, False), (0.03, True)])
    def test_a_picture_on_the_wall_is_nobody_s_doing(self, shift: float, doubted: bool) -> None:
        """But one that somebody takes into the hand is: it moves."""

        def faces(t_s: float) -> tuple[Box, ...]:
            right = 0.7 + shift * sin(7 * t_s) * (t_s >= 30)
            return (Box(0.2, 0.2, 0.4, 0.6, "face", 0.9), Box(right, 0.2, right + 0.15, 0.5, "face", 0.9))

        series = [
            Observation("webcam", one.t_s, {**one.values, "face.score": 0.9}, faces(one.t_s))
            for one in film(60, live_logit=always(LIVE), live_least=stretch(30, 60, PRINT, None))
        ]
        found = follow("spoof.texture", series)
        assert (found[45.2] == pytest.approx(2)) == doubted
        assert doubted or found[45.2] == 0.0

    def test_without_a_face_nothing_is_known(self) -> None:
        found = self.texture(60, stretch(40, 50, None, LIVE))
        assert {found[t_s] for t_s in found if 40 <= t_s < 50} == {None}
        assert found[50.4] is None  # again, three looks
        assert found[50.8] == 0.0


class TestHeld:
    """The face moves every second."""

    def held(self, end_s: float, at: At, **changes: Any) -> dict[float, float | None]:
        return follow("spoof.held", film(end_s, 1.0, backdrop_follow=at), **changes)

    def test_a_wall_that_stays_is_not_doubted(self) -> None:
        found = self.held(60, always(0.1))
        assert set(list(found.values())[:19]) == {None}  # ten looks, and ten before them
        assert set(list(found.values())[20:]) == {0.0}

    def test_one_that_moves_along_is(self) -> None:
        found = self.held(80, stretch(40, 60, 0.9, 0.1))
        doubted = [t_s for t_s, ratio in found.items() if ratio is not None and ratio >= 1]
        assert doubted[0] == 47.0  # eight looks of ten
        assert doubted[-1] == pytest.approx(61, abs=1.01)  # over as soon as it is over
        assert found[55.0] == pytest.approx(1 / 0.8)

    def test_half_of_the_looks_are_not_enough(self) -> None:
        found = self.held(80, lambda t_s: 0.9 if t_s >= 40 and round(t_s) % 2 else 0.1)
        assert max(ratio for ratio in found.values() if ratio is not None) < 1

    def test_what_is_usual_is_not_doubted(self) -> None:
        """Long hair moves with the head, always."""
        assert set(self.held(200, always(0.9)).values()) == {None}
        often = self.held(200, lambda t_s: 0.9 if t_s % 10 < 6 else 0.1)
        assert max((ratio for ratio in often.values() if ratio is not None), default=0) < 1

    def test_what_is_doubted_does_not_become_usual(self) -> None:
        assert self.held(900, stretch(40, 900, 0.9, 0.1))[899.0] == pytest.approx(1 / 0.8)

    def test_looks_long_ago_do_not_count(self) -> None:
        """Somebody who moves once in five seconds is not measured: ten looks are never together."""
        found = follow("spoof.held", film(600, 5.0, backdrop_follow=stretch(100, 600, 0.9, 0.1)))
        assert set(found.values()) == {None}

    def test_a_face_that_is_still_says_nothing(self) -> None:
        found = self.held(120, lambda t_s: None if t_s >= 40 else 0.1)
        assert found[45.0] == 0.0  # what was seen a moment ago still stands
        assert found[100.0] is None


class TestLoop:
    def test_it_is_the_share_that_repeats(self) -> None:
        found = follow("spoof.loop", film(2, picture_repeat=lambda t_s: None if t_s < 1 else 0.6))
        assert list(found.values()) == [None, None, None, *[pytest.approx(0.8)] * 2]


class TestRatio:
    def test_it_is_the_largest_of_what_is_known(self) -> None:
        series = film(60, live_logit=stretch(40, 50, PRINT, LIVE), picture_repeat=stretch(20, 30, 1.0, 0.3))
        found = follow("spoof.ratio", series)
        assert found[25.2] == pytest.approx(1 / 0.75)
        assert found[35.2] == pytest.approx(0.3 / 0.75)
        assert found[45.2] == pytest.approx(2)

    def test_a_cue_speaks_until_it_is_measured_again_but_for_a_second_at_most(self) -> None:
        series = film(60, 0.2, picture_repeat=always(0.0), live_logit=always(PRINT))
        seldom = [
            Observation(
                "webcam",
                one.t_s,
                {
                    name: value
                    for name, value in one.values.items()
                    if name == "picture.repeat" or (i % 2 == 0 and one.t_s < 30)
                },
            )
            for i, one in enumerate(series)
        ]
        found = follow("spoof.ratio", seldom)
        between = [ratio for t_s, ratio in found.items() if 10 < t_s < 30]
        assert between == pytest.approx([PRINT / -4] * len(between))
        assert found[30.4] == pytest.approx(PRINT / -4)
        assert found[31.0] == 0.0

    def test_unknown_is_not_0(self) -> None:
        nothing = film(4, live_logit=always(None), backdrop_follow=always(None), picture_repeat=always(None))
        for signal in ("spoof.texture", "spoof.held", "spoof.loop", "spoof.ratio"):
            assert set(follow(signal, nothing).values()) == {None}

    def test_what_was_not_looked_for_is_not_told(self) -> None:
        (one,) = derive([Observation("webcam", 0.0, {"picture.luma": 0.4})], policy_of())
        assert one.values == {"picture.luma": 0.4}
        (one,) = derive([Observation("screen", 0.0, {"live.logit": 9.0})], policy_of())
        assert one.values == {"live.logit": 9.0}

    @given(
        st.lists(
            st.fixed_dictionaries(
                {},
                optional={
                    "live.logit": st.none() | st.floats(-30, 30),
                    "live.least": st.none() | st.floats(-30, 30),
                    "backdrop.follow": st.none() | st.floats(0, 1),
                    "picture.repeat": st.none() | st.floats(0, 1),
                },
            ),
            max_size=60,
        )
    )
    def test_it_is_never_negative_and_rests_on_what_was_before(self, looks: list[Mapping[str, float | None]]) -> None:
        series = [Observation("webcam", i * 0.4, values) for i, values in enumerate(looks)]
        derived = list(derive(series, policy_of(held_looks=2)))
        for one in derived:
            cues = {name: value for name, value in one.values.items() if name.startswith("spoof.")}
            assert bool(cues) == ("spoof.ratio" in cues)
            assert all(value is None or value >= 0 for value in cues.values())
            known = [value for name, value in cues.items() if name != "spoof.ratio" and value is not None]
            assert not known or (cues["spoof.ratio"] or 0.0) >= max(known)
        half = len(series) // 2
        assert list(derive(series[:half], policy_of(held_looks=2))) == derived[:half]


class TestEvent:
    def test_each_cue_is_told_in_its_words(self) -> None:
        for signals, words in (
            ({"live_logit": stretch(40, 50, PRINT, LIVE)}, "a face has the texture of a print or a screen"),
            ({"backdrop_follow": stretch(30, 50, 0.9, 0.1)}, "as in a photograph that is held up"),
            ({"picture_repeat": stretch(40, 50, 1.0, 0.1)}, "the video repeats itself exactly"),
        ):
            quiet = {"live_logit": always(LIVE), "backdrop_follow": always(0.1), "picture_repeat": always(0.1)}
            (one,) = spoofing(film(60, LOOK_S, **{**quiet, **signals}), 60)
            assert one.message.endswith(words)
            assert one.severity == "critical"
            assert 30 <= one.start_s < one.end_s < 53

    def test_a_moment_is_not_told(self) -> None:
        assert spoofing(film(60, picture_repeat=stretch(40, 41.5, 1.0, 0.1)), 60) == []

    def test_a_texture_is_not_told_as_a_loop_that_is_only_looked_for_more_often(self) -> None:
        series = [
            Observation(
                "webcam",
                i * 0.2,
                {"picture.repeat": 0.7, **({"live.logit": -3.0 if i >= 200 else LIVE} if i % 2 == 0 else {})},
            )
            for i in range(300)
        ]
        (one,) = spoofing(series, 60)
        assert one.message.endswith("a face has the texture of a print or a screen")
