"""results.md: every target with its figure, then the tables that the figures come from."""

import statistics

import ceilings
import targets
from timing import median

MISSING = "-"
NOISY = 0.1


def text(results: dict[str, dict]) -> str:
    """The whole page."""
    parts = [
        "# Results\n",
        "Written by `Benchmarks/run`; see [README.md](README.md). Absolute times belong to the machine and the hour; "
        "ratios are medians over rounds in which everybody took a turn.\n",
        "## Targets\n", target_table(targets.rows(results)), "## Where and when\n", provenance(results),
        *(part for name, result in results.items() for part in section(name, result["data"])),
    ]  # fmt: skip
    return "\n".join(parts)


def table(head: list[str], lines: list[list[str]]) -> str:
    """A Markdown table with an empty line after it."""
    return "\n".join("| " + " | ".join(cells) + " |" for cells in [head, ["---"] * len(head), *lines]) + "\n"


def target_table(rows: list[targets.Row]) -> str:
    """Every row, measured or not."""
    lines = []
    for row in rows:
        sign = "≤" if row.is_at_most else "≥"
        limit = MISSING if row.limit is None else f"{sign} {number(row.limit)} {row.unit}".strip()
        figure = f"{number(row.figure)} {row.unit}".strip() + (f": {row.note}" if row.note else "")
        lines.append([row.topic, row.what.replace("<", "\\<"), figure, limit, row.verdict])
    return table(["", "what", "figure", "target", "met"], lines)


def number(value: float | None) -> str:
    """Three digits that matter."""
    if value is None:
        return MISSING
    if value != 0 and abs(value) < 0.01:
        return f"{value:.1e}"
    return f"{value:.3g}" if abs(value) < 100 else f"{value:.0f}"


def provenance(results: dict[str, dict]) -> str:
    """Machine, date, commit and command of each section, and how much others disturbed it."""
    lines = [
        [name, result["machine"], result["date"], result["commit"], disturbance(result.get("others")),
         f"`{result['command']}`"]
        for name, result in results.items()
    ]  # fmt: skip
    return table(
        ["section", "machine", "date (UTC)", "commit", "processors used by others", "command"], lines)


def disturbance(share: float | None) -> str:
    """In percent, marked where figures cannot be trusted any more."""
    if share is None:
        return MISSING
    return f"{100 * share:.0f} %" if share < NOISY else f"**{100 * share:.0f} %: noisy**"


def section(name: str, data: dict) -> list[str]:
    """A heading and a table; nothing for sections whose figures are all among the targets."""
    kind = name.split("-")[0]
    if kind == "ceilings":
        return ["## Ceilings\n", ceiling_table(data["rounds"])]
    if kind == "gemm":
        return [f"## Matrix products, {name.removeprefix('gemm-')}\n", gemm_table(name, data)]
    if kind in ("vision", "whole", "decoding", "loading", "photographs"):
        return [f"## {name.replace('-', ', ')}\n", seconds_table(data["rounds"])]
    if kind == "memory":
        lines = [[who, f"{size / 1e9:.2f}"] for who, size in data["bytes"].items()]
        return [f"## {name.replace('-', ', ')}\n", table(["", "GB at the peak"], lines)]
    if kind == "together":
        rounds = data["64"]["rounds"] | data["256"]["rounds"]
        return [f"## Eight requests, {data['precision']}\n", seconds_table(rounds)]
    return []


def ceiling_table(rounds: list[dict[str, float]]) -> str:
    """Of each loop median and range."""
    lines = []
    for name in rounds[0]:
        values = [one[name] / 1e9 for one in rounds]
        lines.append([name, f"{statistics.median(values):.1f}", f"{min(values):.1f} - {max(values):.1f}"])
    return table(["loop", "10⁹ operations (memory: bytes) a second", "range"], lines)


def seconds_table(rounds: dict[str, list[dict[str, float]]]) -> str:
    """Medians by contestant and stage."""
    contestants = {name: times for name, times in rounds.items() if name != "ceilings" and times}
    stages = list(dict.fromkeys(stage for times in contestants.values() for one in times for stage in one))
    lines = []
    for name, times in contestants.items():
        values = [median(times, stage) for stage in stages]
        lines.append([name, *(MISSING if value is None else f"{value:.4f}" for value in values), str(len(times))])
    loops = rounds.get("ceilings")
    below = "" if not loops else "\nCeilings in these rounds: " + ", ".join(
        f"{name} {value / 1e9:.0f}" for name, value in ceilings.medians(loops).items()) + " (10⁹ a second).\n"  # fmt: skip
    return table(["", *(f"{stage}, s" for stage in stages), "rounds"], lines) + below


def gemm_table(name: str, data: dict) -> str:
    """A line a shape: what each contestant reached in 10⁹ operations a second, and its share of the least time."""
    shape = name.removeprefix("gemm-")
    lines = []
    contestants = list(data["rounds"])
    shares = {
        who: [share for _, share in targets.shares({name: data}, shape, who)]
        for who in contestants if not who.startswith("PyTorch")
    }  # fmt: skip
    for index, product in enumerate(data["products"]):
        cells = []
        for who in contestants:
            seconds = statistics.median(one["seconds"][index] for one in data["rounds"][who])
            share = f" ({100 * shares[who][index]:.0f} %)" if who in shares else ""
            cells.append(f"{targets.flop(product) / seconds / 1e9:.0f}{share}")
        lines.append([targets.label(product), str(product["count"]), *cells])
    return table(["product (M, K, N)", "count", *contestants], lines)
