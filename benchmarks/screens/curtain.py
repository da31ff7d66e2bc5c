"""A window over everything: `curtain.py lock` (clock and date on near black), `night` (on black) or `black`."""

from __future__ import annotations

import sys
import time
import tkinter as tk


def draw(kind: str) -> None:
    root = tk.Tk()
    root.overrideredirect(True)
    root.geometry(f"{root.winfo_screenwidth()}x{root.winfo_screenheight()}+0+0")
    ground = "#0b0c10" if kind == "lock" else "#000000"
    root.configure(bg=ground, cursor="none")
    if kind == "lock":
        clock = tk.Label(root, bg=ground, fg="#e4e6ea", font=("Noto Sans", 76))
        clock.place(relx=0.5, rely=0.34, anchor="center")
        tk.Label(root, bg=ground, fg="#9aa0aa", font=("Noto Sans", 20), text=time.strftime("%A, %d %B")).place(
            relx=0.5, rely=0.49, anchor="center")  # fmt: skip
        tk.Label(root, bg=ground, fg="#5d636e", font=("Noto Sans", 13), text="Press any key to unlock").place(
            relx=0.5, rely=0.9, anchor="center")  # fmt: skip

        def tick() -> None:
            clock.configure(text=time.strftime("%H:%M"))
            root.after(1000, tick)

        tick()
    if kind == "night":
        face = tk.Label(root, bg=ground, fg="#ffffff", font=("DejaVu Sans", 64), text=time.strftime("%H:%M"))
        face.place(relx=0.05, rely=0.8, anchor="sw")
        tk.Label(root, bg=ground, fg="#ffffff", font=("DejaVu Sans", 26), text=time.strftime("%A, %B %d")).place(
            relx=0.053, rely=0.88, anchor="sw")  # fmt: skip
    root.lift()
    root.mainloop()


if __name__ == "__main__":
    draw(sys.argv[1])
