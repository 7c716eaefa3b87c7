"""Scenes of the demo model: a few clear shapes, perhaps a printed word, placed freely on a calm background.

`draw_scene(seed)` is a pure function of its arguments: the same picture and the same truth on every machine with the
versions in requirements.txt (the word is drawn with the font that Pillow carries, so no system font is needed).
About one scene in eight holds no simple shape at all: a blank picture or clutter (see clutter.py).
"""

import math
import random
from dataclasses import dataclass, field

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from clutter import draw_clutter
from grammar import BACKGROUNDS, COLORS, PLACES, SHAPES, WORDS, od_items, repeats_trigram

PALETTE = {  # a colour lies between two of its anchors
    "red": [(214, 32, 36), (255, 0, 0), (186, 18, 24)],
    "orange": [(245, 140, 20), (255, 165, 0), (250, 120, 10)],
    "yellow": [(248, 222, 40), (255, 255, 0), (244, 208, 20)],
    "green": [(36, 150, 60), (0, 128, 0), (20, 190, 60), (60, 170, 40)],
    "blue": [(32, 72, 210), (0, 0, 255), (40, 100, 235)],
    "purple": [(128, 40, 170), (128, 0, 128), (140, 50, 200)],
    "pink": [(248, 130, 190), (255, 182, 200), (255, 105, 180)],
    "brown": [(120, 72, 36), (139, 69, 19), (101, 67, 33)],
}
GROUND = {"white": (248, 248, 248), "gray": (158, 158, 158), "black": (20, 20, 20), "beige": (230, 211, 172), "azure": (160, 208, 242)}

SMALL, LARGE = (0.15, 0.20), (0.27, 0.42)  # side of a shape's box, as a part of the picture's (geometric mean of both axes)
GAP = 0.02          # between boxes, and to the edge of the picture
CLUTTER = 0.12      # part of the scenes without simple shapes


def _star():
    return [(math.sin(math.pi * k / 5) * r, -math.cos(math.pi * k / 5) * r) for k in range(10) for r in [1 if k % 2 == 0 else 0.42]]


def _heart():
    ts = [2 * math.pi * k / 48 for k in range(48)]
    return [(math.sin(t) ** 3, -(13 * math.cos(t) - 5 * math.cos(2 * t) - 2 * math.cos(3 * t) - math.cos(4 * t)) / 16) for t in ts]


def _ellipse():
    return [(math.cos(2 * math.pi * k / 72), math.sin(2 * math.pi * k / 72)) for k in range(72)]


ARM = 0.34
OUTLINES = {
    "circle": _ellipse(), "ring": _ellipse(), "star": _star(), "heart": _heart(),
    "square": [(-1, -1), (1, -1), (1, 1), (-1, 1)],
    "triangle": [(0, -1), (1, 0.8), (-1, 0.8)],
    "cross": [(-ARM, -1), (ARM, -1), (ARM, -ARM), (1, -ARM), (1, ARM), (ARM, ARM), (ARM, 1), (-ARM, 1), (-ARM, ARM), (-1, ARM), (-1, -ARM), (-ARM, -ARM)],
}
RING_HOLE = 0.58


@dataclass
class Shape:
    kind: str
    color: str
    large: bool
    box: tuple = ()                              # x1, y1, x2, y2 as parts of width and height
    outline: list = field(default_factory=list)  # points in pixels
    fill: tuple = (0, 0, 0)


@dataclass
class Scene:
    width: int
    height: int
    background: str = "white"
    style: str = "plain"
    shapes: list = field(default_factory=list)   # empty: no simple shapes in this picture
    word: str = ""
    word_place: str = ""
    word_box: tuple = ()


def pick_color(rng, anchors):
    a, b, t = rng.choice(anchors), rng.choice(anchors), rng.random()
    return tuple(max(0, min(255, round(x + (y - x) * t + rng.uniform(-7, 7)))) for x, y in zip(a, b))


def pick_size(rng, sides):
    """Width and height: the longer side within `sides`, the ratio up to 2:1, no side below 200."""
    long_side = rng.uniform(*sides)
    ratio = 2 ** rng.uniform(-1, 1)
    short_side = max(200, long_side * min(ratio, 1 / ratio))
    w, h = (long_side, short_side) if ratio > 1 else (short_side, long_side)
    return round(max(w, 200)), round(max(h, 200))


def clear(box, others):
    return all(box[2] + GAP < o[0] or o[2] + GAP < box[0] or box[3] + GAP < o[1] or o[3] + GAP < box[1] for o in others)


def place_word(rng, scene):
    """The word, its font, and where it goes; the font size follows from the wanted width."""
    scene.word, scene.word_place = rng.choice(WORDS), rng.choice(PLACES)
    probe = ImageFont.load_default(size=100)
    left, top, right, bottom = probe.getbbox(scene.word, stroke_width=3)
    size = 100 * min(rng.uniform(0.30, 0.50) * scene.width / (right - left), rng.uniform(0.11, 0.17) * scene.height / (bottom - top))
    w, h = (right - left) * size / 100 / scene.width, (bottom - top) * size / 100 / scene.height
    low, high = {"top": (0.03, 0.16), "middle": (0.42, 0.58 - h), "bottom": (0.84 - h, 0.97 - h)}[scene.word_place]
    x, y = rng.uniform(0.02, 0.98 - w), rng.uniform(min(low, high), max(low, high))
    scene.word_box = (x, y, x + w, y + h)
    return size


def place_shape(rng, scene, shape, count, taken):
    """Tries a size, a turn and a place; False if the box would touch another one."""
    side = rng.uniform(*SMALL) if not shape.large else rng.uniform(LARGE[0], {1: 0.75, 2: 0.55}.get(count, LARGE[1]))
    radius = side * math.sqrt(scene.width * scene.height) / 2
    turn = math.radians(rng.uniform(-14, 14))
    c, s = math.cos(turn), math.sin(turn)
    points = [(radius * (x * c - y * s), radius * (x * s + y * c)) for x, y in OUTLINES[shape.kind]]
    xs, ys = [p[0] for p in points], [p[1] for p in points]
    w, h = (max(xs) - min(xs)) / scene.width, (max(ys) - min(ys)) / scene.height
    if w > 1 - 2 * GAP or h > 1 - 2 * GAP:
        return False
    x, y = rng.uniform(GAP, 1 - GAP - w), rng.uniform(GAP, 1 - GAP - h)
    box = (x, y, x + w, y + h)
    if not clear(box, taken):
        return False
    dx, dy = x * scene.width - min(xs), y * scene.height - min(ys)
    shape.box, shape.outline = box, [(px + dx, py + dy) for px, py in points]
    return True


def plan(rng, sides, size=None):
    """A scene that fits, and the size of its word's font. Most scenes keep their shapes apart from left to right."""
    while True:
        width, height = size or pick_size(rng, sides)
        scene = Scene(width, height, rng.choice(BACKGROUNDS), "gradient" if rng.random() < 0.3 else "plain")
        font_size = place_word(rng, scene) if rng.random() < 0.35 else 0
        count = rng.randint(1, 4)
        twins = rng.random() < 0.35  # equal shapes would be rare otherwise
        for _ in range(count):
            kind, color = rng.choice(SHAPES), rng.choice(COLORS)
            if scene.shapes and twins and rng.random() < 0.6:
                kind, color = scene.shapes[-1].kind, scene.shapes[-1].color
            scene.shapes.append(Shape(kind, color, rng.random() < 0.5, fill=pick_color(rng, PALETTE[color])))
        taken = [scene.word_box] if scene.word else []
        for shape in sorted(scene.shapes, key=lambda s: -s.large):
            if not any(place_shape(rng, scene, shape, count, taken) for _ in range(30)):
                break
            taken.append(shape.box)
        else:
            centers = sorted(s.box[0] + s.box[2] for s in scene.shapes)
            apart = all(b - a > 0.08 for a, b in zip(centers, centers[1:])) or rng.random() < 0.1
            if apart and not repeats_trigram(od_items(scene)):
                return scene, font_size


def ground(rng, scene):
    """The background as float pixels [height, width, 3]."""
    base = np.array([max(0, min(255, v + rng.uniform(-7, 7))) for v in GROUND[scene.background]], np.float32)
    pixels = np.broadcast_to(base, (scene.height, scene.width, 3))
    if scene.style == "gradient":
        y, x = np.linspace(0, 1, scene.height, dtype=np.float32)[:, None], np.linspace(0, 1, scene.width, dtype=np.float32)[None]
        ramp = rng.choice([x + 0 * y, 1 - x + 0 * y, y + 0 * x, 1 - y + 0 * x, (x + y) / 2, (1 - x + y) / 2])
        amount = rng.uniform(60, 95) * (-1 if base.mean() > 100 else 1)
        pixels = pixels + amount * ramp[:, :, None]
    return pixels


def draw_scene(seed, sides=(200, 1200), size=None):
    """(picture, scene): a pure function of the seed and of the size, or of the range of the longer side in pixels."""
    rng = random.Random(seed)
    if rng.random() < CLUTTER:
        width, height = size or pick_size(rng, sides)
        scene = Scene(width, height, rng.choice(BACKGROUNDS), rng.choice(["plain", "plain", "gradient"]))
        if rng.random() < 0.1:
            return to_image(ground(rng, scene)), scene
        return draw_clutter(np.random.default_rng(seed), width, height), scene
    scene, font_size = plan(rng, sides, size)
    pixels = ground(rng, scene)
    luminance = pixels.mean()
    scale = 2 if rng.random() < 0.6 else 1  # twice as large and averaged: smooth edges; else hard ones
    image = to_image(pixels)
    if scale > 1:
        image = image.resize((scene.width * scale, scene.height * scale), Image.Resampling.NEAREST)
    under = image.copy() if any(s.kind == "ring" for s in scene.shapes) else None
    draw = ImageDraw.Draw(image)
    for shape in scene.shapes:
        points = [(x * scale, y * scale) for x, y in shape.outline]
        draw.polygon(points, fill=shape.fill)
        if shape.kind == "ring":
            cx, cy = sum(p[0] for p in points) / len(points), sum(p[1] for p in points) / len(points)
            hole = Image.new("L", image.size)
            ImageDraw.Draw(hole).polygon([(cx + (x - cx) * RING_HOLE, cy + (y - cy) * RING_HOLE) for x, y in points], fill=255)
            image.paste(under, (0, 0), hole)
    if scene.word:
        font = ImageFont.load_default(size=font_size * scale)
        stroke = 3 * font_size * scale / 100
        left, top, _, _ = font.getbbox(scene.word, stroke_width=stroke)
        ink = (250, 250, 250) if luminance < 110 else (10, 10, 10)
        draw.text((scene.word_box[0] * image.width - left, scene.word_box[1] * image.height - top), scene.word, font=font, fill=ink, stroke_width=stroke)
    if scale > 1:
        image = image.reduce(scale)
    if rng.random() < 0.3:
        noise = np.random.default_rng(seed).normal(0, rng.uniform(3, 16), (scene.height, scene.width, 1))
        image = to_image(np.asarray(image, np.float32) + noise)
    return image, scene


def to_image(pixels):
    return Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8))
