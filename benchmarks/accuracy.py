"""Event-level accuracy on the labelled recordings: the tables of docs/accuracy.md.

    python benchmarks/accuracy.py                     # composes the sessions first, which takes minutes
    python benchmarks/accuracy.py --sessions DIR      # sessions composed before

Runs `proctor evaluate` on the sessions composed from the specs that come with the recordings (A) and from ours (B, in
benchmarks/sessions), on the single clips that both are made of, and on the screen recordings; on ours as well, when
`--screens` names the folder into which benchmarks/screens has recorded them. Further words go to it:

    python benchmarks/accuracy.py --out out/accuracy -- --policy strict --sweep away.head_yaw_deg=15,20,25
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Sequence
from pathlib import Path

MEDIA = Path(__file__).parents[2] / "shared" / "media"
OURS = Path(__file__).parent / "sessions"
PARTIAL = 5  # exit code: some recording is incomplete, and its problems have been told

_WEBCAM = ("--require", "faces,landmarks,objects")
_SCREEN = ("--as", "screen", "--require", "screen_text")


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--media", type=Path, default=MEDIA, help="the labelled recordings (default: ../shared/media)")
    options.add_argument("--sessions", type=Path, help="composed sessions with labels.csv and durations.csv")
    options.add_argument("--screens", type=Path, help="screen recordings made with benchmarks/screens")
    options.add_argument("--only", choices=("webcam", "screen"), help="only these recordings")
    options.add_argument("--out", type=Path, help="keep all results in this folder")
    options.add_argument("words", nargs="*", help="further words for `proctor evaluate`, after --")
    given = options.parse_args()
    webcam: Path = given.media / "webcam"
    if not (webcam / "labels_clips.csv").is_file():
        sys.exit(f"{given.media}: no labelled recordings here. Name their folder with --media.")
    with tempfile.TemporaryDirectory(prefix="proctor-accuracy-") as temporary:
        out: Path = given.out or Path(temporary)
        if given.only != "screen":
            sessions: Path = given.sessions or compose(given.media, out / "sessions")
            for title, only in (("Sessions A", "A*"), ("Sessions B", "B*")):
                words = (*_WEBCAM, "--only", only, *given.words)
                evaluate(title, sessions / "labels.csv", sessions, out / "composed", words)
            evaluate(
                "Single clips", webcam / "labels_clips.csv", webcam / "clips", out / "clips", (*_WEBCAM, *given.words)
            )
        if given.only != "webcam":
            for title, folder in (("Screens A", given.media / "screen"), ("Our screens", given.screens)):
                if folder is not None:
                    evaluate(title, folder / "labels.csv", folder, out / title.casefold(), (*_SCREEN, *given.words))


def compose(media: Path, folder: Path, specs: Sequence[Path] = (), *, fps: int | None = None) -> Path:
    """Render sessions into ``folder``: of ``specs`` (default: the labelled ones), at ``fps`` if they say nothing."""
    webcam = media / "webcam"
    with tempfile.TemporaryDirectory(prefix="proctor-specs-") as group:
        # The composer looks for clips and their labels beside the folder of the specs.
        for name in ("clips", "labels_clips.csv"):
            (Path(group) / name).symlink_to((webcam / name).resolve())
        beside = Path(group) / "specs"
        beside.mkdir()
        for spec in specs or (*(webcam / "specs").glob("*.toml"), *OURS.glob("*.toml")):
            text = spec.read_text("utf-8")
            said = "fps" in tomllib.loads(text)
            (beside / spec.name).write_text(text if said or fps is None else f"fps = {fps}\n{text}", "utf-8")
        command: list[str | Path] = [sys.executable, media / "compose.py", "--out", folder, *sorted(beside.iterdir())]
        subprocess.run(command, check=True)
    return folder


def evaluate(title: str, labels: Path, recordings: Path, out: Path, words: Sequence[str]) -> None:
    """Print how what is reported for ``recordings`` compares with ``labels``."""
    print(f"\n{title}", flush=True)
    command: list[str | Path] = [sys.executable, "-m", "proctor_cli", "evaluate", labels, "--list"]
    command += ["--recordings", recordings, "-o", out]
    done = subprocess.run([*command, *words])
    if done.returncode not in (0, PARTIAL):
        sys.exit(done.returncode)


if __name__ == "__main__":
    main()
