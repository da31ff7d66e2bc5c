"""C1: nothing happens that counts. 1920x1080, JWM, light; an essay at a person's pace, and the browser's own boxes."""

from __future__ import annotations

from benchmarks.screens.desk import Desk, Setting
from benchmarks.screens.looks import JWM

SETTING = Setting(
    clip="C1_honest",
    exam="moodle.ashford.ac.uk",
    programs=("jwm -f jwmrc",),
    size_px=(1920, 1080),
    wallpaper="#7f9db9",
    own_frame=False,
    pages="pages_c",
    home=JWM,
)
OPENING = "The clerk counts bread, families and men, and judges rarely. "
MOVED = (
    "His own father farmed, so the sentence about the iron road speaks for those who had to pay more, not for the men "
    "who were paid four shillings a day. "
)
ENDING = "The rolls of 1848 show what the works left behind."


def prepare(desk: Desk) -> None:
    desk.run("hsetroot -add #dfe9f2 -add #7f9db9 -gradient 60")
    place = "--window-position=210,110 --window-size=1500,830"
    desk.browse(f"https://{SETTING.exam}/mod/quiz/attempt?page=2", options=place)
    desk.until("answer")
    desk.run("wmctrl -r Ashford -b add,maximized_vert,maximized_horz")
    desk.wait(3)


def play(desk: Desk) -> None:
    desk.note("typing at 5 to 7 characters per second, with corrections; the page's toast after 20 s")
    desk.click("answer")
    desk.write(OPENING)
    desk.write(MOVED)
    desk.write(ENDING)
    desk.note(f"own text moved: {len(MOVED)} characters cut and pasted")
    move_text(desk)
    desk.note("long passage scrolled")
    desk.move((1000, 640))
    desk.scroll(9)
    desk.wait(2)
    desk.scroll(6)
    desk.wait(1)
    desk.note("page load, three images appear late")
    desk.click("next")
    desk.until("which")
    desk.wait(4)
    desk.note("tooltip")
    desk.move("hint")
    desk.wait(2.5)
    desk.click("which")
    desk.write("2")
    fill_lists(desk)
    desk.note("figure over most of the page (lightbox)")
    desk.click("plot")
    desk.wait(3.5)
    desk.click("shut")
    desk.wait(1)
    finish_paper(desk)
    desk.note("window made smaller by double click on its title, then maximised again: the exam stays shown")
    desk.click((960, 14), times=2)
    desk.wait(3)
    desk.click((960, 96), times=2)
    desk.wait(2)
    desk.click("answer")
    desk.write("From March on.")
    desk.wait(1.5)


def move_text(desk: Desk) -> None:
    """Cut the middle sentence, put it in front of the first one."""
    desk.key("ctrl+Home", *["Right"] * len(OPENING))
    desk.wait(0.4)
    desk.run("xdotool keydown shift")
    desk.key(*["Right"] * len(MOVED))
    desk.run("xdotool keyup shift")
    desk.wait(0.6)
    desk.key("ctrl+x")
    desk.wait(1.2)
    desk.key("ctrl+Home")
    desk.wait(0.5)
    desk.key("ctrl+v")
    desk.wait(1.5)


def fill_lists(desk: Desk) -> None:
    desk.note("date picker, then drop-down list")
    desk.click("day")
    desk.key("F4")
    desk.wait(1.5)
    desk.key("Down", "Right", "Return")
    desk.wait(0.8)
    desk.click("region")
    desk.wait(1.4)
    desk.key("Down", "Down", "Return")
    desk.wait(0.5)


def finish_paper(desk: Desk) -> None:
    desk.note("page load, then a file is saved: download bubble of the browser")
    desk.click("next")
    desk.until("file")
    desk.wait(1)
    desk.click("file")
    desk.wait(3.5)
    desk.click("answer")
    desk.write("The works paid more ")
    desk.note("confirm and alert of the browser")
    desk.click("next")
    desk.wait(2)
    desk.key("Return")
    desk.wait(1.8)
    desk.key("Return")
    desk.wait(0.5)
    desk.until("banner", limit_s=25)
    desk.note("banner of the exam: network error")
    desk.wait(4)
    desk.note("the exam is loaded again: white page for 1.5 s")
    desk.key("F5")
    desk.wait(3.5)
