"""What a node needs of ComfyUI, by the conventions of 0.3.64: packages, prompts, lists, cache, interruption."""

import importlib.util
import inspect
import json
import pathlib
import sys
import threading
import types

import numpy as np
from PIL import Image

import tensors

ROOT = pathlib.Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "integrations/comfyui"
INPUT_FOLDER = ROOT / "Models/demo"

torch = tensors.install()
interrupted = threading.Event()
bars = []


class InterruptProcessingException(Exception):
    pass


def throw_exception_if_processing_interrupted():
    """Once: who is told has been told."""
    if interrupted.is_set():
        interrupted.clear()
        raise InterruptProcessingException()


class ProgressBar:
    def __init__(self, total, node_id=None):
        self.total, self.current = total, 0
        bars.append(self)

    def update(self, value):
        self.current = min(self.total, self.current + value)


def install_modules():
    comfy, management, utils = (types.ModuleType(f"comfy{name}") for name in ("", ".model_management", ".utils"))
    comfy.model_management, comfy.utils = management, utils
    management.throw_exception_if_processing_interrupted = throw_exception_if_processing_interrupted
    management.InterruptProcessingException = InterruptProcessingException
    utils.ProgressBar = ProgressBar
    sys.modules.update({each.__name__: each for each in (comfy, management, utils)})


def load_package(folder):
    """A folder of custom_nodes, imported as ComfyUI does: under its path with dots replaced."""
    name = str(folder).replace(".", "_x_")
    specification = importlib.util.spec_from_file_location(name, folder / "__init__.py")
    module = importlib.util.module_from_spec(specification)
    sys.modules[name] = module
    specification.loader.exec_module(module)
    return module


install_modules()
package = load_package(PACKAGE)


def module(name):
    """A module of the package."""
    return sys.modules[f"{package.__name__}.{name}"]


class LoadImage:
    RETURN_TYPES = ("IMAGE", "MASK")
    FUNCTION = "load"

    @classmethod
    def INPUT_TYPES(cls):
        return {"required": {"image": (sorted(path.name for path in INPUT_FOLDER.glob("*.png")),)}}

    def load(self, image):
        pixels = np.asarray(Image.open(INPUT_FOLDER / image).convert("RGB"), np.float32) / 255
        return torch.from_numpy(pixels[None]), torch.from_numpy(np.zeros((1, 64, 64), np.float32))


class PreviewAny:
    RETURN_TYPES = ()
    FUNCTION = "show"
    OUTPUT_NODE = True

    @classmethod
    def INPUT_TYPES(cls):
        return {"required": {"source": ("*", {})}}

    def show(self, source):
        return {"ui": {"text": [source if isinstance(source, str) else json.dumps(source)]}}


class PreviewImage:
    RETURN_TYPES = ()
    FUNCTION = "show"
    OUTPUT_NODE = True

    @classmethod
    def INPUT_TYPES(cls):
        return {"required": {"images": ("IMAGE",)}}

    def show(self, images):
        return {"ui": {"images": [each.shape for each in images]}}


NODES = {"LoadImage": LoadImage, "PreviewAny": PreviewAny, "PreviewImage": PreviewImage, **package.NODE_CLASS_MAPPINGS}


def is_link(value):
    return isinstance(value, list)


class Refused(Exception):
    """POST /prompt answers 400; the argument lists what is wrong."""


class ComfyUI:
    """Runs prompts in API format one after the other, with one cache."""

    def __init__(self, nodes=None):
        self.nodes = nodes or NODES
        self.cache = {}
        self.executed = []

    def run(self, prompt):
        """What the output nodes show, by the id of the node."""
        outputs = [key for key, node in prompt.items() if getattr(self.nodes[node["class_type"]], "OUTPUT_NODE", False)]
        wrong = [] if outputs else ["prompt_no_outputs"]
        for key in prompt:
            wrong += self.problems(prompt, key)
        if wrong:
            raise Refused(wrong)
        self.executed = []
        shown = {}
        for key in outputs:
            shown[key] = self.results(prompt, key)[1]
        return shown

    def problems(self, prompt, key):
        """What ComfyUI says of a node's inputs before anything runs."""
        node, inputs = self.nodes[prompt[key]["class_type"]], prompt[key]["inputs"]
        kinds = node.INPUT_TYPES()
        validate = getattr(node, "VALIDATE_INPUTS", None)
        own = inspect.getfullargspec(validate).args if validate else []
        for name, kind in {**kinds["required"], **kinds.get("optional", {})}.items():
            if name in inputs and (is_link(inputs[name]) or name not in own):
                yield from self.problem(prompt, name, kind, inputs[name])
            elif name not in inputs and name in kinds["required"]:
                yield f"{name}: required_input_missing"
        if validate:
            said = validate(**{name: None if is_link(inputs[name]) else inputs[name] for name in own if name in inputs})
            if said is not True:
                yield from (f"{name} - {said}" for name in own if name in inputs)

    def problem(self, prompt, name, kind, value):
        if is_link(value):
            given = self.nodes[prompt[value[0]]["class_type"]].RETURN_TYPES[value[1]]
            if kind[0] not in ("*", given):
                yield f"{name}: return_type_mismatch"
        elif isinstance(kind[0], list):
            if value not in kind[0]:
                yield f"{name}: value_not_in_list"
        elif not kind[1].get("min", value) <= value <= kind[1].get("max", value):
            yield f"{name}: value out of range"

    def results(self, prompt, key):
        """(a list for each output, what is shown), from the cache where inputs and IS_CHANGED are the same."""
        signature = self.signature(prompt, key)
        if signature not in self.cache:
            self.executed.append(key)
            self.cache[signature] = self.execute(prompt, key)
        return self.cache[signature]

    def signature(self, prompt, key):
        node = self.nodes[prompt[key]["class_type"]]
        constants = {name: None if is_link(value) else value for name, value in prompt[key]["inputs"].items()}
        changed = node.IS_CHANGED(**constants) if hasattr(node, "IS_CHANGED") else None
        inputs = [
            (name, self.signature(prompt, value[0]), value[1]) if is_link(value) else (name, repr(value))
            for name, value in sorted(prompt[key]["inputs"].items())
        ]
        return repr((prompt[key]["class_type"], changed, inputs))

    def execute(self, prompt, key):
        """Once for each element of the longest input; the last of a shorter one is repeated."""
        node, inputs = self.nodes[prompt[key]["class_type"]], {}
        for name, value in prompt[key]["inputs"].items():
            inputs[name] = self.results(prompt, value[0])[0][value[1]] if is_link(value) else [value]
        returned = []
        for number in range(max(map(len, inputs.values()))):
            throw_exception_if_processing_interrupted()
            arguments = {name: values[min(number, len(values) - 1)] for name, values in inputs.items()}
            returned.append(getattr(node(), node.FUNCTION)(**arguments))
        if isinstance(returned[0], dict):
            return [], [each["ui"] for each in returned]
        return self.merged(node, returned), None

    @staticmethod
    def merged(node, returned):
        is_list = getattr(node, "OUTPUT_IS_LIST", (False,) * len(node.RETURN_TYPES))
        slots = zip(zip(*returned), is_list)
        return [[part for value in values for part in value] if lists else list(values) for values, lists in slots]
