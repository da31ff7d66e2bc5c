"""A slice sampled from its excerpt gives what it gives with the whole scan."""

from __future__ import annotations

import pickle
from dataclasses import replace
from pathlib import Path

import pytest

from proctor_cli.media import Sampling, Scan, Slice, cut, excerpt, probe
from proctor_cli.types import Clip, DecodeLoss, Source
from tests.unit.media.films import even, film

FPS = 25.0


def sampled(scan: Scan, piece: Slice) -> tuple[list[tuple[float, float | None, bytes]], DecodeLoss, list[bytes]]:
    sampling = Sampling(scan, piece)
    frames = [(frame.t_s, frame.change, frame.rgb.tobytes()) for frame in sampling]
    return frames, sampling.loss, [pixels.tobytes() for _, pixels in sampling.prints]


def spoil(path: Path, *, every: int) -> Path:
    """Overwrite some bytes in the middle of the file, again and again."""
    data = bytearray(path.read_bytes())
    for at in range(len(data) // 4, len(data) * 3 // 4, every):
        data[at : at + 40] = b"\x55" * 40
    other = path.with_name(f"spoilt-{path.name}")
    other.write_bytes(data)
    return other


@pytest.mark.parametrize("source", ["webcam", "screen"])
@pytest.mark.parametrize(
    ("name", "codec", "spoilt"),
    [
        ("plain.mp4", "libx264", 0),
        ("spoilt.mp4", "libx264", 4000),
        ("very-spoilt.mp4", "libx264", 900),
        ("other.webm", "libvpx", 0),
        ("spoilt.avi", "mpeg4", 2500),
    ],
)
def test_gives_the_same(tmp_path: Path, source: Source, name: str, codec: str, spoilt: int) -> None:
    path = film(tmp_path / name, even(400, FPS), codec=codec, gop=12)
    scan = probe(Clip(source, str(spoil(path, every=spoilt) if spoilt else path), 3.5))
    pieces = cut(scan, 0.2, 2.0)
    assert len(pieces) > 5
    lost = 0
    for piece in pieces:
        whole = sampled(scan, piece)
        assert sampled(*excerpt(scan, piece)) == whole
        assert whole[0] or spoilt
        lost += whole[1].corrupt_frames + whole[1].damaged_packets
    assert bool(lost) == bool(spoilt)


def test_of_a_span_too(tmp_path: Path) -> None:
    scan = probe(Clip("webcam", str(film(tmp_path / "a.mp4", even(300, FPS), gop=12))))
    for piece in cut(scan, 0.2, 2.0, (4.1, 7.3)):
        assert sampled(*excerpt(scan, piece)) == sampled(scan, piece)


def test_does_not_grow_with_the_clip(tmp_path: Path) -> None:
    scan = probe(Clip("webcam", str(film(tmp_path / "a.mp4", even(1000, FPS), gop=12))))
    sizes = [len(pickle.dumps(excerpt(scan, piece))) for piece in cut(scan, 0.2, 2.0)]
    assert max(sizes) < 3000 < len(pickle.dumps(scan))


def test_leaves_nothing_to_read_ahead_of_its_keyframes(tmp_path: Path) -> None:
    # The first keyframe of a clip is read from the start of the file; that of an excerpt must never be mistaken for it.
    scan = probe(Clip("webcam", str(film(tmp_path / "a.mp4", even(400, FPS), gop=12))))
    kept, piece = excerpt(scan, cut(scan, 0.2, 2.0)[-1])
    assert kept.keyframes[piece.keyframe] == scan.keyframes[cut(scan, 0.2, 2.0)[-1].keyframe]
    assert piece.keyframe == 4
    assert kept.keyframes[0] > scan.keyframes[0]


def test_a_clip_with_one_keyframe_is_kept_whole(tmp_path: Path) -> None:
    scan = probe(Clip("webcam", str(film(tmp_path / "a.mp4", even(100, FPS), gop=1000))))
    (piece,) = cut(scan, 0.2, 2.0)
    kept, same = excerpt(scan, piece)
    assert same == piece
    assert kept == replace(scan, gaps=(), problems=())
