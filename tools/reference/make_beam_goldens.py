"""Records what transformers' `generate` answers for a pseudo-random "model": Tests/Goldens/reference/beam_search.json.

The model is a hash of the sequence (see `hashed_logits`), so a test can replay every case without a network.
"""

import itertools
import json
from pathlib import Path

import numpy
import torch
from transformers import GenerationConfig, GenerationMixin, PretrainedConfig, PreTrainedModel
from transformers.modeling_outputs import CausalLMOutput
from transformers.utils import logging as transformers_logging

from beam_rule import Margin, Settings, beam_search, greedy

OUTPUT = Path(__file__).resolve().parents[2] / "Tests" / "Goldens" / "reference" / "beam_search.json"
MASK = (1 << 64) - 1
SAFE_MARGIN = 2e-4  # closer decisions could fall otherwise under another rounding of the same numbers

transformers_logging.set_verbosity_error()


def splitmix64(state: int) -> int:
    """The output function of SplitMix64, its increment included."""
    state = (state + 0x9E3779B97F4A7C15) & MASK
    state = ((state ^ (state >> 30)) * 0xBF58476D1CE4E5B9) & MASK
    state = ((state ^ (state >> 27)) * 0x94D049BB133111EB) & MASK
    return state ^ (state >> 31)


def hashed_logits(ids: list[int], seed: int, context: int, vocabulary: int, eos_bias: float) -> numpy.ndarray:
    """Float32 logits in [0, 8) from the last `context` ids and the length; every operation is exact in float32."""
    state = splitmix64(seed)
    for value in [len(ids)] + ids[-context:]:
        state = splitmix64(state ^ value)
    top = [splitmix64(state ^ (token + 1)) >> 40 for token in range(vocabulary)]
    logits = numpy.array(top, dtype=numpy.float32) * numpy.float32(2**-21)
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
        length_penalty=settings.length_penalty, pad_token_id=1, eos_token_id=settings.eos, bos_token_id=0,
        use_cache=False, return_dict_in_generate=True, output_scores=True)  # fmt: skip
    start = torch.tensor([[settings.start]])
    output = HashModel(**hashing).generate(start, attention_mask=torch.ones_like(start), generation_config=config)
    scores = getattr(output, "sequences_scores", None)
    return output.sequences[0].tolist(), None if scores is None else scores[0].item()


def record(hashing: dict, settings: Settings) -> dict | None:
    """One case, or None where a decision was too close; fails where the plain rule and transformers disagree."""
    ids, score = from_transformers(hashing, settings)
    margin = Margin()

    def logits(sequence):
        return hashed_logits(sequence, **hashing)

    if settings.num_beams == 1:
        plain = greedy(logits, settings, margin)
    else:
        plain, plain_score = beam_search(logits, settings, margin)
        assert abs(plain_score - score) <= 1e-5 * abs(score), (hashing, settings, plain_score, score)
    if margin.value < SAFE_MARGIN:
        return None
    assert plain == ids, (hashing, settings, plain, ids)
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
        chosen.append(first_safe(seeds, settings, eos_bias=(0.0, 1.5, 3.0, 4.0)[index % 4]))
    for beams, penalty, ngram in itertools.product((2, 3, 4), (0.5, 1.0, 2.0, -0.5), (0, 3)):
        chosen += disagreeing(seeds, beams, penalty, ngram)
    return chosen


def first_safe(seeds, settings: Settings, eos_bias: float) -> dict:
    """The next seed whose decisions are all clear."""
    while True:
        seed = next(seeds)
        hashing = {"seed": seed, "context": 1 + seed % 4, "vocabulary": 16 + seed % 50, "eos_bias": eos_bias}
        if case := record(hashing, settings):
            return case


def disagreeing(seeds, beams: int, penalty: float, ngram: int) -> list[dict]:
    """The three values of early_stopping on the next seed for which at least two of them answer differently."""
    for seed in itertools.islice(seeds, 400):
        hashing = {"seed": seed, "context": 3, "vocabulary": 24 + seed % 9, "eos_bias": 2.0 + seed % 3}
        found = [record(hashing, Settings(beams, 18, ngram, 0, 2, value, penalty)) for value in (True, False, "never")]
        if all(found) and len({tuple(case["ids"]) for case in found}) > 1:
            return found
    return []


def main() -> None:
    """Writes the golden file."""
    recorded = cases()
    lines = ",\n".join("    " + json.dumps(case) for case in recorded)
    OUTPUT.parent.mkdir(parents=True, exist_ok=True)
    OUTPUT.write_text('{\n  "generator": "tools/reference/make_beam_goldens.py",\n  "cases": [\n' + lines + "\n  ]\n}\n")
    print(f"{len(recorded)} cases, {OUTPUT.stat().st_size} bytes")


if __name__ == "__main__":
    main()
