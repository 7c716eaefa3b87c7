"""Drawings that vision-server writes, as the browser shows them."""

import base64
import struct
import subprocess
import tempfile
import zlib
from pathlib import Path

from rig import EXAMPLE, check

# What is where in the turned example: (115, 197) of the file is in the red square, (620, 20) is sky.
COLOURS = {(480 - 197, 115): (211, 34, 42), (460, 620): (156, 208, 238)}
READ = """async ([url, points]) => {
    const image = new Image();
    image.src = url;
    await image.decode();
    const canvas = document.createElement('canvas');
    [canvas.width, canvas.height] = [image.width, image.height];
    const context = canvas.getContext('2d');
    context.drawImage(image, 0, 0);
    return points.map(([x, y]) => [...context.getImageData(x, y, 1, 1).data].slice(0, 3));
}"""


def turned():
    """The example, and in its EXIF a turn by a quarter."""
    tiff = b"MM\0*\0\0\0\x08\0\x01" + struct.pack(">HHIHH", 0x112, 3, 1, 6, 0) + bytes(4)
    chunk = b"eXIf" + tiff
    png = EXAMPLE.read_bytes()
    return png[:33] + struct.pack(">I", len(tiff)) + chunk + struct.pack(">I", zlib.crc32(chunk)) + png[33:]


@check
def turned_drawings(rig, server):
    """caption --draw: the browser shows a picture with an EXIF turn upright under its boxes, held and linked"""
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        (folder / "turned & <more>.png").write_bytes(turned())
        for name, options in [("held", []), ("linked", ["--draw-linked"])]:
            subprocess.run(
                [Path(rig.program).resolve(), "caption", "turned & <more>.png", "--model", "demo", "--prompt", "<OD>",
                 "--draw", name, *options], cwd=folder, check=True, capture_output=True)  # fmt: skip
            context = rig.browser.new_context(viewport={"width": 480, "height": 640})
            page = context.new_page()
            page.goto((folder / name / "turned & <more>.png.svg").as_uri())
            assert page.locator("title").text_content() == "turned & <more>.png"
            assert page.locator("path").count() == page.locator("text").count() > 0
            shot = page.screenshot()
            (rig.shots / f"drawing-{name}.png").write_bytes(shot)
            page.goto("about:blank")
            url = "data:image/png;base64," + base64.b64encode(shot).decode()
            shown = page.evaluate(READ, [url, list(COLOURS)])
            context.close()
            for seen, wanted in zip(shown, COLOURS.values(), strict=True):
                assert all(abs(a - b) < 12 for a, b in zip(seen, wanted, strict=True)), (name, shown)
