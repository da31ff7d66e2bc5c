"""B4: an honest exam in full screen, in German, 1366x768: animated figures, scrolling, dialogs, parts. Openbox."""

from __future__ import annotations

from benchmarks.screens.desk import Desk, Setting

SETTING = Setting(
    clip="B4_honest_fs",
    exam="pruefung.hs-seestadt.de",
    programs=("openbox",),
    size_px=(1366, 768),
    wallpaper="#777777",
)
FIRST = (
    "Ich habe die Abstände zwischen zwei Maxima im Verlauf gemessen. Da die Dämpfung schwach ist, ändert sie die Dauer "
    "kaum, und der Mittelwert aus vier Perioden genügt. Die Dauer beträgt etwa 2,6 Sekunden. "
)


def prepare(desk: Desk) -> None:
    desk.run("setxkbmap de")
    desk.browse(f"https://{SETTING.exam}/klausur", options="--start-fullscreen")
    desk.until("answer")
    desk.wait(8)


def play(desk: Desk) -> None:
    desk.note("animated figure, typing")
    desk.wait(2)
    desk.click("answer")
    desk.type(FIRST)
    desk.note("exam's own box: saved")
    desk.click("keep")
    desk.wait(3)
    desk.click("second")
    desk.type("Sie wächst mit der Wurzel der Länge, also um etwa 41 Prozent. ")
    desk.note("scrolling, the header scrolls away")
    desk.scroll(-6)
    desk.wait(1)
    desk.scroll(8)
    desk.wait(1)
    desk.note("dialog that dims, then next part, progress bar")
    desk.click("next")
    desk.wait(1.5)
    desk.click("close")
    desk.wait(2)
    for number, curve in ((1, "A"), (2, "C"), (4, "B")):
        desk.click(f"v{number}")
        desk.type(curve)
    desk.note("zoom in and out")
    for key in ("ctrl+plus", "ctrl+plus", "ctrl+0"):
        desk.key(key)
        desk.wait(1.2)
    desk.click("answer")
    desk.type("Messung 5 passt nicht, denn ihre Dauer ist kleiner als die der kürzeren Stange. ")
    desk.note("own text selected, cut, put back")
    desk.key("shift+Home", "ctrl+x")
    desk.wait(1.5)
    desk.key("ctrl+v")
    desk.wait(1)
    desk.note("dialog that does not dim, then next part")
    desk.click("next")
    desk.wait(2)
    desk.click("close")
    desk.wait(6)
    desk.click("answer")
    desk.type("Jeder Punkt schwingt senkrecht; die Geschwindigkeit ist am größten beim Durchgang durch die Ruhelage.")
    desk.wait(2)
