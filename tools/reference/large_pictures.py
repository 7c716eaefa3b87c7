"""Files of some megapixels, one of each way to decode, that pack well: how much memory does their decoding take?"""

import lzma
import struct
import zlib

import numpy as np
import zstandard
from PIL import Image

from image_drawing import PALETTE, ROOT, saved
from image_writers import ADAM7, bmp, png_chunk, tiff, tiff_rows, tiff_tags

LARGE = ROOT / "large"
WIDTH, HEIGHT = 1600, 1200


def make():
    """All of them; their expected pixels are nobody's business here."""
    LARGE.mkdir(exist_ok=True)
    for old in LARGE.iterdir():
        old.unlink()
    for name, data in {**jpegs(), **pngs(), **webps(), **others(), **tiffs()}.items():
        (LARGE / name).write_bytes(data)


def slopes(channels):
    """[HEIGHT, WIDTH, channels]: large areas of few colours."""
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH]
    return np.stack([(x // 400 * 40 + y // 300 * 30 * (c + 1)) % 256 for c in range(channels)], axis=2)


def picture(mode):
    channels = len(Image.new(mode, (1, 1)).getbands())
    values = slopes(channels).astype(np.uint8)
    return Image.fromarray(values if channels > 1 else values[..., 0], mode)


def jpegs():
    files = {}
    for sampling, name in ((0, "444"), (2, "420")):
        for progressive in (False, True):
            kind = "progressive" if progressive else "baseline"
            files[f"jpeg_{kind}_{name}.jpg"] = saved(
                picture("RGB"), "JPEG", quality=20, subsampling=sampling, progressive=progressive, optimize=True)
    exif = Image.Exif()
    for orientation in (3, 6):
        exif[0x0112] = orientation
        files[f"jpeg_turned{orientation}.jpg"] = saved(picture("RGB"), "JPEG", quality=20, optimize=True, exif=exif)
    files["jpeg_progressive_cmyk.jpg"] = saved(picture("CMYK"), "JPEG", quality=20, progressive=True)
    return files


def pngs():
    files = {}
    for mode in ("L", "P", "RGB", "RGBA"):
        image = picture("L").quantize(8) if mode == "P" else picture(mode)
        files[f"png_{mode.lower()}.png"] = saved(image, "PNG")
    header = struct.pack(">IIBBBBB", WIDTH, HEIGHT, 8, 6, 0, 0, 1)
    values = slopes(4).astype(np.uint8)
    rows = b""
    for x, y, dx, dy in ADAM7:
        rows += b"".join(b"\0" + row.tobytes() for row in values[y::dy, x::dx])
    files["png_rgba_interlaced.png"] = (b"\x89PNG\r\n\x1a\n" + png_chunk(b"IHDR", header)
                                        + png_chunk(b"IDAT", zlib.compress(rows, 9)) + png_chunk(b"IEND", b""))
    return files


def webps():
    rgba = picture("RGBA")
    return {
        "webp_lossy.webp": saved(picture("RGB"), "WEBP", quality=20),
        "webp_lossless.webp": saved(rgba, "WEBP", lossless=True),
        "webp_lossy_alpha.webp": saved(rgba, "WEBP", quality=20),
        "webp_film.webp": saved(rgba, "WEBP", save_all=True, append_images=[picture("RGBA").rotate(180)], quality=20),
    }


def others():
    indices = slopes(1)[..., 0] % 256
    runs = b""
    for row in indices[::-1]:
        runs += b"".join(bytes([200, int(row[x])]) for x in range(0, WIDTH, 200)) + b"\0\0"
    quads = b"".join(bytes(c) + b"\0" for c in PALETTE[:, ::-1].astype(np.uint8))
    return {
        "gif.gif": saved(picture("L").quantize(64), "GIF"),
        "bmp_rle8.bmp": bmp(runs + b"\0\1", 8, WIDTH, HEIGHT, quads, compression=1),
    }


def tiffs():
    values = slopes(3)
    rows = tiff_rows(values, 8)
    files = {}
    for name, code, compress in (("deflate", 8, zlib.compress), ("lzma", 34925, lzma.compress),
                                 ("zstd", 50000, zstandard.compress)):
        files[f"tiff_{name}.tif"] = tiff([compress(rows)], tiff_tags(WIDTH, HEIGHT, 8, 3, 2, t259=(3, [code])))
    planes = [zlib.compress(tiff_rows(values[..., c:c + 1], 8)) for c in range(3)]
    files["tiff_planes.tif"] = tiff(planes, tiff_tags(WIDTH, HEIGHT, 8, 3, 2, t259=(3, [8]), t284=(3, [2])))
    padded = np.zeros((1280, 1792, 3), np.int64)
    padded[:HEIGHT, :WIDTH] = values
    tiles = [zlib.compress(tiff_rows(padded[y:y + 256, x:x + 256], 8)) for y in range(0, 1280, 256)
             for x in range(0, 1792, 256)]
    tags = tiff_tags(WIDTH, HEIGHT, 8, 3, 2, t259=(3, [8]), t322=(4, [256]), t323=(4, [256]))
    del tags[278]
    files["tiff_tiles.tif"] = tiff(tiles, tags)
    tags = tiff_tags(WIDTH, HEIGHT, 8, 3, 6, t259=(3, [8]), t530=(3, [1, 1]))
    files["tiff_ycbcr.tif"] = tiff([zlib.compress(rows)], tags)
    files["tiff_webp.tif"] = tiff([saved(picture("RGB"), "WEBP", lossless=True)],
                                  tiff_tags(WIDTH, HEIGHT, 8, 3, 2, t259=(3, [50001])))
    jpeg = saved(picture("RGB"), "TIFF", compression="jpeg", quality=20)
    return files | {"tiff_jpeg.tif": jpeg}
