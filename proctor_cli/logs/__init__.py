"""Logs of browsers and learning platforms become observations and milestones on the session clock.

::

    file ──content──▶ text, JSON or table ──formats──▶ entries ──people──▶ the candidate's ──clock──▶ session time
                                                                                      ├──states──▶ observations
                                                                                      └──────────▶ milestones

Formats are told apart by their content. Rows that cannot be read are reported with their number; the others are used.
A signal that a log says nothing of is absent: it is not known, and never 0.
"""

from __future__ import annotations

from proctor_cli.logs.entries import SPEC
from proctor_cli.logs.reading import LogReading, read

__all__ = ["SPEC", "LogReading", "read"]
