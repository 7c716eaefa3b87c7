"""Captions two hundred pictures in every format, kills each run once, and reads the files back with the tools of trainers.

    pip install -r Tests/TrainingSets/requirements.txt
    python Tests/TrainingSets/readback.py .build/release/vision-client http://127.0.0.1:54880

The exit status is 1 if anything else was read than was written.
"""

import csv
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import datasets
import webdataset
from PIL import Image, ImageDraw

EXAMPLE = Path(__file__).resolve().parents[2] / "Models/demo/example.png"
ODD = ["b.c.png", 'sub/d, "e".png', "sub/ä ö.png", "sub/deep/e.png"]
COUNT = 200
COLORS = ["red", "green", "blue", "orange", "brown", "black", "white", "yellow"]


def album(parent):
    """Pictures like those that the demo model was made for, and four with names that formats stumble over."""
    folder, dice = parent / "photos", random.Random(16)
    for name in ODD:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(EXAMPLE, folder / name)
    for number in range(COUNT - len(ODD)):
        picture = Image.new("RGB", (128, 128), "gray")
        draw = ImageDraw.Draw(picture)
        for _ in range(dice.randint(1, 3)):
            left, top = dice.randint(0, 80), dice.randint(0, 80)
            draw.rectangle((left, top, left + 40, top + 40), fill=dice.choice(COLORS))
        picture.save(folder / f"{number:03}.png")
    return folder


def caption(client, server, tasks, folder, *options, kill=False):
    """Runs the client to its end; killed once on its way where that is wanted."""
    command = [client, "folder", tasks, str(folder), "--server", server, *map(str, options)]
    if kill:
        process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
        for number, _ in enumerate(process.stderr):
            if number == 60:
                process.kill()
                break
        process.wait()
        process.stderr.close()
        assert process.returncode == -9, "the run was over before it was killed"
    run = subprocess.run(command, stderr=subprocess.PIPE, text=True, check=False)
    assert run.returncode == 0, run.stderr[-2000:]
    if kill:
        assert "captioned before" in run.stderr.splitlines()[-1], run.stderr.splitlines()[-1]


def read_imagefolder(folder):
    cache = tempfile.mkdtemp(dir=folder.parent)
    rows = datasets.load_dataset("imagefolder", data_dir=str(folder), split="train", cache_dir=cache)
    return sorted((row["image"].size, row["text"]) for row in rows)


def read_shards(folder):
    urls = sorted(str(path) for path in folder.glob("*.tar"))
    samples = list(webdataset.WebDataset(urls, shardshuffle=False).decode("pil").to_tuple("png", "txt", "json"))
    labels = {label["file_name"]: (image.size, text) for image, text, label in samples}
    assert len(labels) == len(samples)
    return labels


def kohya_path(folder, key):
    """As FineTuningDataset of sd-scripts finds a picture."""
    return key if os.path.exists(key) else str(folder / (key + ".png"))


def check(client, server, parent):
    folder = album(parent)
    names = sorted(str(path.relative_to(folder)) for path in folder.rglob("*.png"))
    sizes = {name: Image.open(folder / name).size for name in names}

    caption(client, server, "CAPTION", folder, "--format", "jsonl", "--to", parent / "captions.jsonl", kill=True)
    lines = [json.loads(line) for line in (parent / "captions.jsonl").read_text(encoding="utf-8").splitlines()]
    texts = {line["file"]: line["result"] for line in lines}
    assert sorted(texts) == names and len(lines) == COUNT
    assert all(line["output_tokens"] > 0 > line["score"] and line["seconds"]["generate"] > 0 for line in lines)
    expected = sorted((sizes[name], texts[name]) for name in names)

    caption(client, server, "CAPTION", folder, "--format", "hf-jsonl", kill=True)
    assert read_imagefolder(folder) == expected
    (folder / "metadata.jsonl").unlink()

    caption(client, server, "CAPTION", folder, "--format", "csv", kill=True)
    with open(folder / "metadata.csv", newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert {row["file_name"]: row["text"] for row in rows} == texts and len(rows) == COUNT
    assert read_imagefolder(folder) == expected
    (folder / "metadata.csv").unlink()

    caption(client, server, "CAPTION,GENERATE_TAGS", folder, "--format", "kohya-json", kill=True)
    entries = json.loads((folder / "meta_cap.json").read_text(encoding="utf-8"))
    paths = {kohya_path(folder, key): fields for key, fields in entries.items()}
    assert {str(folder / name): texts[name] for name in names} == {
        path: fields["caption"] for path, fields in paths.items()
    }
    assert all(fields["tags"] for fields in paths.values())

    caption(client, server, "CAPTION", folder, "--format", "webdataset", "--to", parent / "out", "--shard", 64, kill=True)
    assert read_shards(parent / "out") == {name: (sizes[name], texts[name]) for name in names}
    caption(client, server, "CAPTION", parent / "out" / "000000.tar", "--format", "webdataset", "--to", parent / "again")
    again = read_shards(parent / "again")
    assert len(again) == 64 and {text for _, text in again.values()} <= set(texts.values())

    caption(client, server, "CAPTION,GENERATE_TAGS", "txt", folder, "--template", "{trigger}, {caption} {tags}",
            "--trigger", "tok", kill=True)  # fmt: skip
    for name in names:
        text = (folder / name).with_suffix(".txt").read_text(encoding="utf-8")
        assert text.startswith(f"tok, {texts[name]} "), (name, text)


def main():
    client, server = sys.argv[1:3]
    start = time.monotonic()
    with tempfile.TemporaryDirectory() as parent:
        check(client, server, Path(parent).resolve())
    print(f"{COUNT} pictures in 6 formats, each run killed once, read back in {time.monotonic() - start:.0f} s")


if __name__ == "__main__":
    main()
