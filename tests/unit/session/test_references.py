"""Which photos are meant: files, folders, and the student's own folder of a database."""

from __future__ import annotations

from pathlib import Path

import pytest

from proctor_cli.errors import UsageError
from proctor_cli.session.references import find_photos, find_student_photos
from proctor_cli.types import Finding


def touch(*paths: Path) -> tuple[str, ...]:
    for path in paths:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"")
    return tuple(map(str, paths))


class TestReferences:
    def test_files_are_taken_as_they_are_whatever_their_name(self, tmp_path: Path) -> None:
        b, a = touch(tmp_path / "b.heic", tmp_path / "a")
        assert find_photos([b, a]) == (b, a)

    def test_of_a_folder_the_pictures_directly_inside_it_are_by_name(self, tmp_path: Path) -> None:
        photos = touch(tmp_path / "1.JPG", tmp_path / "2.png", tmp_path / "3.webp")
        touch(tmp_path / "notes.txt", tmp_path / "Thumbs.db", tmp_path / "old" / "0.jpg")
        assert find_photos([str(tmp_path)]) == photos

    def test_each_counts_once(self, tmp_path: Path) -> None:
        first, second = touch(tmp_path / "1.jpg", tmp_path / "2.jpg")
        assert find_photos([second, str(tmp_path), second]) == (second, first)

    def test_none_is_none(self) -> None:
        assert find_photos([]) == ()

    @pytest.mark.parametrize(("name", "said"), [("nowhere", "no such file or folder"), ("empty", "holds no photos")])
    def test_what_leads_to_no_photo_is_refused(self, tmp_path: Path, name: str, said: str) -> None:
        touch(tmp_path / "empty" / "notes.txt")
        with pytest.raises(UsageError, match=said) as caught:
            find_photos([*touch(tmp_path / "a.jpg"), str(tmp_path / name)])
        assert caught.value.where == str(tmp_path / name)
        assert caught.value.exit_code == 2


class TestStudentDatabase:
    @pytest.fixture
    def database(self, tmp_path: Path) -> Path:
        touch(
            tmp_path / "secret.jpg",
            tmp_path / "outside" / "o.jpg",
            tmp_path / "db" / "stray.jpg",
            tmp_path / "db" / "S123" / "b.png",
            tmp_path / "db" / "S123" / "a.jpg",
            tmp_path / "db" / "S124" / "a.jpg",
            tmp_path / "db" / "S125" / "notes.txt",
            tmp_path / "db" / "S126" / "deep" / "a.jpg",
        )
        return tmp_path / "db"

    def test_a_student_has_the_photos_of_the_folder_of_that_name(self, database: Path) -> None:
        own = (str(database / "S123" / "a.jpg"), str(database / "S123" / "b.png"))
        assert find_student_photos(database, "S123") == (own, ())

    @pytest.mark.parametrize("student", ["S12", "s123 ", "S999", "S125", "S126", "stray.jpg"])
    def test_who_has_none_is_told(self, database: Path, student: str) -> None:
        missing = Finding("reference_missing", f"{database} holds no photo of {student}")
        assert find_student_photos(database, student) == ((), (missing,))

    @pytest.mark.parametrize(
        "student",
        ["..", ".", "../outside", "../db/S123", "S126/deep", "S999/../S123", "S123/..", "/S123", "{}/outside"],
    )
    def test_no_number_leads_to_another_folder(self, database: Path, student: str) -> None:
        photos, findings = find_student_photos(database, student.format(database.parent))
        assert photos == ()
        assert [finding.code for finding in findings] == ["reference_missing"]

    def test_without_a_database_nothing_is_said(self, tmp_path: Path) -> None:
        assert find_student_photos(tmp_path / "nowhere", "S123") == ((), ())
        (file,) = touch(tmp_path / "file")
        assert find_student_photos(Path(file), "S123") == ((), ())

    def test_a_relative_database_will_do(self, database: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.chdir(database.parent)
        for name in ("db", "./db", "db/", "outside/../db"):
            assert len(find_student_photos(Path(name), "S124")[0]) == 1, name
