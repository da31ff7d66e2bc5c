"""Recordings at addresses with a password and a key: neither is told anywhere, whatever is wrong with them."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from proctor_cli.store import SessionFolder
from tests.cli.running import Proctor
from tests.unit.media.films import blanked, even, film
from tests.unit.media.test_address import Server, serve

pytest.importorskip("fsspec")
pytestmark = pytest.mark.usefixtures("no_weights")

SECRETS = (b"warden", b"hush", b"opensesame")


class Site(Server):
    """Hangs up in the middle of one of its recordings, always."""

    def do_GET(self) -> None:  # noqa: N802 - the name is http.server's
        if self.command == "HEAD" or "drops" not in self.path or "bytes=0-" in self.headers.get("Range", ""):
            super().do_GET()


def read(path: Path) -> bytes:
    return gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()


def test_no_secret_is_told(tmp_path: Path, proctor: Proctor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FSSPEC_HTTP", json.dumps({"block_size": 4096}))
    exam = film(tmp_path / "exam.mp4", even(150))
    (tmp_path / "drops.mp4").write_bytes(exam.read_bytes())
    whole = film(tmp_path / "whole.mkv", even(150)).read_bytes()
    (tmp_path / "screen.mkv").write_bytes(whole[: len(whole) * 6 // 10])
    blanked(film(tmp_path / "damaged.mp4", even(100)), [30, 31])
    (tmp_path / "notes.mp4").write_bytes(b"no recording " * 1000)
    for site in serve(tmp_path, Site):
        at = site.replace("//", "//warden:hush@")
        rows = [
            ("S1", ["damaged.mp4", "exam.mp4", "exam.mp4", "nothing.mp4"], "screen.mkv"),
            ("S2", ["notes.mp4"], ""),
            ("S3", ["drops.mp4"], ""),
            ("S4", ["nothing.mp4"], ""),
            ("S5", ["exam.mp4", "drops.mp4", "notes.mp4"], ""),
        ]
        key = "?key=opensesame"
        lines = [
            f"{student},{'|'.join(f'{at}/{name}{key}' for name in webcam)},{f'{at}/{screen}{key}' if screen else ''}"
            for student, webcam, screen in rows
        ]
        table = tmp_path / "sessions.csv"
        table.write_text("\n".join(["student,webcam,screen", *lines]))
        words = ("batch", table, "-o", tmp_path / "out", "--workers", "1")
        told = [proctor(*words), proctor(*words), proctor(*words, "--dry-run"), proctor(*words, "--json")]
        told += [
            proctor("analyze", f"{at}/{name}{key}", "-o", tmp_path / "one" / name)
            for name in ("damaged.mp4", "drops.mp4")
        ]
    assert "drops.mp4: cannot be read any more, at byte " in told[0].out, told[0].out
    written = [path for top in ("out", "one") for path in (tmp_path / top).rglob("*") if path.is_file()]
    problems = SessionFolder(tmp_path / "out" / "S1").read_recording().problems
    codes = {problem.code for problem in problems}
    assert codes >= {"part_repeated", "part_unreadable", "packets_damaged", "file_ends_early"}, codes
    for secret in SECRETS:
        assert [path for path in written if secret in read(path)] == []
        assert [ran for ran in told if secret in f"{ran.out}{ran.err}".encode()] == []
