"""vision-server as contestants: every precision, with both kinds of file."""

from collections.abc import Callable
from pathlib import Path

import models
import server
from timing import Contestant, Seconds


def contestants(shape: str, picture: Path, ask: Callable[[Path, str], Seconds]) -> list[Contestant]:
    """One for each precision that the program has and each file, named `precision file`; `ask` gets model and precision."""
    return [
        Contestant(
            f"{precision} {file}",
            lambda directory=models.directory(shape, file), precision=precision: ask(directory, precision))
        for precision in server.supported_precisions(picture)
        for file in ("fp16", "fp32")
    ]  # fmt: skip
