from __future__ import annotations

import os
import re
import tomllib
from pathlib import Path

import pytest

from proctor_cli.errors import UsageError
from proctor_cli.nets import load_manifest

SHARED = Path(os.environ.get("PROCTOR_MODELS") or Path(__file__).parents[4] / "shared" / "models")

CARRIED = ("ppocr_v6_small",)
"""Networks that an installed package brings along: no mirror needs them."""

LOCAL = """
schema = 1
[models.mine]
role = "objects"
family = "yolo"
runtime = "onnxruntime"
labels = ["person", "cell phone"]
[[models.mine.files]]
path = "mine/best.onnx"
"""


def write_local(folder: Path, text: str = LOCAL) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / "manifest.local.toml").write_text(text, "utf-8")
    return folder


def test_the_permissive_set_has_only_permissive_licences() -> None:
    chosen = load_manifest(()).choose("permissive")
    assert {role: entry.licence_class for role, entry in chosen.items()} == dict.fromkeys(chosen, "permissive")
    assert not [entry.name for entry in chosen.values() if "GPL" in entry.licence]


def test_the_default_set_is_what_the_detectors_are_tuned_with() -> None:
    names = load_manifest(()).set("default")
    assert (names["faces"], names["landmarks"], names["objects"]) == ("yunet", "face_landmarker", "yolo11n")


def test_both_sets_fill_the_same_roles() -> None:
    manifest = load_manifest(())
    assert manifest.set("default").keys() == manifest.set("permissive").keys()


def test_every_ultralytics_network_is_marked_copyleft_and_every_insightface_one_research() -> None:
    classes = {name: entry.licence_class for name, entry in load_manifest(()).entries.items()}
    assert {kind for name, kind in classes.items() if name.startswith(("yolo1", "yolov8"))} == {"copyleft"}
    assert {kind for name, kind in classes.items() if name.startswith("scrfd")} == {"research"}
    assert classes["mobilefacenet"] == "unstated"


def test_every_shipped_file_has_a_checksum_a_size_and_pinned_https_addresses() -> None:
    pinned = re.compile(
        r"https://(raw\.githubusercontent\.com/[^/]+/[^/]+/[0-9a-f]{40}/"
        r"|media\.githubusercontent\.com/media/[^/]+/[^/]+/[0-9a-f]{40}/"
        r"|storage\.googleapis\.com/mediapipe-models/.*/float16/1/"
        r"|storage\.openvinotoolkit\.org/repositories/open_model_zoo/2023\.0/"
        r"|www\.modelscope\.cn/models/RapidAI/RapidOCR/resolve/v3\.10\.0/)"
    )
    for entry in load_manifest(()).entries.values():
        for file in entry.files:
            assert re.fullmatch(r"[0-9a-f]{64}", file.sha256), file.path
            assert file.size_bytes > 0
            assert file.urls
            assert [url for url in file.urls if not pinned.match(url)] == []


def test_no_two_networks_share_a_file_unless_different_runtimes_open_it() -> None:
    entries = load_manifest(()).entries.values()
    paths = [(file.path, entry.runtime) for entry in entries for file in entry.files]
    assert len(paths) == len(set(paths))


def test_object_networks_name_their_classes_and_their_picture() -> None:
    for entry in load_manifest(()).entries.values():
        if entry.role == "objects":
            assert entry.labels[0] == "person"
            assert entry.labels[67] == "cell phone"
            assert entry.picture is not None


def test_a_swap_replaces_one_role_only() -> None:
    manifest = load_manifest(())
    swapped, plain = manifest.choose("default", {"objects": "yolox_nano"}), manifest.choose("default")
    assert swapped.pop("objects").name == "yolox_nano"
    plain.pop("objects")
    assert swapped == plain


@pytest.mark.parametrize(
    ("set_name", "swaps", "says"),
    [
        ("defualt", {}, "Did you mean 'default'?"),
        ("default", {"objects": "yolo11"}, "Did you mean 'yolo11n'?"),
        ("default", {"object": "yolo11n"}, "Did you mean 'objects'?"),
        ("default", {"faces": "yolo11n"}, "is for objects, not for faces"),
    ],
)
def test_a_wrong_choice_is_explained(set_name: str, swaps: dict[str, str], says: str) -> None:
    with pytest.raises(UsageError) as caught:
        load_manifest(()).choose(set_name, swaps)
    assert says in str(caught.value)


def test_a_local_manifest_adds_networks_and_sets(tmp_path: Path) -> None:
    folder = write_local(tmp_path, LOCAL + '[sets.site]\nobjects = "mine"\nfaces = "yunet"\n')
    manifest = load_manifest([folder])
    assert manifest.entry("mine").licence_class == "unstated"
    assert manifest.entry("mine").labels == ("person", "cell phone")
    assert [entry.name for entry in manifest.choose("site").values()] == ["mine", "yunet"]
    assert manifest.sets_with("mine") == ("site",)


def test_a_local_network_may_use_the_shared_label_list(tmp_path: Path) -> None:
    folder = write_local(tmp_path, LOCAL.replace('["person", "cell phone"]', '"coco"'))
    assert len(load_manifest([folder]).entry("mine").labels) == 80


def test_the_first_folder_counts_where_two_local_manifests_name_the_same(tmp_path: Path) -> None:
    first = write_local(tmp_path / "a")
    second = write_local(tmp_path / "b", LOCAL.replace("best.onnx", "other.onnx"))
    assert load_manifest([first, second]).entry("mine").files[0].path == "mine/best.onnx"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (LOCAL.replace("models.mine", "models.yunet"), "models.yunet: the name is taken"),
        (LOCAL + '[sets.default]\nobjects = "mine"\n', "sets.default: the name is taken"),
        (LOCAL + '[sets.site]\nobjects = "minee"\n', "sets.site.objects: no network is called 'minee'"),
        (LOCAL + '[sets.site]\nfaces = "mine"\n', "sets.site.faces: mine is for objects"),
        (LOCAL.replace("mine/best.onnx", "../best.onnx"), "must be relative"),
        (LOCAL.replace("mine/best.onnx", "/best.onnx"), "must be relative"),
        (LOCAL.replace('family = "yolo"\n', ""), "models.mine: Object missing required field `family`"),
        (LOCAL.replace("family", "familly"), "models.mine: "),
        (LOCAL.replace('"onnxruntime"', '"tensorrt"'), "Invalid enum value 'tensorrt'"),
        (LOCAL.replace('["person", "cell phone"]', '"voc"'), "no list of labels is called 'voc'"),
        (LOCAL + 'urls = ["https://example.org/a"]\n', "so it needs a sha256"),
        (LOCAL.split("[[")[0] + "files = []\n", "names no files"),
        (LOCAL.replace("schema = 1", "schema = 9"), "schema"),
        ("schema = ", "not a valid manifest"),
    ],
)
def test_a_wrong_local_manifest_is_refused_with_its_key(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(UsageError) as caught:
        load_manifest([write_local(tmp_path, text)])
    assert says in str(caught.value)
    assert str(tmp_path / "manifest.local.toml") in str(caught.value)


def test_all_mistakes_of_a_local_manifest_are_listed_at_once(tmp_path: Path) -> None:
    text = LOCAL.replace("mine/best.onnx", "../best.onnx") + '[sets.site]\nfaces = "nobody"\n'
    with pytest.raises(UsageError) as caught:
        load_manifest([write_local(tmp_path, text)])
    assert "models.mine" in str(caught.value)
    assert "sets.site.faces" in str(caught.value)


@pytest.mark.models
@pytest.mark.skipif(not (SHARED / "MANIFEST.toml").is_file(), reason="no mirror with a MANIFEST.toml")
def test_the_manifest_agrees_with_the_mirror() -> None:
    mirror = tomllib.loads((SHARED / "MANIFEST.toml").read_text("utf-8"))["file"]
    theirs = {file["path"]: (file["sha256"], file["bytes"]) for file in mirror}
    ours = {
        file.path: (file.sha256, file.size_bytes)
        for entry in load_manifest(()).entries.values()
        for file in entry.files
        if entry.name not in CARRIED
    }
    assert ours.items() <= theirs.items()
    assert {path for path in theirs.keys() - ours.keys() if not path.endswith(".pth")} == set()
