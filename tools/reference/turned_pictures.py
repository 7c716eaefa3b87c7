"""Pictures that metadata turns, in every place where Pillow looks for an orientation."""

import struct
import zlib

from PIL import Image

from image_drawing import add, photo, samples, saved
from image_writers import png, png_chunk, riff, tiff, tiff_rows, tiff_tags

MARK = b"Exif\0\0"


def make():
    """All of them."""
    for orientation in range(1, 9):
        make_png(orientation)
    for orientation in (3, 6, 8):
        make_jpeg(orientation)
        make_webp(orientation)
        make_tiff(orientation)
    make_odd()


def exif(orientation, order="<", kind=3):
    """A block of one entry."""
    head = (b"II*\0" if order == "<" else b"MM\0*") + struct.pack(order + "IH", 8, 1)
    value = struct.pack(order + ("HH" if kind == 3 else "I"), *([orientation, 0] if kind == 3 else [orientation]))
    return head + struct.pack(order + "HHI", 0x0112, kind, 1) + value + bytes(4)


def xmp(orientation, as_element=False):
    """A packet, the tag as an attribute or as an element."""
    tag = f"<tiff:Orientation>{orientation}</tiff:Orientation>" if as_element else ""
    attribute = "" if as_element else f' tiff:Orientation="{orientation}"'
    return (f'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF><rdf:Description{attribute}>{tag}</rdf:Description>'
            "</rdf:RDF></x:xmpmeta>").encode()


def profile(block):
    """As ImageMagick writes EXIF into text: a name, a length, and lines of digits."""
    digits = (MARK + block).hex()
    lines = [digits[i:i + 72] for i in range(0, len(digits), 72)]
    return ("\nexif\n%8d\n" % (len(digits) // 2) + "\n".join(lines) + "\n").encode()


def itxt(name, text, compressed=False):
    body = zlib.compress(text) if compressed else text
    return png_chunk(b"iTXt", name + b"\0" + bytes([compressed, 0]) + b"\0\0" + body)


def make_png(orientation):
    values = samples(9, 5, 3, 255, orientation)
    plain = exif(orientation)
    carriers = {
        "exif_mark": png_chunk(b"eXIf", MARK + plain), "exif_mm": png_chunk(b"eXIf", exif(orientation, ">")),
        "profile": png_chunk(b"zTXt", b"Raw profile type exif\0\0" + zlib.compress(profile(plain))),
        "profile_text": png_chunk(b"tEXt", b"Raw profile type exif\0" + profile(plain)),
        "xmp": itxt(b"XML:com.adobe.xmp", xmp(orientation)),
        "xmp_compressed": itxt(b"XML:com.adobe.xmp", xmp(orientation, True), True),
    }
    for name, chunk in carriers.items():
        add(f"png_turned_{name}{orientation}.png", png(values, 2, 8, False, chunk))
    if orientation == 6:
        for name in ("exif_mark", "profile", "xmp"):
            data = png(values, 2, 8)
            end = data.index(b"IEND") - 4
            add(f"png_turned_{name}_behind.png", data[:end] + carriers[name] + data[end:])


def segment(payload):
    return b"\xff\xe1" + struct.pack(">H", len(payload) + 2) + payload


def make_jpeg(orientation):
    data = saved(photo(21, 10), "JPEG")
    block = exif(orientation)
    adobe = b"http://ns.adobe.com/xap/1.0/\0"
    carriers = {
        "empty_first": segment(MARK) + segment(MARK + block),
        "halves": segment(MARK + block[:11]) + segment(MARK + block[11:]),
        "marks": segment(MARK + MARK + block), "long": segment(MARK + exif(orientation, ">", 4)),
        "xmp": segment(adobe + xmp(orientation)), "xmp_element": segment(adobe + xmp(orientation, True)),
        "xmp_other_exif": segment(MARK + b"MM\0*" + struct.pack(">IHI", 8, 0, 0)) + segment(adobe + xmp(orientation)),
        "xmp_after_exif": segment(MARK + exif(2)) + segment(adobe + xmp(orientation)),
    }
    for name, segments in carriers.items():
        add(f"jpeg_turned_{name}{orientation}.jpg", data[:2] + segments + data[2:])


def make_webp(orientation):
    still = saved(photo(9, 5), "WEBP", lossless=True)
    size = struct.pack("<I", 8)[:3] + struct.pack("<I", 4)[:3]
    carriers = (("exif_mark", (b"EXIF", MARK + exif(orientation)), 8), ("xmp", (b"XMP ", xmp(orientation)), 4))
    for name, chunk, flag in carriers:
        length = int.from_bytes(still[16:20], "little")
        data = riff((b"VP8X", bytes([flag, 0, 0, 0]) + size), (b"VP8L", still[20:20 + length]), chunk)
        add(f"webp_turned_{name}{orientation}.webp", data)


def make_tiff(orientation):
    values = samples(9, 5, 3, 255, orientation)
    packet = xmp(orientation)
    for order, name in (("<", "ii"), (">", "mm")):
        data = tiff([tiff_rows(values, 8)], tiff_tags(9, 5, 8, 3, 2), order)
        add(f"tiff_turned_xmp{orientation}_{name}.tif", with_packet(data, packet, order))


def with_packet(data, packet, order):
    """The file with tag 700 (type BYTE) at the end of its directory, which moves behind everything else."""
    at = struct.unpack(order + "I", data[4:8])[0]
    count = struct.unpack(order + "H", data[at:at + 2])[0]
    entries = data[at + 2:at + 2 + 12 * count]
    entries += struct.pack(order + "HHII", 700, 1, len(packet), len(data))
    directory = len(data) + len(packet) + len(packet) % 2
    moved = data + packet.ljust(directory - len(data), b"\0")
    moved += struct.pack(order + "H", count + 1) + entries + bytes(4)
    return moved[:4] + struct.pack(order + "I", directory) + moved[8:]


def make_odd():
    """Orientations that are none leave the picture as it is."""
    values = samples(9, 5, 3, 255, 4)
    name = b"XML:com.adobe.xmp"
    chunks = {"9": png_chunk(b"eXIf", exif(9)), "0": png_chunk(b"eXIf", exif(0)), "xmp_9": itxt(name, xmp(9)),
              "xmp_none": itxt(name, b"<x/>")}
    for name, chunk in chunks.items():
        add(f"png_turned_odd_{name}.png", png(values, 2, 8, False, chunk))
    image = Image.Exif()
    image[0x0110] = "a camera"
    add("jpeg_turned_no_tag.jpg", saved(photo(9, 5), "JPEG", exif=image))
