"""Where things are: the programs under test, the random models, the results. Importing this makes tools/reference importable."""

import os
import sys
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[1]
WORK = REPOSITORY / ".build-benchmarks"
RESULTS = WORK / "results"
REFERENCE = REPOSITORY / "tools" / "reference"
DEMO = REPOSITORY / "tools" / "demo-model"
sys.path.append(str(REFERENCE))


def program(name: str) -> Path:
    """A built program; VISION_SERVER_BINARY and VISION_BENCHMARK_BINARY name others."""
    variable = name.upper().replace("-", "_") + "_BINARY"
    path = Path(os.environ.get(variable) or REPOSITORY / ".build" / "release" / name).resolve()
    if not path.is_file():
        sys.exit(f"There is no program {path}. Build it (swift build -c release), or name it in {variable}.")
    return path
