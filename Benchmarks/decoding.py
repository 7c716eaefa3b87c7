"""One step of the decoder: what more tokens cost, so that nothing is in it that comes before the first one."""

import ceilings
import models
import server
from timing import Contestant, alternate

FEW, MANY = 32, 96
BEAMS = 3


def measure(shape: str, rounds: int) -> dict:
    """Seconds of a step at position 64 on average, and the ceilings, by round."""
    picture = models.picture()
    contestants = [Contestant("ceilings", lambda: ceilings.probe(1)[0])]
    for precision in server.supported_precisions(picture):
        for file in ("fp16", "fp32"):
            directory = models.directory(shape, file)
            contestants.append(Contestant(
                f"{precision} {file}",
                lambda directory=directory, precision=precision: step(directory, picture, precision)))  # fmt: skip
    return {"position": (FEW + MANY) / 2, "rounds": alternate(contestants, rounds)}


def step(directory, picture, precision: str) -> dict[str, float]:
    """The difference between a long answer and a short one, by step."""
    seconds = {}
    for tokens in (FEW, MANY):
        answer = server.caption(directory, [picture], precision, BEAMS, tokens)[-1]
        seconds[tokens] = answer["seconds"]["generate"]
    return {"step": (seconds[MANY] - seconds[FEW]) / (MANY - FEW)}
