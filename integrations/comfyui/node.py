"""The node as ComfyUI sees it."""

import comfy.model_management
import comfy.utils

from . import addresses, answers, asking, drawing, pictures, tasks

DESCRIPTION = (
    "Captions, reads and searches pictures with Florence-2 on a vision server. Boxes and shapes are drawn over the "
    "picture and fill the mask; each picture of a batch gets a text of its own."
)
TEXT_TIP = (
    "For tasks that take one: the phrase to look for, the question, or a region as pixels x1, y1, x2, y2. Empty for "
    "all others."
)
MASK_TIP = "What the mask shows: numbers or labels, separated by commas, as drawn over the picture. Empty: everything."


class VisionServerNode:
    DESCRIPTION = DESCRIPTION
    CATEGORY = "Florence2"
    FUNCTION = "ask"
    RETURN_TYPES = ("IMAGE", "MASK", "STRING", "JSON", "INT")
    RETURN_NAMES = ("image", "mask", "caption", "data", "bbox_count")
    OUTPUT_IS_LIST = (False, False, True, False, False)
    OUTPUT_TOOLTIPS = (
        "The pictures with what was found drawn over them; as they came where the task finds no places.",
        "White where something was found.",
        "One text a picture; of places their labels.",
        "What was found, in pixels.",
        "How many places were found in all pictures.",
    )

    @classmethod
    def INPUT_TYPES(cls):
        return {
            "required": {
                "image": ("IMAGE",),
                "server": ("STRING", {"default": addresses.own_address(), "tooltip": "Address of the vision server."}),
                "task": (list(tasks.TASKS), {"default": "more_detailed_caption"}),
                "text": ("STRING", {"default": "", "multiline": True, "tooltip": TEXT_TIP}),
                "beams": ("INT", {"default": 3, "min": 1, "max": 8, "tooltip": "Beams of the search."}),
                "tokens": ("INT", {"default": 1024, "min": 1, "max": 1024, "tooltip": "Most tokens of an answer."}),
            },
            "optional": {
                "key": ("STRING", {"default": "", "tooltip": "One of the server's keys. Workflows keep it: the "
                                   "variable VISION_API_KEY of ComfyUI's process does the same unseen."}),
                "keep_alive": ("STRING", {"default": "", "tooltip": "How long the server keeps the model afterwards: "
                                          "seconds or 10m, 1h; 0 unloads it, -1 keeps it. Empty: as it likes."}),
                "mask_select": ("STRING", {"default": "", "tooltip": MASK_TIP}),
            },
        }  # fmt: skip

    @classmethod
    def IS_CHANGED(cls, **inputs):
        """The same picture and question have the same answer, so ComfyUI's cache may keep it."""
        return ""

    @classmethod
    def VALIDATE_INPUTS(cls, server):
        """Refuses the workflow before it runs; a server that comes through a link is not known yet."""
        try:
            if server is not None:
                addresses.parse(server)
        except RuntimeError as error:
            return str(error)
        return True

    def ask(self, image, server, task, text, beams, tokens, key="", keep_alive="", mask_select=""):
        check = comfy.model_management.throw_exception_if_processing_interrupted
        if not len(image):
            raise RuntimeError("The batch has no picture.")
        size = (image.shape[2], image.shape[1])
        address = addresses.parse(server)
        key = addresses.key_for(address, key)
        fields = {"prompt": tasks.prompt(task, text, size), "num_beams": beams, "max_new_tokens": tokens}
        if keep_alive.strip():
            fields["keep_alive"] = duration(keep_alive.strip())
        progress = comfy.utils.ProgressBar(len(image))
        found = []
        for each in image:
            result = asking.ask(
                address, key, fields, lambda: pictures.file(pictures.picture(each)), check, was_there=bool(found))
            found.append(understood(address, task, result, size))
            progress.update(1)
        return outputs(image, found, size, mask_select)


def duration(text):
    """A bare number is seconds; all else the server reads."""
    try:
        return int(text)
    except ValueError:
        return text


def understood(address, task, result, size):
    try:
        return answers.read(tasks.TASKS[task].answer, result, size)
    except (ValueError, KeyError) as error:
        raise RuntimeError(f"What {address} answered for {task} is not understood: {error}.") from None


def outputs(image, found, size, mask_select):
    """In the order of RETURN_TYPES. What no place was found in is passed on untouched."""
    count = sum(len(answer.places) for answer in found)
    mask = pictures.masks([drawing.mask(size, answer.places, mask_select) for answer in found])
    if count:
        image = pictures.images(
            [drawing.drawn(pictures.picture(each), answer.places) for each, answer in zip(image, found)])
    texts = [answer.text for answer in found]
    data = [part for answer in found for part in answer.data]
    return image, mask, texts, data, count
