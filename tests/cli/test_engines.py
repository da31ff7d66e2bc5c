"""Where the work is done: what is refused before any of it is."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.running import SAMPLE, Proctor

pytestmark = pytest.mark.usefixtures("no_weights")

DASK = ("--engine", "dask")
ADDRESS = ("--scheduler", "tcp://127.0.0.1:9")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (DASK, "--engine dask: needs the address of its scheduler. Give --scheduler ADDRESS."),
        (ADDRESS, "--scheduler: is of no use on this machine. Add --engine dask."),
        ((*ADDRESS, "--engine", "local"), "--scheduler: is of no use on this machine. Add --engine dask."),
        (
            (*DASK, *ADDRESS, "--workers", "2"),
            "--workers with --engine dask: a cluster has as many workers as it has. Leave one of them out.",
        ),
    ],
)
def test_options_that_make_no_sense_together(
    tmp_path: Path, proctor: Proctor, words: tuple[str, ...], said: str
) -> None:
    done = proctor("analyze", SAMPLE, "--student", "S123", "-o", tmp_path / "out", *words)
    assert done.code == 2
    assert done.err == f"proctor: {said}\n"
    assert not (tmp_path / "out").exists()


def test_an_address_needs_what_reads_it(tmp_path: Path, proctor: Proctor) -> None:
    done = proctor("analyze", "file:///nowhere/exam.mp4", "--student", "S123", "-o", tmp_path / "out", "--offline")
    assert done.code == 3
    assert done.err.startswith("proctor: file:///nowhere/exam.mp4: ")
    assert not (tmp_path / "out").exists()
