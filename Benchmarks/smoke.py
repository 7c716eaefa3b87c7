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
        store.save("ceilings", "smoke", {"rounds": ceilings.probe(2, 0.01, 16)}, results)
        # Under the name of a shape that the report knows: it is the path that is tested.
        store.save("gemm-base", "smoke", products.measure("smoke", 2, with_peers=False), results)
        page = report.text(store.load_all(results))
    measured = [row for row in targets.rows({}) if row.verdict != "not measured"]
    missing = [name for name in products.FORMATS if name not in page]
    if measured or missing or "GEMM" not in page:
        print(f"The page is not as it should be: {measured} {missing}")
        return 1
    print(f"Benchmarks: the smoke version ran, {len(targets.rows({}))} targets are known.")
    return 0
