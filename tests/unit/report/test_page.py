from __future__ import annotations

import base64
import hashlib
import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from proctor_cli.errors import OutputError, UsageError
from proctor_cli.report.page import write_page
from proctor_cli.report.page_data import incident_key
from proctor_cli.types import Coverage, MissingDetector, NotAssessed, SessionResult, Stretch, Strip

JPEG = b"\xff\xd8\xff\xe0" + b"picture"
HOSTILE = "<script>alert(1)</script></script>\"' onload=x {{ 7*7 }} ]]>"


class Elements(HTMLParser):
    """The start tags of a page, with their attributes."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))


def render(session: SessionResult, folder: Path, **options: Any) -> str:
    options.setdefault("media", {"/exams/webcam.webm": "webcam.webm"})
    return write_page(session, folder / "report.html", **options).read_text("utf-8")


def data_of(html: str) -> dict[str, Any]:
    found = re.search(r'<script type="application/json" id="session-data">(.*?)</script>', html, re.S)
    assert found is not None
    loaded: dict[str, Any] = json.loads(found[1])
    return loaded


def test_the_page_is_one_file_that_asks_for_nothing_else(session: SessionResult, tmp_path: Path) -> None:
    html = render(session, tmp_path)
    for tag, attributes in Elements(html).tags:
        assert tag not in {"iframe", "object", "embed", "base"}
        assert "style" not in attributes
        assert not any(name.startswith("on") for name in attributes)
        for name in ("src", "href", "action", "poster", "srcset"):
            value = attributes.get(name)
            assert value is None or value.startswith(("#", "data:")), (tag, name, value)
    assert not re.search(r"https?://|@import|url\(", html)
    assert [path.name for path in tmp_path.iterdir()] == ["report.html"]


def test_the_content_policy_allows_exactly_the_script_and_style_of_the_page(
    session: SessionResult, tmp_path: Path
) -> None:
    html = render(session, tmp_path)
    policy = next(a["content"] for _, a in Elements(html).tags if a.get("http-equiv") == "Content-Security-Policy")
    assert policy is not None
    assert policy.startswith("default-src 'none';")
    assert "unsafe" not in policy
    for tag in ("style", "script"):
        found = re.search(rf"<{tag}>(.*?)</{tag}>", html, re.S)
        assert found is not None
        digest = base64.b64encode(hashlib.sha256(found[1].encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}'" in policy


def test_hostile_text_stays_text(session: SessionResult, tmp_path: Path) -> None:
    incident = replace(session.judgement.incidents[0], event=HOSTILE, message=HOSTILE, evidence={HOSTILE: 1.0})
    gap = replace(session.judgement.not_assessed[0], event=HOSTILE, reason=HOSTILE, remedy=HOSTILE)
    evil = replace(
        session,
        recording=replace(
            session.recording,
            student_id=HOSTILE,
            clips=(replace(session.recording.clips[0], path=f"/x/{HOSTILE}"),),
            problems=(replace(session.recording.problems[0], code=HOSTILE, where=HOSTILE, message=HOSTILE),),
        ),
        judgement=replace(
            session.judgement,
            incidents=(incident, *session.judgement.incidents[1:]),
            not_assessed=(gap,),
            reasons=(HOSTILE,),
        ),
        provenance=replace(session.provenance, policy_name=HOSTILE, libraries={HOSTILE: HOSTILE}),
    )
    plain, hostile = render(session, tmp_path), render(evil, tmp_path, media={f"/x/{HOSTILE}": HOSTILE})
    assert hostile.count("<script") == plain.count("<script") == 2
    assert hostile.count("</script") == plain.count("</script") == 2
    assert "<script>alert" not in hostile
    assert data_of(hostile)["student_id"] == HOSTILE
    assert all(not name.startswith("on") for _, attributes in Elements(hostile).tags for name in attributes)


def test_the_outcome_is_told_with_reasons_and_without_a_verdict(session: SessionResult, tmp_path: Path) -> None:
    text = re.sub(r"<[^>]+>", "", render(session, tmp_path).partition("<body>")[2])
    assert "High" in text
    assert "two critical alerts" in text
    assert "a live exam would have been ended at" in text
    assert "00:01:02" in text
    assert "Nothing in this report establishes misconduct by itself" in text
    assert "cheat" not in text.lower()


def test_not_assessed_is_named_with_reason_and_remedy(session: SessionResult, tmp_path: Path) -> None:
    html = render(session, tmp_path)
    assert 'id="not-assessed"' in html
    assert "no reference picture was given" in html
    assert "Give one with --reference." in html
    all_assessed = replace(session, judgement=replace(session.judgement, not_assessed=()))
    assert 'id="not-assessed"' not in render(all_assessed, tmp_path)


def test_what_was_not_assessed_for_the_same_reason_shares_a_row(session: SessionResult, tmp_path: Path) -> None:
    gaps = (
        NotAssessed("NO_FACE", "no webcam", "Give it."),
        NotAssessed("SPEECH", "no sound", "Record it."),
        NotAssessed("PHONE_DETECTED", "no webcam", "Give it."),
    )
    html = render(replace(session, judgement=replace(session.judgement, not_assessed=gaps)), tmp_path)
    table = html.partition('id="not-assessed"')[2].partition("</section>")[0]
    rows = [" ".join(re.sub(r"<[^>]+>", " ", row).split()) for row in table.split("<tr>")[2:]]
    assert [row.replace(" ,", ",") for row in rows] == [
        "No face in view, Phone in view no webcam Give it.",
        "Speech no sound Record it.",
    ]


def test_what_was_never_measured_shares_a_row(session: SessionResult, tmp_path: Path) -> None:
    coverage = (Coverage("face", 60, 120), Coverage("phone", 0, 120), Coverage("sound", 0, 120))
    html = render(replace(session, judgement=replace(session.judgement, coverage=coverage)), tmp_path)
    table = html.partition('class="coverage"')[2].partition("</table>")[0]
    rows = [" ".join(re.sub(r"<[^>]+>", " ", row).split()) for row in table.split("<tr>")[2:]]
    assert [row.replace(" ,", ",") for row in rows] == [
        "Phone, Sound 00:00:00 / 00:02:00 0 %",
        "Face 00:01:00 / 00:02:00 50 %",
    ]


def test_strips_are_drawn_and_told_in_words(session: SessionResult, tmp_path: Path) -> None:
    screen = (Stretch(0, 70.0004, "exam"), Stretch(70.0004, 74.5, "other"), Stretch(74.5, 120, "exam"))
    strips = (Strip("screen.exam", screen), Strip("sound.heard", (Stretch(2, 120, "unknown"),)))
    assert data_of(render(session, tmp_path))["strips"] == {}
    html = render(replace(session, judgement=replace(session.judgement, strips=strips)), tmp_path)
    assert data_of(html)["strips"] == {
        "screen.exam": [[0, 70, "exam"], [70, 74.5, "other"], [74.5, 120, "exam"]],
        "sound.heard": [[2, 120, "unknown"]],
    }
    drawn = [attributes["data-strip"] for _, attributes in Elements(html).tags if "data-strip" in attributes]
    assert drawn == ["screen.exam", "sound.heard"]
    words = " ".join(re.sub(r"<[^>]+>", "", html.partition("data-strip")[2].partition("</p>")[0]).split())
    assert words.endswith("Screen: something else 4.5 s, the exam 00:01:56.")


def test_what_runs_only_when_chosen_is_said_not_to_have_run(session: SessionResult, tmp_path: Path) -> None:
    signals = ("headphones.score", "earbuds.score", "earbuds.second_score")
    idle = MissingDetector("wearables", signals, "nobody chose a network", "Choose one.", "choice")
    recording = replace(session.recording, missing=(idle,))
    assessed = replace(session, recording=recording, judgement=replace(session.judgement, not_assessed=()))
    html = render(assessed, tmp_path).partition('id="not-assessed"')[2].partition("</section>")[0]
    assert "nobody chose a network" in html
    assert "Choose one." in html
    assert html.count("Earbuds") == 1
    figure = render(assessed, tmp_path).partition('data-t="outcome.not_assessed"')[2].partition("</div>")[0]
    assert "<dd>0</dd>" in figure  # of events, as in the reasons: no event waits for it
    told = (NotAssessed("HEADPHONES", idle.reason, idle.remedy),)
    named = replace(assessed, judgement=replace(session.judgement, not_assessed=told))
    assert render(named, tmp_path).count("nobody chose a network") == 1


def test_an_incomplete_analysis_says_so(session: SessionResult, tmp_path: Path) -> None:
    assert "This analysis is incomplete" not in render(session, tmp_path).partition("session-data")[0]
    assert (
        "This analysis is incomplete" in render(replace(session, partial=True), tmp_path).partition("session-data")[0]
    )


def test_snapshots_are_embedded_and_strangers_are_not(session: SessionResult, tmp_path: Path) -> None:
    folder = tmp_path / "session"
    (folder / "snapshots").mkdir(parents=True)
    (folder / "snapshots" / "webcam-0012.000.jpg").write_bytes(JPEG)
    (folder / "snapshots" / "webcam-0032.000.jpg").write_bytes(b"<svg onload=alert(1)>")
    (tmp_path / "secret.jpg").write_bytes(JPEG)
    outside = replace(session.judgement.incidents[3], snapshot="../secret.jpg")
    incidents = (*session.judgement.incidents[:3], outside, *session.judgement.incidents[4:])
    session = replace(session, judgement=replace(session.judgement, incidents=incidents))
    html = render(session, tmp_path, snapshots=folder)
    assert html.count("data:image/") == 1
    assert f"data:image/jpeg;base64,{base64.b64encode(JPEG).decode()}" in html


def test_quality_stays_apart_from_conduct(session: SessionResult, tmp_path: Path) -> None:
    cards = [a for tag, a in Elements(render(session, tmp_path)).tags if (a.get("class") or "").startswith("card ")]
    assert {a["data-severity"] for a in cards} == {"critical", "warning", "info"}
    assert len(cards) == 6


def test_the_page_opens_in_the_language_asked_for(session: SessionResult, tmp_path: Path) -> None:
    html = render(session, tmp_path, language="vi")
    assert '<html lang="vi">' in html
    assert "Mức ưu tiên xem lại" in html.partition("session-data")[0]
    with pytest.raises(UsageError, match="Languages: en, vi"):
        render(session, tmp_path, language="tlh")


def test_an_unknown_event_keeps_its_name(session: SessionResult, tmp_path: Path) -> None:
    incident = replace(session.judgement.incidents[0], event="ODD_NEW_THING")
    session = replace(session, judgement=replace(session.judgement, incidents=(incident,)))
    assert ">ODD_NEW_THING</span>" in render(session, tmp_path)


def test_session_times_and_unknown_wall_clock(session: SessionResult, tmp_path: Path) -> None:
    unknown = replace(session, recording=replace(session.recording, wall_clock=None))
    html = render(unknown, tmp_path)
    assert "Date and time of day unknown" in html
    assert data_of(html)["wall"] is None


def test_a_bare_session_is_a_page_too(session: SessionResult, tmp_path: Path) -> None:
    bare = replace(
        session,
        recording=replace(session.recording, clips=(), problems=(), wall_clock=None),
        judgement=replace(
            session.judgement,
            incidents=(),
            timeline=replace(session.judgement.timeline, knots=(), scores=()),
            focus=(),
            coverage=(),
            reasons=(),
            would_end_s=None,
        ),
    )
    html = render(bare, tmp_path, media={})
    assert "No rule found anything in what could be assessed." in html
    assert "The focus score was not measured." in html


def test_equal_sessions_give_equal_pages(session: SessionResult, tmp_path: Path) -> None:
    assert render(session, tmp_path) == render(session, tmp_path)


def test_a_decision_belongs_to_the_exact_extent_of_an_incident(session: SessionResult) -> None:
    incident = session.judgement.incidents[0]
    assert incident_key(incident) == "NO_FACE@webcam@10.000-16.000"
    assert incident_key(incident) != incident_key(replace(incident, end_s=17.0))


def test_a_folder_that_cannot_be_written_is_said(session: SessionResult, tmp_path: Path) -> None:
    with pytest.raises(OutputError):
        render(session, tmp_path / "nowhere")


def test_a_part_that_was_left_out_is_said(session: SessionResult, tmp_path: Path) -> None:
    partial = replace(session, recording=replace(session.recording, span=(60.0, 90.0)))
    said = "Only this part was analysed: 00:01:00"
    assert said in re.sub(r"<[^>]+>", "", render(partial, tmp_path).partition("<body>")[2])
    assert "Only this part" not in re.sub(r"<[^>]+>", "", render(session, tmp_path).partition("<main>")[0])
