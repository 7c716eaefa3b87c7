"""The work of one picture and the least time that it can take: sums over the network's sizes, nothing is measured here.

Roofline = sum of FLOP / ceiling of the precision that the operation is allowed, up to the first token,
+ steps x (bytes of weights and caches) / memory bandwidth.
"""

from dataclasses import dataclass

import places  # noqa: F401  (makes `shapes` importable)
from shapes import Shape

PROMPT_TOKENS = 12
BEAMS = 3
# The loop of vision-benchmark's probe that is the ceiling of each kind of operation. Depthwise convolutions are nine
# multiply-adds an element and have no dot products to use; attention and the patch convolutions may use bf16 where the
# linear layers are int8.
CEILINGS = {
    "fp32": {"linear": "fp32", "attention": "fp32", "convolution": "fp32", "depthwise": "fp32"},
    "bf16": {"linear": "bf16", "attention": "bf16", "convolution": "bf16", "depthwise": "fp32"},
    "int8": {"linear": "int8", "attention": "bf16", "convolution": "bf16", "depthwise": "fp32"},
}
# Bytes of a weight that the decoder streams, by precision and file: fp32 keeps an fp16 file's weights as they are.
WEIGHT_BYTES = {
    ("fp32", "fp16"): 2, ("fp32", "fp32"): 4, ("bf16", "fp16"): 2, ("bf16", "fp32"): 2, ("int8", "fp16"): 1,
    ("int8", "fp32"): 1,
}  # fmt: skip


@dataclass(frozen=True)
class Work:
    """Some operations of one kind, so many of them in FLOP (a multiply-add is two)."""

    stage: str  # vision | projector | encoder | cross
    kind: str  # linear | attention | convolution | depthwise
    flop: float


@dataclass(frozen=True)
class Product:
    """A linear layer: [m, k] x [k, n], so many times a picture, or in the decoder a step."""

    stage: str  # vision | encoder | decoder
    name: str
    m: int
    k: int
    n: int
    count: int

    @property
    def flop(self) -> float:
        """Of one."""
        return 2.0 * self.m * self.k * self.n


def products(shape: Shape) -> list[Product]:
    """Every linear layer, the decoder's for a step of three beams; as `vision-benchmark gemm --list` has them."""
    found = []
    for stage, (rows, channels, depth) in enumerate(_grids(shape)):
        sizes = {"qkv": (channels, 3 * channels), "proj": (channels, channels), "fc1": (channels, 4 * channels),
                 "fc2": (4 * channels, channels)}  # fmt: skip
        found += [Product("vision", f"{stage} {name}", rows, k, n, 2 * depth) for name, (k, n) in sizes.items()]
    width, ffn, rows = shape.width, shape.ffn[0], shape.image_tokens + PROMPT_TOKENS
    found.append(Product("vision", "projection", shape.image_tokens, shape.dims[-1], width, 1))
    encoder, decoder = shape.layers
    found += [
        Product("encoder", "q k v", rows, width, 3 * width, encoder),
        Product("encoder", "out", rows, width, width, encoder),
        Product("encoder", "fc1", rows, width, ffn, encoder),
        Product("encoder", "fc2", rows, ffn, width, encoder),
        Product("encoder", "cross k v", rows, width, width, 2 * decoder),
        Product("decoder", "q k v", BEAMS, width, 3 * width, decoder),
        Product("decoder", "out, cross q, out", BEAMS, width, width, 3 * decoder),
        Product("decoder", "fc1", BEAMS, width, ffn, decoder),
        Product("decoder", "fc2", BEAMS, ffn, width, decoder),
        Product("decoder", "head", BEAMS, width, shape.original_vocabulary, 1),
    ]
    return found


def _grids(shape: Shape) -> list[tuple[int, int, int]]:
    """Tokens, channels and blocks of each stage of the tower."""
    tokens = [height * width for height, width in shape.grid_sides]
    return list(zip(tokens, shape.dims, shape.depths))


def picture(shape: Shape) -> list[Work]:
    """Everything up to the first token."""
    window = shape.window**2
    found = []
    inputs = (3, *shape.dims)
    kernels = (7, 3, 3, 3)
    for stage, (tokens, channels, depth) in enumerate(_grids(shape)):
        patch = kernels[stage] ** 2 * inputs[stage]
        group = channels // shape.groups[stage]
        found += [
            Work("vision", "linear", 2 * depth * 24 * tokens * channels**2),
            Work("vision", "attention", depth * 4 * tokens * (window + group) * channels),
            Work("vision", "convolution", 2 * tokens * patch * channels),
            Work("vision", "depthwise", 4 * depth * 18 * tokens * channels),
        ]
    width, ffn, rows = shape.width, shape.ffn[0], shape.image_tokens + PROMPT_TOKENS
    encoder, decoder = shape.layers
    return found + [
        Work("projector", "linear", 2 * shape.image_tokens * shape.dims[-1] * width),
        Work("encoder", "linear", encoder * 2 * rows * (4 * width**2 + 2 * width * ffn)),
        Work("encoder", "attention", encoder * 4 * rows**2 * width),
        Work("cross", "linear", decoder * 4 * rows * width**2),
    ]


def decoder_weights(shape: Shape) -> int:
    """Weights that a step streams: cross keys and values excluded, the head included."""
    layer = 6 * shape.width**2 + 2 * shape.width * shape.ffn[1]
    return shape.layers[1] * layer + shape.original_vocabulary * shape.width


def step_bytes(shape: Shape, precision: str, file: str, position: float, beams: int = BEAMS) -> float:
    """Bytes of weights and caches that the step at a position reads; the cross-attention cache is read once for all
    beams, in bf16 unless fp32, and the beams' own one in fp32."""
    row = 2 * shape.width * shape.layers[1]
    cross = row * (shape.image_tokens + PROMPT_TOKENS) * (4 if precision == "fp32" else 2)
    own = row * beams * position * 4
    return decoder_weights(shape) * WEIGHT_BYTES[precision, file] + cross + own


def seconds_before_first_token(work: list[Work], precision: str, ceilings: dict[str, float]) -> float:
    """FLOP over ceilings; `ceilings` has FLOP a second by precision (and `memory`, bytes a second)."""
    return sum(item.flop / ceilings[CEILINGS[precision][item.kind]] for item in work)


def whole(shape: Shape, precision: str, file: str, tokens: int, ceilings: dict[str, float]) -> float:
    """The least seconds of a picture with so many tokens."""
    steps = sum(step_bytes(shape, precision, file, position) for position in range(tokens))
    return seconds_before_first_token(picture(shape), precision, ceilings) + steps / ceilings["memory"]
