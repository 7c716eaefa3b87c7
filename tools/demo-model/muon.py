"""Muon: AdamW for everything but the inner matrices, which move by orthogonalised momentum.

Keller Jordan et al. 2024 (https://kellerjordan.github.io/posts/muon/); updates are scaled to AdamW's size as in
Liu et al. 2025 (https://arxiv.org/abs/2502.16982), so both share one learning rate. It reaches the same loss in fewer
steps, which is what counts on a CPU. Matrices of one shape are orthogonalised together.
"""

from collections import defaultdict

import torch


def orthogonalized(matrices):
    """Newton-Schulz iteration towards U V^T for a stack of matrices [N, rows, columns]."""
    x = matrices.bfloat16()
    tall = x.shape[1] > x.shape[2]
    if tall:
        x = x.mT
    x = x / (x.norm(dim=(1, 2), keepdim=True) + 1e-7)
    for _ in range(5):
        a = x @ x.mT
        x = 3.4445 * x + (-4.7750 * a + 2.0315 * a @ a) @ x
    return (x.mT if tall else x).float()


class Muon(torch.optim.Optimizer):
    def __init__(self, matrices, weight_decay, momentum=0.95):
        super().__init__(matrices, dict(lr=0.0, weight_decay=weight_decay, momentum=momentum))

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            by_shape = defaultdict(list)
            for p in group["params"]:
                by_shape[p.shape].append(p)
            for shape, parameters in by_shape.items():
                directions = []
                for p in parameters:
                    momentum = self.state[p].setdefault("momentum", torch.zeros_like(p))
                    momentum.lerp_(p.grad, 1 - group["momentum"])
                    directions.append(p.grad.lerp(momentum, group["momentum"]))
                updates = orthogonalized(torch.stack(directions)) * (0.2 * max(shape) ** 0.5)
                for p, update in zip(parameters, updates):
                    p.mul_(1 - group["lr"] * group["weight_decay"]).add_(update, alpha=-group["lr"])
