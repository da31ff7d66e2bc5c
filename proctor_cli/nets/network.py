"""A network ready to be called, whatever runtime is behind it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any

from proctor_cli.errors import ModelError
from proctor_cli.nets.lookup import Model, damage, sha256_of
from proctor_cli.nets.runtimes import Port, Run, open_file

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Network:
    """A function from named arrays to named arrays, without state: the same input gives the same bytes.

    ``run`` takes the arrays in the order of ``inputs`` and returns them in the order of ``outputs``; arrays it
    returns belong to the caller, those it is given stay untouched. It may be called from several threads. ``notes`` are
    what its maker has written into an ONNX file, by name.
    """

    name: str
    inputs: tuple[Port, ...]
    outputs: tuple[str, ...]
    run: Run
    notes: Mapping[str, str] = field(default_factory=dict)

    def __call__(self, inputs: Mapping[str, NDArray[Any]] | NDArray[Any]) -> dict[str, NDArray[Any]]:
        """Run the network once.

        Args:
            inputs: an array for each port, by name; or the array itself where there is one port. A first length
                that the network leaves open must be 1: how a larger batch is worked off may show in the last bits.

        Returns:
            Each output by name, in the network's own order.

        Raises:
            ModelError: an array is missing, or has not the shape or type that the network takes.
        """
        named = inputs if isinstance(inputs, Mapping) else {self.inputs[0].name: inputs}
        if named.keys() != {port.name for port in self.inputs}:
            wanted, got = ", ".join(str(port) for port in self.inputs), ", ".join(named)
            raise ModelError(f"the network takes {wanted}; it was given {got}", where=self.name, hint=_HINT)
        arrays = [named[port.name] for port in self.inputs]
        for port, array in zip(self.inputs, arrays, strict=True):
            if not _fits(array, port):
                raise ModelError(
                    f"the network takes {port}; it was given {array.shape} {array.dtype}", where=self.name, hint=_HINT
                )
        return dict(zip(self.outputs, self.run(arrays), strict=True))


@cache
def open_network(model: Model, threads: int = 1) -> Network:
    """The network, opened once in this process for each number of threads; its files are verified again first.

    Args:
        model: what ``find`` returned.
        threads: how many threads a call may use, at least 1. It changes the time a call takes, not its result.

    Raises:
        ModelError: a file has changed since it was found, the runtime is not installed or cannot load the file,
            or the network is one that only its detector can run.
        ValueError: ``threads`` is under 1.
    """
    if threads < 1:
        raise ValueError(f"threads must be at least 1, got {threads}")
    verify(model)
    return Network(model.name, *open_file(model, threads))


def verify(model: Model) -> None:
    """See that the files are still those that were found.

    Raises:
        ModelError: one has changed, or cannot be read.
    """
    for path, expected in zip(model.paths, model.sha256s, strict=True):
        if (found := sha256_of(path)) != expected:
            raise damage(model.name, path, expected, found)


_HINT = "If it is your own, correct its family and picture in the manifest; `proctor models list` shows the others."


def _fits(array: NDArray[Any], port: Port) -> bool:
    if array.dtype.name != port.dtype or array.ndim != len(port.shape):
        return False
    if port.shape and port.shape[0] is None and array.shape[0] != 1:
        return False
    return all(want in (None, got) for want, got in zip(port.shape, array.shape, strict=True))
