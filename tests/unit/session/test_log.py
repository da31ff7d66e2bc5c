"""A log in a session: what it says is in the recording, and what it does not say is not assessed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from proctor_cli.store import SessionFolder
from proctor_cli.types import Clip, MissingDetector, SessionResult, Student, WallClock
from tests.unit.media.films import even, film

Analyse = Callable[..., SessionResult]
CLOCK = WallClock(1780297200.0, 7200.0, "start option")  # 2026-06-01 09:00 where the exam was sat
SEB = "2026-06-01 {} [04] - INFO: [{}] {}\n"


@pytest.fixture
def exam(tmp_path: Path) -> Path:
    return film(tmp_path / "exam.mp4", even(100))


@pytest.fixture
def write(tmp_path: Path) -> Callable[[str], str]:
    def write(text: str) -> str:
        (tmp_path / "log").write_text(text)
        return str(tmp_path / "log")

    return write


def gaps(result: SessionResult) -> dict[str, str]:
    return {gap.event: gap.reason for gap in result.judgement.not_assessed}


def no_log(result: SessionResult) -> MissingDetector | None:
    return next((missing for missing in result.recording.missing if missing.name == "log"), None)


def test_signals_and_milestones(exam: Path, analysed: Analyse, write: Callable[[str], str], tmp_path: Path) -> None:
    text = SEB.format("08:59:59.000", "VirtualMachineDetector", "Computer 'A' appears to be a virtual machine.")
    text += SEB.format("09:00:02.000", "DisplayMonitor", "Display change detected!")
    result = analysed(exam, events=write(text), start=CLOCK)
    assert [stone.kind for stone in result.recording.milestones] == ["displays_changed"]
    assert [incident.event for incident in result.judgement.incidents if incident.source == "log"] == [
        "VIRTUAL_MACHINE"
    ]
    (spec,) = (spec for spec in result.recording.detectors if spec.name == "log")
    assert set(spec.signals) == {"log.virtual_machine"}
    assert no_log(result) is None
    assert gaps(result)["REMOTE_SESSION"] == "the log that was given does not speak of it"
    again = SessionFolder(tmp_path / "out").read_session()
    assert again.recording.milestones == result.recording.milestones


def test_a_span_claims_nothing_behind_it(
    exam: Path, analysed: Analyse, write: Callable[[str], str], tmp_path: Path
) -> None:
    analysed(exam, events=write("time,type\n0.5,hidden\n1.5,fullscreen\n"), span=(1.0, 2.0))
    seen = [o for o in SessionFolder(tmp_path / "out").read_observations() if o.source == "log"]
    assert [(o.t_s, dict(o.values)) for o in seen] == [
        (1.0, {"log.hidden": 1.0}),
        (1.5, {"log.fullscreen": 1.0}),
        (2.0, {"log.hidden": None, "log.fullscreen": None}),
    ]


def test_what_it_says_of_a_screen_that_began_first_counts(
    exam: Path, analysed: Analyse, write: Callable[[str], str], tmp_path: Path
) -> None:
    log = write("time,type\n-4,visible\n-2,hidden\n1,visible\n")
    result = analysed(exam, Clip("screen", str(exam)), screen_offset_s=-3.0, events=log)
    (switch,) = (incident for incident in result.judgement.incidents if incident.event == "TAB_SWITCH")
    assert (switch.start_s, switch.end_s) == (-2.0, 1.0)
    seen = [o for o in SessionFolder(tmp_path / "out").read_observations() if o.source == "log"]
    assert [o.t_s for o in seen] == [-3.0, -2.0, 1.0]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (None, "no log was given"),
        ("time,type\n1,copy\n", "the log says nothing that a rule watches"),
        ("time,type\n1,keydown\n", "the log says nothing that a rule watches"),
        ("time,type\n900,hidden\n", "no row of the log lies within the recording"),
    ],
)
def test_why_there_is_nothing_to_judge(
    exam: Path, analysed: Analyse, write: Callable[[str], str], text: str | None, reason: str
) -> None:
    result = analysed(exam, events=None if text is None else write(text))
    missing = no_log(result)
    assert missing is not None
    assert missing.reason == reason
    assert gaps(result)["REMOTE_SESSION"] == reason


def test_the_candidates_rows_are_used(exam: Path, analysed: Analyse, write: Callable[[str], str]) -> None:
    rows = "".join(
        f'"1/06/26, 09:00:0{second}",{name},Quiz,Quiz,Quiz attempt viewed\n'
        for second, name in ((1, "Ada Lovelace"), (2, "Bình Trần"))
    )
    text = "Time,User full name,Event context,Component,Event name\n" + rows
    result = analysed(exam, events=write(text), start=CLOCK, student=Student("S123", "Trần Bình"))
    assert [stone.t_s for stone in result.recording.milestones] == [2.0]
