"""Reading labels and the files beside them: what is understood, and that every mistake is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from proctor_cli.errors import UsageError
from proctor_cli.evaluate.labels import Fact, Report, name_clip, read_labels, read_reports

HEAD = "clip,event,start_s,end_s,detail\n"


def write(path: Path, text: str) -> Path:
    path.write_text(text, "utf-8")
    return path


def test_rows_become_facts_by_clip(tmp_path: Path) -> None:
    rows = "clips/a.one.mp4,NO_FACE,1,2.5,x\na.one,?NO_FACE,3,3,\nb.mp4,yawns,,,only a note\n"
    labels = read_labels([write(tmp_path / "labels.csv", HEAD + rows)])

    # The ending is cut off once, as the recordings' own scorer does: "a.one" is "a" with the ending ".one".
    assert labels.facts == {
        "a.one": (Fact("NO_FACE", 1.0, 2.5),),
        "a": (Fact("NO_FACE", 3.0, 3.0, optional=True),),
        "b": (),
    }
    assert labels.events == {"NO_FACE"}
    assert [file.file for file in labels.files] == ["labels.csv"]


def test_several_files_with_their_own_durations(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        write(tmp_path / name / "labels.csv", f"{HEAD}{name},NO_FACE,0,3,\n")
        write(tmp_path / name / "durations.csv", f"clip,duration_s,group\n{name}.mp4,9,{name[0]}\nhonest-{name},5,\n")
    labels = read_labels([tmp_path / "one" / "labels.csv", tmp_path / "two" / "labels.csv"])

    assert labels.durations_s == {"one": 9, "honest-one": 5, "two": 9, "honest-two": 5}
    assert labels.groups == {"one": "o", "two": "t"}
    assert labels.clips == {"one", "two", "honest-one", "honest-two"}


def test_a_file_of_groups_goes_before_the_durations(tmp_path: Path) -> None:
    path = write(tmp_path / "labels.csv", HEAD)
    write(tmp_path / "durations.csv", "clip,duration_s,group\na,9,old\nb,9,old\n")
    assert read_labels([path], write(tmp_path / "g.csv", "clip,group\na,new\n")).groups == {"a": "new", "b": "old"}


def test_a_mark_of_the_byte_order_is_no_part_of_the_head(tmp_path: Path) -> None:
    path = tmp_path / "labels.csv"
    path.write_bytes(b"\xef\xbb\xbf" + f"{HEAD}a,NO_FACE,0,3,\r\n".encode())
    assert read_labels([path]).facts == {"a": (Fact("NO_FACE", 0, 3),)}


def test_all_mistakes_are_told_with_their_lines(tmp_path: Path) -> None:
    rows = (
        "a,No_Face,0,1,\n"  # 2
        "a,NO_FACE,five,1,\n"  # 3
        '"a",NO_FACE,0,1,"two\nlines"\n'  # 4 and 5, right
        "a,NO_FACE,3,1,\n"  # 6
        ",NO_FACE,0,1,\n"  # 7
        "a,NO_FACE,0,nan,\n"  # 8
        "a,NO_FACE,0\n"  # 9
        "a,NO_FACE,0,1,x,y\n"  # 10
        "a,NO_FACE,0,12.5,\n"  # 11
        "a,?note,0,1,\n"  # 12
        "a,NO_FACE,-1,1,\n"  # 13
    )
    write(tmp_path / "durations.csv", "clip,duration_s\na,11\nb,0\n")
    with pytest.raises(UsageError) as caught:
        read_labels([write(tmp_path / "labels.csv", HEAD + rows)])

    first, *lines = caught.value.what.split("\n  ")
    assert first == "11 mistakes"
    assert [line.removeprefix(f"{tmp_path}/") for line in lines] == [
        "durations.csv: line 3: duration_s 0 is not more than 0",
        "labels.csv: line 2: event 'No_Face': must be capital letters, digits and underscores, with ? when optional",
        "labels.csv: line 3: start_s 'five' is no number",
        "labels.csv: line 6: end_s 1 is before start_s 3",
        "labels.csv: line 7: no clip",
        "labels.csv: line 8: end_s 'nan' is not 0 or more",
        "labels.csv: line 9: end_s '' is no number",
        "labels.csv: line 10: has more cells than the head (5)",
        "labels.csv: line 11: end_s 12.5 is behind the end of a (11 s)",
        "labels.csv: line 12: event '?note': must be capital letters, digits and underscores, with ? when optional",
        "labels.csv: line 13: start_s '-1' is not 0 or more",
    ]


@pytest.mark.parametrize("content", ["", "clip,event,start,end\n"])
def test_missing_columns_are_named(tmp_path: Path, content: str) -> None:
    with pytest.raises(UsageError, match=r"line 1: no column .*start_s, end_s"):
        read_labels([write(tmp_path / "labels.csv", content)])


def test_what_is_no_text_or_not_there_is_refused(tmp_path: Path) -> None:
    (tmp_path / "labels.csv").write_bytes(b"clip,event\xff\n")
    for path in (tmp_path / "labels.csv", tmp_path / "none.csv", tmp_path):
        with pytest.raises(UsageError, match="cannot be read"):
            read_labels([path])


def test_reports_are_read_from_any_of_the_columns(tmp_path: Path) -> None:
    for column in ("clip", "video", "file"):
        path = write(tmp_path / "e.csv", f"points,{column},event,start_s,end_s\n7,C:\\x\\a.mp4,NO_FACE,1,2\n")
        assert read_reports(path) == {"a": (Report("NO_FACE", 1, 2),)}
    with pytest.raises(UsageError, match="line 2: no clip\n"):
        read_reports(write(tmp_path / "e.csv", "event,start_s,end_s\nNO_FACE,1,2\n,1,2\n"))


def test_clips_are_known_by_their_stem() -> None:
    assert {name_clip(path) for path in ("a.mp4", " x/a.mp4", "C:\\x\\a.webm", "a")} == {"a"}


def test_narrowing_leaves_what_is_wanted(tmp_path: Path) -> None:
    write(tmp_path / "durations.csv", "clip,duration_s\na,9\nb,9\n")
    labels = read_labels([write(tmp_path / "labels.csv", f"{HEAD}a,NO_FACE,0,3,\nb,NO_FACE,0,3,\n")])
    assert labels.narrow(lambda clip: clip == "b").clips == {"b"}
