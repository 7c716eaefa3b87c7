"""Picture files: made ones, malformed ones, and bombs that claim to be huge."""

import random
import struct
import zlib

from captions import EXAMPLE
from server import ROOT

SEED = 20240617


def golden_files():
    """The small pictures of every kind that the tests use, and the demo model's own."""
    files = sorted((ROOT / "Tests/Goldens/images/files").iterdir())
    return [file.read_bytes() for file in files] + drawn_files()


def drawn_files():
    """Pictures of which the demo model has something to say."""
    files = sorted((ROOT / "Models/demo/examples").glob("*.png")) + [EXAMPLE]
    return [file.read_bytes() for file in files]


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(width, height, depth=8, color=2, row=None, data=None):
    """A PNG whose rows are all alike; grey 128 unless `row` says otherwise, or `data` what stands for the pixels."""
    if data is None:
        bits = width * depth * {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}[color]
        row = b"\x80" * ((bits + 7) // 8) if row is None else row
        packer = zlib.compressobj(6)
        data = b"".join(packer.compress(b"\0" + row) for _ in range(height)) + packer.flush()
    header = struct.pack(">IIBBBBB", width, height, depth, color, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


def jpeg_header(width, height, precision=8):
    """A JPEG that ends after the start of its only scan."""
    frame = struct.pack(">BHHB", precision, height, width, 1) + b"\x01\x11\x00"
    tables = b"\x00" + bytes([16] * 64)
    return (b"\xff\xd8" + segment(0xDB, tables) + segment(0xC0, frame)
            + segment(0xC4, b"\x00" + bytes([1] + [0] * 15) + b"\x00")
            + segment(0xC4, b"\x10" + bytes([1] + [0] * 15) + b"\x00")
            + segment(0xDA, b"\x01\x01\x00\x00\x3f\x00") + b"\0" * 64 + b"\xff\xd9")


def segment(marker, data):
    return struct.pack(">BBH", 0xFF, marker, len(data) + 2) + data


def bombs():
    """Small files that claim more pixels than anybody should decode, by name."""
    side = 65_535
    gif = b"GIF89a" + struct.pack("<HHBBB", side, side, 0x80, 0, 0) + bytes(6)
    gif += b"\x2c" + struct.pack("<HHHHB", 0, 0, side, side, 0) + b"\x02\x02\x4c\x01\x00\x3b"
    bits = 0x2F | (16_382 << 8) | (16_382 << 22)
    webp = b"WEBPVP8L" + struct.pack("<I", 16) + bits.to_bytes(5, "little") + bytes(11)
    tiff_tags = [(256, 4, 1 << 30), (257, 4, 1 << 30), (258, 3, 8), (259, 3, 1), (262, 3, 1), (273, 4, 8), (277, 3, 1),
                 (278, 4, 1 << 30), (279, 4, 16)]
    tiff = b"II*\0" + struct.pack("<IH", 8, len(tiff_tags))
    tiff += b"".join(struct.pack("<HHII", tag, kind, 1, value) for tag, kind, value in tiff_tags) + bytes(4)
    bmp = struct.pack("<2sIIIIiiHHIIiiII", b"BM", 54, 0, 54, 40, 2**31 - 1, 2**31 - 1, 1, 24, 0, 0, 0, 0, 0, 0)
    return {
        "PNG of 20,000 x 20,000": png(20_000, 20_000, depth=1, color=0),
        "PNG 2^31-1 wide": png(2**31 - 1, 1, data=zlib.compress(bytes(1000))),
        "PNG of (2^31-1)^2": png(2**31 - 1, 2**31 - 1, depth=16, color=6, data=zlib.compress(bytes(1000))),
        "JPEG of 65,500 x 65,500": jpeg_header(65_500, 65_500),
        "GIF of 65,535 x 65,535": gif,
        "WebP of 16,383 x 16,383": b"RIFF" + struct.pack("<I", len(webp)) + webp,
        "TIFF of 2^30 x 2^30": tiff,
        "BMP of (2^31-1)^2": bmp,
    }


def corpus(count):
    """Seeded malformed pictures: files cut short, with bits flipped, with bytes replaced, and two glued together."""
    chance = random.Random(SEED)
    files = golden_files()
    for number in range(count):
        yield spoiled(bytearray(files[number % len(files)]), files, chance)


def spoiled(data, files, chance):
    kind = chance.randrange(4)
    if kind == 0:
        return bytes(data[:chance.randrange(len(data))])
    if kind == 3:
        other = chance.choice(files)
        return bytes(data[:chance.randrange(len(data))]) + other[chance.randrange(len(other)):]
    # Most of what can go wrong in a decoder depends on the first bytes.
    reach = len(data) if chance.random() < 0.5 else min(64, len(data))
    for _ in range(chance.choice((1, 2, 8, 32))):
        place = chance.randrange(reach)
        data[place] = data[place] ^ 1 << chance.randrange(8) if kind == 1 else chance.choice((0, 0x7F, 0x80, 0xFF))
    return bytes(data)
