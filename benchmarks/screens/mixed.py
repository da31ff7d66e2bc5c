"""B2: much happens. IceWM with its taskbar, a maximised browser with several tabs, dark toasts at the bottom right."""

from __future__ import annotations

from benchmarks.screens.desk import Desk, Setting
from benchmarks.screens.looks import ICEWM, dunst

SETTING = Setting(
    clip="B2_mixed",
    exam="lms.stmartins.ac.uk",
    programs=("icewm --notray", "dunst"),
    gtk_theme="Adwaita-dark",
    wallpaper="#52325d",
    own_frame=False,
    home={
        **ICEWM,
        **dunst("bottom-right", "#1f2329", "#e8e8e8"),
        "notes.txt": "Routers\n- layer 3, longest prefix\n- TTL\n\n" * 9,
    },
)
PASTED = (
    "A switch connects the machines of one local network. It reads the destination hardware address of every frame, "
    "remembers behind which port an address has been seen, and forwards the frame to that port alone, which is why it "
    "is said to work at the data link layer. A router connects networks with one another. It takes the packet out of "
    "the frame, compares its destination address with the prefixes of its table, chooses the next hop, lowers the hop "
    "limit and builds a new frame for the outgoing link, so it works at the network layer. A home box is a router, a "
    "switch and an access point in one housing, whereas a large office uses many switches and few routers."
)
TOAST = (0.7, 0.7, 1.0, 0.95)
XTERM = ("xterm", "-title", "Terminal", "-bg", "#101418", "-fg", "#c8d0d8", "-fa", "DejaVu Sans Mono", "-fs", "11",
         "-geometry", "92x24+300+150", "-e", "env", "PS1=alex@laptop:~$ ", "sh")  # fmt: skip


def prepare(desk: Desk) -> None:
    desk.start(XTERM)
    desk.start(("mousepad", "notes.txt"))
    desk.wait(2)
    desk.browse(f"https://{SETTING.exam}/quiz/3", "https://notes.stmartins.ac.uk/4", options="--start-maximized")
    desk.until("answer")
    desk.wait(3)


def play(desk: Desk) -> None:
    desk.click("answer")
    desk.type("A switch joins machines of one network and learns ")
    toast(desk, "Discord", "lena_k", "did you get question 3? sending mine")
    desk.type("which address is at which port. ")
    desk.begin("TAB_SWITCH", "notes.stmartins.ac.uk - lecture notes (allowed site)")
    desk.key("ctrl+Tab")
    desk.wait(2.5)
    desk.move((500, 450))
    desk.scroll(3)
    desk.wait(1.5)
    desk.end("TAB_SWITCH")
    desk.key("ctrl+Tab")
    desk.wait(2)
    desk.type("A router looks at ")
    visit(desk, "web.whatsapp.com", "composer")
    desk.wait(1)
    desk.click("composer", "web.whatsapp.com")
    desk.type("how does dns find a name?")
    desk.key("Return")
    desk.wait(4)
    desk.begin("?FORBIDDEN_APP", "web.whatsapp.com (background tab only: title in the tab strip)")
    leave(desk, "ctrl+1")
    desk.wait(1.5)
    desk.type("the address of the packet. ")
    desk.clip_text(PASTED)
    desk.wait(0.5)
    desk.begin("PASTE", f"{len(PASTED)} characters into the answer box")
    desk.key("ctrl+v")
    desk.wait(3)
    desk.note("page load")
    desk.click("next")
    desk.wait(2)
    desk.click("answer")
    desk.type("The browser asks the resolver of the machine, ")
    desk.alt_tab(2)
    desk.wait(0.3)
    desk.begin("WINDOW_SWITCH", "Terminal (xterm, dark), partly covering; then dragged")
    desk.release()
    desk.wait(1)
    desk.type("grep -i router notes.txt")
    desk.key("Return")
    desk.wait(1.5)
    desk.drag((560, 164), (470, 205))
    desk.wait(2)
    desk.alt_tab()
    desk.wait(0.3)
    desk.end("WINDOW_SWITCH")
    desk.release()
    desk.wait(1.5)
    desk.type("which asks a root server and then the zone. ")
    visit(desk, "stackoverflow.com", "posts")
    desk.wait(2)
    desk.move((600, 480))
    desk.scroll(3)
    desk.wait(2)
    leave(desk, "ctrl+1")
    desk.wait(2)
    toast(desk, "Thunderbird", "Marketing", "Your weekly offer is here")
    desk.note("page load, figure")
    desk.click("next")
    desk.wait(2.5)
    desk.click("answer")
    desk.type("The window must hold one megabyte. ")
    desk.run("wmctrl -r notes.txt -b add,maximized_vert,maximized_horz")
    desk.alt_tab(2)
    desk.wait(0.3)
    desk.begin("WINDOW_SWITCH", "Mousepad (notes.txt), maximised: covers the exam whole")
    desk.release()
    desk.wait(2)
    desk.scroll(4)
    desk.wait(2.5)
    desk.alt_tab()
    desk.wait(0.3)
    desk.end("WINDOW_SWITCH")
    desk.release()
    desk.wait(1.5)
    desk.type("Otherwise the sender waits.")
    desk.wait(2)


def visit(desk: Desk, host: str, spot: str) -> None:
    """A forbidden site by a new tab and its typed address."""
    desk.begin("TAB_SWITCH", f"new tab, then {host}")
    desk.key("ctrl+t")
    desk.wait(1.5)
    desk.begin("?FORBIDDEN_APP", "address being typed", share=0.0)
    desk.key("ctrl+l")
    desk.type(host)
    desk.wait(0.3)
    desk.begin("FORBIDDEN_APP", f"{host} (page shown)", share=0.1)
    desk.end("?FORBIDDEN_APP", share=0.1)
    desk.key("Return")
    desk.until(spot, host)
    desk.wait(0.5)


def leave(desk: Desk, key: str) -> None:
    desk.end("TAB_SWITCH")
    desk.end("FORBIDDEN_APP")
    desk.key(key)
    desk.wait(1)


def toast(desk: Desk, sender: str, title: str, words: str) -> None:
    desk.begin("NOTIFICATION", f"bottom right toast, dark: {sender} / {title}: {words}", share=0.1, box=TOAST)
    desk.run(("notify-send", "-a", sender, "-t", "5000", title, words))
    desk.wait(4.6)
    desk.end("NOTIFICATION", share=0.1, box=TOAST)
    desk.wait(1)
