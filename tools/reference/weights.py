"""Random weights that behave: activations keep their size over the depth, logits are far apart, the picture matters."""

import hashlib
import math

import numpy
import torch

from shapes import Shape

LOGIT_SPREAD = 5.0  # standard deviation of the logits: the best token leads by about 1
EOS_GAIN = 2.5  # the end token's row is longer than the others', so that some answers end early


class RandomWeights:
    """A native state dict, tensor by tensor; each tensor depends on the seed and its own name only."""

    def __init__(self, shape: Shape, seed: int, tied: bool):
        self.shape = shape
        self.seed = seed
        self.tied = tied

    def tensor(self, name: str, size: tuple[int, ...]) -> torch.Tensor:
        """The float32 values of one tensor of the native layout."""
        if name.endswith("pos_idx_to_embed"):
            return sinusoids(*size)
        values = self._normal(name, size) * self._deviation(name, size)
        if "norm" in name and name.endswith(".weight"):
            values += 1
        if "channel_attn.qkv.weight" in name or "window_attn.qkv.weight" in name:
            width = size[0] // 3
            values[: 2 * width] *= self._attention_gain(name)
        if name == "lm_head.weight" or (self.tied and name.endswith("shared.weight")):
            values[2] *= EOS_GAIN
        return values

    def _normal(self, name: str, size: tuple[int, ...]) -> torch.Tensor:
        digest = hashlib.sha256(f"{self.seed}:{name}".encode()).digest()
        random = numpy.random.default_rng(int.from_bytes(digest[:8], "little"))
        return torch.from_numpy(random.standard_normal(size, dtype=numpy.float32))

    def _deviation(self, name: str, size: tuple[int, ...]) -> float:
        """The standard deviation of a tensor's values, 1 / sqrt(inputs) being the one that keeps a signal's size."""
        share = 1 / math.sqrt(self._layers(name)) if ".layers." in name else 1
        if "norm" in name:
            return 0.2 * (share if name.endswith(".bias") else 1)
        if name.endswith(".bias"):
            return 0.1 * share
        if name.endswith(("row_embeddings.weight", "column_embeddings.weight")):
            return 0.5
        if name.endswith("embed_positions.weight"):
            return 0.3
        if name.endswith(("shared.weight", "lm_head.weight")):
            return LOGIT_SPREAD / math.sqrt(self.shape.width)
        if ".conv1." in name or ".conv2." in name:
            return 0.08  # added to its own input, nine taps
        keep = 1 / math.sqrt(math.prod(size[1:]))
        if name.endswith(("q_proj.weight", "k_proj.weight")):
            return 1.4 * keep  # scores of deviation 2: a token attends to a few others, not to the mean of all
        if "encoder_attn.out_proj.weight" in name:
            return 1.2 * share * keep  # the picture speaks up
        if ".layers." in name and name.endswith(("out_proj.weight", "fc2.weight")):
            return share * keep
        return keep

    def _layers(self, name: str) -> int:
        """Depth of a tensor's stack. The branches share one amount of variance: part of what they add is alike for all
        tokens, and the norm after each sum would else shrink the difference between tokens to nothing in a deep one."""
        return self.shape.layers[1 if ".decoder." in name else 0]

    def _attention_gain(self, name: str) -> float:
        """Gain of the queries and keys of the tower. Channel attention sums over all tokens and scales by N^-1/2."""
        if "window_attn" in name:
            return 1.4
        height, width = self.shape.grid_sides[int(name.split("blocks.")[1].split(".")[0])]
        return 1.5 * (height * width) ** -0.25


def sinusoids(positions: int, width: int) -> torch.Tensor:
    """The fixed temporal embedding: sine on even columns, cosine on odd ones, wavelengths up to 10000."""
    frequency = torch.exp(torch.arange(width // 2).float() * -(math.log(10000) / (width // 2)))
    angle = torch.arange(positions).float().unsqueeze(1) * frequency.unsqueeze(0)
    return torch.stack((angle.sin(), angle.cos()), dim=-1).reshape(positions, width)
