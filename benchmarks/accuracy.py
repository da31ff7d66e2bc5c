"""Event-level accuracy on labelled recordings: the tables of docs/accuracy.md.

    python benchmarks/accuracy.py                     # composes the sessions first, which takes minutes
    python benchmarks/accuracy.py --sessions DIR      # sessions composed before

Analyses every composed session and every single clip as a user would, writes all incidents into one CSV file each
(clip, event, start_s, end_s), and has them scored by the recordings' own scorer, which knows nothing of proctor.
"""

from __future__ import annotations

import argparse
import csv
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from proctor_cli.policy import load

MEDIA = Path(__file__).parents[2] / "shared" / "media"
RECORDINGS = {".mp4", ".gif", ".webm", ".mkv", ".mov"}
# The recordings carry no labels for these, so nothing can be said about them.
UNLABELLED = frozenset(
    {"LOW_FOCUS", "EYES_CLOSED", "BLURRED_VIDEO", "VIDEO_GAP"}
    | {"CAMERA_COVERED", "BACKLIGHT", "TOO_FAR", "TOO_CLOSE", "FACE_PARTIAL", "FACE_UNSEEN"}
)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--media", type=Path, default=MEDIA, help="the labelled recordings (default: ../shared/media)")
    options.add_argument("--sessions", type=Path, help="composed sessions with labels.csv and durations.csv")
    options.add_argument("--policy", default="default", help="a policy file or name (default: default)")
    options.add_argument("--out", type=Path, help="keep all results in this folder")
    given = options.parse_args()
    if not (given.media / "score.py").is_file():
        sys.exit(f"{given.media}: no labelled recordings here. Name their folder with --media.")
    with tempfile.TemporaryDirectory(prefix="proctor-accuracy-") as folder:
        out: Path = given.out or Path(folder)
        sessions: Path = given.sessions or compose(given.media, out / "sessions")
        webcam = given.media / "webcam"
        report("Composed sessions", sessions, sessions / "labels.csv", out / "composed", given.media, given.policy)
        report("Single clips", webcam / "clips", webcam / "labels_clips.csv", out / "clips", given.media, given.policy)


def compose(media: Path, folder: Path) -> Path:
    """Render the labelled sessions into ``folder``."""
    specs = sorted((media / "webcam" / "specs").glob("*.toml"))
    subprocess.run([sys.executable, media / "compose.py", "--out", folder, *specs], check=True)
    return folder


def report(title: str, recordings: Path, labels: Path, out: Path, media: Path, policy: str) -> None:
    """Analyse all ``recordings`` into ``out`` and print how their incidents compare with ``labels``."""
    results = [
        analyse(path, out / path.stem, policy) for path in sorted(recordings.iterdir()) if path.suffix in RECORDINGS
    ]
    events, durations = out / "events.csv", out / "durations.csv"
    write(events, ("clip", "event", "start_s", "end_s"), (row for result in results for row in incidents(result)))
    write(durations, ("clip", "duration_s"), ((result.name, read(result)["duration_s"]) for result in results))
    judged = {rule.event for rule in load(policy).enabled_rules} - UNLABELLED
    labelled = {row["event"].lstrip("?") for row in csv.DictReader(labels.open(encoding="utf-8"))}
    not_judged = sorted(event for event in labelled - judged if event.isupper())
    print(f"\n{title}: {len(results)} recordings, policy {policy}")
    print(f"labelled, but not assessed by this version: {', '.join(not_judged) or 'nothing'}", flush=True)
    scorer: list[str | Path] = [sys.executable, media / "score.py", labels, events, "--durations", durations, "--list"]
    subprocess.run([*scorer, "--types", *sorted(judged)], check=True)


def analyse(path: Path, folder: Path, policy: str) -> Path:
    """Run `proctor analyze` on one recording; returns the folder with its results."""
    words = ("--student", path.stem, "--policy", policy, "--require", "faces,landmarks,objects")
    done = subprocess.run(
        [sys.executable, "-m", "proctor_cli", "analyze", path, *words, "--progress", "none", "-o", folder],
        capture_output=True,
        text=True,
    )
    if done.returncode not in (0, 5):
        sys.exit(f"{path.name}: exit code {done.returncode}\n{done.stderr}")
    return folder


def incidents(result: Path) -> Iterable[tuple[object, ...]]:
    """The incidents of a session, each once: the log has a row for each time that one scored."""
    rows = read(result)["rows"]
    return sorted({(result.name, row["event"], row["start_s"], row["end_s"]) for row in rows})


def read(result: Path) -> dict[str, Any]:
    """events.json of a session."""
    log: dict[str, Any] = json.loads((result / "events.json").read_text("utf-8"))
    return log


def write(path: Path, head: tuple[str, ...], rows: Iterable[tuple[object, ...]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as out:
        writer = csv.writer(out)
        writer.writerow(head)
        writer.writerows(rows)


if __name__ == "__main__":
    main()
