"""Writers of ICC profiles in the kinds that pictures have: curves with primaries, tables, gray, inks."""

import struct

import numpy as np

D50 = np.array([0.96420288, 1.0, 0.82490540])
BRADFORD = np.array([[0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296]])

SRGB = (2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045)
PROPHOTO = (1.8, 1, 0, 1 / 16, 1 / 32)
PLACES = {
    "srgb": ((0.64, 0.33), (0.30, 0.60), (0.15, 0.06)), "adobe": ((0.64, 0.33), (0.21, 0.71), (0.15, 0.06)),
    "p3": ((0.68, 0.32), (0.265, 0.69), (0.15, 0.06)), "prophoto": ((0.7347, 0.2653), (0.1596, 0.8404), (0.0366, 1e-4)),
}
D65, D50_PLACE = (0.3127, 0.3290), (0.3457, 0.3585)


def whole(x, y):
    return np.array([x / y, 1.0, (1 - x - y) / y])


def primaries(places, white):
    """[3, 3]: columns are red, green and blue under D50."""
    columns = np.array([whole(*place) for place in places]).T
    columns = columns * np.linalg.solve(columns, whole(*white))
    cone = BRADFORD @ D50 / (BRADFORD @ whole(*white))
    return np.linalg.inv(BRADFORD) @ np.diag(cone) @ BRADFORD @ columns


def fixed(*values):
    return struct.pack(f">{len(values)}i", *(round(value * 65536) for value in values))


def place(xyz):
    return b"XYZ \0\0\0\0" + fixed(*xyz)


def power(gamma):
    return b"curv\0\0\0\0" + struct.pack(">IH", 1, round(gamma * 256)) + bytes(2)


def sampled(curve, count=1024):
    values = np.round(np.array([curve(x) for x in np.linspace(0, 1, count)]) * 65535).astype(">u2")
    return b"curv\0\0\0\0" + struct.pack(">I", count) + values.tobytes()


def formula(gamma, a, b, c, d):
    return b"para\0\0\0\0\0\3\0\0" + fixed(gamma, a, b, c, d)


def light(curve, value):
    """What a `formula` says."""
    gamma, a, b, c, d = curve
    return (a * value + b) ** gamma if value >= d else c * value


def profile(space, tags, kind=b"mntr", connection=b"XYZ ", version=2):
    text = b"desc\0\0\0\0" + struct.pack(">I", 5) + b"test\0" + bytes(78)
    tags = {b"desc": text, b"wtpt": place(D50), b"cprt": b"text\0\0\0\0none\0", **tags}
    entries, data, start = b"", b"", 132 + 12 * len(tags)
    for name, value in tags.items():
        entries += name + struct.pack(">II", start + len(data), len(value))
        data += value + bytes(-len(value) % 4)
    header = struct.pack(">I4sI4s4s4s", start + len(data), b"none", version << 24, kind, space, connection)
    header += struct.pack(">6H", 2026, 1, 1, 0, 0, 0) + b"acsp" + bytes(28) + fixed(*D50) + bytes(48)
    return header + struct.pack(">I", len(tags)) + entries + data


def rgb_profile(name, curve, white=D65, **options):
    columns = primaries(PLACES[name], white).T
    tags = {key + b"XYZ": place(column) for key, column in zip((b"r", b"g", b"b"), columns)}
    tags.update({key + b"TRC": curve for key in (b"r", b"g", b"b")})
    return profile(b"RGB ", tags, **options)


def gray_profile(curve, **options):
    return profile(b"GRAY", {b"kTRC": curve}, **options)


def lab(xyz):
    ratio = np.asarray(xyz) / D50
    f = np.where(ratio > 216 / 24389, np.cbrt(ratio), (ratio * 24389 / 27 + 16) / 116)
    return np.stack([116 * f[..., 1] - 16, 500 * (f[..., 0] - f[..., 1]), 200 * (f[..., 1] - f[..., 2])], axis=-1)


def grid(side, channels):
    """[side ** channels, channels] 0...1, the last channel fastest."""
    axes = np.meshgrid(*[np.linspace(0, 1, side)] * channels, indexing="ij")
    return np.stack(axes, axis=-1).reshape(-1, channels)


def words_of_lab(values):
    """As version 2 has them in 16 bits."""
    scaled = values * np.array([652.8, 256, 256]) + np.array([0, 32768, 32768])
    return np.clip(np.round(scaled), 0, 65535).astype(">u2").tobytes()


def words_table(colors, side):
    """mft2, its curves straight; `colors`: Lab of the grid."""
    channels = round(np.log(len(colors)) / np.log(side))
    head = b"mft2\0\0\0\0" + bytes([channels, 3, side, 0]) + fixed(1, 0, 0, 0, 1, 0, 0, 0, 1) + struct.pack(">HH", 2, 2)
    ends = struct.pack(">HH", 0, 65535)
    return head + ends * channels + words_of_lab(colors) + ends * 3


def bytes_table(colors, side):
    """mft1, its curves straight."""
    channels = round(np.log(len(colors)) / np.log(side))
    head = b"mft1\0\0\0\0" + bytes([channels, 3, side, 0]) + fixed(1, 0, 0, 0, 1, 0, 0, 0, 1)
    values = np.clip(np.round(colors * np.array([2.55, 1, 1]) + np.array([0, 128, 128])), 0, 255).astype(np.uint8)
    return head + bytes(range(256)) * channels + values.tobytes() + bytes(range(256)) * 3


def table_between_curves(colors, side):
    """mAB of version 4: A curves, the table in 16 bits, B curves."""
    channels = round(np.log(len(colors)) / np.log(side))
    straight = b"curv" + bytes(8)
    scaled = (colors + np.array([0, 128, 128])) * np.array([655.35, 257, 257])
    table = bytes([side] * channels + [0] * (16 - channels)) + bytes([2, 0, 0, 0])
    table += np.clip(np.round(scaled), 0, 65535).astype(">u2").tobytes()
    table += bytes(-len(table) % 4)
    curves_at, table_at = 32, 32 + len(straight) * 3
    head = b"mAB \0\0\0\0" + bytes([channels, 3, 0, 0])
    head += struct.pack(">5I", curves_at, 0, 0, table_at, table_at + len(table))
    return head + straight * 3 + table + straight * channels


def rgb_table(name, curve, side, white=D65):
    """Lab of an RGB's grid."""
    linear = np.vectorize(lambda value: light(curve, value))(grid(side, 3))
    return lab(linear @ primaries(PLACES[name], white).T)


def ink_table(side):
    """Lab of inks on paper that is not quite white: each takes away light of the others, too."""
    inks = grid(side, 4)
    left = np.array([[0.12, 0.55, 0.82], [0.80, 0.10, 0.45], [0.92, 0.85, 0.08], [0.06, 0.06, 0.06]])
    linear = np.prod(1 - inks[:, :, None] * (1 - left[None]), axis=1)
    return lab(linear @ primaries(PLACES["srgb"], D65).T)
