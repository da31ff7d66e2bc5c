"""What the default policy makes of a log, and what it says of that of which the log says nothing."""

from __future__ import annotations

from dataclasses import replace

import pytest

from proctor_cli.logs import SPEC
from proctor_cli.policy import load, shipped
from proctor_cli.risk import judge
from proctor_cli.types import Incident, Judgement, MissingDetector, Observation
from tests.unit.risk.cases import recording_of

OF_LOGS = {"TAB_SWITCH", "SECOND_MONITOR", "VIRTUAL_MACHINE", "REMOTE_SESSION", "FULLSCREEN_EXIT", "PASTE_SUSPECTED"}


def log(*said: tuple[float, str, float]) -> list[Observation]:
    return [Observation("log", t_s, {f"log.{signal}": value}) for t_s, signal, value in said]


def judged(observations: list[Observation], policy: str = "default") -> Judgement:
    signals = {signal: SPEC.signals[signal] for seen in observations for signal in seen.values}
    detectors = (replace(SPEC, signals=signals),) if signals else ()
    nothing = MissingDetector("log", tuple(SPEC.signals), "no log was given", "Give one.", "input")
    missing = () if signals else (nothing,)
    return judge(recording_of(100.0, detectors=detectors, missing=missing), observations, load(policy))


@pytest.mark.parametrize("policy", shipped())
@pytest.mark.parametrize(
    ("said", "event", "start_s", "end_s"),
    [
        ([(0, "displays_over", 0), (30, "displays_over", 1), (40, "displays_over", 0)], "SECOND_MONITOR", 30, 40),
        ([(0, "virtual_machine", 1)], "VIRTUAL_MACHINE", 0, 100),
        ([(0, "remote_session", 1)], "REMOTE_SESSION", 0, 100),
        ([(3, "fullscreen", 1), (50, "fullscreen", 0), (52, "fullscreen", 1)], "FULLSCREEN_EXIT", 50, 52),
        ([(50, "paste", 1), (51, "paste", 0)], "PASTE_SUSPECTED", 50, 51),
    ],
)
def test_what_a_log_says_is_an_incident(
    policy: str, said: list[tuple[float, str, float]], event: str, start_s: float, end_s: float
) -> None:
    (incident,) = incidents(judged(log(*said), policy))
    assert (incident.event, incident.start_s, incident.end_s) == (event, start_s, end_s)
    assert incident.source == "log"
    assert incident.severity in ("info", "warning")
    assert 0 < incident.points <= 10


def incidents(judgement: Judgement) -> list[Incident]:
    return [incident for incident in judgement.incidents if incident.source == "log"]


@pytest.mark.parametrize(
    "said",
    [
        [(0, "displays_over", 0), (10, "displays", 2), (10, "displays_over", 0)],  # two are allowed
        [(10, "displays_over", 1), (12, "displays_over", 0)],  # plugged in and out
        [(0, "virtual_machine", 0), (0, "remote_session", 0)],
        [(0, "fullscreen", 1), (0, "paste", 0)],
    ],
)
def test_what_is_no_incident(said: list[tuple[float, str, float]]) -> None:
    assert incidents(judged(log(*said))) == []


@pytest.mark.parametrize("policy", shipped())
def test_of_what_a_log_does_not_speak_is_not_assessed(policy: str) -> None:
    found = {gap.event: gap for gap in judged(log((0, "hidden", 0)), policy).not_assessed}
    assert OF_LOGS - set(found) == {"TAB_SWITCH"}
    assert found["VIRTUAL_MACHINE"].reason == "the log that was given does not speak of it"
    assert "--events" in found["VIRTUAL_MACHINE"].remedy


def test_without_a_log_none_of_it_is_assessed() -> None:
    found = {gap.event: gap.reason for gap in judged([]).not_assessed}
    assert set(found) >= {"SECOND_MONITOR", "VIRTUAL_MACHINE", "REMOTE_SESSION"}
    assert found["VIRTUAL_MACHINE"] == "no log was given"


def test_a_log_covers_the_session_whatever_it_speaks_of() -> None:
    judgement = judged(log((0, "virtual_machine", 0), (30, "displays", 1), (60, "displays", 2)))
    (coverage,) = (part for part in judgement.coverage if part.signal == "log")
    assert (coverage.measured_s, coverage.total_s) == (100, 100)
