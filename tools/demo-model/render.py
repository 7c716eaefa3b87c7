"""Draws training scenes once, at the model's input size, so that training need not wait for drawing.

    python render.py --output DIR [--parts 6] [--part-size 8000]

Writes DIR/00.npy (uint8 pictures), DIR/00.pkl (their scenes) and so on; finished parts are kept. Half of the pictures are
drawn smaller than those of the evaluation: after squashing to 192x192 they look almost alike, and it is several times faster.
"""

import argparse
import pickle
from multiprocessing import Pool
from pathlib import Path

import numpy as np
from PIL import Image

from modeling import IMAGE_SIZE
from scenes import draw_scene

SMALL_SIDES, LARGE_SIDES = (240, 520), (520, 1200)


def squash(image):
    return np.asarray(image.resize((IMAGE_SIZE, IMAGE_SIZE), Image.Resampling.BICUBIC))


def render(seed):
    image, scene = draw_scene(seed, LARGE_SIDES if seed % 2 else SMALL_SIDES)
    for shape in scene.shapes:
        shape.outline = []
    return squash(image), scene


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--output", type=Path, required=True)
    parser.add_argument("--parts", type=int, default=6)
    parser.add_argument("--part-size", type=int, default=8000)
    parser.add_argument("--processes", type=int, default=2)
    args = parser.parse_args()
    args.output.mkdir(parents=True, exist_ok=True)
    for part in range(args.parts):
        pictures_file, scenes_file = args.output / f"{part:02}.npy", args.output / f"{part:02}.pkl"
        if scenes_file.exists():
            continue
        pictures = np.empty((args.part_size, IMAGE_SIZE, IMAGE_SIZE, 3), np.uint8)
        scenes = []
        with Pool(args.processes) as pool:
            seeds = range(part * args.part_size, (part + 1) * args.part_size)
            for i, (picture, scene) in enumerate(pool.imap(render, seeds, 32)):
                pictures[i] = picture
                scenes.append(scene)
        np.save(pictures_file, pictures)
        partial = scenes_file.with_suffix(".partial")
        partial.write_bytes(pickle.dumps(scenes))
        partial.rename(scenes_file)  # last: its presence says that the part is complete
        print(f"part {part + 1} of {args.parts}: {len(scenes)} scenes", flush=True)


if __name__ == "__main__":
    main()
