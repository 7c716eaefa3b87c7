"""Times one whole picture in `vision-server` and in transformers + PyTorch float32, alternating in one run.

    Benchmarks/run [--shape base|large] [--beams 3] [--tokens 64] [--rounds 5] [--output FILE]
"""

import argparse
import os
import platform
import statistics
import subprocess
import sys
import time
from datetime import datetime, timezone
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(REPOSITORY / "tools" / "reference"))

import torch  # noqa: E402

import pictures  # noqa: E402
import shapes  # noqa: E402
from checkpoints import Recipe, write  # noqa: E402
from engine import Engine  # noqa: E402
from reference import Reference  # noqa: E402

STAGES = ("decode", "vision", "encoder", "generate")
PROMPT = "<MORE_DETAILED_CAPTION>"
END_OF_SENTENCE = 2


def model_directory(name: str) -> Path:
    """A random F16 checkpoint whose end token never wins: every answer has exactly the number of tokens asked for."""
    directory = REPOSITORY / ".build-benchmarks" / name
    if not (directory / "complete").exists():
        print(f"Writing a random model of {name} shape to {directory}", flush=True)
        shape = {"base": shapes.BASE, "large": shapes.LARGE}[name]
        write(Recipe(shape, "original", storage="F16", seed=31, suppressed=(END_OF_SENTENCE,)), directory)
        (directory / "complete").touch()
    return directory


def time_pytorch(reference: Reference, picture: Path, beams: int, tokens: int) -> tuple[dict[str, float], list[int]]:
    """Seconds of each stage, and the token ids."""
    marks = [time.perf_counter()]
    pixel_values = reference.pixel_values(picture)
    marks.append(time.perf_counter())
    features = reference.image_features(pixel_values)
    marks.append(time.perf_counter())
    encoded = reference.encode(features, PROMPT)
    marks.append(time.perf_counter())
    ids, _ = reference.generate(encoded, num_beams=beams, max_new_tokens=tokens)
    marks.append(time.perf_counter())
    return dict(zip(STAGES, (after - before for before, after in zip(marks, marks[1:])))), ids[0]


def time_engine(engine: Engine, picture: Path, beams: int, tokens: int) -> tuple[dict[str, float], list[int]]:
    """The same by the program's own clock, of the second of two pictures in one process: both sides are warm."""
    answer = engine.caption([picture, picture], PROMPT, beams, tokens)[-1]
    return {stage: answer["seconds"][stage] for stage in STAGES}, answer["token_ids"]


def alternate(reference: Reference, engine: Engine, options, picture: Path) -> tuple[list[dict], list[dict]]:
    """Rounds of both, one after the other; stops with an error if the answers are not those asked for."""
    ours, theirs = [], []
    time_pytorch(reference, picture, options.beams, 4)
    for number in range(options.rounds):
        seconds, left = time_engine(engine, picture, options.beams, options.tokens)
        ours.append(with_whole(seconds))
        seconds, right = time_pytorch(reference, picture, options.beams, options.tokens)
        theirs.append(with_whole(seconds))
        if len(left) != options.tokens + 1 or len(right) != options.tokens + 1:
            sys.exit(f"Expected {options.tokens} new tokens, got {len(left) - 1} and {len(right) - 1} from PyTorch.")
        same = "same tokens" if left == right else "DIFFERENT tokens"
        print(f"round {number + 1}: {ours[-1]['whole']:.2f} s, PyTorch {theirs[-1]['whole']:.2f} s, {same}", flush=True)
    return ours, theirs


def with_whole(seconds: dict[str, float]) -> dict[str, float]:
    """The stages and their sum."""
    return seconds | {"whole": sum(seconds.values())}


def table(ours: list[dict], theirs: list[dict]) -> str:
    """Medians by stage and how many times as fast as PyTorch that is, as Markdown."""
    rows = ["| stage | vision-server, s | PyTorch fp32, s | times as fast |", "|---|---|---|---|"]
    for stage in (*STAGES, "whole"):
        left = statistics.median(seconds[stage] for seconds in ours)
        right = statistics.median(seconds[stage] for seconds in theirs)
        rows.append(f"| {stage} | {left:.3f} | {right:.3f} | {right / left:.2f} |")
    return "\n".join(rows)


def machine() -> str:
    """Processor, threads and system."""
    model = platform.processor() or platform.machine()
    information = Path("/proc/cpuinfo")
    if information.exists():
        names = [line.split(":", 1)[1].strip() for line in information.read_text().splitlines() if "model name" in line]
        model = names[0] if names else model
    return f"{model}, {thread_count()} threads, {platform.system()}"


def thread_count() -> int:
    """The processors that this process may use; the server takes as many."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def load_average() -> float:
    """How many programs have been running during the last minute."""
    return os.getloadavg()[0] if hasattr(os, "getloadavg") else 0


def commit() -> str:
    """The commit that is checked out, marked when sources differ from it."""
    arguments = ["git", "-C", str(REPOSITORY), "describe", "--always", "--dirty", "--abbrev=10"]
    return subprocess.run(arguments, capture_output=True, text=True).stdout.strip() or "unknown"


def main() -> None:
    """Measures and writes the page."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary", type=Path, default=REPOSITORY / ".build" / "release" / "vision-server")
    parser.add_argument("--shape", choices=("base", "large"), default="base")
    parser.add_argument("--beams", type=int, default=3)
    parser.add_argument("--tokens", type=int, default=64)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--output", type=Path, default=REPOSITORY / "Benchmarks" / "results.md")
    options = parser.parse_args()
    torch.set_num_threads(thread_count())
    load = load_average()
    if load > 0.5:
        print(f"Load average {load:.1f}: other programs are busy, which slows PyTorch down far more than the server.")
    directory = model_directory(options.shape)
    picture = directory / "picture.png"
    pictures.draw(31, 1280, 960).save(picture)
    command = f"Benchmarks/run --shape {options.shape} --beams {options.beams} --tokens {options.tokens}"
    command += f" --rounds {options.rounds}"
    engine = Engine(options.binary.resolve(), directory)
    ours, theirs = alternate(Reference(directory), engine, options, picture)
    text = f"""# vision-server and PyTorch, one whole picture

{options.shape} shape with random F16 weights, one picture of 1280 x 960, {options.beams} beams, {options.tokens} new tokens,
float32 arithmetic on both sides; medians of {options.rounds} alternating rounds.

{table(ours, theirs)}

- machine: {machine()}; load average before the run {load:.1f}
- date: {datetime.now(timezone.utc):%Y-%m-%d}; commit: {commit()}; PyTorch {torch.__version__}
- command: `{command}`
"""
    options.output.write_text(text)
    print("\n" + text)


if __name__ == "__main__":
    main()
