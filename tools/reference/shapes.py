"""The sizes of the random models that the comparison is run on."""

from dataclasses import dataclass, replace

LARGE_VOCABULARY = 51289  # 50265 words of BART + 1024 of Florence-2; the native layout adds <image> and pads to 51328


@dataclass(frozen=True)
class Shape:
    """Every size of one Florence-2 network. `image` is (height, width) of the picture that the tower sees."""

    image: tuple[int, int]
    window: int
    dims: tuple[int, ...]
    heads: tuple[int, ...]
    groups: tuple[int, ...]
    depths: tuple[int, ...]
    width: int  # d_model of the text side
    layers: tuple[int, int]  # encoder, decoder
    text_heads: tuple[int, int]
    ffn: tuple[int, int]
    vocabulary: int  # rows of the embedding in the native layout
    original_vocabulary: int  # rows of the embedding in the original layout: no <image>, no padding
    image_token: int
    mlp_ratio: float = 4.0
    positions: int = 1024
    image_positions: int = 50

    @property
    def grid_sides(self) -> list[tuple[int, int]]:
        """Height and width in tokens after each of the four patch convolutions (7/4/3, then three times 3/2/1)."""
        sides = []
        size = self.image
        for kernel, stride, padding in ((7, 4, 3), (3, 2, 1), (3, 2, 1), (3, 2, 1)):
            size = tuple((side + 2 * padding - kernel) // stride + 1 for side in size)
            sides.append(size)
        return sides

    @property
    def image_tokens(self) -> int:
        """Length of the image's part of the encoder input: the pooled token and one per cell of the last grid."""
        height, width = self.grid_sides[-1]
        return height * width + 1


BASE = Shape(
    image=(768, 768), window=12, dims=(128, 256, 512, 1024), heads=(4, 8, 16, 32), groups=(4, 8, 16, 32),
    depths=(1, 1, 9, 1), width=768, layers=(6, 6), text_heads=(12, 12), ffn=(3072, 3072),
    vocabulary=51328, original_vocabulary=LARGE_VOCABULARY, image_token=51289)  # fmt: skip

LARGE = replace(
    BASE, dims=(256, 512, 1024, 2048), heads=(8, 16, 32, 64), groups=(8, 16, 32, 64), width=1024,
    layers=(12, 12), text_heads=(16, 16), ffn=(4096, 4096), positions=4096)  # fmt: skip

# Grids 50, 25, 13, 7 with window 7: padded windows in the first three stages.
PADDED = Shape(
    image=(200, 200), window=7, dims=(16, 24, 32, 48), heads=(1, 2, 4, 3), groups=(2, 3, 4, 6),
    depths=(1, 1, 1, 1), width=32, layers=(2, 2), text_heads=(2, 2), ffn=(64, 64),
    vocabulary=1616, original_vocabulary=1609, image_token=1609, positions=256)  # fmt: skip

# A picture that is not square, one head everywhere, other depths, another ratio in each feed-forward network.
LOPSIDED = Shape(
    image=(160, 232), window=5, dims=(8, 16, 24, 40), heads=(1, 1, 1, 1), groups=(1, 1, 1, 1),
    depths=(2, 1, 3, 1), width=48, layers=(3, 1), text_heads=(1, 1), ffn=(80, 144), mlp_ratio=3.0,
    vocabulary=1700, original_vocabulary=1609, image_token=1609, positions=160)  # fmt: skip

# The window is larger than every grid but the first (24, 12, 6, 3), the text side is deeper in the decoder.
WIDE_WINDOW = Shape(
    image=(96, 96), window=16, dims=(24, 36, 48, 64), heads=(3, 3, 6, 8), groups=(4, 6, 3, 2),
    depths=(1, 2, 1, 2), width=64, layers=(1, 3), text_heads=(4, 8), ffn=(128, 96),
    vocabulary=2000, original_vocabulary=1609, image_token=1609, positions=128, image_positions=20)  # fmt: skip

# Small enough to be committed with its weights.
MINI = Shape(
    image=(44, 44), window=4, dims=(8, 12, 16, 16), heads=(1, 2, 4, 2), groups=(2, 3, 2, 4),
    depths=(1, 1, 2, 1), width=16, layers=(2, 2), text_heads=(2, 4), ffn=(32, 48),
    vocabulary=272, original_vocabulary=264, image_token=264, positions=64, image_positions=6)  # fmt: skip
