"""C3: windowed while signing in, then full screen. 1440x900, Marco; another desktop, a lock screen, a terminal."""

from __future__ import annotations

from pathlib import Path

from benchmarks.screens.desk import Desk, Setting

SETTINGS = """[org/mate/marco/general]
num-workspaces=2
theme='Arc-Dark'
[org/mate/terminal/profiles/default]
use-theme-colors=false
background-color='#1D1F27'
foreground-color='#D5D8DF'
"""
SETTING = Setting(
    clip="C3_fullscreen",
    exam="portal.certwise.com",
    programs=("env GSETTINGS_BACKEND=keyfile marco --no-composite",),
    size_px=(1440, 900),
    gtk_theme="Arc",
    wallpaper="#8a5a44",
    own_frame=False,
    pages="pages_c",
    home={".config/glib-2.0/settings/keyfile": SETTINGS},
)
CURTAIN = ("/usr/bin/python3", str(Path(__file__).with_name("curtain.py")))
TERMINAL = ("env", "GSETTINGS_BACKEND=keyfile", "mate-terminal",
            "--disable-factory", "--hide-menubar", "--maximize", "--title", "build", "--", "env",
            "PS1=sam@desk:~/build$ ", "sh")  # fmt: skip


def prepare(desk: Desk) -> None:
    desk.run("hsetroot -add #f2c078 -add #8a5a44 -add #2b2d42 -gradient 150")
    desk.start(TERMINAL)
    desk.run("timeout 30 xdotool search --sync --onlyvisible --name build")
    desk.wait(2)
    desk.type("make -j4 && ./tests --all")
    desk.key("Return")
    place = "--window-position=110,60 --window-size=1200,760"
    desk.browse(f"https://{SETTING.exam}/t", "https://stackoverflow.com/questions/31", options=place)
    desk.until("user")
    desk.wait(3)


def play(desk: Desk) -> None:
    desk.note("windowed: signing in")
    desk.wait(1)
    desk.click("user")
    desk.write("CW-20931")
    desk.click("code")
    desk.write("p4k7qd")
    desk.wait(0.5)
    desk.click("go")
    desk.until("answer")
    desk.wait(4)
    desk.note("full screen from here on (F11)")
    desk.key("F11")
    desk.wait(2)
    desk.click("answer")
    desk.write("A mutex keeps two threads from changing the same data. ")
    look_up(desk)
    desk.write("Two locks need one order. ")
    desk.note("page load")
    desk.click("next")
    desk.wait(2)
    desk.click("o1")
    desk.wait(1)
    leave_fullscreen(desk)
    desk.click("next")
    desk.wait(1)
    desk.click("answer")
    desk.write("Done twice, it does the ")
    to_terminal(desk)
    desk.write("same. ")
    other_desktop(desk)
    desk.write("Setting a value is. ")
    cover(desk, "night", 8, "lock screen: black, clock and date at the lower left")
    desk.click("answer")
    desk.write("Adding ")
    desk.begin("FREEZE", "7.0")
    desk.write("one to a counter is not, for the sum grows. ", 0.15)
    desk.click("next")
    desk.wait(1)
    desk.click("answer")
    desk.write("I would look at the clock first. ")
    cover(desk, "black", 4, "whole screen black")
    desk.click("answer")
    desk.write("Then at what runs daily.")
    desk.wait(1.5)


def look_up(desk: Desk) -> None:
    share = 0.1
    desk.begin("TAB_SWITCH", "stackoverflow.com, dark (full screen, no tab strip visible)", share)
    desk.begin("FORBIDDEN_APP", "stackoverflow.com (page shown)", share)
    desk.key("ctrl+Tab")
    desk.wait(2)
    desk.move((760, 560))
    desk.wait(2.3)
    desk.end("TAB_SWITCH", share)
    desk.end("FORBIDDEN_APP", share)
    desk.key("ctrl+Tab")
    desk.wait(1.2)


def leave_fullscreen(desk: Desk) -> None:
    desk.begin("FULLSCREEN_EXIT", "F11: window smaller than the screen, terminal behind it, exam in front", share=0.1)
    desk.begin("?FORBIDDEN_APP", "stackoverflow.com (background tab only: title in the tab strip)", share=0.1)
    desk.key("F11")
    desk.wait(6)
    desk.end("FULLSCREEN_EXIT", share=0.05)
    desk.end("?FORBIDDEN_APP", share=0.05)
    desk.key("F11")
    desk.wait(1.5)


def to_terminal(desk: Desk) -> None:
    desk.alt_tab()
    desk.wait(0.2)
    desk.begin("WINDOW_SWITCH", "terminal, dark, maximised: covers the exam whole", share=0.2)
    desk.release()
    desk.wait(1)
    desk.write("grep -rn retry src", 0.12)
    desk.key("Return")
    desk.wait(3)
    desk.alt_tab()
    desk.wait(0.2)
    desk.end("WINDOW_SWITCH", share=0.2)
    desk.release()
    desk.wait(1)


def other_desktop(desk: Desk) -> None:
    desk.begin("WINDOW_SWITCH", "another desktop, empty: wallpaper only, exam not shown", share=0.2)
    desk.run("wmctrl -s 1")
    desk.wait(2.5)
    desk.move((400, 700), duration_s=1)
    desk.wait(2)
    desk.end("WINDOW_SWITCH", share=0.2)
    desk.run("wmctrl -s 0")
    desk.wait(1)


def cover(desk: Desk, kind: str, duration_s: float, detail: str) -> None:
    desk.begin("BLACK_VIDEO", detail, share=0.3)
    curtain = desk.start((*CURTAIN, kind))
    desk.wait(duration_s)
    desk.end("BLACK_VIDEO", share=0.3)
    desk.stop(curtain)
    desk.wait(1.5)
