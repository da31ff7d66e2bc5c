"""The folder of a cohort belongs to one command at a time, where the system can see to that."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from proctor_cli.errors import OutputError
from proctor_cli.store import CohortFolder


@pytest.mark.skipif(sys.platform == "win32", reason="locks no folders")
def test_another_command_is_kept_out_until_the_first_has_ended(tmp_path: Path) -> None:
    folder = CohortFolder(tmp_path / "out")
    with folder.held(), pytest.raises(OutputError, match="another command is working here"), folder.held():
        pass
    with folder.held():
        pass


def test_where_folders_cannot_be_locked_it_works_without(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "fcntl", None)
    monkeypatch.setattr(sys, "platform", "win32")
    folder = CohortFolder(tmp_path / "out")
    with folder.held(), folder.held():
        assert folder.path.is_dir()
