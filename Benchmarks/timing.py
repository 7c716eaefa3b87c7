"""Several contestants that take turns, and medians of what they took."""

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass

Seconds = dict[str, float]


@dataclass(frozen=True)
class Contestant:
    """Somebody who does the work once and says how long its stages took."""

    name: str
    time: Callable[[], Seconds]


def alternate(contestants: list[Contestant], rounds: int) -> dict[str, list[Seconds]]:
    """A B C A B C ...: what each took in each round. One who fails is left out from then on, with a line that says why."""
    seconds: dict[str, list[Seconds]] = {contestant.name: [] for contestant in contestants}
    failed = set()
    for number in range(rounds):
        for contestant in contestants:
            if contestant.name in failed:
                continue
            start = time.perf_counter()
            try:
                seconds[contestant.name].append(contestant.time())
            except Exception as error:  # noqa: BLE001 (one peer must not end the run)
                failed.add(contestant.name)
                seconds.pop(contestant.name)
                print(f"{contestant.name} failed: {error}", flush=True)
                continue
            took = time.perf_counter() - start
            parts = ", ".join(f"{stage} {value:.3f}" for stage, value in seconds[contestant.name][-1].items())
            print(f"round {number + 1} of {rounds}: {contestant.name}: {parts} ({took:.0f} s in all)", flush=True)
    return seconds


def median(rounds: list[Seconds], stage: str) -> float | None:
    """Of one stage; None where it was never measured."""
    values = [seconds[stage] for seconds in rounds if stage in seconds]
    return statistics.median(values) if values else None


def ratio(left: list[Seconds], right: list[Seconds], stage: str) -> float | None:
    """The median of left / right, each round by itself: what disturbs one round disturbs both sides."""
    pairs = [(a[stage], b[stage]) for a, b in zip(left, right) if stage in a and stage in b]
    return statistics.median(a / b for a, b in pairs) if pairs else None
