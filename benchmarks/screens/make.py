"""Record the groups B and C: `python -m benchmarks.screens.make --out OUT [B1_honest ...]`. See README.md."""

from __future__ import annotations

import argparse
import csv
import json
import subprocess
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from benchmarks.screens import busy, coding, essay, fullscreen, honest, honest_fs, kiosk, mixed
from benchmarks.screens.desk import FPS, Desk, Mark
from benchmarks.screens.marks import Row, draw_check, label, read_gray

GROUPS = {group.SETTING.clip: group for group in (honest, mixed, fullscreen, honest_fs, essay, busy, kiosk, coding)}
WEBM = {"B2_mixed": "B5_vfr", "C2_mixed": "C5_vfr"}


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--out", type=Path, required=True, help="folder for clips and labels")
    options.add_argument("--display", default=":87", help="a free X display (default :87)")
    options.add_argument("--labels-only", action="store_true", help="record nothing: finish the last recording again")
    options.add_argument("clips", nargs="*", help=f"any of {', '.join(GROUPS)} (default: all)")
    given = options.parse_args()
    for clip in given.clips or GROUPS:
        folder = given.out.resolve() / "raw" / clip
        if not given.labels_only:
            record(clip, folder, given.display)
        finish(clip, folder, given.out)


def record(clip: str, folder: Path, display: str) -> None:
    """Play the group's scenes before the camera: ``raw.mkv`` and ``marks.json`` in ``folder``."""
    group = GROUPS[clip]
    with Desk(group.SETTING, folder, display) as desk:
        group.prepare(desk)
        desk.roll()
        group.play(desk)
    (folder / "marks.json").write_text(json.dumps([asdict(mark) for mark in desk.marks], indent=1))


def finish(clip: str, folder: Path, out: Path) -> None:
    """Edit, encode, label, and draw the sheet that shows every labelled edge."""
    marks = [Mark(**{**mark, "box": tuple(mark["box"])}) for mark in json.loads((folder / "marks.json").read_text())]
    raw, video = folder / "raw.mkv", out / f"{clip}.mp4"
    freezes = [
        (round(mark.t_s * FPS), round((mark.t_s + float(mark.detail)) * FPS))
        for mark in marks
        if mark.event == "FREEZE"
    ]
    encode(raw, video, freezes)
    frames = read_gray(raw)
    rows = label([mark for mark in marks if mark.event != "FREEZE"], frames, freezes)
    duration_s = len(frames) / FPS
    del frames
    draw_check(video, rows, folder / "edges.png")
    tabulate(out, clip, rows, duration_s)
    if clip in WEBM:
        stream(raw, out / f"{WEBM[clip]}.webm")
        tabulate(out, WEBM[clip], rows, duration_s)
    for row in rows:
        print(f"{clip} {row.start_s:6.1f} {row.end_s:6.1f} {row.event:18s} {row.detail}")


def encode(raw: Path, video: Path, freezes: Sequence[tuple[int, int]]) -> None:
    """H.264 of the lossless recording; the frames [a, b) of every freeze are replaced by the one before."""
    graph, now = [], "0:v"
    for number, (a, b) in enumerate(freezes):
        graph.append(f"[{now}][1:v]freezeframes=first={a}:last={b - 1}:replace={a - 1}[f{number}]")
        now = f"f{number}"
    graph.append(f"[{now}]format=yuv420p[v]")
    words = (
        f"ffmpeg -v error -y -i {raw} -i {raw} -filter_complex {';'.join(graph)} -map [v] -r {FPS} "
        f"-c:v libx264 -crf 25 -threads 1 {video}"
    )
    subprocess.run(words.split(), check=True)


def stream(raw: Path, video: Path) -> None:
    """VP8 with a variable frame rate, written to a pipe: no duration, no index, no frame where nothing moves."""
    words = (
        f"ffmpeg -v error -i {raw} -vf mpdecimate=max=0:hi=200:lo=100:frac=0,format=yuv420p -fps_mode vfr "
        f"-c:v libvpx -b:v 400k -deadline realtime -cpu-used 6 -threads 1 -f webm -live 1 pipe:1"
    )
    with video.open("wb") as file:
        pipe = subprocess.Popen(words.split(), stdout=subprocess.PIPE)
        assert pipe.stdout is not None
        while block := pipe.stdout.read(1 << 16):  # a copy, so that the muxer cannot seek back to write the duration
            file.write(block)
    if pipe.wait():
        raise subprocess.CalledProcessError(pipe.returncode, words)


def tabulate(out: Path, clip: str, rows: Sequence[Row], duration_s: float) -> None:
    """Replace the clip's lines in labels.csv and durations.csv."""
    lines = [[clip, row.event, f"{row.start_s:.1f}", f"{row.end_s:.1f}", row.detail] for row in rows]
    tables = {"labels.csv": (["clip", "event", "start_s", "end_s", "detail"], lines),
              "durations.csv": (["clip", "duration_s"], [[clip, f"{duration_s:.1f}"]])}  # fmt: skip
    for name, (head, added) in tables.items():
        path = out / name
        kept = (
            [line for line in csv.reader(path.open(newline="")) if line[0] not in ("clip", clip)]
            if path.exists()
            else []
        )
        with path.open("w", newline="") as file:
            csv.writer(file, lineterminator="\n").writerows([head, *sorted([*kept, *added], key=lambda line: line[0])])


if __name__ == "__main__":
    main()
