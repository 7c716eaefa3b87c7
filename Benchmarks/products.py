"""Every linear layer of a network: our kernels by format, PyTorch's linear, and AVX2 alone, taking turns."""

import json
import time

import machine
from server import run

FORMATS = ("float32", "float16", "bfloat16", "int8")
COLD_BYTES = 128 << 20  # weights of a decoder step take turns, so that no cache holds them


def measure(shape: str, rounds: int, with_peers: bool = True) -> dict:
    """The output of `vision-benchmark gemm` by contestant; of PyTorch only the seconds, in the same order."""
    listed = json.loads(run(["gemm", "--shape", shape, "--list"], name="vision-benchmark"))
    contestants = {name: lambda name=name: ours(shape, name) for name in FORMATS}
    contestants["float32 avx2"] = lambda: ours(shape, "float32", VISION_SERVER_ISA="avx2")
    if with_peers:
        contestants |= pytorch(listed)
    found: dict[str, list[dict]] = {}
    for number in range(rounds):
        for name, time_all in contestants.items():
            start = time.perf_counter()
            try:
                found.setdefault(name, []).append(time_all())
            except RuntimeError as error:
                print(f"{name}: {error}", flush=True)
                continue
            print(f"round {number + 1} of {rounds}: {name} ({time.perf_counter() - start:.0f} s)", flush=True)
    return {"products": listed, "rounds": {name: rounds for name, rounds in found.items() if rounds}}


def ours(shape: str, number_format: str, **settings: str) -> dict:
    """One round: ceilings and the seconds of each product."""
    arguments = ["gemm", "--shape", shape, "--format", number_format, "--rounds", "1"]
    result = json.loads(run(arguments, name="vision-benchmark", **settings))
    return result["rounds"][0] | {"ceiling": result["ceiling"]}


def pytorch(listed: list[dict]) -> dict:
    """PyTorch's own linear layer in both precisions."""
    import torch

    torch.set_num_threads(machine.threads())
    return {
        f"PyTorch {name}": lambda dtype=dtype: {"seconds": [time_linear(product, dtype) for product in listed]}
        for name, dtype in (("fp32", torch.float32), ("bf16", torch.bfloat16))
    }


def time_linear(product: dict, dtype) -> float:
    """Seconds of one product, the mean of a few in a row, as `vision-benchmark` takes them."""
    import torch

    m, k, n = product["m"], product["k"], product["n"]
    copies = 1
    if product["stage"] == "decoder":
        copies = COLD_BYTES // (n * k * dtype.itemsize) + 1
    weights = [torch.rand(n, k).to(dtype) for _ in range(copies)]
    x, bias = torch.rand(m, k).to(dtype), torch.zeros(n, dtype=dtype)
    repetitions = max(copies, min(48, int(4e9 / (2 * m * k * n))), 1)
    with torch.no_grad():
        torch.nn.functional.linear(x, weights[0], bias)
        start = time.perf_counter()
        for repetition in range(repetitions):
            torch.nn.functional.linear(x, weights[repetition % copies], bias)
        return (time.perf_counter() - start) / repetitions
