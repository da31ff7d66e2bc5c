"""The folders in which weights are looked for."""

from __future__ import annotations

import os
from pathlib import Path

from proctor_cli import resources
from proctor_cli.errors import ModelError

ENVIRONMENT = "PROCTOR_MODELS"


def cache_folder() -> Path:
    """Where fetched weights are kept for this user: ``$XDG_CACHE_HOME/proctor/models``, or under ``~/.cache``."""
    base = os.environ.get("XDG_CACHE_HOME", "")
    return (Path(base) if base else Path.home() / ".cache") / "proctor" / "models"


def search_folders() -> tuple[Path, ...]:
    """Folders to look in, first one first: ``PROCTOR_MODELS`` if set, the user's cache, the checkout's ``models/``.

    ``PROCTOR_MODELS`` is somebody's mirror: it is read, never written.

    Raises:
        ModelError: ``PROCTOR_MODELS`` names no folder.
    """
    folders = (cache_folder(), resources.models_dir())
    mirror = os.environ.get(ENVIRONMENT, "")
    if not mirror:
        return folders
    if not Path(mirror).is_dir():
        raise ModelError("no such folder", where=f"{ENVIRONMENT}={mirror}", hint="Correct it, or unset it.")
    return (Path(mirror), *folders)
