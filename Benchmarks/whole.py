"""Whole pictures: 3 beams, 64 new tokens, every precision and both kinds of file, beside PyTorch."""

import ceilings
import machine
import models
import ours
import server
from timing import Contestant, alternate

STAGES = ("decode", "vision", "encoder", "generate")
BEAMS = 3


def measure(shape: str, rounds: int, tokens: int = 64) -> dict:
    """Seconds of each stage and of the whole, and the ceilings, by round; names are `precision file`."""
    from pytorch import PyTorch

    picture = models.picture()
    contestants = [Contestant("ceilings", lambda: ceilings.probe(1)[0])]
    contestants += ours.contestants(
        shape, picture, lambda directory, precision: second_of_two(directory, picture, precision, tokens))
    for precision in ("fp32", "bf16"):
        model = PyTorch(models.directory(shape), precision, machine.threads())
        model.time(picture, 4)
        contestants.append(
            Contestant(f"PyTorch {precision}", lambda model=model: with_whole(model.time(picture, tokens))))
    return {"tokens": tokens, "rounds": alternate(contestants, rounds)}


def second_of_two(directory, picture, precision: str, tokens: int) -> dict[str, float]:
    """The second of two pictures in one process, which is warm like the others."""
    answer = server.caption(directory, [picture, picture], precision, BEAMS, tokens)[-1]
    if len(answer["token_ids"]) != tokens + 1:
        raise RuntimeError(f"{tokens} tokens were asked for, vision-server wrote {len(answer['token_ids']) - 1}")
    return with_whole({stage: answer["seconds"][stage] for stage in STAGES})


def with_whole(seconds: dict[str, float]) -> dict[str, float]:
    """The stages and their sum."""
    return seconds | {"whole": sum(seconds.values())}
