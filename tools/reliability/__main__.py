"""Runs the server and does to it what the world does, and worse.

Prints one line a figure: `ID name: measured (limit ...) PASS|FAIL`. The figures that depend on how busy the machine is
are marked `timed`; they make no difference to the exit code unless --strict is given. Python's standard library only;
nothing leaves 127.0.0.1.
"""

import argparse
import sys
import threading
import time
from dataclasses import dataclass

import connections
import crowd
import decoding
import dialects
import doors
import folders
import forgery
import inputs
import lifecycle
import slow
import stopping
import texts
import waiting
import wire
from rows import ALL, ROW_SECONDS, Figure, figures, time_limit
from server import binary

FAMILIES = (inputs, texts, wire, slow, doors, forgery, waiting, crowd, lifecycle, stopping, decoding, connections,
            dialects, folders)


@dataclass(frozen=True)
class Rig:
    """How thorough the run is."""

    quick: bool

    def count(self, thorough, quick):
        """The number of repetitions: one of the two."""
        return quick if self.quick else thorough


def main():
    options = parse()
    binary()
    chosen = choose(options.only)
    rig = Rig(options.quick)
    start = time.monotonic()
    waiting_rows = [Background(row, rig) for row in chosen if row.background]
    failed = []
    for row in chosen:
        if not row.background:
            with time_limit(row.seconds):
                failed += show(row, figures(row, rig), options.strict)
    for background in waiting_rows:
        failed += show(background.row, background.figures(), options.strict)
    print(f"{f'These {len(failed)} do not hold' if failed else 'All rows hold'}, {time.monotonic() - start:.0f} s",
          *failed, sep="\n")
    return 1 if failed else 0


def parse():
    parser = argparse.ArgumentParser(prog="reliability", description=__doc__.partition("\n")[0])
    parser.add_argument("--only", metavar="IDS", help="rows to run, such as D2,D6")
    parser.add_argument("--quick", action="store_true", help="fewer repetitions: under a minute")
    parser.add_argument("--strict", action="store_true", help="timed figures count, too")
    parser.add_argument("--list", action="store_true", help="print the rows and run nothing")
    options = parser.parse_args()
    if options.list:
        for row in ordered():
            print(row.id, row.title)
        parser.exit()
    return options


def ordered():
    """All rows by family and number; those that judge the others come last."""
    return sorted(ALL, key=lambda row: (bool(row.after), row.id[0], int(row.id[1:])))


def choose(only):
    if only is None:
        return ordered()
    wanted = {name.strip().upper() for name in only.split(",")}
    if unknown := wanted - {row.id for row in ALL}:
        sys.exit(f"There is no row {', '.join(sorted(unknown))}. The rows: {' '.join(row.id for row in ordered())}")
    needed = {name for row in ALL if row.id in wanted for name in row.after}
    return [row for row in ordered() if row.id in wanted | needed]


def show(row, of_row, strict):
    """Prints a row's figures as they come, and returns the lines of those that failed in a way that counts."""
    failed = []
    for figure in of_row:
        timed = " (timed)" if figure.timed else ""
        verdict = "PASS" if figure.passed else "FAIL"
        line = f"{row.id} {figure.name}: {figure.measured} (limit {figure.limit}) {verdict}{timed}"
        print(line, flush=True)
        if not figure.passed and (strict or not figure.timed):
            failed.append(line)
    return failed


class Background:
    """A row on a thread of its own."""

    def __init__(self, row, rig):
        self.row = row
        self._found = []
        self._thread = threading.Thread(target=lambda: self._found.extend(figures(row, rig)), daemon=True)
        self._thread.start()

    def figures(self):
        self._thread.join(ROW_SECONDS)
        if self._thread.is_alive():
            return [Figure("the check itself", f"stuck for {ROW_SECONDS} s", "an answer", False)]
        return self._found


if __name__ == "__main__":
    sys.exit(main())
