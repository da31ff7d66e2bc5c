"""Whether somebody speaks: not what is said, and not who."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from proctor_cli.nets import Model, open_network
from proctor_cli.types import Observation, Sound, Spec

_Array = NDArray[np.float32]

_RATE_HZ = 16_000
# The network hears 32 ms at once, and the last 4 ms before them again.
_WINDOW = 512
_CONTEXT = 64


class Voice:
    """Signal ``sound.speech``, 0-1: how surely there is speech, the mean over the network's windows of 32 ms.

    None in sound that is shorter than a window, or of another rate than 16 kHz. What is left behind the last whole
    window of a ``Sound`` is not heard.
    """

    spec: ClassVar[Spec] = Spec(
        name="voice",
        source="sound",
        signals={"sound.speech": "score"},
        interval_s=0.192,
        models=("voice",),
        families={"voice": ("silero_vad",)},
    )

    def __init__(self, models: Mapping[str, Model], threads: int = 1) -> None:
        self._network = open_network(models["voice"], threads)

    def listen(self, stretches: Sequence[Sequence[Sound]]) -> list[list[Observation]]:
        """Measure each stretch. See Listener."""
        windows = [[_windows(sound) for sound in stretch] for stretch in stretches]
        scores = self._score([np.concatenate(rows) if rows else _NONE for rows in windows])
        found = []
        for stretch, rows, row_scores in zip(stretches, windows, scores, strict=True):
            ends = np.cumsum([len(row) for row in rows])
            means = [float(part.mean()) if part.size else None for part in np.split(row_scores, ends)]
            found.append(
                [
                    Observation("sound", sound.t_s, {"sound.speech": mean})
                    for sound, mean in zip(stretch, means[: len(stretch)], strict=True)
                ]
            )
        return found

    def close(self) -> None:
        """The runtime frees the network with the object."""

    def _score(self, stretches: Sequence[_Array]) -> list[_Array]:
        """The score, (n,), of every window of stretches of windows, (n, 512).

        They are heard side by side, since a call costs much and a row in it little: sixteen rows take a third of the
        time of sixteen calls. Longer ones stand first, so that those still heard are always the first rows.
        """
        lengths = [len(windows) for windows in stretches]
        order = sorted(range(len(stretches)), key=lambda index: -lengths[index])
        scores = [np.zeros(length, np.float32) for length in lengths]
        state = np.zeros((2, len(order), 128), np.float32)
        context = np.zeros((len(order), _CONTEXT), np.float32)
        for step in range(max(lengths, default=0)):
            heard = [index for index in order if lengths[index] > step]
            windows = np.stack([stretches[index][step] for index in heard])
            rows = np.concatenate((context[: len(heard)], windows), axis=1)
            # Not a plain call, which takes one row only: here the rows were measured to be what they are alone, to the
            # last bit.
            output, state = self._network.run([rows, state[:, : len(heard)], _SR])
            context = windows[:, -_CONTEXT:]
            for index, score in zip(heard, output.ravel(), strict=True):
                scores[index][step] = score
        return scores


_SR = np.array(_RATE_HZ, np.int64)
_NONE: _Array = np.zeros((0, _WINDOW), np.float32)


def _windows(sound: Sound) -> _Array:
    """The whole windows of a stretch, (n, 512)."""
    if sound.rate_hz != _RATE_HZ:
        return _NONE
    return sound.samples[: sound.samples.size // _WINDOW * _WINDOW].reshape(-1, _WINDOW)
