"""Identity in a session: whom faces are compared with, and what is said where nobody is."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from proctor_cli.errors import ModelError
from proctor_cli.session.enrol import EnrolJob, Enrolment
from proctor_cli.session.prepare import Preparation, call, prepare
from proctor_cli.session.request import Request
from proctor_cli.store import SessionFolder
from proctor_cli.types import Clip, IdentityBasis, MissingDetector, SessionResult
from tests.unit.detectors.pictures import MODELS, OTHER_PORTRAIT, PORTRAIT, Head, Picture, models, scene
from tests.unit.media.films import even, film
from tests.unit.session.conftest import Analyse

CANDIDATE = scene(320, 240, Head(60, 10, 90))[0]
OTHER = np.ascontiguousarray(cv2.resize(OTHER_PORTRAIT, (320, 240)))
SWAP_S, END_S = 12.0, 24.0


@pytest.fixture(scope="module")
def swap(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two people, twelve seconds each, five pictures a second."""
    return film(
        tmp_path_factory.mktemp("films") / "swap.mp4",
        even(120, 5),
        size=(320, 240),
        options={"preset": "ultrafast", "qp": "15"},
        gop=20,
        picture=lambda number, *_: CANDIDATE if number < 60 else OTHER,
    )


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return film(tmp_path_factory.mktemp("films") / "empty.mp4", even(40, 5))


@pytest.fixture
def photo(tmp_path: Path) -> Callable[[str, Picture], str]:
    def write(name: str, rgb: Picture) -> str:
        Image.fromarray(rgb).save(tmp_path / name)
        return str(tmp_path / name)

    return write


@pytest.fixture
def networks(request_of: object, monkeypatch: pytest.MonkeyPatch) -> None:
    """The real networks for faces and identity, and no other detector that needs one."""
    models("faces", "identity")  # skips where there are none
    monkeypatch.setattr("proctor_cli.nets.lookup.search_folders", lambda: (MODELS,))
    kept = {
        "webcam_quality": "proctor_cli.detectors.quality:WebcamQuality",
        "faces": "proctor_cli.detectors.faces:Faces",
        "identity": "proctor_cli.detectors.identity:Identity",
    }
    monkeypatch.setattr("proctor_cli.detectors.REGISTRY", kept)


def unauthorized(result: SessionResult) -> list[tuple[float, float]]:
    found = result.judgement.incidents
    return [(one.start_s, one.end_s) for one in found if one.event == "UNAUTHORIZED_USER"]


def missing(preparation: Preparation) -> MissingDetector:
    (item,) = (item for item in preparation.recording.missing if item.name == "identity")
    return item


def keys(preparation: Preparation) -> set[str]:
    return {job.key for job in preparation.jobs}


@pytest.mark.models
@pytest.mark.usefixtures("networks")
class TestComparing:
    def test_without_photos_with_the_face_of_the_first_seconds(
        self, tmp_path: Path, swap: Path, analysed: Analyse
    ) -> None:
        result = analysed(swap)
        assert result.recording.identity.kind == "registered"
        ((start_s, end_s),) = unauthorized(result)
        assert start_s == pytest.approx(SWAP_S, abs=0.45)
        assert end_s == pytest.approx(END_S, abs=0.25)
        looks = {
            one.t_s: one.values["identity.match"]
            for one in SessionFolder(tmp_path / "out").read_observations()
            if "identity.match" in one.values
        }
        assert set(looks.values()) == {0.0, 1.0}
        assert {t_s for t_s, match in looks.items() if match == 1.0} == {t_s for t_s in looks if t_s < SWAP_S}

    def test_with_photos_whoever_sits_there_first(
        self, swap: Path, analysed: Analyse, photo: Callable[[str, Picture], str]
    ) -> None:
        """Twice in one process: of two sessions each has its own faces."""
        for name, rgb, away in (("mine.png", PORTRAIT, SWAP_S), ("other.png", OTHER_PORTRAIT, 0.0)):
            path = photo(name, rgb)
            result = analysed(swap, photos=(path,))
            assert result.recording.identity == IdentityBasis("photos", photos=(Path(path).name,), looks=1)
            ((start_s, end_s),) = unauthorized(result)
            assert start_s == pytest.approx(away, abs=0.45)
            assert end_s == pytest.approx(away + 12, abs=0.45)

    def test_photos_of_two_people_ask_for_a_look(
        self, swap: Path, analysed: Analyse, photo: Callable[[str, Picture], str]
    ) -> None:
        result = analysed(swap, photos=(photo("a.png", PORTRAIT), photo("b.png", OTHER_PORTRAIT)))
        assert unauthorized(result) == []  # either will do
        assert [finding.code for finding in result.recording.findings] == ["references_differ"]
        assert result.judgement.priority != "low"

    def test_only_work_with_the_same_faces_is_taken_over(
        self, swap: Path, prepared: Callable[..., Preparation], photo: Callable[[str, Picture], str]
    ) -> None:
        mine, copy = photo("mine.png", PORTRAIT), photo("copy.png", PORTRAIT)
        with_mine = keys(prepared(swap, photos=(mine,)))
        assert with_mine
        assert keys(prepared(swap, photos=(copy,))) == with_mine
        for options in (
            {},
            {"identity": False},
            {"photos": (photo("o.png", OTHER_PORTRAIT),)},
            {"photos": (mine, copy)},
        ):
            assert not keys(prepared(swap, **options)) & with_mine
        assert keys(prepared(swap)) == keys(prepared(swap))

    def test_what_is_seen_is_the_span_alone(self, swap: Path, analysed: Analyse) -> None:
        result = analysed(swap, span=(SWAP_S + 1, END_S))
        assert (result.recording.identity.kind, result.recording.identity.start_s) == ("registered", SWAP_S + 1)
        assert unauthorized(result) == []

    def test_it_is_done_apart_and_once(self, swap: Path, request_of: Callable[..., Request]) -> None:
        asked: list[EnrolJob] = []

        def apart(function: Callable[[EnrolJob], Enrolment], job: EnrolJob) -> Enrolment:
            asked.append(job)
            return call(function, job)

        preparation = prepare(request_of(swap, span=(2.0, 20.0)), threads=1, apart=apart)
        (job,) = asked
        assert (job.photos, job.span, {role for role, _ in job.models}) == ((), (2.0, 20.0), {"faces", "identity"})
        assert len({job.gallery for job in preparation.jobs}) == 1
        assert len(preparation.jobs[0].gallery) == 1


@pytest.mark.models
@pytest.mark.usefixtures("networks")
class TestNobody:
    def test_is_said_where_no_face_could_be_registered(self, tmp_path: Path, empty: Path, analysed: Analyse) -> None:
        result = analysed(empty)
        assert result.recording.identity == IdentityBasis("nothing")
        item = result.recording.missing[0]
        assert (item.name, item.lacks) == ("identity", "model")
        assert "no face was seen well enough" in item.reason
        (silent,) = (one for one in result.judgement.not_assessed if one.event == "UNAUTHORIZED_USER")
        assert (silent.reason, silent.remedy) == (item.reason, item.remedy)
        assert "--reference" in silent.remedy
        assert {spec.name for spec in result.recording.detectors} >= {"faces", "webcam_quality"}
        assert "identity" not in {spec.name for spec in result.recording.detectors}
        seen = SessionFolder(tmp_path / "out").read_observations()
        assert not any(name.startswith("identity.") for one in seen for name in one.values)

    def test_is_refused_where_it_is_required(
        self, tmp_path: Path, empty: Path, prepared: Callable[..., Preparation]
    ) -> None:
        with pytest.raises(ModelError, match="no face was seen well enough") as caught:
            prepared(empty, require=("identity",))
        assert caught.value.where == "identity"
        assert not (tmp_path / "out").exists()

    def test_a_photo_will_do(
        self, empty: Path, prepared: Callable[..., Preparation], photo: Callable[[str, Picture], str]
    ) -> None:
        preparation = prepared(empty, photos=(photo("mine.png", PORTRAIT),))
        assert "identity" in {spec.name for spec in preparation.recording.detectors}

    def test_switched_off_nobody_is_asked_for(self, swap: Path, request_of: Callable[..., Request]) -> None:
        def never(function: object, job: object) -> Enrolment:
            raise AssertionError

        preparation = prepare(request_of(swap, identity=False), apart=never)
        assert missing(preparation).reason == "it was switched off with --no-identity"
        assert missing(preparation).lacks == "choice"
        assert preparation.recording.identity == IdentityBasis("nothing")
        assert "identity" not in {use.role for use in preparation.recording.models}
        assert {job.gallery for job in preparation.jobs} == {()}
        with pytest.raises(ModelError, match="switched off"):
            prepare(request_of(swap, identity=False, require=("identity",)), apart=never)


def test_without_networks_nobody_is_asked_for(swap: Path, request_of: Callable[..., Request]) -> None:
    def never(function: object, job: object) -> Enrolment:
        raise AssertionError

    preparation = prepare(request_of(swap), apart=never)
    assert missing(preparation).reason == "it needs a face, and nothing looks for one"
    assert preparation.recording.identity == IdentityBasis("nothing")


def test_of_a_screen_recording_alone_nothing_is_asked(swap: Path, request_of: Callable[..., Request]) -> None:
    preparation = prepare(request_of(Clip("screen", str(swap))))
    assert missing(preparation).lacks == "input"
