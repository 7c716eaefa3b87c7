"""Compares `vision-server` with transformers, live: random models of many shapes in both layouts, and the demo model.

    python compare.py [--binary .build/release/vision-server] [--only NAME] [--quick] [--list]

The last line is `N passed, N failed`; the exit status is 1 if anything failed.
"""

import argparse
import itertools
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, replace
from pathlib import Path

import numpy
import torch

import pictures
import shapes
from beam_rule import Margin, Settings, beam_search, greedy
from checkpoints import ABSENT, FLORENCE_GENERATION, Recipe, write
from comparison import Report
from engine import Engine, EngineError
from reference import Encoded, Reference

REPOSITORY = Path(__file__).resolve().parents[2]
DEMO_SEED = 20_000_000
DEMO_TASKS = (
    "<CAPTION>", "<DETAILED_CAPTION>", "<MORE_DETAILED_CAPTION>", "<OD>", "<OCR>",
    "<GENERATE_TAGS>", "<MIXED_CAPTION>", "<MIXED_CAPTION_PLUS>", "<ANALYZE>",
)  # fmt: skip
PROMPTS = ("<CAPTION>", "<OD>", "<MIXED_CAPTION_PLUS>", "<CAPTION_TO_PHRASE_GROUNDING> a red Cat, and 3 dogs ")


@dataclass(frozen=True)
class Case:
    """A random model and how much of it is compared."""

    recipe: Recipe
    pictures: int = 4
    prompts: tuple[str, ...] = PROMPTS
    beams: tuple[int, ...] = (3, 1)
    max_new_tokens: int | None = 40
    asked: tuple[dict, ...] = ({},)  # what requests set besides
    is_big: bool = False


def tiny(recipe: Recipe, **options) -> Case:
    """A case that takes seconds."""
    return Case(recipe, **options)


def big(recipe: Recipe, **options) -> Case:
    """A case of a published size: one picture, a short answer."""
    return Case(recipe, pictures=1, prompts=("<CAPTION>",), max_new_tokens=12, is_big=True, **options)


FREE = {
    "no_repeat_ngram_size": 0, "early_stopping": False, "length_penalty": 2.0, "num_beams": 4,
    "forced_eos_token_id": 2,
}  # fmt: skip
NOTHING = dict.fromkeys(FLORENCE_GENERATION, ABSENT)
# Only the ids without which nothing can be generated.
SPARSE = NOTHING | {"bos_token_id": 0, "eos_token_id": 2, "decoder_start_token_id": 2}
NULLS = {"no_repeat_ngram_size": None, "forced_bos_token_id": None, "forced_eos_token_id": None, "num_beams": 2}
MANY = tuple(range(40, 400))
RULES = {
    "min_length": 14, "repetition_penalty": 1.4, "suppress_tokens": [5, 6, 7, *MANY], "length_penalty": 1.5,
    "begin_suppress_tokens": [8, 9, *range(400, 900)], "bad_words_ids": [[4], [2], [0, 10], [0, 901], [0, 902, 903]],
}  # fmt: skip
ASKED = (
    {"no_repeat_ngram_size": 1}, {"length_penalty": -1.0}, {"repetition_penalty": 2.5}, {"min_new_tokens": 25},
    {"no_repeat_ngram_size": 0, "length_penalty": 3.0, "repetition_penalty": 0.7, "min_new_tokens": 7},
)  # fmt: skip
CASES = {
    "tiny padded native tied F32": tiny(Recipe(shapes.PADDED, seed=11)),
    "tiny padded original tied F32": tiny(Recipe(shapes.PADDED, "original", seed=11)),
    "tiny padded native untied F16": tiny(Recipe(shapes.PADDED, head="untied", storage="F16", seed=12)),
    "tiny padded original untied F16 duplicates": tiny(
        Recipe(shapes.PADDED, "original", "untied", "F16", seed=12, duplicates=True, logits_bias=1.0)
    ),
    "tiny lopsided native untied BF16": tiny(Recipe(shapes.LOPSIDED, head="untied", storage="BF16", seed=13)),
    "tiny lopsided native tied F32 two shards": tiny(Recipe(shapes.LOPSIDED, seed=14, shards=2)),
    "tiny wide window native tied BF16": tiny(Recipe(shapes.WIDE_WINDOW, storage="BF16", seed=15)),
    "tiny wide window original untied F32 shards": tiny(
        Recipe(shapes.WIDE_WINDOW, "original", "untied", seed=15, shards=3)
    ),
    "tiny wide window original tied duplicates": tiny(
        Recipe(shapes.WIDE_WINDOW, "original", seed=16, storage="F16", duplicates=True)
    ),
    "tiny settings: no ban, late stop": tiny(
        Recipe(shapes.WIDE_WINDOW, seed=17, generation=FREE), beams=(None, 3, 2), prompts=PROMPTS[:2]
    ),
    "tiny settings: never, short preferred": tiny(
        Recipe(shapes.PADDED, seed=18, generation={"early_stopping": "never", "length_penalty": 0.5}),
        beams=(None, 2), prompts=PROMPTS[:2],
    ),
    "tiny settings: absent keys, original": tiny(
        Recipe(shapes.PADDED, "original", seed=19, generation=NOTHING), beams=(None, 4), prompts=PROMPTS[:2]
    ),
    "tiny settings: in text_config, native": tiny(
        Recipe(shapes.PADDED, seed=20, generation={"num_beams": 2}, generation_file=False),
        beams=(None, 3), prompts=PROMPTS[:2],
    ),
    "tiny settings: nothing but ids, native": tiny(
        Recipe(shapes.WIDE_WINDOW, seed=31, generation=SPARSE), beams=(None, 1), prompts=PROMPTS[:2]
    ),
    "tiny settings: nulls, native": tiny(
        Recipe(shapes.WIDE_WINDOW, seed=32, generation=NULLS), beams=(None, 1), prompts=PROMPTS[:2]
    ),
    "tiny settings: nulls, original": tiny(
        Recipe(shapes.PADDED, "original", seed=33, generation=NULLS), beams=(None, 1), prompts=PROMPTS[:2]
    ),
    "tiny settings: no end token, native": tiny(
        Recipe(shapes.WIDE_WINDOW, seed=34, generation=SPARSE | {"eos_token_id": ABSENT}), beams=(None, 1),
        prompts=PROMPTS[:1],
    ),
    "tiny settings: start from bos, native": tiny(
        Recipe(shapes.WIDE_WINDOW, seed=35, generation={"decoder_start_token_id": ABSENT}), prompts=PROMPTS[:1]
    ),
    "tiny settings: rules, native": tiny(
        Recipe(shapes.WIDE_WINDOW, seed=36, generation=RULES), beams=(None, 1, 2), prompts=PROMPTS[:2]
    ),
    "tiny settings: rules, original": tiny(
        Recipe(shapes.PADDED, "original", seed=37, generation=RULES | {"forced_bos_token_id": None}),
        beams=(None, 1, 2), prompts=PROMPTS[:2],
    ),
    "tiny settings: lengths of the file, native": tiny(
        Recipe(shapes.WIDE_WINDOW, seed=38, generation={"max_length": 9, "min_new_tokens": 6}), beams=(None, 1),
        prompts=PROMPTS[:2], max_new_tokens=None,
    ),
    "tiny settings: lengths of text_config, original": tiny(
        Recipe(shapes.WIDE_WINDOW, "original", seed=39, generation={"max_length": 9, "min_length": 8}), beams=(None, 1),
        prompts=PROMPTS[:1],
    ),
    "tiny settings: asked for": tiny(
        Recipe(shapes.WIDE_WINDOW, seed=40, generation={"min_new_tokens": 9, "repetition_penalty": 1.2}),
        beams=(None, 1), prompts=PROMPTS[:1], asked=ASKED,
    ),
    "tiny own decoder embedding, native": tiny(
        Recipe(shapes.WIDE_WINDOW, seed=41, own_decoder=True), prompts=PROMPTS[:2]
    ),
    "tiny scaled embedding, native": tiny(
        Recipe(shapes.WIDE_WINDOW, head="untied", seed=42, scale_embedding=True), prompts=PROMPTS[:2]
    ),
    "tiny scaled embedding, original": tiny(
        Recipe(shapes.PADDED, "original", "untied", seed=43, scale_embedding=True), prompts=PROMPTS[:2]
    ),
    "tiny head only, native": tiny(
        Recipe(shapes.WIDE_WINDOW, seed=44, shared_as="lm_head.weight"), prompts=PROMPTS[:1]
    ),
    "tiny F64, native": tiny(Recipe(shapes.PADDED, storage="F64", seed=45), prompts=PROMPTS[:1]),
    "tiny F64, original": tiny(Recipe(shapes.PADDED, "original", "untied", "F64", seed=46), prompts=PROMPTS[:1]),
    "tiny lean config, processor_config, native": tiny(
        Recipe(shapes.LOPSIDED, seed=47, lean=True, processor_file=True), prompts=PROMPTS[:1]
    ),
    "tiny lean config, original": tiny(Recipe(shapes.PADDED, "original", seed=48, lean=True), prompts=PROMPTS[:1]),
    "tiny behind module., native": tiny(
        Recipe(shapes.WIDE_WINDOW, seed=49, wrapper="module._orig_mod."), prompts=PROMPTS[:1]
    ),
    "tiny behind base_model.model., original": tiny(
        Recipe(shapes.PADDED, "original", seed=50, wrapper="base_model.model."), prompts=PROMPTS[:1]
    ),
    "base native tied F16": big(Recipe(shapes.BASE, storage="F16", seed=21)),
    "base native untied BF16": big(Recipe(shapes.BASE, head="untied", storage="BF16", seed=22)),
    "base original tied F16": big(Recipe(shapes.BASE, "original", storage="F16", seed=21), beams=(3,)),
    "base original untied F32": big(Recipe(shapes.BASE, "original", "untied", "F32", seed=23), beams=(3,)),
    "large native tied F16": big(Recipe(shapes.LARGE, storage="F16", seed=25), beams=(3,)),
    "large original untied F16": big(Recipe(shapes.LARGE, "original", "untied", "F16", seed=24), beams=(3,)),
}  # fmt: skip


def compare_case(name: str, case: Case, binary: Path, folder: Path, report: Report) -> None:
    """Writes the model, asks both sides, compares."""
    directory = write(case.recipe, folder / "model")
    seen = pictures.draw_all(folder / "pictures", case.pictures, case.recipe.seed)
    # transformers knows no names of training tools.
    plain = write(replace(case.recipe, wrapper=""), folder / "plain") if case.recipe.wrapper else directory
    reference = Reference(plain)
    engine = Engine(binary, directory)
    pixel_values = reference.pixel_values(seen[0])
    theirs = {"pixel_values": pixel_values[0]} | reference.vision(pixel_values)
    encoded = reference.encode(theirs["image_features"].unsqueeze(0), case.prompts[0])
    decoder_ids = random_ids(case.recipe)
    theirs |= {"encoder_states": encoded.states[0], "logits": reference.logits(encoded, decoder_ids)}
    report.tensors(name, engine.inspect(seen[0], case.prompts[0], decoder_ids), theirs)
    features = [theirs["image_features"]]
    features += [reference.image_features(reference.pixel_values(picture))[0] for picture in seen[1:]]
    for prompt in case.prompts:
        batch = [reference.encode(feature.unsqueeze(0), prompt) for feature in features]
        for beams, asked in itertools.product(case.beams, case.asked):
            chosen = {"num_beams": beams, "max_new_tokens": case.max_new_tokens} | asked
            chosen = {key: value for key, value in chosen.items() if value is not None}
            expected = [reference.generate(one, **chosen)[0][0] for one in batch]
            answers = [answer["token_ids"] for answer in engine.caption(seen, prompt, **chosen)]
            what = f"{'own' if beams is None else beams} beams {prompt[:14]} {' '.join(map(str, asked.values()))}"
            if report.tokens(name, what, answers, expected, [picture.name for picture in seen]):
                continue
            wrong = next(index for index, ids in enumerate(expected) if ids != answers[index])
            margin = closest_decision(reference, batch[wrong], chosen)
            print(f"     the reference's own closest decision there: {margin:.1e}", flush=True)


def closest_decision(reference: Reference, encoded: Encoded, overrides: dict) -> float:
    """How far apart the two closest scores were whose order mattered: says whether a difference is only rounding."""
    settings = reference.merged(**overrides)
    longest = settings.get("max_new_tokens") or settings["max_length"] - 1
    shortest = settings.get("min_new_tokens", max(0, settings.get("min_length", 0) - 1))
    plain = Settings(
        settings["num_beams"], longest, settings.get("no_repeat_ngram_size", 0), settings.get("forced_bos_token_id"),
        settings.get("forced_eos_token_id"), settings.get("early_stopping", False),
        settings.get("length_penalty", 1.0), settings.get("decoder_start_token_id", 0),
        settings.get("eos_token_id", -1), shortest, settings.get("repetition_penalty", 1.0),
        tuple(map(tuple, settings.get("bad_words_ids") or ())), tuple(settings.get("suppress_tokens") or ()),
        tuple(settings.get("begin_suppress_tokens") or ()))  # fmt: skip
    margin = Margin()

    def logits(ids: list[int]) -> numpy.ndarray:
        return reference.logits(encoded, ids)[-1].numpy().copy()

    (greedy if plain.num_beams == 1 else beam_search)(logits, plain, margin)
    return margin.value


def random_ids(recipe: Recipe) -> list[int]:
    """A decoder input that no beam search would write, repeated ids and the last row among them."""
    random = numpy.random.default_rng(recipe.seed)
    return [2, 0, *random.integers(4, recipe.vocabulary, 12).tolist(), 5, 5, recipe.vocabulary - 1]


def compare_demo(binary: Path, folder: Path, report: Report, count: int) -> None:
    """The demo model on pictures that its training never saw: every task, with 3 beams and with 1."""
    seen = draw_scenes(folder / "pictures", count)
    directory = REPOSITORY / "Models" / "demo"
    reference = Reference(directory)
    pixel_values = torch.cat([reference.pixel_values(picture) for picture in seen])
    features = reference.image_features(pixel_values)
    for task in DEMO_TASKS:
        encoded = reference.encode(features, task)
        for beams in (3, 1):
            started = time.monotonic()
            expected, _ = reference.generate(encoded, max_new_tokens=200, num_beams=beams)
            took = time.monotonic() - started
            answers = [answer["token_ids"] for answer in Engine(binary, "demo").caption(seen, task, num_beams=beams, max_new_tokens=200)]
            expected = confirmed(reference, features, task, beams, answers, expected)
            report.tokens("demo", f"{beams} beams {task}", answers, expected, [picture.name for picture in seen])
            print(f"     reference {took:.0f} s, engine {time.monotonic() - started - took:.0f} s", flush=True)


def confirmed(reference, features, task: str, beams: int, ours: list, batched: list) -> list[list[int]]:
    """The reference's answers; where they differ from ours they are asked again one by one.

    A batch is a shortcut: its products are rounded differently from those of one picture, which is what is compared.
    """
    expected = list(batched)
    for index, (left, right) in enumerate(zip(ours, batched)):
        if left != right:
            encoded = reference.encode(features[index : index + 1], task)
            expected[index] = reference.generate(encoded, max_new_tokens=200, num_beams=beams)[0][0]
    return expected


def draw_scenes(folder: Path, count: int) -> list[Path]:
    """Pictures of the demo model's own world, by the script that its figures are measured with."""
    script = REPOSITORY / "tools" / "demo-model" / "draw.py"
    arguments = ["--seed", str(DEMO_SEED), "--count", str(count), "--output", str(folder)]
    subprocess.run([sys.executable, str(script), *arguments], check=True, stdout=subprocess.DEVNULL)
    return sorted(folder.glob("*.png"))


def main() -> int:
    """Runs what the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary", type=Path, default=REPOSITORY / ".build" / "release" / "vision-server")
    parser.add_argument("--only", default="", metavar="NAME", help="cases whose name contains this, or `demo`")
    parser.add_argument("--quick", action="store_true", help="leave out base and large, fewer pictures of the demo")
    parser.add_argument("--list", action="store_true", help="print the names of the cases")
    parser.add_argument("--threads", type=int, default=2, help="threads of the reference")
    options = parser.parse_args()
    chosen = {name: case for name, case in CASES.items() if options.only in name}
    if options.quick:
        chosen = {name: case for name, case in chosen.items() if not case.is_big}
    if options.list:
        print("\n".join([*CASES, "demo"]))
        return 0
    report = Report()
    for name, case in chosen.items():
        torch.set_num_threads(options.threads if case.is_big else 1)
        guarded(name, report, lambda folder, name=name, case=case: compare_case(
            name, case, options.binary.resolve(), folder, report))  # fmt: skip
    if options.only in "demo":
        torch.set_num_threads(1)
        count = 5 if options.quick else 40
        guarded("demo", report, lambda folder: compare_demo(options.binary.resolve(), folder, report, count))
    report.print_table()
    return 1 if report.failures or not report.checks else 0


def guarded(name: str, report: Report, body) -> None:
    """Runs one case in a folder of its own; an error of the program is a failed line, not the end of the run."""
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="florence2-reference-") as folder:
        try:
            body(Path(folder))
        except EngineError as error:
            report.add(name, "the program", False, str(error))
    print(f"     {name}: {time.monotonic() - started:.0f} s", flush=True)


if __name__ == "__main__":
    sys.exit(main())
