"""Random models of the true shapes, and the picture that they look at; written once, kept in .build-benchmarks."""

from pathlib import Path

from places import WORK

END_OF_SENTENCE = 2
# How each file differs from a random fp16 one in the original layout with one matrix for embedding and head.
FILES = {
    "fp16": {"layout": "original", "storage": "F16", "seed": 31, "suppressed": (END_OF_SENTENCE,)},
    # As MiaoshouAI's PromptGen models come.
    "fp32": {
        "layout": "original", "storage": "F32", "head": "untied", "duplicates": True, "seed": 31,
        "suppressed": (END_OF_SENTENCE,),
    },
    # What from_pretrained can read without code of others.
    "native": {"layout": "native", "storage": "F16", "seed": 31},
}  # fmt: skip


def directory(shape: str, file: str = "fp16") -> Path:
    """A model directory. The end token never wins: every answer has exactly the number of tokens asked for."""
    folder = WORK / f"{shape}-{file}"
    if not (folder / "complete").exists():
        import shapes
        from checkpoints import Recipe, write

        print(f"Writing a random model of {shape} shape to {folder}", flush=True)
        write(Recipe({"base": shapes.BASE, "large": shapes.LARGE}[shape], **FILES[file]), folder)
        (folder / "complete").touch()
    return folder


def picture(seed: int = 31, width: int = 1280, height: int = 960) -> Path:
    """A drawn PNG."""
    file = WORK / "pictures" / f"{seed}-{width}x{height}.png"
    if not file.exists():
        import pictures

        file.parent.mkdir(parents=True, exist_ok=True)
        pictures.draw(seed, width, height).save(file)
    return file


def photograph(width: int, height: int) -> Path:
    """A JPEG of about 1 MB in 12 megapixels, like a telephone's."""
    file = WORK / "pictures" / f"{width}x{height}.jpg"
    if not file.exists():
        from PIL import Image

        file.parent.mkdir(parents=True, exist_ok=True)
        Image.open(picture(33, width // 4, height // 4)).resize((width, height)).save(file, quality=70)
    return file
