"""Figures of the named rows, printed and checked."""

import unittest


class FigureTestCase(unittest.TestCase):
    def check(self, row, figure, limit, what, slack=1.0):
        """Prints the figure beside its limit, and fails above `slack` times the limit: a machine busy with other
        things stretches what is timed, so such figures fail only when they are far off."""
        print(f"{row} {figure:.4g} {limit:g} {'PASS' if figure <= limit else 'FAIL'}  {what}", flush=True)
        self.assertLessEqual(figure, limit * slack, what)
