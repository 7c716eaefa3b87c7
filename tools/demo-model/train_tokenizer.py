"""Trains the demo model's tokenizer: a byte-level BPE like Florence-2's, with few merges and the same added tokens.

    python train_tokenizer.py --output DIR     # writes DIR/tokenizer.json

All 256 byte characters are in it, so any prompt can be encoded. `<image>` comes last, as in transformers' layout.
"""

import argparse
import random
from pathlib import Path

from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers, processors, trainers

from grammar import SHAPES, TASKS, WORDS
from scenes import plan

SPECIAL = ["<s>", "<pad>", "</s>", "<unk>"]
ADDED = [
    "<od>", "</od>", "<ocr>", "</ocr>", *[f"<loc_{i}>" for i in range(1000)], "<cap>", "</cap>", "<ncap>", "</ncap>", "<dcap>", "</dcap>",
    "<grounding>", "</grounding>", "<seg>", "</seg>", "<sep>", "<region_cap>", "</region_cap>",
    "<region_to_desciption>", "</region_to_desciption>",  # spelt so in Florence-2
    "<proposal>", "</proposal>", "<poly>", "</poly>", "<and>", "<image>"]


def texts():
    rng = random.Random(5)
    for _ in range(2500):
        scene, _ = plan(rng, (300, 300))
        for task, (_, answer) in TASKS.items():
            if task not in ("<OD>", "<MIXED_CAPTION>", "<MIXED_CAPTION_PLUS>"):
                yield answer(scene)
        scene.shapes = []
        yield from (answer(scene) for _, answer in TASKS.values())
    for word in [*SHAPES, *WORDS, *[prompt for prompt, _ in TASKS.values()]]:
        yield from [word] * 60


def train():
    tokenizer = Tokenizer(models.BPE(unk_token=None))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.train_from_iterator(texts(), trainers.BpeTrainer(
        vocab_size=960, special_tokens=SPECIAL, initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()), min_frequency=20, show_progress=False))
    tokenizer.add_special_tokens([AddedToken("<mask>", lstrip=True, special=True)])
    tokenizer.add_special_tokens([AddedToken(token, special=True, normalized=False) for token in ADDED])
    tokenizer.post_processor = processors.RobertaProcessing(("</s>", 2), ("<s>", 0), trim_offsets=True, add_prefix_space=False)
    return tokenizer


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--output", type=Path, required=True)
    args = parser.parse_args()
    args.output.mkdir(parents=True, exist_ok=True)
    tokenizer = train()
    tokenizer.save(str(args.output / "tokenizer.json"), pretty=False)
    print(f"{tokenizer.get_vocab_size()} tokens, <image> is {tokenizer.token_to_id('<image>')}")


if __name__ == "__main__":
    main()
