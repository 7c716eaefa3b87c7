"""The generation rule of transformers 5.23 written out plainly, one sequence at a time.

It exists to be checked against `generate`: what agrees on hundreds of settings may be ported line by line.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy

DEAD = numpy.float32(-1e9)
Logits = Callable[[list[int]], numpy.ndarray]


@dataclass(frozen=True)
class Settings:
    """What the rule depends on. None switches a forced token off, an n-gram size of 0 the n-gram ban, and the values
    that the others have here switch them off."""

    num_beams: int
    max_new_tokens: int
    no_repeat_ngram_size: int = 3
    forced_bos: int | None = 0
    forced_eos: int | None = 2
    early_stopping: bool | str = True
    length_penalty: float = 1.0
    start: int = 2
    eos: int = 2
    min_new_tokens: int = 0
    repetition_penalty: float = 1.0
    bad_words: tuple[tuple[int, ...], ...] = ()
    suppress: tuple[int, ...] = ()
    begin_suppress: tuple[int, ...] = ()

    @property
    def max_length(self) -> int:
        """Longest sequence, start token included."""
        return 1 + self.max_new_tokens


@dataclass
class Beam:
    """A sequence and its score: the sum of log-probabilities, or that sum normalised once the sequence is finished."""

    ids: list[int]
    score: numpy.float32
    is_finished: bool = False


class Margin:
    """The smallest distance between two scores whose order decided something."""

    def __init__(self):
        self.value = numpy.inf

    def note(self, better: float, worse: float) -> None:
        """Records the distance of two scores, unless one of them is dead."""
        if min(better, worse) > DEAD / 100:
            self.value = min(self.value, abs(float(better) - float(worse)))


def processed(scores: numpy.ndarray, ids: list[int], settings: Settings) -> numpy.ndarray:
    """What changes the scores, in the order of transformers; a later rule overwrites an earlier one."""
    size, length = settings.no_repeat_ngram_size, len(ids)
    if settings.repetition_penalty != 1:
        penalty = numpy.float32(settings.repetition_penalty)
        for token in set(ids):
            scores[token] = scores[token] * penalty if scores[token] < 0 else scores[token] / penalty
    if size > 0 and length >= size:
        prefix = ids[length + 1 - size :]
        for first in range(length - size + 1):
            if ids[first : first + size - 1] == prefix:
                scores[ids[first + size - 1]] = -numpy.inf
    for word in settings.bad_words:
        if word != (settings.eos,) and len(word) - 1 <= length and tuple(ids[length - len(word) + 1 :]) == word[:-1]:
            scores[word[-1]] = -numpy.inf
    if length <= settings.min_new_tokens:
        scores[settings.eos] = -numpy.inf
    for token, position in ((settings.forced_bos, 1), (settings.forced_eos, settings.max_length - 1)):
        if token is not None and length == position:
            scores[:] = -numpy.inf
            scores[token] = 0
    scores[list(settings.suppress)] = -numpy.inf
    if length == (1 if settings.forced_bos is None else 2):
        scores[list(settings.begin_suppress)] = -numpy.inf
    return scores


def log_softmax(logits: numpy.ndarray) -> numpy.ndarray:
    """In float32, in PyTorch's order: (x - max) - log(sum of exp(x - max))."""
    shifted = logits - logits.max()
    return shifted - numpy.log(numpy.exp(shifted).sum(dtype=numpy.float32))


def normalised(score: numpy.float32, generated: int, settings: Settings) -> numpy.float32:
    """The divisor is a power in double precision, rounded to float32; the division is one of float32."""
    return numpy.float32(score) / numpy.float32(float(generated) ** settings.length_penalty)


def greedy(logits: Logits, settings: Settings, margin: Margin) -> list[int]:
    """The best raw logit after the processors, lowest id among equals."""
    ids = [settings.start]
    while True:
        scores = processed(logits(ids), ids, settings)
        best, second = numpy.sort(scores)[::-1][:2]
        margin.note(best, second)
        ids.append(int(scores.argmax()))
        if ids[-1] == settings.eos or len(ids) >= settings.max_length:
            return ids


def beam_search(logits: Logits, settings: Settings, margin: Margin) -> tuple[list[int], float]:
    """Ids and normalised score of the winning hypothesis."""
    count = settings.num_beams
    running = [Beam([settings.start], numpy.float32(0) if beam == 0 else DEAD) for beam in range(count)]
    finished = [Beam([settings.start], DEAD) for _ in range(count)]
    length = 1
    while True:
        top = candidates(logits, running, settings, margin)
        hits = [beam.ids[-1] == settings.eos or length + 1 >= settings.max_length for beam in top]
        order = sorted(range(2 * count), key=lambda rank: hits[rank])  # stable: in rank order, those that end last
        running = [
            Beam(top[rank].ids, top[rank].score + DEAD if hits[rank] else top[rank].score) for rank in order[:count]
        ]
        for rank in range(count):
            if hits[rank]:
                finished.append(Beam(top[rank].ids, normalised(top[rank].score, length, settings), True))
        finished.sort(key=lambda beam: -beam.score)  # a stable sort: the older of equals stays ahead
        if len(finished) > count:
            margin.note(finished[count - 1].score, finished[count].score)
        finished = finished[:count]
        length += 1
        if not goes_on(running, finished, hits, length, settings, margin):
            margin.note(finished[0].score, finished[1].score)
            return finished[0].ids, float(finished[0].score)


def candidates(logits: Logits, running: list[Beam], settings: Settings, margin: Margin) -> list[Beam]:
    """The best 2K continuations, best first; of equal ones the lower beam, then the lower token."""
    rows = [processed(log_softmax(logits(beam.ids)), beam.ids, settings) + beam.score for beam in running]
    flat = numpy.concatenate(rows)
    order = numpy.argsort(-flat, kind="stable")[: 2 * settings.num_beams + 1]
    for better, worse in zip(order, order[1:]):
        margin.note(flat[better], flat[worse])
    vocabulary = len(rows[0])
    return [
        Beam(running[index // vocabulary].ids + [index % vocabulary], flat[index]) for index in order[:-1].tolist()
    ]


def goes_on(
    running: list[Beam], finished: list[Beam], hits: list[bool], length: int, settings: Settings, margin: Margin
) -> bool:
    """Whether another step is taken; `length` already counts the token that was just added."""
    may_use_longest = settings.early_stopping == "never" and settings.length_penalty > 0
    generated = settings.max_length - 1 if may_use_longest else length - 1
    possible = normalised(running[0].score, generated, settings)
    worst = min(beam.score for beam in finished)
    is_full = all(beam.is_finished for beam in finished)
    if is_full and settings.early_stopping is not True:
        margin.note(possible, worst)
    is_improvable = any(possible > (worst if beam.is_finished else DEAD) for beam in finished)
    return is_improvable and not (is_full and settings.early_stopping is True) and not all(hits)
