"""How long `proctor rescore` takes on a long session: whole processes, start-up and report included. Linux only.

The session is made by playing the observations of analysed ones on and on, through the store's own writer; nothing is
decoded for it. Without `--session` the sample session is analysed first. Every length is measured as it is and thinned:
one look of the webcam in five where hardly anything changes. On a shared machine CPU seconds say more than wall ones.
Byte code is kept from the first, untimed run on, as it is when a package is installed.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import cycle
from pathlib import Path
from time import perf_counter

from proctor_cli.store import SessionFolder
from proctor_cli.types import Observation, Recording

PROCTOR = (sys.executable, "-m", "proctor_cli")
SAMPLES = Path(__file__).parents[1] / "sample_videos"
EVERY = 5
TURN_DEG, SCORE, CHANGE = 4.0, 0.3, 0.02


@dataclass(frozen=True, slots=True)
class Figures:
    """What re-scoring one folder took: the least of several runs, and the most memory."""

    observations: int
    size_mb: float
    wall_s: float
    cpu_s: float
    memory_mb: float


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--length", type=float, nargs="+", default=[600.0, 3600.0, 10800.0], help="seconds")
    options.add_argument("--repeat", type=int, default=3, help="runs of each (default 3)")
    options.add_argument("--session", type=Path, nargs="+", default=[], help="analysed folders, played in turn")
    options.add_argument("--keep", type=Path, help="write the folders here and leave them")
    given = options.parse_args()
    with tempfile.TemporaryDirectory(prefix="proctor-rescoring-") as temporary:
        folder = given.keep or Path(temporary)
        sessions = given.session or [analyse_sample(folder / "sample")]
        print(f"{'rescore of':>12}{'observations':>14}{'MB':>7}{'wall s':>8}{'CPU s':>8}{'memory MB':>11}")
        for length_s in given.length:
            for kind in ("dense", "thinned"):
                target = folder / f"{length_s:.0f}-{kind}"
                figures = measure(sessions, target, length_s, thinned=kind == "thinned", repeat=given.repeat)
                print(
                    f"{length_s / 60:4.0f} min {kind:8}{figures.observations:10d}{figures.size_mb:7.1f}"
                    f"{figures.wall_s:8.2f}{figures.cpu_s:8.2f}{figures.memory_mb:11.0f}"
                )


def measure(sessions: Sequence[Path], target: Path, length_s: float, *, thinned: bool, repeat: int) -> Figures:
    """Make a session of ``length_s`` from others, re-score it ``repeat`` times, and say what that took."""
    target.mkdir(parents=True, exist_ok=True)
    observations = play_on(sessions, target, length_s, thinned=thinned)
    time_rescore(target)
    runs = [time_rescore(target) for _ in range(repeat)]
    return Figures(
        observations,
        SessionFolder(target).observations.stat().st_size / 1e6,
        min(wall_s for wall_s, _, _ in runs),
        min(cpu_s for _, cpu_s, _ in runs),
        max(memory_mb for _, _, memory_mb in runs),
    )


def analyse_sample(folder: Path) -> Path:
    """Analyse the sample session, with its screen and its log."""
    words = ("analyze", SAMPLES / "webcam.mp4", "--screen", SAMPLES / "screen.mp4", "--events", SAMPLES / "events.csv")
    subprocess.run([*PROCTOR, *words, "--student", "bench", "--progress", "none", "-o", folder], check=True)
    return folder


def play_on(sessions: Sequence[Path], target: Path, length_s: float, *, thinned: bool) -> int:
    """Write a session of ``length_s`` whose observations are those of others, in turn; returns how many there are."""
    parts = [read(SessionFolder(path), thinned=thinned) for path in sessions]
    first = parts[0][0]
    clips = tuple(replace(clip, duration_s=length_s - clip.offset_s) for clip in first.clips)
    detectors = {spec.name: spec for recording, _, _ in parts for spec in recording.detectors}
    recording = replace(first, duration_s=length_s, clips=clips, detectors=tuple(detectors.values()))
    count = 0

    def played() -> Iterator[Observation]:
        nonlocal count
        begin_s = 0.0
        for _, part_s, observations in cycle(parts):
            for observation in observations:
                t_s = round(begin_s + observation.t_s, 5)
                if t_s >= length_s:
                    return
                count += 1
                yield replace(observation, t_s=t_s)
            begin_s += part_s

    SessionFolder(target).write_observations(recording, played())
    return count


def read(folder: SessionFolder, *, thinned: bool) -> tuple[Recording, float, list[Observation]]:
    """A session's head, for how long all of its recordings go on, and what was observed until then."""
    recording = folder.read_recording()
    length_s = min(clip.offset_s + clip.duration_s for clip in recording.clips)
    observations = (one for one in folder.read_observations() if 0 <= one.t_s < length_s)
    return recording, length_s, list(thin(observations) if thinned else observations)


def thin(observations: Iterable[Observation]) -> Iterator[Observation]:
    """Leave out looks of the webcam: most of those that are like the last one that was kept."""
    last, left_out = None, 0
    for observation in observations:
        if observation.source == "webcam":
            left_out += 1
            if last is not None and left_out < EVERY and not differs(observation, last):
                continue
            last, left_out = observation, 0
        yield observation


def differs(observation: Observation, last: Observation) -> bool:
    """Whether a look has seen something else than the one before."""
    if (observation.values.get("picture.change") or 0.0) > CHANGE:
        return True
    for signal, value in observation.values.items():
        if signal in ("head.yaw_deg", "head.pitch_deg", "face.score", "phone.score"):
            before = last.values.get(signal, value)
            if (value is None) != (before is None):
                return True
            limit = TURN_DEG if signal.endswith("_deg") else SCORE
            if value is not None and before is not None and abs(value - before) > limit:
                return True
    return False


def time_rescore(folder: Path) -> tuple[float, float, float]:
    """Wall seconds, CPU seconds and most memory (MB) of one `proctor rescore`."""
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    kept["PYTHONPYCACHEPREFIX"] = str(folder.parent / "bytecode")
    log = folder / "rescore.log"
    started_s = perf_counter()
    with log.open("wb") as out:
        process = subprocess.Popen([*PROCTOR, "rescore", folder], stdout=out, stderr=out, env=kept)
        _, status, used = os.wait4(process.pid, 0)
    took_s = perf_counter() - started_s
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"proctor rescore {folder}: exit code {process.returncode}\n{log.read_text()}")
    return took_s, used.ru_utime + used.ru_stime, used.ru_maxrss * 1024 / 1e6


if __name__ == "__main__":
    main()
