from __future__ import annotations

import hashlib
import pickle
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from proctor_cli.errors import ModelError
from proctor_cli.nets import Entry, File, cache_folder, find, find_again, inspect, load_manifest, search_folders


def entry_of(files: Sequence[tuple[str, bytes]], *, hashed: bool = True) -> Entry:
    return Entry(
        name="net",
        role="faces",
        family="yunet",
        runtime="onnxruntime",
        licence="MIT",
        files=tuple(
            File(path=path, sha256=hashlib.sha256(content).hexdigest() if hashed else "", size_bytes=len(content))
            for path, content in files
        ),
    )


def put(folder: Path, path: str, content: bytes) -> Path:
    target = folder / path
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(content)
    return target


PAIR = [("deep/net.xml", b"graph"), ("deep/net.bin", b"weights")]


def test_a_network_is_found_with_its_hashes(tmp_path: Path) -> None:
    for path, content in PAIR:
        put(tmp_path, path, content)
    model = find(entry_of(PAIR), [tmp_path])
    assert model.path == tmp_path / "deep/net.xml"
    assert model.folder == tmp_path
    assert [use.sha256 for use in model.uses] == [hashlib.sha256(content).hexdigest() for _, content in PAIR]
    assert {(use.role, use.name, use.licence) for use in model.uses} == {("faces", "net", "MIT")}


def test_a_found_network_can_be_sent_to_a_worker_and_be_a_key(tmp_path: Path) -> None:
    put(tmp_path, "net.onnx", b"net")
    model = find(entry_of([("net.onnx", b"net")]), [tmp_path])
    assert pickle.loads(pickle.dumps(model)) == model
    assert {model: 1}[model] == 1


def test_on_another_machine_the_same_content_is_found_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    entry = entry_of([("net.xml", b"graph"), ("net.bin", b"weights")], hashed=False)
    for folder in ("there", "here", "other"):
        put(tmp_path / folder, "net.xml", b"graph")
        put(tmp_path / folder, "net.bin", b"weights" if folder != "other" else b"others")
    model = find(entry, [tmp_path / "there"])
    assert find_again(model) == model
    for path in model.paths:
        path.unlink()
    monkeypatch.setenv("PROCTOR_MODELS", str(tmp_path / "here"))
    again = find_again(model)
    assert again.paths == tuple(tmp_path / "here" / path.name for path in model.paths)
    assert again.sha256s == model.sha256s
    monkeypatch.setenv("PROCTOR_MODELS", str(tmp_path / "other"))
    with pytest.raises(ModelError, match="damaged or another file"):
        find_again(model)
    monkeypatch.setenv("PROCTOR_MODELS", str(put(tmp_path / "there", "net.bin", b"others").parent))
    put(tmp_path / "there", "net.xml", b"graph")
    with pytest.raises(ModelError, match="damaged or another file"):
        find_again(model)


def test_the_first_folder_with_all_files_is_taken(tmp_path: Path) -> None:
    put(tmp_path / "a", *PAIR[0])
    for folder in ("b", "c"):
        for path, content in PAIR:
            put(tmp_path / folder, path, content)
    assert find(entry_of(PAIR), [tmp_path / "a", tmp_path / "b", tmp_path / "c"]).folder == tmp_path / "b"


def test_a_missing_network_says_where_was_looked_and_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(ModelError) as caught:
        find(entry_of(PAIR), [tmp_path / "a", tmp_path / "b"])
    text = str(caught.value)
    assert str(tmp_path / "a") in text
    assert str(tmp_path / "b") in text
    assert "proctor models fetch net" in text
    assert "PROCTOR_MODELS" in text
    assert caught.value.exit_code == 4


def test_one_missing_file_of_two_is_missing(tmp_path: Path) -> None:
    put(tmp_path, *PAIR[0])
    with pytest.raises(ModelError, match=r"deep/net\.bin"):
        find(entry_of(PAIR), [tmp_path])


def test_a_changed_file_is_refused_with_both_checksums(tmp_path: Path) -> None:
    put(tmp_path, "net.onnx", b"changed")
    with pytest.raises(ModelError) as caught:
        find(entry_of([("net.onnx", b"net")]), [tmp_path])
    text = str(caught.value)
    assert f"expected SHA-256 {hashlib.sha256(b'net').hexdigest()}" in text
    assert f"found {hashlib.sha256(b'changed').hexdigest()}" in text
    assert str(tmp_path / "net.onnx") in text


def test_a_damaged_file_is_refused_even_when_a_later_folder_has_a_good_one(tmp_path: Path) -> None:
    put(tmp_path / "a", "net.onnx", b"changed")
    put(tmp_path / "b", "net.onnx", b"net")
    with pytest.raises(ModelError, match="damaged"):
        find(entry_of([("net.onnx", b"net")]), [tmp_path / "a", tmp_path / "b"])


def test_a_file_without_checksum_is_taken_and_its_hash_recorded(tmp_path: Path) -> None:
    put(tmp_path, "net.onnx", b"anything")
    model = find(entry_of([("net.onnx", b"net")], hashed=False), [tmp_path])
    assert model.sha256s == (hashlib.sha256(b"anything").hexdigest(),)


def test_inspect_tells_the_three_states_apart(tmp_path: Path) -> None:
    put(tmp_path, "a", b"a")
    put(tmp_path, "b", b"changed")
    files = inspect(entry_of([("a", b"a"), ("b", b"b"), ("c", b"c")]), [tmp_path])
    assert [file.state for file in files] == ["ok", "damaged", "missing"]


def test_the_environment_comes_first_then_the_cache_then_the_checkout(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PROCTOR_MODELS", str(tmp_path))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    folders = search_folders()
    assert folders[:2] == (tmp_path, tmp_path / "cache" / "proctor" / "models")
    assert (folders[2] / "manifest.toml").is_file()


@pytest.mark.models
def test_weights_that_a_package_brings_along_are_found_last_and_without_importing_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.delenv("PROCTOR_MODELS", raising=False)
    entry = load_manifest(()).entry("ppocr_v6_small")
    assert find(entry).folder == search_folders()[-1]
    assert "rapidocr" not in sys.modules


def test_without_settings_the_cache_is_in_the_home_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    assert cache_folder() == tmp_path / ".cache" / "proctor" / "models"


def test_a_wrong_environment_variable_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PROCTOR_MODELS", str(tmp_path / "nowhere"))
    with pytest.raises(ModelError, match="PROCTOR_MODELS="):
        search_folders()
