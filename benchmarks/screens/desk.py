"""A desktop that is recorded: an X server, a window manager, a browser, a hand at mouse and keyboard, a camera.

What happens is written down as it is done (``Desk.begin``, ``Desk.end``, ``Desk.note``); ``marks`` turns that log into
labels. Linux only; needs Xvfb, xdotool, wmctrl, xclip, dbus-daemon, dunst, ffmpeg, Chromium and the setting's manager.
"""

from __future__ import annotations

import json
import os
import random
import re
import shutil
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import IO

from benchmarks.screens.site import Site

FPS = 10
BROWSER = (
    "chromium --no-sandbox --test-type --disable-gpu --no-first-run --no-default-browser-check --disable-sync "
    "--password-store=basic --disable-component-update --disable-background-networking --disable-extensions "
    "--disable-features=Translate,MediaRouter,OptimizationHints --lang=en-GB "
    "--disable-session-crashed-bubble --disable-backgrounding-occluded-windows"
)


@dataclass(frozen=True, slots=True)
class Setting:
    """One group's look: ``home`` are files to write below $HOME, ``programs`` run before the browser."""

    clip: str
    exam: str
    programs: Sequence[str]
    size_px: tuple[int, int] = (1280, 720)
    gtk_theme: str = "Adwaita"
    wallpaper: str = "#3a6ea5"
    dark: bool = False
    own_frame: bool = True
    pages: str = "pages"
    home: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Mark:
    """An edge of a fact as the action log has it: the picture changes at ``t_s`` or up to three seconds later."""

    event: str
    edge: str
    t_s: float
    detail: str
    share: float
    box: tuple[float, float, float, float]


class Desk:
    """A running desktop; a context manager. Times are seconds of the recording, positions pixels of the screen."""

    def __init__(self, setting: Setting, folder: Path, display: str) -> None:
        self.setting, self.folder, self.marks = setting, folder, list[Mark]()
        self._random = random.Random(setting.clip)
        self._running: list[subprocess.Popen[bytes]] = []
        self._mouse = (setting.size_px[0] // 2, setting.size_px[1] // 2)
        self._camera: subprocess.Popen[bytes] | None = None
        self._start_s = 0.0
        home = folder / "home"
        shutil.rmtree(folder, ignore_errors=True)
        home.mkdir(parents=True)
        for name, text in setting.home.items():
            (home / name).parent.mkdir(parents=True, exist_ok=True)
            (home / name).write_text(text)
        self.env = {**os.environ, "DISPLAY": display, "HOME": str(home), "GTK_THEME": setting.gtk_theme,
                    "XDG_RUNTIME_DIR": str(home), "XDG_CONFIG_HOME": str(home / ".config"), "NO_AT_BRIDGE": "1",
                    "LANG": "C.UTF-8", "TZ": "UTC"}  # fmt: skip
        # The QT names are set by OpenCV for its own Qt, and keep programs of the desktop from starting.
        for name in ("XDG_CACHE_HOME", "XDG_DATA_HOME", "QT_QPA_PLATFORM_PLUGIN_PATH", "QT_QPA_FONTDIR"):
            self.env.pop(name, None)
        self.site = Site(folder, setting.pages)

    def __enter__(self) -> Desk:
        width, height = self.setting.size_px
        self.start(f"Xvfb {self.env['DISPLAY']} -screen 0 {width}x{height}x24 -nolisten tcp")
        time.sleep(1.0)
        bus = self.start("dbus-daemon --session --nofork --print-address", output=subprocess.PIPE)
        assert bus.stdout is not None
        self.env["DBUS_SESSION_BUS_ADDRESS"] = bus.stdout.readline().decode().strip()
        self.start(f"hsetroot -solid {self.setting.wallpaper}")
        for program in self.setting.programs:
            self.start(program)
            time.sleep(1.0)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.cut()
        for process in reversed(self._running):
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGTERM)
                try:
                    process.wait(3)
                except subprocess.TimeoutExpired:
                    os.killpg(process.pid, signal.SIGKILL)
        self.site.close()

    # Programs

    def start(
        self, command: str | Sequence[str], output: int | IO[bytes] = subprocess.DEVNULL
    ) -> subprocess.Popen[bytes]:
        words = command.split() if isinstance(command, str) else list(command)
        process = subprocess.Popen(
            words, env=self.env, cwd=self.env["HOME"], stdout=output, stderr=subprocess.DEVNULL, start_new_session=True
        )
        self._running.append(process)
        return process

    def stop(self, process: subprocess.Popen[bytes]) -> None:
        os.killpg(process.pid, signal.SIGTERM)

    def browse(self, *urls: str, profile: str = "main", options: str = "") -> subprocess.Popen[bytes]:
        """Open a browser of its own on ``urls``; the first one is the tab shown."""
        data = self.folder / profile
        (data / "Default").mkdir(parents=True)
        look = {"browser": {"custom_chrome_frame": self.setting.own_frame}, "session": {"restore_on_startup": 5}}
        (data / "Default" / "Preferences").write_text(json.dumps(look))
        rules = ",".join(f"MAP {host}:443 127.0.0.1:{self.site.port}" for host in self.site.hosts)
        words = [*BROWSER.split(), f"--user-data-dir={data}",
                 f"--ignore-certificate-errors-spki-list={self.site.trust}",
                 f"--host-resolver-rules={rules},MAP * ~NOTFOUND",
                 *(["--force-dark-mode"] if self.setting.dark else []), *options.split(), *urls]  # fmt: skip
        return self.start(words)

    def until(self, spot: str, host: str = "", limit_s: float = 20.0) -> None:
        """Wait until the page of ``host`` (the exam) shows the element ``spot``."""
        late_s = time.monotonic() + limit_s
        while spot not in self.site.spots.get(host or self.setting.exam, {}):
            if time.monotonic() > late_s:
                raise TimeoutError(f"{host or self.setting.exam} never showed #{spot}")
            time.sleep(0.05)

    def run(self, command: str | Sequence[str], text: str | None = None) -> None:
        words = command.split() if isinstance(command, str) else list(command)
        subprocess.run(words, env=self.env, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                       input=None if text is None else text.encode())  # fmt: skip

    # Camera and log

    def roll(self) -> None:
        """Start recording, without loss: ``raw.mkv``."""
        size = "{}x{}".format(*self.setting.size_px)
        log = self.folder / "camera.log"
        words = (
            f"ffmpeg -y -f x11grab -draw_mouse 1 -framerate {FPS} -video_size {size} -i {self.env['DISPLAY']} "
            f"-r {FPS} -fps_mode cfr -c:v libx264 -preset ultrafast -qp 0 -threads 1 {self.folder / 'raw.mkv'}"
        )
        with log.open("wb") as errors:
            self._camera = subprocess.Popen(words.split(), stdin=subprocess.PIPE, stderr=errors, env=self.env)
        while not (found := re.search(r"start: (\d+\.\d+)", log.read_text(errors="replace"))):
            time.sleep(0.05)
        self._start_s = float(found[1])

    def cut(self) -> None:
        if self._camera is not None:
            self._camera.communicate(b"q")
            self._camera = None

    @property
    def now_s(self) -> float:
        return time.time() - self._start_s

    def begin(self, event: str, detail: str = "", share: float = 0.02, box: Sequence[float] = (0, 0, 1, 1)) -> None:
        """The next change of at least ``share`` of the pixels in ``box`` (x0 y0 x1 y1, fractions) begins ``event``."""
        self._mark(event, "start", detail, share, box)

    def end(self, event: str, share: float = 0.02, box: Sequence[float] = (0, 0, 1, 1)) -> None:
        self._mark(event, "end", "", share, box)

    def note(self, detail: str) -> None:
        """Something honest happens: a row that only people read."""
        self._mark("note", "start", detail, 0.0, (0, 0, 1, 1))

    def _mark(self, event: str, edge: str, detail: str, share: float, box: Sequence[float]) -> None:
        x0, y0, x1, y1 = box
        self.marks.append(Mark(event, edge, self.now_s, detail, share, (x0, y0, x1, y1)))

    # The hand

    def wait(self, duration_s: float) -> None:
        time.sleep(duration_s)

    def key(self, *keys: str) -> None:
        self.run(["xdotool", "key", *keys])

    def alt_tab(self, steps: int = 1) -> None:
        """Hold alt and press tab; the window comes when ``release`` lets go."""
        self.run("xdotool keydown alt")
        for _ in range(steps):
            self.run("xdotool key Tab")
            time.sleep(0.35)

    def release(self) -> None:
        self.run("xdotool keyup alt")

    def type(self, text: str, pace_s: float = 0.1) -> None:
        """Type like a person: in words, with small pauses."""
        for word in re.findall(r"\S+\s*|\s+", text):
            self.run(
                ["xdotool", "type", "--delay", str(round(1000 * pace_s * self._random.uniform(0.7, 1.2))), "--", word]
            )
            if self._random.random() < 0.06:
                time.sleep(self._random.uniform(0.2, 0.7))

    def write(self, text: str, pace_s: float = 0.165) -> None:
        """Type slowly, letter by letter, now and then a wrong one that is taken back: ASCII only."""
        due_s = time.monotonic()
        for letter in text:
            if letter.islower() and self._random.random() < 0.03:
                self.run(["xdotool", "type", "--", chr(ord("a") + (ord(letter) - 96) % 26)])
                time.sleep(self._random.uniform(0.25, 0.5))
                self.run("xdotool key BackSpace")
                due_s = time.monotonic() + self._random.uniform(0.15, 0.3)
            time.sleep(max(0.0, due_s - time.monotonic()))
            self.run(["xdotool", "type", "--delay", "0", "--", letter])
            due_s += pace_s * self._random.uniform(0.55, 1.45)

    def move(self, to: str | tuple[int, int], host: str = "", duration_s: float = 0.5) -> None:
        x, y = self._find(to, host) if isinstance(to, str) else to
        x0, y0 = self._mouse
        words = ["xdotool"]
        for step in range(1, 13):
            part = step / 12
            ease = part * part * (3 - 2 * part)
            words += ["mousemove", str(round(x0 + (x - x0) * ease)), str(round(y0 + (y - y0) * ease)),
                      "sleep", f"{duration_s / 12:.3f}"]  # fmt: skip
        self.run(words)
        self._mouse = (x, y)

    def click(self, to: str | tuple[int, int], host: str = "", button: int = 1, times: int = 1) -> None:
        self.move(to, host)
        self.press(button, times)

    def press(self, button: int = 1, times: int = 1) -> None:
        self.run(f"xdotool click --repeat {times} --delay 90 {button}")

    def drag(self, start: tuple[int, int], to: tuple[int, int], duration_s: float = 1.5) -> None:
        self.move(start)
        self.run("xdotool mousedown 1")
        self.move(to, duration_s=duration_s)
        self.run("xdotool mouseup 1")

    def scroll(self, notches: int, pause_s: float = 0.12) -> None:
        """Turn the wheel, down when positive."""
        for _ in range(abs(notches)):
            self.press(5 if notches > 0 else 4)
            time.sleep(pause_s * self._random.uniform(0.6, 1.4))

    def clip_text(self, text: str) -> None:
        """Put ``text`` on the clipboard, as copying from elsewhere does."""
        self.run("xclip -selection clipboard", text)

    def shoot(self, name: str) -> None:
        """A still for the author's eyes: ``name``.png."""
        size = "{}x{}".format(*self.setting.size_px)
        self.run(
            f"ffmpeg -v error -y -f x11grab -video_size {size} -i {self.env['DISPLAY']} -frames:v 1 "
            f"{self.folder / name}.png"
        )

    def _find(self, spot: str, host: str) -> tuple[int, int]:
        """Where ``spot`` is, after scrolling there with the wheel when it is not well inside the screen."""
        height = self.setting.size_px[1]
        for _ in range(60):
            time.sleep(0.25)  # pages report five times a second
            x, y = self.site.spots[host or self.setting.exam][spot]
            if 0.15 * height < y < 0.87 * height:
                return x, y
            before = self.site.spots[host or self.setting.exam]
            self.scroll(1 if y > 0.5 * height else -1)
            time.sleep(0.25)
            if self.site.spots[host or self.setting.exam] is before and 0 < y < height:
                return x, y  # the page's end, or a part that does not scroll
        raise ValueError(f"#{spot} cannot be scrolled to")
