"""Measures a checkpoint on freshly drawn scenes, with vision-server or with transformers.

    python tools/demo-model/evaluate.py --seed 20000000 --count 300                          # the built server, its own demo model
    python tools/demo-model/evaluate.py --engine transformers --model Models/demo --seed 20000000

An answer counts if it is exactly the expected text. <OD> counts if the picture has the right number of boxes and each has
an IoU above 0.5 with a true box of the same label, one to one; for a picture without shapes: no box.
Both engines use the checkpoint's own generation settings (3 beams, no repeated trigram).
"""

import argparse
import itertools
import json
import re
import subprocess
import tempfile
import time
from pathlib import Path

from draw import draw
from grammar import TASKS

ROOT = Path(__file__).resolve().parents[2]
CALL = 50  # pictures per call of the server, or per batch


def run_vision_server(binary, model, folder, truths, task):
    results = []
    for i in range(0, len(truths), CALL):
        files = [str(folder / t["file"]) for t in truths[i:i + CALL]]
        command = [str(binary), "caption", *files, "--model", model, "--prompt", task, "--json"]
        lines = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout.splitlines()
        answers = [json.loads(line) for line in lines if line.strip()]
        assert len(answers) == len(files), f"{len(answers)} answers for {len(files)} pictures"
        results += [answer["result"] for answer in answers]
    return results


class Transformers:
    """The reference: transformers in float32, with Pillow's pre-processing."""

    def __init__(self, folder):
        import torch
        from tokenizers import Tokenizer
        from transformers import Florence2ForConditionalGeneration
        self.torch = torch
        self.model = Florence2ForConditionalGeneration.from_pretrained(folder, dtype=torch.float32, attn_implementation="eager").eval()
        self.tokenizer = Tokenizer.from_file(str(Path(folder) / "tokenizer.json"))
        preprocessor = json.loads((Path(folder) / "preprocessor_config.json").read_text())
        self.size = preprocessor["size"]["width"], preprocessor["size"]["height"]
        self.image_tokens = preprocessor["image_seq_length"]
        self.mean, self.std = (torch.tensor(preprocessor[k]).view(3, 1, 1) for k in ("image_mean", "image_std"))

    def pixel_values(self, file):
        import numpy as np
        from PIL import Image
        image = Image.open(file).convert("RGB").resize(self.size, Image.Resampling.BICUBIC)
        return (self.torch.from_numpy(np.array(image)).permute(2, 0, 1).float() / 255 - self.mean) / self.std

    def token_ids(self, files, prompt, max_new_tokens=200):
        """The generated ids of each file, with the decoder's start and without padding."""
        ids = [self.tokenizer.token_to_id("<image>")] * self.image_tokens + self.tokenizer.encode(prompt).ids
        rows = []
        for i in range(0, len(files), CALL):
            pixels = self.torch.stack([self.pixel_values(file) for file in files[i:i + CALL]])
            inputs = self.torch.tensor([ids] * len(pixels))
            with self.torch.no_grad():
                out = self.model.generate(input_ids=inputs, attention_mask=self.torch.ones_like(inputs), pixel_values=pixels, max_new_tokens=max_new_tokens, do_sample=False)
            rows += [[t for t in row if t != 1] for row in out.tolist()]
        return rows

    def texts(self, files, prompt):
        return [self.tokenizer.decode([t for t in row if t > 3], skip_special_tokens=False) for row in self.token_ids(files, prompt)]

    def run(self, folder, truths, task):
        texts = self.texts([folder / t["file"] for t in truths], TASKS[task][0])
        return [detections(text, t["width"], t["height"]) for text, t in zip(texts, truths)] if task == "<OD>" else texts


def detections(text, width, height):
    """<OD> text -> {"bboxes": in pixels, "labels": ...}, as Florence-2's post-processor reads it."""
    bboxes, labels = [], []
    for label, bins in re.findall(r"([^<]+)((?:<loc_\d+>){4})", text):
        bboxes.append([(int(b) + 0.5) * n / 1000 for b, n in zip(re.findall(r"\d+", bins), (width, height, width, height))])
        labels.append(label)
    return {"bboxes": bboxes, "labels": labels}


def iou(a, b):
    w, h = min(a[2], b[2]) - max(a[0], b[0]), min(a[3], b[3]) - max(a[1], b[1])
    if w <= 0 or h <= 0:
        return 0
    return w * h / ((a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - w * h)


def boxes_right(result, shapes):
    found = list(zip(result["labels"], result["bboxes"]))
    if len(found) != len(shapes):
        return False
    return any(all(label == s["label"] and iou(box, s["box"]) > 0.5 for (label, box), s in zip(found, order)) for order in itertools.permutations(shapes))


def is_right(task, result, truth):
    if task == "<OD>":
        return boxes_right(result, truth["shapes"])
    return result.strip() == truth["answers"][task]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--engine", choices=["vision-server", "transformers"], default="vision-server")
    parser.add_argument("--model", help="a checkpoint's folder, or demo (vision-server only); default: demo, or Models/demo")
    parser.add_argument("--binary", type=Path, default=ROOT / ".build/release/vision-server")
    parser.add_argument("--seed", type=int, default=20_000_000)
    parser.add_argument("--count", type=int, default=300)
    parser.add_argument("--tasks", nargs="+", choices=list(TASKS), default=list(TASKS), metavar="TASK")
    parser.add_argument("--show-wrong", type=int, default=0, metavar="N", help="print N wrong answers of each task")
    args = parser.parse_args()
    if args.engine == "transformers":
        engine = Transformers(args.model or ROOT / "Models/demo").run
    else:
        engine = lambda folder, truths, task: run_vision_server(args.binary, args.model or "demo", folder, truths, task)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        truths = draw(args.seed, args.count, folder)
        with_shapes = [bool(t["shapes"]) for t in truths]
        print(f"{args.engine}, seeds {args.seed}..{args.seed + args.count - 1}: {sum(with_shapes)} pictures with shapes, {args.count - sum(with_shapes)} without\n")
        print("| task | all | with shapes | without | seconds |\n|---|---|---|---|---|", flush=True)
        for task in args.tasks:
            start = time.time()
            results = engine(folder, truths, task)
            seconds = time.time() - start
            right = [is_right(task, result, t) for result, t in zip(results, truths)]
            columns = [percent(right), percent([r for r, s in zip(right, with_shapes) if s]), percent([r for r, s in zip(right, with_shapes) if not s])]
            print(f"| `{task}` | {' | '.join(columns)} | {seconds:.0f} |", flush=True)
            wrong = [(t, result) for t, result, r in zip(truths, results, right) if not r]
            for t, result in wrong[:args.show_wrong]:
                print(f"  seed {t['seed']}: {result!r}\n    expected: {t['answers'][task]!r}")


def percent(values):
    return f"{100 * sum(values) / len(values):.1f} %" if values else "-"


if __name__ == "__main__":
    main()
