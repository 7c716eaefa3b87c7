"""What a result is worth nothing without: machine, date, commit, and how busy it was."""

import mmap
import os
import platform
import resource
import subprocess
import time
from datetime import datetime, timezone
from pathlib import Path

from places import REPOSITORY


def description() -> str:
    """Processor, threads and system."""
    model = platform.processor() or platform.machine()
    information = Path("/proc/cpuinfo")
    if information.exists():
        names = [line.split(":", 1)[1].strip() for line in information.read_text().splitlines() if "model name" in line]
        model = names[0] if names else model
    return f"{model}, {threads()} threads, {platform.system()}"


def threads() -> int:
    """The processors that this process may use; the server takes as many."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def load_average() -> float:
    """How many programs have been running during the last minute."""
    return os.getloadavg()[0] if hasattr(os, "getloadavg") else 0


def provide_memory(byte_count: int) -> float | None:
    """Touches as much fresh memory and lets it go, so that the next program meets memory that is there: seconds; Linux only.

    A virtual machine's host may provide memory only when it is touched, and take it back soon after it was freed.
    """
    if not hasattr(mmap, "MADV_HUGEPAGE"):
        return None
    start = time.perf_counter()
    with mmap.mmap(-1, byte_count, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS) as memory:
        memory.madvise(mmap.MADV_HUGEPAGE)
        for offset in range(0, byte_count, mmap.PAGESIZE):
            memory[offset] = 1
    return time.perf_counter() - start


class Disturbance:
    """How much of the processors other programs have used since this was made; Linux only."""

    def __init__(self):
        self.start = time.monotonic()
        self.all, self.own = _busy_seconds(), _own_seconds()

    def share(self) -> float | None:
        """0: nothing; 1: all of them. None where it cannot be known."""
        if self.all is None:
            return None
        others = (_busy_seconds() - self.all) - (_own_seconds() - self.own)
        return max(0.0, others / (time.monotonic() - self.start) / (os.cpu_count() or 1))


def _busy_seconds() -> float | None:
    """Of all programs, by /proc/stat: everything but idle and waiting for disks; what the host takes counts, too."""
    statistics = Path("/proc/stat")
    if not statistics.exists():
        return None
    user, nice, system, _, _, irq, softirq, steal = map(int, statistics.read_text().split("\n")[0].split()[1:9])
    return (user + nice + system + irq + softirq + steal) / os.sysconf("SC_CLK_TCK")


def _own_seconds() -> float:
    """Of this process and the children that have ended."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(usage.ru_utime + usage.ru_stime for usage in used)


def commit() -> str:
    """The commit that is checked out, marked when sources differ from it; of programs built elsewhere nobody knows."""
    if foreign := [name for name in ("VISION_SERVER_BINARY", "VISION_BENCHMARK_BINARY") if os.environ.get(name)]:
        return f"unknown ({' and '.join(foreign)} set)"
    arguments = ["git", "-C", str(REPOSITORY), "describe", "--always", "--dirty", "--abbrev=10"]
    return subprocess.run(arguments, capture_output=True, text=True).stdout.strip() or "unknown"


def stamp() -> dict:
    """All of it."""
    return {
        "machine": description(), "date": f"{datetime.now(timezone.utc):%Y-%m-%d %H:%M}", "commit": commit(),
        "load_average": round(load_average(), 1),
    }  # fmt: skip
