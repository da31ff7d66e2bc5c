"""The formats of logs. A new one is a file here, with the names of ``entries.Format``, and a place in this list.

The first that recognises the content reads it; the last recognises everything, and says what is missing.
"""

from __future__ import annotations

from proctor_cli.logs.entries import Format
from proctor_cli.logs.formats import browser, canvas, moodle, seb, xapi

FORMATS: tuple[Format, ...] = (seb, canvas, xapi, moodle, browser)
