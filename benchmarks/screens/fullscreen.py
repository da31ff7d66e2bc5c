"""B3: begins full screen, Metacity. Tab switch inside it, two exits, lock screen, black, freeze, a second browser."""

from __future__ import annotations

from pathlib import Path

from benchmarks.screens.desk import Desk, Setting
from benchmarks.screens.looks import dunst

SETTING = Setting(
    clip="B3_fullscreen",
    exam="campustest.org",
    programs=("metacity --no-composite", "dunst"),
    wallpaper="#2f6f4f",
    own_frame=True,
    home=dunst("top-center", "#fffbe6", "#222222", width_px=420),
)
CURTAIN = ("/usr/bin/python3", str(Path(__file__).with_name("curtain.py")))
TOAST = (0.3, 0.0, 0.7, 0.25)


def prepare(desk: Desk) -> None:
    desk.browse("https://chatgpt.com/c/8", profile="second", options="--start-maximized")
    desk.until("composer", "chatgpt.com")
    desk.wait(2)
    desk.browse(f"https://{SETTING.exam}/t/4", "https://gemini.google.com/app", options="--start-maximized")
    desk.until("answer")
    desk.wait(2)
    desk.click("answer")
    desk.key("F11")
    desk.wait(6)  # the browser's bubble has gone


def play(desk: Desk) -> None:
    desk.wait(0.5)
    desk.click("answer")
    desk.type("The bank looks at expectations. ")
    desk.begin("TAB_SWITCH", "gemini.google.com (full screen, no tab strip visible)", share=0.05)
    desk.begin("FORBIDDEN_APP", "gemini.google.com (page shown)", share=0.05)
    desk.key("ctrl+Tab")
    desk.wait(1.5)
    desk.click("composer", "gemini.google.com")
    desk.type("why raise rates when only energy is dear")
    desk.key("Return")
    desk.wait(5)
    desk.end("TAB_SWITCH", share=0.05)
    desk.end("FORBIDDEN_APP", share=0.05)
    desk.key("ctrl+Tab")
    desk.wait(1.5)
    desk.click("answer")
    desk.type("If wages follow the price of oil, a second round begins. ")
    exit_fullscreen(desk, 9, "F11, long; exam tab stays in front")
    desk.type("The bank wants to be believed. ")
    desk.wait(4)  # the browser's bubble goes first
    toast(desk, "Slack", "Ben", "answer 5 is the rent")
    desk.begin("BLACK_VIDEO", "lock screen: near black, clock and date", share=0.3)
    lock = desk.start((*CURTAIN, "lock"))
    desk.wait(6)
    desk.end("BLACK_VIDEO", share=0.3)
    desk.stop(lock)
    desk.wait(2)
    desk.click("answer")
    desk.type("It therefore moves in small ")
    desk.begin("FREEZE", "6.0")
    desk.type("steps, and says beforehand what it will do, so that nobody is surprised by it. ")
    desk.wait(3)
    desk.alt_tab()
    desk.wait(0.3)
    desk.begin("WINDOW_SWITCH", "second browser (other profile), maximised over the full screen exam", share=0.05)
    desk.begin("FORBIDDEN_APP", "chatgpt.com (page shown, own window)", share=0.05)
    desk.release()
    desk.wait(2)
    desk.click("composer", "chatgpt.com")
    desk.type("name a third stabiliser")
    desk.wait(2)
    desk.alt_tab()
    desk.wait(0.3)
    desk.end("WINDOW_SWITCH", share=0.05)
    desk.end("FORBIDDEN_APP", share=0.05)
    desk.release()
    desk.wait(2)
    desk.note("page load")
    desk.click("next")
    desk.wait(2)
    desk.click("o1")
    desk.wait(1)
    exit_fullscreen(desk, 2, "F11, short")
    desk.click("next")
    desk.wait(1)
    desk.click("answer")
    desk.type("It softens a downturn by itself. ")
    desk.begin("BLACK_VIDEO", "whole screen black", share=0.3)
    black = desk.start((*CURTAIN, "black"))
    desk.wait(4)
    desk.end("BLACK_VIDEO", share=0.3)
    desk.stop(black)
    desk.wait(1.5)
    desk.type("Unemployment benefit is one.")
    desk.wait(2)


def exit_fullscreen(desk: Desk, duration_s: float, detail: str) -> None:
    desk.begin("FULLSCREEN_EXIT", detail, share=0.1)
    desk.begin("?FORBIDDEN_APP", "gemini.google.com (background tab only: title in the tab strip)", share=0.1)
    desk.key("F11")
    desk.wait(duration_s)
    desk.end("FULLSCREEN_EXIT", share=0.05)
    desk.end("?FORBIDDEN_APP", share=0.05)
    desk.key("F11")
    desk.wait(2)


def toast(desk: Desk, sender: str, title: str, words: str) -> None:
    desk.begin("NOTIFICATION", f"top middle toast, light yellow: {sender} / {title}: {words}", share=0.08, box=TOAST)
    desk.run(("notify-send", "-a", sender, "-t", "5000", title, words))
    desk.wait(4.6)
    desk.end("NOTIFICATION", share=0.08, box=TOAST)
    desk.wait(1.5)
