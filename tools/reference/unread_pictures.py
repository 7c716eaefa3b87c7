"""Files of kinds that are not read: they are whole, and the error has to say what they are, not that they are damaged."""

import struct
import zlib

import numpy as np

from image_drawing import HEIGHT, WIDTH, ROOT, photo, samples, saved
from image_writers import png_chunk, png_filtered, packed, tiff, tiff_rows, tiff_tags

UNREAD = ROOT / "unread"


def make():
    """Writes them and returns each one's name with a word of the reason."""
    UNREAD.mkdir(exist_ok=True)
    for old in UNREAD.iterdir():
        old.unlink()
    reasons = []
    for name, data, reason in [*jpegs(), *pngs(), *tiffs()]:
        (UNREAD / name).write_bytes(data)
        reasons.append({"file": name, "reason": reason})
    return reasons


def jpegs():
    data = saved(photo(37, 23, "L"), "JPEG")
    frame = data.index(b"\xff\xc0")
    yield "jpeg_12bit.jpg", data[:frame + 4] + b"\x0c" + data[frame + 5:], "12 bits"
    yield "jpeg_lossless.jpg", data[:frame] + b"\xff\xc3" + data[frame + 2:], "without loss"
    data = saved(photo(37, 23), "JPEG", subsampling=0)
    frame, scan = data.index(b"\xff\xc0"), data.index(b"\xff\xda")
    two = struct.pack(">BHHB", 8, 23, 37, 2) + b"\1\x11\0\2\x11\1"
    two = b"\xff\xc0" + struct.pack(">H", len(two) + 2) + two
    yield ("jpeg_2_components.jpg", data[:frame] + two + data[frame + 19:scan] + b"\xff\xda\0\x0a\2\1\0\2\x11\0\x3f\0"
           + data[scan + 14:], "colour components")


def pngs():
    values = samples(WIDTH, HEIGHT, 4, 255)
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    stream = packer.compress(png_filtered(packed(values.reshape(HEIGHT, -1), 8), 4)) + packer.flush()
    header = struct.pack(">IIBBBBB", WIDTH, HEIGHT, 8, 6, 0, 0, 0)
    yield ("png_cgbi.png", b"\x89PNG\r\n\x1a\n" + png_chunk(b"CgBI", b"\x50\0\x20\2") + png_chunk(b"IHDR", header)
           + png_chunk(b"IDAT", stream) + png_chunk(b"IEND", b""), "CgBI")


def tiffs():
    gray = samples(WIDTH, HEIGHT, 1, 255)[..., 0]
    floats = (gray / 255).astype("<f4").tobytes()
    yield "tiff_float.tif", tiff([floats], tiff_tags(WIDTH, HEIGHT, 32, 1, 1, t339=(3, [3]))), "floating-point"
    yield "tiff_float16.tif", tiff([floats[::2]], tiff_tags(WIDTH, HEIGHT, 16, 1, 1, t339=(3, [3]))), "floating-point"
    signed = tiff_rows(gray[..., None], 8)
    yield "tiff_signed.tif", tiff([signed], tiff_tags(WIDTH, HEIGHT, 8, 1, 1, t339=(3, [2]))), "signed"
    rows = tiff_rows(samples(WIDTH, HEIGHT, 3, 255), 8)
    for photometric, name, reason in ((8, "lab", "LAB"), (9, "icclab", "LAB"), (10, "itulab", "LAB"),
                                      (32845, "logluv", "LogLuv"), (34892, "raw", "raw")):
        yield f"tiff_{name}.tif", tiff([rows], tiff_tags(WIDTH, HEIGHT, 8, 3, photometric)), reason
    for compression, name in ((34712, "JPEG 2000"), (34887, "LERC"), (34661, "JBIG"), (34677, "SGI LogLuv")):
        data = tiff([rows], tiff_tags(WIDTH, HEIGHT, 8, 3, 2, t259=(3, [compression])))
        yield f"tiff_{name.lower().replace(' ', '_')}.tif", data, name
    yield "tiff_5bit.tif", tiff([rows], tiff_tags(WIDTH, HEIGHT, 5, 1, 1)), "bits"
    yield "tiff_64bit.tif", tiff([np.zeros(HEIGHT * WIDTH, "<u8").tobytes()], tiff_tags(WIDTH, HEIGHT, 64, 1, 1)), "bits"
