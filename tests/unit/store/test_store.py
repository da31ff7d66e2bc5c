"""The session folder: whole files or none, what is read back, and what is refused."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proctor_cli.errors import OutputError
from proctor_cli.policy import load
from proctor_cli.session.judge import judge_folder
from proctor_cli.store import PartEnd, SessionFolder, encode_part, replaced
from proctor_cli.types import Box, DecodeLoss, Observation, Recording, Spec

RECORDING = Recording(
    student_id="S123",
    duration_s=60.0,
    clips=(),
    detectors=(Spec("faces", "webcam", {"face.score": "score"}, 0.2),),
    missing=(),
    problems=(),
    wall_clock=None,
    models=(),
)
SEEN = (
    Observation("webcam", 0.0, {"face.score": 0.1 + 0.2, "face.area": None}, (Box(0.1, 0.2, 0.3, 0.4, "face", 0.9),)),
    Observation("log", 1e-9, {"log.hidden": 0.0}),
)


@pytest.fixture
def folder(tmp_path: Path) -> SessionFolder:
    folder = SessionFolder(tmp_path / "out")
    folder.prepare()
    return folder


@pytest.fixture
def session(folder: SessionFolder) -> SessionFolder:
    """A folder with a finished session."""
    folder.write_observations(RECORDING, SEEN)
    folder.write_session(judge_folder(folder, load(None), analysed_at="2026-06-01T09:00:00+00:00"))
    return folder


def refusal(error: OutputError, where: Path) -> str:
    assert error.exit_code == 3
    assert error.where == str(where)
    assert error.hint
    assert "\n" not in str(error)
    return error.what


class TestReplaced:
    def test_a_file_appears_when_the_block_has_ended(self, tmp_path: Path) -> None:
        path = tmp_path / "new" / "a"
        with replaced(path) as out:
            out.write(b"whole")
            assert not path.exists()
        assert path.read_bytes() == b"whole"
        assert list(path.parent.iterdir()) == [path]

    @pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
    def test_an_exception_in_the_middle_leaves_the_old_file(self, tmp_path: Path, error: type[BaseException]) -> None:
        path = tmp_path / "a"
        path.write_bytes(b"old")

        def fail() -> None:
            with replaced(path) as out:
                out.write(b"ha")
                raise error

        with pytest.raises(error):
            fail()
        assert path.read_bytes() == b"old"
        assert list(tmp_path.iterdir()) == [path]

    def test_what_cannot_be_written_is_named(self, tmp_path: Path) -> None:
        (tmp_path / "file").touch()
        for path in (tmp_path / "file/a", Path("/proc/nowhere/a")):
            with pytest.raises(OutputError, match=r"^.*: cannot write \(") as caught, replaced(path):
                pass
            assert caught.value.where == str(path)

    def test_a_full_disk_leaves_the_old_file(self, tmp_path: Path) -> None:
        path = tmp_path / "a"
        path.write_bytes(b"old")
        with (
            pytest.raises(OutputError, match="No space left on device"),
            replaced(path),
            open("/dev/full", "wb") as full,
        ):
            full.write(b"x" * 100_000)
        assert path.read_bytes() == b"old"


class TestObservations:
    def test_come_back_as_they_were(self, folder: SessionFolder) -> None:
        folder.write_observations(RECORDING, iter(SEEN))
        assert folder.read_recording() == RECORDING
        assert tuple(folder.read_observations()) == SEEN

    @given(st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=40), max_size=30), st.integers(1, 100))
    def test_come_back_whatever_block_a_line_ends_in(self, texts: list[str], block_bytes: int) -> None:
        """Lines are decoded block by block: none may be lost or split where one block ends."""
        seen = [Observation("screen", float(at), {}, (Box(0, 0, 1, 1, text, 1.0),)) for at, text in enumerate(texts)]
        with TemporaryDirectory() as path, pytest.MonkeyPatch.context() as patch:
            patch.setattr("proctor_cli.store.folder._BLOCK_BYTES", block_bytes)
            folder = SessionFolder(path)
            folder.write_observations(RECORDING, seen)
            assert list(folder.read_observations()) == seen

    def test_equal_ones_are_equal_bytes(self, folder: SessionFolder, tmp_path: Path) -> None:
        other = SessionFolder(tmp_path / "other name")
        for each in (folder, other):
            each.write_observations(RECORDING, SEEN)
        assert folder.observations.read_bytes() == other.observations.read_bytes()

    def test_writing_that_fails_in_the_middle_leaves_the_old_ones(self, session: SessionFolder) -> None:
        def fails() -> Iterator[Observation]:
            yield SEEN[0]
            raise RuntimeError

        before = session.observations.read_bytes()
        with pytest.raises(RuntimeError):
            session.write_observations(RECORDING, fails())
        assert session.observations.read_bytes() == before

    @pytest.mark.parametrize("keep", [0, 5, 30, -9, -1])
    def test_cut_off(self, session: SessionFolder, keep: int) -> None:
        session.observations.write_bytes(session.observations.read_bytes()[:keep])
        with pytest.raises(OutputError, match=r"damaged \(.*Run `proctor analyze` again") as caught:
            list(session.read_observations())
        refusal(caught.value, session.observations)

    @pytest.mark.parametrize(
        "content",
        [
            b"not compressed",
            gzip.compress(b"{}\n"),
            gzip.compress(b"no json\n"),
            gzip.compress(b"\xff\xfe\n"),
            gzip.compress(b'{"schema": "proctor.observations/1", "recording": {}}\n'),
        ],
    )
    def test_damaged(self, folder: SessionFolder, content: bytes) -> None:
        folder.observations.write_bytes(content)
        with pytest.raises(OutputError, match=r"damaged \("):
            folder.read_recording()

    def test_flipped_bits_are_noticed(self, session: SessionFolder) -> None:
        data = bytearray(session.observations.read_bytes())
        data[len(data) // 2] ^= 0xFF
        session.observations.write_bytes(data)
        with pytest.raises(OutputError, match=r"damaged \("):
            list(session.read_observations())

    def test_a_line_that_is_no_observation(self, folder: SessionFolder) -> None:
        folder.write_observations(RECORDING, SEEN)
        lines = gzip.decompress(folder.observations.read_bytes())
        folder.observations.write_bytes(gzip.compress(lines + b'{"source": "door", "t_s": 1.0, "values": {}}\n'))
        with pytest.raises(OutputError, match="damaged"):
            list(folder.read_observations())

    def test_of_another_format(self, folder: SessionFolder) -> None:
        folder.observations.write_bytes(gzip.compress(b'{"schema": "proctor.observations/9", "people": 3}\n'))
        with pytest.raises(OutputError) as caught:
            folder.read_recording()
        what = refusal(caught.value, folder.observations)
        assert what == "is of the format proctor.observations/9, this version reads proctor.observations/1"


class TestSession:
    def test_comes_back_as_it_was(self, session: SessionFolder) -> None:
        result = session.read_session()
        before = session.session.read_bytes()
        session.write_session(result)
        assert session.session.read_bytes() == before
        assert result.recording == RECORDING

    def test_of_another_format(self, session: SessionFolder) -> None:
        for changed in ({"schema": "proctor.session/9"}, {"schema": "proctor.session/9", "session": 5}):
            document = json.loads(session.session.read_bytes()) | changed
            session.session.write_text(json.dumps(document))
            with pytest.raises(OutputError, match=r"is of the format proctor\.session/9, this version reads") as caught:
                session.read_session()
            assert "proctor rescore" in caught.value.hint

    @pytest.mark.parametrize("content", [b"", b"{", b"[]", b"{}", b"\xff", b'{"schema": "proctor.session/1"}'])
    def test_damaged(self, session: SessionFolder, content: bytes) -> None:
        session.session.write_bytes(content)
        with pytest.raises(OutputError) as caught:
            session.read_session()
        assert refusal(caught.value, session.session).startswith("damaged (")

    def test_none_there(self, tmp_path: Path, folder: SessionFolder) -> None:
        (tmp_path / "file").touch()
        for path in (folder.path, tmp_path / "nowhere", tmp_path / "file"):
            for read, what in (
                (SessionFolder(path).read_session, "holds no finished session (no session.json)"),
                (SessionFolder(path).read_recording, "holds no analysed session (no observations.jsonl.gz)"),
            ):
                with pytest.raises(OutputError) as caught:
                    read()
                assert refusal(caught.value, path) == what


class TestParts:
    END = PartEnd(DecodeLoss(2, 1, 0.5), (3, 4), b"\x00\xff")

    def test_come_back_as_they_were(self, folder: SessionFolder) -> None:
        folder.write_part("a", encode_part(iter(SEEN), lambda: self.END))
        folder.write_part("empty", encode_part((), lambda: PartEnd(DecodeLoss())))
        assert tuple(folder.read_part("a")) == SEEN
        assert tuple(folder.read_part("empty")) == ()
        assert folder.read_part_end("a") == self.END
        assert folder.read_part_end("empty") == PartEnd(DecodeLoss())

    def test_the_end_is_asked_for_when_all_is_read(self, folder: SessionFolder) -> None:
        asked: list[str] = []

        def seen() -> Iterator[Observation]:
            yield SEEN[0]
            asked.append("end")

        def end() -> PartEnd:
            assert asked == ["end"]
            return self.END

        folder.write_part("a", encode_part(seen(), end))
        assert folder.read_part_end("a") == self.END

    def test_only_whole_ones_count(self, folder: SessionFolder) -> None:
        assert not folder.holds_part("a")
        folder.write_part("a", encode_part(SEEN, lambda: self.END))
        assert folder.holds_part("a")
        whole = folder.part("a").read_bytes()
        for keep in (0, 10, len(whole) - 9, len(whole) - 1):
            folder.part("a").write_bytes(whole[:keep])
            assert not folder.holds_part("a")

    def test_none_are_left_when_dropped(self, folder: SessionFolder) -> None:
        folder.write_part("a", encode_part(SEEN, lambda: self.END))
        folder.drop_parts()
        folder.drop_parts()
        assert list(folder.path.iterdir()) == []


class TestSnapshots:
    @pytest.mark.parametrize("t_s", [0.0, 12.4, 3600.125, -1.5, 12345.678])
    def test_are_known_by_their_names(self, folder: SessionFolder, t_s: float) -> None:
        folder.clear_snapshots()
        folder.snapshot("screen", t_s).touch()
        assert folder.list_snapshots() == {("screen", t_s): folder.snapshot("screen", t_s)}

    def test_pictures_of_others_are_neither_ours_nor_removed(self, folder: SessionFolder) -> None:
        folder.clear_snapshots()
        folder.snapshot("webcam", 1.0).touch()
        for name in ("holiday.jpg", "webcam-one.jpg", "notes.txt"):
            (folder.snapshots / name).touch()
        assert list(folder.list_snapshots()) == [("webcam", 1.0)]
        folder.clear_snapshots()
        assert {path.name for path in folder.snapshots.iterdir()} == {"holiday.jpg", "webcam-one.jpg", "notes.txt"}

    def test_a_file_in_their_place(self, folder: SessionFolder) -> None:
        folder.snapshots.touch()
        with pytest.raises(OutputError, match="cannot write"):
            folder.clear_snapshots()

    def test_links_use_forward_slashes(self, folder: SessionFolder) -> None:
        assert folder.relative(folder.snapshot("webcam", 1.0)) == "snapshots/webcam-0001.000.jpg"
        assert folder.relative(folder.path.parent / "exam.mp4") == "../exam.mp4"


def test_preparing_leaves_nothing_but_the_folder(tmp_path: Path) -> None:
    folder = SessionFolder(tmp_path / "a" / "b")
    folder.prepare()
    folder.prepare()
    assert list(folder.path.iterdir()) == []


def test_preparing_refuses_what_cannot_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "write_bytes", refuse)
    with pytest.raises(OutputError) as caught:
        SessionFolder(tmp_path).prepare()
    assert refusal(caught.value, tmp_path) == "cannot write here (Permission denied)"


def test_values_keep_every_digit(folder: SessionFolder) -> None:
    seen = [replace(SEEN[0], t_s=t_s) for t_s in (0.1 + 0.2, 1e-300, 1 / 3, 123456.789012345)]
    folder.write_observations(RECORDING, seen)
    assert [o.t_s for o in folder.read_observations()] == [o.t_s for o in seen]
