"""An engine in this process, and sessions for it."""

from __future__ import annotations

from collections.abc import Callable, Generator
from pathlib import Path
from typing import Any, Self

import pytest

from proctor_cli import nets, quiet
from proctor_cli.batch.stages import Begin, Terms
from proctor_cli.engine import Done, J, R
from proctor_cli.errors import OutputError
from proctor_cli.policy import load
from proctor_cli.session.request import Request
from proctor_cli.types import Clip
from tests.unit.media.films import even, film
from tests.unit.media.sounds import beeps, recording

AT = "2026-06-01T09:00:00+00:00"
Fail = Callable[[Any, Any], Exception | None]


class Inline:
    """Runs jobs in this process, and like an engine gives each job its own error.

    ``pick`` says which of so many that wait comes next: the first, unless said otherwise.
    """

    def __init__(self, fail: Fail = lambda function, job: None, pick: Callable[[int], int] = lambda count: 0) -> None:
        self._fail, self._pick = fail, pick
        self.workers = 1
        self._waiting: list[tuple[int, Callable[[Any], object], Any]] = []
        self._submitted = 0
        self.ran: list[tuple[Callable[[Any], object], Any]] = []
        self.most_waiting = 0

    def submit(self, function: Callable[[J], R], job: J) -> int:
        self._waiting.append((self._submitted, function, job))
        self._submitted += 1
        self.most_waiting = max(self.most_waiting, len(self._waiting))
        return self._submitted - 1

    def outcomes(self) -> Generator[Done[Any], None, None]:
        while self._waiting:
            ticket, function, job = self._waiting.pop(self._pick(len(self._waiting)))
            self.ran.append((function, job))
            error = self._fail(function, job)
            try:
                yield Done(ticket, None if error else function(job), error)
            except OutputError as failure:
                yield Done(ticket, None, failure)
            except Exception as failure:
                if isinstance(failure, AssertionError):
                    raise
                yield Done(ticket, None, failure)

    def count_workers(self) -> int:
        return self.workers

    def close(self) -> None:
        self._waiting.clear()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


@pytest.fixture
def bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No weights, and slices of two seconds, three of sound."""
    nowhere = tmp_path / "no weights"
    nowhere.mkdir()
    monkeypatch.setattr("proctor_cli.nets.lookup.search_folders", lambda: (nowhere,))
    monkeypatch.setattr(quiet, "cut_network", lambda: None)
    monkeypatch.setattr("proctor_cli.plan.SLICE_S", 2.0)
    monkeypatch.setattr("proctor_cli.media.listening._SLICE", 16)


@pytest.fixture
def sessions(bare: None, tmp_path: Path) -> dict[int, Begin]:
    """Four sessions of three slices each, without sound."""
    return ask(film(tmp_path / "exam.mp4", even(60, 10.0)), 4)


@pytest.fixture
def heard(bare: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[int, Begin]:
    """Three sessions of two slices of sound and three of the webcam; speech is whatever is loud."""
    kept = {
        "webcam_quality": "proctor_cli.detectors.quality:WebcamQuality",
        "sound_level": "proctor_cli.detectors.level:SoundLevel",
        "voice": "tests.unit.session.test_sound:Loud",
    }
    monkeypatch.setattr("proctor_cli.detectors.REGISTRY", kept)
    return ask(recording(tmp_path / "exam.mp4", beeps(6, (0.5, 1.2), (4, 5)), pictures_s=6), 3)


def ask(exam: Path, count: int) -> dict[int, Begin]:
    """The same exam so many times, each into a folder of its own: S0, S1, ... beside it."""
    models = nets.load_manifest().choose("default", {})
    terms = Terms(load(None), AT, language=None)
    asked = {}
    for number in range(count):
        path = exam.with_name(f"S{number}.mp4")
        path.hardlink_to(exam)
        folder = exam.with_name(f"S{number}")
        asked[number] = Begin(Request(f"S{number}", (Clip("webcam", str(path)),), str(folder), models), terms)
    return asked
