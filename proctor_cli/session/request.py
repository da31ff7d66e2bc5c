"""What is asked for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from proctor_cli import nets
from proctor_cli.types import Clip, Finding, Problem, Source, Student, WallClock


@dataclass(frozen=True, slots=True)
class Request:
    """What the user asks for. ``models`` is the network chosen for each role; ``span`` is session time, seconds.

    ``clips`` of one source are consecutive parts of one recording; where they lie on the session clock is still to be
    found out, so their offsets say nothing. ``screen_offset_s`` says it of the screen recording; so do ``screen_start``
    and ``start``, when it and the webcam recording began. ``problems`` were met while the recordings were looked for.
    ``photos`` are those that the candidate's face is compared with; without any it is the face of the first seconds.
    ``identity`` False leaves the comparison out. ``student`` and ``findings`` are what is known of the candidate
    besides the id, and what is wrong with it. ``blur_bystanders`` is about faces in snapshots,
    ``keep_screen_text`` about the words read on the screen, ``exam_names`` tell the exam on it. ``shortest_s`` is the
    least duration that a rule asks of what is measured (`risk.find_shortest`): nothing that long may be missed.
    """

    student_id: str
    clips: tuple[Clip, ...]
    folder: str
    models: Mapping[str, nets.Entry]
    events: str | None = None
    start: WallClock | None = None
    span: tuple[float, float] | None = None
    require: tuple[str, ...] = ()
    dense: bool = False
    photos: tuple[str, ...] = ()
    identity: bool = True
    student: Student | None = None
    keep_embeddings: bool = False
    findings: tuple[Finding, ...] = ()
    blur_bystanders: bool = True
    keep_screen_text: bool = True
    exam_names: tuple[str, ...] = ()
    screen_offset_s: float | None = None
    screen_start: WallClock | None = None
    problems: tuple[Problem, ...] = ()
    shortest_s: Mapping[tuple[Source, str], float] = field(default_factory=dict)
