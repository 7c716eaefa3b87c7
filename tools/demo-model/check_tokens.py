"""Proves that every training target can be generated: no three token ids follow each other twice in any of them.

    python check_tokens.py --checkpoint DIR [--scenes 20000]

The ids are those that the decoder sees: the decoder's start, <s>, the text, </s>. Also asserts that labels and words
are single tokens, and prints the longest target of each task.
"""

import argparse
import random
from pathlib import Path

from tokenizers import Tokenizer

from grammar import SHAPES, TASKS, WORDS, repeats_trigram
from modeling import IDS
from scenes import plan


def assert_no_repeats(tokenizer, scenes):
    longest = dict.fromkeys(TASKS, 0)
    for scene in scenes:
        for task, (_, answer) in TASKS.items():
            ids = [IDS["decoder_start_token_id"], *tokenizer.encode(answer(scene)).ids]
            assert not repeats_trigram(ids), f"{task}: {answer(scene)!r}"
            longest[task] = max(longest[task], len(ids))
    return longest


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--checkpoint", type=Path, required=True)
    parser.add_argument("--scenes", type=int, default=20000)
    args = parser.parse_args()
    tokenizer = Tokenizer.from_file(str(args.checkpoint / "tokenizer.json"))
    for word in [*SHAPES, *WORDS]:
        assert len(tokenizer.encode(word, add_special_tokens=False).ids) == 1, word
    scenes = []
    for seed in range(args.scenes):
        scene, _ = plan(random.Random(seed), (240, 520))
        scenes.append(scene)
    print(f"no trigram is repeated in {len(scenes) * len(TASKS)} targets; longest: {assert_no_repeats(tokenizer, scenes)}")


if __name__ == "__main__":
    main()
