"""JSON Schemas (draft 2020-12) of every document, generated from the types that are written."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import msgspec

from proctor_cli.errors import UsageError
from proctor_cli.policy import Policy
from proctor_cli.report.cohort import Cohort
from proctor_cli.report.documents import EventLog, Review
from proctor_cli.report.evaluation import Evaluation
from proctor_cli.store import EmbeddingsDocument, ObservationsHead, SessionDocument
from proctor_cli.types import FrameReport, Observation

Schema = dict[str, Any]

_DIALECT = "https://json-schema.org/draft/2020-12/schema"


def make_schema(name: str) -> Schema:
    """The JSON Schema of the document ``name``, one of ``SCHEMAS``.

    For ``observations`` it describes one line of the file: the head or an observation.

    Raises:
        UsageError: there is no such document.
    """
    try:
        make = SCHEMAS[name]
    except KeyError:
        known = ", ".join(SCHEMAS)
        raise UsageError("no such document", where=name, hint=f"Documents: {known}.") from None
    return make()


def _evaluation() -> Schema:
    return _generate("urn:proctor:evaluation:1", Evaluation)


def _embeddings() -> Schema:
    return _generate("urn:proctor:embeddings:1", EmbeddingsDocument)


def _events() -> Schema:
    return _generate("urn:proctor:events:1", EventLog)


def _frame() -> Schema:
    return _generate("urn:proctor:frame:1", FrameReport)


def _observations() -> Schema:
    return _generate("urn:proctor:observations:1", ObservationsHead, Observation)


def _policy() -> Schema:
    return {"$schema": _DIALECT, "$id": "urn:proctor:policy:1", **Policy.model_json_schema()}


def _review() -> Schema:
    return _generate("urn:proctor:review:1", Review)


def _session() -> Schema:
    return _generate("urn:proctor:session:1", SessionDocument)


def _summary() -> Schema:
    return _generate("urn:proctor:summary:1", Cohort)


def _generate(identity: str, *types: type) -> Schema:
    bodies, parts = msgspec.json.schema_components(types, ref_template="#/$defs/{name}")
    for part in parts.values():
        if "description" in part:
            part["description"] = inspect.cleandoc(part["description"])
    body = bodies[0] if len(bodies) == 1 else {"anyOf": list(bodies)}
    return {"$schema": _DIALECT, "$id": identity, **body, "$defs": dict(sorted(parts.items()))}


SCHEMAS: dict[str, Callable[[], Schema]] = {
    "embeddings": _embeddings,
    "evaluation": _evaluation,
    "events": _events,
    "frame": _frame,
    "observations": _observations,
    "policy": _policy,
    "review": _review,
    "session": _session,
    "summary": _summary,
}
