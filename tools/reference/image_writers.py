"""Writers of PNG, GIF, BMP, TIFF and RIFF files in the kinds that Pillow reads but does not write."""

import struct
import zlib

import numpy as np


def packed(values, depth):
    """[height, width * channels] integers -> rows of bytes, most significant first."""
    rows = np.asarray(values, np.int64)
    if depth == 16:
        return [row.astype(">u2").tobytes() for row in rows]
    if depth == 32:
        return [row.astype(">u4").tobytes() for row in rows]
    if depth == 8:
        return [row.astype(np.uint8).tobytes() for row in rows]
    bits = ((rows[..., None] >> np.arange(depth - 1, -1, -1)) & 1).reshape(len(rows), -1).astype(np.uint8)
    return [np.packbits(row).tobytes() for row in bits]


def png_chunk(name, data):
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def png_filtered(rows, distance):
    """Rows with the five filters in turn."""
    out, above = b"", bytes(len(rows[0])) if rows else b""
    for index, row in enumerate(rows):
        kind, line = index % 5, bytearray()
        for i, value in enumerate(row):
            left = row[i - distance] if i >= distance else 0
            corner = above[i - distance] if i >= distance else 0
            up = above[i]
            near = min((left, up, corner), key=lambda v: abs(left + up - corner - v))
            line.append((value - (0, left, up, (left + up) // 2, near)[kind]) & 255)
        out += bytes([kind]) + bytes(line)
        above = row
    return out


ADAM7 = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2))


def png(values, color, depth, interlaced=False, chunks=b""):
    height, width, channels = values.shape
    distance = max(1, channels * depth // 8)
    passes = [values]
    if interlaced:
        passes = [values[y::dy, x::dx] for x, y, dx, dy in ADAM7]
    data = b""
    for part in passes:
        if part.size:
            data += png_filtered(packed(part.reshape(part.shape[0], -1), depth), distance)
    header = struct.pack(">IIBBBBB", width, height, depth, color, 0, 0, int(interlaced))
    return (b"\x89PNG\r\n\x1a\n" + png_chunk(b"IHDR", header) + chunks
            + png_chunk(b"IDAT", zlib.compress(data, 9)) + png_chunk(b"IEND", b""))


def gif_codes(indices, bits):
    """LZW without a dictionary: a clear code before the code size can grow."""
    clear, out, buffer, used = 1 << bits, bytearray(), 0, 0
    codes = []
    for i, index in enumerate(indices):
        if i % (clear - 2) == 0:
            codes.append(clear)
        codes.append(index)
    for code in codes + [clear + 1]:
        buffer |= code << used
        used += bits + 1
        while used >= 8:
            out.append(buffer & 255)
            buffer, used = buffer >> 8, used - 8
    out.append(buffer & 255)
    blocks = b"".join(bytes([len(out[i:i + 255])]) + out[i:i + 255] for i in range(0, len(out), 255))
    return bytes([bits]) + blocks + b"\0"


def gif_film(screen, frames, shared):
    """frames: (indices, left, top, transparent index or None, own palette or None)."""
    out = b"GIF89a" + struct.pack("<HHBBB", *screen, 0x82, 0, 0) + shared.astype(np.uint8).tobytes()
    for indices, left, top, transparent, local in frames:
        out += b"!\xf9\x04" + bytes([transparent is not None, 5, 0, transparent or 0]) + b"\0"
        height, width = indices.shape
        out += b"," + struct.pack("<HHHHB", left, top, width, height, 0x82 if local is not None else 0)
        out += b"" if local is None else local.astype(np.uint8).tobytes()
        out += gif_codes(indices.reshape(-1).tolist(), 3)
    return out + b";"


def gif(indices, screen, left=0, top=0, shared=None, local=None, transparent=None, interlaced=False, bits=3):
    height, width = indices.shape
    rows = list(range(height))
    if interlaced:
        rows = [y for first, step in ((0, 8), (4, 8), (2, 4), (1, 2)) for y in range(first, height, step)]
    table = 0x80 | (bits - 1)
    out = b"GIF89a" + struct.pack("<HHBBB", *screen, table if shared is not None else 0, 0, 0)
    out += b"" if shared is None else shared.astype(np.uint8).tobytes()
    if transparent is not None:
        out += b"!\xf9\x04" + bytes([1, 0, 0, transparent]) + b"\0"
    flags = (table if local is not None else 0) | (0x40 if interlaced else 0)
    out += b"," + struct.pack("<HHHHB", left, top, width, height, flags)
    out += b"" if local is None else local.astype(np.uint8).tobytes()
    return out + gif_codes(indices[rows].reshape(-1).tolist(), bits) + b";"


def bmp(rows, bits, width, height, palette=b"", header=40, compression=0, masks=b"", top_down=False, colors=0):
    """rows: stored bytes (already in file order, padded)."""
    signed = -height if top_down else height
    if header == 12:
        info = struct.pack("<IHHHH", 12, width, height, 1, bits)
    else:
        fields = (header, width, signed, 1, bits, compression, len(rows), 2835, 2835, colors, 0)
        info = struct.pack("<IiiHHIIiiII", *fields)
        info += masks[:header - 40].ljust(header - 40, b"\0") + masks[header - 40:]
    offset = 14 + len(info) + len(palette)
    return b"BM" + struct.pack("<IHHI", offset + len(rows), 0, 0, offset) + info + palette + rows


def bmp_rows(lines, top_down=False):
    padded = [line + bytes(-len(line) % 4) for line in lines]
    return b"".join(padded if top_down else reversed(padded))


def tiff(blocks, tags, order="<"):
    """blocks: strips or tiles, uncompressed; tags: {number: (type 3 or 4, values)}; 273/279 or 324/325 are added."""
    tiled = 322 in tags
    position, offsets, body = 8, [], b""
    for block in blocks:
        offsets.append(position + len(body))
        body += block + b"\0" * (len(block) % 2)
    tags = dict(tags)
    tags[324 if tiled else 273] = (4, offsets)
    tags[325 if tiled else 279] = (4, [len(b) for b in blocks])
    extra_at = position + len(body) + 2 + 12 * len(tags) + 4
    entries, extra = b"", b""
    for number, (kind, values) in sorted(tags.items()):
        data = struct.pack(order + ("H" if kind == 3 else "I") * len(values), *values)
        entries += struct.pack(order + "HHI", number, kind, len(values))
        if len(data) <= 4:
            entries += data.ljust(4, b"\0")
        else:
            entries += struct.pack(order + "I", extra_at + len(extra))
            extra += data
    start = (b"II*\0" if order == "<" else b"MM\0*") + struct.pack(order + "I", position + len(body))
    return start + body + struct.pack(order + "H", len(tags)) + entries + bytes(4) + extra


def tiff_tags(width, height, bits, count, photometric, **more):
    tags = {256: (4, [width]), 257: (4, [height]), 258: (3, [bits] * count), 259: (3, [1]), 262: (3, [photometric]),
            277: (3, [count]), 278: (4, [height])}
    tags.update({int(key[1:]): value for key, value in more.items()})
    return tags


def tiff_rows(values, bits, order="<"):
    rows = packed(values.reshape(values.shape[0], -1), bits)
    if bits == 16 and order == "<":
        rows = [np.frombuffer(row, ">u2").astype("<u2").tobytes() for row in rows]
    if bits == 32 and order == "<":
        rows = [np.frombuffer(row, ">u4").astype("<u4").tobytes() for row in rows]
    return b"".join(rows)


def riff(*chunks):
    body = b"WEBP" + b"".join(n + struct.pack("<I", len(d)) + d + b"\0" * (len(d) % 2) for n, d in chunks)
    return b"RIFF" + struct.pack("<I", len(body)) + body
