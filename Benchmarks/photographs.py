"""A photograph of 12 megapixels on its way from base64 to pixel values, beside Pillow and numpy."""

import base64
import io
import json
import time

import models
from server import run
from timing import Contestant, alternate

WIDTH, HEIGHT, SIDE = 4000, 3000, 768
MEAN, DEVIATION = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)


def measure(rounds: int) -> dict:
    """Seconds of each part, by round."""
    file = models.photograph(WIDTH, HEIGHT)
    text = base64.b64encode(file.read_bytes())
    pillow(text)
    contestants = [Contestant("ours", lambda: ours(file)), Contestant("Pillow + numpy", lambda: pillow(text))]
    return {"bytes": file.stat().st_size, "rounds": alternate(contestants, rounds)}


def ours(file) -> dict[str, float]:
    """The second time in one process."""
    (seconds,) = json.loads(run(["picture", str(file), "--rounds", "1"], name="vision-benchmark"))
    return seconds | {"whole": sum(seconds.values())}


def pillow(text: bytes) -> dict[str, float]:
    """What the original's processor does."""
    import numpy
    from PIL import Image

    marks = [time.perf_counter()]
    data = base64.b64decode(text)
    marks.append(time.perf_counter())
    image = Image.open(io.BytesIO(data)).convert("RGB")
    resized = image.resize((SIDE, SIDE), Image.Resampling.BICUBIC)
    marks.append(time.perf_counter())
    values = numpy.asarray(resized, dtype=numpy.float32) * numpy.float32(1 / 255)
    values = (values - numpy.float32(MEAN)) / numpy.float32(DEVIATION)
    marks.append(time.perf_counter())
    parts = ("base64", "decode", "normalise")  # decode and resize, which are one here
    seconds = dict(zip(parts, (end - start for start, end in zip(marks, marks[1:]))))
    return seconds | {"whole": sum(seconds.values())}
