"""Results as JSON, a file a section and shape, so that a run can be completed piece by piece."""

import json
from pathlib import Path

import machine
from places import RESULTS


def save(name: str, command: str, data: dict, folder: Path = RESULTS, others: float | None = None) -> None:
    """Writes what a section has measured, with where and when, and the share of the processors that others used."""
    folder.mkdir(parents=True, exist_ok=True)
    text = json.dumps(machine.stamp() | {"command": command, "others": others, "data": data}, indent=1)
    (folder / f"{name}.json").write_text(text + "\n")


def load_all(folder: Path = RESULTS) -> dict[str, dict]:
    """Every section that has been measured, by name."""
    return {file.stem: json.loads(file.read_text()) for file in sorted(folder.glob("*.json"))}
