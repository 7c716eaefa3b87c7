"""Draws the example pictures of the demo model, and refuses any that it does not answer rightly in every task.

    python tools/demo-model/examples.py     # writes Models/demo/example.png, examples/*.png and examples.json
"""

import json
import tempfile
from pathlib import Path

from draw import truth
from evaluate import ROOT, Transformers, is_right
from grammar import TASKS
from scenes import draw_scene

DEMO = ROOT / "Models/demo"
EXAMPLES = {  # file: (seed, size)
    "example.png": (30_000_134, (640, 480)),
    "examples/four-shapes.png": (30_000_098, (640, 480)),
    "examples/hearts.png": (30_000_059, (640, 480)),
    "examples/night.png": (30_000_126, (640, 480)),
    "examples/tall.png": (30_000_321, (320, 560)),
    "examples/clutter.png": (30_000_012, (320, 240)),
}
OFF_GRID = "examples/off-grid.png"  # drawn by hand: two shapes that share no line
OFF_GRID_CAPTION = "a red circle and a blue square"


def main():
    engine = Transformers(DEMO)
    captions = {}
    for name, (seed, size) in EXAMPLES.items():
        image, scene = draw_scene(seed, size=size)
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "picture.png"
            image.save(file, optimize=True)
            expected = {"file": file.name, **truth(scene)}
            wrong = [task for task in TASKS if not is_right(task, engine.run(Path(folder), [expected], task)[0], expected)]
            if wrong:
                raise SystemExit(f"{name} is answered wrongly in {wrong}: choose another seed")
            (DEMO / name).parent.mkdir(exist_ok=True)
            (DEMO / name).write_bytes(file.read_bytes())
        captions[name] = expected["answers"]["<CAPTION>"]
    assert engine.texts([DEMO / OFF_GRID], TASKS["<CAPTION>"][0]) == [OFF_GRID_CAPTION]
    captions[OFF_GRID] = OFF_GRID_CAPTION
    (DEMO / "examples.json").write_text(json.dumps(captions, indent=2) + "\n")


if __name__ == "__main__":
    main()
