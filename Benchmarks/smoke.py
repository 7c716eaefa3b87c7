"""Everything that needs no peer, on sizes that take no time: that it runs and is written down, never how fast."""

import json
import tempfile
import unittest
from pathlib import Path

import ceilings
import products
import report
import roofline
import store
import targets
from server import run


def main() -> int:
    """Runs the smallest sections, writes a page of them, and checks that the two tables of layers agree."""
    if not unittest.TextTestRunner(verbosity=0).run(unittest.defaultTestLoader.loadTestsFromName("test_roofline")).wasSuccessful():
        return 1
    for name, shape in targets.SHAPES.items():
        listed = json.loads(run(["gemm", "--shape", name, "--list"], name="vision-benchmark"))
        if listed != [vars(product) for product in roofline.products(shape)]:
            print(f"vision-benchmark and roofline.py do not list the same layers of {name}")
            return 1
    with tempfile.TemporaryDirectory() as folder:
        results = Path(folder) / "results"
        loops = ceilings.probe(2, 0.01, 16)
        store.save("ceilings", "smoke", {"rounds": loops}, results)
        # Under the name of a shape that the report knows: it is the path that is tested.
        measured = products.measure("smoke", 2, with_peers=False)
        store.save("gemm-base", "smoke", measured, results)
        page = report.text(store.load_all(results))
    if wrong := wrong_ceilings(measured, loops[0]):
        print(f"Products are compared with a loop that is not the processor's best: {wrong}")
        return 1
    judged = [row for row in targets.rows({}) if row.verdict != "not measured"]
    missing = [name for name in products.FORMATS if name not in page]
    if judged or missing or "GEMM" not in page:
        print(f"The page is not as it should be: {judged} {missing}")
        return 1
    print(f"Benchmarks: the smoke version ran, {len(targets.rows({}))} targets are known.")
    return 0


def wrong_ceilings(measured: dict, loops: dict[str, float]) -> dict[str, str]:
    """Formats whose ceiling is another loop than the first one for their precision that this processor has."""
    precisions = {"float32": "fp32", "float16": "fp32", "bfloat16": "bf16", "int8": "int8"}
    wrong = {}
    for name, precision in precisions.items():
        best = next(loop for loop in ceilings.LOOPS[precision] if loops[loop] > 0)
        used = measured["rounds"][name][0]["ceiling"]
        if used != best:
            wrong[name] = f"{used}, not {best}"
    return wrong
