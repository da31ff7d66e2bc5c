"""What sampling coarse-to-fine costs in accuracy, and saves: `proctor evaluate`, as it is and with --dense.

    python benchmarks/speed/dense.py --sessions DIR [--only 'A*']

DIR holds labelled sessions as benchmarks/accuracy.py composes them. With --dense every detector looks at every 0.1 s.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from benchmarks.accuracy import PARTIAL
from benchmarks.speed.looks import count_looks
from benchmarks.speed.measuring import PROCTOR, Used, run_command
from proctor_cli.store import find_sessions


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--sessions", type=Path, required=True, help="labelled sessions, with labels.csv")
    options.add_argument("--only", default="*", help="only sessions whose name fits this pattern")
    options.add_argument("--out", type=Path, help="keep the results in this folder")
    given = options.parse_args()
    with tempfile.TemporaryDirectory(prefix="proctor-dense-") as temporary:
        out: Path = given.out or Path(temporary)
        for name, words in (("coarse to fine", ()), ("dense", ("--dense",))):
            used = evaluate(given.sessions, out / name.split()[0], (*words, "--only", given.only))
            numbers = ", ".join(f"{what} {number:g}" for what, number in used.numbers.items())
            print(f"{name}: {used.wall_s:.1f} s ({used.cpu_s:.1f} s of processor time); {numbers}", flush=True)


def evaluate(sessions: Path, out: Path, words: Sequence[str] = ()) -> Used:
    """Analyse labelled sessions and compare them with their labels.

    The numbers are ``f1`` over all events, ``seconds`` of video, ``inferences``, and ``run.NAME`` of each detector that
    has a network.
    """
    command: list[str | Path] = [
        *PROCTOR,
        "evaluate",
        sessions / "labels.csv",
        "--recordings",
        sessions,
        "-o",
        out,
        "--json",
    ]
    required = ("--require", "faces,landmarks,objects,identity,liveness", "--progress", "none")
    used, said = run_command([*command, *required, *words], codes=(0, PARTIAL))
    f1 = json.loads(said.splitlines()[-1])["total"]["f1"]
    found = count_looks(find_sessions([out]))
    numbers = {"f1": float(f1), "seconds": found.seconds, "inferences": found.inferences}
    return replace(used, numbers=numbers | {f"run.{name}": count for name, count in found.run.items()})


if __name__ == "__main__":
    main()
