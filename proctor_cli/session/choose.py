"""Which detectors can run: on these sources, with these networks; and why the others cannot."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from types import MappingProxyType
from typing import Literal

from proctor_cli import detectors, nets, risk
from proctor_cli.errors import ModelError, UsageError
from proctor_cli.types import MissingDetector, Spec


def choose_detectors(
    sources: Collection[str],
    networks: Mapping[str, nets.Entry],
    require: Sequence[str] = (),
    left_out: Mapping[str, tuple[str, str]] = MappingProxyType({}),
) -> tuple[tuple[Spec, ...], tuple[MissingDetector, ...], dict[str, nets.Model]]:
    """The detectors that can run on ``sources``, those that cannot and why, and the models of the former.

    Args:
        sources: what there are pictures of.
        networks: the one chosen for each role.
        require: names of detectors without which to stop.
        left_out: name of each detector that shall not run -> reason and remedy.

    Raises:
        ModelError: a required detector cannot run, or a chosen network is of a family that its detector cannot read.
        UsageError: ``require`` names a detector that does not exist.
    """
    runnable: list[Spec] = []
    missing: list[MissingDetector] = []
    models: dict[str, nets.Model] = {}
    for name in detectors.REGISTRY:
        spec = detectors.find(name).spec
        signals = tuple(spec.signals)
        if spec.source not in sources:
            missing.append(MissingDetector(name, signals, *risk.NOT_GIVEN[spec.source], "input"))
            continue
        if name in left_out:
            missing.append(MissingDetector(name, signals, *left_out[name], "choice"))
            continue
        if spec.needs and not any(spec.needs in other.finds for other in runnable):
            reason = f"it needs a {spec.needs}, and nothing looks for one"
            remedy = next((item.remedy for item in missing if spec.needs in detectors.find(item.name).spec.finds), "")
            missing.append(MissingDetector(name, signals, reason, remedy))
            continue
        _refuse_strangers(spec, networks)
        try:
            found = {role: nets.find(_chosen(role, networks)) for role in spec.models}
        except ModelError as error:
            unchosen = {*spec.models}.intersection(detectors.OPTIONAL_ROLES) - networks.keys()
            lacks: Literal["model", "choice"] = "choice" if unchosen else "model"
            missing.append(MissingDetector(name, signals, f"{error.where}: {error.what}", error.hint, lacks))
            continue
        models |= found
        runnable.append(spec)
    insist(require, missing)
    # First what the given recordings lack: an event that can do with several signals is explained by the first.
    missing.sort(key=lambda item: ("model", "choice", "input").index(item.lacks))
    return tuple(runnable), tuple(missing), models


def _refuse_strangers(spec: Spec, models: Mapping[str, nets.Entry]) -> None:
    """See now what every worker would find out: that a chosen network is none that this detector can read."""
    for role, families in spec.families.items():
        entry = models.get(role)
        if entry is not None and entry.family not in families:
            raise ModelError(
                f"its family {entry.family!r} is not one that {spec.name} can read",
                where=f"{role}={entry.name}",
                hint=f"Choose a network of family {' or '.join(families)}; `proctor models list --json` shows them.",
            )


def _chosen(role: str, models: Mapping[str, nets.Entry]) -> nets.Entry:
    if role not in models:
        hint = "Choose one with --model."
        if role in detectors.OPTIONAL_ROLES:
            hint = f"Make one with `proctor models export FILE.pt --role {role}`, then add `--model {role}=NAME`."
        raise ModelError("the chosen set names no network for it", where=role, hint=hint)
    return models[role]


def insist(required: Sequence[str], missing: Sequence[MissingDetector]) -> None:
    """Refuse to go on without a detector that the user requires.

    Raises:
        ModelError: one of them is among the ``missing``.
        UsageError: one does not exist.
    """
    unknown = set(required) - set(detectors.REGISTRY)
    if unknown:
        raise UsageError(
            f"unknown check {', '.join(sorted(unknown))}",
            where="--require",
            hint=f"Known: {', '.join(detectors.REGISTRY)}.",
        )
    for item in missing:
        if item.name in required:
            raise ModelError(f"cannot run: {item.reason}", where=item.name, hint=item.remedy)
