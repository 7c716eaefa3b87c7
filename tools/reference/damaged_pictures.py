"""Files of which a part is wrong or missing that no row depends on: the picture is read all the same."""

import struct
import zlib

import numpy as np

from image_drawing import PALETTE, add, photo, read, samples, saved
from image_writers import gif, png, png_chunk


def make():
    """All of them."""
    make_jpeg_ends()
    make_png_checksums()
    make_png_streams()
    make_png_windows()
    make_gif_strays()


# Where Pillow loses the last rows, or refuses the file, though all of it is there.
PILLOW_GIVES_UP = ("progressive_cut_segment", "progressive_gray_cut_segment", "_adler.png", "_text.png",
                   "gif_cut_last_block")


def add_like(name, data, whole):
    """A file that must give what a whole one gives."""
    try:
        agrees = (read(data) == whole).all()
    except (OSError, SyntaxError):
        agrees = False
    assert agrees or any(part in name for part in PILLOW_GIVES_UP), name
    add(name, data, whole, "pillow" if agrees else "samples")


JPEG_ENDS = {
    "no_end": b"", "half_end": b"\xff", "zeros": bytes(40), "half_end_zeros": b"\xff" + bytes(40), "text": b"its end",
    "stuffed": b"\xff\x00", "other_mark": b"\xff\xd3", "mark_after_zeros": bytes(7) + b"\xff\xd9",
    "second_picture": b"\xff\xd9\xff\xd8\xff\xe0" + bytes(30), "cut_segment": b"\xff\xfe\x10\x00abc",
}


def make_jpeg_ends():
    kinds = {
        "baseline": ("RGB", {"subsampling": 2}), "restart": ("RGB", {"restart_marker_blocks": 2}),
        "progressive": ("RGB", {"progressive": True}), "progressive_gray": ("L", {"progressive": True}),
        "cmyk": ("CMYK", {}),
    }
    for kind, (mode, options) in kinds.items():
        data = saved(photo(37, 23, mode), "JPEG", **options)
        whole = read(data)
        assert data.endswith(b"\xff\xd9")
        for end, tail in JPEG_ENDS.items():
            add_like(f"jpeg_{kind}_{end}.jpg", data[:-2] + tail, whole)


def png_parts(data):
    """Signature, then (kind, content, checksum) of each chunk."""
    parts, offset = [], 8
    while offset < len(data):
        length = int.from_bytes(data[offset:offset + 4], "big")
        parts.append((data[offset + 4:offset + 8], data[offset + 8:offset + 8 + length],
                      data[offset + 8 + length:offset + 12 + length]))
        offset += 12 + length
    return parts


def png_joined(parts):
    return b"\x89PNG\r\n\x1a\n" + b"".join(struct.pack(">I", len(d)) + k + d + c for k, d, c in parts)


def png_kinds():
    """Name, file and pixels of pictures whose chunks get damaged."""
    extra = png_chunk(b"PLTE", PALETTE[:16].astype(np.uint8).tobytes())
    kinds = ((2, 8, 3, False, b""), (2, 8, 3, True, b""), (0, 1, 1, False, b""), (3, 4, 1, False, extra),
             (2, 16, 3, False, b""))
    for color, depth, channels, interlaced, chunks in kinds:
        values = samples(19, 13, channels, (1 << depth) - 1, 5 + depth)
        data = png(values, color, depth, interlaced, chunks)
        yield f"png_color{color}_{depth}bit{'_interlaced' if interlaced else ''}", data, read(data)


def make_png_checksums():
    for name, data, whole in png_kinds():
        for chunk in (b"IDAT", b"IEND"):
            parts = [(k, d, bytes([c[0] ^ 1]) + c[1:] if k == chunk else c) for k, d, c in png_parts(data)]
            add_like(f"{name}_{chunk.decode().lower()}_checksum.png", png_joined(parts), whole)
    values = samples(5, 4, 3, 255)
    for chunk in (png_chunk(b"gAMA", struct.pack(">I", 45455)), png_chunk(b"tEXt", b"a\0b")):
        wrong = chunk[:-1] + bytes([chunk[-1] ^ 255])
        add_like(f"png_{chunk[4:8].decode().lower()}_checksum.png", png(values, 2, 8, False, wrong), values)


def with_stream(data, change):
    """The file with another zlib stream in its only IDAT."""
    parts = png_parts(data)
    return b"\x89PNG\r\n\x1a\n" + b"".join(png_chunk(k, change(d) if k == b"IDAT" else d) for k, d, _ in parts)


def make_png_streams():
    for name, data, whole in png_kinds():
        changes = {
            "adler": lambda stream: stream[:-1] + bytes([stream[-1] ^ 1]), "no_adler": lambda stream: stream[:-4],
            "half_adler": lambda stream: stream[:-2], "behind_stream": lambda stream: stream + b"more",
            "too_many_rows": lambda stream: zlib.compress(zlib.decompress(stream) + bytes(5000)),
        }
        for change, function in changes.items():
            add_like(f"{name}_{change}.png", with_stream(data, function), whole)
        end = data.index(b"IEND") - 4
        for tail, rest in (("no_end", b""), ("half_end", data[end:end + 6]), ("text", b"the end of it")):
            add_like(f"{name}_{tail}.png", data[:end] + rest, whole)
        half = with_stream(data, lambda stream: stream[:-4])[:end - 4 - 4]
        add_like(f"{name}_no_adler_no_end.png", half, whole)


def make_png_windows():
    """Rows that repeat far above, behind a header that says that nothing refers back so far."""
    values = np.tile(samples(200, 7, 3, 255, 3), (4, 1, 1))
    data = png(values, 2, 8)
    for window in range(8):
        first = window << 4 | 8
        second = 0xC0 + (31 - ((first << 8) + 0xC0) % 31) % 31
        change = bytes([first, second])
        add_like(f"png_window_{window}.png", with_stream(data, lambda stream: change + stream[2:]), values)


def make_gif_strays():
    indices = samples(19, 13, 1, 7, 5)[..., 0]
    colors = PALETTE[:8]
    data = gif(indices, (19, 13), shared=colors, transparent=None)
    whole = colors[indices]
    head = 13 + 3 * 8
    for name, strays in (("zero", b"\0"), ("zeros", bytes(300)), ("text", b"stray")):
        add_like(f"gif_stray_{name}.gif", data[:head] + strays + data[head:], whole)
        comment = b"!\xfe\x02ab\0"
        add_like(f"gif_stray_{name}_later.gif", data[:head] + comment + strays + comment + strays + data[head:], whole)
    for name, end in (("no_end", b""), ("zeros_at_end", bytes(20)), ("text_at_end", b"the end")):
        add_like(f"gif_{name}.gif", data[:-1] + end, whole)
    add_like("gif_no_last_block.gif", data[:-2], whole)
    # The last block says that it is as long as it was meant to be; what it lacks is the mark behind the last pixel.
    add_like("gif_cut_last_block.gif", data[:-3], whole)
