"""Who is alike and who is not, on a portrait and on the candidate and the visitor of the sample recording."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import cv2
import numpy as np
import pytest

from proctor_cli.detectors.faces import Faces
from proctor_cli.detectors.identity import Identity
from proctor_cli.types import Box, Embedding, Face, Frame
from tests.unit.detectors.pictures import CLIPS, SAMPLE, Head, Picture, face_in, models, recorded, scene

pytestmark = pytest.mark.models

ALONE_S, TOGETHER_S = 5.0, 31.0  # in the sample recording (labels.csv)
STRANGERS, ALIKE = 0.35, 0.5  # what the shipped rule takes for another person, and for the same again


@pytest.fixture(scope="module")
def find() -> Callable[[Picture], list[Face]]:
    """The faces of a picture, the largest first."""
    faces = Faces(models("faces"))

    def look(rgb: Picture) -> list[Face]:
        (seen,) = faces.observe([Frame("webcam", 0.0, rgb)])
        return sorted((box for box in seen.boxes if isinstance(box, Face)), key=lambda face: -face.height)

    return look


@pytest.fixture(scope="module", params=["retail_0095", "mobilefacenet"])
def identity(request: pytest.FixtureRequest) -> Identity:
    """With each of the networks that it can read."""
    return Identity(models("identity", swaps={"identity": request.param}))


@pytest.fixture(scope="module")
def sample() -> dict[float, Picture]:
    return {time_s: frame.rgb for time_s, frame in zip((5.0, 10.0, 31.0), recorded(SAMPLE, (5, 10, 31)), strict=True)}


def portrait() -> tuple[Picture, Face]:
    rgb, (face,) = scene(640, 480, Head(150, 40, 140))
    return rgb, face


def known(identity: Identity, rgb: Picture, face: Face) -> Embedding:
    embedding = identity.embed(rgb, face)
    assert embedding is not None
    return embedding


def best(identity: Identity, rgb: Picture, *faces: Box) -> float | None:
    (seen,) = identity.observe([Frame("webcam", 0.0, rgb, None, faces)])
    return seen.values["identity.best"]


def match(identity: Identity, rgb: Picture, *faces: Box) -> float | None:
    (seen,) = identity.observe([Frame("webcam", 0.0, rgb, None, faces)])
    assert (seen.values["identity.match"] is None) == (seen.values["identity.similarity"] is None)
    return seen.values["identity.match"]


class TestOnePerson:
    @pytest.mark.parametrize(
        "change",
        [
            lambda rgb: rgb,
            lambda rgb: cv2.GaussianBlur(rgb, (0, 0), 1),
            lambda rgb: (rgb * 0.35).astype(np.uint8),
            lambda rgb: np.clip(rgb.astype(np.int16) + 60, 0, 255).astype(np.uint8),
            lambda rgb: np.repeat(cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY)[..., None], 3, axis=2),
            lambda rgb: np.ascontiguousarray(rgb[:, ::-1]),
            lambda rgb: cv2.imdecode(cv2.imencode(".jpg", rgb, [cv2.IMWRITE_JPEG_QUALITY, 25])[1], cv2.IMREAD_COLOR),
        ],
        ids=["same", "softer", "darker", "lighter", "grey", "mirrored", "compressed"],
    )
    def test_is_alike_in_another_light(
        self, identity: Identity, find: Callable[[Picture], list[Face]], change: Callable[[Picture], Picture]
    ) -> None:
        rgb, face = portrait()
        identity.compare_with([known(identity, rgb, face)])
        changed = change(rgb)
        found = match(identity, changed, *find(changed))
        assert found is not None
        assert found > 0.9

    @pytest.mark.parametrize("face_px", [50, 90, 240])
    def test_is_alike_at_any_size(
        self, identity: Identity, find: Callable[[Picture], list[Face]], face_px: int
    ) -> None:
        identity.compare_with([known(identity, *portrait())])
        rgb, _ = scene(640, 480, Head(100, 40, face_px))
        found = match(identity, rgb, *find(rgb))
        assert found is not None
        assert found > 0.9

    def test_is_alike_in_a_photo_and_in_a_recording(
        self, identity: Identity, find: Callable[[Picture], list[Face]], sample: dict[float, Picture]
    ) -> None:
        identity.compare_with([known(identity, *portrait())])
        for time_s in (ALONE_S, 10.0):
            assert match(identity, sample[time_s], *find(sample[time_s])) == 1.0


class TestTwoPeople:
    def test_are_unlike(
        self, identity: Identity, find: Callable[[Picture], list[Face]], sample: dict[float, Picture]
    ) -> None:
        rgb = sample[TOGETHER_S]
        candidate, visitor = find(rgb)
        identity.compare_with([known(identity, rgb, candidate)])
        (seen,) = identity.observe([Frame("webcam", 0.0, rgb, None, (visitor,))])
        similarity = seen.values["identity.similarity"]
        assert similarity is not None
        assert -1 <= similarity < 0.25
        assert seen.values["identity.match"] == 0.0

    def test_of_them_the_one_most_alike_counts(
        self, identity: Identity, find: Callable[[Picture], list[Face]], sample: dict[float, Picture]
    ) -> None:
        rgb = sample[TOGETHER_S]
        candidate, visitor = find(rgb)
        for somebody in (candidate, visitor):
            identity.compare_with([known(identity, rgb, somebody)])
            assert best(identity, rgb, candidate, visitor) == best(identity, rgb, visitor, candidate) == 1.0

    def test_any_of_several_photos_will_do(
        self, identity: Identity, find: Callable[[Picture], list[Face]], sample: dict[float, Picture]
    ) -> None:
        rgb = sample[TOGETHER_S]
        candidate, visitor = find(rgb)
        identity.compare_with([known(identity, rgb, visitor), known(identity, rgb, candidate)])
        assert match(identity, sample[ALONE_S], *find(sample[ALONE_S])) == 1.0

    @pytest.mark.media
    def test_real_people_are_unlike_each_other_and_alike_themselves(
        self, identity: Identity, find: Callable[[Picture], list[Face]]
    ) -> None:
        looks: dict[str, list[Embedding]] = {}
        for name in ("a_headturn", "a_leave", "a_eyes_left", "a_bystander", "a_phone_desk"):
            frames = [frame.rgb for frame in recorded(CLIPS / f"{name}.mp4", (0.5, 1.5))]
            looks[name] = [known(identity, rgb, find(rgb)[0]) for rgb in frames]
        for name, (first, second) in looks.items():
            assert identity.match(float(np.dot(first, second))) > ALIKE, name
            for other, (third, _) in looks.items():
                assert other == name or identity.match(float(np.dot(first, third))) < STRANGERS, (name, other)


class TestNoVerdict:
    """Where a face says more about the picture than about the person."""

    @pytest.fixture
    def compared(self, identity: Identity) -> Identity:
        identity.compare_with([known(identity, *portrait())])
        return identity

    def test_without_a_face(self, compared: Identity) -> None:
        assert match(compared, portrait()[0]) is None

    def test_on_a_box_without_landmarks(self, compared: Identity) -> None:
        rgb, face = portrait()
        assert match(compared, rgb, Box(face.x0, face.y0, face.x1, face.y1, "face", 0.9)) is None
        assert match(compared, rgb, replace(face, points=())) is None

    @pytest.mark.parametrize(("score", "enough"), [(0.75, True), (0.65, False)])
    def test_on_what_may_be_no_face(self, compared: Identity, score: float, enough: bool) -> None:
        rgb, face = portrait()
        assert (match(compared, rgb, replace(face, score=score)) is not None) == enough

    @pytest.mark.parametrize(("face_px", "enough"), [(44, True), (36, False)])
    def test_on_a_small_face(self, compared: Identity, face_px: int, enough: bool) -> None:
        rgb, faces = scene(640, 480, Head(150, 40, face_px))
        assert (match(compared, rgb, *faces) is not None) == enough

    def test_on_a_blurred_face(self, compared: Identity) -> None:
        rgb, face = portrait()
        assert match(compared, cv2.GaussianBlur(rgb, (0, 0), 1.5), face) is not None
        assert match(compared, cv2.GaussianBlur(rgb, (0, 0), 5), face) is None

    def test_on_a_face_that_the_edge_cuts(self, compared: Identity) -> None:
        rgb, face = portrait()
        for cut in (replace(face, x0=0.0), replace(face, y0=0.0), replace(face, x1=1.0), replace(face, y1=1.0)):
            assert match(compared, rgb, cut) is None

    @pytest.mark.parametrize(("shift", "enough"), [(0.0, True), (0.25, True), (0.5, False), (-0.5, False)])
    def test_on_a_face_that_is_turned_away(self, compared: Identity, shift: float, enough: bool) -> None:
        rgb, face = portrait()
        left, right, (x, y), *mouth = face.points
        apart = right[0] - left[0]
        turned = replace(face, points=(left, right, (x + shift * apart, y), *mouth))
        assert (match(compared, rgb, turned) is not None) == enough

    def test_on_eyes_in_one_place(self, compared: Identity) -> None:
        rgb, face = portrait()
        assert match(compared, rgb, replace(face, points=(face.points[0],) * 5)) is None

    def test_on_faces_far_behind_the_candidate_s(self, compared: Identity) -> None:
        """Somebody in the background must not vouch for who sits in front, whose face allows no verdict."""
        rgb, (near, far) = scene(1280, 960, Head(60, 40, 320), Head(900, 300, 80))
        assert match(compared, rgb, far) is not None
        assert match(compared, rgb, replace(near, points=()), far) is None

    def test_on_more_than_the_three_largest(self, compared: Identity) -> None:
        rgb, face = portrait()
        larger = [replace(face_in((0.1, 0.1, 0.4, 0.6 + i / 100)), points=()) for i in range(3)]
        assert best(compared, rgb, face, *larger[:2]) is not None
        assert best(compared, rgb, face, *larger) is None


def test_match_is_0_for_strangers_1_for_one_person_and_grows_between(identity: Identity) -> None:
    assert [identity.match(similarity) for similarity in (-1.0, 0.0, 0.2)] == [0, 0, 0]
    assert [identity.match(similarity) for similarity in (0.65, 1.0, 1.0000001)] == [1, 1, 1]
    values = [identity.match(similarity / 100) for similarity in range(30, 56)]
    assert values == sorted(values)
    assert 0 < identity.match(0.45) < 1
