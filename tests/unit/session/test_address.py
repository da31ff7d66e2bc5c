"""A session whose recording lies at an address."""

from __future__ import annotations

from pathlib import Path

import pytest

from proctor_cli.batch.documents import write_documents
from proctor_cli.store import SessionFolder
from proctor_cli.types import Clip
from tests.unit.media.films import even, film
from tests.unit.media.test_address import Server, serve
from tests.unit.session.conftest import Analyse
from tests.unit.session.fakes import Here
from tests.unit.session.test_session import observations

pytest.importorskip("fsspec")


def test_gives_what_the_file_gives_and_the_page_links_to_it(tmp_path: Path, analysed: Analyse) -> None:
    path = film(tmp_path / "exam.mp4", even(100))
    here = analysed(path, folder=str(tmp_path / "here"))
    for site in serve(tmp_path, Server):
        there = analysed(Clip("webcam", f"{site}/exam.mp4?key=secret"), folder=str(tmp_path / "there"))
        assert observations(tmp_path / "there") == observations(tmp_path / "here")
        assert [clip.sha256 for clip in there.recording.clips] == [clip.sha256 for clip in here.recording.clips]
        assert [clip.path for clip in there.recording.clips] == [f"{site}/exam.mp4"]
        folder = SessionFolder(tmp_path / "there")
        write_documents(folder, there, language="en")
        page = folder.report.read_text()
        assert f"{site}/exam.mp4" in page
        assert "secret" not in page
        assert "media-src 'self' file: blob: http: https:;" in page


def test_a_slice_that_is_lost_is_named_without_what_is_secret(
    tmp_path: Path, analysed: Analyse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("proctor_cli.plan.SLICE_S", 2.0)
    film(tmp_path / "exam.mp4", even(100))
    for site in serve(tmp_path, Server):
        address = f"{site}/exam.mp4?key=secret"
        error = ValueError(f"no answer from {address}")
        engine = Here({0: error}.get)
        result = analysed(Clip("webcam", address.replace("//", "//warden:hush@")), engine=engine)
    (lost,) = (problem for problem in result.recording.problems if problem.code == "slice_lost")
    assert lost.where == f"{site}/exam.mp4 0-2 s"
    assert lost.message.endswith(f"unexpected ValueError: no answer from {site}/exam.mp4")
    told = SessionFolder(tmp_path / "out").session.read_text()
    assert not any(secret in told for secret in ("secret", "warden", "hush"))


def test_where_no_browser_gets_to_nothing_is_linked(tmp_path: Path, analysed: Analyse) -> None:
    path = film(tmp_path / "exam.mp4", even(100))
    result = analysed(Clip("webcam", path.as_uri()))
    folder = SessionFolder(tmp_path / "out")
    write_documents(folder, result, language="en")
    assert result.recording.clips[0].path == path.as_uri()
    assert path.as_uri() not in folder.report.read_text()
    assert "media-src 'self' file: blob:;" in folder.report.read_text()
