"""Getting the networks that an analysis needs, and saying which are not there."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from proctor_cli.cli.terminal import fetching_bar, note
from proctor_cli.errors import ModelError, OutputError

if TYPE_CHECKING:
    from proctor_cli import nets
    from proctor_cli.types import MissingDetector


def get_networks(entries: Sequence[nets.Entry], offline: bool) -> None:
    """Fetch the networks that are missing. What cannot be had is reported later, as checks that are not assessed."""
    from proctor_cli import nets

    missing = [entry for entry in entries if any(file.state == "missing" for file in nets.inspect(entry))]
    if not missing or offline:
        return
    for entry in missing:
        addresses = [url for file in entry.files for url in file.urls[:1]]
        note(f"fetching {entry.name} ({entry.size_bytes / 1e6:.1f} MB) from {', '.join(addresses) or 'nowhere known'}")
        try:
            with fetching_bar() as bar:
                nets.fetch(entry, progress=bar)
        except (ModelError, OutputError) as error:
            note(str(error))
            if addresses:
                return  # without a connection the next one fails in the same way, after the same wait


def say_what_is_missing(unable: Iterable[MissingDetector], networks: Iterable[nets.Entry]) -> None:
    """What cannot run for want of a model: one line, when networks are only missing. The results have each reason."""
    from proctor_cli import detectors, nets

    missing = [item for item in unable if item.lacks == "model"]
    roles = {role for item in missing for role in detectors.find(item.name).spec.models}
    states = {entry.name: {file.state for file in nets.inspect(entry)} for entry in networks if entry.role in roles}
    absent = [name for name, found in states.items() if "missing" in found]
    if len(missing) > 1 and absent and not any("damaged" in found for found in states.values()):
        note(
            f"not assessed for want of a model: {', '.join(item.name for item in missing)}. "
            f"Run `proctor models fetch {' '.join(absent)}`, or set PROCTOR_MODELS to a folder that has them."
        )
        return
    for item in missing:
        note(f"not assessed: {item.name}: {item.reason}. {item.remedy}")
