"""Two builds of vision-server in turns, and one of them against itself: whether a change has cost time."""

import os
from collections.abc import Callable
from contextlib import contextmanager
from pathlib import Path

import models
import server
import together
import whole
from places import program
from timing import Contestant, Seconds, alternate, median, ratio

NAMES = ("this", "other", "this again")


def measure(other: Path, sections: list[str], shape: str, rounds: int) -> list[str]:
    """Lines of a table: the median seconds of both, their ratio by round, and that of this one against itself."""
    binaries = dict(zip(NAMES, (program("vision-server"), other.resolve(strict=True), program("vision-server"))))
    lines = []
    if "whole" in sections:
        for precision in server.supported_precisions(models.picture()):
            lines += rows(f"whole {shape} {precision}", pictures(binaries, shape, precision, rounds))
    if "together" in sections:
        lines += requests(binaries, shape, rounds)
    head = "| what | this | other | this / other | this / this again |"
    return [head, "|" + "---|" * 5, *lines]


def pictures(binaries: dict[str, Path], shape: str, precision: str, rounds: int) -> dict[str, list[Seconds]]:
    """The stages of the second of two pictures in one process."""
    directory, picture = models.directory(shape), models.picture()

    def contestant(name: str) -> Contestant:
        return Contestant(name, with_binary(binaries[name], lambda: whole.second_of_two(directory, picture, precision, 64)))

    return alternate([contestant(name) for name in NAMES], rounds)


def requests(binaries: dict[str, Path], shape: str, rounds: int) -> list[str]:
    """Eight requests at once, to a server of each build; the three stand idle while another one works."""
    files = [models.picture(seed, 640, 480) for seed in range(40, 40 + together.REQUESTS)]
    precisions = server.supported_precisions(files[0])
    precision = "bf16" if "bf16" in precisions else precisions[0]
    bodies = [server.request_body(file, server.PROMPT, together.BEAMS, 64) for file in files]
    options = (models.directory(shape), "--precision", precision, "--unload-after", "-1")
    with running(binaries["this"], *options) as this, running(binaries["other"], *options) as other:
        servers = {"this": this, "other": other, "this again": this}
        for found in (this, other):
            found.post("/load")

        def contestant(name: str) -> Contestant:
            return Contestant(name, lambda: together.at_once(servers[name], bodies, {"together": []}))

        return rows(f"together {shape} {precision}", alternate([contestant(name) for name in NAMES], rounds))


def rows(name: str, times: dict[str, list[Seconds]]) -> list[str]:
    """One line a stage."""
    this, other, again = (times[key] for key in NAMES)
    return [
        f"| {name}: {stage} | {median(this, stage):.3f} | {median(other, stage):.3f} "
        f"| {ratio(this, other, stage):.3f} | {ratio(this, again, stage):.3f} |"
        for stage in this[0]
    ]


def with_binary(binary: Path, work: Callable[[], Seconds]) -> Callable[[], Seconds]:
    """The same work, done by another build."""

    def run() -> Seconds:
        with chosen(binary):
            return work()

    return run


@contextmanager
def chosen(binary: Path):
    """What runs meanwhile is this build."""
    before = os.environ.get("VISION_SERVER_BINARY")
    os.environ["VISION_SERVER_BINARY"] = str(binary)
    try:
        yield
    finally:
        del os.environ["VISION_SERVER_BINARY"]
        if before is not None:
            os.environ["VISION_SERVER_BINARY"] = before


def running(binary: Path, *options) -> server.Server:
    """A server of this build, for a `with` block."""
    with chosen(binary):
        return server.Server(*options)
