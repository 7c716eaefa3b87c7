"""Places drawn over a picture, and as a mask."""

from PIL import Image, ImageDraw, ImageFont

COLOURS = ((230, 25, 75), (0, 130, 200), (60, 180, 75), (245, 130, 48), (145, 30, 180), (0, 128, 128), (128, 0, 0),
           (0, 0, 128), (170, 110, 40), (220, 20, 200))  # fmt: skip
LONGEST_LABEL = 60


def drawn(picture, places):
    """A copy with outlines and labels; each label begins with the number that `mask_select` takes."""
    copy = picture.convert("RGB")
    draw = ImageDraw.Draw(copy, "RGBA")
    width = max(2, round(min(copy.size) / 250))
    font = sized_font(max(12, round(min(copy.size) / 40)))
    labels = list(dict.fromkeys(place.label for place in places))
    colours = [COLOURS[labels.index(place.label) % len(COLOURS)] for place in places]
    for place, colour in zip(places, colours):
        for outline in place.outlines:
            draw.polygon(outline, fill=(*colour, 90) if place.is_shape else None, outline=colour, width=width)
    # All labels come last, so that no outline crosses them.
    for number, (place, colour) in enumerate(zip(places, colours)):
        if place.outlines:
            draw_label(draw, copy.size, font, place.outlines[0], f"{number} {place.label}", colour)
    return copy


def draw_label(draw, size, font, outline, label, colour):
    """Above the outline's left end where there is room, else inside; never out of the picture."""
    text = readable(" ".join(label.split())[:LONGEST_LABEL], font)
    left, top, right, bottom = draw.textbbox((0, 0), text, font=font)
    width, height = right - left + 6, bottom - top + 4
    x = max(0, min(min(x for x, _ in outline), size[0] - width))
    highest = min(y for _, y in outline)
    y = max(0, min(highest - height if highest >= height else highest, size[1] - height))
    draw.rectangle((x, y, x + width, y + height), fill=colour)
    draw.text((x + 3 - left, y + 2 - top), text, font=font, fill="white")


def sized_font(size):
    try:
        return ImageFont.load_default(size)
    except (TypeError, ImportError):  # Pillow before 10.1, or one without FreeType
        return ImageFont.load_default()


def readable(text, font):
    """Pillow's font of bitmaps fails at letters that it lacks."""
    if isinstance(font, ImageFont.FreeTypeFont):
        return text
    return text.encode("latin-1", "replace").decode("latin-1")


def mask(size, places, select):
    """White where the selected places are; `select` lists numbers or labels, and nothing means all."""
    wanted = {part.strip() for part in select.split(",")} - {""}
    layer = Image.new("L", size, 0)
    draw = ImageDraw.Draw(layer)
    for number, place in enumerate(places):
        if not wanted or str(number) in wanted or place.label in wanted:
            for outline in place.outlines:
                draw.polygon(outline, fill=255)
    return layer
