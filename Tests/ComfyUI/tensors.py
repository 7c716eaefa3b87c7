"""A tiny `torch` for where there is none: arrays with those methods of tensors that the node and its tests use."""

import sys
import types

import numpy as np


class Tensor:
    def __init__(self, array):
        self.array = array

    @property
    def shape(self):
        return self.array.shape

    @property
    def dtype(self):
        return self.array.dtype.name

    def __len__(self):
        return len(self.array)

    def __getitem__(self, index):
        return Tensor(self.array[index])

    def __iter__(self):
        return (Tensor(each) for each in self.array)

    # What moves or converts a tensor gives another one.
    def detach(self):
        return Tensor(self.array)

    cpu = detach

    def float(self):
        return Tensor(self.array.astype(np.float32))

    def numpy(self):
        return self.array


def install():
    """`import torch` gives the real one where there is one."""
    try:
        import torch
    except ImportError:
        torch = types.ModuleType("torch")
        torch.from_numpy = Tensor
        torch.Tensor = Tensor
        sys.modules["torch"] = torch
    return torch
