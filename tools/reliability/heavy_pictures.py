"""Small files that are much work, or take much memory, to decode."""

import functools
import struct
import zlib

from pictures import chunk, segment


@functools.cache
def shared_strips():
    """A TIFF whose 20,000 strips name the same megabyte of PackBits: twenty gigabytes to be read."""
    rows, size = 20_000, 1 << 20
    strip = b"\xb9" + bytes(size - 1)
    offsets, counts = 8 + size, 8 + size + 4 * rows
    tags = [(256, 4, 1, 100), (257, 4, 1, rows), (258, 3, 1, 8), (259, 3, 1, 32773), (262, 3, 1, 1),
            (273, 4, rows, offsets), (277, 3, 1, 1), (278, 4, 1, 1), (279, 4, rows, counts)]
    directory = struct.pack("<H", len(tags)) + b"".join(struct.pack("<HHII", *tag) for tag in tags) + bytes(4)
    return (b"II*\0" + struct.pack("<I", counts + 4 * rows) + strip + struct.pack("<I", 8) * rows
            + struct.pack("<I", size) * rows + directory)


@functools.cache
def endless_data():
    """A PNG of 64 x 64 with 22 GB of zeros behind its rows."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    megabyte = packer.compress(bytes(1 << 20)) + packer.flush(zlib.Z_FULL_FLUSH)
    data = b"\x78\xda" + megabyte * (22_000_000 // len(megabyte)) + b"\x03\x00" + bytes(4)
    header = struct.pack(">IIBBBBB", 64, 64, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


@functools.cache
def progressive(components, refinements=0, side=10_000):
    """A gray progressive JPEG of so many components at full resolution, its coefficients gone over again and again."""
    numbers = range(1, components + 1)
    blocks = ((side + 7) // 8) ** 2
    frame = struct.pack(">BHHB", 8, side, side, components) + b"".join(bytes([n, 0x11, 0]) for n in numbers)
    picture = b"\xff\xd8" + segment(0xDB, b"\0" + b"\1" * 64) + segment(0xC2, frame)
    # One code each, of one bit: a difference of 0; the end of 2^14 blocks.
    for table, symbol in ((0x00, 0x00), (0x10, 0x00), (0x11, 0xE0)):
        picture += segment(0xC4, bytes([table, 1] + [0] * 15 + [symbol]))
    scan = bytes([components]) + b"".join(bytes([n, 0]) for n in numbers) + b"\0\0\0"
    picture += segment(0xDA, scan) + bytes((blocks * components + 7) // 8)
    for round in range(refinements):
        for n in numbers:
            # A code of one bit and fourteen more for the count above 2^14, which are 0.
            picture += segment(0xDA, bytes([1, n, 1, 1, 63, 0x0D])) + bytes((15 * (blocks // (1 << 14) + 1) + 7) // 8)
    return picture + b"\xff\xd9"


def heavy():
    """All of them, by name."""
    return {
        "TIFF with 20,000 strips that are one": shared_strips(),
        "PNG with 22 GB behind its rows": endless_data(),
        "CMYK JPEG of 100 megapixels in 21 scans": progressive(4, refinements=5),
        "RGB JPEG of 100 megapixels in 16 scans": progressive(3, refinements=5),
    }
