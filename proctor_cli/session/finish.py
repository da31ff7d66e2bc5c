"""After the analysis: put the slices together, judge, take pictures of what scored, write."""

from __future__ import annotations

import heapq
from bisect import bisect_left
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import zip_longest
from math import ceil, inf, prod

import numpy as np

from proctor_cli import media, plan
from proctor_cli.files import shown_address
from proctor_cli.policy import Policy
from proctor_cli.session.bystanders import NEAR_S, find_bystanders
from proctor_cli.session.jobs import SliceJob
from proctor_cli.session.judge import judge_folder
from proctor_cli.session.prepare import Preparation
from proctor_cli.session.snapshots import choose_clip, is_pictured, name_snapshots
from proctor_cli.store import PartEnd, SessionFolder
from proctor_cli.types import Box, ClipInfo, DecodeLoss, Observation, Problem, Recording, SessionResult, Source

# A share of what repeats itself that differs by less than this is the same.
_REPEAT_STEP = 0.05
# Boxes with less than this are not drawn into evidence.
_DRAWN_SCORE = 0.3
# Silence is said again and again, so that no rule's memory (timing.hold_s, 5 s or more) is shorter than it lasts.
_SILENCE_S = 5.0
# What says of a source that it was not recorded at this moment.
_GAP: Mapping[str, str] = {"webcam": "picture.gap", "screen": "picture.gap", "sound": "sound.gap"}


def finish(preparation: Preparation, lost: Mapping[str, str], policy: Policy, *, analysed_at: str) -> SessionResult:
    """Put the slices together, judge, and write observations, snapshots and session.json.

    Args:
        preparation: what `prepare` returned; every job's slice lies in the folder, but for the ``lost`` ones.
        lost: key of each job without a result -> why.
        policy: the rules.
        analysed_at: the time of the analysis, ISO 8601 (this room reads no clock).
    """
    folder = SessionFolder(preparation.request.folder)
    kept = [job for job in preparation.jobs if job.key not in lost]
    ends = {job.key: folder.read_part_end(job.key) for job in kept}
    problems = [
        *preparation.recording.problems,
        *_damage(kept, ends),
        *(Problem("slice_lost", job.label, lost[job.key]) for job in preparation.jobs if job.key in lost),
    ]
    recording = replace(preparation.recording, problems=tuple(problems))
    by_source: dict[str, list[SliceJob]] = {}
    for job in preparation.jobs:
        by_source.setdefault(job.clip.source, []).append(job)
    streams = [_observed(folder, jobs, ends, recording) for jobs in by_source.values()]
    merged = heapq.merge(*streams, preparation.log, key=lambda observation: observation.t_s)
    folder.write_observations(recording, merged)
    result = judge_folder(folder, policy, analysed_at=analysed_at)
    result = _take_snapshots(folder, result, {_name(scan.info): scan for scan in preparation.scans})
    folder.write_session(result)
    folder.write_embeddings(preparation.embeddings)
    return result


def _observed(
    folder: SessionFolder, planned: Sequence[SliceJob], ends: Mapping[str, PartEnd], recording: Recording
) -> Iterator[Observation]:
    """What the slices of one recording gave, in order, over all of its parts.

    Where pictures are missing (a gap in the recording, a pause between two parts, packets that did not decode), where a
    slice was lost, and where the recording or the span ends while the session goes on, it is said that nothing is known
    from there on: what was seen last must not be taken to go on. Where a part follows the last at once nothing is said.
    """
    source, step_s = planned[0].clip.source, planned[0].step_s
    specs = [spec for spec in recording.detectors if spec.source == source]
    unknown: dict[str, float | None] = {signal: None for spec in specs for signal in spec.signals}
    unseen = {**unknown, _GAP[source]: 1.0} if source in _GAP else unknown
    last_s, resumed = inf, True
    repeats = _repeats([job for job in planned if job.key in ends], ends) if source == "webcam" else {}
    for job, following in zip_longest(planned, planned[1:]):
        if job.key not in ends:
            continue
        clip, info = job.clip, job.scan.info
        # A screen recording may leave out pictures that do not differ: there, a gap means "unchanged".
        longest_s = inf if source == "screen" else max(plan.GAP_S, 5 * step_s, 5 / (info.mean_fps or inf))
        end_s = round(clip.offset_s + min(job.piece.end_s, info.duration_s), 5)
        cells = ends[job.key].cells
        for observation in _with_repeats(folder.read_part(job.key), cells, repeats, clip.offset_s, step_s):
            # Not every picture was looked at: what counts is when the one before this was shown.
            before = bisect_left(cells, media.cell_of(observation.t_s - clip.offset_s, step_s)) - 1
            shown_s = clip.offset_s + cells[before] * step_s if before >= 0 else last_s
            shown_s = max(last_s, shown_s)
            if observation.t_s - shown_s > longest_s:
                for t_s in _every(_SILENCE_S, shown_s + step_s, observation.t_s):
                    yield Observation(source, t_s, unseen)
                resumed = True
            if resumed and _GAP.get(source) == "picture.gap":
                observation = replace(observation, values={**observation.values, "picture.gap": 0.0})
                resumed = False
            last_s = observation.t_s
            end_s = max(end_s, last_s)
            yield observation
        broken_off = following is None or following.key not in ends
        # Only of a recording whose pictures go on while it does is the pause told by their absence.
        paused = source == "screen" and following is not None and following.clip.offset_s - end_s > plan.GAP_S
        if paused and following is not None and following.key in ends:
            for t_s in _every(_SILENCE_S, end_s, following.clip.offset_s):
                yield Observation(source, t_s, unseen)
            last_s, resumed = inf, True
        elif broken_off and end_s < recording.duration_s:
            yield Observation(source, end_s, unknown)
            last_s = inf


def _with_repeats(
    observations: Iterable[Observation],
    cells: Sequence[int],
    repeats: Mapping[tuple[float, int], media.Repeat | None],
    offset_s: float,
    step_s: float,
) -> Iterator[Observation]:
    """The observations of a slice, with whether the picture repeats itself; and where that changes in between."""
    told: media.Repeat | None = None
    ahead = 0  # of these cells, those from here on have not been told of
    for observation in observations:
        own = bisect_left(cells, media.cell_of(observation.t_s - offset_s, step_s), ahead)
        for cell in cells[ahead:own] if repeats else ():
            repeat = repeats.get((offset_s, cell))
            if _has_changed(told, repeat):
                yield Observation(observation.source, round(offset_s + cell * step_s, 5), _signals(repeat))
                told = repeat
        ahead = own + 1
        if own < len(cells) and (offset_s, cells[own]) in repeats:
            told = repeats[offset_s, cells[own]]
            observation = replace(observation, values={**observation.values, **_signals(told)})
        yield observation


def _has_changed(before: media.Repeat | None, now: media.Repeat | None) -> bool:
    if before is None or now is None:
        return before is not now
    return abs(before.share - now.share) > _REPEAT_STEP


def _repeats(jobs: Sequence[SliceJob], ends: Mapping[str, PartEnd]) -> dict[tuple[float, int], media.Repeat | None]:
    """By offset of the part and sampling cell: whether the picture repeats itself. All slices must be known for it."""
    samples: list[tuple[float, int]] = []
    cells: list[int] = []  # of the whole recording: a loop is one across its parts too
    prints: list[bytes] = []
    for job in jobs:
        ahead = ceil(job.clip.offset_s / job.step_s)
        end = ends[job.key]
        for cell in end.cells:
            samples.append((job.clip.offset_s, cell))
            cells.append(max(ahead + cell, cells[-1] + 1 if cells else 0))
        prints.append(end.prints)
    each = np.frombuffer(b"".join(prints), np.uint16).reshape(-1, prod(media.PRINT_BLOCKS))
    found = media.find_repeats(np.array(cells, np.int64), each, jobs[0].step_s) if cells else ()
    return dict(zip(samples, found, strict=True))


def _signals(repeat: media.Repeat | None) -> dict[str, float | None]:
    """Those of plan.REPEATS."""
    return {
        "picture.repeat": None if repeat is None else round(repeat.share, 5),
        "picture.repeat_lag_s": round(repeat.lag_s, 5) if repeat and repeat.share else None,
    }


def _every(interval_s: float, start_s: float, end_s: float) -> Iterator[float]:
    while start_s < end_s:
        yield round(start_s, 5)
        start_s += interval_s


def _name(clip: ClipInfo) -> tuple[Source, float]:
    """What tells a session's clips apart, wherever their files are."""
    return clip.source, clip.offset_s


def _take_snapshots(
    folder: SessionFolder, result: SessionResult, scans: Mapping[tuple[Source, float], media.Scan]
) -> SessionResult:
    """Write a picture of each incident that scored, at its most telling moment, with what was found there drawn in.

    Faces that are not the candidate's are blurred for good, if that was asked for; their boxes are still drawn.
    """
    wanted: dict[tuple[Source, float], set[float]] = {}
    for incident in filter(is_pictured, result.judgement.incidents):
        clip = choose_clip(incident, result.recording.clips)
        if clip is not None:
            wanted.setdefault(_name(clip), set()).add(incident.peak_s)
    folder.clear_snapshots()
    looks = _gather_looks(folder, wanted)
    for (source, offset_s), times_s in wanted.items():
        boxes = {seen.t_s: seen.boxes for seen in looks[source] if seen.t_s in times_s}
        blurred = find_bystanders(looks[source], times_s) if result.recording.bystanders_blurred else {}
        for t_s, frame in zip(
            sorted(times_s), media.pictures_at(scans[source, offset_s], sorted(times_s)), strict=True
        ):
            # Of a screen the boxes say where it changed, which is nothing to point at.
            drawn = () if source == "screen" else filter(_is_sure, boxes.get(t_s, ()))
            media.write_jpeg(frame, folder.snapshot(source, t_s), drawn, blurred.get(t_s, ()))
    return name_snapshots(folder, result)


def _gather_looks(
    folder: SessionFolder, wanted: Mapping[tuple[Source, float], Collection[float]]
) -> dict[Source, list[Observation]]:
    """What was seen around the wanted times, by source: read once, and no more than that is kept."""
    times_s: dict[Source, list[float]] = {}
    for (source, _), of_part in wanted.items():
        times_s[source] = sorted([*times_s.get(source, ()), *of_part])
    looks: dict[Source, list[Observation]] = {source: [] for source in times_s}
    for seen in folder.read_observations() if wanted else ():
        of_source = times_s.get(seen.source, [])
        at = bisect_left(of_source, seen.t_s - NEAR_S)
        if at < len(of_source) and of_source[at] <= seen.t_s + NEAR_S:
            looks[seen.source].append(seen)
    return looks


def _is_sure(box: Box) -> bool:
    """Boxes are saved down to scores that mean nothing by themselves; in evidence they would be noise."""
    return box.score >= _DRAWN_SCORE


def _damage(jobs: Iterable[SliceJob], ends: Mapping[str, PartEnd]) -> Iterator[Problem]:
    """What decoding lost, one sentence a clip."""
    losses: dict[tuple[str, str], list[DecodeLoss]] = {}
    for job in jobs:
        unit = "packets of sound" if job.clip.source == "sound" else "packets"
        losses.setdefault((job.clip.path, unit), []).append(ends[job.key].loss)
    for (path, unit), parts in losses.items():
        packets = sum(part.damaged_packets for part in parts)
        pictures = sum(part.corrupt_frames for part in parts)
        first_s = min((part.first_s for part in parts if part.first_s is not None), default=0.0)
        lost = [f"{count} {what}" for count, what in ((packets, unit), (pictures, "pictures")) if count]
        if lost:
            told = f"damaged, left out: {' and '.join(lost)}, the first at {first_s:.1f} s"
            yield Problem("packets_damaged", shown_address(path), told)
