"""Open a recording, choose its video, read its packets; say plainly why when that fails."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from io import BufferedIOBase
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import av
import av.logging
import cv2

from proctor_cli.errors import InputError
from proctor_cli.files import is_address, shown_address
from proctor_cli.media.address import open_address

if TYPE_CHECKING:
    from av.audio.stream import AudioStream
    from av.container import InputContainer
    from av.packet import Packet
    from av.video.stream import VideoStream

# What a recording may come in, by FFmpeg's names. Everything else it could open is refused: playlists, which
# read other files; still pictures; and plain text, which it would play as a terminal. The sound-only formats
# are here so that a sound file is told so.
_CONTAINERS = (
    "mov,mp4,matroska,webm,avi,gif,mpegts,mpeg,flv,asf,ogg,mxf,ivf,h264,hevc,mpegvideo,m4v,mjpeg,wav,mp3,flac,aac"
)
_WHITELISTS = {"protocol_whitelist": "file", "format_whitelist": _CONTAINERS}

# A container that fails so often in a row, without one packet in between, has nothing more to give.
_MAX_ERRORS_IN_A_ROW = 100

# So many bytes tell what a file is.
_HEAD = 16

S = TypeVar("S", "VideoStream", "AudioStream")


@contextmanager
def open_recording(path: str) -> Iterator[InputContainer]:
    """Open a recording for reading: a file, or what is at an address.

    Raises:
        InputError: there is no such file, or it is no recording that can be read.
    """
    # PyAV is silent unless another library of this process has changed that; users must see our lines only.
    av.logging.set_level(None)
    with ExitStack() as stack:
        # "file:" keeps a name such as "http:exam.mp4" or "concat:a|b" from being taken for an address by FFmpeg.
        opened: BufferedIOBase | str = f"file:{path}"
        if is_address(path):
            opened = stack.enter_context(open_address(path))
            head = opened.read(_HEAD)
            opened.seek(0)
        else:
            head = _first_bytes(path)
        try:
            container = av.open(opened, "r", container_options=_WHITELISTS, metadata_errors="replace")
            stack.enter_context(container)
        except (av.FFmpegError, ValueError) as error:
            raise _refusal(path, head) from error
        yield container


def open_bytes(path: str) -> AbstractContextManager[BufferedIOBase]:
    """The same as mere bytes; of a file that is there."""
    return open_address(path) if is_address(path) else open(path, "rb")


def choose_video(container: InputContainer, path: str) -> VideoStream:
    """The video of a recording: cover pictures apart, the one marked as default, else the largest, else the first.

    Raises:
        InputError: there is no video, or no decoder for it.
    """
    streams = [s for s in container.streams.video if not is_cover(s)]
    if not streams:
        what = "the file holds sound but no video" if container.streams.audio else "the file holds no video"
        raise InputError(
            what, where=shown_address(path), hint="Give the recording that shows the candidate or the screen."
        )
    # A stream without a decoder has no codec context, whatever the type stubs say.
    known = [s for s in streams if getattr(s, "codec_context", None) is not None]
    if not known:
        raise InputError(
            "its video is in a format that cannot be decoded here",
            where=shown_address(path),
            hint="Convert it to H.264 in MP4.",
        )
    return max(known, key=lambda s: (bool(s.disposition & s.disposition.default), s.width * s.height, -s.index))


def choose_sound(container: InputContainer) -> AudioStream | None:
    """The sound of a recording: the track marked as default, else the first; None without one that can be decoded."""
    known = [s for s in container.streams.audio if getattr(s, "codec_context", None) is not None]
    return max(known, key=lambda s: (bool(s.disposition & s.disposition.default), -s.index), default=None)


def packets(container: InputContainer, stream: S) -> Iterator[Packet[S] | None]:
    """Every packet of a stream that holds data, in file order; of sound, those that are meant to be heard.

    Pictures ahead of where an edit list begins (a file that was trimmed without encoding it anew) are not shown, but
    those that are refer to them: the decoder wants them, and gives nothing back for them.

    None stands for a place where the container could not be read: reading goes on after it while it can. Empty
    packets (a dropped frame in AVI, the end) are left out, because a decoder takes one for the end of the file.
    """
    errors_in_a_row = 0
    while errors_in_a_row < _MAX_ERRORS_IN_A_ROW:
        try:
            for packet in container.demux(stream):
                errors_in_a_row = 0
                if packet.size and (stream.type == "video" or not packet.is_discard):
                    yield packet
            return
        except av.FFmpegError:  # the generator is finished by it, the container is not
            errors_in_a_row += 1
            yield None


def is_cover(stream: VideoStream) -> bool:
    """Whether a video stream is a cover picture or a row of thumbnails."""
    kinds = stream.disposition
    return bool(kinds & (kinds.attached_pic | kinds.timed_thumbnails))


def _first_bytes(path: str) -> bytes:
    """The first bytes of a file that is there, is a file, is not empty and may be read."""
    try:
        mode = Path(path).stat().st_mode
        if stat.S_ISDIR(mode):
            raise InputError("this is a folder", where=path, hint="Give the video file itself.")
        if not stat.S_ISREG(mode):
            raise InputError("this is not a file", where=path, hint="Save the recording to a file first.")
        with open(path, "rb") as file:
            head = file.read(_HEAD)
    except FileNotFoundError as error:
        raise InputError("no such file", where=path, hint="Check the path.") from error
    except PermissionError as error:
        raise InputError("the file may not be read", where=path, hint="Ask for permission to read it.") from error
    except OSError as error:
        reason = error.strerror or "it cannot be read"
        raise InputError(reason.lower(), where=path, hint="Check the disk or copy the file again.") from error
    if not head:
        raise InputError("the file is empty", where=path, hint="Copy or download it again.")
    return head


def _refusal(path: str, head: bytes) -> InputError:
    """Why FFmpeg would not open this file, as far as its first bytes tell."""
    where = shown_address(path)
    if head[4:8] in {b"ftyp", b"mdat", b"moov", b"wide", b"free"}:
        return InputError(
            "an MP4 or MOV file without a usable index: the recording was cut off or the copy is incomplete",
            where=where,
            hint="Copy it again from the recorder, or repair it with a recording made by the same device.",
        )
    if head.startswith((b"\x1aE\xdf\xa3", b"RIFF")):
        return InputError(
            "an MKV, WebM or AVI file that is damaged or cut off near its start",
            where=where,
            hint="Copy it again, or ask for the original recording.",
        )
    if not is_address(path) and cv2.haveImageReader(path):
        return InputError("a still picture, not a recording", where=where, hint="Give the recording itself.")
    return InputError(
        "not a recording that can be read",
        where=where,
        hint="Expected a video file such as MP4, MOV, MKV, WebM, AVI or GIF.",
    )
