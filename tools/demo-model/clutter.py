"""Pictures without simple shapes: what the demo model must recognise as "not for me".

No photograph is used in training. These pictures have the statistics of photographs instead: noise with a 1/f
spectrum, layers of leaves that hide each other, blurred blobs, odd textured things on a calm ground, strokes, stars in
the night, waves and patchwork. Several are mixed.
"""

import math

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

WORK = 160  # clutter is made at about this size and enlarged: it has no sharp edges to keep


def cloud(rng, h, w, power):
    """Noise with a 1/f^power spectrum, about 0 +- 1."""
    fy, fx = np.fft.fftfreq(h)[:, None], np.fft.fftfreq(w)[None]
    f = np.sqrt(fx * fx + fy * fy)
    f[0, 0] = 1
    spectrum = np.fft.fft2(rng.normal(size=(h, w))) / f ** power
    spectrum[0, 0] = 0
    field = np.fft.ifft2(spectrum).real
    return field / (field.std() + 1e-6)


def tint(rng):
    """A colour like those of photographs: often dull."""
    c = rng.uniform(0, 255, 3)
    return c.mean() + (c - c.mean()) * rng.uniform(0.1, 1.0)


def clouds(rng, h, w):
    power = rng.uniform(0.6, 1.8)
    shared = cloud(rng, h, w, power)
    own = rng.uniform(0, 0.8)
    field = np.stack([shared + own * cloud(rng, h, w, power) for _ in range(3)], -1)
    return tint(rng) + field * rng.uniform(20, 70)


def calm(rng, h, w):
    y, x = np.linspace(0, 1, h)[:, None, None], np.linspace(0, 1, w)[None, :, None]
    a, b, c = tint(rng), tint(rng), tint(rng)
    return a + (b - a) * x + (c - a) * y * rng.uniform(0, 1) + cloud(rng, h, w, 1.5)[:, :, None] * rng.uniform(0, 8)


def outline(rng, cx, cy, r):
    """An odd closed outline around a centre."""
    n = int(rng.integers(5, 40))
    angles = np.sort(rng.uniform(0, 2 * math.pi, n))
    waves = sum(rng.normal() * 0.35 / k * np.cos(k * angles + rng.uniform(0, 6.3)) for k in range(1, 6))
    radii = r * np.clip(1 + waves + rng.normal(0, rng.uniform(0, 0.25), n), 0.15, 2.2)
    squeeze = rng.uniform(0.4, 1.0)
    return [(cx + q * math.cos(t), cy + q * squeeze * math.sin(t)) for q, t in zip(radii, angles)]


def things(rng, pixels, count, low, high):
    """Odd things over the picture, each with its own texture and shading, the later ones in front."""
    h, w, _ = pixels.shape
    texture = cloud(rng, h, w, rng.uniform(0.3, 1.5))
    y, x = np.mgrid[0:h, 0:w]
    for _ in range(count):
        r = low * (high / low) ** rng.random() * min(h, w)
        cx, cy = rng.uniform(0, w), rng.uniform(0, h)
        mask = Image.new("L", (w, h))
        ImageDraw.Draw(mask).polygon(outline(rng, cx, cy, r), fill=255)
        if rng.random() < 0.5:
            mask = mask.filter(ImageFilter.GaussianBlur(rng.uniform(0.5, 3)))
        alpha = np.asarray(mask, np.float32)[:, :, None] / 255 * rng.uniform(0.6, 1)
        light = ((x - cx) * rng.normal() + (y - cy) * rng.normal()) / (r + 1)
        surface = tint(rng) + (light * rng.uniform(5, 40) + np.roll(texture, int(rng.integers(0, w)), 1) * rng.uniform(5, 40))[:, :, None]
        pixels = pixels * (1 - alpha) + surface * alpha
    return pixels


def leaves(rng, h, w):
    return things(rng, clouds(rng, h, w), int(rng.integers(12, 40)), 0.03, 0.45)


def subject(rng, h, w):
    """One or a few odd things on a calm ground, like a portrait or a thing on a table."""
    return things(rng, calm(rng, h, w), int(rng.integers(1, 8)), 0.1, 0.6)


def strokes(rng, h, w):
    image = to_image(calm(rng, h, w) if rng.random() < 0.6 else clouds(rng, h, w))
    draw = ImageDraw.Draw(image)
    color = tint(rng)
    for _ in range(int(rng.integers(25, 160))):
        x, y, r = rng.uniform(0, w), rng.uniform(0, h), rng.uniform(2, 30)
        t = rng.uniform(0, 6.3)
        if rng.random() < 0.7:
            color = tint(rng)
        box = (x - r, y - r * rng.uniform(0.3, 1), x + r, y + r)
        fill = tuple(int(v) for v in np.clip(color, 0, 255))
        if rng.random() < 0.7:
            draw.line([(x, y), (x + r * math.cos(t), y + r * math.sin(t))], fill=fill, width=int(rng.integers(1, 4)))
        else:
            draw.arc(box, rng.uniform(0, 360), rng.uniform(0, 360), fill=fill, width=int(rng.integers(1, 4)))
    return np.asarray(image, np.float32)


def blobs(rng, h, w):
    image = to_image(things(rng, calm(rng, h, w), int(rng.integers(4, 25)), 0.08, 0.5))
    return np.asarray(image.filter(ImageFilter.GaussianBlur(rng.uniform(3, 14))), np.float32)


def night(rng, h, w):
    pixels = np.zeros((h, w, 3)) + np.abs(rng.normal(8, 8, 3)) + np.clip(cloud(rng, h, w, 1.5), 0, 9)[:, :, None] * tint(rng) / 255 * rng.uniform(0, 40)
    for _ in range(int(rng.integers(40, 300))):
        x, y, r = rng.integers(0, w), rng.integers(0, h), int(rng.choice([1, 1, 1, 2, 3]))
        pixels[max(0, y - r // 2):y + r, max(0, x - r // 2):x + r] = 80 + tint(rng) * 0.7
    return pixels


def waves(rng, h, w):
    y, x = np.mgrid[0:h, 0:w] / WORK
    field = sum(np.sin(rng.normal(0, 25) * x + rng.normal(0, 25) * y + rng.uniform(0, 6)) for _ in range(int(rng.integers(1, 5))))
    return tint(rng) + field[:, :, None] * tint(rng) / 255 * rng.uniform(20, 80)


def patchwork(rng, h, w):
    pixels = clouds(rng, h, w)
    for _ in range(int(rng.integers(10, 60))):
        x, y = int(rng.uniform(-0.1, 1) * w), int(rng.uniform(-0.1, 1) * h)
        dx, dy = int(rng.uniform(0.04, 0.5) * w), int(rng.uniform(0.04, 0.5) * h)
        patch = pixels[max(0, y):y + dy, max(0, x):x + dx]
        patch[:] = patch * rng.uniform(0, 0.4) + tint(rng) * rng.uniform(0.6, 1)
    return pixels


KINDS = [clouds, leaves, leaves, subject, subject, subject, strokes, strokes, blobs, night, waves, patchwork]


def draw_clutter(rng, width, height):
    scale = WORK / min(width, height) * rng.uniform(0.6, 1.3)
    h, w = max(48, round(height * scale)), max(48, round(width * scale))
    kind = KINDS[rng.integers(len(KINDS))]
    pixels = kind(rng, h, w)
    if rng.random() < 0.3:
        other = KINDS[rng.integers(len(KINDS))](rng, h, w)
        seam = np.clip(0.5 + 4 * (np.linspace(-1, 1, h)[:, None] * rng.normal() + np.linspace(-1, 1, w)[None] * rng.normal() + rng.normal(0, 0.4)), 0, 1)[:, :, None]
        pixels = pixels * seam + other * (1 - seam)
    if rng.random() < 0.4:
        pixels = pixels + rng.normal(0, rng.uniform(2, 25), (h, w, 1))
    image = to_image(pixels)
    return image.resize((width, height), Image.Resampling.BICUBIC)


def to_image(pixels):
    return Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8))
