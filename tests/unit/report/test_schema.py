from __future__ import annotations

import gzip
import json
import tomllib
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from proctor_cli import resources
from proctor_cli.errors import UsageError
from proctor_cli.report.schema import SCHEMAS, make_schema
from proctor_cli.report.tables import write_events_json
from proctor_cli.store import SessionFolder
from proctor_cli.types import Box, Observation, SessionResult


def mistakes(name: str, document: object) -> list[str]:
    return [error.message for error in Draft202012Validator(make_schema(name)).iter_errors(document)]


@pytest.mark.parametrize("name", SCHEMAS)
def test_every_schema_is_a_schema(name: str) -> None:
    Draft202012Validator.check_schema(make_schema(name))


def test_events_json_is_valid(session: SessionResult, tmp_path: Path) -> None:
    document = json.loads(write_events_json(session, tmp_path / "events.json").read_text())
    assert document["schema"] == "proctor.events/1"
    assert mistakes("events", document) == []
    no_clock = replace(session, recording=replace(session.recording, wall_clock=None))
    assert mistakes("events", json.loads(write_events_json(no_clock, tmp_path / "e.json").read_text())) == []


def test_session_json_is_valid(session: SessionResult, tmp_path: Path) -> None:
    folder = SessionFolder(tmp_path)
    folder.write_session(session)
    assert mistakes("session", json.loads(folder.session.read_text())) == []


def test_every_line_of_the_observations_is_valid(session: SessionResult, tmp_path: Path) -> None:
    folder = SessionFolder(tmp_path)
    box = Box(0.1, 0.1, 0.2, 0.2, "face", 0.9)
    folder.write_observations(session.recording, [Observation("webcam", 0.0, {"face.count": None}, (box,))])
    lines = gzip.decompress(folder.observations.read_bytes()).splitlines()
    assert len(lines) == 2
    assert [mistakes("observations", json.loads(line)) for line in lines] == [[], []]


def test_the_shipped_default_policy_is_valid() -> None:
    text = (resources.template_dir() / "policies" / "default.toml").read_text("utf-8")
    assert mistakes("policy", tomllib.loads(text)) == []


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("events", {"schema": "proctor.events/2"}),
        ("events", {"rows": [{"event": "NO_FACE"}]}),
        ("review", {"decisions": [{"event": "NO_FACE", "decision": "guilty"}]}),
        ("session", {"session": {}}),
    ],
)
def test_a_wrong_document_is_refused(session: SessionResult, tmp_path: Path, name: str, change: dict[str, Any]) -> None:
    document = json.loads(write_events_json(session, tmp_path / "events.json").read_text()) | change
    assert mistakes(name, document)


def test_an_unknown_document_is_a_usage_error_that_lists_the_known_ones() -> None:
    with pytest.raises(UsageError, match="evaluation, events, frame, observations, policy, review, session"):
        make_schema("sessions")
