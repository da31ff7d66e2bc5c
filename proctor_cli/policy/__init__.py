"""What counts, for how long, and for how many points: one TOML file, read into frozen values.

::

    policy = load(None)                 the shipped policy
    policy = load("strict.toml")        one of your own, or the name of a shipped one
    validate_signals(policy, known)     does every rule watch a signal that exists?

A mistake never comes alone: ``PolicyError.what`` has one line for each, with its dotted key.
"""

from proctor_cli.policy.change import change
from proctor_cli.policy.compare import Change, diff
from proctor_cli.policy.files import load, parse, shipped
from proctor_cli.policy.message import fill
from proctor_cli.policy.mistakes import validate_signals
from proctor_cli.policy.model import Policy, Rule
from proctor_cli.policy.sections import (
    Away,
    Faces,
    Focus,
    Liveness,
    Neutral,
    Objects,
    Position,
    Priority,
    Risk,
    Sound,
    Talking,
    Timing,
)
from proctor_cli.policy.text import show, write

__all__ = [
    "Away",
    "Change",
    "Faces",
    "Focus",
    "Liveness",
    "Neutral",
    "Objects",
    "Policy",
    "Position",
    "Priority",
    "Risk",
    "Rule",
    "Sound",
    "Talking",
    "Timing",
    "change",
    "diff",
    "fill",
    "load",
    "parse",
    "shipped",
    "show",
    "validate_signals",
    "write",
]
