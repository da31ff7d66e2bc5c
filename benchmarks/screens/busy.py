"""C2: much happens. 1366x768, Fluxbox, dark with its bar at the top; sites, small windows, a window beside the exam."""

from __future__ import annotations

import subprocess
from pathlib import Path

from benchmarks.screens.desk import Desk, Setting
from benchmarks.screens.looks import FLUXBOX, dunst

NOTES = "Chapter 4, intervals\n\nThe width falls with the root of n. 95 percent is a habit.\nWeights: see p. 88\n\n"
SETTING = Setting(
    clip="C2_mixed",
    exam="take.examroom.io",
    programs=("hsetroot -add #101820 -add #3d5a6c -gradient 200", "fluxbox", "dunst"),
    size_px=(1366, 768),
    wallpaper="#23303a",
    own_frame=False,
    pages="pages_c",
    home={
        **FLUXBOX,
        **dunst("top-right", "#202c33", "#e9edef", 330),
        "chapter4.txt": NOTES * 5,
        **{f"Documents/{name}": "" for name in ("cv.odt", "lease.pdf", "chapter4.odt", "photo.png", "taxes.ods")},
    },
)
SHORT = (
    "The six bags are a small sample from a process that is assumed to be stable, and the spread is not known "
    "beforehand, so a t test with five degrees of freedom is the usual choice. The null hypothesis says that the mean "
    "weight is 1000 g, the alternative that it is smaller. The test cannot show that the machine is right; a large "
    "p value only says that six bags are not enough to tell. It also says nothing about single bags, which may be "
    "light."
)
LONG = " ".join(
    f"Step {number}: {words}"
    for number, words in enumerate(
        (
            "choose the population and write down who belongs to it, because every later sentence is about these "
            "units and no others. A frame that leaves some of them out cannot be repaired by a larger sample, and "
            "nobody will notice it in the figures, which look as tidy as ever. Draw at random, and keep a list of "
            "those who did not answer, since silence is rarely random.",
            "measure each unit in the same way. A scale that drifts over the day moves all values of the afternoon, "
            "and the mean follows. Rounding to ten grams hides small differences; a tired reader prefers fives and "
            "zeros. Weigh a known mass every hour, and write it down beside the data, so that drift can be seen and "
            "taken off.",
            "estimate. The mean of the sample stands for the mean of the population, the standard deviation for its "
            "spread, and the root of the sample size tells how much the mean would move from one sample to the next. "
            "If the values come in groups, such as bags of one hour, the formula is too hopeful, because neighbours "
            "are alike and bring less news than strangers do.",
            "report. Give the interval together with its level and the size of the sample, name the unit, and say "
            "what was left out. The level belongs to the method and not to this one interval. A reader who sees only "
            "the point will take it for the truth, and a reader who sees only a star will take it for importance. "
            "Neither is what was measured, and both are easily avoided by one more line of text. If the plan was "
            "changed on the way, say so and say when, because an interval that was chosen among twenty keeps its "
            "promise no longer. If two groups are compared, give the interval of the difference and not two intervals "
            "side by side, which invite the reader to look for an overlap that means little. A picture of all the "
            "values, even a rough one, often says more than a row of figures, and it shows at once whether a single "
            "strange unit carries the whole result. Last of all, keep the data: whoever doubts the figure should be "
            "able to count again.",
        ),
        start=1,
    )
)
PAGE, BAR = (0.0, 0.3, 1.0, 1.0), (0.0, 0.0, 1.0, 0.06)
WHATSAPP = ("notify-send", "-a", "WhatsApp", "-t", "5000", "Priya", "omg which test for q5??")
OUTLOOK = ("/usr/bin/python3", str(Path(__file__).with_name("banner.py")), "Outlook", "Registrar",
           "Room change on Monday: B2.14 instead of A1.03")  # fmt: skip
TOP_TOAST, LOW_TOAST = (0.7, 0.04, 1.0, 0.3), (0.6, 0.7, 1.0, 0.98)


def prepare(desk: Desk) -> None:
    desk.start(("featherpad", "--standalone", "chapter4.txt"))
    desk.wait(3)
    desk.run("wmctrl -x -r featherpad -e 0,683,30,681,712")
    desk.run("xdotool search --onlyvisible --class FeatherPad windowminimize")
    tabs = [
        f"https://{host}"
        for host in (f"{SETTING.exam}/s/7f31", "en.wikipedia.org/wiki/Standard_error", "handbook.examroom.io/formulas")
    ]
    desk.browse(*tabs, options="--start-maximized --window-position=0,28 --window-size=1366,740")
    desk.until("answer")
    desk.wait(3)


def play(desk: Desk) -> None:
    desk.wait(1)
    desk.click("answer")
    desk.write("With six bags I would use a t test. ")
    glance(desk, "ctrl+Tab", "ctrl+shift+Tab", 1.3, "en.wikipedia.org - Standard error (1.5 s)")
    desk.click("answer")
    toast(desk, "top right toast, dark: WhatsApp / Priya: omg which test for q5??", WHATSAPP, TOP_TOAST)
    paste(desk, SHORT)
    desk.click("next")
    desk.wait(1)
    glance(desk, "ctrl+3", "ctrl+1", 3.8, "handbook.examroom.io - formula sheet (allowed site, 4 s)")
    desk.click("answer")
    desk.write("It is the spread of the mean over ")
    small_windows(desk)
    desk.click("answer")
    desk.write("many samples. ")
    desk.click("next")
    desk.wait(2)
    search(desk)
    desk.click("answer")
    desk.write("The spread grows. ")
    toast(desk, "bottom right toast, white: Outlook / Registrar: Room change", OUTLOOK, LOW_TOAST)
    beside(desk)
    desk.click("next")
    ask(desk)
    paste(desk, LONG)
    desk.write(" I checked each step.", 0.12)
    desk.wait(1.5)


def glance(desk: Desk, there: str, back: str, duration_s: float, detail: str) -> None:
    desk.begin("TAB_SWITCH", detail, share=0.05)
    desk.key(there)
    desk.wait(duration_s)
    desk.end("TAB_SWITCH", share=0.05)
    desk.key(back)
    desk.wait(1)


def paste(desk: Desk, text: str) -> None:
    desk.clip_text(text)
    desk.wait(0.6)
    desk.begin("PASTE", f"{len(text)} characters into the answer box", share=0.006)
    desk.key("ctrl+v")
    desk.wait(2.5)


def toast(desk: Desk, detail: str, words: tuple[str, ...], box: tuple[float, float, float, float]) -> None:
    desk.begin("NOTIFICATION", detail, share=0.05, box=box)
    desk.start(words)
    desk.wait(4.7)
    desk.end("NOTIFICATION", share=0.05, box=box)
    desk.wait(1.3)


def small_windows(desk: Desk) -> None:
    """A calculator in front of the exam, later a file manager: each opened, used and closed."""
    window = open_window(desk, ("galculator",), "Galculator, small, in front of the exam", share=0.02)
    desk.wait(1)
    desk.type("7.2/36=", 0.3)
    desk.wait(4.6)
    close_window(desk, window, share=0.02)
    desk.click("answer")
    desk.write("a great ")
    window = open_window(desk, ("pcmanfm", "Documents"), "PCManFM, partly covering", share=0.04)
    desk.wait(1.5)
    desk.move((620, 330))
    desk.press()
    desk.wait(3.2)
    close_window(desk, window, share=0.006)


def open_window(desk: Desk, words: tuple[str, ...], detail: str, share: float) -> subprocess.Popen[bytes]:
    desk.begin("WINDOW_SWITCH", detail, share=share)
    window = desk.start(words)
    desk.wait(1)
    return window


def close_window(desk: Desk, window: subprocess.Popen[bytes], share: float) -> None:
    desk.end("WINDOW_SWITCH", share=share)
    desk.stop(window)
    desk.wait(1.5)


def open_site(desk: Desk, host: str, spot: str, share: float) -> None:
    """A new tab and its typed address."""
    desk.key("ctrl+t")
    desk.wait(1)
    desk.key("ctrl+l")
    desk.begin("?FORBIDDEN_APP", "address being typed", share=0.0)
    desk.type(host, 0.16)
    desk.begin("FORBIDDEN_APP", f"{host} (page shown)", share, PAGE)
    desk.end("?FORBIDDEN_APP", share, PAGE)
    desk.key("Return")
    desk.until(spot, host)


def search(desk: Desk) -> None:
    """A new tab, words typed into the address bar, results; the tab is closed again."""
    host = "www.google.com"
    desk.begin("TAB_SWITCH", f"new tab, then a search at {host}", share=0.05)
    open_site(desk, host, "box", share=0.001)
    desk.wait(0.7)
    desk.click("box", host)
    desk.type("residuals fan shape meaning", 0.16)
    desk.key("Return")
    desk.until("hits", host)
    desk.wait(4)
    desk.end("FORBIDDEN_APP", share=0.05)
    desk.key("ctrl+w")
    desk.wait(0.8)  # the next tab shows until the exam is chosen
    desk.end("TAB_SWITCH", share=0.05)
    desk.key("ctrl+1")
    desk.wait(1)


def beside(desk: Desk) -> None:
    """The exam goes to the left half, an editor is raised in the right one, then the exam fills the screen again."""
    desk.note("exam window snapped to the left half, wallpaper beside it")
    desk.run("wmctrl -r ExamRoom -b remove,maximized_vert,maximized_horz")
    desk.run("wmctrl -r ExamRoom -e 0,0,28,683,712")
    desk.wait(1.8)
    desk.begin(
        "WINDOW_SWITCH",
        "FeatherPad (chapter4.txt) in the right half, the exam in the left",
        share=0.1,
        box=(0.5, 0, 1, 1),
    )
    desk.run("wmctrl -x -a featherpad")
    desk.wait(2)
    desk.move((1050, 500))
    desk.scroll(3)
    desk.wait(2)
    desk.write("see p. 88", 0.3)
    desk.wait(2.2)
    desk.move("answer")
    desk.end("WINDOW_SWITCH", share=0.05, box=BAR)
    for event in ("?WINDOW_SWITCH", "?TAB_SWITCH", "?FORBIDDEN_APP"):
        desk.begin(event, "exam has the focus again, the editor still beside it", share=0.05, box=BAR)
    desk.press()
    desk.write("I would take logs. ")
    for event in ("?WINDOW_SWITCH", "?TAB_SWITCH", "?FORBIDDEN_APP"):
        desk.end(event, share=0.1)
    desk.run("wmctrl -r ExamRoom -b add,maximized_vert,maximized_horz")
    desk.wait(2)


def ask(desk: Desk) -> None:
    """Twenty seconds with an assistant, whose tab stays."""
    host = "gemini.google.com"
    desk.wait(1)
    desk.begin("TAB_SWITCH", f"new tab, then {host} (long)", share=0.05)
    open_site(desk, host, "composer", share=0.02)
    desk.wait(1)
    desk.click("composer", host)
    desk.type("path from a question to an interval, one error per step", 0.13)
    desk.key("Return")
    desk.wait(7)
    desk.begin("?FORBIDDEN_APP", f"{host} (background tab only: title in the tab strip)", share=0.08)
    desk.end("TAB_SWITCH", share=0.08)
    desk.end("FORBIDDEN_APP", share=0.08)
    desk.key("ctrl+1")
    desk.wait(1)
    desk.click("answer")
