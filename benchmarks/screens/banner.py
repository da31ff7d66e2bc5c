"""A toast that a program draws itself, white, at the lower right: `banner.py SENDER TITLE WORDS`; gone after 5 s."""

from __future__ import annotations

import sys
import tkinter as tk


def draw(sender: str, title: str, words: str) -> None:
    root = tk.Tk()
    root.overrideredirect(True)
    width, height = 400, 128
    root.geometry(f"{width}x{height}+{root.winfo_screenwidth() - width - 14}+{root.winfo_screenheight() - height - 14}")
    root.configure(bg="#ffffff", highlightthickness=1, highlightbackground="#b8b8b8")
    tk.Label(root, bg="#0f6cbd", fg="#ffffff", font=("Noto Sans", 12, "bold"), text=sender[0], width=2).place(
        x=16, y=12
    )
    tk.Label(root, bg="#ffffff", fg="#5c5c5c", font=("Noto Sans", 10), text=sender).place(x=56, y=13)
    tk.Label(root, bg="#ffffff", fg="#5c5c5c", font=("Noto Sans", 12), text="\u00d7").place(x=368, y=8)
    tk.Label(root, bg="#ffffff", fg="#111111", font=("Noto Sans", 12, "bold"), text=title).place(x=14, y=46)
    tk.Label(root, bg="#ffffff", fg="#333333", font=("Noto Sans", 11), text=words).place(x=14, y=76)
    root.lift()
    root.after(5000, root.destroy)
    root.mainloop()


if __name__ == "__main__":
    draw(*sys.argv[1:4])
