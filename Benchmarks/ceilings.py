"""What the machine could do at most, by the loops of `vision-benchmark probe`."""

import json
import statistics

from server import run

# The loop that counts for each precision, the best one that the processor has.
LOOPS = {
    "fp32": ("fp32_avx512", "fp32_avx2", "fp32_neon", "fp32_plain"),
    "bf16": ("bf16_avx512", "fp32_avx512", "fp32_avx2", "fp32_neon", "fp32_plain"),
    "int8": ("int8_avx512", "int8_avx2", "int8_neon", "fp32_avx512", "fp32_avx2", "fp32_neon", "fp32_plain"),
}  # fmt: skip


def probe(rounds: int, seconds: float = 0.1, megabytes: int = 512) -> list[dict[str, float]]:
    """Operations (and bytes) a second of every loop, by round."""
    arguments = ["probe", "--rounds", str(rounds), "--seconds", str(seconds), "--megabytes", str(megabytes)]
    return json.loads(run(arguments, name="vision-benchmark"))["rounds"]


def of(loops: dict[str, float]) -> dict[str, float]:
    """Of one round: operations a second by precision, and `memory` in bytes a second."""
    found = {precision: max(loops.get(name, 0) for name in names) for precision, names in LOOPS.items()}
    return found | {"memory": loops["memory_read"]}


def medians(rounds: list[dict[str, float]]) -> dict[str, float]:
    """The same of several rounds."""
    return of({name: statistics.median(loops[name] for loops in rounds) for name in rounds[0]})
