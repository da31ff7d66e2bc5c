"""Each format by a sample that looks like a real log, and by one that tries to do harm."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from proctor_cli import logs
from proctor_cli.errors import UsageError
from proctor_cli.logs import LogReading
from proctor_cli.logs.formats import FORMATS
from proctor_cli.types import WallClock

SAMPLES = Path(__file__).parent / "samples"
WHOLE = (0.0, 90.0)
CLOCK = WallClock(datetime(2026, 6, 1, 7, tzinfo=UTC).timestamp(), 7200.0, "start option")
HIDDEN, PASTE, FULLSCREEN = "log.hidden", "log.paste", "log.fullscreen"
DISPLAYS, OVER, VIRTUAL, REMOTE = "log.displays", "log.displays_over", "log.virtual_machine", "log.remote_session"


def read(sample: str, span: tuple[float, float] = WHOLE, student_id: str = "", name: str = "") -> LogReading:
    return logs.read(SAMPLES / sample, CLOCK, span, student_id=student_id, name=name)


def states(reading: LogReading, signal: str) -> list[tuple[float, float | None]]:
    return [(seen.t_s, seen.values[signal]) for seen in reading.observations if signal in seen.values]


def milestones(reading: LogReading) -> list[tuple[float, str, str]]:
    return [(stone.t_s, stone.kind, stone.message) for stone in reading.milestones]


# ------------------------------------------------------------ samples
def test_rows_of_time_and_type() -> None:
    reading = read("browser.csv")  # with semicolons and decimal commas, as spreadsheets save it in half of the world
    assert states(reading, HIDDEN) == [(69.0, 1.0), (72.6, 0.0)]
    assert states(reading, FULLSCREEN) == [(0.0, 1.0), (80.0, 0.0)]
    assert states(reading, PASTE) == [(75.0, 1.0), (76.0, 0.0)]
    assert states(reading, DISPLAYS) == [(12.0, 1.0)]
    assert states(reading, OVER) == [(12.0, 0.0)]
    assert reading.problems == ()


@pytest.mark.parametrize("name", ["browser.json", "browser.jsonl"])
def test_events_of_a_browser(name: str) -> None:
    reading = read(name)
    assert states(reading, HIDDEN) == [(0.4, 0.0), (69.05, 1.0), (69.06, 1.0), (72.58, 0.0), (72.6, 0.0)]
    assert states(reading, FULLSCREEN) == [(3.12, 1.0)]
    assert states(reading, PASTE) == [(75.0, 1.0), (76.0, 0.0)]
    assert milestones(reading) == [(75.0, "pasted", "text was pasted (412 characters)")]
    assert reading.problems == ()


def test_canvas() -> None:
    reading = read("canvas.json")
    assert states(reading, HIDDEN) == [(2.0, 0.0), (69.0, 1.0), (73.0, 0.0)]
    assert [stone[:2] for stone in milestones(reading)] == [
        (2.0, "attempt_started"),
        (3.0, "question_viewed"),
        (41.0, "question_answered"),
        (80.0, "question_flagged"),
    ]
    assert {stone.origin for stone in reading.milestones} == {"canvas"}
    assert reading.milestones[2].message == "an answer was given (question 881)"  # and not which
    assert reading.problems == ()


def test_the_client_of_safe_exam_browser() -> None:
    reading = read("seb_client.log")
    assert states(reading, DISPLAYS) == [(0.0, 1.0), (31.002, 2.0), (40.3, 1.0)]  # the first of them still held
    assert states(reading, OVER) == [(0.0, 0.0), (31.002, 1.0), (40.3, 0.0)]
    assert [stone[:2] for stone in milestones(reading)] == [
        (30.4, "displays_changed"),
        (31.002, "display_added"),
        (31.01, "locked"),
        (40.3, "display_removed"),
        (41.1, "unlocked"),
        (52.0, "window_refused"),
        (85.0, "quit"),
    ]
    assert reading.milestones[5].message == "a window came up that is not allowed, of chat.exe"
    # The title of a window says what the detector would say; it is not the detector.
    assert set(reading.spec.signals) == {DISPLAYS, OVER}
    assert reading.problems == ()


def test_what_safe_exam_browser_found_out_before_the_exam_holds_in_it() -> None:
    reading = read("seb_runtime.log")
    assert states(reading, VIRTUAL) == [(0.0, 1.0)]
    assert states(reading, REMOTE) == [(0.0, 0.0)]
    assert states(reading, DISPLAYS) == [(0.0, 1.0)]
    assert reading.problems == ()


@pytest.mark.parametrize(
    ("part", "said", "signal", "value"),
    [
        ("VirtualMachineDetector", "Computer 'A' appears to not be a virtual machine.", VIRTUAL, 0.0),
        ("VirtualMachineDetector", "Computer 'A' appears to be a virtual machine.", VIRTUAL, 1.0),
        ("RemoteSessionDetector", "Current user session appears to be a remote session.", REMOTE, 1.0),
        ("RemoteSessionDetector", "System appears to be running in a remote session.", REMOTE, 1.0),
        ("DisplayMonitor", "Detected 3 active displays, 3 are allowed.", OVER, 0.0),
        ("DisplayMonitor", "Detected 0 active displays, 1 are allowed.", DISPLAYS, 0.0),
        ("DisplayMonitor", "Detected external display but only internal displays are allowed!", OVER, 1.0),
    ],
)
def test_sentences_of_other_versions_of_it(tmp_path: Path, part: str, said: str, signal: str, value: float) -> None:
    path = tmp_path / "log"
    path.write_text(f"2026-06-01 09:00:10.000 [14: Timer] - WARNING: [{part}] {said}\n")
    assert states(logs.read(path, CLOCK, WHOLE), signal) == [(10.0, value)]


def test_moodle() -> None:
    reading = read("moodle.csv", student_id="S123", name="An Nguyễn Văn")
    assert milestones(reading) == [
        (12.0, "attempt_started", "Moodle: Quiz attempt started (Quiz: Final exam, part 1)"),
        (31.0, "resource_viewed", "Moodle: Course module viewed (File: Lecture 3)"),
        (60.0, "submitted", "Moodle: Quiz attempt submitted (Quiz: Final exam, part 1), to the minute"),
    ]
    assert reading.observations == ()
    assert reading.spec.signals == {}
    assert reading.problems == ()  # last week's row is no mistake


@pytest.mark.parametrize(
    "written",
    [
        "1/06/26, 09:00:10",
        "01/06/2026, 09:00:10",
        "1.06.26, 09:00:10",
        "6/1/26, 09:00:10",  # the other way round it would be the sixth of January
        "6/1/26, 9:00:10 AM",
        "1 Jun, 09:00:10",
        "1 June 2026, 9:00:10 AM",
        "Monday, 1 June 2026, 9:00:10 am",
        "2026-06-01 09:00:10",
        "1780297210",
    ],
)
def test_dates_of_moodle(tmp_path: Path, written: str) -> None:
    path = tmp_path / "log"
    path.write_text(f'Time,Event context,Component,Event name\n"{written}",Quiz,Quiz,Quiz attempt viewed\n')
    assert [stone.t_s for stone in logs.read(path, CLOCK, WHOLE).milestones] == [10.0]


def test_one_row_tells_the_order_of_day_and_month_in_the_others(tmp_path: Path) -> None:
    path = tmp_path / "log"
    rows = "".join(f'"{day}, 09:00:10",Quiz,Quiz,Quiz attempt viewed\n' for day in ("6/1/26", "1/6/26", "5/31/26"))
    path.write_text("Time,Event context,Component,Event name\n" + rows)
    reading = logs.read(path, CLOCK, WHOLE)
    assert [stone.t_s for stone in reading.milestones] == [10.0]
    assert reading.problems == ()


def test_xapi() -> None:
    reading = read("xapi.json")
    assert states(reading, HIDDEN) == [(58.0, 1.0), (59.5, 0.0)]
    assert milestones(reading) == [
        (5.0, "attempt_started", "initialized: Final exam"),
        (33.0, "question_answered", "answered: Final exam"),
        (45.0, "other", "zoomed: Final exam"),
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("name", [path.name for path in SAMPLES.iterdir() if not path.name.startswith("hostile")])
def test_names_and_encodings_of_files_do_not_matter(tmp_path: Path, name: str, encoding: str) -> None:
    path = tmp_path / "a.mp4"
    path.write_bytes((SAMPLES / name).read_text("utf-8").encode(encoding))
    assert logs.read(path, CLOCK, WHOLE, student_id="37") == read(name, student_id="37")


def test_tabs_too(tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_text("time\ttype\n10\thidden\n12,5\tvisible\n")
    assert states(logs.read(path, None, WHOLE), HIDDEN) == [(10.0, 1.0), (12.5, 0.0)]


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        ({"timestamp": 1780297210000, "type": "visibilitychange", "state": "hidden"}, (HIDDEN, 10.0, 1.0)),
        ({"ts": 1780297210, "event": "visibilitychange", "hidden": True}, (HIDDEN, 10.0, 1.0)),
        ({"time": "10", "eventType": "VISIBILITY_CHANGE", "data": {"visible": True}}, (HIDDEN, 10.0, 0.0)),
        ({"t_ms": 10_000, "type": "onblur"}, (HIDDEN, 10.0, 1.0)),
        ({"timeStamp": 10_000.0, "timeOrigin": 1780297200000, "type": "focus"}, (HIDDEN, 10.0, 0.0)),
        ({"time": 10, "type": "fullscreenchange", "fullscreenElement": None}, (FULLSCREEN, 10.0, 0.0)),
        ({"time": 10, "type": "fullscreenchange", "fullscreenElement": "HTML"}, (FULLSCREEN, 10.0, 1.0)),
        ({"time": 10, "type": "load", "visibilityState": "hidden"}, (HIDDEN, 10.0, 1.0)),
        ({"time": 10, "type": "displays", "value": 3}, (DISPLAYS, 10.0, 3.0)),
    ],
)
def test_names_that_pages_use(tmp_path: Path, event: object, expected: tuple[str, float, float]) -> None:
    path = tmp_path / "log"
    path.write_text(json.dumps([event]))
    signal, t_s, value = expected
    assert states(logs.read(path, CLOCK, WHOLE), signal) == [(t_s, value)]


def test_what_is_of_no_use_is_passed_over_and_what_is_misspelt_is_not(tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_text("time,type\n1,keydown\n2,online\n3,visibiltychange\n4,hidden\n")
    reading = logs.read(path, None, WHOLE)
    assert states(reading, HIDDEN) == [(4.0, 1.0)]
    assert [problem.where for problem in reading.problems] == [f"{path}, row 4"]


def test_a_log_that_says_nothing_is_no_mistake(tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_text("2026-06-01 09:00:10.000 [04] - INFO: Session is running.\n")
    assert logs.read(path, CLOCK, WHOLE) == LogReading()


# ------------------------------------------------------------ clocks
@pytest.mark.parametrize("name", ["canvas.json", "seb_client.log", "xapi.json", "browser.json"])
def test_dates_without_a_clock_say_what_to_give(name: str) -> None:
    with pytest.raises(UsageError) as caught:
        logs.read(SAMPLES / name, None, WHOLE)
    assert "when the session started is not known (give --start)" in caught.value.what
    assert caught.value.hint.startswith("Give --start, when the recording began; the log's first date is ")


def test_a_log_without_a_zone_needs_that_of_the_start() -> None:
    with pytest.raises(UsageError, match="no time zone"):
        logs.read(SAMPLES / "seb_client.log", WallClock(CLOCK.start_unix_s, 0.0, "creation time"), WHOLE)


def test_wide_logs_are_only_complained_of_when_nothing_is_left() -> None:
    assert read("seb_client.log", (0.0, 20.0)).problems == ()
    late = WallClock(CLOCK.start_unix_s + 86_400, 7200.0, "start option")
    reading = logs.read(SAMPLES / "seb_client.log", late, WHOLE)
    assert reading.observations == ()
    assert [problem.code for problem in reading.problems] == ["log_outside"]


def test_what_another_exam_left_behind_does_not_count(tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_text("time,type\n-4000,hidden\n5000,visible\n")
    assert logs.read(path, None, WHOLE).observations == ()
    path.write_text("time,type\n-400,hidden\n5000,visible\n")
    assert states(logs.read(path, None, WHOLE), HIDDEN) == [(0.0, 1.0)]


# ------------------------------------------------------------ people
MOODLE = "Time,User full name,Affected user,Event context,Component,Event name,Description\n"


def moodle_row(second: int, name: str, user_id: int, affected: str = "-") -> str:
    told = f"The user with id '{user_id}' viewed it"
    return f'"1/06/26, 09:00:{second}",{name},{affected},Quiz,Quiz,Quiz attempt viewed,{told}\n'


@pytest.mark.parametrize(
    ("student_id", "name"),
    [
        ("38", ""),
        ("S7", ""),
        ("S9", "Trần Bình"),
        ("", "bình  TRẦN"),
        ("S9", "Tra\u0302\u0300n Bi\u0300nh"),
        ("37", ""),
    ],
)
def test_the_candidates_rows_are_found_among_those_of_a_class(tmp_path: Path, student_id: str, name: str) -> None:
    path = tmp_path / "log"
    path.write_text(
        MOODLE
        + moodle_row(10, "Ada", 37)
        + moodle_row(20, "Bình Trần (S7)" if student_id == "S7" else "Bình Trần", 38)
        + moodle_row(30, "-", 0, affected="Ada")
    )
    reading = logs.read(path, CLOCK, WHOLE, student_id=student_id, name=name)
    expected = [10.0, 30.0] if student_id == "37" else [20.0]
    assert [stone.t_s for stone in reading.milestones] == expected


def test_rows_of_others_only_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_text(MOODLE + moodle_row(10, "Ada", 37) + moodle_row(20, "Bình Trần", 38))
    with pytest.raises(UsageError, match=r"rows of 2 people, none of whom is S9 \(Ada, Bình Trần\)") as caught:
        logs.read(path, CLOCK, WHOLE, student_id="S9")
    assert caught.value.hint.startswith("Give --student or --name as it stands in the log")


def test_two_people_of_one_name_are_told_apart_by_the_identifier(tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_text(MOODLE + moodle_row(10, "Ada", 37) + moodle_row(20, "Ada", 38))
    with pytest.raises(UsageError, match="rows of 2 people called Ada"):
        logs.read(path, CLOCK, WHOLE, name="Ada")
    assert [stone.t_s for stone in logs.read(path, CLOCK, WHOLE, student_id="38").milestones] == [20.0]


def test_a_single_person_is_the_candidate_but_another_name_is_told(tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_text(MOODLE + moodle_row(10, "Ada", 37))
    assert logs.read(path, CLOCK, WHOLE, student_id="S9").problems == ()
    (problem,) = logs.read(path, CLOCK, WHOLE, student_id="S9", name="Bình").problems
    assert (problem.code, problem.message) == (
        "log_person",
        "the log is of Ada, the candidate is Bình: are they the same person?",
    )


@pytest.mark.parametrize(
    "actor", [{"account": {"name": "S2"}}, {"mbox": "mailto:s2@example.org"}, {"openid": "S2"}, {"name": "S2"}]
)
def test_people_of_xapi(tmp_path: Path, actor: object) -> None:
    verb = {"id": "http://adlnet.gov/expapi/verbs/answered"}
    statements = [
        {"actor": who, "verb": verb, "object": {}, "timestamp": f"2026-06-01T07:00:{t_s}Z"}
        for t_s, who in ((10, actor), (20, {"account": {"name": "S3"}}))
    ]
    path = tmp_path / "log"
    path.write_text(json.dumps(statements))
    assert [stone.t_s for stone in logs.read(path, CLOCK, WHOLE, student_id="S2").milestones] == [10.0]


# ------------------------------------------------------------ harm
@pytest.mark.parametrize(
    ("name", "used", "refused"),
    [
        ("hostile_browser.csv", {(10.0, 1.0), (20.0, 0.0)}, 10),
        ("hostile_browser.jsonl", {(10.0, 1.0), (20.0, 0.0)}, 12),
        ("hostile_canvas.json", {(10.0, 1.0), (20.0, 0.0)}, 8),
        ("hostile_seb.log", set(), 2),
        ("hostile_moodle.csv", set(), 7),
        ("hostile_xapi.json", {(20.0, 1.0)}, 6),
    ],
)
def test_hostile_samples_do_no_harm(name: str, used: set[tuple[float, float]], refused: int) -> None:
    reading = read(name)
    assert set(states(reading, HIDDEN)) == used
    rows = [problem for problem in reading.problems if problem.code == "log_row"]
    assert len(rows) == refused
    assert len({problem.where for problem in rows}) == refused
    told = [problem.message for problem in reading.problems] + [stone.message for stone in reading.milestones]
    assert all(text.isprintable() and len(text) < 300 for text in told)
    assert "".join(told).encode()  # no half characters
    if name == "hostile_seb.log":
        assert states(reading, VIRTUAL) == [(13.0, 0.0)]
        assert states(reading, DISPLAYS) == [(20.0, 3.0)]
        assert REMOTE not in reading.spec.signals
    if name == "hostile_moodle.csv":
        assert [stone.t_s for stone in reading.milestones] == [11.0, 20.0]


def test_a_file_that_is_too_large_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.touch()
    with path.open("r+b") as file:
        file.truncate(2**40)  # a terabyte of nothing, which takes no room on the disk
    with pytest.raises(UsageError, match="larger than 16 MiB"):
        logs.read(path, None, WHOLE)


@pytest.mark.parametrize(
    "content",
    [
        "[" + "[]," * 1_000_000 + "[]]",
        '[{"type":"hidden","time":1}' + ",1" * 1_000_000 + "]",
        "time,type\n" + "1,hidden\n" * 300_000,
        '{"events": [' * 100 + "]}" * 100,
    ],
    ids=["lists", "numbers", "rows", "nested"],
)
def test_repetition_is_refused(tmp_path: Path, content: str) -> None:
    path = tmp_path / "log"
    path.write_text(content)
    with pytest.raises(UsageError, match=r"more than 200000 rows|no usable row|not valid JSON"):
        logs.read(path, None, WHOLE)


def test_milestones_are_not_without_end(tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_text("time,type\n" + "".join(f"{i / 1000},copy\n" for i in range(6_000)))
    reading = logs.read(path, None, WHOLE)
    assert len(reading.milestones) == 2_000
    assert [problem.code for problem in reading.problems] == ["log_long"]
    assert reading.problems[0].message == "only the first 2000 of 6000 entries are shown"


def mutated() -> Iterator[st.SearchStrategy[bytes]]:
    for path in sorted(SAMPLES.iterdir()):
        raw = path.read_bytes()[:3000]
        yield st.tuples(st.integers(0, len(raw)), st.integers(0, 40), st.binary(max_size=20)).map(
            lambda cut, raw=raw: raw[: cut[0]] + cut[2] + raw[cut[0] + cut[1] :]  # type: ignore[misc]  # bound at once
        )


@settings(max_examples=150, deadline=None)
@given(content=st.one_of(*mutated()), clock=st.sampled_from([None, CLOCK]))
def test_whatever_happens_to_a_log_it_is_read_or_refused(
    tmp_path_factory: pytest.TempPathFactory, content: bytes, clock: WallClock | None
) -> None:
    path = tmp_path_factory.getbasetemp() / "mutated"
    path.write_bytes(content)
    with suppress(UsageError):
        reading = logs.read(path, clock, WHOLE, student_id="S123", name="An")
        times = [seen.t_s for seen in reading.observations]
        assert times == sorted(times)
        assert all(WHOLE[0] <= t_s <= WHOLE[1] for t_s in times)
        assert {signal for seen in reading.observations for signal in seen.values} == set(reading.spec.signals)


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["id", "name", "data"]), inner),
    max_leaves=5,
)
NAMES = [
    "time", "timestamp", "timeStamp", "timeOrigin", "t_ms", "type", "event", "event_type", "created_at", "event_data",
    "actor", "verb", "object", "statement", "hidden", "visibilityState", "value", "detail", "fullscreen",
]  # fmt: skip
WORDS = st.sampled_from(["visibilitychange", "paste", "displays", "fullscreenchange", "load", "TAB_SWITCH", 10, 1.7e12])


@settings(max_examples=150, deadline=None)
@given(records=st.lists(st.dictionaries(st.sampled_from(NAMES), VALUES | WORDS), max_size=4))
def test_no_json_does_more_than_refuse(tmp_path_factory: pytest.TempPathFactory, records: list[object]) -> None:
    path = tmp_path_factory.getbasetemp() / "json"
    path.write_text(json.dumps(records))
    with suppress(UsageError):
        logs.read(path, CLOCK, WHOLE)


def test_every_format_has_a_name_of_its_own() -> None:
    assert len({form.NAME for form in FORMATS}) == len(FORMATS)


def test_every_format_has_samples() -> None:
    names = {path.name.partition(".")[0].partition("_")[0] for path in SAMPLES.iterdir()}
    hostile = {path.name.removeprefix("hostile_").partition(".")[0] for path in SAMPLES.glob("hostile_*")}
    assert {form.NAME for form in FORMATS} == names - {"hostile"} == hostile
