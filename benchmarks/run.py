"""How fast proctor is on this machine: one table, after a few minutes. `make bench` runs it. Linux only.

The video is the sample session's webcam recording, played on and on; its packets are copied, not encoded again.
Every step is a command as a user types it, start-up included; each is run `--repeat` times, in turn, and the fastest
counts. Machines differ, and a shared one differs from minute to minute: compare figures of one table only.
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path
from statistics import median
from time import perf_counter

import av

from proctor_cli import detectors, media, nets, plan
from proctor_cli.types import Clip, Face

SAMPLE = Path(__file__).parents[1] / "sample_videos" / "webcam.mp4"
PROCTOR = (sys.executable, "-m", "proctor_cli")
STEP_S = 0.2


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--length", type=float, default=180.0, help="least length of the video, seconds (default 180)")
    options.add_argument("--repeat", type=int, default=2, help="runs of each step (default 2)")
    given = options.parse_args()
    with tempfile.TemporaryDirectory(prefix="proctor-bench-") as folder:
        measure(Path(folder), given.length, given.repeat)


def measure(folder: Path, least_s: float, repeat: int) -> None:
    """Make the video in ``folder``, run every step ``repeat`` times, and print the table."""
    video = folder / "video.mp4"
    length_s = play_on(SAMPLE, video, least_s)
    cores = sorted(os.sched_getaffinity(0))
    times_s: dict[str, list[float]] = {}
    for _ in range(repeat):
        runs = {
            "help": (cores, ("--help",)),
            "one core": (cores[:1], analyse(video, folder / "core", 1)),
            "1 worker": (cores, analyse(video, folder / "1", 1)),
            "2 workers": (cores, analyse(video, folder / "2", 2)),
            "rescore": (cores, ("rescore", str(folder / "2"), "--policy", "strict")),
        }
        for name, (allowed, words) in runs.items():
            times_s.setdefault(name, []).append(time_command(words, allowed))
        times_s.setdefault("decoding", []).append(time_decoding(video))
    best_s = {name: min(found) for name, found in times_s.items()}
    one, two = ((folder / workers / "observations.jsonl.gz").read_bytes() for workers in ("1", "2"))
    largest_bytes = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024

    def row(what: str, name: str, note: str = "") -> None:
        pace = "" if name in ("help", "rescore") else f"{length_s / best_s[name]:6.1f} x real time"
        print(f"{what:38}{best_s[name]:8.2f} s{pace:>22}   {note}".rstrip())

    def share(what: str, part: str, whole: str) -> None:
        print(f"{what:38}{best_s[part] / best_s[whole]:8.2f}")

    print(f"{length_s:.0f} s of video, {len(cores)} cores, fastest of {repeat}")
    row("decoding and sampling alone, one core", "decoding")
    row("analyze on one core", "one core")
    row("analyze --workers 1", "1 worker", f"{len(cores)} threads")
    row("analyze --workers 2", "2 workers")
    row("rescore", "rescore")
    row("proctor --help", "help")
    share("decoding / analyze on one core", "decoding", "one core")
    share("--workers 1 / --workers 2", "1 worker", "2 workers")
    share("rescore / --workers 2", "rescore", "2 workers")
    print(f"{'observations of 1 and 2 workers':38}{'   equal' if one == two else '  DIFFER'}")
    print(f"{'memory of the largest process':38}{largest_bytes / 1e6:8.0f} MB")
    print("\nin one thread: a look, looks a second of video, share of real time")
    for name, look_ms, looks_per_s in time_detectors(video):
        print(f"{name:38}{look_ms:8.1f} ms {looks_per_s:5.1f} {look_ms * looks_per_s / 10:6.1f} %")


def play_on(source: Path, target: Path, least_s: float) -> float:
    """Copy the packets of ``source`` to ``target`` as often as makes ``least_s`` seconds; returns how long it is."""
    with av.open(str(target), "w") as out:
        length_s, copy = 0.0, None
        while length_s < least_s:
            with av.open(str(source)) as container:
                stream = container.streams.video[0]
                copy = copy or out.add_stream_from_template(stream)
                if stream.duration is None or stream.time_base is None:
                    raise SystemExit(f"{source} does not say how long it is")
                shift = round(length_s / stream.time_base)
                for packet in container.demux(stream):
                    if packet.pts is not None and packet.dts is not None:
                        packet.pts, packet.dts, packet.stream = packet.pts + shift, packet.dts + shift, copy
                        out.mux(packet)
                length_s += float(stream.duration * stream.time_base)
    return length_s


def analyse(video: Path, folder: Path, workers: int) -> tuple[str, ...]:
    """The words of an analysis that stops when a network is missing: half the work would look like twice the speed."""
    words = ("--student", "bench", "--workers", str(workers), "--require", "faces,landmarks,objects")
    return ("analyze", str(video), *words, "--progress", "none", "-o", str(folder))


def time_command(words: tuple[str, ...], cores: Sequence[int]) -> float:
    """Seconds that a `proctor` command takes when it may use these cores only."""
    started_s = perf_counter()
    done = subprocess.run(
        [*PROCTOR, *words],
        capture_output=True,
        text=True,
        preexec_fn=lambda: os.sched_setaffinity(0, cores),
    )
    took_s = perf_counter() - started_s
    if done.returncode:
        raise SystemExit(f"proctor {' '.join(words)}: exit code {done.returncode}\n{done.stderr}")
    return took_s


def time_decoding(video: Path) -> float:
    """Seconds to probe ``video`` and to decode and sample all of it in one thread, as the analysis does."""
    started_s = perf_counter()
    scan = media.probe(Clip("webcam", str(video)))
    for piece in media.cut(scan, STEP_S, plan.SLICE_S):
        for _ in media.Sampling(scan, piece):
            pass
    return perf_counter() - started_s


def time_detectors(video: Path, looks: int = 100) -> Iterator[tuple[str, float, float]]:
    """(name, milliseconds a look in one thread (median), looks a second of video) of each webcam detector."""
    networks = nets.load_manifest().choose()
    scan = media.probe(Clip("webcam", str(video)))
    frames = list(islice(media.Sampling(scan, media.cut(scan, STEP_S, plan.SLICE_S)[0]), looks))
    for kind in map(detectors.find, detectors.REGISTRY):
        if kind.spec.source == "webcam" and networks.keys() >= {*kind.spec.models}:
            detector = kind({role: nets.find(networks[role]) for role in kind.spec.models})
            if isinstance(detector, detectors.Comparing):
                face = next(box for frame in frames for box in frame.boxes if isinstance(box, Face))
                known = detector.embed(frames[0].rgb, face)
                detector.compare_with([known] if known else [])
            detector.observe(frames[:1])  # what is only done once is not counted
            seen, times_s = [], []
            for frame in frames:
                started_s = perf_counter()
                seen += detector.observe([frame])
                times_s.append(perf_counter() - started_s)
            yield kind.spec.name, median(times_s) * 1000, 1 / kind.spec.interval_s
            detector.close()
            frames = [replace(frame, boxes=frame.boxes + one.boxes) for frame, one in zip(frames, seen, strict=True)]


if __name__ == "__main__":
    main()
