"""The table of work against figures that were counted by hand, and the least times that follow from them."""

import unittest

import roofline
import shapes

# GFLOP of one picture of 768 x 768 with a prompt of 12 tokens: (stage, kind) -> base, large.
GFLOP = {
    ("vision", "linear"): (347.9, 1391.6),
    ("vision", "attention"): (12.9, 25.7),
    ("vision", "convolution"): (17.7, 68.0),
    ("vision", "depthwise"): (1.3, 2.6),
    ("encoder", None): (56.4, 194.9),
    ("cross", None): (8.3, 29.6),
    (None, None): (445, 1715),
}
CEILINGS = {"fp32": 226e9, "bf16": 450e9, "int8": 900e9, "memory": 27.5e9}


class WorkOfAPicture(unittest.TestCase):
    def test_gflop(self):
        for (stage, kind), expected in GFLOP.items():
            for shape, gflop in zip((shapes.BASE, shapes.LARGE), expected):
                work = [item for item in roofline.picture(shape) if stage in (None, item.stage)]
                found = sum(item.flop for item in work if kind in (None, item.kind)) / 1e9
                self.assertAlmostEqual(found, gflop, delta=0.004 * gflop + 0.05, msg=f"{stage} {kind}")

    def test_decoder_weights(self):
        self.assertAlmostEqual(roofline.decoder_weights(shapes.BASE) / 1e6, 88.9, delta=0.05)
        self.assertAlmostEqual(roofline.decoder_weights(shapes.LARGE) / 1e6, 228.7, delta=0.05)

    def test_products_are_the_linear_work(self):
        for shape in (shapes.BASE, shapes.LARGE):
            listed = sum(item.flop * item.count for item in roofline.products(shape) if item.stage != "decoder")
            summed = sum(item.flop for item in roofline.picture(shape) if item.kind == "linear")
            self.assertAlmostEqual(listed / summed, 1, places=9)

    def test_products_of_a_step_are_the_decoder_weights(self):
        for shape in (shapes.BASE, shapes.LARGE):
            step = [item for item in roofline.products(shape) if item.stage == "decoder"]
            self.assertEqual(sum(item.k * item.n * item.count for item in step), roofline.decoder_weights(shape))


class LeastTime(unittest.TestCase):
    def test_large(self):
        for precision, before, after in (("fp32", 7.6, 1.05), ("bf16", 3.8, 1.05), ("int8", 2.0, 0.53)):
            work = roofline.picture(shapes.LARGE)
            self.assertAlmostEqual(
                roofline.seconds_before_first_token(work, precision, CEILINGS), before, delta=0.1)
            whole = roofline.whole(shapes.LARGE, precision, "fp16", 64, CEILINGS)
            self.assertGreater(whole, before - 0.1 + after)
            self.assertLess(whole, before + 0.1 + 1.3 * after)


if __name__ == "__main__":
    unittest.main()
