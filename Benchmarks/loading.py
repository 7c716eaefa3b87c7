"""From files in the page cache to a model that answers, beside `from_pretrained`; and the memory that a picture takes."""

import json
import subprocess
import sys
import time

import machine
import models
import server
from places import REPOSITORY
from timing import Contestant, alternate

PYTORCH = str(REPOSITORY / "Benchmarks" / "pytorch.py")
TOKENS = 64
# What is touched beforehand: more than PyTorch takes for the large model.
PROVIDED = 5.5e9


def measure(shape: str, rounds: int) -> dict:
    """Seconds `load` (the model alone) and `start` (from the start of the process until it is ready), by round; seconds a
    gigabyte that memory takes the first time it is touched (`fresh`)."""
    picture = models.picture()
    fresh: list[float] = []

    def ready(directory) -> None:
        into_page_cache(directory)
        if seconds := machine.provide_memory(int(PROVIDED)):
            fresh.append(seconds / PROVIDED * 1e9)

    def peer() -> dict[str, float]:
        ready(directory := models.directory(shape, "native"))
        return pytorch_load(directory, picture)

    def ours(directory, precision: str) -> dict[str, float]:
        ready(directory)
        return load(directory, precision)

    contestants = [Contestant("PyTorch fp32", peer)]
    for precision in server.supported_precisions(picture):
        for file in ("fp16", "fp32"):
            directory = models.directory(shape, file)
            contestants.append(Contestant(
                f"{precision} {file}", lambda directory=directory, precision=precision: ours(directory, precision)))  # fmt: skip
    return {"rounds": alternate(contestants, rounds), "fresh": fresh}


def load(directory, precision: str) -> dict[str, float]:
    """A server that loads at once."""
    with server.Server(directory, "--precision", precision, "--preload") as running:
        running.post("/load")
        start = time.perf_counter() - running.started
        return {"load": running.metric("vision_model_load_seconds_sum"), "start": start}


def pytorch_load(directory, picture) -> dict[str, float]:
    """A Python that imports transformers and loads."""
    start = time.perf_counter()
    command = [sys.executable, PYTORCH, str(directory), str(picture), "fp32", "0"]
    output = subprocess.run(command, capture_output=True, text=True, check=True, env=server.environment()).stdout
    whole = time.perf_counter() - start
    return {"load": json.loads(output.splitlines()[-1])["load"], "start": whole}


def into_page_cache(directory) -> None:
    """Reads the weights."""
    for file in directory.glob("*.safetensors"):
        with file.open("rb") as stream:
            while stream.read(1 << 24):
                pass


def measure_memory(shape: str) -> dict:
    """Bytes at the peak of one picture, loading included."""
    picture = models.picture()
    found = {}
    for precision in server.supported_precisions(picture):
        for file in ("fp16", "fp32"):
            arguments = server.caption_arguments(models.directory(shape, file), [picture], precision, 3, TOKENS)
            found[f"{precision} {file}"] = server.peak_memory([str(server.program("vision-server")), *arguments])
            print(f"{precision} {file}: {found[f'{precision} {file}'] / 1e9:.2f} GB", flush=True)
    for precision in ("fp32", "bf16"):
        command = [sys.executable, PYTORCH, str(models.directory(shape)), str(picture), precision, str(TOKENS)]
        found[f"PyTorch {precision}"] = server.peak_memory(command)
        print(f"PyTorch {precision}: {found[f'PyTorch {precision}'] / 1e9:.2f} GB", flush=True)
    return {"bytes": found}
