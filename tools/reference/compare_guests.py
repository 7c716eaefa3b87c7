"""Compares what vision-server's decoding process makes of HEIC, AVIF and JPEG XL with three other decoders.

    python -m venv guests && guests/bin/pip install pillow==13.0.0 pillow-heif pillow-jxl-plugin numpy
    guests/bin/python tools/reference/compare_guests.py [--binary .build/release/vision-server] FILE ...

The others are pillow-heif (HEIC), Pillow's own (AVIF) and pillow-jxl-plugin, which bring libraries of their own. Sizes
must be the same, the mean error at most 2 of 255; transparency is laid on white here as there. Without files it takes
those of Tests/Goldens/images/guests. The last line is `N passed, N failed`.
"""

import argparse
import os
import struct
import subprocess
import sys
from pathlib import Path

import numpy as np
import pillow_heif
import pillow_jxl  # noqa: F401 (registers itself)
from PIL import Image, ImageOps

REPOSITORY = Path(__file__).resolve().parents[2]
GUESTS = REPOSITORY / "Tests/Goldens/images/guests"
FORMATS = {".heic": "heif", ".heif": "heif", ".hif": "heif", ".avif": "avif", ".jxl": "jxl"}
MOST = 2.0
# Pillow does not crop as the container says, libavif makes colours of less resolution smooth where libheif repeats
# them, which a tiny picture full of colours shows, and pillow-jxl-plugin gives the last frame of a film.
ELSEWHERE = {"cropped.avif", "cropped_turned.avif", "chroma420.avif", "film.jxl"}


def on_white(values, premultiplied=False):
    """RGB of an array of 1 to 4 channels."""
    values = values.astype(np.int64)
    channels = values.shape[2]
    colors = values[..., :3] if channels >= 3 else np.repeat(values[..., :1], 3, axis=2)
    if channels in (1, 3):
        return colors
    alpha = values[..., -1:]
    if premultiplied:
        return np.minimum(255, colors + 255 - alpha)
    return (colors * alpha + 255 * (255 - alpha) + 127) // 255


def reference(path):
    """The upright picture, and its size as stored; a JPEG XL decoder turns it where it is shown."""
    with Image.open(path) as image:
        image.load()
        upright = ImageOps.exif_transpose(image)
        gray = upright.mode in ("1", "L", "LA", "I;16")
        mode = ("LA" if gray else "RGBA") if "A" in upright.mode else "L" if gray else "RGB"
        values = np.asarray(upright.convert(mode))
    return on_white(values.reshape(values.shape[0], values.shape[1], -1))


def ours(binary, path, width, height):
    """What the process answers for a file of that size, or the sentence in which it refuses it."""
    data = path.read_bytes()
    numbers = [width, height, len(data), 1 << 30, 60, os.getpid()]
    words = [binary, "decode-picture", FORMATS[path.suffix.lower()]] + [str(number) for number in numbers]
    answer = subprocess.run(words, input=data, capture_output=True, check=True).stdout
    status, width, height, channels, premultiplied, tail = struct.unpack("<6I", answer[:24])
    if status != 0:
        return answer[24:].decode()
    rows = np.frombuffer(answer[24 + tail:], dtype=np.uint8)
    return on_white(rows.reshape(height, width, channels), bool(premultiplied))


def compare(binary, path):
    """A complaint, or the mean error."""
    expected = reference(path)
    height, width = expected.shape[:2]
    found = ours(binary, path, width, height)
    if isinstance(found, str) and path.suffix == ".jxl":
        # As stored; which way it is turned is tested with the goldens.
        found = ours(binary, path, height, width)
        found = found if isinstance(found, str) else best_turn(found, expected)
    elif path.suffix == ".jxl":
        found = best_turn(found, expected)
    if isinstance(found, str):
        return found
    if found.shape != expected.shape:
        return f"it is {found.shape[1]} x {found.shape[0]}, not {width} x {height}"
    return float(np.abs(found - expected).mean())


def best_turn(found, expected):
    turns = [turn for k in range(4) for turn in (np.rot90(found, k), np.rot90(found[:, ::-1], k))]
    alike = [turn for turn in turns if turn.shape == expected.shape]
    return min(alike, key=lambda turn: np.abs(turn - expected).mean())


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--binary", default=str(REPOSITORY / ".build/release/vision-server"))
    parser.add_argument("files", nargs="*", type=Path)
    options = parser.parse_args()
    pillow_heif.register_heif_opener()
    files = options.files or sorted(
        path for path in GUESTS.iterdir()
        if path.suffix in FORMATS and "large" not in path.name and path.name not in ELSEWHERE)
    failed = 0
    for path in files:
        result = compare(options.binary, path)
        is_good = not isinstance(result, str) and result <= MOST
        failed += not is_good
        print(f"{'ok  ' if is_good else 'FAIL'} {path.name}: {result if isinstance(result, str) else f'{result:.3f}'}")
    print(f"{len(files) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
