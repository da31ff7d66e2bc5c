"""What all pages are made with: templates that escape, one script, and hashes for the content policy."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from proctor_cli.report import formats


def make_environment(folder: Path) -> Environment:
    """The templates of a folder, with the filters of `formats`."""
    environment = Environment(
        loader=FileSystemLoader(folder),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.policies["json.dumps_kwargs"] = {"ensure_ascii": False, "separators": (",", ":")}
    environment.filters.update(formats.FILTERS)
    return environment


def join_scripts(folder: Path, names: Iterable[str]) -> str:
    """Scripts as one that leaves no name behind on the page."""
    return "".join(['(() => {\n"use strict";\n', *((folder / name).read_text("utf-8") for name in names), "})();\n"])


def hash_source(text: str) -> str:
    """What the content policy of a page calls a style or script that may be used."""
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
