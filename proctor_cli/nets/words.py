"""Reading one line of text: a network behind one call."""

from __future__ import annotations

from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from proctor_cli.errors import ModelError
from proctor_cli.nets.lookup import Model
from proctor_cli.nets.network import open_network


class Words(NamedTuple):
    """What a line says, and how sure the network is of it, 0-1."""

    text: str
    score: float


class LineReader:
    """Reads single lines of text with a recognition network of the PP-OCR family.

    Such a network takes a line as high as its picture and of any width, and gives for every few pixels of width the
    probability of each character; repeated ones and blanks are dropped (connectionist temporal classification, Graves
    et al. 2006, best path). Its characters are named in the file.

    Raises ModelError when the file names none.
    """

    HEIGHT_PX = 48

    def __init__(self, model: Model, threads: int = 1) -> None:
        self._network = open_network(model, threads)
        named = self._network.notes.get("character", "")
        if not named:
            raise ModelError("its file does not name its characters", where=model.name)
        self._characters = ["", *named.split("\n"), " "]

    def read(self, rgb: NDArray[np.uint8], squeeze: float = 1.0) -> Words:
        """What a line (height, width, 3) says; "" when nothing was read.

        Args:
            rgb: the line, tightly cut out.
            squeeze: make it this much narrower, for speed: at 0.75 nothing is lost but a space here and there, at
                0.6 letters are.
        """
        height_px, width_px = rgb.shape[:2]
        wide_px = max(16, round(width_px * self.HEIGHT_PX / height_px * squeeze))
        scaled = cv2.resize(rgb, (wide_px, self.HEIGHT_PX), interpolation=cv2.INTER_LINEAR)
        picture = scaled[:, :, ::-1].transpose(2, 0, 1)[None].astype(np.float32) / np.float32(127.5) - np.float32(1)
        (output,) = self._network(np.ascontiguousarray(picture)).values()
        best = output[0].argmax(axis=1)
        starts = np.flatnonzero((best != 0) & (best != np.concatenate([[0], best[:-1]])))
        if not len(starts):
            return Words("", 0.0)
        text = "".join(self._characters[index] for index in best[starts]).strip()
        return Words(text, float(output[0][starts, best[starts]].mean()))

    def cost_px(self, width_px: int, height_px: int, squeeze: float = 1.0) -> float:
        """Width of a line as the network sees it: the time it takes grows with this alone."""
        return width_px * self.HEIGHT_PX / height_px * squeeze
