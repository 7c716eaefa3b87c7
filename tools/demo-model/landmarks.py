"""A teacher for the vision tower: what is where, asked of every image token. It is thrown away after training.

Each of the 6x6 image tokens answers for the 2x2 cells under it (12x12 cells in all): which kind and colour covers the
middle of the cell, whether a thing has its centre in the cell, and if so its box or its word. The pooled token answers
for the whole picture. A language model alone would need far longer to teach a vision tower the same.
"""

import torch
import torch.nn.functional as F
from torch import nn

from grammar import BACKGROUNDS, COLORS, SHAPES, STYLES, WORDS
from modeling import WIDTH

GRID = 12
NOTHING, WORD = 0, len(SHAPES) + 1
KINDS = len(SHAPES) + 2
IGNORE = -100
CELL = [("covers", KINDS), ("covering_color", len(COLORS)), ("center", KINDS), ("word", len(WORDS)), ("box", 4)]
WHOLE = [("background", len(BACKGROUNDS)), ("style", len(STYLES)), ("count", 5)]


def targets(scenes):
    n = len(scenes)
    t = {name: torch.full((n, GRID, GRID), IGNORE) for name in ("covering_color", "word")}
    t |= {name: torch.zeros((n, GRID, GRID), dtype=torch.long) for name in ("covers", "center")}
    t["box"] = torch.zeros((n, GRID, GRID, 4))
    for name in ("background", "style", "count"):
        t[name] = torch.full((n,), IGNORE)
    for i, scene in enumerate(scenes):
        t["count"][i] = len(scene.shapes)
        if not scene.shapes:
            continue
        t["background"][i], t["style"][i] = BACKGROUNDS.index(scene.background), STYLES.index(scene.style)
        things = [(1 + SHAPES.index(s.kind), COLORS.index(s.color), IGNORE, s.box) for s in scene.shapes]
        if scene.word:
            things.append((WORD, IGNORE, WORDS.index(scene.word), scene.word_box))
        for kind, color, word, (x1, y1, x2, y2) in things:
            covered = (i, slice(round(y1 * GRID), max(round(y2 * GRID), round(y1 * GRID) + 1)), slice(round(x1 * GRID), max(round(x2 * GRID), round(x1 * GRID) + 1)))
            t["covers"][covered], t["covering_color"][covered] = kind, color
            cx, cy = (x1 + x2) / 2, (y1 + y2) / 2
            column, row = min(int(cx * GRID), GRID - 1), min(int(cy * GRID), GRID - 1)
            t["center"][i, row, column], t["word"][i, row, column] = kind, word
            mx, my = (column + 0.5) / GRID, (row + 0.5) / GRID
            t["box"][i, row, column] = torch.tensor([x1 - mx, y1 - my, x2 - mx, y2 - my]) * 4
    return t


class Landmarks(nn.Module):
    def __init__(self):
        super().__init__()
        self.cells = nn.Linear(WIDTH, 4 * sum(size for _, size in CELL))
        self.whole = nn.Linear(WIDTH, sum(size for _, size in WHOLE))

    def forward(self, image_tokens, t):
        """(loss, measures) for the projected image tokens [N, 37, WIDTH]: the pooled one first, then 6x6."""
        n, side = image_tokens.shape[0], GRID // 2
        whole = self.whole(image_tokens[:, 0]).float().split([size for _, size in WHOLE], -1)
        cells = self.cells(image_tokens[:, 1:]).float().reshape(n, side, side, 2, 2, -1).permute(0, 1, 3, 2, 4, 5).reshape(n * GRID * GRID, -1)
        p = {name: part for (name, _), part in zip(CELL, cells.split([size for _, size in CELL], -1))}
        y = {name: t[name].reshape(n * GRID * GRID, *t[name].shape[3:]) for name in p}
        rare = torch.ones(KINDS)
        rare[NOTHING] = 0.05
        loss = F.cross_entropy(p["covers"], y["covers"]) * 2 + F.cross_entropy(p["center"], y["center"], weight=rare) * 2
        loss = loss + F.cross_entropy(p["covering_color"], y["covering_color"], ignore_index=IGNORE)
        if (y["word"] >= 0).any():
            loss = loss + F.cross_entropy(p["word"], y["word"], ignore_index=IGNORE)
        shape_here = (y["center"] != NOTHING) & (y["center"] != WORD)
        loss = loss + 6 * (p["box"] - y["box"])[shape_here].abs().mean()
        for (name, _), part in zip(WHOLE, whole):
            loss = loss + 0.5 * F.cross_entropy(part, t[name], ignore_index=IGNORE)
        with torch.no_grad():
            colored, worded = y["covering_color"] >= 0, y["word"] >= 0
            measures = {
                "kind": (p["center"].argmax(-1) == y["center"])[shape_here].float().mean(),
                "color": (p["covering_color"].argmax(-1) == y["covering_color"])[colored].float().mean(),
                "word": (p["word"].argmax(-1) == y["word"])[worded].float().mean(),
                "covers": (p["covers"].argmax(-1) == y["covers"]).float().mean(),
                "box": (p["box"] - y["box"])[shape_here].abs().mean() / 4,
                "count": (whole[2].argmax(-1) == t["count"]).float().mean()}
        return loss, {name: value.item() for name, value in measures.items()}
