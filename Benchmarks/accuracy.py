"""What lower precision changes: answers on drawn pictures of the demo model, and inner states of random models."""

import subprocess
import sys
import tempfile
from pathlib import Path

import models
import server
from places import DEMO, WORK

SEED = 20_000_000
TASKS = ("<CAPTION>", "<OD>", "<OCR>")
CALL = 50  # pictures a process
DECODER_IDS = "2,0,100,5,7,11,13,17,19,23"


def measure(count: int) -> dict:
    """Of every precision and task: how many answers are equal to fp32's, and how far boxes are apart."""
    folder = WORK / "pictures" / f"demo-{count}"
    draw_scenes(folder, count)
    files = sorted(folder.glob("*.png"))
    precisions = server.supported_precisions(files[0])
    answers = {}
    for precision in precisions:
        for task in TASKS:
            answers[precision, task] = ask(files, precision, task)
            print(f"{precision} {task}: {len(files)} answers", flush=True)
    return {
        "pictures": len(files),
        "precisions": {
            precision: {task: compare(task, answers[precision, task], answers["fp32", task]) for task in TASKS}
            for precision in precisions
            if precision != "fp32"
        },
    }


def draw_scenes(folder: Path, count: int) -> None:
    """Pictures that the demo model's training never saw."""
    if len(list(folder.glob("*.png"))) == count:
        return
    print(f"Drawing {count} pictures", flush=True)
    arguments = ["--seed", str(SEED), "--count", str(count), "--output", str(folder)]
    subprocess.run([sys.executable, str(DEMO / "draw.py"), *arguments], check=True, stdout=subprocess.DEVNULL)


def ask(files: list[Path], precision: str, task: str) -> list:
    """The result of each picture."""
    results = []
    for first in range(0, len(files), CALL):
        answers = server.caption("demo", files[first : first + CALL], precision, 3, 200, task)
        results += [answer["result"] for answer in answers]
    return results


def compare(task: str, ours: list, truth: list) -> dict[str, float]:
    """The share of answers whose words are equal, and for boxes the mean IoU of those."""
    if task != "<OD>":
        return {"equal": sum(left == right for left, right in zip(ours, truth)) / len(truth)}
    same = [left["labels"] == right["labels"] for left, right in zip(ours, truth)]
    overlaps = [
        overlap(a, b)
        for left, right, is_same in zip(ours, truth, same) if is_same
        for a, b in zip(left["bboxes"], right["bboxes"])
    ]  # fmt: skip
    return {"equal": sum(same) / len(same), "iou": sum(overlaps) / max(1, len(overlaps))}


def overlap(a: list[float], b: list[float]) -> float:
    """Intersection over union of two boxes (left, top, right, bottom); 1 for the same one, be it without area."""
    if a == b:
        return 1.0
    width, height = min(a[2], b[2]) - max(a[0], b[0]), min(a[3], b[3]) - max(a[1], b[1])
    if width <= 0 or height <= 0:
        return 0.0
    common = width * height
    return common / ((a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - common)


def measure_errors(shape: str) -> dict:
    """Of every precision: |x - fp32| / |fp32| (Euclidean) of image features, encoder states and logits."""
    picture = models.picture()
    found = {
        precision: inspect(models.directory(shape), picture, precision)
        for precision in server.supported_precisions(picture)
    }
    truth = found.pop("fp32")
    names = ("image_features", "encoder_states", "logits")
    errors = {
        precision: {name: relative_error(tensors[name], truth[name]) for name in names}
        | {"same_best_token": float((tensors["logits"].argmax(-1) == truth["logits"].argmax(-1)).mean())}
        for precision, tensors in found.items()
    }
    print(errors, flush=True)
    return {"errors": errors}


def inspect(directory: Path, picture: Path, precision: str) -> dict:
    """The inner states of one picture."""
    from safetensors.numpy import load_file

    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "states.safetensors"
        server.run([
            "inspect", "--model", str(directory), "--image", str(picture), "--precision", precision,
            "--decoder-ids", DECODER_IDS, "--output", str(file),
        ])  # fmt: skip
        return load_file(file)


def relative_error(ours, truth) -> float:
    """Of all elements together."""
    import numpy

    return float(numpy.linalg.norm((ours - truth).ravel()) / numpy.linalg.norm(truth.ravel()))
