"""Names of folders; sessions in folders and by patterns; tables."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proctor_cli.batch.discover import find_by_pattern, find_in_folder, is_pattern
from proctor_cli.batch.entries import Entry, name_folders
from proctor_cli.batch.table import read_table
from proctor_cli.errors import UsageError
from proctor_cli.store import CohortFolder


def touch(folder: Path, *names: str) -> None:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).touch()


class TestNames:
    def test_further_sessions_of_a_student_are_numbered(self) -> None:
        assert name_folders(["S1", "S2", "S1", "S1-2", "s1"]) == ("S1", "S2", "S1-2", "S1-2-2", "s1-3")

    def test_nothing_leads_out_of_the_folder_or_onto_its_own_files(self) -> None:
        taken = CohortFolder("out").names
        assert name_folders(["..", "a/b", "index.html", ".x"], taken) == ("_..", "a_b", "index.html-2", "_.x")

    @given(st.lists(st.text(min_size=1, max_size=8), max_size=20))
    def test_no_two_are_alike(self, students: list[str]) -> None:
        names = name_folders(students)
        assert len({name.casefold() for name in names}) == len(students)
        assert all(Path("x", name).parent == Path("x") for name in names)

    def test_names_do_not_depend_on_what_follows(self) -> None:
        assert name_folders(["S1", "S1", "S2"])[:2] == name_folders(["S1", "S1"])


class TestFolders:
    def test_a_folder_of_recorders_folders_and_files(self, tmp_path: Path) -> None:
        touch(
            tmp_path,
            *("A1/webcam/1.webm", "A1/desktop/1.webm", "B2/cam.mp4", "notes/readme.txt", ".hidden/x.mp4"),
            *("S1_webcam.mp4", "S1_screen.MP4", "Screen-S2.mp4", "S3.mkv", "list.csv"),
        )
        found = {entry.student: (entry.webcam, entry.screen) for entry in find_in_folder(tmp_path)}
        at = str(tmp_path) + "/"
        assert found == {
            "A1": ((at + "A1",), ()),
            "B2": ((at + "B2",), ()),
            "S1": ((at + "S1_webcam.mp4",), (at + "S1_screen.MP4",)),
            "S2": ((), (at + "Screen-S2.mp4",)),
            "S3": ((at + "S3.mkv",), ()),
        }

    def test_what_belongs_together_must_be_clear(self, tmp_path: Path) -> None:
        touch(tmp_path, "S1.mp4", "S1_webcam.webm")
        with pytest.raises(UsageError, match=r"S1: S1.mp4, S1_webcam.webm"):
            find_in_folder(tmp_path)

    def test_nothing_is_a_mistake(self, tmp_path: Path) -> None:
        with pytest.raises(UsageError, match="holds no recordings"):
            find_in_folder(tmp_path)


class TestPatterns:
    def test_the_student_is_the_same_wherever_it_stands(self, tmp_path: Path) -> None:
        touch(tmp_path, "S1/S1-webcam-2.mp4", "S1/S1-webcam-10.mp4", "S2/S1-webcam-1.mp4", "S3/S3-webcam.mp4")
        found = find_by_pattern(f"{tmp_path}/{{student}}/{{student}}-webcam*.mp4", "")
        assert {entry.student: [Path(path).name for path in entry.webcam] for entry in found} == {
            "S1": ["S1-webcam-2.mp4", "S1-webcam-10.mp4"],
            "S3": ["S3-webcam.mp4"],
        }

    def test_a_student_may_have_only_one_of_both(self, tmp_path: Path) -> None:
        touch(tmp_path, "a_webcam.mp4", "b_screen.mp4")
        found = find_by_pattern(f"{tmp_path}/{{student}}_webcam.mp4", f"{tmp_path}/{{student}}_screen.mp4")
        assert [(entry.student, len(entry.webcam), len(entry.screen)) for entry in found] == [("a", 1, 0), ("b", 0, 1)]

    def test_a_star_alone_does_not_say_who(self) -> None:
        assert is_pattern("exams/*.mp4")
        with pytest.raises(UsageError, match=r"Write \{student\} where"):
            find_by_pattern("exams/*.mp4", "")

    def test_a_file_with_a_star_in_its_name_is_a_file(self, tmp_path: Path) -> None:
        touch(tmp_path, "a*.csv")
        assert not is_pattern(str(tmp_path / "a*.csv"))


class TestTables:
    def read(self, text: str) -> tuple[Entry, ...]:
        return read_table(text, "t.csv", Path("/exams"), lambda entry: iter(()))

    def test_headings_separators_empty_lines_and_lists(self) -> None:
        text = 'STUDENT ID;Web Cam;"Screen-Offset";webcam\n'
        with pytest.raises(UsageError, match="unknown column 'Web Cam'; did you mean \"webcam\""):
            self.read(text + "S1;a;;\n")
        (entry,) = self.read(
            "Student ID;WebCam; Screen-Offset ;screen;Reference\n\n;;;;\nS1;a 1.mp4|/b.mp4;-3;c.mp4;p\n"
        )
        assert entry == Entry(
            student="S1",
            webcam=("/exams/a 1.mp4", "/b.mp4"),
            screen=("/exams/c.mp4",),
            screen_offset="-3",
            reference=("/exams/p",),
            where="row 4",
        )

    def test_a_recorders_folder(self) -> None:
        (entry,) = self.read("student,folder\nS1,rec/S1\n")
        assert entry.webcam == ("/exams/rec/S1",)
        with pytest.raises(UsageError, match="row 2: a folder, and recordings beside it"):
            self.read("student,folder,screen\nS1,rec/S1,x.mp4\n")

    def test_a_student_may_sit_two_exams_but_not_the_same_twice(self) -> None:
        assert len(self.read("student,webcam\nS1,a.mp4\nS1,b.mp4\n")) == 2
        with pytest.raises(UsageError, match="row 3: the same as row 2"):
            self.read("student,webcam\nS1,a.mp4\nS1,a.mp4\n")

    def test_all_mistakes_at_once(self) -> None:
        with pytest.raises(UsageError) as caught:
            self.read('student,webcam\n,a.mp4\nS1,\nS2,a,b\n"S3,a.mp4\n')
        lines = caught.value.what.splitlines()
        assert lines[0] == "4 mistakes"
        assert [line.strip().partition(":")[0] for line in lines[1:]] == ["row 2", "row 3", "row 4", "line 5"]

    def test_nothing_in_it(self) -> None:
        with pytest.raises(UsageError, match="lists no session"):
            self.read("student,webcam\n\n")
