"""Browser logs: every way of writing a time, every sort of mistake, and what a row means."""

from __future__ import annotations

import json
import time
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proctor_cli import logs
from proctor_cli.errors import UsageError
from proctor_cli.logs import LogReading
from proctor_cli.types import WallClock

WHOLE = (0.0, 600.0)
START = datetime(2026, 6, 1, 7, tzinfo=UTC).timestamp()  # 09:00 where the exam was sat
CLOCK = WallClock(START, 7200.0, "start option")


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "log"


def read(
    path: Path, content: str | bytes, clock: WallClock | None = None, span: tuple[float, float] = WHOLE
) -> LogReading:
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return logs.read(path, clock, span)


def states(reading: LogReading) -> list[tuple[float, float | None]]:
    assert all(seen.source == "log" and list(seen.values) == ["log.hidden"] for seen in reading.observations)
    return [(seen.t_s, seen.values["log.hidden"]) for seen in reading.observations]


def refusal(path: Path, content: str | bytes, clock: WallClock | None = None) -> str:
    with pytest.raises(UsageError) as caught:
        read(path, content, clock)
    assert caught.value.where.startswith(str(path))
    assert caught.value.hint
    assert "\n" not in str(caught.value)
    return caught.value.what


CSV = "time,type\n10,hidden\n12.5,visible\n"
SAME = [
    CSV,
    CSV.replace("\n", "\r\n"),
    CSV.replace("\n", "\r"),
    CSV.rstrip("\n"),
    "\ufeff" + CSV,
    "Time, Type\n 10 , Hidden \n\n12.5, VISIBLE\n",
    'type,note,time\nhidden,"one, two\nthree",10\nvisible,,12.5,more\n',
    "time,type\n12.5,visible\n10,hidden\n",
    "time,type\n10,blur\n12.5,focus\n",
    "time,type\n00:00:10,hidden\n0:12.5,visible\n",
    '[{"time": 10, "type": "hidden"}, {"time": "00:12.5", "type": "visible"}]',
    '\ufeff \n {"events": [{"time": 10.0, "type": "hidden", "more": {}}, {"time": 12.5, "type": "visible"}]}',
]


@pytest.mark.parametrize("content", SAME)
def test_the_same_log_written_in_many_ways(log: Path, content: str) -> None:
    reading = read(log, content)
    assert states(reading) == [(10.0, 1.0), (12.5, 0.0)]
    assert reading.problems == ()


@pytest.mark.parametrize(
    "written",
    [
        "2026-06-01T09:00:10",  # without a zone: that of --start
        "2026-06-01 09:00:10",
        "2026-06-01T09:00:10+02:00",
        "2026-06-01T07:00:10Z",
        "2026-06-01T07:00:10.000+00:00",
        "2026-06-01T12:00:10+05:00",
    ],
)
def test_dates_are_put_on_the_session_clock(log: Path, written: str) -> None:
    assert states(read(log, f"time,type\n{written},hidden\n", CLOCK)) == [(10.0, 1.0)]


def test_a_recording_does_not_say_in_which_zone_it_was_made(log: Path) -> None:
    clock = WallClock(START, 0.0, "creation time")
    assert states(read(log, "time,type\n2026-06-01T07:00:10Z,hidden\n", clock)) == [(10.0, 1.0)]
    what = refusal(log, "time,type\n2026-06-01T07:00:10,hidden\n", clock)
    assert "has no time zone, and the recording's is not known (give --start)" in what


def test_dates_need_to_know_when_the_session_started(log: Path) -> None:
    what = refusal(log, "time,type\n2026-06-01T09:00:10,hidden\n")
    assert "row 2: time '2026-06-01T09:00:10' is a date, but when the session started is not known" in what


@pytest.mark.parametrize(
    ("row", "complaint"),
    [
        ("soon,hidden", "time 'soon' is neither seconds, HH:MM:SS nor a date and time"),
        (",hidden", "time '' is neither"),
        ("nan,hidden", "time 'nan' is neither"),
        ("-inf,hidden", "time '-inf' is neither"),
        ("1e400,hidden", "time '1e400' is neither"),
        ("9" * 5000 + ",hidden", f"time '{'9' * 39}…' is neither"),
        ("9" * 5000 + ":00,hidden", f"time '{'9' * 39}…' is neither"),
        ("1:-5,hidden", "time '1:-5' is neither"),
        ("1:2:3:4,hidden", "time '1:2:3:4' is neither"),
        ("5,closed", "unknown type 'closed' (known: blur, copy, cut, "),
        ("5,", "unknown type ''"),
        ("5", "unknown type ''"),
        ("5,hid\0den", "unknown type 'hid\\x00den'"),
        ("5\0,hidden", "time '5\\x00' is neither"),
        ("5,\x1b[31mhidden", "unknown type '\\x1b[31mhidden'"),
        ("5," + "x" * 100_000, f"unknown type '{'x' * 39}…'"),
        ("5," + "x" * 200_000, "not valid CSV (field larger than field limit"),
    ],
)
def test_a_bad_row_is_named_and_the_others_are_used(log: Path, row: str, complaint: str) -> None:
    reading = read(log, f"time,type\n10,hidden\n{row}\n12.5,visible\n")
    assert states(reading) == [(10.0, 1.0), (12.5, 0.0)]
    (problem,) = reading.problems
    assert (problem.code, problem.where) == ("log_row", f"{log}, row 3")
    assert problem.message.startswith(complaint)
    assert problem.message.endswith("; the row is not used")
    assert len(problem.message) < 200


@pytest.mark.parametrize(
    "row", ["7", "null", '"hidden"', "[]", '{"type": "hidden"}', '{"time": [1], "type": "hidden"}', '{"time": true}']
)
def test_a_bad_row_of_json_too(log: Path, row: str) -> None:
    reading = read(log, f'[{{"time": 10, "type": "hidden"}}, {row}]')
    assert states(reading) == [(10.0, 1.0)]
    assert [problem.where for problem in reading.problems] == [f"{log}, row 2"]


@pytest.mark.parametrize(
    ("content", "what"),
    [
        ("", "the file is empty"),
        ("\ufeff \n\n", "the file is empty"),
        ("when,what\n10,hidden\n", "has no columns `time` and `type` (found: 'when, what')"),
        ("x" * 100_000, "has no columns `time` and `type` (found: 'xxx"),
        ("x" * 200_000, "not valid CSV (field larger than field limit"),
        ('time,type\n10,"' + "x" * 200_000, "no usable row ("),
        ("time,type\n", "no usable row"),
        ("time,type\nsoon,hidden\n", "no usable row ("),
        (b"\xff\xfet\0i\0m\0e\0?", "not a text file"),
        (b"\0\xff" * 100, "not a text file"),
        ("[", "not valid JSON ("),
        ("{}", "holds no list of events"),
        ('{"events": 5}', "holds no list of events"),
        ("[]", "no usable row"),
        ('[{"time": ' + "9" * 5000 + "}]", "not valid JSON ("),
        ("[" * 200_000, "not valid JSON ("),
        ('[{"a":' * 100_000, "not valid JSON ("),
    ],
)
def test_what_is_no_log_is_refused_in_one_line(log: Path, content: str | bytes, what: str) -> None:
    said = refusal(log, content)
    assert said.startswith(what)
    assert len(said) < 300


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "none"):
        with pytest.raises(UsageError, match="cannot read the log"):
            logs.read(path, None, WHOLE)


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        # It lasts until the return that is logged, however late.
        ("10,TAB_SWITCH\n10.4,visible\n", [(10, 1), (10.4, 0)]),
        ("10,TAB_SWITCH\n90,focus\n", [(10, 1), (90, 0)]),
        # None is logged: a second.
        ("10,TAB_SWITCH\n", [(10, 1), (11, 0)]),
        ("10,TAB_SWITCH\n20,tab_switch\n", [(10, 1), (11, 0), (20, 1), (21, 0)]),
        ("10,TAB_SWITCH\n10.5,TAB_SWITCH\n", [(10, 1), (10.5, 1), (11.5, 0)]),
        ("10,TAB_SWITCH\n20,hidden\n30,visible\n", [(10, 1), (11, 0), (20, 1), (30, 0)]),
        # What the page itself says of the same moment counts more.
        ("10,TAB_SWITCH\n10,hidden\n30,visible\n", [(10, 1), (10, 1), (30, 0)]),
        ("10,hidden\n10,TAB_SWITCH\n20,blur\n30,visible\n", [(10, 1), (10, 1), (20, 1), (30, 0)]),
        ("10,hidden\n15,TAB_SWITCH\n", [(10, 1), (15, 1)]),
    ],
)
def test_how_long_a_tab_switch_lasts(log: Path, rows: str, expected: list[tuple[float, float]]) -> None:
    assert states(read(log, "time,type\n" + rows)) == expected


def test_rows_outside_of_what_is_analysed_are_told_in_one_line(log: Path) -> None:
    rows = "-5,hidden\n0,visible\n10,hidden\n599,visible\n600,TAB_SWITCH\n99999999,hidden\n"
    reading = read(log, "time,type\n" + rows)
    assert states(reading) == [(0.0, 0.0), (10.0, 1.0), (599.0, 0.0)]
    (problem,) = reading.problems
    assert (problem.code, problem.where) == ("log_outside", f"{log}, row 2")
    assert problem.message.startswith("3 of 6 rows, this one first, are outside of what was analysed (0.0-600.0 s)")


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ("-9,hidden\n20,visible\n", ""),
        ("-9,hidden\n-9,fullscreen\n20,visible\n", ""),
        (
            "-12,visible\n-9,hidden\n20,visible\n",
            "1 of 3 rows, this one first, are outside of what was analysed (0.0-600.0 s) and are not used; "
            "what the log said last before it holds at its start",
        ),
        (
            "-9,hidden\n20,visible\n700,hidden\n",
            "1 of 3 rows, this one first, are outside of what was analysed (0.0-600.0 s) and are not used; "
            "what the log said last before it holds at its start",
        ),
        (
            "-9,hidden\n0,visible\n",
            "1 of 2 rows, this one first, are outside of what was analysed (0.0-600.0 s) and are not used",
        ),
    ],
)
def test_a_row_that_still_holds_at_the_start_is_not_called_unused(log: Path, rows: str, message: str) -> None:
    assert [problem.message for problem in read(log, "time,type\n" + rows).problems] == ([message] if message else [])


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ("-9,hidden\n20,visible\n", [(0, 1), (20, 0)]),  # it had been left before, and still was
        ("-9,hidden\n-5,visible\n20,hidden\n", [(0, 0), (20, 1)]),
        ("-9,hidden\n0,visible\n", [(0, 0)]),
        ("-9,TAB_SWITCH\n20,hidden\n", [(0, 0), (20, 1)]),
        ("-9,TAB_SWITCH\n20,visible\n", [(0, 1), (20, 0)]),
        ("-0.5,TAB_SWITCH\n", [(0, 1), (0.5, 0)]),
        ("-9,hidden\n", []),  # the log ends before the exam: it may be that of another day
    ],
)
def test_what_was_left_before_is_left_at_the_start(log: Path, rows: str, expected: list[tuple[float, float]]) -> None:
    assert states(read(log, "time,type\n" + rows)) == expected


def test_the_return_from_a_tab_switch_may_be_outside(log: Path) -> None:
    assert states(read(log, "time,type\n10,TAB_SWITCH\n90,visible\n", span=(5.0, 50.0))) == [(10.0, 1.0)]
    assert states(read(log, "time,type\n49.5,TAB_SWITCH\n", span=(5.0, 50.0))) == [(49.5, 1.0)]


def test_the_end_of_what_is_analysed_is_not_part_of_it(log: Path) -> None:
    reading = read(log, "time,type\n5,hidden\n5,copy\n50,visible\n50,copy\n", span=(5.0, 50.0))
    assert states(reading) == [(5.0, 1.0)]
    assert [stone.t_s for stone in reading.milestones] == [5.0]
    (problem,) = reading.problems
    assert problem.message.startswith("2 of 4 rows")


def test_nothing_inside_is_no_mistake(log: Path) -> None:
    reading = read(log, "time,type\n900,hidden\n")
    assert reading.observations == ()
    assert [problem.code for problem in reading.problems] == ["log_outside"]


def test_many_bad_rows_are_summed_up(log: Path) -> None:
    reading = read(log, "time,type\n5,hidden\n" + "soon,hidden\n" * 1000)
    assert len(reading.problems) == 21
    assert reading.problems[-1].message == "980 more rows are not used"


def test_a_hundred_thousand_rows_are_no_burden(log: Path) -> None:
    rows = [{"time": i / 1000, "type": ("TAB_SWITCH", "hidden", "visible")[i % 3]} for i in range(100_000)]
    started = time.process_time()
    reading = read(log, json.dumps(rows))
    assert len(reading.observations) <= 2_000
    assert time.process_time() - started < 20  # about one; quadratic work would take minutes


def test_what_no_exam_has_is_thinned_out_and_told(log: Path) -> None:
    rows = "".join(f"{i / 10},{'visible' if i % 2 else 'hidden'}\n" for i in range(3_000))
    reading = read(log, "time,type\n" + rows + "301,fullscreen_exit\n400,hidden\n500,visible\n")
    told = [(seen.t_s, dict(seen.values)) for seen in reading.observations]
    assert 600 < len(told) <= 2_000
    # What is left is as it was, from the first row to the last.
    assert told[:3] == [(0.0, {"log.hidden": 1.0}), (0.1, {"log.hidden": 0.0}), (1.0, {"log.hidden": 1.0})]
    assert {t_s for t_s, _ in told} <= {i / 10 for i in range(3_000)} | {301.0, 400.0, 500.0}
    assert told[-3:] == [(301.0, {"log.fullscreen": 0.0}), (400.0, {"log.hidden": 1.0}), (500.0, {"log.hidden": 0.0})]
    (problem,) = reading.problems
    assert (problem.code, problem.where) == ("log_implausible", str(log))
    assert problem.message == (
        "it changes 3003 times in what was analysed, which is not plausible: of changes within the same 1 s only the "
        "first to every state and the last are used"
    )


def test_saying_the_same_again_is_no_change(log: Path) -> None:
    rows = "".join(f"{i / 10},hidden\n" for i in range(5_000))
    reading = read(log, "time,type\n" + rows + "550,visible\n")
    assert states(reading) == [(0.0, 1.0), (550.0, 0.0)]
    assert reading.problems == ()


DATED = "1780297216000,paste\n1780297211000,hidden\n1780297214000,visible\n"


def test_rows_that_say_nothing_do_not_hide_that_the_others_have_no_place(log: Path) -> None:
    rows = "time,type\n1,click\n" + DATED
    with pytest.raises(UsageError) as caught:
        read(log, rows)
    assert caught.value.what.startswith(f"no usable row ({log}, row 3: time '1780297216000' is a date, but when")
    assert caught.value.hint.endswith("the log's first date is 2026-06-01T07:00:11+00:00.")
    assert states(read(log, rows.replace("1780297216000,paste\n", ""), CLOCK)) == [(11.0, 1.0), (14.0, 0.0)]
    assert read(log, "time,type\n1,click\n").observations == ()


@pytest.mark.parametrize(
    ("rows", "first"),
    [
        ("2026-06-01T09:00:11,hidden\n2026-06-01T09:00:05,visible\n", "2026-06-01T09:00:05"),
        ("2026-06-01T09:00:11+02:00,hidden\n2026-06-01T09:00:05Z,visible\n", "2026-06-01T09:00:11+02:00"),
        ("0001-01-01T00:00:00+14:00,hidden\n9999-12-31T23:59:59-12:00,hidden\n", "0001-01-01T00:00:00+14:00"),
    ],
)
def test_the_first_date_is_told_as_a_date(log: Path, rows: str, first: str) -> None:
    with pytest.raises(UsageError) as caught:
        read(log, "time,type\n" + rows)
    assert caught.value.hint.endswith(f"the log's first date is {first}.")


ROWS = st.lists(
    st.tuples(st.integers(0, 500).map(lambda tenths: tenths / 10), st.sampled_from(["hidden", "visible", "TAB_SWITCH"]))
)


@given(rows=ROWS.filter(bool))
def test_the_order_of_rows_does_not_matter_and_time_never_runs_backwards(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[float, str]]
) -> None:
    path = tmp_path_factory.getbasetemp() / "order.csv"
    ordered = sorted(rows, key=lambda row: row[0])
    found = states(read(path, "time,type\n" + "".join(f"{t_s},{kind}\n" for t_s, kind in rows)))
    assert found == states(read(path, "time,type\n" + "".join(f"{t_s},{kind}\n" for t_s, kind in ordered)))
    assert [t_s for t_s, _ in found] == sorted(t_s for t_s, _ in found)
    assert {(t_s, 0.0 if kind == "visible" else 1.0) for t_s, kind in rows} <= set(found)


@given(content=st.binary(max_size=200))
def test_no_bytes_at_all_do_more_than_refuse(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    path = tmp_path_factory.getbasetemp() / "bytes"
    for prefix in (b"", b"[", b"time,type\n"):
        with suppress(UsageError):
            read(path, prefix + content, CLOCK)
