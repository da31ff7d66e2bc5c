"""Single pictures: who is in them, what is, and for everything that is not known, why."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import cv2
import msgspec
import numpy as np
import pytest
from jsonschema import Draft202012Validator

from proctor_cli import nets, quiet
from proctor_cli.errors import InputError, ModelError, UsageError
from proctor_cli.media import load_photo
from proctor_cli.policy import Policy, load, parse
from proctor_cli.report.frame import encode
from proctor_cli.report.schema import make_schema
from proctor_cli.session.frame import FrameRequest, Viewer, roles_needed
from proctor_cli.session.references import find_students
from proctor_cli.types import FrameReport
from tests.unit.detectors.pictures import CLIPS, MODELS, PORTRAIT, SAMPLE, Head, Picture, models, recorded, scene

POLICY = load(None)
NO_RULES = """
schema = "proctor.policy/1"
name = "nothing"
extends = "default"
""" + "".join(
    f'[[rules]]\nevent = "{event}"\nenabled = false\n'
    for event in ("LOOKING_AWAY", "UNAUTHORIZED_USER", "SPOOFING_SUSPECTED", "PHONE_DETECTED", "BANNED_OBJECT")
)
# In the sample session (sample_videos/labels.csv).
ALONE_S, VISITOR_S, NOBODY_S, PHONE_S = 3.0, 33.0, 46.0, 60.0


def png(rgb: Picture) -> bytes:
    done, data = cv2.imencode(".png", rgb[:, :, ::-1])
    assert done
    return data.tobytes()


def save(path: Path, rgb: Picture) -> str:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(png(rgb))
    return str(path)


def paste(rgb: Picture, name: str, *, left_px: int, bottom_px: int, height_px: int) -> None:
    """Put one of the cut-outs of real things into a picture; skips where they are missing."""
    if not (CLIPS / name).exists():
        pytest.skip(f"no picture at {CLIPS / name}")
    cut = cv2.cvtColor(cv2.imread(str(CLIPS / name), cv2.IMREAD_UNCHANGED), cv2.COLOR_BGRA2RGBA)
    scale = height_px / cut.shape[0]
    cut = cv2.resize(cut, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    place = rgb[bottom_px - cut.shape[0] : bottom_px, left_px : left_px + cut.shape[1]]
    cut = cut[:, : place.shape[1]]
    opaque = cut[..., 3:] / 255
    place[:] = (place * (1 - opaque) + cut[..., :3] * opaque).astype(np.uint8)


def gaps(report: FrameReport) -> dict[str, str]:
    return {gap.check: gap.reason for gap in report.not_assessed}


def codes(report: FrameReport) -> list[str]:
    return [alert.code for alert in report.alerts]


def request_of(**options: object) -> FrameRequest:
    return replace(FrameRequest(nets.load_manifest([]).choose("default", {})), **options)  # type: ignore[arg-type]  # by name


def mistakes(report: FrameReport) -> list[str]:
    document = msgspec.json.decode(encode(report))
    return [error.message for error in Draft202012Validator(make_schema("frame")).iter_errors(document)]


@pytest.fixture(autouse=True)
def _network(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(quiet, "cut_network", lambda: None)  # it would last longer than this test


class TestWithoutWeights:
    @pytest.fixture
    def report(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FrameReport:
        monkeypatch.setattr("proctor_cli.nets.lookup.search_folders", lambda: (tmp_path,))
        with Viewer(request_of(), POLICY) as viewer:
            return viewer.look(png(scene(320, 240)[0]), "grey.png")

    def test_nothing_is_claimed_and_everything_is_explained(self, report: FrameReport) -> None:
        unknown = {"people_count", "banned_objects", "face_detected", "headpose_alert", "spoofing_alert"}
        assert all(getattr(report, check) is None for check in unknown)
        reasons = gaps(report)
        assert set(reasons) == unknown | {"face_verified", "person_name", "wearables"}
        assert "yunet" in reasons["face_detected"]
        assert "yolo11n" in reasons["banned_objects"]
        assert reasons["face_verified"] == "no photo of the candidate was given"

    def test_its_file_and_quality_are_known(self, report: FrameReport) -> None:
        assert (report.file, report.width_px, report.height_px) == ("grey.png", 320, 240)
        assert report.values["picture.luma"] == pytest.approx(120 / 255, abs=0.001)
        assert codes(report) == ["CAMERA_COVERED"]
        assert (report.policy, report.models) == ("default", ())

    def test_it_is_valid_by_its_schema(self, report: FrameReport) -> None:
        assert mistakes(report) == []

    @pytest.mark.parametrize("name", ["faces", "identity", "backdrop"])
    def test_what_is_required_must_run(self, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("proctor_cli.nets.lookup.search_folders", lambda: (tmp_path,))
        with pytest.raises(ModelError, match=name):
            Viewer(request_of(require=(name,)), POLICY)


def test_faces_are_compared_only_where_there_are_photos() -> None:
    assert "identity" not in roles_needed(request_of())
    assert "identity" in roles_needed(request_of(photos=("me.jpg",)))
    assert {"faces", "landmarks", "objects", "liveness"} <= set(roles_needed(request_of()))


class TestStudents:
    def test_every_folder_with_photos_is_a_student(self, tmp_path: Path) -> None:
        for name in ("S2/b.jpg", "S1/a.jpg", "S1/c.PNG", "S3/notes.txt", "stray.jpg"):
            (tmp_path / name).parent.mkdir(exist_ok=True)
            (tmp_path / name).touch()
        students = find_students(tmp_path)
        assert list(students) == ["S1", "S2"]
        assert students["S1"] == (str(tmp_path / "S1/a.jpg"), str(tmp_path / "S1/c.PNG"))

    def test_a_folder_without_students_is_a_mistake(self, tmp_path: Path) -> None:
        for folder in (tmp_path, tmp_path / "nowhere"):
            with pytest.raises(UsageError, match=str(folder)):
                find_students(folder)


Look = Callable[[Picture], FrameReport]


@pytest.fixture(scope="module")
def sample() -> dict[float, Picture]:
    times_s = (ALONE_S, VISITOR_S, NOBODY_S, PHONE_S)
    return {t_s: frame.rgb for t_s, frame in zip(times_s, recorded(SAMPLE, times_s), strict=True)}


@pytest.fixture(scope="module")
def visitor(sample: dict[float, Picture]) -> Picture:
    """The right part of the picture, where only the visitor is."""
    return np.ascontiguousarray(sample[VISITOR_S][:, 380:])


@pytest.fixture(scope="module")
def viewer(
    sample: dict[float, Picture], visitor: Picture, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Viewer]:
    models("faces", "landmarks", "objects", "liveness", "identity")  # skips where there are none
    folder = tmp_path_factory.mktemp("photos")
    save(folder / "db" / "Eileen" / "1.png", PORTRAIT)
    save(folder / "db" / "Grey" / "1.png", scene(200, 200)[0])
    request = request_of(photos=(save(folder / "reference.png", PORTRAIT),), students=find_students(folder / "db"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(quiet, "cut_network", lambda: None)
        patch.setenv("PROCTOR_MODELS", str(MODELS))
        with Viewer(request, POLICY) as viewer:
            yield viewer


@pytest.mark.models
class TestWithWeights:
    @pytest.fixture
    def look(self, viewer: Viewer) -> Look:
        return lambda rgb: viewer.look(png(rgb), "picture.png")

    def test_the_candidate_alone(self, look: Look, sample: dict[float, Picture]) -> None:
        report = look(sample[ALONE_S])
        assert (report.people_count, report.face_detected, report.face_verified) == (1, True, True)
        assert (report.person_name, report.headpose_alert, report.spoofing_alert) == ("Eileen", False, False)
        assert (report.banned_objects, report.alerts) == ((), ())
        assert set(gaps(report)) == {"wearables"}
        (face,) = report.faces or ()
        assert (face.verified, face.person_name, face.live_logit) == (True, "Eileen", report.live_logit)
        assert 0 < face.box.x0 < face.box.x1 < 1
        assert mistakes(report) == []

    def test_somebody_else(self, look: Look, visitor: Picture) -> None:
        report = look(visitor)
        assert (report.face_detected, report.face_verified, report.person_name) == (True, False, None)
        assert "UNAUTHORIZED_USER" in codes(report)
        assert "person_name" not in gaps(report)  # it was compared, and is nobody's

    def test_the_candidate_and_somebody_else(self, look: Look, sample: dict[float, Picture]) -> None:
        report = look(sample[VISITOR_S])
        assert (report.people_count, report.face_count, report.face_verified) == (2, 2, True)
        assert [face.verified for face in report.faces or ()] == [True, False]
        assert codes(report) == ["MULTIPLE_FACES", "EXTRA_PERSON"]

    def test_nobody(self, look: Look, sample: dict[float, Picture]) -> None:
        report = look(sample[NOBODY_S])
        assert (report.people_count, report.face_detected, report.faces) == (0, False, ())
        assert codes(report) == ["NO_FACE"]
        assert {gaps(report)[check] for check in ("face_verified", "headpose_alert", "spoofing_alert")} == {
            "no face is found"
        }

    def test_a_phone(self, look: Look, sample: dict[float, Picture]) -> None:
        report = look(sample[PHONE_S])
        (phone,) = report.banned_objects or ()
        assert (phone.label, codes(report)) == ("phone", ["PHONE_DETECTED"])

    @pytest.mark.media
    @pytest.mark.parametrize(("name", "label"), [("phone_a1.png", "phone"), ("laptop_a1.png", "laptop")])
    def test_real_things_beside_the_candidate(self, look: Look, name: str, label: str) -> None:
        rgb = scene(960, 720, Head(100, 120, 220))[0]
        paste(rgb, name, left_px=620, bottom_px=700, height_px=260)
        report = look(rgb)
        assert label in {thing.label for thing in report.banned_objects or ()}
        assert {"phone": "PHONE_DETECTED", "laptop": "BANNED_OBJECT"}[label] in codes(report)

    def test_the_dark(self, look: Look) -> None:
        report = look(np.zeros((240, 320, 3), np.uint8))
        assert (report.people_count, report.face_detected, report.banned_objects) == (None, None, None)
        assert gaps(report)["banned_objects"] == "the picture is too dark to tell"
        assert "NO_FACE" not in codes(report)

    def test_a_face_too_small_to_compare(self, look: Look) -> None:
        report = look(scene(480, 360, Head(150, 100, 32))[0])
        assert (report.face_detected, report.face_verified, report.spoofing_alert) == (True, None, None)
        assert "too small" in gaps(report)["face_verified"]
        assert "too small" in gaps(report)["person_name"]
        assert gaps(report)["spoofing_alert"] == "the face is too small"

    @pytest.mark.parametrize("size", [(1, 1), (1, 300), (300, 1)])
    def test_tiny_pictures_are_looked_at(self, look: Look, size: tuple[int, int]) -> None:
        report = look(np.full((*size, 3), 200, np.uint8))
        assert (report.height_px, report.width_px) == size

    def test_photos_that_are_of_no_use_are_told(self, viewer: Viewer) -> None:
        (warning,) = viewer.warnings
        assert "Grey/1.png" in warning
        assert "no face is found" in warning

    def test_the_same_picture_gives_the_same_report(self, look: Look, sample: dict[float, Picture]) -> None:
        before = look(sample[ALONE_S])
        look(sample[VISITOR_S])
        assert look(sample[ALONE_S]) == before

    def test_a_check_without_a_rule_is_not_made(self, visitor: Picture, tmp_path: Path, weights_found: None) -> None:
        silent: Policy = parse(NO_RULES, "nothing.toml")
        with Viewer(request_of(photos=(save(tmp_path / "me.png", PORTRAIT),)), silent) as viewer:
            report = viewer.look(png(visitor), "visitor.png")
        unknown = ("headpose_alert", "spoofing_alert", "face_verified", "banned_objects")
        assert [gaps(report)[check] for check in unknown] == ["the policy has no rule for it"] * 4
        assert report.similarity is not None

    def test_a_reference_without_a_face_is_refused(self, tmp_path: Path, weights_found: None) -> None:
        with pytest.raises(InputError, match="no face"):
            Viewer(request_of(photos=(save(tmp_path / "grey.png", scene(200, 200)[0]),)), POLICY)

    @pytest.fixture
    def weights_found(self, monkeypatch: pytest.MonkeyPatch) -> None:
        models("faces")
        monkeypatch.setenv("PROCTOR_MODELS", str(MODELS))


def test_a_name_that_is_not_utf8_is_written_with_escapes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("proctor_cli.nets.lookup.search_folders", lambda: (tmp_path,))
    with Viewer(request_of(), POLICY) as viewer:
        report = viewer.look(png(scene(64, 64)[0]), "\udcff.png")
    assert report.file == "\\udcff.png"


def test_a_name_that_no_file_can_have_is_an_unreadable_picture() -> None:
    with pytest.raises(InputError, match="cannot be read"):
        load_photo("a\0b.png")
