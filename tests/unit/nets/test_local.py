"""An entry of ours in the user's manifest: what the user has written stays, byte for byte."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec import structs

from proctor_cli.errors import OutputError, UsageError
from proctor_cli.nets import Entry, File, Picture, load_manifest
from proctor_cli.nets.local import is_ours, put_entry

ENTRY = Entry(
    name="mine",
    role="wearables",
    family="yolo",
    runtime="openvino",
    licence="AGPL-3.0",
    licence_class="copyleft",
    labels=("headphones", 'ear"buds\\', "đồng hồ \x7f\t🎧"),
    origin="/home/a b/ưeights.pt, SHA-256 00",
    picture=Picture(width_px=640, height_px=320, colour="bgr", low=-1.0, high=1.5, multiple_px=4),
    files=(File(path="exported/a.xml", sha256="ab", size_bytes=7), File(path="exported/a.bin")),
)
THEIRS = """# my networks
schema = 1

[models.their_own]   # the old one
role = "objects"
family = "yolo"
runtime = "onnxruntime"
files = [{ path = "a.onnx" }]"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "manifest.local.toml"


def entries(path: Path) -> dict[str, Entry]:
    shipped = load_manifest([]).entries
    return {name: entry for name, entry in load_manifest([path.parent]).entries.items() if name not in shipped}


def test_what_is_put_is_read_back(path: Path) -> None:
    put_entry(path, ENTRY)
    assert entries(path) == {"mine": ENTRY}
    assert list(path.parent.iterdir()) == [path]


def test_what_the_user_wrote_stays(path: Path) -> None:
    path.write_text(THEIRS, "utf-8")
    put_entry(path, ENTRY)
    assert path.read_text("utf-8").startswith(THEIRS + "\n\n")
    assert entries(path).keys() == {"their_own", "mine"}


def test_ours_is_replaced_where_it_stands(path: Path) -> None:
    put_entry(path, ENTRY)
    other = structs.replace(ENTRY, name="min")  # the beginning of another name
    put_entry(path, other)
    path.write_text(path.read_text("utf-8") + "\n# the end\n", "utf-8")
    changed = structs.replace(ENTRY, labels=(r"\g<0> \1",))
    put_entry(path, changed)
    assert entries(path) == {"mine": changed, "min": other}
    assert path.read_text("utf-8").endswith("\n# the end\n")
    assert path.read_text("utf-8").count("[models.mine]") == 1


def test_only_what_was_put_is_ours(path: Path) -> None:
    assert not is_ours(path, "mine")
    path.write_text(THEIRS, "utf-8")
    put_entry(path, ENTRY)
    assert is_ours(path, "mine")
    assert not is_ours(path, "their_own")
    assert not is_ours(path, "min")


def test_a_manifest_that_cannot_be_added_to_is_left_alone(path: Path) -> None:
    inline = (
        'schema = 1\nmodels = { a = { role = "x", family = "x", runtime = "openvino", files = [{ path = "a" }] } }\n'
    )
    path.write_text(inline, "utf-8")
    with pytest.raises(UsageError, match="cannot be added to"):
        put_entry(path, ENTRY)
    assert path.read_text("utf-8") == inline


def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match="cannot be written"):
        put_entry(tmp_path / "file" / "manifest.local.toml", ENTRY)
