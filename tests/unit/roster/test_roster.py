"""The list of students: how it may be written, what is refused, and what is compared with it."""

from __future__ import annotations

import csv
import io
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proctor_cli.errors import UsageError
from proctor_cli.roster import look_up, read
from proctor_cli.types import Finding, Student

ADA = Student("S1", "Ada Lovelace", "1995-12-10", "BIO101")


def read_text(folder: Path, text: str | bytes) -> dict[str, Student]:
    path = folder / "students.csv"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return read(path)


def refused(folder: Path, text: str | bytes) -> UsageError:
    with pytest.raises(UsageError) as caught:
        read_text(folder, text)
    assert caught.value.where == str(folder / "students.csv")
    return caught.value


class TestReading:
    @pytest.mark.parametrize(
        "head",
        [
            "id,name,date_of_birth,course",
            "Student ID;Full Name;DOB;Module",
            "STUDENT_NUMBER\tFull-Name\tBirth date\tCourse Code",
            " number , Name , Birthday , course ",
            '"id","name","dob","module"',
        ],
    )
    @pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
    @pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
    def test_headings_separators_marks_and_line_ends(self, tmp_path: Path, head: str, mark: bytes, end: str) -> None:
        separator = next(letter for letter in "\t;," if letter in head)
        row = separator.join(["S1", " Ada  Lovelace", "1995-12-10", "BIO101"])
        text = end.join([head, "", row, separator * 3, ""])
        assert read_text(tmp_path, mark + text.encode()) == {"S1": ADA}

    def test_columns_in_any_order_and_others_beside_them(self, tmp_path: Path) -> None:
        text = "e-mail,course,id,remark,name\na@b,BIO101,S1,,Ada Lovelace\n"
        assert read_text(tmp_path, text) == {"S1": Student("S1", "Ada Lovelace", "", "BIO101")}

    def test_an_id_is_enough(self, tmp_path: Path) -> None:
        assert read_text(tmp_path, "id\n007\n7\n") == {"007": Student("007"), "7": Student("7")}

    def test_a_row_may_end_early_and_have_empty_cells_at_its_end(self, tmp_path: Path) -> None:
        text = "id,name,dob\nS1\nS2,Bo,,,\n"
        assert read_text(tmp_path, text) == {"S1": Student("S1"), "S2": Student("S2", "Bo")}

    def test_a_separator_in_quotation_marks_separates_nothing(self, tmp_path: Path) -> None:
        assert read_text(tmp_path, 'id,name\nS1,"Lovelace, Ada"\n')["S1"].name == "Lovelace, Ada"

    @pytest.mark.parametrize(
        ("written", "known"),
        [
            ("2001-04-25", "2001-04-25"),
            ("25.04.2001", "2001-04-25"),
            ("3.4.2001", "2001-04-03"),
            ("25/04/2001", "2001-04-25"),
            ("04/04/2001", "2001-04-04"),  # the same either way
            ("29.02.2000", "2000-02-29"),
            ("", ""),
        ],
    )
    def test_dates(self, tmp_path: Path, written: str, known: str) -> None:
        assert read_text(tmp_path, f"id,dob\nS1,{written}\n")["S1"].date_of_birth == known


class TestRefusing:
    @pytest.mark.parametrize("written", ["31.02.2001", "4/25/2001", "2001-4-5", "25.04.01", "25.04/2001", "0001-01-01"])
    def test_no_date(self, tmp_path: Path, written: str) -> None:
        said = refused(tmp_path, f"id,dob\nS1,{written}\n").what
        assert f"line 2: the date of birth {written!r} is no date" in said

    def test_a_date_that_can_be_read_in_two_ways(self, tmp_path: Path) -> None:
        said = refused(tmp_path, "id,dob\nS1,03/04/2001\n").what
        assert "line 2: the date of birth '03/04/2001' may be 2001-04-03 or 2001-03-04; write which" in said

    def test_every_mistake_at_once_with_its_line(self, tmp_path: Path) -> None:
        text = 'id,name,dob\n\nS1,"Ada\nLovelace",1995-12-10\n,Bo,x\nS1,Cy,\nS4,a,,more\nS5,\x07,\nS6,"De\nS7,,\n'
        count, *lines = refused(tmp_path, text).what.splitlines()
        assert count == "6 mistakes"
        assert [line.strip().partition(": ")[::2] for line in lines] == [
            ("line 5", "no id"),
            ("line 5", "the date of birth 'x' is no date as YYYY-MM-DD or DD.MM.YYYY"),
            ("line 6", "the id 'S1' is that of line 3 too"),
            ("line 7", "4 cells, but 3 columns; a cell with a separator in it needs quotation marks"),
            ("line 8", "the name '\\x07' has characters that cannot be shown"),
            ("line 9", "not valid CSV from here on; is a quotation mark missing? (unexpected end of data)"),
        ]

    def test_very_many_mistakes_are_not_all_told(self, tmp_path: Path) -> None:
        said = refused(tmp_path, "id,name\n" + ",x\n" * 500).what.splitlines()
        assert (said[0], len(said), said[-1]) == ("500 mistakes", 52, "  and so on")

    def test_two_columns_of_one_kind(self, tmp_path: Path) -> None:
        assert "2 columns name the id: 'number', 'Student ID'" in refused(tmp_path, "number,Student ID\n1,S1\n").what

    @pytest.mark.parametrize("text", ["", "\n\n", "name,course\nAda,BIO101\n", "S1,Ada\n", '"id\n'])
    def test_no_column_of_ids(self, tmp_path: Path, text: str) -> None:
        error = refused(tmp_path, text)
        assert "has no column of ids" in error.what
        assert "id,name,date_of_birth,course" in error.hint

    def test_nobody_in_it(self, tmp_path: Path) -> None:
        assert refused(tmp_path, "id,name\n").what == "lists no student"

    @pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
    def test_another_encoding(self, tmp_path: Path, mark: bytes) -> None:
        error = refused(tmp_path, mark + "id,name\nS1,Ada\nS2,Ærø\n".encode("latin-1"))
        assert (error.what, error.hint) == ("line 3: not UTF-8", "Save the roster as CSV in UTF-8.")

    def test_what_is_no_file(self, tmp_path: Path) -> None:
        for path in (tmp_path, tmp_path / "nowhere.csv"):
            with pytest.raises(UsageError, match=r"cannot read the roster \("):
                read(path)


# What spreadsheets write: anything but control characters; spaces at the ends of cells mean nothing.
words = st.text(st.characters(exclude_categories=("Cc", "Cs", "Zl", "Zp", "Zs")), max_size=20)
birthdays = st.dates(date(1900, 1, 1), date(2099, 12, 31)).map(str) | st.just("")
students = st.builds(
    Student,
    id=st.text("ABC0123456789-", min_size=1, max_size=8),
    name=st.lists(words.filter(bool), max_size=3).map(" ".join),
    date_of_birth=birthdays,
    course=st.text("BIO 0123456789").map(lambda text: " ".join(text.split())),
)


@given(st.lists(students, min_size=1, max_size=8, unique_by=lambda student: student.id), st.sampled_from(",;\t"))
def test_what_was_written_is_read(
    tmp_path_factory: pytest.TempPathFactory, listed: list[Student], separator: str
) -> None:
    from unicodedata import normalize

    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=separator)
    writer.writerow(["id", "name", "dob", "course"])
    writer.writerows([student.id, student.name, student.date_of_birth, student.course] for student in listed)
    expected = [Student(s.id, normalize("NFC", s.name), s.date_of_birth, s.course) for s in listed]
    assert list(read_text(tmp_path_factory.mktemp("written"), text.getvalue()).values()) == expected


@given(st.text(max_size=60) | st.text('id,;\t"\n\r/.-0129Sx', max_size=60), st.booleans())
def test_whatever_it_holds_it_is_read_or_refused(
    tmp_path_factory: pytest.TempPathFactory, text: str, headed: bool
) -> None:
    path = tmp_path_factory.mktemp("dirty") / "students.csv"
    path.write_bytes((("id,dob\n" if headed else "") + text).encode("utf-8", "surrogatepass"))
    try:
        found = read(path)
    except UsageError as error:
        assert error.where == str(path)  # noqa: PT017 - the other outcome is fine as well
        return
    assert found
    for number, student in found.items():
        assert number == student.id != ""
        assert student.date_of_birth == "" or date.fromisoformat(student.date_of_birth)


class TestLookingUp:
    roster = {"S1": ADA, "S2": Student("S2")}  # noqa: RUF012 - only read

    def findings(self, number: str, name: str = "", course: str = "") -> tuple[Finding, ...]:
        return look_up(Student(number, name, "", course, "options"), self.roster, "students.csv")[1]

    def test_the_row_in_the_roster_is_what_is_known(self) -> None:
        assert look_up(Student("S1", known_from="options"), self.roster, "students.csv") == (ADA, ())

    @pytest.mark.parametrize("name", ["ada lovelace", "Lovelace, Ada", "Ádà LOVELACE", "  Ada   Lovelace "])
    def test_case_accents_and_order_do_not_matter(self, name: str) -> None:
        assert self.findings("S1", name, " bio 101") == ()

    @pytest.mark.parametrize(
        ("given", "listed"),
        [("Dang Van An", "Đặng Văn Ân"), ("Øystein Łukasz", "Lukasz Oystein"), ("Jean Luc", "Jean-Luc"), ("ẞ", "ss")],
    )
    def test_letters_of_other_languages(self, given: str, listed: str) -> None:
        assert look_up(Student("S", given), {"S": Student("S", listed)}, "r")[1] == ()

    @pytest.mark.parametrize("name", ["Ada King", "Ada", "Ada Ada Lovelace", "AdaLovelace"])
    def test_another_name_is_told_with_both(self, name: str) -> None:
        message = f'the name given is "{name}", in the roster it is "Ada Lovelace"'
        assert self.findings("S1", name) == (Finding("student_mismatch", message),)

    def test_each_difference_is_a_finding(self) -> None:
        assert [finding.message for finding in self.findings("S1", "Bo", "CHE202")] == [
            'the name given is "Bo", in the roster it is "Ada Lovelace"',
            'the course given is "CHE202", in the roster it is "BIO101"',
        ]

    def test_what_the_roster_does_not_know_does_not_agree(self) -> None:
        assert self.findings("S2", "Bo")[0].message == 'the name given is "Bo", in the roster it is empty'

    def test_somebody_who_is_not_in_it(self) -> None:
        given = Student("S9", "Bo", "", "", "options")
        unknown = Finding("student_unknown", "student S9 is not in the roster students.csv")
        assert look_up(given, self.roster, "students.csv") == (given, (unknown,))

    def test_an_id_in_another_case_is_no_match_but_told(self) -> None:
        (finding,) = self.findings("s1")
        assert finding.message == "student s1 is not in the roster students.csv (it has S1)"

    def test_an_id_is_the_same_however_its_letters_are_composed(self, tmp_path: Path) -> None:
        roster = read_text(tmp_path, "id\nE\u0301a\n")
        assert look_up(Student("\u00c9a"), roster, "r")[1] == ()
