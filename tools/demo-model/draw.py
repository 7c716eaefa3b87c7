"""Draws scenes that no training has seen, with what is true of them.

    python tools/demo-model/draw.py --seed 20000000 --count 300 --output DIR

Writes DIR/00000.png ... and DIR/truth.json: for each picture the expected text of every task and the shapes with their
boxes in pixels. Training uses seeds below 1,000,000 and watches itself on 10,000,000 and up; the figures in
Models/demo/README.md are for seeds from 20,000,000.
"""

import argparse
import json
from pathlib import Path

from grammar import TASKS, in_order
from scenes import draw_scene


def truth(scene):
    size = (scene.width, scene.height, scene.width, scene.height)
    return {
        "width": scene.width, "height": scene.height, "word": scene.word,
        "shapes": [{"label": s.kind, "color": s.color, "box": [round(v * n, 2) for v, n in zip(s.box, size)]} for s in in_order(scene)],
        "answers": {task: answer(scene) for task, (_, answer) in TASKS.items()},
    }


def draw(seed, count, folder):
    """Writes the pictures and returns their truths, a dictionary each."""
    folder.mkdir(parents=True, exist_ok=True)
    truths = []
    for i in range(count):
        image, scene = draw_scene(seed + i)
        name = f"{i:05}.png"
        image.save(folder / name)
        truths.append({"file": name, "seed": seed + i, **truth(scene)})
    (folder / "truth.json").write_text(json.dumps(truths, indent=1) + "\n")
    return truths


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--count", type=int, default=300)
    parser.add_argument("--output", type=Path, required=True)
    args = parser.parse_args()
    draw(args.seed, args.count, args.output)


if __name__ == "__main__":
    main()
