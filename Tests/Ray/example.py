"""Finds the example, and gives its tests pictures and shards to work on."""

import contextlib
import io
import os
import sys
import tarfile
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = ROOT / "examples/ray"
PROGRAM = Path(os.environ.get("VISION_SERVER_BINARY", ROOT / ".build/release/vision-server")).resolve()
LONGEST = 100  # seconds that anything may take
PICTURE = (ROOT / "Models/demo/example.png").read_bytes()
sys.path.insert(0, str(EXAMPLE))


def write_tar(path: Path, members: list[tuple[str, bytes]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with tarfile.open(path, "w") as shard:
        for name, data in members:
            info = tarfile.TarInfo(name)
            info.size, info.mtime, info.mode = len(data), 1_700_000_000, 0o640
            shard.addfile(info, io.BytesIO(data))


def read_tar(path: Path) -> list[tuple[str, bytes]]:
    with tarfile.open(path) as shard:
        return [(info.name, shard.extractfile(info).read() if info.isreg() else b"") for info in shard]


def wait_until(condition: Callable[[], object], what: str) -> None:
    end = time.monotonic() + LONGEST
    while not condition():
        assert time.monotonic() < end, f"{what} takes longer than {LONGEST} s"
        time.sleep(0.02)


def servers(mark: str) -> list[int]:
    """The servers whose environment has a mark."""
    found = []
    for process in Path("/proc").iterdir():
        with contextlib.suppress(OSError):
            if process.name.isdigit() and f"TEST_MARK={mark}\0".encode() in (process / "environ").read_bytes():
                if (process / "cmdline").read_bytes().startswith(os.fsencode(PROGRAM)):
                    found.append(int(process.name))
    return found
