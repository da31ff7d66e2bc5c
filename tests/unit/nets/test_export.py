"""Weights made here, of real architectures and with random numbers, through the export to boxes with labels.

Making them and exporting them takes torch, so both happen in processes of their own.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from proctor_cli.errors import ModelError, UsageError
from proctor_cli.nets import find, inspect, load_manifest
from proctor_cli.nets.export import Exported, Format, export_weights
from proctor_cli.nets.network import open_network
from proctor_cli.nets.things import ThingFinder

pytestmark = pytest.mark.slow

SIDE_PX = 64
NAMES = ("headphones", "earbuds", "smartwatch")
PICTURE = np.random.default_rng(3).integers(0, 256, (SIDE_PX, SIDE_PX, 3), dtype=np.uint8)

# Saves weights, and what they themselves make of the picture: (1, 4 + classes, n), as the network is exported.
MAKE = """
import os, sys
os.environ |= {"YOLO_OFFLINE": "1", "YOLO_AUTOINSTALL": "false", "YOLO_CONFIG_DIR": sys.argv[1], "YOLO_VERBOSE": "0"}
import numpy, torch
from ultralytics import YOLO

folder, names = sys.argv[1], sys.argv[3].split(",")
torch.set_num_threads(1)
picture = torch.from_numpy(numpy.load(sys.argv[2]).astype("float32").transpose(2, 0, 1)[None] / 255)

def save(name, architecture, sure=True, set_names=True):
    torch.manual_seed(1)
    network = YOLO(architecture)
    model = network.model
    head = model.model[-1]
    if sure:  # heads begin with scores near 0: half of all shall be over 0.5
        for branch in head.cv3:
            torch.nn.init.zeros_(branch[-1].bias)
    if hasattr(head, "reprta"):
        if set_names:
            network.set_classes(names, torch.nn.functional.normalize(torch.randn(1, len(names), head.embed), dim=-1))
    elif hasattr(model, "txt_feats"):
        model.txt_feats, head.nc, model.names = torch.randn(1, len(names), 512), len(names), dict(enumerate(names))
    else:
        model.names = {i: name for i, name in enumerate(names)} if head.nc == len(names) else model.names
    network.save(f"{folder}/{name}.pt")
    if sure:
        model.eval()
        model.end2end = False
        with torch.no_grad():
            numpy.save(f"{folder}/{name}.npy", model(picture)[0].numpy())

tiny = [[-1, 1, "Conv", [48, 3, 2]]] * 3  # Ultralytics takes a graph under 0.1 MB for a failed one
def yaml(name, head, **more):
    import yaml
    with open(f"{folder}/{name}.yaml", "w") as file:
        yaml.safe_dump({"nc": len(names), "backbone": tiny, "head": [[[2], 1, head, ["nc"]]], **more}, file)
    return f"{folder}/{name}.yaml"

save("tiny", yaml("tiny", "Detect"))
save("twin", yaml("twin", "Detect", end2end=True, reg_max=1))
save("yolo26n-seg", "yolo26n-seg.yaml", sure=False)
save("yolov8n-worldv2", "yolov8n-worldv2.yaml", sure=False)
save("yoloe-11n-seg", "yoloe-11n-seg.yaml", sure=False)
save("unset", "yoloe-11n-seg.yaml", sure=False, set_names=False)
save("pose", "yolov8n-pose.yaml", sure=False)

class Evil:
    def __reduce__(self):
        return os.mkdir, (f"{folder}/ran",)
torch.save({"model": Evil()}, f"{folder}/evil.pt")
"""

# Stands in for the package that encodes texts: it wants its weights, and gives every text random features.
CLIP = """
import torch
class Encoder(torch.nn.Module):
    def encode_text(self, tokens):
        return torch.randn(len(tokens), 512)
def load(size, device=None, download_root=""):
    open(f"{download_root}/{size.replace('/', '-')}.pt").close()
    return Encoder(), None
def tokenize(texts, truncate=True):
    return torch.zeros(len(texts), 77, dtype=torch.long)
"""

# Written where a child finds it when it starts: every address it looks up or connects to, and every program it runs.
LISTEN = """
import os, sys
def note(event, args):
    if event in ("socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "subprocess.Popen", "os.system"):
        with open(os.environ["HEARD"], "a") as file:
            file.write(f"{event} {args}\\n")
sys.addaudithook(note)
"""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of weights."""
    folder = tmp_path_factory.mktemp("weights")
    np.save(folder / "picture.npy", PICTURE)
    subprocess.run(
        [sys.executable, "-c", MAKE, str(folder), str(folder / "picture.npy"), ",".join(NAMES)],
        check=True,
        capture_output=True,
        cwd=folder,
    )
    return folder


@dataclass(frozen=True)
class Desk:
    """A user's cache, empty at first, and what is exported into it."""

    cache: Path
    weights: Path

    def export(self, name: str, /, **options: Any) -> Exported:
        return export_weights(self.weights / f"{name}.pt", **{"size_px": SIDE_PX, "role": "wearables", **options})


@pytest.fixture
def desk(made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.delenv("PROCTOR_MODELS", raising=False)
    return Desk(tmp_path / "proctor" / "models", made)


@pytest.fixture(scope="module")
def tiny(made: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A models folder into which "tiny" was exported."""
    folder = tmp_path_factory.mktemp("models")
    before = sorted(made.iterdir())
    export_weights(made / "tiny.pt", role="wearables", size_px=SIDE_PX, to=folder)
    assert sorted(made.iterdir()) == before  # nothing is left beside the weights
    return folder


@pytest.fixture
def stocked(desk: Desk, tiny: Path) -> Desk:
    """A user's cache into which "tiny" was exported."""
    shutil.copytree(tiny, desk.cache)
    return desk


@pytest.fixture
def no_child(monkeypatch: pytest.MonkeyPatch, stocked: Desk) -> None:
    """No child process may be started."""

    def forbid(*_: object, **__: object) -> None:
        raise AssertionError("a child was started")

    monkeypatch.setattr(subprocess, "run", forbid)


class TestGraph:
    @pytest.mark.parametrize("format_", ["openvino", "onnx"])
    @pytest.mark.parametrize("name", ["tiny", "twin"])
    def test_it_gives_what_the_weights_give(self, desk: Desk, name: str, format_: Format) -> None:
        done = desk.export(name, format_=format_, labels=NAMES)  # those that it has may be named
        model = find(load_manifest().entry(name))
        assert model.folder == done.folder == desk.cache
        network = open_network(model)
        (found,) = network(PICTURE.transpose(2, 0, 1)[None].astype(np.float32) / 255).values()
        expected = np.load(desk.weights / f"{name}.npy")
        assert found.shape == expected.shape == (1, 4 + len(NAMES), (SIDE_PX // 8) ** 2)
        np.testing.assert_allclose(found[:, :4], expected[:, :4], atol=0.01)  # pixels
        np.testing.assert_allclose(found[:, 4:], expected[:, 4:], atol=1e-3)

        boxes = ThingFinder(model, wanted={n: n for n in NAMES}, floor=0.3, nms_iou=0.5, threads=1).find(PICTURE)
        rows = expected[0].T
        for index, label in enumerate(NAMES):
            mine = [box for box in boxes if box.label == label]
            best = rows[:, 4 + index].argmax()
            assert mine[0].score == pytest.approx(rows[best, 4 + index], abs=1e-3)
            x, _, width, _ = rows[best, :4] / SIDE_PX
            assert mine[0].x0 == pytest.approx(max(0.0, x - width / 2), abs=0.001)

    @pytest.mark.parametrize(
        ("name", "labels"), [("yolo26n-seg", 80), ("yolov8n-worldv2", len(NAMES)), ("yoloe-11n-seg", len(NAMES))]
    )
    def test_masks_and_open_vocabularies_become_boxes_of_their_classes(
        self, desk: Desk, name: str, labels: int
    ) -> None:
        entry = desk.export(name).entry
        assert len(entry.labels) == labels
        assert labels > len(NAMES) or entry.labels == NAMES
        (found,) = open_network(find(entry))(np.zeros((1, 3, SIDE_PX, SIDE_PX), np.float32)).values()
        assert found.shape == (1, 4 + labels, 8 * 8 + 4 * 4 + 2 * 2)


class TestEntry:
    def test_it_says_what_the_network_is_and_where_it_came_from(self, stocked: Desk) -> None:
        entry = load_manifest().entry("tiny")
        assert (entry.role, entry.family, entry.runtime, entry.labels) == ("wearables", "yolo", "openvino", NAMES)
        assert (entry.licence, entry.licence_class) == ("AGPL-3.0", "copyleft")
        assert str(stocked.weights / "tiny.pt") in entry.origin
        assert len(entry.origin.rpartition(" ")[2]) == 64
        assert entry.picture is not None
        assert (entry.picture.width_px, entry.picture.height_px, entry.picture.colour) == (SIDE_PX, SIDE_PX, "rgb")
        assert {path.name for path in stocked.cache.iterdir()} == {"exported", "manifest.local.toml"}
        assert {file.state for file in inspect(entry)} == {"ok"}
        assert all(file.sha256 and file.size_bytes for file in entry.files)
        assert load_manifest().choose("default", {"wearables": "tiny"})["wearables"] == entry

    @pytest.mark.usefixtures("no_child")
    def test_it_is_made_once(self, stocked: Desk) -> None:
        again = stocked.export("tiny")
        assert not again.fresh
        assert again.entry == load_manifest().entry("tiny")

    @pytest.mark.usefixtures("no_child")
    @pytest.mark.parametrize("options", [{"size_px": 32}, {"format_": "onnx"}, {"labels": NAMES}, {"role": "objects"}])
    def test_other_options_need_another_name(self, stocked: Desk, options: dict[str, Any]) -> None:
        with pytest.raises(UsageError, match="another export has that name") as caught:
            stocked.export("tiny", **options)
        assert "--force" in caught.value.hint

    @pytest.mark.usefixtures("no_child")
    def test_damaged_files_are_not_taken_for_the_export(self, stocked: Desk) -> None:
        (stocked.cache / load_manifest().entry("tiny").files[0].path).write_bytes(b"damaged")
        with pytest.raises(UsageError, match="another export has that name"):
            stocked.export("tiny")

    def test_force_replaces_it(self, stocked: Desk) -> None:
        assert stocked.export("tiny", size_px=32, force=True).fresh
        entry = load_manifest().entry("tiny")
        assert entry.picture is not None
        assert entry.picture.width_px == 32
        assert {file.state for file in inspect(entry)} == {"ok"}
        assert len(list((stocked.cache / "exported").iterdir())) == 1

    @pytest.mark.usefixtures("no_child")
    def test_a_mirror_keeps_its_names(self, desk: Desk, tiny: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("PROCTOR_MODELS", str(tiny))
        assert load_manifest().entry("tiny").role == "wearables"
        with pytest.raises(UsageError, match="the name is taken"):
            desk.export("tiny")


class TestRefusals:
    @pytest.mark.parametrize("name", ["yunet", "theirs"])
    def test_a_name_that_somebody_else_gave(self, desk: Desk, name: str) -> None:
        desk.cache.mkdir(parents=True)
        text = 'schema = 1\n[models.theirs]\nrole = "objects"\nfamily = "yolo"\nruntime = "openvino"\n'
        (desk.cache / "manifest.local.toml").write_text(text + 'files = [{ path = "a.xml" }]\n', "utf-8")
        with pytest.raises(UsageError, match="the name is taken"):
            desk.export("tiny", name=name, force=True)

    @pytest.mark.parametrize(
        ("options", "where"), [({"size_px": 100}, "--size"), ({"size_px": 0}, "--size"), ({"name": "a.b"}, "--name")]
    )
    def test_options_that_cannot_be(self, desk: Desk, options: dict[str, Any], where: str) -> None:
        with pytest.raises(UsageError) as caught:
            desk.export("tiny", **options)
        assert caught.value.where.startswith(where)

    def test_no_code_in_the_weights_is_run(self, desk: Desk) -> None:
        with pytest.raises(ModelError, match="no weights of Ultralytics"):
            desk.export("evil")
        assert not (desk.weights / "ran").exists()

    @pytest.mark.parametrize(
        ("name", "options", "said"),
        [
            ("tiny", {"labels": ["a", "b", "c"]}, "its classes are fixed"),
            ("yolov8n-worldv2", {"labels": ["a", "b"]}, "its classes cannot be set here"),
            ("unset", {}, "has no classes yet"),
            ("pose", {}, "its task is pose"),
        ],
    )
    def test_what_cannot_be_done_is_said(self, desk: Desk, name: str, options: dict[str, Any], said: str) -> None:
        with pytest.raises(ModelError, match=said) as caught:
            desk.export(name, **options)
        assert caught.value.where.endswith(f"{name}.pt")
        assert caught.value.hint
        assert not desk.cache.exists()

    def test_classes_are_set_where_the_text_encoder_is(
        self, desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (tmp_path / "clip.py").write_text(CLIP)
        monkeypatch.syspath_prepend(tmp_path)
        with pytest.raises(ModelError, match=r"its classes cannot be set here \(FileNotFoundError"):
            desk.export("yolov8n-worldv2", labels=["headset", "a watch"])
        (desk.weights / "clip").mkdir()
        (desk.weights / "clip" / "ViT-B-32.pt").write_bytes(b"")
        entry = desk.export("yolov8n-worldv2", labels=["headset", "a watch"]).entry
        assert entry.labels == ("headset", "a watch")
        (found,) = open_network(find(entry))(np.zeros((1, 3, SIDE_PX, SIDE_PX), np.float32)).values()
        assert found.shape[1] == 4 + 2

    def test_without_ultralytics_it_says_what_to_install(
        self, desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (tmp_path / "sitecustomize.py").write_text("import sys\nsys.modules['ultralytics'] = None\n")
        monkeypatch.syspath_prepend(tmp_path)
        with pytest.raises(ModelError, match="needs a newer ultralytics, torch and torchvision") as caught:
            desk.export("tiny")
        assert "install" in caught.value.hint


class TestChild:
    @pytest.mark.parametrize("format_", ["openvino", "onnx"])
    def test_it_calls_nobody_and_keeps_torch_to_itself(
        self, desk: Desk, format_: Format, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (tmp_path / "sitecustomize.py").write_text(LISTEN)
        monkeypatch.syspath_prepend(tmp_path)
        monkeypatch.setenv("HEARD", str(tmp_path / "heard"))
        probe = "import socket; socket.socket().connect_ex(('127.0.0.1', 9))"
        subprocess.run(
            [sys.executable, "-c", probe],
            check=True,
            env={"PYTHONPATH": str(tmp_path), "HEARD": str(tmp_path / "heard")},
        )
        assert "socket.connect" in (tmp_path / "heard").read_text()  # it does hear
        (tmp_path / "heard").unlink()
        desk.export("tiny", format_=format_)
        assert not (tmp_path / "heard").exists()
        assert not {"torch", "ultralytics"} & sys.modules.keys()
