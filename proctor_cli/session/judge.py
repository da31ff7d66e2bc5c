"""Saved observations under a policy. No video is opened, no model loaded, and nothing that could is imported."""

from __future__ import annotations

from proctor_cli import __version__, risk
from proctor_cli.policy import Policy
from proctor_cli.session.snapshots import name_snapshots
from proctor_cli.store import SessionFolder
from proctor_cli.types import Provenance, SessionResult

# With one of these among a session's problems, part of the exam could not be looked at.
PARTIAL_PROBLEMS = frozenset(
    {"file_ends_early", "slice_lost", "container_damaged", "start_unreadable", "part_unreadable"}
)


def judge_folder(folder: SessionFolder, policy: Policy, *, analysed_at: str) -> SessionResult:
    """Judge saved observations with ``policy``; nothing is written.

    Args:
        folder: holds observations.jsonl.gz, and the pictures that are there are named in the result.
        policy: the rules.
        analysed_at: the time now, ISO 8601 (this room reads no clock).

    Raises:
        OutputError: the observations are missing or damaged.
    """
    recording = folder.read_recording()
    judgement = risk.judge(recording, folder.read_observations(), policy)
    provenance = Provenance(
        proctor_version=__version__,
        policy_name=policy.name,
        policy_sha256=policy.sha256,
        models=recording.models,
        libraries=recording.libraries,
        analysed_at=analysed_at,
    )
    partial = any(problem.code in PARTIAL_PROBLEMS for problem in recording.problems)
    return name_snapshots(folder, SessionResult(recording, judgement, provenance, partial))
