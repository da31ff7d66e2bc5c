"""A recording that was trimmed without encoding it anew: what is shown refers to pictures that are not."""

from __future__ import annotations

from pathlib import Path

import av
import numpy as np

from proctor_cli.media import Sampling, cut, probe
from proctor_cli.types import Clip
from tests.unit.media.films import even, film


def trim(path: Path, out: Path, start_s: float) -> Path:
    """Copy all packets, and have the container begin to show them at ``start_s``: an edit list."""
    with av.open(str(path)) as source, av.open(str(out), "w", options={"avoid_negative_ts": "disabled"}) as target:
        stream = source.streams.video[0]
        copy = target.add_stream_from_template(stream)
        assert stream.time_base is not None
        ticks = round(start_s / stream.time_base)
        for packet in source.demux(stream):
            if packet.size:
                assert packet.pts is not None
                assert packet.dts is not None
                packet.pts, packet.dts, packet.stream = packet.pts - ticks, packet.dts - ticks, copy
                target.mux(packet)
    return out


def test_nothing_that_is_shown_is_lost(tmp_path: Path) -> None:
    whole = film(tmp_path / "whole.mp4", even(100), gop=50)
    scan = probe(Clip("webcam", str(trim(whole, tmp_path / "trimmed.mp4", 1.0))))
    assert scan.problems == ()
    assert len(scan.pts) == 75
    shown = [frame for piece in cut(scan, 0.2) for frame in Sampling(scan, piece)]
    before = probe(Clip("webcam", str(whole)))
    expected = [frame for piece in cut(before, 0.2) for frame in Sampling(before, piece) if frame.t_s > 0.99]
    assert [round(frame.t_s + 1.0, 6) for frame in shown] == [round(frame.t_s, 6) for frame in expected]
    assert all(np.array_equal(one.rgb, other.rgb) for one, other in zip(shown, expected, strict=True))
