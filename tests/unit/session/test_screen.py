"""A screen recording from file to judgement: drawn, encoded, read, judged, and judged again."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from proctor_cli import nets, plan, quiet
from proctor_cli.batch.single import analyse
from proctor_cli.engine import Engine
from proctor_cli.engine.local import LocalEngine
from proctor_cli.policy import Policy
from proctor_cli.session.judge import judge_folder
from proctor_cli.session.prepare import prepare
from proctor_cli.session.request import Request
from proctor_cli.store import SessionFolder
from proctor_cli.types import Clip, Incident, SessionResult
from tests.unit.media.films import film
from tests.unit.screens import Desk, Story, always, draw, shown, text_model
from tests.unit.session.fakes import Here
from tests.unit.telling import policy_with

pytestmark = pytest.mark.models
DESK = Desk()
AT = "2026-06-01T09:00:00+00:00"
STORY: Story = [
    (0.0, DESK.exam),
    (9.0, always(DESK.other("chatgpt.com/c/1", "ChatGPT"))),
    (13.0, DESK.exam),
    (16.0, lambda s: DESK.exam(s) + DESK.window("Terminal", (428, 150, 1128, 600))),
    (20.0, DESK.exam),
]
END_S, FPS = 23.0, 5


def record(path: Path, *, still: bool) -> Path:
    """The story as a recording; ``still`` leaves out pictures that do not differ from the one before."""
    times, before = [], None
    for number in range(round(END_S * FPS)):
        screen = shown(STORY, number / FPS)
        if not still or screen != before:
            times.append(number / FPS)
        before = screen

    def picture(number: int, width: int, height: int) -> NDArray[np.uint8]:
        return draw(shown(STORY, times[number]))

    codec, options = ("libvpx", {"deadline": "realtime", "cpu-used": "8", "b": "1M"}) if still else ("libx264", None)
    return film(path, times, codec, options=options, size=(DESK.width, DESK.height), gop=40, picture=picture)


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return record(tmp_path_factory.mktemp("films") / "screen.mp4", still=False)


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory, recording: Path) -> tuple[SessionResult, Path]:
    """A session in one process, and its folder."""
    folder = tmp_path_factory.mktemp("session")
    return run(recording, folder), folder


def ignore(seconds: float) -> None:
    """Nobody watches the progress."""


def run(path: Path, folder: Path, engine: Engine | None = None, **options: object) -> SessionResult:
    model = text_model()
    request = Request("S1", (Clip("screen", str(path)),), str(folder), {"text": model.entry}, **options)  # type: ignore[arg-type]  # as they are named
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("proctor_cli.nets.lookup.search_folders", lambda: (model.folder,))
        patch.setattr(quiet, "cut_network", lambda: None)  # it would last longer than this test
        return analyse(prepare(request), engine or Here(), policy_with(), analysed_at=AT, advance=ignore)


def told(result: SessionResult) -> list[tuple[str, float, float]]:
    return [(one.event, one.start_s, one.end_s) for one in result.judgement.incidents]


def assert_told(result: SessionResult) -> None:
    found: dict[str, Incident] = {one.event: one for one in result.judgement.incidents}
    assert found.keys() == {"TAB_SWITCH", "FORBIDDEN_APP", "WINDOW_SWITCH"}
    for event, start_s, end_s in (("TAB_SWITCH", 9, 13), ("FORBIDDEN_APP", 9, 13), ("WINDOW_SWITCH", 16, 20)):
        assert found[event].start_s == pytest.approx(start_s, abs=1.0)
        assert found[event].end_s == pytest.approx(end_s, abs=1.0)
    assert "ChatGPT (chatgpt.com)" in found["FORBIDDEN_APP"].message
    assert "Terminal" in found["WINDOW_SWITCH"].message


def test_what_was_shown_is_told(judged: tuple[SessionResult, Path]) -> None:
    assert_told(judged[0])


def test_what_was_read_can_be_searched(judged: tuple[SessionResult, Path]) -> None:
    found = [text for text in SessionFolder(judged[1]).read_session().judgement.texts if "chatgpt.com" in text.text]
    assert [text.place for text in found] == ["address"]
    assert found[0].start_s == pytest.approx(9, abs=1.0)
    assert found[0].end_s == pytest.approx(13, abs=1.0)


def test_a_recording_that_leaves_out_what_stands_still(tmp_path: Path) -> None:
    assert_told(run(record(tmp_path / "screen.webm", still=True), tmp_path / "out"))


def test_slices_change_no_event(
    tmp_path: Path, recording: Path, judged: tuple[SessionResult, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(plan, "SCREEN_SLICE_S", 6.0)
    assert_told(run(recording, tmp_path))


@pytest.mark.slow
def test_one_worker_and_two_write_the_same_bytes(
    tmp_path: Path, recording: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(plan, "SCREEN_SLICE_S", 6.0)
    for workers in (1, 2):
        with LocalEngine(workers) as engine:
            run(recording, tmp_path / str(workers), engine, span=(4.0, 12.0))
    one, two = (SessionFolder(tmp_path / name).observations.read_bytes() for name in "12")
    assert one == two
    assert len(one) > 1000


def test_words_are_left_out_on_request(tmp_path: Path, judged: tuple[SessionResult, Path]) -> None:
    folder = copy(judged[1], tmp_path, screen_text_kept=False)
    result = judge_folder(folder, policy_with(), analysed_at=AT)
    assert result.judgement.texts == ()
    assert told(result) == told(judged[0])


def copy(folder: Path, to: Path, **changes: object) -> SessionFolder:
    """A session's observations under a head with other values."""
    old, new = SessionFolder(folder), SessionFolder(to / "copy")
    new.prepare()
    new.write_observations(replace(old.read_recording(), **changes), old.read_observations())  # type: ignore[arg-type]  # as they are named
    return new


@pytest.mark.parametrize(
    ("policy", "events"),
    [
        (policy_with(allowed=("chatgpt.com",)), {"WINDOW_SWITCH"}),
        (policy_with(allowed=("chatgpt.com", "Terminal")), set()),
        (policy_with(forbidden=()), {"TAB_SWITCH", "WINDOW_SWITCH"}),
    ],
    ids=["allowed site", "allowed window", "nothing forbidden"],
)
def test_another_policy_needs_no_decoding(
    policy: Policy, events: set[str], judged: tuple[SessionResult, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*args: object) -> None:
        raise AssertionError("a network was opened")

    monkeypatch.setattr(nets, "open_network", refuse)
    result = judge_folder(SessionFolder(judged[1]), policy, analysed_at=AT)
    assert {one.event for one in result.judgement.incidents} == events


def test_the_exam_may_be_named_afterwards(tmp_path: Path, judged: tuple[SessionResult, Path]) -> None:
    folder = copy(judged[1], tmp_path, exam_names=("chatgpt.com",))
    (tab,) = [
        one for one in judge_folder(folder, policy_with(), analysed_at=AT).judgement.incidents
        if one.event in ("TAB_SWITCH", "WINDOW_SWITCH") and one.start_s > 11
    ]  # fmt: skip
    assert "exam.university.edu" in tab.message
