"""report.html: one self-contained page that needs no network, no server and no installed program."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from jinja2 import Environment
from markupsafe import Markup

from proctor_cli import resources
from proctor_cli.errors import UsageError
from proctor_cli.files import is_address
from proctor_cli.report import formats
from proctor_cli.report.graphs import Lane, covered_s, draw_focus, draw_risk, draw_strip, lay_lanes, make_axis, thin
from proctor_cli.report.html import hash_source, join_scripts, make_environment
from proctor_cli.report.languages import Language, load_languages
from proctor_cli.report.output import write_whole
from proctor_cli.report.page_data import incident_key, lay_reels, page_data
from proctor_cli.report.prose import render_prose
from proctor_cli.types import Corroboration, Coverage, Incident, MissingDetector, NotAssessed, SessionResult, Source

_SCRIPTS = (
    "base.js", "core.js", "reel.js", "player.js", "lists.js", "timeline.js", "incidents.js", "texts.js", "review.js",
    "start.js",
)  # fmt: skip
_VERDICTS = ("contradicts", "agrees", "not assessed")
_PICTURES = {b"\xff\xd8\xff": "image/jpeg", b"\x89PNG": "image/png"}


@dataclass(frozen=True, slots=True)
class Card:
    """One incident on the page. ``picture`` is a data URI, "" when there is none."""

    index: int
    incident: Incident
    key: str
    picture: str


def check_language(code: str) -> None:
    """See that there is such a report language, before any work is done for it.

    Raises:
        UsageError: there is none.
    """
    known = load_languages(resources.template_dir() / "report" / "lang")
    if code not in known:
        raise UsageError("no such report language", where=code, hint=f"Languages: {', '.join(known)}.")


def write_page(
    result: SessionResult,
    path: Path,
    *,
    media: Mapping[str, str],
    snapshots: Path | None = None,
    language: str = "en",
) -> Path:
    """Write the report page.

    Args:
        result: the finished session.
        path: the HTML file to write.
        media: for the path of each clip, a link to it relative to the page. A clip without one gets a file
            picker; so does one that the browser cannot open.
        snapshots: the folder that ``Incident.snapshot`` is relative to; None leaves the pictures out.
        language: the language the page opens in; readers can switch to any other.

    Raises:
        UsageError: there is no such language.
        OutputError: the file cannot be written.
    """
    check_language(language)
    folder = resources.template_dir() / "report"
    languages = load_languages(folder / "lang")
    axis = make_axis(result)
    lanes = lay_lanes(result.judgement.incidents, axis)
    focus = thin(result.judgement.focus, axis)
    style = (folder / "style.css").read_text("utf-8") + _place_bars(lanes)
    script = join_scripts(folder, _SCRIPTS)
    html = (
        _environment(folder, result, languages[language])
        .get_template("page.html")
        .render(
            session=result,
            axis=axis,
            exam_begin_s=min([0.0, *(clip.offset_s for clip in result.recording.clips if clip.source != "workspace")]),
            cards=_lay_cards(result, snapshots, quality=False),
            quality_cards=_lay_cards(result, None, quality=True),
            lanes=lanes,
            risk=draw_risk(result.judgement.timeline, axis),
            focus=draw_focus(focus, axis),
            bands=[draw_strip(strip, axis) for strip in result.judgement.strips],
            coverage=sorted(result.judgement.coverage, key=_share),
            flagged_s=covered_s(filter(_is_flag, result.judgement.incidents)),
            gaps=_group_gaps(result),
            unlooked=_list_unlooked(result),
            languages=languages,
            language=languages[language],
            reels=lay_reels(result.recording.clips),
            heard=_find_heard(result),
            corroborations=_list_corroborations(result),
            unread=_find_unread(result),
            exam=result.judgement.exam_on_screen,
            style=Markup(style),  # our own files and numbers only
            script=Markup(script),  # our own files only
            style_hash=hash_source(style),
            script_hash=hash_source(script),
            # A page reaches for nothing outside, but for recordings that are nowhere else.
            media_hosts=" http: https:" if any(map(is_address, media.values())) else "",
            data=page_data(result, axis, focus, media, languages, language),
        )
    )
    return write_whole(path, html.encode())


def _environment(folder: Path, result: SessionResult, language: Language) -> Environment:
    environment = make_environment(folder)
    environment.globals["say"] = language.say
    environment.filters["prose"] = partial(render_prose, language=language)
    environment.filters["wall"] = partial(formats.wall_time, clock=result.recording.wall_clock)
    environment.filters["found_at"] = partial(formats.found_at, recording=result.recording)
    return environment


def _lay_cards(result: SessionResult, snapshots: Path | None, *, quality: bool) -> tuple[Card, ...]:
    cards = (
        Card(index, incident, incident_key(incident), _embed(snapshots, incident.snapshot))
        for index, incident in enumerate(result.judgement.incidents)
        if (incident.severity == "quality") == quality
    )
    return tuple(sorted(cards, key=lambda card: (card.incident.start_s, card.incident.event)))


def _is_flag(incident: Incident) -> bool:
    """Whether it is about conduct in the exam itself."""
    return incident.severity != "quality" and incident.source != "workspace"


def _group_gaps(result: SessionResult) -> tuple[tuple[tuple[str, ...], NotAssessed], ...]:
    """Events that were not assessed, those for the same reason together."""
    groups: dict[tuple[str, str], list[NotAssessed]] = {}
    for gap in result.judgement.not_assessed:
        groups.setdefault((gap.reason, gap.remedy), []).append(gap)
    return tuple((tuple(gap.event for gap in group), group[0]) for group in groups.values())


def _list_unlooked(result: SessionResult) -> tuple[tuple[tuple[str, ...], MissingDetector], ...]:
    """Detectors that run only when asked for and did not, with what they measure: no event need say so.

    An event is assessed when any of its rules was, so headphones are not looked for in a BANNED_OBJECT of laptops.
    """
    told = {gap.reason for gap in result.judgement.not_assessed}
    idle = (item for item in result.recording.missing if item.lacks == "choice" and item.reason not in told)
    return tuple((tuple(dict.fromkeys(name.partition(".")[0] for name in item.signals)), item) for item in idle)


def _find_heard(result: SessionResult) -> Source | None:
    """The source that is heard in the exam: the first with sound. Two at once, a little apart, nobody understands."""
    clips = result.recording.clips
    return next((clip.source for clip in clips if clip.has_audio and clip.source != "workspace"), None)


def _list_corroborations(result: SessionResult) -> tuple[Corroboration, ...]:
    """What the screen says of the log: contradictions first."""
    return tuple(sorted(result.judgement.corroborations, key=lambda c: (_VERDICTS.index(c.screen), c.start_s)))


def _find_unread(result: SessionResult) -> MissingDetector | None:
    """Why no text could be read on the screen: the detector of what the screen shows did not run."""
    signals = ((item, name) for item in result.recording.missing for name in item.signals)
    return next((item for item, name in signals if name.startswith("screen.")), None)


def _share(coverage: Coverage) -> tuple[float, str]:
    return (coverage.measured_s / coverage.total_s if coverage.total_s else 0.0, coverage.signal)


def _embed(folder: Path | None, name: str) -> str:
    """The picture as a data URI; "" when it is missing, not a picture, or outside ``folder``."""
    if folder is None or not name:
        return ""
    path = (folder / name).resolve()
    if not path.is_relative_to(folder.resolve()) or not path.is_file():
        return ""
    content = path.read_bytes()
    kind = next((kind for magic, kind in _PICTURES.items() if content.startswith(magic)), "")
    return f"data:{kind};base64,{base64.b64encode(content).decode()}" if kind else ""


def _place_bars(lanes: tuple[Lane, ...]) -> str:
    """Positions as rules, because the page's content policy forbids style attributes."""
    return "".join(
        f"#bar-{bar.index}{{left:{bar.left_percent}%;width:{bar.width_percent}%}}\n"
        for lane in lanes
        for bar in lane.bars
    )
