"""Sound: at the time that its timestamps say, whatever container, codec, rate, gap or damage."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from proctor_cli.media import SOUND_STEP_S, Scan, SoundSampling, cut_sound, sound_envelope
from proctor_cli.media.audio import RATE_HZ, SoundDamage, read_samples
from tests.unit.media.films import scan_of
from tests.unit.media.sounds import Samples, beeps, recording, silence

PLACES_S = ((1.0, 1.5), (3.0, 3.2))

FORMATS: Mapping[str, tuple[str, str, str]] = {
    "MP4, AAC": ("a.mp4", "mpeg4", "aac"),
    "WebM, Opus": ("a.webm", "libvpx", "libopus"),
    "MKV, FLAC": ("a.mkv", "mpeg4", "flac"),
    "AVI, PCM": ("a.avi", "mpeg4", "pcm_s16le"),
    "MOV, PCM": ("a.mov", "mpeg4", "pcm_s16le"),
    "MPEG-TS, AAC": ("a.ts", "mpeg2video", "aac"),
}


def heard(scan: Scan, start_s: float = 0.0, end_s: float = 4.0, damage: SoundDamage | None = None) -> Samples:
    """All samples up to ``end_s``, NaN where there are none."""
    samples = np.full(round(end_s * RATE_HZ), np.nan, np.float32)
    for number, block in read_samples(scan, start_s, end_s, damage):
        assert np.isnan(samples[number : number + block.size]).all(), "blocks overlap"
        samples[number : number + block.size] = block
    return samples


def loud(samples: Samples) -> list[tuple[float, float]]:
    """Where something is to be heard, (start_s, end_s) each."""
    places = np.flatnonzero(np.abs(np.nan_to_num(samples)) > 0.1) / RATE_HZ
    if not places.size:
        return []
    breaks = np.flatnonzero(np.diff(places) > 0.05)
    starts, ends = [0, *(breaks + 1)], [*breaks, places.size - 1]
    return [(float(places[a]), float(places[b])) for a, b in zip(starts, ends, strict=True)]


def holes(samples: Samples) -> list[tuple[float, float]]:
    """Where there are no samples, (start_s, end_s) each."""
    edges = np.flatnonzero(np.diff(np.concatenate(([False], np.isnan(samples), [False])).astype(int))) / RATE_HZ
    return [(float(a), float(b)) for a, b in zip(edges[::2], edges[1::2], strict=True)]


def start_of(packet: Any) -> float:
    return float(packet.pts * packet.time_base)


def at(*places_s: tuple[float, float], abs: float = 0.01) -> Any:
    return [pytest.approx(place, abs=abs) for place in places_s]


# ---------------------------------------------------------------- where it lies
@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("start_s", [0.0, 2.3])
def test_sound_lies_where_it_was_recorded(name: str, start_s: float, tmp_path: Path) -> None:
    file, video, codec = FORMATS[name]
    scan = scan_of(recording(tmp_path / file, beeps(4, *PLACES_S), codec=codec, video=video))
    samples = heard(scan, start_s)
    assert loud(samples) == at(*(place for place in PLACES_S if place[0] > start_s))
    assert np.nanmax(np.abs(samples)) == pytest.approx(0.5, abs=0.05)
    assert not np.isnan(samples[round(start_s * RATE_HZ) :]).any()


@pytest.mark.parametrize("rate_hz", [8_000, 16_000, 44_100])
def test_any_rate(rate_hz: int, tmp_path: Path) -> None:
    sound = beeps(4, *PLACES_S, rate_hz=rate_hz)
    scan = scan_of(recording(tmp_path / "a.mkv", sound, codec="flac", rate_hz=rate_hz))
    assert loud(heard(scan)) == at(*PLACES_S)


def test_channels_are_averaged(tmp_path: Path) -> None:
    left = beeps(4, (1, 1.5))
    stereo = np.stack([left, silence(4)])
    samples = heard(scan_of(recording(tmp_path / "a.mkv", stereo, codec="flac", layout="stereo")))
    assert loud(samples) == at((1, 1.5))
    assert np.nanmax(samples) == pytest.approx(0.25, abs=0.02)


def test_samples_are_within_full_scale(tmp_path: Path) -> None:
    sound = beeps(2, (0.5, 1), amplitude=3.0)
    sound[RATE_HZ] = np.nan
    samples = heard(scan_of(recording(tmp_path / "a.mov", sound, codec="pcm_f32le", pictures_s=2)), end_s=2)
    assert np.abs(samples).max() == 1.0


@pytest.mark.parametrize("file", ["a.mp4", "a.mkv"])
def test_sound_that_begins_before_the_first_picture(file: str, tmp_path: Path) -> None:
    scan = scan_of(recording(tmp_path / file, beeps(4, *PLACES_S), picture_start_s=0.5, pictures_s=3))
    assert scan.info.first_pts_s == pytest.approx(0.5, abs=0.01)
    assert loud(heard(scan, end_s=3)) == at((0.5, 1.0), (2.5, 2.7))


@pytest.mark.parametrize("file", ["a.mp4", "a.mkv"])
def test_sound_that_begins_after_the_first_picture(file: str, tmp_path: Path) -> None:
    scan = scan_of(recording(tmp_path / file, beeps(3, (1, 1.5)), sound_start_s=0.7))
    samples = heard(scan)
    assert loud(samples) == at((1.7, 2.2))
    assert holes(samples)[0] == pytest.approx((0.0, 0.7), abs=0.03)


def test_a_hole_in_the_sound_stays_one(tmp_path: Path) -> None:
    scan = scan_of(recording(tmp_path / "a.mkv", beeps(4, *PLACES_S), codec="flac", left_out=range(15, 30)))
    (hole,) = holes(heard(scan))
    assert hole == pytest.approx((15 * 4608 / 48_000, 30 * 4608 / 48_000), abs=0.01)
    assert loud(heard(scan)) == at((1.0, hole[0]), (3.0, 3.2))


def test_a_clock_that_drifts_is_followed(tmp_path: Path) -> None:
    # Packets of 20 ms that come 0.2 ms late, each: 1 %, far more than a sound card.
    path = recording(
        tmp_path / "a.mkv", beeps(4, *PLACES_S), codec="libopus", pictures_s=5, moved_s=lambda n: 0.0002 * n
    )
    assert loud(heard(scan_of(path))) == at((1.01, 1.515), (3.03, 3.232), abs=0.06)


def test_a_packet_with_a_wrong_time_is_put_where_it_belongs(tmp_path: Path) -> None:
    path = recording(tmp_path / "a.mkv", beeps(4, *PLACES_S), codec="flac", moved_s=lambda n: 2.0 if n == 12 else 0.0)
    samples = heard(scan_of(path))
    assert loud(samples) == at(*PLACES_S)
    assert holes(samples) == []


def test_a_packet_whose_time_is_hours_away_costs_itself(tmp_path: Path) -> None:
    path = recording(
        tmp_path / "a.mkv", beeps(4, *PLACES_S), codec="flac", moved_s=lambda n: 7200.0 if n == 12 else 0.0
    )
    samples = heard(scan_of(path))
    assert holes(samples) == at((1.152, 1.248))
    assert loud(samples)[-1] == pytest.approx((3.0, 3.2), abs=0.01)


def test_a_packet_that_does_not_decode_costs_itself(tmp_path: Path) -> None:
    path = recording(tmp_path / "a.mkv", beeps(4, *PLACES_S), codec="flac")
    with av.open(str(path)) as container:
        packets = [packet for packet in container.demux(audio=0) if packet.size]
        data = bytearray(path.read_bytes())
        for packet in packets[20:23]:
            begin = data.index(bytes(packet))
            data[begin : begin + 8] = bytes(8)
        lost_s = [start_of(packet) for packet in packets[20:23]]
    path.write_bytes(data)
    damage = SoundDamage()
    samples = heard(scan_of(path), damage=damage)
    assert damage.packets_s == pytest.approx(lost_s, abs=0.001)
    assert loud(samples) == at(*PLACES_S)
    (hole,) = holes(samples)
    assert hole == pytest.approx((lost_s[0], lost_s[2] + 4608 / 48_000), abs=0.01)


def test_a_clip_without_sound_gives_none(tmp_path: Path) -> None:
    scan = scan_of(recording(tmp_path / "a.mp4", None))
    assert not scan.info.has_audio
    assert list(read_samples(scan, 0, 4)) == []
    assert [SoundSampling(scan, piece).stretches() for piece in cut_sound(scan)] == [[]]


# ---------------------------------------------------------------- how loud it is over time
def test_the_envelope_says_how_loud_it_is(tmp_path: Path) -> None:
    scan = scan_of(recording(tmp_path / "a.mp4", beeps(4, *PLACES_S)))
    start_s, envelope = sound_envelope(scan, hop_s=0.02)
    assert envelope.size == pytest.approx(200, abs=1)
    times_s = start_s + (np.arange(envelope.size) + 0.5) * 0.02
    inside = ((times_s > 1) & (times_s < 1.5)) | ((times_s > 3) & (times_s < 3.2))
    assert envelope[inside].min() > 0.2
    assert envelope[inside][5] == pytest.approx(0.5 / np.sqrt(2), abs=0.03)
    assert np.median(envelope[~inside]) < 0.01


def test_the_envelope_begins_with_the_sound_and_ends_with_the_limit(tmp_path: Path) -> None:
    scan = scan_of(recording(tmp_path / "a.mkv", beeps(3, (1, 1.5)), sound_start_s=0.7, codec="flac"))
    start_s, envelope = sound_envelope(scan, hop_s=0.1, limit_s=2.0)
    assert start_s == pytest.approx(0.7, abs=0.01)
    assert envelope.size == 13
    assert np.flatnonzero(envelope > 0.1).tolist() == [10, 11, 12]


def test_the_envelope_of_a_clip_without_sound_is_empty(tmp_path: Path) -> None:
    start_s, envelope = sound_envelope(scan_of(recording(tmp_path / "a.mp4", None)))
    assert (start_s, envelope.size) == (0.0, 0)


# ---------------------------------------------------------------- in cells and slices
def cells(scan: Scan, span: tuple[float, float] | None = None) -> dict[int, Samples]:
    """The sound of every cell of a clip, each given once."""
    found: dict[int, Samples] = {}
    for piece in cut_sound(scan, span):
        for run_up, sounds in SoundSampling(scan, piece).stretches():
            for sound in sounds[run_up:]:
                cell = round((sound.t_s - scan.info.offset_s) / SOUND_STEP_S)
                assert cell not in found
                assert piece.first_cell <= cell < piece.end_cell
                found[cell] = sound.samples
    return found


@pytest.fixture(scope="module")
def long(tmp_path_factory: pytest.TempPathFactory) -> Scan:
    """Five and a half minutes of noise: two slices of sound."""
    noise = np.random.default_rng(3).normal(0, 0.1, 330 * 8000).astype(np.float32)
    path = tmp_path_factory.mktemp("long") / "long.mkv"
    return scan_of(recording(path, noise, rate_hz=8000, codec="flac", pictures_s=330, fps=1), offset_s=5.0)


def test_slices_hold_every_cell_once_and_what_one_pass_gives(long: Scan) -> None:
    pieces = cut_sound(long)
    assert [(piece.first_cell, piece.end_cell) for piece in pieces] == [(0, 1600), (1600, 1719)]
    assert pieces[-1].end_s >= long.info.duration_s
    found = cells(long)
    assert sorted(found) == list(range(1719))
    whole = heard(long, end_s=331)
    for cell in (0, 1599, 1600, 1607, 1717):
        # Of noise; one sample beside its place it would differ by 0.5.
        assert np.abs(found[cell] - whole[cell * 3072 : (cell + 1) * 3072]).max() < 0.15


def test_a_span_gives_the_cells_it_touches_as_they_are_without_it(long: Scan) -> None:
    found = cells(long, (306.0, 309.0))
    assert sorted(found) == list(range(1593, 1610))
    assert cut_sound(long, (700.0, 800.0)) == ()


def test_a_stretch_has_a_run_up_and_no_gap(long: Scan) -> None:
    second = SoundSampling(long, cut_sound(long)[1]).stretches()
    assert [(run_up, len(sounds)) for run_up, sounds in second] == [(11, 111), (11, 30)]
    for number, (_, sounds) in enumerate(second):
        assert sounds[11].t_s == pytest.approx(5.0 + (1600 + 100 * number) * SOUND_STEP_S)
        assert np.diff([sound.t_s for sound in sounds]) == pytest.approx(SOUND_STEP_S)
        assert all(sound.samples.size == 3072 for sound in sounds)
    first = SoundSampling(long, cut_sound(long)[0]).stretches()
    assert len(first) == 16
    assert [run_up for run_up, _ in first] == [0] + 15 * [11]


def test_a_gap_ends_a_stretch(tmp_path: Path) -> None:
    scan = scan_of(recording(tmp_path / "a.mkv", beeps(4, *PLACES_S), codec="flac", left_out=range(15, 30)))
    ((_, before), (_, after)) = SoundSampling(scan, cut_sound(scan)[0]).stretches()
    assert before[-1].end_s == pytest.approx(1.44, abs=SOUND_STEP_S)
    assert after[0].t_s == pytest.approx(2.88, abs=SOUND_STEP_S)


def test_what_a_slice_lost_is_told_in_session_time(tmp_path: Path) -> None:
    path = recording(tmp_path / "a.mkv", beeps(4), codec="flac")
    with av.open(str(path)) as container:
        packet = [packet for packet in container.demux(audio=0) if packet.size][20]
        data = bytearray(path.read_bytes())
        begin = data.index(bytes(packet))
        lost_s = start_of(packet)
    data[begin : begin + 8] = bytes(8)
    path.write_bytes(data)
    scan = scan_of(path, offset_s=10.0)
    sampling = SoundSampling(scan, cut_sound(scan)[0])
    sampling.stretches()
    assert sampling.loss.damaged_packets == 1
    assert sampling.loss.first_s == pytest.approx(10 + lost_s, abs=0.001)
