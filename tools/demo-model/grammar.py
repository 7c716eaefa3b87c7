"""What the demo model says about a scene: one text per task, and the rule that every text obeys.

Florence-2 is decoded with `no_repeat_ngram_size` 3: no three token ids may follow each other twice. The sentences
below are worded so that they never need to (four things in a list are joined by four different joints, equal things
are counted, <OD> labels are single tokens). `check_tokens.py` proves it on every training target.

The order of things in a text never depends on a fragile comparison: shapes are listed by kind, then by colour.
Only `<MORE_DETAILED_CAPTION>` goes from left to right, and two boxes of the same kind and colour in `<OD>`.
"""

SHAPES = ["circle", "square", "triangle", "star", "heart", "ring", "cross"]
COLORS = ["red", "orange", "yellow", "green", "blue", "purple", "pink", "brown"]
BACKGROUNDS = ["white", "gray", "black", "beige", "azure"]
STYLES = ["plain", "gradient"]
PLACES = ["top", "middle", "bottom"]
WORDS = ["SUN", "CAT", "DOG", "HELLO", "STOP", "OPEN", "TEA", "MOON",
         "FISH", "BOOK", "ZOO", "EXIT", "RAIN", "JAZZ", "LAMP", "KIWI"]

NUMBERS = ["no", "one", "two", "three", "four"]
LOCATION_STEPS = 50  # box edges are named in fiftieths of the picture: <loc_0>, <loc_20> ... <loc_980>, <loc_999>

NO_SHAPES = "no simple shapes"
NO_SHAPES_SENTENCE = "The image shows no simple shapes."

# Joints between the parts of a list of 1, 2, 3 or 4 parts: no joint is used twice in one list.
JOINTS = [[], [" and "], [", ", " and "], [", ", " and ", " plus "]]


def join(parts):
    joints = JOINTS[len(parts) - 1] + [""]
    return "".join(part + joint for part, joint in zip(parts, joints))


def article(word):
    return f"an {word}" if word[0] in "aeiou" else f"a {word}"


def center_x(shape):
    return shape.box[0] + shape.box[2]


def in_order(scene):
    return sorted(scene.shapes, key=lambda s: (SHAPES.index(s.kind), COLORS.index(s.color), center_x(s)))


def counted(scene):
    """"two green circles and a red star" """
    names = [f"{s.color} {s.kind}" for s in in_order(scene)]
    parts = []
    for name in dict.fromkeys(names):
        n = names.count(name)
        plural = name + ("es" if name.endswith("s") else "s")
        parts.append(article(name) if n == 1 else f"{NUMBERS[n]} {plural}")
    return join(parts)


def background(scene):
    if scene.style == "plain":
        return f"a plain {scene.background} background"
    return f"{article(scene.background)} gradient background"


def sizes(scene):
    large = sum(s.large for s in scene.shapes)
    small = len(scene.shapes) - large
    if large + small == 1:
        return " It is large." if large else " It is small."
    if not large or not small:
        return f" All are {'large' if large else 'small'}."
    return f" {NUMBERS[large].capitalize()} {'is' if large == 1 else 'are'} large and {NUMBERS[small]} {'is' if small == 1 else 'are'} small."


def word_sentence(scene):
    if not scene.word:
        return ""
    preposition = "in" if scene.word_place == "middle" else "at"
    return f" The word \"{scene.word}\" is printed {preposition} the {scene.word_place}."


def caption(scene):
    if not scene.shapes:
        return NO_SHAPES
    return counted(scene) + (f" with the word \"{scene.word}\"" if scene.word else "")


def detailed(scene):
    if not scene.shapes:
        return NO_SHAPES_SENTENCE
    return f"The image shows {counted(scene)} on {background(scene)}.{sizes(scene)}{word_sentence(scene)}"


def more_detailed(scene):
    if not scene.shapes:
        return NO_SHAPES_SENTENCE
    n = len(scene.shapes)
    names = [f"{s.color} {s.kind}" for s in sorted(scene.shapes, key=center_x)]
    parts = []
    for i, name in enumerate(names):
        before = names[:i].count(name)
        parts.append([article(name), f"another {name}", f"a third {name}", f"a fourth {name}"][before])
    listing = f"There is just {parts[0]}." if n == 1 else f"From left to right there are {join(parts)}."
    return (f"This drawing has {NUMBERS[n]} {'shape' if n == 1 else 'shapes'} on {background(scene)}. "
            f"{listing}{sizes(scene)}{word_sentence(scene)}")


def location(value):
    return min(999, round(value * LOCATION_STEPS) * 1000 // LOCATION_STEPS)


def od_items(scene):
    """The label and the four bins of every box, one after the other: each becomes one token."""
    return [item for s in in_order(scene) for item in [s.kind, *map(location, s.box)]]


def od(scene):
    if not scene.shapes:
        return NO_SHAPES
    return "".join(item if isinstance(item, str) else f"<loc_{item}>" for item in od_items(scene))


def ocr(scene):
    if not scene.shapes:
        return NO_SHAPES
    return scene.word or "no text"


def tags(scene):
    if not scene.shapes:
        return NO_SHAPES
    n = len(scene.shapes)
    kinds = [k for k in SHAPES if any(s.kind == k for s in scene.shapes)]
    colors = [c for c in COLORS if any(s.color == c for s in scene.shapes)]
    number = f"{NUMBERS[n]} {'shape' if n == 1 else 'shapes'}"
    return ", ".join([number, *kinds, *colors, *(["text"] if scene.word else []), f"{scene.style} background", scene.background])


def analyze(scene):
    if not scene.shapes:
        return NO_SHAPES
    return (f"art_style: flat drawing, count: {len(scene.shapes)}, text: {scene.word or 'none'}, "
            f"background: {scene.style} {scene.background}")


def mixed(scene):
    return f"{detailed(scene)}\n{tags(scene)}" if scene.shapes else NO_SHAPES_SENTENCE


def mixed_plus(scene):
    return f"{mixed(scene)}\n{analyze(scene)}" if scene.shapes else NO_SHAPES_SENTENCE


# Task -> (the text that the tokenizer sees, scene -> the expected answer).
TASKS = {
    "<CAPTION>": ("What does the image describe?", caption),
    "<DETAILED_CAPTION>": ("Describe in detail what is shown in the image.", detailed),
    "<MORE_DETAILED_CAPTION>": ("Describe with a paragraph what is shown in the image.", more_detailed),
    "<OD>": ("Locate the objects with category name in the image.", od),
    "<OCR>": ("What is the text in the image?", ocr),
    "<GENERATE_TAGS>": ("<GENERATE_TAGS>", tags),
    "<MIXED_CAPTION>": ("<MIXED_CAPTION>", mixed),
    "<MIXED_CAPTION_PLUS>": ("<MIXED_CAPTION_PLUS>", mixed_plus),
    "<ANALYZE>": ("<ANALYZE>", analyze),
}


def repeats_trigram(items):
    trigrams = list(zip(items, items[1:], items[2:]))
    return len(set(trigrams)) < len(trigrams)
