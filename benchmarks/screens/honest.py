"""B1: nothing happens that counts. Xfwm4, dark everywhere, a taskbar with a clock, one long page that scrolls away."""

from __future__ import annotations

from benchmarks.screens.desk import Desk, Setting
from benchmarks.screens.looks import TINT2, XFWM4

SETTING = Setting(
    clip="B1_honest",
    exam="assess.nordvik.edu",
    programs=("xfwm4 --compositor=off", "tint2"),
    gtk_theme="Greybird-dark",
    wallpaper="#1b2026",
    dark=True,
    home={".config/tint2/tint2rc": TINT2, **XFWM4},
)
ANSWER = (
    "The water became clear within four years, but clear water alone does not bring a meadow back. First, seeds "
    "travel only a few tens of metres, so the outer bays had to wait until plants from the next bay had moved closer. "
    "Second, the bare sediment moved in autumn and tore out the seedlings, which is why the mats of coconut fibre "
    "helped. Third, in cold springs the snails came late and the algae covered the leaves before they were grazed. "
    "All three slow the return although the light was good again. The squares that were counted twice a year show "
    "this: the number of shoots rose first near the old beds and only later in the bays that face the river. I would "
    "therefore not call the plant a failure. It was needed, but it was not enough, and the delay of the cod fits the "
    "same picture, since young fish need the leaves as shelter before they can be counted in the nets."
)


def prepare(desk: Desk) -> None:
    desk.browse(f"https://{SETTING.exam}/sit?part=A", options="--start-maximized")
    desk.until("p0")
    desk.wait(2)


def play(desk: Desk) -> None:
    desk.wait(1.5)
    desk.note("long scrolling, the header scrolls away")
    desk.move((520, 420))
    desk.scroll(7)
    desk.wait(2)
    desk.scroll(4)
    desk.wait(1)
    desk.scroll(-3)
    desk.wait(1)
    desk.note("typing 900 characters")
    desk.click("a1")
    desk.type(ANSWER[:430])
    desk.note("find in page")
    desk.key("ctrl+f")
    desk.type("coconut")
    desk.wait(1.2)
    desk.key("Return")
    desk.wait(1.2)
    desk.key("Escape")
    desk.wait(0.5)
    desk.click("a1")
    desk.key("ctrl+End")
    desk.type(ANSWER[430:])
    desk.note("small paste of own sentence")
    desk.key("shift+Home", "ctrl+x")
    desk.wait(1)
    desk.key("ctrl+v")
    desk.note("text selected with the mouse, context menu")
    desk.move((400, 300))
    desk.click("p4", times=3)
    desk.wait(1)
    desk.press(3)
    desk.wait(1.4)
    desk.key("Escape")
    desk.note("spelling suggestion of the page")
    desk.click("a2")
    desk.type("Both trade by means of the mycelum ")
    desk.wait(1.2)
    desk.key("ctrl+BackSpace", "ctrl+BackSpace")
    desk.type("mycelium.")
    desk.click("o31")
    desk.note("drop-down list")
    desk.click("unit")
    desk.wait(1)
    desk.key("Down", "Return")
    desk.wait(0.5)
    desk.note("exam's own box: answers saved")
    desk.click("store")
    desk.wait(2.8)
    desk.note("dialog that does not dim")
    desk.click("help")
    desk.wait(1.6)
    desk.click("close")
    desk.note("dialog that dims, then page load")
    desk.click("next")
    desk.wait(1.4)
    desk.click("close")
    desk.until("a5")
    desk.note("figure appears late")
    desk.wait(3.2)
    desk.note("zoom in and out")
    for key in ("ctrl+plus", "ctrl+plus", "ctrl+plus", "ctrl+0", "ctrl+minus", "ctrl+0"):
        desk.key(key)
        desk.wait(0.9)
    desk.note("tab hover card")
    desk.move((150, 20))
    desk.wait(2)
    desk.move((600, 450))
    desk.wait(1.5)
    desk.scroll(4)
    desk.click("a5")
    desk.type("The density falls slightly until the sixth year and rises from then on.")
    desk.wait(2)
