"""Recordings at an address are read as files are: probed, sampled, listened to."""

from __future__ import annotations

import os
import re
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from proctor_cli.errors import InputError
from proctor_cli.files import is_address, link_to, show_addresses, shown_address
from proctor_cli.media import Sampling, cut, look_at, picture_at, probe
from proctor_cli.types import Clip
from tests.unit.media.films import even, film, number_of

fsspec = pytest.importorskip("fsspec")


class Server(SimpleHTTPRequestHandler):
    """Sends parts of files, as servers of recordings do."""

    ranges = True

    def log_message(self, format: str, *args: object) -> None:
        pass

    def do_HEAD(self) -> None:
        self.do_GET()

    def do_GET(self) -> None:
        path = Path(self.translate_path(self.path))
        if not path.is_file():
            self.send_error(403 if path.is_dir() else 404)
            return
        data = path.read_bytes()
        asked = re.fullmatch(r"bytes=(\d+)-(\d+)", self.headers.get("Range", ""))
        if asked and self.ranges:
            begin, end = int(asked[1]), min(int(asked[2]) + 1, len(data))
            self.send_response(206)
            self.send_header("Content-Range", f"bytes {begin}-{end - 1}/{len(data)}")
            data = data[begin:end]
        else:
            self.send_response(200)
        if self.ranges:
            self.send_header("Accept-Ranges", "bytes")
            self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(data)


class Streaming(Server):
    """Sends files from beginning to end only."""

    ranges = False


class Dropping(Server):
    """Hangs up in the middle of what goes beyond ``behind``, so many times."""

    behind, drops = 0, 0

    def do_GET(self) -> None:
        asked = re.fullmatch(r"bytes=(\d+)-(\d+)", self.headers.get("Range", ""))
        if not asked or int(asked[2]) < self.behind or self.drops <= 0:
            super().do_GET()
            return
        type(self).drops -= 1
        self.send_response(206)
        self.send_header("Content-Length", str(int(asked[2]) + 1 - int(asked[1])))
        self.end_headers()
        self.wfile.write(b"half")


def serve(folder: Path, kind: type[Server]) -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(kind, directory=str(folder))) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.fixture
def site(tmp_path: Path) -> Iterator[str]:
    yield from serve(tmp_path, Server)


@pytest.fixture
def recording(tmp_path: Path) -> Path:
    return film(tmp_path / "exam 1.mp4", even(200), audio_s=8.0)


def test_over_http_it_is_the_same_as_a_file(recording: Path, site: str) -> None:
    address = f"{site}/exam%201.mp4?key=secret"
    here, there = probe(Clip("webcam", str(recording))), probe(Clip("webcam", address))
    assert there.info == replace(here.info, path=address)
    assert (there.pts, there.keyframes) == (here.pts, here.keyframes)
    for mine, theirs in zip(cut(here, 0.2, 2.0), cut(there, 0.2, 2.0), strict=True):
        assert [number_of(f) for f in Sampling(there, theirs)] == [number_of(f) for f in Sampling(here, mine)]
    assert number_of(picture_at(there, 4.0)) == 100


@pytest.mark.parametrize("kind", ["file", "memory"])
def test_so_it_is_from_other_storage(recording: Path, kind: str) -> None:
    address = recording.as_uri().replace("%20", " ")
    if kind == "memory":
        address = "memory://exams/exam.mp4"
        with fsspec.open(address, "wb") as out:
            out.write(recording.read_bytes())
    assert probe(Clip("webcam", address)).info.sha256 == probe(Clip("webcam", str(recording))).info.sha256


def test_what_is_not_there(site: str) -> None:
    for address in (f"{site}/nothing.mp4", "file:///nowhere/exam.mp4"):
        with pytest.raises(InputError, match="nothing is there") as caught:
            probe(Clip("webcam", address))
        assert caught.value.where == address


def test_no_recording(tmp_path: Path, site: str) -> None:
    (tmp_path / "notes.mp4").write_bytes(b"no recording " * 1000)
    with pytest.raises(InputError, match="not a recording that can be read"):
        probe(Clip("webcam", f"{site}/notes.mp4"))


def test_a_server_that_sends_no_parts(recording: Path, tmp_path: Path) -> None:
    for site in serve(tmp_path, Streaming):
        with pytest.raises(InputError, match="its server sends no parts of files"):
            probe(Clip("webcam", f"{site}/exam%201.mp4"))


def test_secrets_are_not_told(site: str) -> None:
    address = site.replace("//", "//user:word@") + "/nothing.mp4?token=1"
    with pytest.raises(InputError) as caught:
        probe(Clip("webcam", address))
    assert caught.value.where == f"{site}/nothing.mp4"


def test_nothing_else_tells_them(recording: Path, site: str) -> None:
    (recording.parent / "notes.mp4").write_bytes(b"no recording " * 1000)
    for name in ("notes.mp4", "exam%201.mp4/../"):
        with pytest.raises(InputError) as caught:
            probe(Clip("webcam", site.replace("//", "//user:word@") + f"/{name}?token=1"))
        assert not re.search("user|word|token", f"{caught.value} {caught.value.hint}")


@pytest.fixture
def small_reads(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(fsspec.config.conf, "http", {"block_size": 4096})


@pytest.mark.usefixtures("small_reads")
def test_a_connection_that_drops_is_taken_up_again(recording: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    here = probe(Clip("webcam", str(recording)))
    monkeypatch.setattr(Dropping, "behind", recording.stat().st_size // 2)
    monkeypatch.setattr(Dropping, "drops", 1)
    for site in serve(recording.parent, Dropping):
        there = probe(Clip("webcam", f"{site}/exam%201.mp4"))
    assert Dropping.drops == 0
    assert (there.info.sha256, there.pts) == (here.info.sha256, here.pts)


@pytest.mark.usefixtures("small_reads")
@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
def test_one_that_keeps_dropping_is_told(recording: Path, monkeypatch: pytest.MonkeyPatch, share: float) -> None:
    monkeypatch.setattr(Dropping, "behind", int(recording.stat().st_size * share))
    for site in serve(recording.parent, Dropping):
        address = f"{site}/exam%201.mp4?token=1"
        with monkeypatch.context() as now:
            now.setattr(Dropping, "drops", 1000)
            with pytest.raises(InputError, match=r"cannot be read any more, at byte \d+ \(") as caught:
                probe(Clip("webcam", address))
        assert caught.value.where == f"{site}/exam%201.mp4"
        scan = probe(Clip("webcam", address))  # and nothing is left behind that would fail the next
        monkeypatch.setattr(Dropping, "drops", 1000)
        with pytest.raises(InputError, match="cannot be read any more"):
            list(Sampling(scan, cut(scan, 0.2, 2.0)[-1]))


def test_nobody_answers() -> None:
    with pytest.raises(InputError, match="or it cannot be reached"):
        probe(Clip("webcam", "http://127.0.0.1:9/exam.mp4"))


def test_a_kind_of_address_that_nobody_knows() -> None:
    with pytest.raises(InputError, match="cannot be read"):
        probe(Clip("webcam", "gopher://exams/exam.mp4"))


def test_without_fsspec(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "fsspec", None)
    with pytest.raises(InputError, match=r"pip install 'proctor-cli\[cluster\]'"):
        probe(Clip("webcam", "https://example.org/exam.mp4"))


@pytest.mark.parametrize("path", ["exam.mp4", "/a/b.mp4", r"C:\exam.mp4", "C://exam.mp4", "http:exam.mp4", "a|b", ""])
def test_what_is_no_address(path: str) -> None:
    assert not is_address(path)


@pytest.mark.parametrize(
    ("path", "shown", "link"),
    [
        ("https://u:p@h.org:8/a%20b.mp4?k=1#x", "https://h.org:8/a%20b.mp4", "https://h.org:8/a%20b.mp4"),
        ("s3://bucket/a b.mp4", "s3://bucket/a b.mp4", ""),
        ("file:///a.mp4", "file:///a.mp4", ""),
        ("https://u:p%40@h.org/a@b.mp4", "https://h.org/a@b.mp4", "https://h.org/a@b.mp4"),
    ],
)
def test_how_results_name_one(path: str, shown: str, link: str) -> None:
    assert is_address(path)
    assert shown_address(path) == shown
    assert link_to(shown) == link


@pytest.mark.parametrize("path", ["exam.mp4?k=1#x", r"C:\exam?.mp4", "../a@b.mp4"])
def test_a_file_is_shown_as_it_is(path: str) -> None:
    assert shown_address(path) == path


def test_addresses_in_the_errors_of_others() -> None:
    told = "503, message='Busy', url='https://u:p@h.org/a.mp4?k=1' (see s3://bucket/b)"
    assert show_addresses(told) == "503, message='Busy', url='https://h.org/a.mp4' (see s3://bucket/b)"


def test_what_changes_when_a_recording_does(recording: Path, site: str) -> None:
    address = recording.as_uri().replace("%20", " ")
    before = look_at(address)
    assert before[0] == recording.stat().st_size
    assert before[1]
    os.utime(recording, (1, 1))
    assert look_at(address)[1] != before[1]
    assert look_at(f"{site}/exam%201.mp4") == (recording.stat().st_size, "")  # this server tells no more
    assert look_at(f"{site}/nothing.mp4") == (-1, "")


def test_a_file_is_linked_beside_the_page() -> None:
    assert link_to("../my exams/a#1.mp4") == "../my%20exams/a%231.mp4"
