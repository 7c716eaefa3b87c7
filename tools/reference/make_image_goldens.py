"""Draws the small pictures that Tests/ImagesTests reads and writes down what a decoder must make of them.

Run with Pillow 11.2.1, numpy and zstandard:  python tools/reference/make_image_goldens.py
Writes Tests/Goldens/images/{files,large,unread}/* and Tests/Goldens/images/goldens.json. Results are stored as FNV-1a
64 of the RGB bytes. An opaque picture's expectation is Pillow's convert("RGB") (of the picture turned upright); where
this project differs on purpose (transparency on white, 16-bit samples cut to their high byte) or Pillow cannot read a
kind, it is computed here from the samples that were written.
"""

import io
import json
import lzma
import struct
import zlib

import numpy as np
import PIL
import zstandard
from PIL import Image

import damaged_pictures
import film_pictures
import large_pictures
import turned_pictures
import unread_pictures
from image_drawing import (FILES, HEIGHT, PALETTE, ROOT, WIDTH, add, eight_bits, fnv1a64, goldens, noise, on_white,
                           photo, samples, saved)
from image_writers import bmp, bmp_rows, gif, packed, png, png_chunk, riff, tiff, tiff_rows, tiff_tags

# PNG

def png_expected(values, color, depth, key=None, palette_alpha=None):
    """By the PNG specification, on white."""
    most = (1 << depth) - 1
    alpha = np.full(values.shape[:2] + (1,), 255)
    if key is not None:
        alpha = np.where((values == key).all(axis=2, keepdims=True), 0, 255)
    if color == 3:
        rgb = PALETTE[values[..., 0]]
        if palette_alpha is not None:
            table = np.concatenate([palette_alpha, np.full(256 - len(palette_alpha), 255)])
            alpha = table[values]
    elif color in (0, 4):
        rgb = np.repeat(eight_bits(values[..., :1], depth), 3, axis=2)
    else:
        rgb = eight_bits(values[..., :3], depth)
    if color & 4:
        alpha = eight_bits(values[..., -1:], depth)
    assert most >= values.max()
    return on_white(rgb, alpha)


def make_png():
    kinds = {0: (1, 2, 4, 8, 16), 2: (8, 16), 3: (1, 2, 4, 8), 4: (8, 16), 6: (8, 16)}
    channels = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
    for color, depths in kinds.items():
        for depth in depths:
            values = samples(WIDTH, HEIGHT, channels[color], (1 << depth) - 1, color * 16 + depth)
            chunks = png_chunk(b"PLTE", PALETTE[:1 << depth].astype(np.uint8).tobytes()) if color == 3 else b""
            expected = png_expected(values, color, depth)
            for interlaced in (False, True):
                data = png(values, color, depth, interlaced, chunks)
                name = f"png_color{color}_{depth}bit{'_interlaced' if interlaced else ''}.png"
                is_plain = color in (0, 2, 3) and not (color == 0 and depth == 16)
                if is_plain:
                    pillow = np.asarray(Image.open(io.BytesIO(data)).convert("RGB"))
                    assert (pillow == expected).all(), name
                add(name, data, expected, "pillow" if is_plain else "samples")
            make_png_key(values, color, depth, chunks)
    for side in (1, 2, 3, 4, 5, 6, 7, 9):
        values = samples(side, side, 3, 255, side)
        add(f"png_interlaced_{side}x{side}.png", png(values, 2, 8, True))
    exif = Image.Exif()
    exif[0x0112] = 8
    add("png_exif8.png", saved(photo(), "PNG", exif=exif))
    extra = png_chunk(b"zTXt", b"Comment\0\0" + zlib.compress(bytes(100_000))) + png_chunk(b"tEXt", b"a\0b")
    add("png_text.png", png(samples(5, 4, 3, 255), 2, 8, False, extra))


def make_png_key(values, color, depth, chunks):
    """The same picture with a tRNS chunk."""
    name = f"png_color{color}_{depth}bit_trns.png"
    if color == 3:
        alpha = np.arange(min(1 << depth, 200)) * 255 // 199
        extra = chunks + png_chunk(b"tRNS", alpha.astype(np.uint8).tobytes())
        expected = png_expected(values, 3, depth, palette_alpha=alpha)
        add(name, png(values, color, depth, False, extra), expected, "samples")
    elif color in (0, 2):
        darkest = np.argmin(values.sum(axis=2))
        key = values.reshape(-1, values.shape[2])[darkest]
        extra = png_chunk(b"tRNS", key.astype(">u2").tobytes())
        add(name, png(values, color, depth, False, extra), png_expected(values, color, depth, key=key), "samples")


# JPEG, WebP

def make_jpeg():
    for sampling, name in ((0, "444"), (1, "422"), (2, "420")):
        for progressive in (False, True):
            kind = "progressive" if progressive else "baseline"
            for width, height in ((37, 23), (16, 16), (1, 1), (17, 1), (3, 40)):
                if (width, height) == (37, 23) or sampling == 2:
                    picture = photo(width, height)
                    data = saved(picture, "JPEG", quality=85, subsampling=sampling, progressive=progressive)
                    add(f"jpeg_{kind}_{name}_{width}x{height}.jpg", data)
    for progressive in (False, True):
        kind = "progressive" if progressive else "baseline"
        add(f"jpeg_{kind}_gray.jpg", saved(photo(37, 23, "L"), "JPEG", progressive=progressive))
        add(f"jpeg_{kind}_cmyk.jpg", saved(photo(37, 23, "CMYK"), "JPEG", progressive=progressive))
    add("jpeg_low_quality.jpg", saved(photo(64, 48), "JPEG", quality=5))
    add("jpeg_restart.jpg", saved(photo(64, 48), "JPEG", restart_marker_blocks=2))
    add("jpeg_rgb.jpg", saved(photo(37, 23), "JPEG", keep_rgb=True))
    for orientation in range(1, 9):
        exif = Image.Exif()
        exif[0x0112] = orientation
        add(f"jpeg_exif{orientation}.jpg", saved(photo(21, 10), "JPEG", exif=exif))


def make_webp():
    exif = Image.Exif()
    exif[0x0112] = 6
    add("webp_lossy.webp", saved(photo(37, 23), "WEBP", quality=80))
    add("webp_lossless.webp", saved(photo(), "WEBP", lossless=True))
    add("webp_exif6.webp", saved(photo(), "WEBP", lossless=True, exif=exif))
    rgba = photo(mode="RGBA")
    values = np.asarray(rgba)
    still = on_white(values[..., :3], values[..., 3:])
    lossless = saved(rgba, "WEBP", lossless=True, exact=True)
    add("webp_lossless_alpha.webp", lossless, still, "samples")
    lossy = saved(photo(37, 23, "RGBA"), "WEBP", quality=80)
    decoded = np.asarray(Image.open(io.BytesIO(lossy)))
    add("webp_lossy_alpha.webp", lossy, on_white(decoded[..., :3], decoded[..., 3:]), "samples")
    frames = [photo(seed=2), photo(seed=3)]
    animated = saved(frames[0], "WEBP", lossless=True, save_all=True, append_images=frames[1:])
    add("webp_animated.webp", animated, np.asarray(frames[0]), "samples")

    def u24(value):
        return struct.pack("<I", value)[:3]

    place = u24(2) + u24(3) + u24(WIDTH - 1) + u24(HEIGHT - 1) + u24(100) + b"\0"
    canvas = np.full((HEIGHT + 11, WIDTH + 9, 3), 255, np.uint8)
    canvas[6:6 + HEIGHT, 4:4 + WIDTH] = still
    data = riff((b"VP8X", b"\x12\0\0\0" + u24(WIDTH + 8) + u24(HEIGHT + 10)), (b"ANIM", bytes(6)),
                (b"ANMF", place + lossless[12:]))
    add("webp_animated_offset.webp", data, canvas, "samples")


# GIF

def make_gif():
    indices = samples(WIDTH, HEIGHT, 1, 7, 5)[..., 0]
    colors = PALETTE[:8]
    whole = (WIDTH, HEIGHT)
    add("gif_plain.gif", gif(indices, whole, shared=colors))
    add("gif_interlaced.gif", gif(indices, whole, shared=colors, interlaced=True))
    add("gif_local_palette.gif", gif(indices, whole, shared=PALETTE[8:16], local=colors))
    add("gif_no_palette.gif", gif(indices, whole))
    add("gif_offset.gif", gif(indices, (WIDTH + 9, HEIGHT + 7), 4, 3, colors))
    add("gif_beyond_screen.gif", gif(indices, (WIDTH, HEIGHT), 4, 3, colors))
    clear = colors.copy()
    clear[5] = 255
    data = gif(indices, whole, shared=colors, transparent=5)
    add("gif_transparent.gif", data, clear[indices], "samples")
    canvas = np.full((HEIGHT + 7, WIDTH + 9, 3), 255)
    canvas[3:3 + HEIGHT, 4:4 + WIDTH] = clear[indices]
    data = gif(indices, (WIDTH + 9, HEIGHT + 7), 4, 3, colors, transparent=5)
    add("gif_transparent_offset.gif", data, canvas, "samples")
    pictures = [photo(40, 30, seed=s).quantize(64) for s in (1, 2)]
    add("gif_animated.gif", saved(pictures[0], "GIF", save_all=True, append_images=pictures[1:]))
    add("gif_compressed.gif", saved(photo(40, 30).quantize(256), "GIF"))


# BMP

def make_bmp_palettes():
    for bits in (1, 4, 8):
        values = samples(WIDTH, HEIGHT, 1, (1 << bits) - 1, bits)[..., 0]
        colors = PALETTE[:1 << bits, ::-1].astype(np.uint8)
        quads = b"".join(bytes(c) + b"\0" for c in colors)
        triples = colors.tobytes()
        lines = packed(values, bits)
        add(f"bmp_{bits}bit.bmp", bmp(bmp_rows(lines), bits, WIDTH, HEIGHT, quads))
        add(f"bmp_{bits}bit_topdown.bmp", bmp(bmp_rows(lines, True), bits, WIDTH, HEIGHT, quads, top_down=True))
        add(f"bmp_{bits}bit_core.bmp", bmp(bmp_rows(lines), bits, WIDTH, HEIGHT, triples, header=12))
        add(f"bmp_{bits}bit_v5.bmp", bmp(bmp_rows(lines), bits, WIDTH, HEIGHT, quads, header=124))
    few = b"".join(bytes(c) + b"\0" for c in PALETTE[:5, ::-1].astype(np.uint8))
    lines = packed(samples(WIDTH, HEIGHT, 1, 4, 7)[..., 0], 8)
    add("bmp_8bit_5colors.bmp", bmp(bmp_rows(lines), 8, WIDTH, HEIGHT, few, colors=5))


def make_bmp_runs():
    """Pillow 11.2.1 takes the two bytes behind a delta for the delta, loses empty rows and reads odd literal runs of
    RLE4 short, so the files with those are expected to be what their rows say."""
    width, height = 12, 5
    colors = PALETTE[:256]
    quads = b"".join(bytes(c) + b"\0" for c in colors[:, ::-1].astype(np.uint8))
    end, stop = bytes([0, 0]), bytes([0, 1])

    def picture(rows):
        return colors[np.array([values + [0] * (width - len(values)) for values in rows])[::-1]]

    coded = [bytes([12, 7]), bytes([0, 4, 1, 2, 3, 4, 3, 9, 5, 8]), bytes([0, 3, 10, 11, 12, 0, 9, 200]),
             bytes([4, 77, 6, 78]), bytes([12, 44])]
    add("bmp_rle8.bmp", bmp(end.join(coded) + stop, 8, width, height, quads, compression=1))
    coded[3:] = [b"", bytes([0, 2, 2, 0, 4, 77])]
    rows = [[7] * 12, [1, 2, 3, 4] + [9] * 3 + [8] * 5, [10, 11, 12] + [200] * 9, [], [0, 0] + [77] * 4]
    data = bmp(end.join(coded) + stop, 8, width, height, quads, compression=1)
    add("bmp_rle8_delta.bmp", data, picture(rows), "samples")
    coded = [bytes([12, 0x7A]), bytes([0, 4, 0x12, 0x34, 8, 0x95]), bytes([5, 0x77]), bytes([1, 0x10]),
             bytes([12, 0x4C])]
    add("bmp_rle4.bmp", bmp(end.join(coded) + stop, 4, width, height, quads[:64], compression=2))
    coded[3:] = [bytes([0, 3, 0x67, 0x80, 9, 0xCD]), bytes([0, 5, 0x12, 0x34, 0x50, 0])]
    rows = [[7, 10] * 6, [1, 2, 3, 4] + [9, 5] * 4, [7] * 5, [6, 7, 8] + [12, 13] * 4 + [12], [1, 2, 3, 4, 5]]
    data = bmp(end.join(coded) + stop, 4, width, height, quads[:64], compression=2)
    add("bmp_rle4_odd.bmp", data, picture(rows), "samples")


def make_bmp_colors():
    deep = samples(WIDTH, HEIGHT, 3, 255, 3).astype(np.uint8)
    plain = [row.tobytes() for row in deep[..., ::-1]]
    add("bmp_24bit.bmp", bmp(bmp_rows(plain), 24, WIDTH, HEIGHT))
    add("bmp_24bit_topdown.bmp", bmp(bmp_rows(plain, True), 24, WIDTH, HEIGHT, top_down=True))
    add("bmp_24bit_core.bmp", bmp(bmp_rows(plain), 24, WIDTH, HEIGHT, header=12))
    words = samples(WIDTH, HEIGHT, 1, 65535, 16)[..., 0].astype("<u2")
    lines = [row.tobytes() for row in words]
    add("bmp_16bit.bmp", bmp(bmp_rows(lines), 16, WIDTH, HEIGHT))
    for name, masks in (("565", (0xF800, 0x7E0, 0x1F)), ("555", (0x7C00, 0x3E0, 0x1F))):
        fields = struct.pack("<III", *masks)
        add(f"bmp_16bit_{name}.bmp", bmp(bmp_rows(lines), 16, WIDTH, HEIGHT, compression=3, masks=fields))
        data = bmp(bmp_rows(lines), 16, WIDTH, HEIGHT, header=108, compression=3, masks=fields)
        add(f"bmp_16bit_{name}_v4.bmp", data)
    quads = samples(WIDTH, HEIGHT, 4, 255, 32).astype(np.uint8)
    lines = [row.tobytes() for row in quads]
    add("bmp_32bit.bmp", bmp(bmp_rows(lines), 32, WIDTH, HEIGHT))
    for name, masks in (("xbgr", (0xFF000000, 0xFF0000, 0xFF00)), ("bgrx", (0xFF0000, 0xFF00, 0xFF))):
        fields = struct.pack("<III", *masks)
        add(f"bmp_32bit_{name}.bmp", bmp(bmp_rows(lines), 32, WIDTH, HEIGHT, compression=3, masks=fields))
    fields = struct.pack("<IIII", 0xFF0000, 0xFF00, 0xFF, 0xFF000000)
    data = bmp(bmp_rows(lines), 32, WIDTH, HEIGHT, header=124, compression=3, masks=fields)
    add("bmp_32bit_alpha.bmp", data, on_white(quads[..., 2::-1], quads[..., 3:]), "samples")
    quads[..., 3] = 0
    data = bmp(bmp_rows([r.tobytes() for r in quads]), 32, WIDTH, HEIGHT, header=124, compression=3, masks=fields)
    add("bmp_32bit_unused_alpha.bmp", data)
    tens = samples(WIDTH, HEIGHT, 1, (1 << 30) - 1, 30)[..., 0].astype("<u4")
    rgb = np.stack([((tens.astype(np.int64) >> s) & 1023) * 255 // 1023 for s in (20, 10, 0)], axis=2)
    fields = struct.pack("<III", 1023 << 20, 1023 << 10, 1023)
    data = bmp(bmp_rows([r.tobytes() for r in tens]), 32, WIDTH, HEIGHT, compression=3, masks=fields)
    add("bmp_32bit_10bit_fields.bmp", data, rgb, "samples")


# TIFF

def make_tiff_samples():
    for bits in (1, 2, 4, 8, 16):
        gray = samples(WIDTH, HEIGHT, 1, (1 << bits) - 1, bits)
        level = np.repeat(eight_bits(gray, bits), 3, axis=2)
        for order, word in (("<", "ii"), (">", "mm")):
            data = tiff([tiff_rows(gray, bits, order)], tiff_tags(WIDTH, HEIGHT, bits, 1, 1), order)
            add(f"tiff_gray_{bits}bit_{word}.tif", data, level, "samples")
        data = tiff([tiff_rows(gray, bits)], tiff_tags(WIDTH, HEIGHT, bits, 1, 0))
        add(f"tiff_gray_{bits}bit_inverted.tif", data, 255 - level, "samples")
        if bits <= 8:
            table = (PALETTE[:1 << bits] * 257).T.reshape(-1).tolist()
            data = tiff([tiff_rows(gray, bits)], tiff_tags(WIDTH, HEIGHT, bits, 1, 3, t320=(3, table)))
            add(f"tiff_palette_{bits}bit.tif", data, PALETTE[gray[..., 0]], "samples")
    for bits in (8, 16):
        rgb = samples(WIDTH, HEIGHT, 3, (1 << bits) - 1, bits)
        for order, word in (("<", "ii"), (">", "mm")):
            data = tiff([tiff_rows(rgb, bits, order)], tiff_tags(WIDTH, HEIGHT, bits, 3, 2), order)
            add(f"tiff_rgb_{bits}bit_{word}.tif", data)
        planes = [tiff_rows(rgb[..., c:c + 1], bits) for c in range(3)]
        data = tiff(planes, tiff_tags(WIDTH, HEIGHT, bits, 3, 2, t284=(3, [2])))
        add(f"tiff_rgb_{bits}bit_planes.tif", data, eight_bits(rgb, bits), "samples")
        cmyk = samples(WIDTH, HEIGHT, 4, (1 << bits) - 1, bits)
        data = tiff([tiff_rows(cmyk, bits)], tiff_tags(WIDTH, HEIGHT, bits, 4, 5))
        add(f"tiff_cmyk_{bits}bit.tif", data)


def make_tiff_alpha():
    for bits in (8, 16):
        rgba = samples(WIDTH, HEIGHT, 4, (1 << bits) - 1, bits)
        low = eight_bits(rgba, bits)
        straight = on_white(low[..., :3], low[..., 3:])
        data = tiff([tiff_rows(rgba, bits)], tiff_tags(WIDTH, HEIGHT, bits, 4, 2, t338=(3, [2])))
        add(f"tiff_rgba_{bits}bit.tif", data, straight, "samples")
        data = tiff([tiff_rows(rgba, bits)], tiff_tags(WIDTH, HEIGHT, bits, 4, 2))
        add(f"tiff_rgba_{bits}bit_unmarked.tif", data, straight, "samples")
        data = tiff([tiff_rows(rgba, bits)], tiff_tags(WIDTH, HEIGHT, bits, 4, 2, t338=(3, [0])))
        add(f"tiff_rgbx_{bits}bit.tif", data)
        data = tiff([tiff_rows(rgba, bits)], tiff_tags(WIDTH, HEIGHT, bits, 4, 2, t338=(3, [1])))
        sums = np.minimum(255, low[..., :3] + 255 - low[..., 3:])
        add(f"tiff_rgba_{bits}bit_premultiplied.tif", data, sums, "samples")
        pair = samples(WIDTH, HEIGHT, 2, (1 << bits) - 1, bits)
        low = eight_bits(pair, bits)
        data = tiff([tiff_rows(pair, bits)], tiff_tags(WIDTH, HEIGHT, bits, 2, 1, t338=(3, [2])))
        add(f"tiff_gray_alpha_{bits}bit.tif", data, on_white(np.repeat(low[..., :1], 3, 2), low[..., 1:]), "samples")


def make_tiff_layouts():
    rgb = samples(37, 23, 3, 255, 9)
    padded = np.zeros((32, 48, 3), np.int64)
    padded[:23, :37] = rgb
    tiles = [tiff_rows(padded[y:y + 16, x:x + 16], 8) for y in (0, 16) for x in (0, 16, 32)]
    tags = tiff_tags(37, 23, 8, 3, 2, t322=(4, [16]), t323=(4, [16]))
    del tags[278]
    add("tiff_tiles.tif", tiff(tiles, tags))
    planes = [tiff_rows(padded[y:y + 16, x:x + 16, c:c + 1], 8) for c in range(3) for y in (0, 16) for x in (0, 16, 32)]
    add("tiff_tiles_planes.tif", tiff(planes, {**tags, 284: (3, [2])}), rgb, "samples")
    strips = [tiff_rows(rgb[y:y + 5], 8) for y in range(0, 23, 5)]
    for orientation in range(1, 9):
        data = tiff(strips, tiff_tags(37, 23, 8, 3, 2, t278=(4, [5]), t274=(3, [orientation])))
        add(f"tiff_orientation{orientation}.tif", data)
    for compression in ("tiff_lzw", "tiff_adobe_deflate", "packbits", "jpeg"):
        for mode in ("L", "RGB"):
            name = f"tiff_{mode.lower()}_{compression.removeprefix('tiff_')}.tif"
            add(name, saved(photo(37, 23, mode), "TIFF", compression=compression))
    for compression in ("group3", "group4", "tiff_ccitt"):
        add(f"tiff_1_{compression}.tif", saved(photo(37, 23, "L").convert("1"), "TIFF", compression=compression))
    add("tiff_big.tif", saved(photo(), "TIFF", big_tiff=True))
    add("tiff_rgb_lzw_predictor.tif", saved(photo(37, 23), "TIFF", compression="tiff_lzw", tiffinfo={317: 2}))
    add("tiff_ycbcr.tif", saved(photo(32, 16, "YCbCr"), "TIFF", compression="tiff_lzw"))


def make_tiff_depths():
    """Pillow has no mode for RGB of 12 or 32 bits, and saturates gray."""
    for bits in (12, 32):
        for count, photometric in ((1, 1), (3, 2)):
            values = samples(WIDTH, HEIGHT, count, (1 << bits) - 1, bits)
            high = np.broadcast_to(values >> (bits - 8), (HEIGHT, WIDTH, 3))
            data = tiff([tiff_rows(values, bits)], tiff_tags(WIDTH, HEIGHT, bits, count, photometric))
            add(f"tiff_{'rgb' if count == 3 else 'gray'}_{bits}bit.tif", data, high, "samples")
    gray = samples(WIDTH, HEIGHT, 1, (1 << 32) - 1, 32)
    data = tiff([tiff_rows(gray, 32, ">")], tiff_tags(WIDTH, HEIGHT, 32, 1, 0), ">")
    add("tiff_gray_32bit_inverted_mm.tif", data, np.broadcast_to(255 - (gray >> 24), (HEIGHT, WIDTH, 3)), "samples")


def make_tiff_compressions():
    """Those that an ordinary build of libtiff has beside the usual ones; Pillow's own lacks some."""
    packers = {"lzma": (34925, lzma.compress), "zstd": (50000, zstandard.compress), "deflate": (32946, zlib.compress)}
    for name, (code, compress) in packers.items():
        kinds = (("gray", 8, 1, 1), ("rgb", 8, 3, 2), ("rgb16", 16, 3, 2), ("bits", 1, 1, 0))
        for mode, bits, count, photometric in kinds:
            values = samples(WIDTH, HEIGHT, count, (1 << bits) - 1, bits)
            strips = [compress(tiff_rows(values[y:y + 5], bits)) for y in range(0, HEIGHT, 5)]
            level = 255 * (1 - values) if bits == 1 else eight_bits(values, bits)
            tags = tiff_tags(WIDTH, HEIGHT, bits, count, photometric, t259=(3, [code]), t278=(4, [5]))
            add(f"tiff_{mode}_{name}.tif", tiff(strips, tags), np.broadcast_to(level, (HEIGHT, WIDTH, 3)), "samples")
        differences = np.diff(values := samples(WIDTH, HEIGHT, 3, 255, 7), axis=1, prepend=0) & 255
        tags = tiff_tags(WIDTH, HEIGHT, 8, 3, 2, t259=(3, [code]), t317=(3, [2]))
        add(f"tiff_rgb_{name}_predictor.tif", tiff([compress(tiff_rows(differences, 8))], tags), values, "samples")
    for mode in ("RGB", "RGBA"):
        picture = photo(mode=mode)
        values = np.asarray(picture)
        expected = values if mode == "RGB" else on_white(values[..., :3], values[..., 3:])
        tags = tiff_tags(WIDTH, HEIGHT, 8, len(mode), 2, t259=(3, [50001]))
        strip = saved(picture, "WEBP", lossless=True, exact=True)
        add(f"tiff_{mode.lower()}_webp.tif", tiff([strip], tags), expected, "samples")
    make_tiff_old_jpeg()


def make_tiff_old_jpeg():
    """Compression 6: a whole JPEG file in the TIFF, beside a strip that names the data of its only scan."""
    for sampling, factors in ((0, [1, 1]), (2, [2, 2])):
        data = saved(photo(32, 16), "JPEG", quality=90, subsampling=sampling)
        scan = data.index(b"\xff\xda")
        start = scan + 2 + int.from_bytes(data[scan + 2:scan + 4], "big")
        tags = tiff_tags(32, 16, 8, 3, 6, t530=(3, factors), t513=(4, [8]), t514=(4, [len(data)]))
        tags[259] = (3, [6])
        file = tiff([data], tags)
        strip = struct.pack("<HHII", 273, 4, 1, 8)
        file = file.replace(strip, struct.pack("<HHII", 273, 4, 1, 8 + start))
        strip = struct.pack("<HHII", 279, 4, 1, len(data))
        file = file.replace(strip, struct.pack("<HHII", 279, 4, 1, len(data) - start))
        add(f"tiff_old_jpeg_{'444' if sampling == 0 else '420'}.tif", file)


# Resize

SIZES = [
    (1, 1, 768, 768), (1, 5000, 768, 768), (5000, 1, 768, 768), (768, 768, 768, 768), (768, 500, 768, 768),
    (500, 768, 768, 768), (640, 480, 768, 768), (1024, 1024, 768, 768), (767, 769, 768, 768), (2, 3, 768, 768),
    (300, 872, 768, 768), (1500, 40, 768, 768), (1, 1, 1, 1), (1, 1, 7, 5), (2, 2, 1, 1), (3, 3, 2, 2), (5, 7, 7, 5),
    (100, 100, 64, 64), (64, 64, 100, 100), (99, 101, 33, 77), (33, 77, 99, 101), (200, 10, 10, 200),
    (10, 200, 200, 10), (1000, 3, 3, 1), (3, 1000, 1, 3), (257, 129, 128, 64), (128, 64, 257, 129), (31, 17, 31, 40),
    (31, 17, 40, 17), (512, 4, 64, 64), (4, 512, 64, 64), (1, 100, 50, 50), (100, 1, 50, 50), (640, 427, 224, 224),
    (427, 640, 224, 224), (50, 50, 49, 51), (49, 51, 50, 50), (8, 8, 64, 1), (8, 8, 1, 64), (65535, 1, 16, 16),
    (1, 65535, 16, 16), (400, 300, 96, 96), (97, 89, 96, 96), (96, 96, 96, 95), (720, 1280, 336, 336), (2048, 2, 5, 9),
]


def make_resize():
    cases = []
    for width, height, to_width, to_height in SIZES:
        pixels = noise(width * height * 3, width * 65537 + height)
        image = Image.frombytes("RGB", (width, height), pixels)
        resized = image.resize((to_width, to_height), Image.Resampling.BICUBIC)
        cases.append({"from": [width, height], "to": [to_width, to_height], "rgb": fnv1a64(resized.tobytes())})
    return cases


def main():
    assert PIL.__version__ == "11.2.1", "the goldens are Pillow 11.2.1's"
    FILES.mkdir(parents=True, exist_ok=True)
    for old in FILES.iterdir():
        old.unlink()
    for make in (make_png, make_jpeg, make_webp, make_gif, make_bmp_palettes, make_bmp_runs, make_bmp_colors,
                 make_tiff_samples, make_tiff_alpha, make_tiff_layouts, make_tiff_depths, make_tiff_compressions,
                 damaged_pictures.make, turned_pictures.make, film_pictures.make):
        make()
    large_pictures.make()
    result = {"pillow": PIL.__version__, "files": goldens, "resize": make_resize(), "unread": unread_pictures.make()}
    text = json.dumps(result, indent=0).replace(",\n\"", ", \"").replace("{\n", "{").replace("\n}", "}")
    (ROOT / "goldens.json").write_text(text + "\n")
    print(len(goldens), "files", sum(f.stat().st_size for f in FILES.iterdir()), "bytes")


if __name__ == "__main__":
    main()
