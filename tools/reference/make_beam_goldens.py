"""Records what transformers' `generate` answers for a pseudo-random "model": Tests/Goldens/reference/beam_search.json.

The model is a hash of the sequence (see `hashed_logits`), so a test can replay every case without a network.
"""

import itertools
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy
import torch
from transformers import GenerationConfig, GenerationMixin, PretrainedConfig, PreTrainedModel
from transformers.modeling_outputs import CausalLMOutput
from transformers.utils import logging as transformers_logging

from beam_rule import Margin, Settings, beam_search, greedy

OUTPUT = Path(__file__).resolve().parents[2] / "Tests" / "Goldens" / "reference" / "beam_search.json"
SAFE_MARGIN = 2e-4  # closer decisions could fall otherwise under another rounding of the same numbers

transformers_logging.set_verbosity_error()


def splitmix64(state: numpy.ndarray) -> numpy.ndarray:
    """The output function of SplitMix64, its increment included, on unsigned 64-bit numbers that wrap around."""
    state = state + numpy.uint64(0x9E3779B97F4A7C15)
    state = (state ^ (state >> numpy.uint64(30))) * numpy.uint64(0xBF58476D1CE4E5B9)
    state = (state ^ (state >> numpy.uint64(27))) * numpy.uint64(0x94D049BB133111EB)
    return state ^ (state >> numpy.uint64(31))


def hashed_logits(ids: list[int], seed: int, context: int, vocabulary: int, eos_bias: float) -> numpy.ndarray:
    """Float32 logits in [0, 8) from the length and the last `context` ids; every operation is exact in float32."""
    state = splitmix64(numpy.array([seed], dtype=numpy.uint64))
    for value in [len(ids)] + ids[-context:]:
        state = splitmix64(state ^ numpy.uint64(value))
    top = splitmix64(state ^ numpy.arange(1, vocabulary + 1, dtype=numpy.uint64)) >> numpy.uint64(40)
    logits = top.astype(numpy.float32) * numpy.float32(2**-21)
    logits[2] += numpy.float32(eos_bias)
    return logits


class HashModel(PreTrainedModel, GenerationMixin):
    """A language model for `generate` whose logits are hashes."""

    config_class = PretrainedConfig
    main_input_name = "input_ids"

    def __init__(self, **hashing):
        super().__init__(PretrainedConfig(vocab_size=hashing["vocabulary"]))
        self.hashing = hashing
        self.anchor = torch.nn.Parameter(torch.zeros(1))  # tells `generate` the device

    def forward(self, input_ids, **_):
        """Logits of the next token only, [B, 1, V]."""
        rows = [hashed_logits(ids, **self.hashing) for ids in input_ids.tolist()]
        return CausalLMOutput(logits=torch.from_numpy(numpy.stack(rows)).unsqueeze(1))


def from_transformers(hashing: dict, settings: Settings) -> tuple[list[int], float | None]:
    """Ids and score as `generate` returns them."""
    config = GenerationConfig(
        num_beams=settings.num_beams, max_new_tokens=settings.max_new_tokens, do_sample=False,
        no_repeat_ngram_size=settings.no_repeat_ngram_size, forced_bos_token_id=settings.forced_bos,
        forced_eos_token_id=settings.forced_eos, early_stopping=settings.early_stopping,
        length_penalty=settings.length_penalty, min_new_tokens=settings.min_new_tokens or None,
        repetition_penalty=settings.repetition_penalty,
        bad_words_ids=[list(word) for word in settings.bad_words] or None,
        suppress_tokens=list(settings.suppress) or None, begin_suppress_tokens=list(settings.begin_suppress) or None,
        pad_token_id=1, eos_token_id=settings.eos, bos_token_id=0,
        use_cache=False, return_dict_in_generate=True, output_scores=True)  # fmt: skip
    start = torch.tensor([[settings.start]])
    output = HashModel(**hashing).generate(start, attention_mask=torch.ones_like(start), generation_config=config)
    scores = getattr(output, "sequences_scores", None)
    return output.sequences[0].tolist(), None if scores is None else scores[0].item()


def by_the_plain_rule(hashing: dict, settings: Settings) -> tuple[list[int], float | None] | None:
    """Ids and score of one case, or None where a decision was too close to record."""
    margin = Margin()

    def logits(sequence):
        return hashed_logits(sequence, **hashing)

    if settings.num_beams == 1:
        answer = greedy(logits, settings, margin), None
    else:
        answer = beam_search(logits, settings, margin)
    return answer if margin.value >= SAFE_MARGIN else None


def record(hashing: dict, settings: Settings) -> dict:
    """One case as transformers answers it; fails where the plain rule disagrees."""
    ids, score = from_transformers(hashing, settings)
    plain_ids, plain_score = by_the_plain_rule(hashing, settings)
    assert plain_ids == ids, (hashing, settings, plain_ids, ids)
    assert score is None or abs(plain_score - score) <= 1e-5 * max(1, abs(score)), (hashing, settings, score)
    return {**hashing, **vars(settings), "ids": ids, "score": score}


def cases() -> list[dict]:
    """A grid over every setting, and cases chosen because the three values of early_stopping answer differently."""
    chosen = []
    seeds = itertools.count(1)
    grid = itertools.product((1, 2, 3, 4), (0, 2, 3), ((0, 2), (None, 2), (0, None), (None, None)), (1, 2, 5, 14, 30))
    for index, (beams, ngram, (bos, eos), tokens) in enumerate(grid):
        if index % 3:
            continue
        penalty = (1.0, 0.5, 2.0, 0.0, -0.5)[index % 5]
        stopping = (True, False, "never")[index % 7 % 3]
        settings = Settings(beams, tokens, ngram, bos, eos, stopping, penalty)
        chosen.append(first_safe(seeds, settings, eos_bias=(-8.0, 0.5, 1.5, 3.0)[index % 4]))
    for beams, penalty, ngram in itertools.product((2, 3, 4), (0.5, 1.0, 2.0, -0.5), (0, 3)):
        chosen += disagreeing(seeds, beams, penalty, ngram)
    for beams, tokens, extra in itertools.product((1, 2, 3), (6, 20), PROCESSORS):
        settings = Settings(beams, tokens, 3 if tokens == 6 else 2, **extra)
        chosen.append(mattering(seeds, settings, extra))
    return chosen


# One rule at a time, then several together, with and without the forced tokens.
PROCESSORS = (
    {"min_new_tokens": 5},
    {"min_new_tokens": 12, "forced_bos": None},
    {"min_new_tokens": 99},
    {"repetition_penalty": 1.7},
    {"repetition_penalty": 0.6, "forced_bos": None, "forced_eos": None},
    {"suppress": (5, 7, 9, 11)},
    {"begin_suppress": (3, 4, 5, 6, 7, 8)},
    {"begin_suppress": (3, 4, 5, 6, 7, 8), "forced_bos": None},
    {"bad_words": ((5,), (2,), (0, 6), (7, 8, 9), (0, 10), (0, 11), (0, 12))},
    {"bad_words": ((2, 4), (2, 5), (2, 6)), "forced_bos": None},
    {
        "min_new_tokens": 4, "repetition_penalty": 1.3, "suppress": (6,), "begin_suppress": (7, 8),
        "bad_words": ((4,), (0, 5), (9, 10)), "early_stopping": False, "length_penalty": 2.0,
    },
)  # fmt: skip


def mattering(seeds: Iterator[int], settings: Settings, extra: dict) -> dict:
    """The next seed whose decisions are all clear and whose answer is another without these rules."""
    neutral = replace(settings, **{name: getattr(PLAIN, name) for name in extra if name not in KEPT})
    for seed in seeds:
        hashing = {"seed": seed, "context": 1 + seed % 4, "vocabulary": 16 + seed % 50, "eos_bias": 2.0 + seed % 3}
        with_rules = by_the_plain_rule(hashing, settings)
        if with_rules and with_rules != by_the_plain_rule(hashing, neutral):
            return record(hashing, settings)
    raise AssertionError("seeds never end")


PLAIN = Settings(1, 1)
KEPT = ("forced_bos", "forced_eos", "early_stopping", "length_penalty")


def first_safe(seeds: Iterator[int], settings: Settings, eos_bias: float) -> dict:
    """The next seed whose decisions are all clear."""
    for seed in seeds:
        hashing = {"seed": seed, "context": 1 + seed % 4, "vocabulary": 16 + seed % 50, "eos_bias": eos_bias}
        if by_the_plain_rule(hashing, settings):
            return record(hashing, settings)
    raise AssertionError("seeds never end")


def disagreeing(seeds: Iterator[int], beams: int, penalty: float, ngram: int) -> list[dict]:
    """The three values of early_stopping on the next seed for which at least two of them answer differently."""
    choices = [Settings(beams, 18, ngram, 0, 2, value, penalty) for value in (True, False, "never")]
    for seed in itertools.islice(seeds, 100):
        hashing = {"seed": seed, "context": 3, "vocabulary": 24 + seed % 9, "eos_bias": 1.0 + seed % 3}
        answers = [by_the_plain_rule(hashing, settings) for settings in choices]
        if all(answers) and len({tuple(ids) for ids, _ in answers}) > 1:
            return [record(hashing, settings) for settings in choices]
    return []


def main() -> None:
    """Writes the golden file."""
    recorded = cases()
    lines = ",\n".join("    " + json.dumps(case) for case in recorded)
    OUTPUT.parent.mkdir(parents=True, exist_ok=True)
    head = '{\n  "generator": "tools/reference/make_beam_goldens.py",\n  "cases": [\n'
    OUTPUT.write_text(head + lines + "\n  ]\n}\n")
    print(f"{len(recorded)} cases, {OUTPUT.stat().st_size} bytes")


if __name__ == "__main__":
    main()
