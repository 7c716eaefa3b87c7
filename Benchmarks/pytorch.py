"""transformers on PyTorch: one picture, stage by stage; and, run as a program, one picture in a process of its own.

    python pytorch.py MODEL PICTURE DTYPE TOKENS        loads, captions, prints {"import": s, "load": s}

With 0 tokens it only loads.
"""

import json
import sys
import time
from pathlib import Path

STARTED = time.perf_counter()
PROMPT = "<MORE_DETAILED_CAPTION>"
BEAMS = 3


class PyTorch:
    """A model of a directory, in one precision."""

    def __init__(self, directory: Path, precision: str, threads: int):
        import torch

        from reference import Reference

        torch.set_num_threads(threads)
        self.dtype = {"fp32": torch.float32, "bf16": torch.bfloat16}[precision]
        self.reference = Reference(directory, self.dtype)

    def time(self, picture: Path, tokens: int) -> dict[str, float]:
        """Seconds of each stage; with 0 tokens nothing is generated."""
        marks = {"decode": time.perf_counter()}
        pixel_values = self.reference.pixel_values(picture).to(self.dtype)
        marks["vision"] = time.perf_counter()
        features = self.reference.image_features(pixel_values)
        marks["encoder"] = time.perf_counter()
        encoded = self.reference.encode(features, PROMPT)
        marks["generate"] = time.perf_counter()
        if tokens:
            (ids,), _ = self.reference.generate(encoded, num_beams=BEAMS, max_new_tokens=tokens)
            if len(ids) != tokens + 1:
                raise RuntimeError(f"{tokens} tokens were asked for, PyTorch wrote {len(ids) - 1}")
        ends = [*list(marks.values())[1:], time.perf_counter()]
        return {stage: end - start for (stage, start), end in zip(marks.items(), ends)}


def main() -> None:
    """What the command line asks for; `import` and `load` as a user of transformers would see them."""
    import places  # noqa: F401  (makes `reference` importable)

    directory, picture, precision, tokens = sys.argv[1:]
    import torch
    from transformers import Florence2ForConditionalGeneration

    imported = time.perf_counter()
    if tokens == "0":
        dtype = {"fp32": torch.float32, "bf16": torch.bfloat16}[precision]
        Florence2ForConditionalGeneration.from_pretrained(directory, dtype=dtype).eval()
    else:
        PyTorch(Path(directory), precision, torch.get_num_threads()).time(Path(picture), int(tokens))
    print(json.dumps({"import": imported - STARTED, "load": time.perf_counter() - imported}))


if __name__ == "__main__":
    main()
