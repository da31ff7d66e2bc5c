"""The video that is measured: 640x480, 30 pictures a second, H.264, played on and on.

Two recordings are composed from the labelled clips, once: of an exam (exam.toml: one candidate, mostly quiet, a few
events) and a quiet one (the honest session of the clips' own specs, in which nothing happens). What is measured is
either of them, repeated: packets are copied, nothing is encoded again. Without the clips the sample session's webcam
recording takes the place of both.

    python benchmarks/speed/material.py FILE ...        # says what files are
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path
from typing import Any

import av
from av.video.frame import PictureType

from benchmarks.accuracy import MEDIA, compose

HERE = Path(__file__).parent
SAMPLE = HERE.parents[1] / "sample_videos" / "webcam.mp4"
EXAM = HERE / "exam.toml"
FPS = 30
# First byte of a NAL unit: nal_ref_idc, and the types that hold slices of a picture (ITU-T H.264, 7.3.1, table 7-1).
_REFERENCE, _TYPE, _SLICES = 0b0110_0000, 0b0001_1111, range(1, 6)


@dataclass(frozen=True, slots=True)
class Material:
    """The recordings that are played on: one with events, one without."""

    exam: tuple[Path, ...]
    quiet: tuple[Path, ...]


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("files", type=Path, nargs="+")
    for file in options.parse_args().files:
        print(f"{file}: {describe(file)}")


def find(folder: Path) -> Material:
    """The recordings to play on, composed into ``folder`` unless they are there, or the sample session's."""
    webcam = MEDIA / "webcam"
    if not (webcam / "labels_clips.csv").is_file():
        return Material((SAMPLE,), (SAMPLE,))
    specs = {"exam": EXAM, "A1_honest": webcam / "specs" / "A1_honest.toml"}
    missing = [spec for name, spec in specs.items() if not (folder / f"{name}.mp4").is_file()]
    if missing:
        compose(MEDIA, folder, missing, fps=FPS)
    exam, quiet = (folder / f"{name}.mp4" for name in specs)
    return Material((exam,), (quiet,))


def play_on(sources: Sequence[Path], target: Path, least_s: float) -> float:
    """Copy the pictures of ``sources``, in turn, to ``target``, up to the first key frame at ``least_s`` seconds.

    Returns how long that is, seconds.

    Raises:
        SystemExit: a source does not say how long it is, or they were not encoded alike.
    """
    with av.open(str(target), "w") as out:
        length_s, copy, parameters = 0.0, None, None
        for source in cycle(sources):
            with av.open(str(source)) as container:
                stream = container.streams.video[0]
                own = stream.codec_context.extradata, stream.time_base
                copy, parameters = copy or out.add_stream_from_template(stream), parameters or own
                if stream.duration is None or stream.time_base is None:
                    raise SystemExit(f"{source} does not say how long it is")
                if own != parameters:
                    raise SystemExit(f"{source} was encoded in another way than {sources[0]}")
                shift = round(length_s / stream.time_base)
                for packet in container.demux(stream):
                    if packet.pts is None or packet.dts is None:
                        continue  # the end
                    packet.pts, packet.dts, packet.stream = packet.pts + shift, packet.dts + shift, copy
                    if packet.is_keyframe and packet.pts * stream.time_base >= least_s:
                        return float(packet.pts * stream.time_base)
                    out.mux(packet)
                length_s += float(stream.duration * stream.time_base)
    raise SystemExit("there is nothing to play")


def describe(video: Path) -> str:
    """What a recording is: size, pictures a second, codec, how its pictures depend on each other."""
    with av.open(str(video)) as container:
        stream = container.streams.video[0]
        context = stream.codec_context
        packets = [packet for packet in container.demux(stream) if packet.size]
        size_bytes = sum(packet.size for packet in packets)
        free = sum(not _is_referenced(packet) for packet in packets) if context.name == "h264" else 0
        keys = sum(packet.is_keyframe for packet in packets)
        length_s = float((stream.duration or 0) * (stream.time_base or 0))
        container.seek(0)
        kinds = Counter(PictureType(picture.pict_type).name for picture in container.decode(stream))
    shares = ", ".join(f"{count / len(packets):.0%} {kind}" for kind, count in kinds.most_common())
    return (
        f"{context.width}x{context.height}, {float(stream.average_rate or 0):g} pictures a second, {context.name}"
        f" {context.profile}, {size_bytes * 8 / length_s / 1000:.0f} kbit/s; {shares}; a key frame every"
        f" {length_s / keys:.1f} s; {free / len(packets):.0%} of the pictures are none that others refer to"
    )


def _is_referenced(packet: av.Packet[Any]) -> bool:
    """Whether other pictures may refer to this one. The packet holds NAL units, each behind its length (4 bytes)."""
    return any(unit[0] & _REFERENCE for unit in _units(bytes(packet)) if unit[0] & _TYPE in _SLICES)


def _units(data: bytes) -> Iterator[bytes]:
    at = 0
    while at + 4 < len(data):
        end = at + 4 + int.from_bytes(data[at : at + 4], "big")
        yield data[at + 4 : end]
        at = end


if __name__ == "__main__":
    main()
