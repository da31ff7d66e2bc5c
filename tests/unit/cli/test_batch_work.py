"""What is on the page when a batch is broken off."""

from __future__ import annotations

from pathlib import Path
from typing import NoReturn, cast

import pytest

from proctor_cli import nets
from proctor_cli.batch.cohort import lay_row
from proctor_cli.cli.batch_plan import Planned
from proctor_cli.cli.batch_work import Work
from proctor_cli.cli.sessions import Wishes
from proctor_cli.cli.terminal import ProgressStyle
from proctor_cli.engine import Engine
from proctor_cli.engine.capacity import Capacity
from proctor_cli.errors import InputError, Interrupted, OutputError, ProctorError
from proctor_cli.policy import load
from proctor_cli.report.cohort import read_summary
from proctor_cli.store import CohortFolder


@pytest.fixture
def work(tmp_path: Path) -> Work:
    """A batch of one session that cannot be analysed, and one that waits."""
    wishes = Wishes(policy=load(None), models=nets.load_manifest().choose("default", {}))
    failed = Planned(lay_row("S1", None, "S1"), error=InputError("no such file", where="S1.mp4"))
    plan = [failed, Planned(lay_row("S2", None, "S2"))]
    return Work(CohortFolder(tmp_path), plan, wishes, language="en", overwrite=False)


@pytest.mark.parametrize(
    ("cause", "expected"),
    [
        (KeyboardInterrupt(), Interrupted),
        (ProctorError("the scheduler is gone"), ProctorError),
        (OutputError("cannot write"), OutputError),
    ],
)
def test_summary_and_page_are_up_to_date_however_it_ends(
    work: Work, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cause: BaseException, expected: type[ProctorError]
) -> None:
    def break_off(*_: object) -> NoReturn:
        raise cause

    monkeypatch.setattr("proctor_cli.batch.schedule.run", break_off)
    with pytest.raises(expected):
        work.run(cast(Engine, None), Capacity(1, 1), ProgressStyle.text)
    assert [row.status for row in read_summary(tmp_path / "summary.json").sessions] == ["failed", "waiting"]
    assert (tmp_path / "index.html").exists()


def test_where_the_page_cannot_be_written_either_the_cause_is_told(work: Work, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> NoReturn:
        raise OutputError("cannot write the page")

    def break_off(*_: object) -> NoReturn:
        raise OutputError("the disk is full")

    monkeypatch.setattr("proctor_cli.batch.schedule.run", break_off)
    monkeypatch.setattr("proctor_cli.batch.cohort.write_cohort", fail)
    with pytest.raises(OutputError, match="the disk is full"):
        work.run(cast(Engine, None), Capacity(1, 1), ProgressStyle.none)
