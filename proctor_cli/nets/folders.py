"""The folders in which weights are looked for."""

from __future__ import annotations

import os
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

from proctor_cli import resources
from proctor_cli.errors import ModelError

ENVIRONMENT = "PROCTOR_MODELS"


def cache_folder() -> Path:
    """Where fetched weights are kept for this user: ``$XDG_CACHE_HOME/proctor/models``, or under ``~/.cache``."""
    base = os.environ.get("XDG_CACHE_HOME", "")
    return (Path(base) if base else Path.home() / ".cache") / "proctor" / "models"


def search_folders() -> tuple[Path, ...]:
    """Folders to look in, first one first.

    ``PROCTOR_MODELS`` if set, the user's cache, the checkout's ``models/``, installed packages that carry weights.
    ``PROCTOR_MODELS`` is somebody's mirror: it is read, never written.

    Raises:
        ModelError: ``PROCTOR_MODELS`` names no folder.
    """
    folders = (cache_folder(), resources.models_dir(), *_packaged())
    mirror = os.environ.get(ENVIRONMENT, "")
    if not mirror:
        return folders
    if not Path(mirror).is_dir():
        raise ModelError("no such folder", where=f"{ENVIRONMENT}={mirror}", hint="Correct it, or unset it.")
    return (Path(mirror), *folders)


def _packaged() -> Iterator[Path]:
    """RapidOCR brings its weights along. Nothing of it is imported: the code that reads lines of text is ours."""
    found = find_spec("rapidocr")
    for place in (found and found.submodule_search_locations) or ():
        yield Path(place) / "models"
