"""Deterministic pictures to look at: smooth colours, hard edges and noise, in any size."""

from pathlib import Path

import numpy
from PIL import Image, ImageDraw

SIZES = ((320, 240), (97, 131), (768, 768), (50, 300), (641, 480), (200, 200), (1024, 33), (5, 7))


def draw(seed: int, width: int, height: int) -> Image.Image:
    """One RGB picture: two waves of colour, a little noise, and a few shapes on top."""
    random = numpy.random.default_rng(seed)
    y, x = numpy.mgrid[0:height, 0:width] / max(width, height)
    waves = [
        numpy.sin(2 * numpy.pi * (x * random.uniform(-4, 4) + y * random.uniform(-4, 4)) + random.uniform(0, 6))
        for _ in range(3)
    ]
    pixels = 128 + 90 * numpy.stack(waves, axis=-1) + random.normal(0, 12, (height, width, 3))
    image = Image.fromarray(pixels.clip(0, 255).astype(numpy.uint8), "RGB")
    pen = ImageDraw.Draw(image)
    for _ in range(random.integers(2, 7)):
        left, right = sorted(random.uniform(0, width, 2))
        top, bottom = sorted(random.uniform(0, height, 2))
        colour = tuple(int(value) for value in random.integers(0, 256, 3))
        (pen.ellipse if random.random() < 0.5 else pen.rectangle)((left, top, right, bottom), fill=colour)
    return image


def draw_all(directory: Path, count: int, seed: int) -> list[Path]:
    """Writes `count` PNG files of varied sizes and returns their paths in order."""
    directory.mkdir(parents=True, exist_ok=True)
    paths = []
    for index in range(count):
        width, height = SIZES[(seed + index) % len(SIZES)]
        path = directory / f"picture-{seed}-{index}.png"
        draw(seed * 1000 + index, width, height).save(path)
        paths.append(path)
    return paths
