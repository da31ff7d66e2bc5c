"""Screen text, milestones, corroborations and parts of recordings on the page, as it is written."""

from __future__ import annotations

import json
import re
import runpy
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, get_args, get_type_hints

import pytest

from proctor_cli import resources
from proctor_cli.report.languages import load_languages
from proctor_cli.report.page import write_page
from proctor_cli.report.page_data import lay_reels
from proctor_cli.types import (
    ClipInfo,
    Corroboration,
    Milestone,
    MissingDetector,
    OffsetFrom,
    ScreenText,
    SessionResult,
    Source,
)

make_clip: Callable[..., ClipInfo] = runpy.run_path(str(Path(__file__).with_name("conftest.py")))["make_clip"]

HOSTILE = "</script><script>alert(1)</script>"
ENGLISH = load_languages(resources.template_dir() / "report" / "lang")["en"].words


def render(session: SessionResult, folder: Path, **options: Any) -> str:
    return write_page(session, folder / "report.html", media={}, **options).read_text("utf-8")


def section(html: str, name: str) -> str:
    found = re.search(rf'<section[^>]*id="{name}".*?</section>', html, re.S)
    return " ".join(re.sub(r"<[^>]+>", " ", found[0]).split()) if found else ""


def data_of(html: str) -> dict[str, Any]:
    found = re.search(r'id="session-data">(.*?)</script>', html, re.S)
    assert found is not None
    loaded: dict[str, Any] = json.loads(found[1])
    return loaded


# ---------------------------------------------------------------- screen text
def test_text_is_data_in_order_of_time_and_stays_text(session: SessionResult, tmp_path: Path) -> None:
    texts = (ScreenText("đề thi", 20, 25.00049, "title"), ScreenText(HOSTILE, 3, 4, "address"))
    html = render(replace(session, judgement=replace(session.judgement, texts=texts)), tmp_path)
    assert data_of(html)["texts"] == [[3, 4, "address", HOSTILE], [20, 25, "title", "đề thi"]]
    assert html.count("<script") == 2
    assert "đề thi" in html  # as it is, not as six letters for each letter


def test_why_there_is_no_text_is_said(session: SessionResult, tmp_path: Path) -> None:
    recording = session.recording
    unread = MissingDetector("screen", ("screen.exam",), "the text reader is not installed", "Install it.")
    for changed, said in [
        (replace(recording, screen_text_kept=False), "left out on request (--no-screen-text)"),
        (replace(recording, missing=(unread,)), "was not read: the text reader is not installed. Install it."),
        (recording, "No words were found on the screen."),
    ]:
        assert said in section(render(replace(session, recording=changed), tmp_path), "texts")


def test_what_was_not_recorded_has_no_place_on_the_page(session: SessionResult, tmp_path: Path) -> None:
    webcam, screen = session.recording.clips[:2]
    focus, texts, blurred = 'class="graph focus-graph"', 'id="tab-texts"', 'data-t="incidents.blurred"'
    for clips, shown in (((webcam, screen), {focus, texts}), ((webcam,), {focus}), ((screen,), {texts})):
        recording = replace(session.recording, clips=clips, bystanders_blurred=True)
        html = render(replace(session, recording=recording), tmp_path).partition("session-data")[0]
        assert {mark for mark in (focus, texts, blurred) if mark in html} == shown
        assert ("Search the text on the screen" in html) is (texts in shown)


# ---------------------------------------------------------------- log
def test_the_log_is_told_with_contradictions_first(session: SessionResult, tmp_path: Path) -> None:
    corroborations = (
        Corroboration(5, 6, "agrees", "hidden for 1 s"),
        Corroboration(9, 12, "contradicts", HOSTILE),
        Corroboration(7, 8, "contradicts", "hidden for 2 s"),
    )
    milestones = (Milestone(2.5, "attempt_started", "moodle", "the attempt was started"),)
    told = replace(
        session,
        recording=replace(session.recording, milestones=milestones),
        judgement=replace(session.judgement, corroborations=corroborations),
    )
    html = render(told, tmp_path)
    log = section(html, "log")
    assert log.index("00:00:07") < log.index("00:00:09") < log.index("00:00:05")
    assert "00:00:02 13:00:02 the attempt was started Moodle" in log
    assert "contradict each other: 2." in re.sub(r"<[^>]+>", "", html)
    assert html.count("<script") == 2


def test_a_session_without_a_log_does_not_mention_one(session: SessionResult, tmp_path: Path) -> None:
    html = render(session, tmp_path)
    assert 'id="log"' not in html
    assert 'id="tab-log"' not in html
    assert 'id="milestone-strip"' not in html
    assert 'data-t="outcome.contradictions"' not in html


# ---------------------------------------------------------------- recordings
def test_parts_of_a_source_are_one_reel_in_order_of_time(session: SessionResult, tmp_path: Path) -> None:
    late = make_clip("webcam", "b.webm", offset_s=60.0, offset_from="part")
    early, screen = make_clip("webcam", "a.webm", offset_from="origin"), make_clip("screen", "s.webm", offset_s=-2.5)
    screen = replace(screen, offset_from="sound", offset_sure=0.834)
    clips = (late, screen, early)
    assert [(reel.source, reel.parts) for reel in lay_reels(clips)] == [
        ("webcam", (early, late)),
        ("screen", (screen,)),
    ]
    html = render(replace(session, recording=replace(session.recording, clips=clips)), tmp_path)
    assert [part["file"] for part in data_of(html)["reels"][0]["parts"]] == ["a.webm", "b.webm"]
    assert html.count('<figure class="screen"') == 2
    assert html.count("<video preload") == 3  # two that take turns, and one
    quality = section(html, "quality")
    assert "Webcam , part 1 of 2 Webcam , part 2 of 2 Screen" in quality
    assert "60 s directly after the part before it" in quality
    assert "-2.5 s found by comparing the sound tracks , certainty 0.83 of 1" in quality
    assert "Webcam (2 parts)" in " ".join(re.sub(r"<[^>]+>", "", html).split())


@pytest.mark.parametrize("heard", ["webcam", "screen"])
def test_one_recording_is_heard_the_first_with_sound(session: SessionResult, tmp_path: Path, heard: str) -> None:
    clips = tuple(replace(clip, has_audio=clip.source == heard) for clip in session.recording.clips)
    html = render(replace(session, recording=replace(session.recording, clips=clips)), tmp_path)
    aloud = re.findall(r'<video [^>]*tabindex="-1" aria-label="(\w+)"', re.sub(r"<video [^>]* muted[^>]*>", "", html))
    assert aloud == [heard.capitalize()]


def test_every_source_place_and_way_of_knowing_has_words() -> None:
    sources = {f"sources.{source}" for source in get_args(Source)}
    offsets = {f"offsets.{known_from.replace(' ', '_')}" for known_from in get_args(OffsetFrom)}
    places = {f"places.{place}" for place in get_args(get_type_hints(ScreenText)["place"])}
    assert len(places) == 3
    assert (sources | offsets | places) - ENGLISH.keys() == set()
