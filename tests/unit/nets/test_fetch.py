from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from proctor_cli import resources
from proctor_cli.errors import ModelError, OutputError
from proctor_cli.nets import Entry, File, cache_folder, fetch, find

CONTENT = bytes(range(256)) * 1000


class Server:
    """A web server on this machine: ``pages`` are (status, body, location) by path, ``asked`` what was asked for."""

    def __init__(self) -> None:
        self.pages: dict[str, tuple[int, bytes, str]] = {}
        self.asked: list[str] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                outer.asked.append(self.path)
                status, body, location = outer.pages.get(self.path, (404, b"", ""))
                self.send_response(status)
                if location:
                    self.send_header("Location", location)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body if status != 299 else body[: len(body) // 2])

            def log_message(self, *_: object) -> None:
                pass

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._http.server_port}"
        threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()

    def close(self) -> None:
        self._http.shutdown()
        self._http.server_close()


@pytest.fixture
def server() -> Iterator[Server]:
    server = Server()
    yield server
    server.close()


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("no_proxy", "*")
    for name in ("PROCTOR_MODELS", "PROCTOR_OFFLINE"):
        monkeypatch.delenv(name, raising=False)
    return cache_folder()


def entry_of(*urls: str, content: bytes = CONTENT, path: str = "deep/net.onnx") -> Entry:
    file = File(path=path, sha256=hashlib.sha256(content).hexdigest(), size_bytes=len(content), urls=urls)
    return Entry(name="net", role="faces", family="yunet", runtime="onnxruntime", files=(file,))


def leftovers(folder: Path) -> list[str]:
    return [path.name for path in folder.rglob("*") if path.is_file()]


def test_a_download_is_verified_and_put_into_the_cache(server: Server, cache: Path) -> None:
    server.pages["/net"] = (200, CONTENT, "")
    entry = entry_of(f"{server.url}/net")
    fetched = fetch(entry)
    assert fetched.origins == (f"{server.url}/net",)
    assert find(entry).folder == fetched.folder == cache
    assert leftovers(cache) == ["net.onnx"]


def test_progress_grows_to_the_size_of_the_file(server: Server) -> None:
    server.pages["/net"] = (200, CONTENT, "")
    calls: list[tuple[str, int, int]] = []
    fetch(entry_of(f"{server.url}/net"), progress=lambda *call: calls.append(call))
    assert {(name, total) for name, _, total in calls} == {("deep/net.onnx", len(CONTENT))}
    done = [done for _, done, _ in calls]
    assert len(done) > 1
    assert done == sorted(done)
    assert done[-1] == len(CONTENT)


def test_what_is_whole_is_not_fetched_again(server: Server) -> None:
    server.pages["/net"] = (200, CONTENT, "")
    fetch(entry_of(f"{server.url}/net"))
    assert fetch(entry_of(f"{server.url}/net")).origins == ()
    assert server.asked == ["/net"]


def test_a_damaged_copy_in_the_cache_is_replaced(server: Server, cache: Path) -> None:
    server.pages["/net"] = (200, CONTENT, "")
    entry = entry_of(f"{server.url}/net")
    fetch(entry)
    (cache / "deep/net.onnx").write_bytes(b"damaged")
    fetch(entry)
    assert find(entry).path.read_bytes() == CONTENT


def test_mirrors_are_tried_in_order_until_one_delivers_the_right_file(server: Server) -> None:
    server.pages["/wrong"] = (200, CONTENT[::-1], "")
    server.pages["/long"] = (200, CONTENT + b"x", "")
    server.pages["/good"] = (200, CONTENT, "")
    urls = [f"{server.url}/{name}" for name in ("gone", "wrong", "long", "good", "never")]
    assert fetch(entry_of(*urls)).origins == (urls[3],)
    assert server.asked == ["/gone", "/wrong", "/long", "/good"]


def test_when_every_mirror_fails_each_reason_is_given_and_nothing_is_left(server: Server, cache: Path) -> None:
    server.pages["/wrong"] = (200, CONTENT[::-1], "")
    server.pages["/cut"] = (299, CONTENT, "")
    with pytest.raises(ModelError) as caught:
        fetch(entry_of(*(f"{server.url}/{name}" for name in ("gone", "wrong", "cut"))))
    text = str(caught.value)
    assert "/gone: HTTP 404" in text
    assert f"/wrong: expected SHA-256 {hashlib.sha256(CONTENT).hexdigest()}" in text
    assert "/cut: " in text
    assert "--from" in text
    assert "\n" not in text
    assert leftovers(cache) == []


def test_an_unreachable_address_gives_one_line(server: Server) -> None:
    server.close()
    with pytest.raises(ModelError) as caught:
        fetch(entry_of(f"{server.url}/net"))
    assert "Connection refused" in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("url", ["http://example.org/net", "file:///etc/hostname", "ftp://127.0.0.1/net"])
def test_only_https_or_this_machine_is_opened(url: str) -> None:
    with pytest.raises(ModelError, match="refused, only https is allowed"):
        fetch(entry_of(url))


def test_a_redirect_to_another_machine_without_https_is_refused(server: Server) -> None:
    server.pages["/net"] = (302, b"", "http://example.org/net")
    with pytest.raises(ModelError, match="refused, only https is allowed"):
        fetch(entry_of(f"{server.url}/net"))


def test_a_redirect_within_the_rules_is_followed(server: Server) -> None:
    server.pages["/net"] = (302, b"", f"{server.url}/moved")
    server.pages["/moved"] = (200, CONTENT, "")
    fetch(entry_of(f"{server.url}/net"))
    assert server.asked == ["/net", "/moved"]


@pytest.mark.parametrize("by_environment", [True, False])
def test_offline_opens_no_connection(server: Server, monkeypatch: pytest.MonkeyPatch, *, by_environment: bool) -> None:
    server.pages["/net"] = (200, CONTENT, "")
    if by_environment:
        monkeypatch.setenv("PROCTOR_OFFLINE", "1")
    with pytest.raises(ModelError, match="downloading is switched off"):
        fetch(entry_of(f"{server.url}/net"), offline=not by_environment)
    assert server.asked == []


def test_offline_zero_is_online(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    server.pages["/net"] = (200, CONTENT, "")
    monkeypatch.setenv("PROCTOR_OFFLINE", "0")
    assert fetch(entry_of(f"{server.url}/net")).origins


def test_a_folder_serves_in_place_of_the_network(tmp_path: Path, cache: Path) -> None:
    (tmp_path / "mirror/deep").mkdir(parents=True)
    (tmp_path / "mirror/deep/net.onnx").write_bytes(CONTENT)
    entry = entry_of("https://example.org/net")
    fetched = fetch(entry, source=tmp_path / "mirror", offline=True)
    assert fetched.origins == (str(tmp_path / "mirror/deep/net.onnx"),)
    assert find(entry).folder == cache


def test_a_folder_with_the_wrong_file_is_refused(tmp_path: Path, cache: Path) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep/net.onnx").write_bytes(CONTENT[::-1])
    with pytest.raises(ModelError, match="expected SHA-256"):
        fetch(entry_of(), source=tmp_path)
    assert leftovers(cache) == []


def test_a_folder_without_the_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"deep/net\.onnx: cannot be read"):
        fetch(entry_of(), source=tmp_path)


def test_a_mirror_is_made_elsewhere_even_when_the_cache_has_the_file(
    server: Server, tmp_path: Path, cache: Path
) -> None:
    server.pages["/net"] = (200, CONTENT, "")
    entry = entry_of(f"{server.url}/net")
    fetch(entry)
    assert fetch(entry, source=cache, to=tmp_path / "mirror").folder == tmp_path / "mirror"
    assert (tmp_path / "mirror/deep/net.onnx").read_bytes() == CONTENT


def test_a_damaged_copy_that_would_still_be_found_first_is_reported(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.pages["/net"] = (200, CONTENT, "")
    (tmp_path / "mirror/deep").mkdir(parents=True)
    (tmp_path / "mirror/deep/net.onnx").write_bytes(b"damaged")
    monkeypatch.setenv("PROCTOR_MODELS", str(tmp_path / "mirror"))
    with pytest.raises(ModelError, match="damaged"):
        fetch(entry_of(f"{server.url}/net"))
    assert server.asked == []


def test_a_damaged_copy_that_is_found_last_is_overruled(
    server: Server, tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.pages["/net"] = (200, CONTENT, "")
    (tmp_path / "checkout/deep").mkdir(parents=True)
    (tmp_path / "checkout/deep/net.onnx").write_bytes(b"damaged")
    monkeypatch.setattr(resources, "models_dir", lambda: tmp_path / "checkout")
    entry = entry_of(f"{server.url}/net")
    fetch(entry)
    assert find(entry).folder == cache


def test_a_folder_that_cannot_be_written_is_named(server: Server, tmp_path: Path) -> None:
    server.pages["/net"] = (200, CONTENT, "")
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(OutputError, match="cannot be written"):
        fetch(entry_of(f"{server.url}/net"), to=tmp_path / "file")


def test_a_network_without_addresses_says_so() -> None:
    with pytest.raises(ModelError, match="the manifest gives no address"):
        fetch(entry_of())
