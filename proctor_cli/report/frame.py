"""What one picture says, as JSON."""

from __future__ import annotations

import msgspec

from proctor_cli.types import FrameReport


def encode(report: FrameReport, *, pretty: bool = False) -> str:
    """One line of JSON, or (``pretty``) many."""
    line = msgspec.json.encode(report)
    return (msgspec.json.format(line, indent=2) if pretty else line).decode()
