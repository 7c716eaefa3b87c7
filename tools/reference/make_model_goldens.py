"""Records two mini checkpoints with everything that transformers computes from them: Tests/Goldens/reference/mini-*.

`swift test` reads them: activations by stage, logits, token ids. Weights, picture and answers lie in one folder each.
"""

import json
from pathlib import Path

import torch
from safetensors.torch import save_file

import pictures
import shapes
from checkpoints import Recipe, write
from reference import Reference

OUTPUT = Path(__file__).resolve().parents[2] / "Tests" / "Goldens" / "reference"
RECIPES = {
    "mini-native": Recipe(shapes.MINI, "native", "tied", "BF16", seed=4),
    "mini-original": Recipe(shapes.MINI, "original", "untied", "F16", seed=3, logits_bias=0.5),
}
PROMPT = "<CAPTION>"
DECODER_IDS = [2, 0, 17, 42, 42, 101, 7, 259, 200, 4, 55, 2]
GENERATIONS = ({"num_beams": 3}, {"num_beams": 1}, {"num_beams": 2, "no_repeat_ngram_size": 0}, {"num_beams": 4})


def record(name: str, recipe: Recipe) -> None:
    """Writes one folder."""
    folder = write(recipe, OUTPUT / name)
    picture = folder / "picture.png"
    pictures.draw(7, 61, 50).save(picture)
    reference = Reference(folder)
    pixel_values = reference.pixel_values(picture)
    tensors = {"pixel_values": pixel_values[0]} | reference.vision(pixel_values)
    encoded = reference.encode(tensors["image_features"].unsqueeze(0), PROMPT)
    tensors["encoder_states"] = encoded.states[0]
    tensors["logits"] = reference.logits(encoded, DECODER_IDS)
    save_file({key: value.contiguous() for key, value in tensors.items()}, folder / "expected.safetensors")
    generations = []
    for settings in GENERATIONS:
        ids, scores = reference.generate(encoded, max_new_tokens=20, **settings)
        generations.append(settings | {"max_new_tokens": 20, "token_ids": ids[0], "score": scores[0]})
    expected = {
        "prompt": PROMPT,
        "prompt_ids": encoded.prompt_ids,
        "decoder_ids": DECODER_IDS,
        "generations": generations,
    }
    (folder / "expected.json").write_text(json.dumps(expected, indent=1) + "\n")
    size = sum(file.stat().st_size for file in folder.iterdir())
    print(f"{name}: {size} bytes, answers of {[len(entry['token_ids']) for entry in generations]} tokens")


def main() -> None:
    """Writes all folders."""
    torch.set_num_threads(1)
    for name, recipe in RECIPES.items():
        record(name, recipe)


if __name__ == "__main__":
    main()
