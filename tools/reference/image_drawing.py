"""Draws small pictures, and collects the files that the tests read with what a decoder must make of them."""

import io
from pathlib import Path

import numpy as np
from PIL import Image, ImageFile, ImageOps

ROOT = Path(__file__).resolve().parents[2] / "Tests" / "Goldens" / "images"
FILES = ROOT / "files"
WIDTH, HEIGHT = 19, 13
goldens = []


def fnv1a64(data):
    value = 0xCBF29CE484222325
    for byte in data:
        value = ((value ^ byte) * 0x100000001B3) & 0xFFFFFFFFFFFFFFFF
    return f"{value:016x}"


def noise(count, seed):
    """xorshift32, the low byte of each state; the tests draw the same."""
    x, out = seed & 0xFFFFFFFF or 1, bytearray(count)
    for i in range(count):
        x ^= (x << 13) & 0xFFFFFFFF
        x ^= x >> 17
        x ^= (x << 5) & 0xFFFFFFFF
        out[i] = x & 0xFF
    return bytes(out)


def samples(width, height, channels, most, seed=1):
    """[height, width, channels] integers 0...most: slopes with some noise."""
    y, x, c = np.mgrid[0:height, 0:width, 0:channels]
    slope = (x * (c + 1) * 7 + y * (5 - c) * 5) / (7 * 20 + 5 * 20)
    rough = np.frombuffer(noise(width * height * channels, seed), np.uint8).reshape(slope.shape) / 255
    return np.round(np.clip(np.mod(slope + rough * 0.2, 1.2) / 1.2, 0, 1) * most).astype(np.int64)


def photo(width=WIDTH, height=HEIGHT, mode="RGB", seed=1):
    channels = len(Image.new(mode, (1, 1)).getbands())
    data = samples(width, height, channels, 255, seed).astype(np.uint8)
    return Image.fromarray(data if channels > 1 else data[..., 0], mode)


def on_white(rgb, alpha, most=255):
    rgb, alpha = np.asarray(rgb, np.int64), np.asarray(alpha, np.int64)
    return ((rgb * alpha + most * (most - alpha) + most // 2) // most).astype(np.uint8)


def read(data):
    """[height, width, 3] of what Pillow makes of a file, upright; rows that are there count, however they end."""
    ImageFile.LOAD_TRUNCATED_IMAGES = True
    try:
        with Image.open(io.BytesIO(data)) as image:
            return np.asarray(ImageOps.exif_transpose(image).convert("RGB"))
    finally:
        ImageFile.LOAD_TRUNCATED_IMAGES = False


def add(name, data, expected=None, note="pillow"):
    """expected: [height, width, 3]; None: what Pillow makes of it, upright."""
    (FILES / name).write_bytes(data)
    if expected is None:
        expected = read(data)
    expected = np.ascontiguousarray(expected, np.uint8)
    height, width, _ = expected.shape
    goldens.append({"file": name, "width": width, "height": height, "rgb": fnv1a64(expected.tobytes()), "by": note})


def saved(image, kind, **options):
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def eight_bits(values, depth):
    return values >> 8 if depth == 16 else values * (255 // ((1 << depth) - 1))


PALETTE = np.frombuffer(noise(768, 99), np.uint8).reshape(256, 3).astype(np.int64)
