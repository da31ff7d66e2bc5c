"""Summary and page of a cohort, from hand-made sessions."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest

from proctor_cli.errors import OutputError, UsageError
from proctor_cli.report.cohort import (
    COLUMNS,
    Cohort,
    CohortRow,
    count_of,
    find_copies,
    gather,
    list_events,
    read_summary,
    sum_up,
    write_summary_csv,
    write_summary_json,
)
from proctor_cli.report.cohort_page import write_cohort_page
from proctor_cli.report.languages import load_languages
from proctor_cli.resources import template_dir
from proctor_cli.types import SessionResult

GOLDEN = Path(__file__).parents[2] / "golden"


@pytest.fixture
def cohort(session: SessionResult) -> Cohort:
    """One that is complete, one in part, one that failed, one that waits."""
    quiet = replace(
        session,
        recording=replace(session.recording, clips=()),
        judgement=replace(session.judgement, priority="low", incidents=(), reasons=("nothing that scores was found",)),
    )
    return gather(
        [
            CohortRow(student_id="S1", status="done", folder="S1", report="S1/report.html", outcome=sum_up(quiet, ())),
            CohortRow(
                student_id="=1+1", name="<b>Ada</b>", status="failed", reason="a.mp4: no <such> file", folder="x"
            ),
            CohortRow(
                student_id="S2",
                course="BIO101",
                status="partial",
                folder="S2",
                report="S2/report.html",
                outcome=sum_up(session, ["webcam.mp4: it ends early"]),
            ),
            CohortRow(student_id="S3", status="waiting", reason="not analysed yet", folder="S3"),
        ]
    )


def test_an_outcome_counts_what_the_session_has(session: SessionResult) -> None:
    outcome = sum_up(session, ())
    incidents = session.judgement.incidents
    assert sum(outcome.severities.values()) == len(incidents)
    assert sum(count.incidents for count in outcome.events.values()) == len(incidents)
    assert {event: count.points for event, count in outcome.events.items()} == {
        event: pytest.approx(sum(one.points for one in incidents if one.event == event)) for event in outcome.events
    }
    assert outcome.risk_peak == session.judgement.timeline.peak
    assert 0 <= (outcome.measured or 0) <= 1


def test_not_assessed_is_no_zero(cohort: Cohort, session: SessionResult) -> None:
    gap = session.judgement.not_assessed[0].event
    outcome = cohort.sessions[0].outcome
    assert count_of(outcome, gap) is None
    assert {count_of(outcome, event) for event in list_events(cohort)} == {None, 0}
    assert count_of(None, "NO_FACE") is None


def test_the_summary_is_as_it_was(cohort: Cohort, tmp_path: Path) -> None:
    cohort = replace(cohort, proctor_version="0")
    write_summary_csv(cohort, tmp_path / "summary.csv")
    write_summary_json(cohort, tmp_path / "summary.json")
    assert (tmp_path / "summary.csv").read_text("utf-8") == (GOLDEN / "summary.csv").read_text("utf-8")
    assert (tmp_path / "summary.json").read_text("utf-8") == (GOLDEN / "summary.json").read_text("utf-8")
    assert read_summary(tmp_path / "summary.json") == cohort


def test_the_columns_are_those_that_are_told(cohort: Cohort, tmp_path: Path) -> None:
    head, *lines = write_summary_csv(cohort, tmp_path / "summary.csv").read_text("utf-8").splitlines()
    assert tuple(head.split(",")) == (*COLUMNS, *list_events(cohort))
    assert lines[1].startswith("'=1+1,")


def test_a_summary_of_another_version_is_refused(tmp_path: Path) -> None:
    (tmp_path / "summary.json").write_text('{"schema": "proctor.summary/9"}')
    with pytest.raises(OutputError, match="of another version"):
        read_summary(tmp_path / "summary.json")


def test_one_recording_under_two_students_is_found(cohort: Cohort) -> None:
    assert find_copies(cohort) == ()
    twice = replace(cohort, sessions=(*cohort.sessions, replace(cohort.sessions[2], student_id="S9")))
    assert [[row.student_id for row in rows] for rows in find_copies(twice)] == [["S2", "S9"]]
    own = replace(cohort, sessions=(*cohort.sessions, cohort.sessions[2]))
    assert find_copies(own) == ()


class TestPage:
    def html(self, cohort: Cohort, folder: Path, language: str = "en") -> str:
        return write_cohort_page(cohort, folder / "index.html", language=language).read_text("utf-8")

    def test_every_session_is_on_it_those_to_open_first_at_the_top(self, cohort: Cohort, tmp_path: Path) -> None:
        html = self.html(cohort, tmp_path)
        table = html.partition('<table class="cohort">')[2].partition("</table>")[0]
        assert re.findall(r"<bdi>(.*?)</bdi>", table) == ["S2", "S1", "=1+1", "S3"]
        assert 'href="S2/report.html"' in table
        assert "no &lt;such&gt; file" in table
        assert "&lt;b&gt;Ada&lt;/b&gt;" in table
        assert 'id="failed"' in html

    def test_it_asks_nothing_of_a_network(self, cohort: Cohort, tmp_path: Path) -> None:
        html = self.html(cohort, tmp_path)
        assert "default-src 'none'" in html
        assert not re.search(r'(?:src|href)="(?:https?:)?//', html)
        assert ' style="' not in html

    def test_languages(self, cohort: Cohort, tmp_path: Path) -> None:
        assert "Tất cả buổi thi" in self.html(cohort, tmp_path, "vi").partition('id="page-data"')[0]
        with pytest.raises(UsageError, match="no such report language"):
            self.html(cohort, tmp_path, "tlh")

    def test_every_word_is_there_in_every_language(self, cohort: Cohort, tmp_path: Path) -> None:
        html = self.html(cohort, tmp_path)
        keys = set(re.findall(r'data-t(?:-[a-z-]+)?="([^"]+)"', html))
        for language in load_languages(template_dir() / "report" / "lang").values():
            assert keys <= language.words.keys()
        data = json.loads(re.search(r'id="page-data">(.*?)</script>', html, re.S)[1])  # type: ignore[index]  # or it fails
        assert keys <= data["languages"]["vi"].keys()

    def test_nothing_at_all(self, tmp_path: Path) -> None:
        html = self.html(gather([]), tmp_path)
        assert "Sessions: 0" in html
