"""Writes small pictures with colour profiles, and what Pillow's ImageCms makes of them.

Run with cjxl, Pillow 11.2.1, pillow-heif, pillow-jxl-plugin and numpy:  python tools/reference/make_color_goldens.py
Writes Tests/Goldens/images/profiles/*. A picture is turned upright, resized as it is stored (on white, palettes as
RGB), and converted to sRGB, relative colorimetric. `same`: the profile must change nothing.
"""

import base64
import io
import json
import struct
import subprocess
import tempfile
import zlib
from pathlib import Path

import numpy as np
import pillow_heif
import pillow_jxl  # noqa: F401 (registers itself)
from PIL import Image, ImageCms, ImageOps

import profile_writers as profiles
from image_drawing import PALETTE, ROOT, on_white, saved
from image_writers import png_chunk, tiff, tiff_tags

FOLDER = ROOT / "profiles"
SOURCE, RESULT = (61, 43), (32, 24)
goldens = []
pillow_heif.register_heif_opener()


def drawn(channels):
    """[height, width, channels]: colours from all over the space, in soft slopes."""
    width, height = SOURCE
    y, x = np.mgrid[0:height, 0:width]
    waves = [np.sin(x / 9 + c * 2.1 + y / 17) * 0.5 + np.cos(y / 7 - c * 1.3) * 0.5 for c in range(channels)]
    return np.clip(np.round(128 + 127 * 1.2 * np.stack(waves, axis=-1)), 0, 255).astype(np.uint8)


def image(mode):
    channels = len(Image.new(mode, (1, 1)).getbands())
    data = drawn(channels)
    return Image.fromarray(data if channels > 1 else data[..., 0], mode)


def stored(data):
    """The upright picture in the colours of its file."""
    with Image.open(io.BytesIO(data)) as picture:
        picture = ImageOps.exif_transpose(picture)
        if picture.mode == "P":
            return picture.convert("RGB")
        if picture.mode in ("RGBA", "LA"):
            values = np.asarray(picture)
            laid = on_white(values[..., :-1], values[..., -1:])
            return Image.fromarray(laid if laid.shape[-1] == 3 else laid[..., 0])
        return picture.copy()


def converted(data, icc):
    if icc is None:
        return stored(data).convert("RGB").resize(RESULT, Image.Resampling.BICUBIC)
    small = stored(data).resize(RESULT, Image.Resampling.BICUBIC)
    source = ImageCms.ImageCmsProfile(io.BytesIO(icc))
    return ImageCms.profileToProfile(small, source, ImageCms.createProfile("sRGB"), renderingIntent=1, outputMode="RGB")


def add(name, data, icc, **more):
    """icc: by which Pillow converts; None: not at all."""
    (FOLDER / name).write_bytes(data)
    note(name, data, icc, **more)


def note(name, data, icc, is_guest=False):
    result = np.asarray(converted(data, icc), np.uint8)
    ignored = np.asarray(converted(data, None), np.uint8)
    goldens.append({
        "file": name, "isSame": icc is None, "isGuest": is_guest, "rgb": base64.b64encode(result.tobytes()).decode(),
        "moved": round(float(np.abs(result.astype(int) - ignored.astype(int)).mean()), 2)})


def jpeg(picture, icc, **options):
    return saved(picture, "JPEG", quality=95, icc_profile=icc, **options)


def png_of(picture, icc, name=b"iCCP"):
    """With the chunk right behind the header."""
    data = saved(picture, "PNG")
    content = b"x\0\0" + zlib.compress(icc, 9) if name == b"iCCP" else icc
    return data[:33] + png_chunk(name, content) + data[33:]


def tiff_of(values, photometric, icc, order="<"):
    height, width, channels = values.shape
    tags = tiff_tags(width, height, 8, channels, photometric)
    data = tiff([values.tobytes()], tags, order)
    # Another entry, and what it names at the end.
    start = struct.unpack_from(order + "I", data, 4)[0]
    count = struct.unpack_from(order + "H", data, start)[0]
    entries = data[start + 2:start + 2 + 12 * count]
    extra = data[start + 2 + 12 * count + 4:]
    body, shift = data[:start], 12
    moved = b""
    for index in range(count):
        number, kind, length, value = struct.unpack_from(order + "HHII", entries, 12 * index)
        size = {3: 2, 4: 4}[kind] * length
        plain = entries[12 * index + 8:12 * index + 12]
        moved += struct.pack(order + "HHI", number, kind, length)
        moved += plain if size <= 4 else struct.pack(order + "I", value + shift)
    at = start + 2 + 12 * (count + 1) + 4 + len(extra)
    moved += struct.pack(order + "HHII", 34675, 7, len(icc), at)
    return body + struct.pack(order + "H", count + 1) + moved + bytes(4) + extra + icc


def make_converted():
    adobe = profiles.rgb_profile("adobe", profiles.power(563 / 256))
    p3 = profiles.rgb_profile("p3", profiles.formula(*profiles.SRGB), version=4)
    prophoto = profiles.rgb_profile("prophoto", profiles.formula(*profiles.PROPHOTO), profiles.D50_PLACE, version=4)
    gray = profiles.gray_profile(profiles.power(1.8))
    curve = profiles.sampled(lambda x: (1 - (1 - x) ** 0.8) ** 2.2)
    dots = profiles.gray_profile(curve, kind=b"prtr", connection=b"Lab ")
    inks = profiles.profile(b"CMYK", {b"A2B1": profiles.words_table(profiles.ink_table(7), 7)}, b"prtr", b"Lab ")
    words = profiles.rgb_table("adobe", (2.2, 1, 0, 0, 0), 9)
    scanner = profiles.profile(b"RGB ", {b"A2B0": profiles.bytes_table(words, 9)}, b"scnr", b"Lab ")
    camera = profiles.profile(
        b"RGB ", {b"A2B0": profiles.table_between_curves(words, 9)}, b"scnr", b"Lab ", version=4)
    padded = profiles.profile(
        b"CMYK", {b"junk": bytes(range(256)) * 600, b"A2B0": profiles.words_table(profiles.ink_table(7), 7)},
        b"prtr", b"Lab ")

    add("jpeg_adobe.jpg", jpeg(image("RGB"), adobe), adobe)
    add("jpeg_p3.jpg", jpeg(image("RGB"), p3), p3)
    add("jpeg_prophoto.jpg", jpeg(image("RGB"), prophoto, progressive=True), prophoto)
    add("jpeg_gray.jpg", jpeg(image("L"), gray), gray)
    add("jpeg_gray_dots.jpg", jpeg(image("L"), dots), dots)
    add("jpeg_scanner.jpg", jpeg(image("RGB"), scanner), scanner)
    add("jpeg_camera.jpg", jpeg(image("RGB"), camera), camera)
    add("jpeg_cmyk.jpg", jpeg(image("CMYK"), inks), inks)
    add("jpeg_cmyk_three_parts.jpg", jpeg(image("CMYK"), padded), padded)
    for orientation in (3, 6):
        exif = Image.Exif()
        exif[0x0112] = orientation
        add(f"jpeg_p3_exif{orientation}.jpg", jpeg(image("RGB"), p3, exif=exif), p3)
        add(f"jpeg_cmyk_exif{orientation}.jpg", jpeg(image("CMYK"), inks, exif=exif), inks)

    add("png_p3.png", png_of(image("RGB"), p3), p3)
    add("png_alpha_adobe.png", png_of(image("RGBA"), adobe), adobe)
    add("png_gray.png", png_of(image("L"), gray), gray)
    add("png_gray_alpha.png", png_of(image("LA"), gray), gray)
    palette = Image.fromarray(drawn(1)[..., 0] // 2, "P")
    palette.putpalette(PALETTE.astype(np.uint8).tobytes())
    add("png_palette_adobe.png", png_of(palette, adobe), adobe)
    add("png_numbers_p3.png", png_of(image("RGB"), bytes([12, 13, 0, 1]), b"cICP"), p3)

    add("webp_p3.webp", saved(image("RGB"), "WEBP", lossless=True, icc_profile=p3), p3)
    add("webp_alpha_adobe.webp", saved(image("RGBA"), "WEBP", lossless=True, exact=True, icc_profile=adobe), adobe)
    add("tiff_adobe.tif", tiff_of(drawn(3), 2, adobe), adobe)
    add("tiff_adobe_big_endian.tif", tiff_of(drawn(3), 2, adobe, ">"), adobe)
    add("tiff_gray.tif", tiff_of(drawn(1), 1, gray), gray)
    add("tiff_cmyk.tif", tiff_of(drawn(4), 5, inks), inks)


def jxl(png_file):
    """Without loss, by cjxl, which takes the profile over."""
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder) / "a.png", Path(folder) / "a.jxl"
        source.write_bytes(png_file)
        subprocess.run(["cjxl", source, target, "-d", "0"], check=True, capture_output=True)
        return target.read_bytes()


def make_guests():
    """Of libraries that the server opens when it needs them; theirs and Pillow's differ in the last bit."""
    p3 = profiles.rgb_profile("p3", profiles.formula(*profiles.SRGB), version=4)
    adobe = profiles.rgb_profile("adobe", profiles.power(563 / 256))
    srgb = profiles.rgb_profile("srgb", profiles.formula(*profiles.SRGB), version=4)
    smooth = image("RGB").resize((122, 86), Image.Resampling.BICUBIC)
    options = {"quality": 90, "chroma": 444}
    add("guest_p3.heic", saved(smooth, "HEIF", icc_profile=p3, **options), p3, is_guest=True)
    numbers = saved(smooth, "HEIF", save_nclx_profile=True, color_primaries=12, transfer_characteristics=13, **options)
    add("guest_numbers_p3.heic", numbers, p3, is_guest=True)
    add("guest_same_srgb.heic", saved(smooth, "HEIF", icc_profile=srgb, **options), None, is_guest=True)
    add("guest_adobe.jxl", jxl(saved(smooth, "PNG", icc_profile=adobe)), adobe, is_guest=True)
    add("guest_same.jxl", jxl(saved(smooth, "PNG")), None, is_guest=True)


def make_unchanged():
    formula = profiles.rgb_profile("srgb", profiles.formula(*profiles.SRGB), version=4)
    sampled = profiles.rgb_profile("srgb", profiles.sampled(lambda x: profiles.light(profiles.SRGB, x)))
    coarse = profiles.rgb_profile("srgb", profiles.sampled(lambda x: profiles.light(profiles.SRGB, x), 256))
    gray = profiles.gray_profile(profiles.formula(*profiles.SRGB), version=4)
    adobe = profiles.rgb_profile("adobe", profiles.power(563 / 256))
    inks = profiles.profile(b"CMYK", {b"A2B0": profiles.words_table(profiles.ink_table(3), 3)}, b"prtr", b"Lab ")
    add("same_srgb_formula.jpg", jpeg(image("RGB"), formula), None)
    add("same_srgb_sampled.jpg", jpeg(image("RGB"), sampled), None)
    add("same_srgb_coarse.png", png_of(image("RGB"), coarse), None)
    add("same_gray.png", png_of(image("L"), gray), None)
    add("same_numbers_srgb.png", png_of(image("RGB"), bytes([1, 13, 0, 1]), b"cICP"), None)
    add("same_other_model_gray.jpg", jpeg(image("L"), adobe), None)
    add("same_other_model_rgb.jpg", jpeg(image("RGB"), gray), None)
    add("same_other_model_cmyk.jpg", jpeg(image("CMYK"), adobe), None)
    add("same_cut.jpg", jpeg(image("RGB"), adobe[:300]), None)
    add("same_junk.png", png_of(image("RGB"), bytes(range(256))), None)
    add("same_cut_cmyk.tif", tiff_of(drawn(4), 5, inks[:-400]), None)
    table = profiles.bytes_table(profiles.rgb_table("p3", profiles.SRGB, 5), 5)
    link = profiles.profile(b"RGB ", {b"A2B0": table}, b"link")
    add("same_link.jpg", jpeg(image("RGB"), link), None)
    missing = jpeg(image("RGB"), adobe)
    at = missing.index(b"ICC_PROFILE\0") + 12
    add("same_part_missing.jpg", missing[:at + 1] + b"\2" + missing[at + 2:], None)


FOLDER.mkdir(exist_ok=True)
for old in FOLDER.iterdir():
    if not old.name.startswith("photo_"):  # a photograph, which stays
        old.unlink()
make_converted()
for photo in sorted(FOLDER.glob("photo_*")):
    with Image.open(photo) as picture:
        note(photo.name, photo.read_bytes(), picture.info["icc_profile"])
make_unchanged()
make_guests()
(FOLDER / "goldens.json").write_text(json.dumps(
    {"width": RESULT[0], "height": RESULT[1], "files": goldens}, indent=1) + "\n")
print(f"{len(goldens)} pictures in {FOLDER}")
for golden in goldens:
    print(golden["file"], golden["moved"])
