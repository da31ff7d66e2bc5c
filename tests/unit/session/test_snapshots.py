"""Which picture belongs to which incident."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proctor_cli.policy import load, parse
from proctor_cli.session.judge import judge_folder
from proctor_cli.session.snapshots import choose_clip, name_snapshots
from proctor_cli.store import SessionFolder
from proctor_cli.types import Clip, Incident, Observation, Recording, SessionResult
from tests.unit.media.films import even, film
from tests.unit.report.conftest import make_clip, make_incident
from tests.unit.session.conftest import Analyse
from tests.unit.session.test_session import DARK, night

WEBCAM, SCREEN = make_clip("webcam", duration_s=60.0), make_clip("screen", offset_s=10.0, duration_s=80.0)
POLICY = load(None)


def at(peak_s: float, source: str = "webcam", **changes: object) -> Incident:
    return make_incident("EVENT", peak_s, peak_s + 5, peak_s + 3, source=source, peak_s=peak_s, points=5.0, **changes)


@pytest.mark.parametrize(
    ("source", "peak_s", "chosen"),
    [
        ("webcam", 5.0, "webcam"),
        ("screen", 15.0, "screen"),
        ("log", 15.0, "screen"),  # what a log tells of happens on the screen
        ("log", 5.0, "webcam"),  # the screen is not recorded yet
        ("log", 200.0, None),
        ("webcam", 70.0, None),
        ("screen", 5.0, None),
    ],
)
def test_the_recording_that_shows_it(source: str, peak_s: float, chosen: str | None) -> None:
    clip = choose_clip(at(peak_s, source), [WEBCAM, SCREEN])
    assert (clip and clip.source) == chosen


def test_without_a_screen_recording_the_webcam_shows_what_a_log_says() -> None:
    assert choose_clip(at(15.0, "log"), [WEBCAM]) == WEBCAM


def test_of_several_parts_the_one_that_covers_it() -> None:
    parts = [WEBCAM, replace(WEBCAM, offset_s=60.0), replace(WEBCAM, offset_s=130.0)]
    chosen = [choose_clip(at(peak_s), parts) for peak_s in (59.9, 60.0, 125.0, 131.0)]
    assert chosen == [parts[0], parts[1], None, parts[2]]


@pytest.fixture
def session(tmp_path: Path) -> tuple[SessionFolder, SessionResult]:
    """A folder without pictures, and a result without incidents."""

    folder = SessionFolder(tmp_path)
    folder.write_observations(Recording("S123", 90.0, (WEBCAM, SCREEN), (), (), (), None, ()), ())
    folder.clear_snapshots()
    return folder, judge_folder(folder, load(None), analysed_at="")


def name(folder: SessionFolder, result: SessionResult, *incidents: Incident) -> list[str]:
    judged = replace(result, judgement=replace(result.judgement, incidents=incidents))
    return [incident.snapshot for incident in name_snapshots(folder, judged).judgement.incidents]


def test_only_what_scored_has_one_and_only_of_its_own_time(session: tuple[SessionFolder, SessionResult]) -> None:
    folder, result = session
    for t_s in (12.0, 14.0, 30.0):
        folder.snapshot("webcam", t_s).touch()
    own = at(13.0)
    assert name(folder, result, own) == ["snapshots/webcam-0014.000.jpg"]
    assert name(folder, result, replace(own, points=0.0)) == [""]
    assert name(folder, result, replace(own, end_s=13.5)) == [""]
    assert name(folder, result, replace(own, source="screen")) == [""]
    assert name(folder, result, at(30.0), own) == ["snapshots/webcam-0030.000.jpg", "snapshots/webcam-0014.000.jpg"]


@given(peak_s=st.floats(0, 59).map(lambda t_s: round(t_s, 5)))
def test_the_rounding_in_its_name_loses_no_picture(tmp_path_factory: pytest.TempPathFactory, peak_s: float) -> None:

    folder = SessionFolder(tmp_path_factory.mktemp("named"))
    folder.write_observations(Recording("S123", 90.0, (WEBCAM,), (), (), (), None, ()), ())
    folder.clear_snapshots()
    picture = folder.snapshot("webcam", peak_s)
    picture.touch()
    result = judge_folder(folder, POLICY, analysed_at="")
    for incident in (at(peak_s), replace(at(peak_s), start_s=max(0.0, peak_s - 1), end_s=peak_s)):
        assert name(folder, result, incident) == [folder.relative(picture)]


def test_pictures_are_taken_at_odd_frame_rates(tmp_path: Path, analysed: Analyse) -> None:

    times_s = [1001 * i / 30000 for i in range(90)]
    path = film(
        tmp_path / "a.mkv", times_s, picture=lambda n, w, h: night(n, w, h) + (25 if n < 20 else n < 50), rate=30
    )
    result = analysed(path, policy=parse(DARK, "dark.toml"))
    (incident,) = (i for i in result.judgement.incidents if i.event == "LOW_LIGHT")
    assert (tmp_path / "out" / incident.snapshot).read_bytes()[:2] == b"\xff\xd8"


def test_observations_are_read_once_however_many_parts_and_pictures(
    tmp_path: Path, analysed: Analyse, monkeypatch: pytest.MonkeyPatch
) -> None:
    reading, read = SessionFolder.read_observations, []

    def counted(folder: SessionFolder) -> Iterator[Observation]:
        read.append(folder)
        return reading(folder)

    monkeypatch.setattr(SessionFolder, "read_observations", counted)
    parts = [film(tmp_path / f"{name}.mp4", even(100), picture=night) for name in "ab"]
    screen = Clip("screen", str(film(tmp_path / "s.mp4", even(100))))
    log = tmp_path / "log.csv"
    log.write_text("time,type\n1,hidden\n2,visible\n")
    result = analysed(
        *parts, screen, policy=parse(DARK, "dark.toml"), events=str(log), blur_bystanders=True, screen_offset_s=0.0
    )
    assert {incident.source for incident in result.judgement.incidents if incident.snapshot} == {"webcam", "log"}
    assert len(read) == 2  # to judge, and for all pictures
