"""The machine's own Chromium, a session with small real recordings, and a page that must stay silent."""

from __future__ import annotations

import os
import runpy
from collections.abc import Callable, Iterator
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from proctor_cli.report.page import write_page
from proctor_cli.types import SessionResult

CHROMIUM = Path("/usr/bin/chromium")
DURATION_S = 120.0
SCREEN_OFFSET_S = 5.0
SCREEN_FIRST_PTS_S = 3.0

make_session: Callable[[], SessionResult] = runpy.run_path(
    str(Path(__file__).parents[1] / "unit" / "report" / "conftest.py")
)["make_session"]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    if not CHROMIUM.exists():
        reason = f"there is no Chromium at {CHROMIUM}"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=str(CHROMIUM), args=["--no-sandbox", "--autoplay-policy=no-user-gesture-required"]
        )
        yield chromium
        chromium.close()


def record(path: Path, duration_s: float, first_pts_s: float = 0.0, *, rate_fps: int = 2, live: bool = False) -> None:
    """A small VP8 recording that gets brighter; a ``live`` one tells neither its duration nor where to seek."""
    with av.open(str(path), "w", options={"live": "1"} if live else {}) as container:
        stream = container.add_stream("libvpx", rate=rate_fps, options={"deadline": "realtime", "cpu-used": "8"})
        stream.width, stream.height, stream.pix_fmt = 64, 36, "yuv420p"
        stream.codec_context.time_base = stream.time_base = Fraction(1, 1000)
        for number in range(round(duration_s * rate_fps)):
            frame = av.VideoFrame.from_ndarray(np.full((36, 64, 3), number % 256, np.uint8), format="rgb24")
            frame.pts, frame.time_base = round((first_pts_s + number / rate_fps) * 1000), Fraction(1, 1000)
            container.mux(stream.encode(frame))
        container.mux(stream.encode())


@pytest.fixture(scope="session")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> SessionResult:
    """The hand-made session with recordings that exist; the screen's own clock begins at 3 s."""
    folder = tmp_path_factory.mktemp("session")
    session = make_session()
    webcam, screen = session.recording.clips
    record(folder / "webcam.webm", DURATION_S)
    record(folder / "screen.webm", screen.duration_s, SCREEN_FIRST_PTS_S)
    clips = (
        replace(webcam, path=str(folder / "webcam.webm"), size_bytes=(folder / "webcam.webm").stat().st_size),
        replace(screen, path=str(folder / "screen.webm"), first_pts_s=SCREEN_FIRST_PTS_S, offset_s=SCREEN_OFFSET_S),
    )
    return replace(session, recording=replace(session.recording, clips=clips))


def link(session: SessionResult) -> dict[str, str]:
    """Links for a page that lies beside the recordings."""
    return {clip.path: Path(clip.path).name for clip in session.recording.clips}


@pytest.fixture(scope="session")
def report(recorded: SessionResult) -> Path:
    """The report page beside its recordings."""
    folder = Path(recorded.recording.clips[0].path).parent
    return write_page(recorded, folder / "report.html", media=link(recorded), snapshots=folder)


@pytest.fixture
def opened(page: Page, report: Path) -> Page:
    """The report with both recordings loaded."""
    page.goto(report.as_uri())
    for source in ("webcam", "screen"):
        page.wait_for_function("s => document.querySelector(`[data-source=${s}] video`).readyState >= 2", arg=source)
    return page


@pytest.fixture(scope="session")
def context(browser: Browser) -> BrowserContext:
    return browser.new_context(viewport={"width": 1280, "height": 900}, accept_downloads=True)


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    """A page with empty storage. At the end: nothing was said on the console, nothing asked of any network."""
    page = context.new_page()
    page.set_default_timeout(5000)
    said: list[str] = []
    page.on("console", lambda message: said.append(f"{message.type}: {message.text}"))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("dialog", lambda dialog: said.append(f"dialog: {dialog.message}"))
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    yield page
    page.evaluate("localStorage.clear()")
    page.close()
    assert [url for url in asked if not url.startswith(("file:", "data:", "blob:"))] == []
    # A recording that is not there is the one thing the browser itself may complain about.
    assert [text for text in said if "ERR_FILE_NOT_FOUND" not in text] == []
