"""What a result is worth nothing without: machine, date, commit, and how busy it was."""

import os
import platform
import subprocess
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


def commit() -> str:
    """The commit that is checked out, marked when sources differ from it."""
    arguments = ["git", "-C", str(REPOSITORY), "describe", "--always", "--dirty", "--abbrev=10"]
    return subprocess.run(arguments, capture_output=True, text=True).stdout.strip() or "unknown"


def stamp() -> dict:
    """All of it."""
    return {
        "machine": description(), "date": f"{datetime.now(timezone.utc):%Y-%m-%d %H:%M}", "commit": commit(),
        "load_average": round(load_average(), 1),
    }  # fmt: skip
