"""Before the analysis: which networks it will need."""

from __future__ import annotations

from pathlib import Path

from proctor_cli.session.prepare import roles_needed
from proctor_cli.types import Clip
from tests.unit.media.sounds import recording, silence


def test_networks_for_pictures_follow_from_what_the_recordings_show() -> None:
    assert {"faces", "objects", "identity"} <= set(roles_needed([Clip("webcam", "exam.mp4")]))
    assert roles_needed([Clip("screen", "screen.mp4")]) == ("text",)


def test_a_network_that_listens_is_needed_only_where_there_is_sound(tmp_path: Path) -> None:
    mute, loud = recording(tmp_path / "mute.mp4", None), recording(tmp_path / "loud.mp4", silence(4))
    (tmp_path / "no.mp4").write_bytes(b"no recording")

    def listens(*clips: Clip) -> bool:
        return "voice" in roles_needed(clips)

    assert not listens(Clip("webcam", str(mute)), Clip("screen", str(mute)))
    assert listens(Clip("webcam", str(mute)), Clip("screen", str(loud)))
    assert not listens(Clip("webcam", str(mute)), Clip("workspace", str(loud)))  # nobody listens to a room scan
    assert not listens(Clip("webcam", str(tmp_path / "no.mp4")))  # that it cannot be read is told later
