"""Where the files beside the code are: in an installed wheel or in a checkout. The only ``__file__`` in the package."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


def template_dir() -> Path:
    """Folder with the page templates."""
    return _folder("templates")


def models_dir() -> Path:
    """Folder with ``manifest.toml``, the list of networks."""
    return _folder("models")


def _folder(name: str) -> Path:
    packed = _PACKAGE / "_data" / name
    return packed if packed.is_dir() else _PACKAGE.parent / name
