"""The floor: decoding every picture of a video once, in one thread, and doing nothing with it.

python benchmarks/speed/decoding.py FILE ...
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from functools import partial
from pathlib import Path

import av

from benchmarks.speed.measuring import run_here


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("files", type=Path, nargs="+")
    for file in options.parse_args().files:
        for what, rgb in (("decoding", False), ("decoding and converting to RGB", True)):
            used = run_here(partial(decode, file, rgb=rgb))
            seconds = used.numbers["seconds"]
            print(
                f"{file.name}: {what}: {used.wall_s / seconds * 1000:.1f} ms a second of video"
                f" ({used.cpu_s / seconds * 1000:.1f} ms of processor time), {seconds / used.wall_s:.0f} x real time,"
                f" {used.wall_s / used.numbers['pictures'] * 1000:.2f} ms a picture"
            )


def decode(video: Path, *, rgb: bool = False) -> Mapping[str, float]:
    """Decode all pictures of ``video``, converted to RGB arrays if asked; how many ``pictures`` and ``seconds``."""
    pictures, end_s = 0, 0.0
    with av.open(str(video)) as container:
        stream = container.streams.video[0]
        stream.codec_context.thread_count = 1
        for picture in container.decode(stream):
            pictures += 1
            end_s = max(end_s, picture.time or 0.0)
            if rgb:
                picture.to_ndarray(format="rgb24")
    return {"pictures": pictures, "seconds": end_s * pictures / (pictures - 1)}


if __name__ == "__main__":
    main()
