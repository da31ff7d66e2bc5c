"""Sessions analysed in this process, without weights."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from proctor_cli import nets, quiet
from proctor_cli.batch.single import analyse
from proctor_cli.policy import Policy, load
from proctor_cli.session.prepare import Preparation, prepare
from proctor_cli.session.request import Request
from proctor_cli.types import Clip, SessionResult
from tests.unit.session.fakes import Here

Analyse = Callable[..., SessionResult]


@pytest.fixture
def request_of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Request]:
    """Makes a request for clips; results go to the folder "out" unless said otherwise."""
    nowhere = tmp_path / "no weights"
    nowhere.mkdir()
    monkeypatch.setattr("proctor_cli.nets.lookup.search_folders", lambda: (nowhere,))
    monkeypatch.setattr(quiet, "cut_network", lambda: None)  # it would last longer than this test

    def make(*clips: Clip | Path, **options: Any) -> Request:
        given = tuple(clip if isinstance(clip, Clip) else Clip("webcam", str(clip)) for clip in clips)
        models = nets.load_manifest().choose("default", {})
        return Request(
            **{"student_id": "S123", "clips": given, "folder": str(tmp_path / "out"), "models": models, **options}
        )

    return make


@pytest.fixture
def prepared(request_of: Callable[..., Request]) -> Callable[..., Preparation]:
    """Prepares a session."""
    return lambda *clips, **options: prepare(request_of(*clips, **options))


@pytest.fixture
def analysed(prepared: Callable[..., Preparation]) -> Analyse:
    """Analyses a session from beginning to end."""

    def run(
        *clips: Clip | Path, policy: Policy | None = None, engine: Here | None = None, **options: Any
    ) -> SessionResult:
        advanced: list[float] = []
        preparation = prepared(*clips, **options)
        result = analyse(
            preparation,
            engine or Here(),
            policy or load(None),
            analysed_at="2026-06-01T09:00:00+00:00",
            advance=advanced.append,
        )
        assert sum(advanced) == pytest.approx(sum(job.length_s for job in preparation.jobs))
        return result

    return run


@pytest.fixture
def fake_detectors(monkeypatch: pytest.MonkeyPatch) -> Sequence[str]:
    """The detectors of `fakes` beside the real ones for quality."""
    fakes = {
        "webcam_quality": "proctor_cli.detectors.quality:WebcamQuality",
        "screen_quality": "proctor_cli.detectors.quality:ScreenQuality",
        "workspace_quality": "proctor_cli.detectors.quality:WorkspaceQuality",
        "finder": "tests.unit.session.fakes:Finder",
        "reader": "tests.unit.session.fakes:Reader",
    }
    monkeypatch.setattr("proctor_cli.detectors.REGISTRY", fakes)
    return tuple(fakes)
