"""Animations whose first frame is invisible: the first frame that shows something counts, of sixteen. Pillow shows the
first, so what is expected is drawn here."""

import struct

import numpy as np

from image_drawing import HEIGHT, PALETTE, WIDTH, add, on_white, photo, samples, saved
from image_writers import gif_film, riff


def make():
    """All of them."""
    make_gif()
    make_webp()


def make_gif():
    colors, own = PALETTE[:8], PALETTE[40:48]
    shown = samples(WIDTH, HEIGHT, 1, 7, 5)[..., 0]
    clear = np.full((HEIGHT, WIDTH), 3)
    screen = (WIDTH + 6, HEIGHT + 4)

    def on_screen(table, transparent=None):
        canvas = np.full((screen[1], screen[0], 3), 255)
        table = table.copy()
        if transparent is not None:
            table[transparent] = 255
        canvas[2:2 + HEIGHT, 5:5 + WIDTH] = table[shown]
        return canvas

    empty = (clear, 0, 0, 3, None)
    films = {
        "second": ([empty, (shown, 5, 2, 2, None)], on_screen(colors, 2)),
        "own_palette": ([empty, (shown, 5, 2, None, own), (clear, 0, 0, None, None)], on_screen(own)),
        "sixteenth": ([empty] * 15 + [(shown, 5, 2, 2, own)], on_screen(own, 2)),
        "seventeenth": ([empty] * 16 + [(shown, 5, 2, None, None)], np.full((screen[1], screen[0], 3), 255)),
        "nothing": ([empty, empty], np.full((screen[1], screen[0], 3), 255)),
    }
    dot = np.where(np.arange(WIDTH) == 7, 1, 3)[None, :]
    frames = [empty, (dot, 0, 1, 3, None), (shown, 0, 0, None, None)]
    films["one_pixel"] = (frames, one_pixel(screen, colors[1], 7, 1))
    for name, (frames, expected) in films.items():
        add(f"gif_film_{name}.gif", gif_film(screen, frames, colors), expected, "samples")


def one_pixel(screen, color, x, y):
    canvas = np.full((screen[1], screen[0], 3), 255)
    canvas[y, x] = color
    return canvas


def u24(value):
    return struct.pack("<I", value)[:3]


def make_webp():
    shown = photo(mode="RGBA", seed=9)
    shown.putpixel((0, 0), (10, 20, 30, 255))
    faint = np.asarray(shown).copy()
    faint[..., 3] = faint[..., 3] // 2
    frames = {"shown": shown, "empty": photo(mode="RGBA"), "faint": shown.copy()}
    frames["empty"].putalpha(0)
    frames["faint"].putalpha(photo(mode="L").point(lambda v: v // 2))
    lossless = {name: saved(frame, "WEBP", lossless=True, exact=True)[12:] for name, frame in frames.items()}
    place = u24(0) + u24(0) + u24(WIDTH - 1) + u24(HEIGHT - 1) + u24(100) + b"\0"
    seen = {name: on_white(np.asarray(f)[..., :3], np.asarray(f)[..., 3:]) for name, f in frames.items()}
    films = {
        "second": (["empty", "shown"], seen["shown"]), "third": (["empty", "faint", "shown"], seen["shown"]),
        "faint": (["faint", "empty"], seen["faint"]), "sixteenth": (["empty"] * 15 + ["shown"], seen["shown"]),
        "seventeenth": (["empty"] * 16 + ["shown"], seen["empty"]),
    }
    header = (b"VP8X", b"\x12\0\0\0" + u24(WIDTH - 1) + u24(HEIGHT - 1))
    for name, (order, expected) in films.items():
        chunks = [(b"ANMF", place + lossless[frame]) for frame in order]
        add(f"webp_film_{name}.webp", riff(header, (b"ANIM", bytes(6)), *chunks), expected, "samples")
