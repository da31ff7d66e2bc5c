"""After the analysis: put the slices together, judge, write."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from importlib.metadata import version
from itertools import chain

from proctor_cli import __version__, media, risk
from proctor_cli.policy import Policy
from proctor_cli.session.prepare import Preparation, SliceJob
from proctor_cli.session.snapshots import name_snapshots, take_snapshots
from proctor_cli.store import SessionFolder
from proctor_cli.types import DecodeLoss, Observation, Problem, Provenance, SessionResult

_LIBRARIES = ("av", "mediapipe", "numpy", "onnxruntime", "opencv-python", "openvino")
# With one of these among a session's problems, part of the exam could not be looked at.
_PARTIAL = frozenset({"file_ends_early", "slice_lost"})


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
    problems = [
        *preparation.recording.problems,
        *_damage(folder, kept),
        *(Problem("slice_lost", job.label, lost[job.key]) for job in preparation.jobs if job.key in lost),
    ]
    recording = replace(preparation.recording, problems=tuple(problems))
    by_clip: dict[str, list[Iterator[Observation]]] = {}
    for job in kept:
        by_clip.setdefault(job.clip.source, []).append(folder.read_part(job.key))
    streams = [chain.from_iterable(parts) for parts in by_clip.values()]
    merged = heapq.merge(*streams, preparation.log, key=lambda observation: observation.t_s)
    folder.write_observations(recording, merged)
    result = judge_folder(folder, policy, analysed_at=analysed_at)
    scans: dict[str, media.Scan] = {job.clip.source: job.scan for job in preparation.jobs}
    result = take_snapshots(folder, result, scans)
    folder.write_session(result)
    folder.drop_parts()
    return result


def judge_folder(folder: SessionFolder, policy: Policy, *, analysed_at: str) -> SessionResult:
    """Judge saved observations with ``policy``. No video is opened and no model loaded; nothing is written."""
    recording = folder.read_recording()
    judgement = risk.judge(recording, folder.read_observations(), policy)
    provenance = Provenance(
        proctor_version=__version__,
        policy_name=policy.name,
        policy_sha256=policy.sha256,
        models=recording.models,
        libraries={name: version(name) for name in _LIBRARIES},
        analysed_at=analysed_at,
    )
    partial = any(problem.code in _PARTIAL for problem in recording.problems)
    return name_snapshots(folder, SessionResult(recording, judgement, provenance, partial))


def _damage(folder: SessionFolder, jobs: Iterable[SliceJob]) -> Iterator[Problem]:
    """What decoding lost, one sentence a clip."""
    losses: dict[str, list[DecodeLoss]] = {}
    for job in jobs:
        losses.setdefault(job.clip.path, []).append(folder.read_part_loss(job.key))
    for path, parts in losses.items():
        packets = sum(part.damaged_packets for part in parts)
        pictures = sum(part.corrupt_frames for part in parts)
        first_s = min((part.first_s for part in parts if part.first_s is not None), default=0.0)
        if packets or pictures:
            yield Problem(
                "packets_damaged",
                path,
                f"{packets} damaged packets and {pictures} corrupt pictures are left out, the first at {first_s:.1f} s",
            )
