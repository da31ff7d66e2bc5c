from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from proctor_cli.cli.models import app
from proctor_cli.errors import ModelError, UsageError

CONTENT = b"a small network" * 100


def run(*words: str) -> Result:
    return CliRunner().invoke(app, list(words))


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def mirror(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A web server on this machine with one network, and a local manifest with the set "site" that names it."""
    served = tmp_path / "served"
    (served / "mine").mkdir(parents=True)
    (served / "mine/net.onnx").write_bytes(CONTENT)
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(served)))
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    cache = tmp_path / "cache/proctor/models"
    cache.mkdir(parents=True)
    (cache / "manifest.local.toml").write_text(
        f"""
schema = 1
[sets.site]
objects = "mine"
[models.mine]
role = "objects"
family = "yolo"
runtime = "onnxruntime"
licence = "MIT"
licence_class = "permissive"
[[models.mine.files]]
path = "mine/net.onnx"
sha256 = "{hashlib.sha256(CONTENT).hexdigest()}"
size_bytes = {len(CONTENT)}
urls = ["http://127.0.0.1:{server.server_port}/mine/net.onnx"]
""",
        "utf-8",
    )
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("no_proxy", "*")
    for name in ("PROCTOR_MODELS", "PROCTOR_OFFLINE"):
        monkeypatch.delenv(name, raising=False)
    yield cache
    server.shutdown()
    server.server_close()


def test_list_shows_role_licence_size_sets_and_that_a_network_is_missing(mirror: Path) -> None:
    lines = {line.split()[0]: line for line in run("list").stdout.splitlines()}
    assert "NAME" in lines
    assert lines["yolo11n"].split() == ["yolo11n", "objects", "AGPL-3.0", "3.4", "MB", "default", "missing"]
    assert lines["mine"].split() == ["mine", "objects", "MIT", "2", "kB", "site", "missing"]


def test_list_as_json_is_one_line(mirror: Path) -> None:
    run("fetch", "mine")
    output = run("list", "--json").stdout
    assert output.count("\n") == 1
    document = json.loads(output)
    rows = {row["name"]: row for row in document["models"]}
    assert rows["mine"]["folder"] == str(mirror)
    assert (rows["mine"]["state"], rows["yunet"]["state"]) == ("ok", "missing")
    assert rows["yunet"]["licence_class"] == "permissive"
    assert document["sets"]["permissive"]["faces"] == "yunet"


def test_fetch_then_verify(mirror: Path) -> None:
    fetched = run("fetch", "--set", "site")
    assert fetched.exit_code == 0
    assert f"mine: 2 kB, MIT, fetched into {mirror}" in fetched.stdout
    assert "from http://127.0.0.1:" in fetched.stdout
    assert fetched.stderr == ""
    assert "already in" in run("fetch", "mine").stdout
    verified = run("verify", "--set", "site")
    assert verified.exit_code == 0
    assert verified.stdout.split() == ["ok", "mine", str(mirror / "mine/net.onnx")]


def test_fetch_from_a_folder_to_a_folder(mirror: Path, tmp_path: Path) -> None:
    result = run("fetch", "mine", "--from", str(tmp_path / "served"), "--to", str(tmp_path / "usb"), "--offline")
    assert result.exit_code == 0
    assert (tmp_path / "usb/mine/net.onnx").read_bytes() == CONTENT


def test_fetch_offline_ends_with_the_code_for_a_missing_model(mirror: Path) -> None:
    result = run("fetch", "mine", "--offline")
    assert isinstance(result.exception, ModelError)
    assert result.exception.exit_code == 4
    assert "--from" in str(result.exception)


def test_verify_names_damaged_and_missing_files_and_ends_with_4(mirror: Path) -> None:
    run("fetch", "mine")
    (mirror / "mine/net.onnx").write_bytes(b"damaged")
    result = run("verify", "mine", "yunet")
    damaged, missing = result.stdout.splitlines()
    expected, found = hashlib.sha256(CONTENT).hexdigest(), hashlib.sha256(b"damaged").hexdigest()
    assert damaged == f"damaged  mine  {mirror / 'mine/net.onnx'}  expected {expected}, found {found}"
    assert missing == "missing  yunet  face_detection_yunet_2026may.onnx"
    assert isinstance(result.exception, ModelError)
    assert result.exception.exit_code == 4
    assert str(result.exception).startswith("2 of 2 files are missing or damaged")


def test_verify_as_json(mirror: Path) -> None:
    run("fetch", "mine")
    document = json.loads(run("verify", "mine", "--json").stdout)
    assert document["ok"] is True
    assert document["files"][0]["sha256"] == document["files"][0]["expected_sha256"]


def test_verify_looks_at_the_default_set_when_nothing_is_named(mirror: Path) -> None:
    lines = run("verify").stdout.splitlines()
    assert {line.split()[1] for line in lines} >= {"yunet", "face_landmarker", "yolo11n"}
    assert "mine" not in {line.split()[1] for line in lines}


@pytest.mark.parametrize(
    "words", [("fetch", "yunett"), ("verify", "--set", "sight"), ("fetch", "mine", "--set", "site")]
)
def test_a_wrong_name_is_a_usage_error(mirror: Path, words: tuple[str, ...]) -> None:
    result = run(*words)
    assert isinstance(result.exception, UsageError)
    assert result.exception.exit_code == 2


def test_set_all_means_every_network(mirror: Path) -> None:
    names = {line.split()[1] for line in run("verify", "--set", "all").stdout.splitlines()}
    assert {"mine", "yunet", "mobilefacenet"} <= names
