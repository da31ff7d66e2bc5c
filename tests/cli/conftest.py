"""Small recordings, and a machine without any network's weights."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.cli.running import ROOT, Proctor, run_here
from tests.unit.media.films import even, film


@pytest.fixture
def proctor(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Proctor:
    """Runs `proctor` in this process."""
    return run_here(capfd, monkeypatch)


@pytest.fixture
def no_weights(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """No weights anywhere, and none may be fetched: only the quality of the picture is measured."""
    folder = tmp_path_factory.mktemp("no-weights")
    monkeypatch.setenv("PROCTOR_MODELS", str(folder))
    monkeypatch.setenv("PROCTOR_OFFLINE", "1")
    monkeypatch.setenv("XDG_CACHE_HOME", str(folder))
    monkeypatch.setattr("proctor_cli.nets.lookup.search_folders", lambda: (folder,))  # not the checkout's models/
    return folder


@pytest.fixture
def weights(monkeypatch: pytest.MonkeyPatch) -> Path:
    """The real weights: where PROCTOR_MODELS says, or beside the checkout."""
    folder = Path(os.environ.get("PROCTOR_MODELS") or ROOT.parent / "shared" / "models")
    if not (folder / "face_detection_yunet_2026may.onnx").is_file():
        pytest.skip(f"no weights in {folder}")
    monkeypatch.setenv("PROCTOR_MODELS", str(folder))
    monkeypatch.setenv("PROCTOR_OFFLINE", "1")
    return folder


@pytest.fixture(scope="session")
def exam(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four seconds of a recording, 25 pictures a second."""
    return film(tmp_path_factory.mktemp("films") / "exam.mp4", even(100))
