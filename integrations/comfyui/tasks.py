"""The tasks of the node, and the prompts of the server that they stand for."""

import re
from typing import NamedTuple

PHRASE = "phrase"
REGION = "region"

LOCATIONS = re.compile(r"(<loc_\d{1,3}>){4}")
NUMBER = r"(-?\d+(?:\.\d+)?)"
PIXELS = re.compile(r"[,\s]+".join([NUMBER] * 4))


class Task(NamedTuple):
    """What is asked of the server, what `text` is for, and of which kind the answer is (see answers.py)."""

    prompt: str
    answer: str
    argument: str = ""


# Names and order are those of ComfyUI-Florence2; the last five it has not.
TASKS = {
    "region_caption": Task("<OD>", "boxes"),
    "dense_region_caption": Task("<DENSE_REGION_CAPTION>", "boxes"),
    "region_proposal": Task("<REGION_PROPOSAL>", "boxes"),
    "caption": Task("<CAPTION>", "text"),
    "detailed_caption": Task("<DETAILED_CAPTION>", "text"),
    "more_detailed_caption": Task("<MORE_DETAILED_CAPTION>", "text"),
    "caption_to_phrase_grounding": Task("<CAPTION_TO_PHRASE_GROUNDING>", "phrases", PHRASE),
    "referring_expression_segmentation": Task("<REFERRING_EXPRESSION_SEGMENTATION>", "polygons", PHRASE),
    "ocr": Task("<OCR>", "text"),
    "ocr_with_region": Task("<OCR_WITH_REGION>", "quads"),
    "docvqa": Task("<DocVQA>", "text", PHRASE),
    "prompt_gen_tags": Task("<GENERATE_TAGS>", "text"),
    "prompt_gen_mixed_caption": Task("<MIXED_CAPTION>", "text"),
    "prompt_gen_analyze": Task("<ANALYZE>", "text"),
    "prompt_gen_mixed_caption_plus": Task("<MIXED_CAPTION_PLUS>", "text"),
    "open_vocabulary_detection": Task("<OPEN_VOCABULARY_DETECTION>", "vocabulary", PHRASE),
    "region_to_segmentation": Task("<REGION_TO_SEGMENTATION>", "polygons", REGION),
    "region_to_category": Task("<REGION_TO_CATEGORY>", "text", REGION),
    "region_to_description": Task("<REGION_TO_DESCRIPTION>", "text", REGION),
    "region_to_ocr": Task("<REGION_TO_OCR>", "text", REGION),
}


def prompt(name, text, size):
    """The server's prompt for a task and its text about a picture of `size` (width, height)."""
    if name not in TASKS:
        raise RuntimeError(f"There is no task {name!r}; the node's list has them all.")
    task, text = TASKS[name], text.strip()
    if not task.argument:
        if text:
            raise RuntimeError(f"The task {name} takes no text: leave `text` empty, or choose a task that takes one.")
        return task.prompt
    if not text:
        raise RuntimeError(f"The task {name} needs {needed(task)}.")
    return task.prompt + (region(name, text, size) if task.argument == REGION else text)


def needed(task):
    if task.argument == REGION:
        return "a region in `text`: the pixels x1, y1, x2, y2 of its corners"
    return "a text in `text`: what it should look for, or the question"


def region(name, text, size):
    """Four numbers of pixels as the model's thousandths; what is written in these already stays as it is."""
    if LOCATIONS.fullmatch(text):
        return text
    pixels = PIXELS.fullmatch(text)
    if not pixels:
        raise RuntimeError(f"The task {name} needs {needed(TASKS[name])}, not {text[:60]!r}.")
    x1, y1, x2, y2 = map(float, pixels.groups())
    corners = zip((min(x1, x2), min(y1, y2), max(x1, x2), max(y1, y2)), (*size, *size))
    return "".join(f"<loc_{min(999, max(0, int(value * 1000 / length)))}>" for value, length in corners)
