"""Whose face it should be: from photos as people take them, and from the first seconds of a recording."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from proctor_cli import quiet
from proctor_cli.detectors.faces import Faces
from proctor_cli.detectors.identity import Identity
from proctor_cli.errors import InputError
from proctor_cli.session.enrol import EnrolJob, Enrolment, enrol
from proctor_cli.types import Embedding, Face, Frame, IdentityBasis
from tests.unit.detectors.pictures import OTHER_PORTRAIT, PORTRAIT, Head, Picture, models, scene
from tests.unit.media.films import even, film, scan_of

pytestmark = pytest.mark.models

Enrol = Callable[..., Enrolment]
Person = dict[str, Embedding]


def write(path: Path, rgb: Picture) -> str:
    Image.fromarray(rgb).save(path)
    return str(path)


def id_card(portrait: Picture, face_px: int = 150) -> Picture:
    """A card with a portrait, lines of print and a small ghost of the portrait on it, as it lies on a desk."""
    rgb = np.full((1500, 2000, 3), (120, 90, 60), np.uint8)
    rgb = np.clip(rgb + np.random.default_rng(1).normal(0, 6, rgb.shape), 0, 255).astype(np.uint8)
    card = rgb[480:1020, 570:1430]
    card[:] = (215, 225, 235)
    for row in range(200, 480, 40):
        cv2.putText(card, "GIVEN NAMES  EILEEN MARIE", (360, row), cv2.FONT_HERSHEY_SIMPLEX, 0.8, (40, 40, 60), 2)
    scale = face_px / 113
    photo = cv2.resize(portrait, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    card[100 : 100 + photo.shape[0], 10 : 10 + photo.shape[1]] = photo[: 540 - 100, :345]
    ghost = cv2.resize(photo, None, fx=0.3, fy=0.3, interpolation=cv2.INTER_AREA)
    card[30 : 30 + ghost.shape[0], 700 : 700 + ghost.shape[1]] = ghost
    return rgb


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Enrol:
    """Enrols from photos."""
    monkeypatch.setattr(quiet, "cut_network", lambda: None)  # it would last longer than this test
    networks = tuple(models("faces", "identity").items())

    def do(
        *photos: str,
        recording: Path | None = None,
        offset_s: float = 0.0,
        further: tuple[tuple[Path, float], ...] = (),
        **options: object,
    ) -> Enrolment:
        first = recording or film(tmp_path / "exam.mp4", even(5))
        parts = tuple(scan_of(path, begins_s) for path, begins_s in ((first, offset_s), *further))
        return enrol(EnrolJob(photos, parts, networks, **options))  # type: ignore[arg-type]  # passed on

    return do


@pytest.fixture(scope="module")
def person() -> Person:
    """The embedding of both portraits as they are."""
    faces, identity = Faces(models("faces")), Identity(models("identity"))
    found = {}
    for name, rgb in (("candidate", PORTRAIT), ("other", OTHER_PORTRAIT)):
        (face,) = faces.observe([Frame("webcam", 0.0, rgb)])[0].boxes
        assert isinstance(face, Face)
        embedding = identity.embed(rgb, face)
        assert embedding is not None
        found[name] = embedding
    assert np.dot(found["candidate"], found["other"]) < 0.3
    return found


def alike(gallery: tuple[Embedding, ...], embedding: Embedding) -> float:
    """The least similarity of any in the gallery."""
    return float(min(np.array(gallery) @ np.array(embedding)))


class TestPhotos:
    def test_each_gives_one_face(self, tmp_path: Path, run: Enrol, person: Person) -> None:
        photos = [write(tmp_path / f"{name}.png", scene(640, 480, Head(150, 40, 140))[0]) for name in "ab"]
        found = run(*photos)
        assert len(found.gallery) == 2
        assert alike(found.gallery, person["candidate"]) > 0.9
        assert found.basis == IdentityBasis("photos", photos=("a.png", "b.png"), looks=2)
        assert found.findings == ()

    @pytest.mark.parametrize("quarters", [0, 1, 2, 3])
    @pytest.mark.parametrize("name", ["candidate", "other"])
    def test_it_may_lie_on_its_side_or_on_its_head(
        self, tmp_path: Path, run: Enrol, person: Person, name: str, quarters: int
    ) -> None:
        """Faces that are not upright are found too, but their landmarks are wrong: strangers would be registered."""
        rgb = PORTRAIT if name == "candidate" else OTHER_PORTRAIT
        found = run(write(tmp_path / "a.png", np.ascontiguousarray(np.rot90(rgb, quarters))))
        assert alike(found.gallery, person[name]) > 0.95

    @pytest.mark.parametrize("quarters", [0, 1, 2, 3])
    def test_it_may_be_of_a_card(self, tmp_path: Path, run: Enrol, person: Person, quarters: int) -> None:
        card = np.ascontiguousarray(np.rot90(id_card(PORTRAIT), quarters))
        found = run(write(tmp_path / "card.jpg", card))
        assert len(found.gallery) == 1
        assert alike(found.gallery, person["candidate"]) > 0.85

    def test_it_may_say_itself_how_it_is_turned(self, tmp_path: Path, run: Enrol, person: Person) -> None:
        exif = Image.Exif()
        exif[0x0112] = 6
        path = tmp_path / "phone.jpg"
        Image.fromarray(np.ascontiguousarray(np.rot90(PORTRAIT, 1))).save(path, exif=exif, quality=95)
        assert alike(run(str(path)).gallery, person["candidate"]) > 0.95

    def test_photos_of_two_people_are_told_by_the_one_that_differs(
        self, tmp_path: Path, run: Enrol, person: Person
    ) -> None:
        mine, too = write(tmp_path / "mine.png", PORTRAIT), write(tmp_path / "too.jpg", PORTRAIT[:, ::-1].copy())
        other = write(tmp_path / "other.png", OTHER_PORTRAIT)
        found = run(mine, too, other)
        (finding,) = found.findings
        assert finding.code == "references_differ"
        assert finding.message == "the face in other.png is not like the one in mine.png"
        assert len(found.gallery) == 3


class TestPhotosRefused:
    def refused(self, run: Enrol, *photos: str) -> InputError:
        with pytest.raises(InputError) as caught:
            run(*photos)
        assert caught.value.where == photos[-1]
        return caught.value

    def test_without_a_face(self, tmp_path: Path, run: Enrol) -> None:
        wall = np.full((480, 640, 3), 128, np.uint8)
        assert self.refused(run, write(tmp_path / "wall.png", wall)).what == "no face is found in it"

    def test_but_not_while_another_is_of_use(self, tmp_path: Path, run: Enrol) -> None:
        wall = write(tmp_path / "wall.png", np.full((480, 640, 3), 128, np.uint8))
        found = run(wall, write(tmp_path / "good.png", PORTRAIT))
        assert (len(found.gallery), found.basis.photos) == (1, ("good.png",))
        assert [(one.code, one.message) for one in found.findings] == [
            ("reference_unusable", "wall.png: no face is found in it")
        ]

    def test_with_two_faces(self, tmp_path: Path, run: Enrol) -> None:
        rgb, _ = scene(640, 480, Head(20, 40, 120), Head(330, 60, 100, mirrored=True))
        for quarters in range(4):
            photo = write(tmp_path / f"{quarters}.png", np.ascontiguousarray(np.rot90(rgb, quarters)))
            assert self.refused(run, photo).what == "shows 2 faces"

    @pytest.mark.parametrize(
        "rgb",
        [
            scene(640, 480, Head(200, 60, 30))[0],
            cv2.GaussianBlur(scene(640, 480, Head(150, 40, 140))[0], (0, 0), 5),
            np.ascontiguousarray(PORTRAIT[70:]),
        ],
        ids=["small", "blurred", "cut off"],
    )
    def test_with_a_face_that_is_not_good_enough(self, tmp_path: Path, run: Enrol, rgb: Picture) -> None:
        error = self.refused(run, write(tmp_path / "bad.png", rgb))
        assert error.what == "the face in it is too small, blurred, turned away or cut off to compare with"
        assert error.hint

    def test_what_is_no_picture(self, tmp_path: Path, run: Enrol) -> None:
        path = tmp_path / "notes.jpg"
        path.write_text("no picture")
        assert "not a picture" in self.refused(run, str(path)).what


class TestRecording:
    """Portraits instead of people, two pictures a second: looks are half a second apart."""

    @pytest.fixture
    def recorded(self, tmp_path: Path) -> Callable[..., Path]:
        """Makes a recording of what is shown for how many seconds."""

        def make(*shown: tuple[Picture, float], fps: float = 2) -> Path:
            pictures = [rgb for rgb, seconds in shown for _ in range(round(seconds * fps))]
            return film(
                tmp_path / "exam.mp4",
                even(len(pictures), fps),
                size=(320, 240),
                options={"preset": "ultrafast", "qp": "15"},
                picture=lambda number, *_: pictures[number],
            )

        return make

    nobody = np.full((240, 320, 3), 128, np.uint8)
    candidate = scene(320, 240, Head(60, 10, 90))[0]
    other = np.ascontiguousarray(cv2.resize(OTHER_PORTRAIT, (320, 240)))

    def test_the_face_of_the_first_seconds_is_registered(
        self, run: Enrol, recorded: Callable[..., Path], person: Person
    ) -> None:
        found = run(recording=recorded((self.candidate, 24)), offset_s=100.0)
        assert len(found.gallery) == 1
        assert np.hypot.reduce(found.gallery[0]) == pytest.approx(1)
        assert alike(found.gallery, person["candidate"]) > 0.9
        assert (found.basis.kind, found.basis.start_s) == ("registered", 100.0)
        assert found.basis.end_s == pytest.approx(120.0, abs=0.6)
        assert found.basis.looks == pytest.approx(41, abs=1)

    def test_who_only_sets_up_the_camera_is_not(
        self, run: Enrol, recorded: Callable[..., Path], person: Person
    ) -> None:
        found = run(recording=recorded((self.other, 6), (self.nobody, 2), (self.candidate, 22)))
        assert alike(found.gallery, person["candidate"]) > 0.9
        assert found.basis.start_s == 8.0

    def test_who_comes_late_is(self, run: Enrol, recorded: Callable[..., Path], person: Person) -> None:
        found = run(recording=recorded((self.nobody, 60), (self.candidate, 10)))
        assert alike(found.gallery, person["candidate"]) > 0.9
        assert found.basis.start_s == 60.0
        assert found.basis.looks == 6

    @pytest.mark.parametrize("shown", [[(nobody, 30)], [(nobody, 10), (candidate, 2.5), (nobody, 10)]])
    def test_nobody_is_without_enough_looks(
        self, run: Enrol, recorded: Callable[..., Path], shown: list[tuple[Picture, float]]
    ) -> None:
        assert run(recording=recorded(*shown)) == Enrolment((), IdentityBasis("nothing"))

    def test_nobody_is_after_two_minutes(self, run: Enrol, recorded: Callable[..., Path]) -> None:
        assert run(recording=recorded((self.nobody, 122), (self.candidate, 20), fps=0.5)).gallery == ()
        assert run(recording=recorded((self.nobody, 100), (self.candidate, 20), fps=0.5)).gallery

    def test_nor_is_one_of_two(self, run: Enrol, recorded: Callable[..., Path], person: Person) -> None:
        equal = scene(320, 240, Head(0, 30, 66), Head(165, 30, 60, mirrored=True))[0]
        assert run(recording=recorded((equal, 22))).gallery == ()
        behind = scene(320, 240, Head(0, 20, 80), Head(220, 30, 40, mirrored=True))[0]
        assert alike(run(recording=recorded((behind, 22))).gallery, person["candidate"]) > 0.9

    def test_the_first_seconds_may_lie_in_several_parts(
        self, run: Enrol, recorded: Callable[..., Path], person: Person
    ) -> None:
        first = recorded((self.candidate, 2))
        first = first.rename(first.with_name("1.mp4"))
        later = ((recorded((self.candidate, 6)), 40.0),)
        found = run(recording=first, further=later)
        assert alike(found.gallery, person["candidate"]) > 0.9
        assert (found.basis.start_s, found.basis.looks) == (0.0, 6)
        assert run(recording=first, further=later, span=(41.0, 50.0)).basis.start_s == 41.0

    def test_a_span_has_its_own_first_seconds(self, run: Enrol, recorded: Callable[..., Path], person: Person) -> None:
        recording = recorded((self.other, 25), (self.candidate, 15))
        found = run(recording=recording, offset_s=10.0, span=(36.0, 48.0))
        assert alike(found.gallery, person["candidate"]) > 0.9
        assert found.basis.start_s == 36.0
        assert found.basis.end_s == pytest.approx(47.5, abs=0.6)
        assert alike(run(recording=recording, offset_s=10.0).gallery, person["other"]) > 0.9
