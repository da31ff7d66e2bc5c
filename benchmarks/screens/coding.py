"""C4: an honest exam in full screen, 1600x900, dark, without a clock: reading, an animated clip, a code box."""

from __future__ import annotations

from benchmarks.screens.desk import Desk, Setting

SETTING = Setting(
    clip="C4_honest_fs",
    exam="study.kappa-institute.org",
    programs=("metacity --no-composite",),
    size_px=(1600, 900),
    dark=True,
    pages="pages_c",
)
CODE = ("def majority(signs):", "    counts = {}", "for sign in signs:", "    counts[sign] = counts.get(sign, 0) + 1")


def prepare(desk: Desk) -> None:
    desk.browse(f"https://{SETTING.exam}/paper", options="--start-maximized --start-fullscreen")
    desk.until("next")
    desk.wait(8)


def play(desk: Desk) -> None:
    desk.note("part A: reading a long text, nothing moves for seconds")
    desk.move((700, 420))
    desk.wait(6.5)
    desk.note("text selected with the mouse")
    x, y = desk.site.spots[SETTING.exam]["t1"]
    desk.drag((x - 380, y - 30), (x + 120, y + 28))
    desk.wait(3)
    desk.press()
    desk.move((900, 500))
    desk.scroll(3)
    desk.wait(4)
    desk.note("multiple choice")
    desk.click("o02")
    desk.wait(1.5)
    desk.click("o10")
    desk.wait(1)
    desk.note("part B: another header, animated clip")
    desk.click("next")
    desk.until("film")
    desk.wait(5)
    desk.note("calculator of the exam, dragged")
    desk.click("calculator")
    desk.wait(1)
    calculate(desk)
    desk.click("count")
    desk.write("14")
    desk.note("dialog that does not dim")
    desk.click("rules")
    desk.wait(3)
    desk.click("close")
    desk.wait(1)
    desk.note("zoom to 175 % and back")
    for key in ("ctrl+plus",) * 4 + ("ctrl+0",):
        desk.key(key)
        desk.wait(1.2)
    desk.note("part C: header at the left, code box")
    desk.click("next")
    desk.until("editor")
    desk.wait(1.5)
    desk.click("editor")
    program(desk)
    desk.note("back to part B, to part A, and to part C again")
    desk.click("back")
    desk.wait(2)
    desk.click("back")
    desk.wait(2.5)
    desk.click("next")
    desk.wait(1)
    desk.click("next")
    desk.wait(1.5)
    desk.click("editor")
    desk.write("def majority(signs): pass")
    desk.wait(1)


def calculate(desk: Desk) -> None:
    x, y = desk.site.spots[SETTING.exam]["bar"]
    desk.drag((x - 40, y), (x - 180, y + 90), 1.2)
    for key in ("k0", "k7", "k5", "k14"):  # 7 * 5 =
        desk.click(key)
        desk.wait(0.2)
    desk.wait(1)
    desk.click("off")


def program(desk: Desk) -> None:
    """Type a function; the code box does not indent by itself."""
    for line in CODE[:2]:
        desk.write(line, 0.15)
        desk.key("Return")
    for line in CODE[2:]:
        desk.write("    " + line, 0.13)
        desk.key("Return")
        desk.wait(0.4)
    desk.write("    return max(counts, key=counts.get)", 0.15)
    desk.wait(1.5)
