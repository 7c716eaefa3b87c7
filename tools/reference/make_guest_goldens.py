"""Makes the small HEIC, AVIF and JPEG XL files that Tests/ImagesTests/GuestTests.swift reads, and what they become.

Run once, with Pillow 13, pillow-heif 1.8 and numpy, and Debian 12's libheif-examples, libavif-bin and libjxl-tools:

    python tools/reference/make_guest_goldens.py

Writes Tests/Goldens/images/guests/NAME and, beside each, NAME.png: the same picture as heif-convert or djxl decode it,
without metadata. Files made by pillow-heif say their orientation twice, in the container and in EXIF.
"""

import pathlib
import shutil
import struct
import subprocess
import tempfile
import zlib

import numpy as np
import pillow_heif
from PIL import Image

from profile_writers import SRGB, formula, rgb_profile

FOLDER = pathlib.Path(__file__).resolve().parents[2] / "Tests/Goldens/images/guests"
WIDTH, HEIGHT = 40, 24
P3 = rgb_profile("p3", formula(*SRGB))

pillow_heif.register_heif_opener()


def picture(channels=3, width=WIDTH, height=HEIGHT, most=255):
    """A gradient that no turn or mirror maps to itself, and some texture."""
    y, x = np.mgrid[0:height, 0:width].astype(float)
    waves = [np.sin(x / 5 + y / 9) * 0.1 + x / width * 0.6, y / height * 0.7 + np.cos(x / 3) * 0.1,
             (x + 2 * y) / (width + 2 * height)]
    planes = waves[:channels] if channels in (1, 3) else waves[:channels - 1] + [x / (width - 1)]
    values = np.stack(planes, axis=-1)
    return (values.clip(0, 1) * most).round().astype(np.uint16 if most > 255 else np.uint8)


def write_png(path, values):
    """Of 8 or 16 bits, gray or RGB, with alpha or without."""
    height, width, channels = values.shape
    depth = 16 if values.dtype == np.uint16 else 8
    rows = b"".join(b"\0" + values[y].astype(">u2" if depth == 16 else np.uint8).tobytes() for y in range(height))

    header = struct.pack(">IIBBBBB", width, height, depth, {1: 0, 2: 4, 3: 2, 4: 6}[channels], 0, 0, 0)
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows, 9)) +
                     chunk(b"IEND", b""))


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def without_metadata(png, colors=b""):
    """The chunks that make the picture, and one about its colours."""
    kept, at = png[:33] + colors, 33
    while at < len(png):
        size = 12 + struct.unpack(">I", png[at:at + 4])[0]
        if png[at + 4:at + 8] in (b"PLTE", b"tRNS", b"IDAT", b"IEND"):
            kept += png[at:at + size]
        at += size
    return kept


def run(*words):
    subprocess.run([str(word) for word in words], check=True, capture_output=True)


def children(data, start, end):
    while start < end:
        size, kind = struct.unpack(">I4s", data[start:start + 8])
        yield kind, start, start + size
        start += size


def with_property(data, box):
    """A file of one item with one more property, which applies last."""
    data = bytearray(data)
    places = {}
    for kind, start, end in children(data, 0, len(data)):
        places[kind] = (start, end)
    for kind, start, end in children(data, places[b"meta"][0] + 12, places[b"meta"][1]):
        places[kind] = (start, end)
    for kind, start, end in children(data, places[b"iprp"][0] + 8, places[b"iprp"][1]):
        places[kind] = (start, end)
    count = len(list(children(data, places[b"ipco"][0] + 8, places[b"ipco"][1])))
    # Size, kind, version and flags, one entry, the item's number, how many properties it has.
    ipma = places[b"ipma"][0]
    data[ipma + 18] += 1
    grown = {b"ipma": 1, b"ipco": len(box), b"iprp": len(box) + 1, b"meta": len(box) + 1}
    for kind, more in grown.items():
        at = places[kind][0]
        data[at:at + 4] = struct.pack(">I", struct.unpack(">I", data[at:at + 4])[0] + more)
    iloc = places[b"iloc"][0]
    assert data[iloc + 12] == 0x44 and data[iloc + 13] == 0 and data[iloc + 14:iloc + 16] == b"\0\1"
    offset = iloc + 16 + 2 + 2 + 2
    data[offset:offset + 4] = struct.pack(">I", struct.unpack(">I", data[offset:offset + 4])[0] + len(box) + 1)
    end = places[b"ipma"][1]
    data[end:end] = bytes([0x80 | count + 1])
    data[places[b"ipco"][1]:places[b"ipco"][1]] = box
    return bytes(data)


def decode(path):
    png = path.with_name(path.name + ".png")
    if path.suffix == ".jxl":
        run("djxl", path, png)
    else:
        # heif-convert shuns the brand of films, though it finds the still picture in them.
        with tempfile.NamedTemporaryFile(suffix=path.suffix) as still:
            pathlib.Path(still.name).write_bytes(path.read_bytes().replace(b"ftypavis", b"ftypavif", 1))
            run("heif-convert", still.name, png)
    colors = b""
    if path.name.startswith("profile"):
        colors = chunk(b"iCCP", b"P3\0\0" + zlib.compress(P3, 9))
    if path.name.startswith("numbers"):
        colors = chunk(b"cICP", bytes([12, 13, 0, 1]))
    png.write_bytes(without_metadata(png.read_bytes(), colors))


def exif(orientation):
    block = Image.Exif()
    block[0x112] = orientation
    return block


def make_turned(scratch):
    image = Image.fromarray(picture())
    for orientation in range(1, 9):
        image.info["exif"] = exif(orientation).tobytes()
        image.save(FOLDER / f"turned{orientation}.heic", quality=80)
        image.save(FOLDER / f"turned{orientation}.avif", quality=80, subsampling="4:4:4", exif=exif(orientation))
        image.save(scratch / "turned.png", exif=exif(orientation))
        run("cjxl", "-d", 0.5, scratch / "turned.png", FOLDER / f"turned{orientation}.jxl")


def make_kinds(scratch):
    names = {"rgb": picture(), "alpha": picture(4), "gray": picture(1), "gray_alpha": picture(2),
             "odd": picture(3, 29, 23), "wide": picture(most=65535), "large": picture(3, 160, 100)}
    png = {}
    for name, values in names.items():
        png[name] = scratch / f"{name}.png"
        write_png(png[name], values)
    for name in ("alpha", "odd", "gray"):
        run("heif-enc", "-q", 80, png[name], "-o", FOLDER / f"{name}.heic")
    for chroma in (444, 422, 420):
        run("heif-enc", "-q", 80, "-p", f"chroma={chroma}", png["rgb"], "-o", FOLDER / f"chroma{chroma}.heic")
        run("avifenc", "-y", chroma, png["rgb"], FOLDER / f"chroma{chroma}.avif")
    for bits in (10, 12):
        run("heif-enc", "-q", 80, "-b", bits, png["wide"], "-o", FOLDER / f"bits{bits}.heic")
        run("avifenc", "-d", bits, png["wide"], FOLDER / f"bits{bits}.avif")
    run("avifenc", png["alpha"], FOLDER / "alpha.avif")
    run("avifenc", "-p", png["alpha"], FOLDER / "premultiplied.avif")
    run("avifenc", "-y", 400, png["gray"], FOLDER / "gray.avif")
    run("avifenc", png["odd"], FOLDER / "odd.avif")
    run("avifenc", "--grid", "2x1", png["large"], FOLDER / "grid.avif")
    pillow_heif.from_pillow(Image.open(png["large"])).save(FOLDER / "grid.heic", quality=60, tile_size=64)
    for name in ("alpha", "gray", "gray_alpha", "odd", "wide"):
        run("cjxl", "-d", 1, png[name], FOLDER / f"{name}.jxl")
        run("cjxl", "-d", 0, png[name], FOLDER / f"{name}_exact.jxl")
    run("cjxl", "-d", 0, "-p", png["rgb"], FOLDER / "squeezed.jxl")
    run("cjxl", "-d", 1, "--container=1", png["rgb"], FOLDER / "container.jxl")


def make_large(scratch):
    """12 megapixels of one colour, in a few kilobytes; the second takes more memory than its header tells."""
    Image.new("RGB", (4000, 3000), (10, 200, 90)).save(scratch / "flat.png")
    run("cjxl", "-d", 0, "-e", 3, scratch / "flat.png", FOLDER / "large.jxl")
    run("cjxl", "-d", 0, "-e", 3, "-p", scratch / "flat.png", FOLDER / "large_squeezed.jxl")


def make_profiles(scratch):
    """Display P3, by an ICC profile and by numbers; the PNG beside each file says the same."""
    write_png(scratch / "rgb.png", picture())
    image = Image.open(scratch / "rgb.png")
    image.save(scratch / "p3.png", icc_profile=P3)
    run("heif-enc", "-q", 90, scratch / "p3.png", "-o", FOLDER / "profile.heic")
    image.save(FOLDER / "profile.avif", quality=90, icc_profile=P3)
    run("cjxl", "-d", 0, scratch / "p3.png", FOLDER / "profile.jxl")
    run("avifenc", "--cicp", "12/13/6", scratch / "rgb.png", FOLDER / "numbers.avif")


def make_films(scratch):
    frames = [Image.fromarray(picture()), Image.fromarray(255 - picture())]
    film = {"save_all": True, "append_images": frames[1:], "duration": 100}
    frames[0].save(FOLDER / "film.avif", quality=80, subsampling="4:4:4", **film)
    frames[0].save(scratch / "film.png", **film)
    run("cjxl", "-d", 1, scratch / "film.png", FOLDER / "film.jxl")


def make_cropped():
    """The middle 20 x 12 pixels, then turned."""
    data = (FOLDER / "turned1.avif").read_bytes()
    clap = struct.pack(">I4s8I", 40, b"clap", 20, 1, 12, 1, 0, 1, 0, 1)
    cropped = with_property(data, clap)
    (FOLDER / "cropped.avif").write_bytes(cropped)
    (FOLDER / "cropped_turned.avif").write_bytes(with_property(cropped, struct.pack(">I4sB", 9, b"irot", 1)))


def main():
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    with tempfile.TemporaryDirectory() as scratch:
        scratch = pathlib.Path(scratch)
        make_turned(scratch)
        make_kinds(scratch)
        make_large(scratch)
        make_profiles(scratch)
        make_films(scratch)
    make_cropped()
    for path in sorted(path for path in FOLDER.iterdir() if not path.name.startswith("large")):
        decode(path)


if __name__ == "__main__":
    main()
