"""One step of the decoder: what more tokens cost, so that nothing is in it that comes before the first one."""

import ceilings
import models
import ours
import server
from timing import Contestant, alternate

FEW, MANY = 32, 96
BEAMS = 3


def measure(shape: str, rounds: int) -> dict:
    """Seconds of a step at position 64 on average, and the ceilings, by round."""
    picture = models.picture()
    contestants = [Contestant("ceilings", lambda: ceilings.probe(1)[0])]
    contestants += ours.contestants(
        shape, picture, lambda directory, precision: step(directory, picture, precision))
    return {"position": (FEW + MANY) / 2, "rounds": alternate(contestants, rounds)}


def step(directory, picture, precision: str) -> dict[str, float]:
    """The difference between a long answer and a short one, by step."""
    seconds = {}
    for tokens in (FEW, MANY):
        answer = server.caption(directory, [picture], precision, BEAMS, tokens)[-1]
        seconds[tokens] = answer["seconds"]["generate"]
    return {"step": (seconds[MANY] - seconds[FEW]) / (MANY - FEW)}
