"""What can go wrong, as the user sees it.

::

    ProctorError            1   never raised itself; write ``except ProctorError``
    ├── UsageError          2   the command line, the policy or a side file is wrong
    │   └── PolicyError     2   the policy is wrong; carries every mistake at once
    ├── InputError          3   a recording cannot be read
    ├── OutputError         3   the output folder cannot be written or does not hold a session
    ├── ModelError          4   a model is missing, damaged or refused
    └── Interrupted       130   the user pressed Ctrl-C

Each carries *what* is wrong, *where*, and *what to do next*; the command line prints these three as
one line and exits with ``exit_code``. Codes 0 (done), 5 (partial) and 10 (gate hit) are no errors and
so are not here.
"""

from __future__ import annotations


class ProctorError(Exception):
    """One clear line for the user: what, where, what next.

    Args:
        what: what is wrong, without a full stop ("not a video").
        where: the file, option or key concerned ("exam.mp4").
        hint: what to do next, a sentence or "".
    """

    exit_code = 1

    def __init__(self, what: str, *, where: str = "", hint: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.where = where
        self.hint = hint

    def __str__(self) -> str:
        text = f"{self.where}: {self.what}" if self.where else self.what
        return f"{text}. {self.hint}" if self.hint else text

    def __reduce__(self) -> tuple[object, ...]:
        # Keyword-only arguments do not survive pickling by default; workers send these across processes.
        return (_rebuild, (type(self), self.what, self.where, self.hint))


def _rebuild(kind: type[ProctorError], what: str, where: str, hint: str) -> ProctorError:
    return kind(what, where=where, hint=hint)


class UsageError(ProctorError):
    """The command line or a side file (labels, events, roster) is wrong."""

    exit_code = 2


class PolicyError(UsageError):
    """The policy file is wrong; ``what`` lists every mistake, one per line, with dotted keys."""


class InputError(ProctorError):
    """A recording cannot be read at all."""

    exit_code = 3


class OutputError(ProctorError):
    """The output folder cannot be written, or holds no session."""

    exit_code = 3


class ModelError(ProctorError):
    """A model is missing, damaged or refused."""

    exit_code = 4


class Interrupted(ProctorError):
    """The user pressed Ctrl-C."""

    exit_code = 130
