"""From observations to incidents, risk and a review priority. No video, model, file, pixel or clock.

A finished session::

    judgement = judge(recording, observations, policy)

A live feed uses the same parts; every mark stands as soon as it is there::

    rulebook, meter = Rulebook(policy), RiskMeter(policy.risk.decay_per_s)
    for observation in derive(feed, policy):
        for mark in rulebook.push(observation):
            meter.push(mark)
"""

from collections.abc import Collection

from proctor_cli.risk.assessed import NOT_GIVEN
from proctor_cli.risk.derive import INPUTS, derive, find_inputs, find_shortest
from proctor_cli.risk.engine import RiskMeter
from proctor_cli.risk.judge import judge
from proctor_cli.risk.rules import Rulebook
from proctor_cli.risk.watch import Mark

__all__ = [
    "INPUTS",
    "NOT_GIVEN",
    "Mark",
    "RiskMeter",
    "Rulebook",
    "derive",
    "find_inputs",
    "find_shortest",
    "judge",
    "list_signals",
]


def list_signals(measured: Collection[str]) -> frozenset[str]:
    """All signals a rule can watch when detectors measure these."""
    return frozenset(measured) | frozenset(INPUTS)
