"""One network in the user's own manifest, put there by proctor, without touching what the user has written.

Every such entry stands between two comments; only what stands between them is ever replaced.
"""

from __future__ import annotations

import json
import os
import re
import tomllib
from contextlib import suppress
from pathlib import Path
from typing import Any

import msgspec

from proctor_cli.errors import OutputError, UsageError
from proctor_cli.nets.manifest import Entry

_BEGIN = "# >>> exported by proctor, replaced as a whole: {name}"
_END = "# <<< {name}"


def is_ours(path: Path, name: str) -> bool:
    """Whether the manifest ``path`` has an entry ``name`` that `put_entry` wrote."""
    return path.is_file() and _block(name).search(path.read_text("utf-8")) is not None


def put_entry(path: Path, entry: Entry) -> None:
    """Add ``entry`` to the manifest ``path``, or replace the one of that name that was put there before.

    Raises:
        UsageError: the file as it is cannot be added to (its models are one inline table).
        OutputError: it cannot be written.
    """
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    block = f"{_BEGIN.format(name=entry.name)}\n{_render(entry)}{_END.format(name=entry.name)}\n"
    try:
        before = path.read_text("utf-8") if path.is_file() else "schema = 1\n"
        after, replaced = _block(entry.name).subn(lambda _: block, before)
        if not replaced:
            after = f"{before.rstrip()}\n\n{block}"
        _check(path, after)
        part.write_text(after, "utf-8")
        part.replace(path)
    except OSError as error:
        raise OutputError(
            f"cannot be written: {error.strerror}", where=str(path), hint="Choose another folder with --to."
        ) from error
    finally:
        with suppress(OSError):
            part.unlink()


def _block(name: str) -> re.Pattern[str]:
    begin, end = re.escape(_BEGIN.format(name=name)), re.escape(_END.format(name=name))
    return re.compile(rf"^{begin}$.*?^{end}$\n?", re.MULTILINE | re.DOTALL)


def _check(path: Path, text: str) -> None:
    try:
        tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise UsageError(
            f"cannot be added to: {error}", where=str(path), hint="Write each network in it as a [models.NAME] table."
        ) from error


def _render(entry: Entry) -> str:
    """The entry as TOML, without what is as it would be anyway."""
    fields: dict[str, Any] = msgspec.to_builtins(entry)
    usual = {field.name: field.default for field in msgspec.structs.fields(Entry)}
    lines = [f"[models.{entry.name}]"]
    for key, value in fields.items():
        if key not in ("name", "files") and value and value != usual[key]:
            lines.append(f"{key} = {_write(value)}")
    for file in fields["files"]:
        lines += ["", f"[[models.{entry.name}.files]]"]
        lines += [f"{key} = {_write(value)}" for key, value in file.items() if value]
    return "\n".join(lines) + "\n"


def _write(value: Any) -> str:
    """A value as TOML; strings of JSON are strings of TOML, but for one character."""
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{key} = {_write(item)}" for key, item in value.items()) + " }"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(map(_write, value)) + "]"
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
