"""Where networks run: what may be asked for, what is refused, and what is recorded."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from msgspec import structs

from proctor_cli.errors import ModelError, UsageError
from proctor_cli.nets import Device, Entry, File, Model, choose_device, devices, load_manifest, open_network, runtimes
from proctor_cli.nets.devices import place


def offer(monkeypatch: pytest.MonkeyPatch, providers: tuple[str, ...] = (), found: tuple[str, ...] = ("CPU",)) -> None:
    """Runtimes that have these providers, and find these devices."""
    onnxruntime = SimpleNamespace(get_available_providers=lambda: [*providers, "CPUExecutionProvider"])
    openvino = SimpleNamespace(Core=lambda: SimpleNamespace(available_devices=[*found]))
    monkeypatch.setattr(devices, "import_onnxruntime", lambda: onnxruntime)
    monkeypatch.setattr(devices, "import_openvino", lambda: openvino)


CUDA = ("TensorrtExecutionProvider", "CUDAExecutionProvider")


class TestChoosing:
    def test_the_processor_is_there_without_asking(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(devices, "import_onnxruntime", lambda: pytest.fail("imported"))
        monkeypatch.setattr(devices, "import_openvino", lambda: pytest.fail("imported"))
        assert choose_device("cpu") == "cpu"

    @pytest.mark.parametrize(
        ("providers", "found", "best"),
        [
            ((), ("CPU",), "cpu"),
            (CUDA, ("CPU",), "cuda"),
            ((), ("CPU", "GPU.0", "GPU.1"), "gpu"),
            (CUDA, ("GPU",), "cuda"),
        ],
    )
    def test_auto_is_the_best_there_is(
        self, monkeypatch: pytest.MonkeyPatch, providers: tuple[str, ...], found: tuple[str, ...], best: str
    ) -> None:
        offer(monkeypatch, providers, found)
        assert choose_device("auto") == best

    @pytest.mark.parametrize("device", ["cuda", "gpu"])
    def test_what_is_there_is_taken(self, monkeypatch: pytest.MonkeyPatch, device: str) -> None:
        offer(monkeypatch, CUDA, ("CPU", "GPU"))
        assert choose_device(device) == device

    def test_what_is_not_there_is_refused_with_what_is(self, monkeypatch: pytest.MonkeyPatch) -> None:
        offer(monkeypatch, found=("CPU", "GPU"))
        with pytest.raises(UsageError) as caught:
            choose_device("cuda")
        assert str(caught.value).startswith("--device cuda: not available here; there is: cpu, gpu. It takes an NVIDIA")
        offer(monkeypatch)
        with pytest.raises(UsageError, match="there is: cpu"):
            choose_device("gpu")

    def test_what_does_not_exist_is_refused(self) -> None:
        with pytest.raises(UsageError, match=r"--device tpu: no such device\. Choose from: cpu, cuda, gpu, auto"):
            choose_device("tpu")


@pytest.mark.parametrize(
    ("name", "device", "said"),
    [
        ("yunet", "cpu", "onnxruntime on cpu"),
        ("yunet", "cuda", "onnxruntime on cuda"),
        ("yunet", "gpu", "openvino on gpu"),
        ("minifas128", "cuda", "onnxruntime on cuda"),  # OpenVINO opens it on the processor, but it is an .onnx file
        ("yolo11n", "cpu", "openvino on cpu"),
        ("yolo11n", "cuda", "openvino on cpu"),
        ("yolo11n", "gpu", "openvino on gpu"),
        ("face_landmarker", "cuda", "openvino on cpu"),
        ("face_landmarker_mediapipe", "gpu", "mediapipe on cpu"),
    ],
)
def test_a_network_runs_on_the_device_if_a_runtime_can_open_it_there(name: str, device: Device, said: str) -> None:
    entry = structs.replace(load_manifest(()).entry(name), device=device)
    assert str(place(entry)) == said
    model = Model(entry, Path(), tuple(Path(file.path) for file in entry.files), tuple("a" for _ in entry.files))
    assert {use.runtime for use in model.uses} == {said}


def test_all_that_are_chosen_run_on_the_device() -> None:
    assert {entry.device for entry in load_manifest(()).choose("default", device="gpu").values()} == {"gpu"}
    assert {entry.device for entry in load_manifest(()).choose().values()} == {"cpu"}


def test_a_device_that_fails_when_it_is_used_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """ONNX Runtime takes the processor when the card's driver is missing, without saying so."""

    def session(*_: Any, providers: Any) -> Any:
        assert [name for name, _ in providers] == ["CUDAExecutionProvider"]
        return SimpleNamespace(get_providers=lambda: ["CPUExecutionProvider"])

    options = SimpleNamespace(add_session_config_entry=lambda *_: None)
    fake = SimpleNamespace(SessionOptions=lambda: options, InferenceSession=session)
    monkeypatch.setattr(runtimes, "import_onnxruntime", lambda: fake)
    (tmp_path / "net.onnx").write_bytes(b"network")
    sha256 = "c8d00f5aaef2b1c5fb6a1cfe6fe4eefb5a2d1bd1d2d23a6d3b8ac2f4d2b2b5ef"
    entry = Entry(
        name="net", role="x", family="x", runtime="onnxruntime", files=(File(path="net.onnx"),), device="cuda"
    )
    model = Model(entry, tmp_path, (tmp_path / "net.onnx",), (sha256,))
    monkeypatch.setattr("proctor_cli.nets.network.verify", lambda _: None)
    with pytest.raises(ModelError, match="its driver or libraries are missing"):
        open_network(model)
