"""JUnit XML: one suite per session, one case per finding and event, as build servers show them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from xml.etree import ElementTree

from proctor_cli.report.gate import GateResult, tell_incident
from proctor_cli.report.output import write_whole


def write_junit(results: Sequence[GateResult], path: Path, lost: Mapping[str, str] = MappingProxyType({})) -> Path:
    """Write what came of the gate; ``lost`` are sessions of a batch that could not be analysed, and why.

    The case "review" fails when the gate closes; the cases of findings and of events that scored fail with it, and are
    passed, with what was found in their output, when the gate stays open. An event that was not assessed is a skipped
    case.

    Raises:
        OutputError: the file cannot be written.
    """
    root = ElementTree.Element("testsuites", name="proctor")
    for result in results:
        _add_suite(root, result)
    for name, reason in lost.items():
        student = _printable(name)
        suite = ElementTree.SubElement(root, "testsuite", name=student, tests="1", errors="1")
        _say(ElementTree.SubElement(suite, "testcase", classname=student, name="review"), "error", reason)
    ElementTree.indent(root)
    return write_whole(path, ElementTree.tostring(root, encoding="utf-8", xml_declaration=True) + b"\n")


def _add_suite(root: ElementTree.Element, result: GateResult) -> None:
    judgement, recording = result.session.judgement, result.session.recording
    student = _printable(recording.student_id)
    suite = ElementTree.SubElement(root, "testsuite", name=student)
    review = ElementTree.SubElement(suite, "testcase", classname=student, name="review")
    if result.hit:
        _say(review, "failure", "; ".join(result.hits))
    for code in dict.fromkeys(finding.code for finding in recording.findings):
        case = ElementTree.SubElement(suite, "testcase", classname=student, name=code)
        messages = (finding.message for finding in recording.findings if finding.code == code)
        _conclude(case, "\n".join(messages), failed=result.hit)
    for event in dict.fromkeys(incident.event for incident in judgement.incidents):
        case = ElementTree.SubElement(suite, "testcase", classname=student, name=event)
        incidents = [incident for incident in judgement.incidents if incident.event == event]
        text = "\n".join(tell_incident(incident, recording) for incident in incidents)
        _conclude(case, text, failed=result.hit and any(incident.points for incident in incidents))
    for gap in judgement.not_assessed:
        case = ElementTree.SubElement(suite, "testcase", classname=student, name=gap.event)
        ElementTree.SubElement(case, "skipped", message=_printable(f"not assessed: {gap.reason}. {gap.remedy}"))
    suite.set("tests", str(len(suite)))
    suite.set("failures", str(len(suite.findall("testcase/failure"))))
    suite.set("skipped", str(len(suite.findall("testcase/skipped"))))


def _conclude(case: ElementTree.Element, text: str, *, failed: bool) -> None:
    if failed:
        _say(case, "failure", text)
    else:
        ElementTree.SubElement(case, "system-out").text = _printable(text)


def _say(case: ElementTree.Element, kind: str, text: str) -> None:
    ElementTree.SubElement(case, kind, message=_printable(text.partition("\n")[0])).text = _printable(text)


def _printable(text: str) -> str:
    """XML 1.0 has no control characters, escaped or not."""
    return "".join(letter for letter in text if letter >= " " or letter in "\t\n")
