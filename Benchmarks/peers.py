"""OpenVINO and ONNX Runtime, with the vision tower (projector included) and the encoder exported from transformers."""

import time
from pathlib import Path

import numpy
import torch

import machine

KINDS = ("OpenVINO f32", "OpenVINO bf16", "OpenVINO int8", "ONNX Runtime f32")
PARTS = ("vision", "encoder")


class _Vision(torch.nn.Module):
    """[1, 3, H, W] -> image features [1, T, P]."""

    def __init__(self, model):
        super().__init__()
        self.model = model

    def forward(self, pixel_values):
        return self.model.get_image_features(pixel_values=pixel_values).pooler_output


class _Encoder(torch.nn.Module):
    """[1, T, P] -> encoder states [1, T, P]."""

    def __init__(self, model):
        super().__init__()
        self.encoder = model.model.language_model.encoder

    def forward(self, inputs_embeds):
        return self.encoder(inputs_embeds=inputs_embeds).last_hidden_state


class Peer:
    """One runtime and precision: times the parts of a picture."""

    def __init__(self, kind: str, calls: dict, inputs: dict[str, numpy.ndarray]):
        self.kind = kind
        self.calls = calls
        self.inputs = inputs

    def time(self) -> dict[str, float]:
        """Seconds of each part."""
        seconds = {}
        for part, call in self.calls.items():
            start = time.perf_counter()
            call(self.inputs[part])
            seconds[part] = time.perf_counter() - start
        return seconds


def make(kind: str, reference, folder: Path, inputs: dict[str, numpy.ndarray]) -> Peer:
    """Exports what is not there yet, loads it, and runs it once."""
    make_call = _onnx_runtime if kind.startswith("ONNX") else _openvino
    calls = {part: make_call(kind, part, reference, folder, inputs[part]) for part in PARTS}
    for part, call in calls.items():
        call(inputs[part])
    return Peer(kind, calls, inputs)


def _module(part: str, reference) -> torch.nn.Module:
    return (_Vision if part == "vision" else _Encoder)(reference.model).eval()


def _openvino(kind: str, part: str, reference, folder: Path, example: numpy.ndarray):
    import openvino

    is_int8 = kind.endswith("int8")
    file = folder / f"{part}-{'int8' if is_int8 else 'f32'}.xml"
    if not file.exists():
        print(f"Converting the {part} for {kind}", flush=True)
        with torch.no_grad():
            model = openvino.convert_model(_module(part, reference), example_input=torch.from_numpy(example))
        if is_int8:
            model = _quantised(model, example)
        openvino.save_model(model, file, compress_to_fp16=False)
    # What is left of an int8 model runs in bf16: the faster choice.
    hint = "f32" if kind.endswith("f32") else "bf16"
    settings = {
        "INFERENCE_PRECISION_HINT": hint, "INFERENCE_NUM_THREADS": machine.threads(), "PERFORMANCE_HINT": "LATENCY",
    }  # fmt: skip
    compiled = openvino.Core().compile_model(file, "CPU", settings)
    return lambda values: compiled([values])[0]


def _quantised(model, example: numpy.ndarray):
    """Post-training quantisation; for the time that a product takes it makes no difference what the pictures show."""
    import nncf

    nncf.set_log_level(40)
    random = numpy.random.default_rng(7)
    samples = [example] + [
        (example + random.normal(0, 0.1, example.shape)).astype(numpy.float32) for _ in range(3)
    ]
    return nncf.quantize(
        model, nncf.Dataset(samples), subset_size=len(samples), model_type=nncf.ModelType.TRANSFORMER,
        preset=nncf.QuantizationPreset.MIXED)  # fmt: skip


def _onnx_runtime(kind: str, part: str, reference, folder: Path, example: numpy.ndarray):
    import onnxruntime

    file = folder / f"{part}.onnx"
    if not file.exists():
        print(f"Converting the {part} for {kind}", flush=True)
        partial = file.with_suffix(".partial")
        with torch.no_grad():
            torch.onnx.export(
                _module(part, reference), (torch.from_numpy(example),), str(partial), input_names=["x"],
                output_names=["y"], dynamo=False)  # fmt: skip
        partial.rename(file)
    settings = onnxruntime.SessionOptions()
    settings.intra_op_num_threads = machine.threads()
    session = onnxruntime.InferenceSession(str(file), settings, providers=["CPUExecutionProvider"])
    return lambda values: session.run(None, {session.get_inputs()[0].name: values})[0]
