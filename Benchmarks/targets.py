"""What the server must reach, row by row, judged from the results that are there."""

import math
import statistics
from dataclasses import dataclass

import ceilings
import places  # noqa: F401  (makes `shapes` importable)
import roofline
import shapes
from timing import median, ratio

SHAPES = {"base": shapes.BASE, "large": shapes.LARGE}
GEMM_FORMATS = {"float32": ("fp32", 0.85), "bfloat16": ("bf16", 0.85), "int8": ("int8", 0.80)}
ROOFLINE_LIMITS = {"fp32": 1.3, "bf16": 1.3, "int8": 1.4}
FASTER_THAN_FP32 = {
    "large": {"fp32 fp16": 2.3, "bf16 fp16": 4.3, "int8 fp16": 7.5, "fp32 fp32": 2.1},
    "base": {"fp32 fp16": 2.8, "bf16 fp16": 5.0, "int8 fp16": 8.5, "fp32 fp32": 2.1},
}
FASTER_THAN_BF16 = {"large": 1.8, "base": 2.0}
LOAD_SECONDS = {"fp16": 1.0, "fp32": 2.0}
MEMORY_GB = {"fp32": 3.6, "bf16": 2.2, "int8": 1.4}
EQUAL_CAPTIONS = {"bf16": 0.99, "int8": 0.97}
EQUAL_LABELS = {"bf16": 0.98, "int8": 0.95}
# Nothing is faster than its ceiling; what seems to be was measured wrongly, but for noise between two measurements.
SHARES = (0, 1.05)
TIMES_A_LEAST = (1 / SHARES[1], math.inf)


@dataclass(frozen=True)
class Row:
    """A target and the figure beside it; None where it was not measured, or `limit` None where it is only reported."""

    topic: str
    what: str
    figure: float | None
    limit: float | None
    is_at_most: bool = True
    unit: str = ""
    note: str = ""
    possible: tuple[float, float] | None = None  # what the figure can be at all

    @property
    def verdict(self) -> str:
        """yes, no, reported, not measured, or that the figure cannot be right."""
        if self.figure is None:
            return "not measured"
        if self.possible and not self.possible[0] <= self.figure <= self.possible[1]:
            return "**impossible: measure again**"
        if self.limit is None:
            return "reported"
        return "yes" if (self.figure <= self.limit if self.is_at_most else self.figure >= self.limit) else "**no**"


def rows(results: dict[str, dict]) -> list[Row]:
    """Every target, in the order of the table that they come from."""
    data = {name: result["data"] for name, result in results.items()}
    found: list[Row] = []
    for family in (gemm, vision, whole, faster, decoder, loading, memory, together, photographs, http, avx2, accuracy):
        found += family(data)
    return found + errors(data)


def products_of(data: dict, shape: str, name: str, stages: tuple[str, ...]) -> list[tuple[dict, list[tuple]]]:
    """Of each product: (seconds, operations a second, bytes a second) of each round."""
    measured = data.get(f"gemm-{shape}")
    rounds = measured["rounds"].get(name, []) if measured else []
    return [
        (product, [
            (one["seconds"][index], one.get("operationsPerSecond"), one.get("bytesPerSecond")) for one in rounds])
        for index, product in enumerate(measured["products"] if rounds else [])
        if product["stage"] in stages
    ]  # fmt: skip


def flop(product: dict) -> float:
    """Of one product."""
    return 2.0 * product["m"] * product["k"] * product["n"]


def share_of_picture(data: dict, shape: str, name: str) -> float | None:
    """All FLOP of a picture's linear layers over their time and the ceiling: the median of the rounds."""
    timed = products_of(data, shape, name, ("vision", "encoder"))
    if not timed:
        return None
    shares = []
    for number in range(len(timed[0][1])):
        seconds = sum(product["count"] * rounds[number][0] for product, rounds in timed)
        operations = sum(product["count"] * flop(product) for product, _ in timed)
        shares.append(operations / seconds / timed[0][1][number][1])
    return statistics.median(shares)


WEIGHT_BYTES = {"float32": 4, "float16": 2, "bfloat16": 2, "int8": 1}


def least_seconds(product: dict, name: str, operations: float, memory: float) -> float:
    """max(FLOP / ceiling, bytes / bandwidth): weights, and activations in float32 in and out."""
    m, k, n = product["m"], product["k"], product["n"]
    size = k * n * WEIGHT_BYTES[name.split()[0]] + 4 * m * (k + n)
    return max(flop(product) / operations, size / memory)


def shares(data: dict, shape: str, name: str) -> list[tuple[dict, float]]:
    """Of each product its share of min(compute ceiling, bytes / bandwidth)."""
    return [
        (product, statistics.median(least_seconds(product, name, *limits) / seconds for seconds, *limits in rounds))
        for product, rounds in products_of(data, shape, name, ("vision", "encoder", "decoder"))
    ]


def against_pytorch(data: dict, shape: str, name: str, peer: str) -> list[tuple[dict, float]]:
    """Of each product our time over PyTorch's."""
    stages = ("vision", "encoder", "decoder")
    pairs = zip(products_of(data, shape, name, stages), products_of(data, shape, peer, stages))
    return [
        (product, statistics.median(a[0] / b[0] for a, b in zip(left, right))) for (product, left), (_, right) in pairs
    ]


def label(product: dict) -> str:
    """How a product is called in the report."""
    return f"{product['stage']} {product['name']} ({product['m']}, {product['k']}, {product['n']})"


def gemm(data: dict) -> list[Row]:
    found = []
    for shape in SHAPES:
        for name, (precision, limit) in GEMM_FORMATS.items():
            figure = share_of_picture(data, shape, name)
            found.append(Row(
                "GEMM", f"{shape} {precision}, share of the ceiling, all FLOP of a picture", figure, limit, False,
                possible=SHARES))  # fmt: skip
            worst = min(shares(data, shape, name), key=lambda pair: pair[1], default=(None, None))
            note = label(worst[0]) if worst[0] else ""
            found.append(Row(
                "GEMM", f"{shape} {precision}, worst shape, share of min(ceiling, bandwidth)", worst[1], 0.7, False,
                note=note, possible=SHARES))  # fmt: skip
            if precision == "int8":
                continue
            slowest = max(
                against_pytorch(data, shape, name, f"PyTorch {precision}"), key=lambda pair: pair[1],
                default=(None, None))  # fmt: skip
            note = label(slowest[0]) if slowest[0] else ""
            found.append(Row(
                "GEMM", f"{shape} {precision}, worst shape, time / PyTorch {precision}", slowest[1], 1.0, note=note))  # fmt: skip
    return found


def rounds_of(data: dict, section: str, name: str) -> list[dict]:
    """What a contestant took, by round."""
    return data.get(section, {}).get("rounds", {}).get(name, [])


def vision(data: dict) -> list[Row]:
    return [
        Row("vision tower", f"{shape} {precision}, time / OpenVINO {precision}", ratio(
            rounds_of(data, f"vision-{shape}", precision), rounds_of(data, f"vision-{shape}", f"OpenVINO {precision}"),
            "vision"), 0.9)
        for shape in SHAPES for precision in ("bf16", "int8")
    ]  # fmt: skip


def over_roofline(data: dict, shape: str, precision: str, file: str) -> float | None:
    """The whole picture's time over the least one, each round with its own ceilings."""
    section = f"whole-{shape}"
    pairs = zip(rounds_of(data, section, f"{precision} {file}"), rounds_of(data, section, "ceilings"))
    found = [
        seconds["whole"]
        / roofline.whole(SHAPES[shape], precision, file, data[section]["tokens"], ceilings.of(loops))
        for seconds, loops in pairs
    ]
    return statistics.median(found) if found else None


def whole(data: dict) -> list[Row]:
    return [
        Row("whole picture", f"{shape} {precision}, {file} file, time / roofline",
            over_roofline(data, shape, precision, file), ROOFLINE_LIMITS[precision], possible=TIMES_A_LEAST)
        for shape in SHAPES for precision in ROOFLINE_LIMITS for file in ("fp16", "fp32")
    ]  # fmt: skip


def faster(data: dict) -> list[Row]:
    found = []
    for shape, limits in FASTER_THAN_FP32.items():
        for name, limit in limits.items():
            precision, file = name.split()
            found.append(Row(
                "whole picture", f"{shape} {precision}, {file} file, times as fast as PyTorch fp32",
                times_as_fast(data, shape, name, "PyTorch fp32"), limit, False))  # fmt: skip
        found.append(Row(
            "whole picture", f"{shape} bf16, fp16 file, times as fast as PyTorch bf16",
            times_as_fast(data, shape, "bf16 fp16", "PyTorch bf16"), FASTER_THAN_BF16[shape], False))  # fmt: skip
    return found


def times_as_fast(data: dict, shape: str, name: str, peer: str) -> float | None:
    """PyTorch's time over ours."""
    section = f"whole-{shape}"
    return ratio(rounds_of(data, section, peer), rounds_of(data, section, name), "whole")


def decoder(data: dict) -> list[Row]:
    found = []
    for shape in ("large", "base"):
        for precision in ROOFLINE_LIMITS:
            for file in ("fp16", "fp32"):
                section = f"decoding-{shape}"
                pairs = zip(rounds_of(data, section, f"{precision} {file}"), rounds_of(data, section, "ceilings"))
                ratios = [
                    seconds["step"] * ceilings.of(loops)["memory"]
                    / roofline.step_bytes(SHAPES[shape], precision, file, data[section]["position"])
                    for seconds, loops in pairs
                ]  # fmt: skip
                found.append(Row(
                    "decoder step", f"{shape} {precision}, {file} file, 3 beams, time / (bytes / bandwidth)",
                    statistics.median(ratios) if ratios else None, 1.3 if shape == "large" else None,
                    possible=TIMES_A_LEAST))  # fmt: skip
    return found


def loading(data: dict) -> list[Row]:
    found = []
    section = "loading-large"
    peer = rounds_of(data, section, "PyTorch fp32")
    for precision in ROOFLINE_LIMITS:
        for file, limit in LOAD_SECONDS.items():
            ours = rounds_of(data, section, f"{precision} {file}")
            found.append(Row(
                "load", f"large {precision}, {file} file, from page cache", median(ours, "load"), limit, unit="s"))  # fmt: skip
        ours = rounds_of(data, section, f"{precision} fp16")
        found.append(Row(
            "load", f"large {precision}, times as fast as from_pretrained to fp32", ratio(peer, ours, "load"), 3.0, False))
        found.append(Row(
            "load", f"large {precision}, process start to ready, times as fast as Python's", ratio(peer, ours, "start"),
            5.0, False))  # fmt: skip
    if fresh := data.get(section, {}).get("fresh"):
        found.append(Row("load", "a gigabyte of this machine's memory, touched for the first time", max(fresh), None, unit="s"))
    return found


def memory(data: dict) -> list[Row]:
    measured = data.get("memory-large", {}).get("bytes", {})

    def gigabytes(name: str) -> float | None:
        return measured[name] / 1e9 if name in measured else None

    found = [
        Row("memory at peak", f"large {precision}, {file} file", gigabytes(f"{precision} {file}"), limit, unit="GB")
        for precision, limit in MEMORY_GB.items() for file in ("fp16", "fp32")
    ]  # fmt: skip
    return found + [Row("memory at peak", "large, PyTorch fp32", gigabytes("PyTorch fp32"), None, unit="GB")]


def together(data: dict) -> list[Row]:
    measured = data.get("together-base", {})
    who = f"base {measured['precision']}" if measured else "base"
    found = []
    for tokens, limit in (("64", 1.15), ("256", 1.5)):
        result = measured.get(tokens, {})
        alone, at_once = (result.get("rounds", {}).get(f"{tokens} tokens {name}", []) for name in ("alone", "together"))
        found += [
            Row("8 requests at once", f"{who}, {tokens} tokens, pictures a second / one at a time",
                ratio(alone, at_once, "all"), limit, False),
            Row("8 requests at once", f"{who}, {tokens} tokens, share of rounds with identical text",
                result.get("equal"), 1.0, False, note=f"{result['distinct']} different texts" if result else ""),
            Row("8 requests at once", f"{who}, {tokens} tokens, first answer / its time alone",
                ratio(at_once, alone, "first"), 2.0),
        ]  # fmt: skip
    return found


def photographs(data: dict) -> list[Row]:
    figure = ratio(rounds_of(data, "photographs", "ours"), rounds_of(data, "photographs", "Pillow + numpy"), "whole")
    return [Row("12-megapixel JPEG", "base64 to pixel values, time / Pillow + numpy", figure, 0.6)]


def http(data: dict) -> list[Row]:
    measured = data.get("http", {})
    added = measured.get("added")
    figure = statistics.median(added) * 1e3 if added else None
    what = "what it adds to a request beyond decode and engine, median"
    found = [Row("HTTP", what, figure, 3.0, unit="ms", possible=(0, math.inf))]
    seconds = {path: statistics.median(times) * 1e3 for path, times in measured.get("dialects", {}).items() if times}
    for path in ("/v1/chat/completions", "/v1/responses", "/api/generate", "/api/chat"):
        more = seconds[path] - seconds["/process_image"] if path in seconds else None
        what = f"what {path} adds to /process_image, median"
        found.append(Row("HTTP", what, more, 3.0, unit="ms", possible=(-math.inf, math.inf)))
    return found + busy(measured)


def busy(measured: dict) -> list[Row]:
    """While all cores compute for others."""
    heads = measured.get("busy", {}).get("heads", {})
    found = []
    for path in ("/process_image", "/v1/chat/completions", "/v1/responses", "/api/generate", "/api/chat"):
        head = (statistics.median(heads[path]) - measured["decode"]) * 1e3 if path in heads else None
        what = f"all cores busy, head of a stream of {path} after the picture is decoded, median"
        found.append(Row("HTTP", what, head, 50.0, unit="ms", possible=(-math.inf, math.inf)))
    lists = sorted(each for times in measured.get("busy", {}).get("lists", {}).values() for each in times)
    middle, last = (lists[len(lists) // 2] * 1e3, lists[len(lists) * 99 // 100] * 1e3) if lists else (None, None)
    found.append(Row("HTTP", "all cores busy, lists, median", middle, 5.0, unit="ms"))
    found.append(Row("HTTP", "all cores busy, lists, 99th percentile", last, 100.0, unit="ms"))
    return found


def avx2(data: dict) -> list[Row]:
    return [
        Row("AVX2 forced", f"{shape} fp32, share of its own ceiling, all FLOP of a picture",
            share_of_picture(data, shape, "float32 avx2"), 0.8, False, possible=SHARES)
        for shape in SHAPES
    ]  # fmt: skip


def accuracy(data: dict) -> list[Row]:
    measured = data.get("accuracy", {})
    count = measured.get("pictures", 300)
    found = []
    for precision in ("bf16", "int8"):
        tasks = measured.get("precisions", {}).get(precision, {})
        what = f"{precision} against fp32, {count} pictures of the demo model"
        found += [
            Row("accuracy", f"{what}, identical <CAPTION>", tasks.get("<CAPTION>", {}).get("equal"),
                EQUAL_CAPTIONS[precision], False),
            Row("accuracy", f"{what}, identical labels of <OD>", tasks.get("<OD>", {}).get("equal"),
                EQUAL_LABELS[precision], False),
            Row("accuracy", f"{what}, identical text of <OCR>", tasks.get("<OCR>", {}).get("equal"),
                EQUAL_LABELS[precision], False),
            Row("accuracy", f"{what}, mean IoU of <OD>", tasks.get("<OD>", {}).get("iou"), 0.95, False),
        ]  # fmt: skip
    return found


def errors(data: dict) -> list[Row]:
    return [
        Row("accuracy", f"{shape} random, {precision}, relative error of {name.replace('_', ' ')}",
            data.get(f"errors-{shape}", {}).get("errors", {}).get(precision, {}).get(name), None)
        for shape in SHAPES for precision in ("bf16", "int8") for name in ("image_features", "logits")
    ]  # fmt: skip
