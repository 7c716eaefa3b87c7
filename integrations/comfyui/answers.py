"""What the server's result for a task means: a text, places in the picture, and data for other nodes."""

import math
from typing import Any, List, NamedTuple, Tuple

Outline = List[Tuple[float, float]]


class Place(NamedTuple):
    """A labelled place in the picture: outlines in pixels, and whether they follow its shape or stand around it."""

    label: str
    outlines: List[Outline]
    is_shape: bool = False


class Answer(NamedTuple):
    """The text, the places, and what this picture adds to the list of the output `data`."""

    text: str
    places: List[Place]
    data: List[Any]


def read(kind, result, size):
    """The answer of one kind (see tasks.py) about a picture of `size`; ValueError where the result is none."""
    if kind == "text":
        if not isinstance(result, str):
            raise ValueError("a text was expected")
        return Answer(result, [], [result])
    if not isinstance(result, dict):
        raise ValueError("an object was expected")
    return READERS[kind](result, size)


def read_boxes(result, size):
    places = boxes(result, "bboxes", "labels")
    return Answer(labels_in_a_row(places), places, [result["bboxes"]])


def read_phrases(result, size):
    places = boxes(result, "bboxes", "labels")
    return Answer(labels_in_a_row(places), places, [result])


def read_quads(result, size):
    places = [
        Place(label, [outline(quad, 8)]) for quad, label in zip(*shapes_and_labels(result, "quad_boxes", "labels"))
    ]
    data = [
        {"label": place.label, "box": [part for x, y in place.outlines[0] for part in (x / size[0], y / size[1])]}
        for place in places
    ]
    return Answer("\n".join(place.label for place in places), places, data)


def read_polygons(result, size):
    places = polygons(result, "polygons", "labels")
    return Answer(labels_in_a_row(places), places, [result])


def read_vocabulary(result, size):
    places = boxes(result, "bboxes", "bboxes_labels") + polygons(result, "polygons", "polygons_labels")
    return Answer(labels_in_a_row(places), places, [result])


READERS = {
    "boxes": read_boxes,
    "phrases": read_phrases,
    "quads": read_quads,
    "polygons": read_polygons,
    "vocabulary": read_vocabulary,
}


def boxes(result, shapes, labels):
    return [Place(label, [corners(box)]) for box, label in zip(*shapes_and_labels(result, shapes, labels))]


def polygons(result, shapes, labels):
    """A place has a list of polygons; fewer than three points surround nothing."""
    places = []
    for shape, label in zip(*shapes_and_labels(result, shapes, labels)):
        outlines = [outline(polygon) for polygon in list_of(shape)]
        places.append(Place(label, [points for points in outlines if len(points) > 2], is_shape=True))
    return places


def shapes_and_labels(result, shapes, labels):
    shapes, labels = list_of(result.get(shapes)), list_of(result.get(labels))
    if len(shapes) != len(labels) or not all(isinstance(label, str) for label in labels):
        raise ValueError("a label for each place was expected")
    return shapes, labels


def corners(box):
    """The four corners of a box of two, whichever of these comes first."""
    (x1, y1), (x2, y2) = outline(box, 4)
    left, right, top, bottom = min(x1, x2), max(x1, x2), min(y1, y2), max(y1, y2)
    return [(left, top), (right, top), (right, bottom), (left, bottom)]


def outline(numbers, count=None):
    """Points from a flat list of coordinates."""
    numbers = list_of(numbers)
    if not all(type(number) in (int, float) and math.isfinite(number) for number in numbers):
        raise ValueError("coordinates were expected")
    if len(numbers) % 2 or (count and len(numbers) != count):
        raise ValueError("pairs of coordinates were expected")
    return list(zip(numbers[::2], numbers[1::2]))


def list_of(value):
    if not isinstance(value, list):
        raise ValueError("a list was expected")
    return value


def labels_in_a_row(places):
    return ", ".join(place.label for place in places if place.label)
