"""What the terminal says of a session."""

from __future__ import annotations

import runpy
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from proctor_cli.cli.documents import tell
from proctor_cli.store import SessionFolder
from proctor_cli.types import Corroboration, SessionResult

make_session: Callable[[], SessionResult] = runpy.run_path(str(Path(__file__).parents[1] / "report" / "conftest.py"))[
    "make_session"
]

AGREES = Corroboration(1, 2, "agrees", "x")
CONTRADICTS = Corroboration(3, 4, "contradicts", "x")
UNKNOWN = Corroboration(5, 6, "not assessed", "x")


@pytest.mark.parametrize(
    ("corroborations", "said"),
    [
        ((), []),
        ((AGREES, UNKNOWN), []),
        ((AGREES, CONTRADICTS), ["the log and the screen disagree in 1 place"]),
        ((CONTRADICTS, UNKNOWN, CONTRADICTS), ["the log and the screen disagree in 2 places"]),
    ],
)
def test_where_log_and_screen_disagree_is_one_line(
    corroborations: tuple[Corroboration, ...], said: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    session = make_session()
    session = replace(session, judgement=replace(session.judgement, corroborations=corroborations))
    tell(SessionFolder(tmp_path), session, as_json=False)
    lines = capsys.readouterr().out.splitlines()
    assert [line.strip() for line in lines if "disagree" in line] == said
    tell(SessionFolder(tmp_path), session, as_json=True)
    assert "disagree" not in capsys.readouterr().out
