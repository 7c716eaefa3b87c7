"""Rows: what is measured, beside the limit that it must keep."""

import math
import re
import signal
import traceback
from contextlib import contextmanager
from dataclasses import dataclass

import server

# A row that takes longer is stuck, unless it says how long it may take.
ROW_SECONDS = 200


@dataclass
class Figure:
    """One measured value and its limit; a timed one depends on how busy the machine is."""

    name: str
    measured: str
    limit: str
    passed: bool
    timed: bool = False


@dataclass
class Row:
    """A claim of a known name and the function that checks it, a generator of figures."""

    id: str
    check: object
    background: bool = False
    after: tuple = ()
    seconds: int = ROW_SECONDS

    @property
    def title(self):
        return self.check.__doc__.strip().splitlines()[0]


ALL = []


def row(id, background=False, after=(), seconds=ROW_SECONDS):
    """Registers a function as the check of a row.

    A row in the background runs beside the others because it mostly waits; `after` names rows that it needs; one that
    takes more `seconds` than others is stuck later."""

    def register(check):
        ALL.append(Row(id, check, background, after, seconds))
        return check

    return register


def exactly(name, measured, wanted):
    """A figure that must be one value."""
    return Figure(name, str(measured), f"exactly {wanted}", measured == wanted)


def at_least(name, measured, limit, unit="", timed=False):
    """A figure that must not be below its limit."""
    return Figure(name, amount(measured, unit), f"at least {amount(limit, unit)}", measured >= limit, timed)


def at_most(name, measured, limit, unit="", timed=False):
    """A figure that must not exceed its limit."""
    return Figure(name, amount(measured, unit), amount(limit, unit), measured <= limit, timed)


def none_of(name, offenders, of):
    """A figure that counts offenders among `of` tries; the first of them is shown."""
    offenders = list(offenders)
    example = f", first: {printable(offenders[0])}" if offenders else ""
    return Figure(name, f"{len(offenders)} of {of}{example}", "0", not offenders and of > 0)


def printable(value, length=300):
    """A value on one line, cut where it is long."""
    text = str(value)
    text = re.sub(r"[^\x20-\x7e]", lambda match: ascii(match[0])[1:-1], text)
    return text if len(text) <= length else text[:length] + "..."


def amount(value, unit):
    """A number with its unit, times in milliseconds and memory in MB where that reads better."""
    if unit == "s" and value < 10:
        return f"{value * 1000:.0f} ms"
    if unit == "bytes":
        return f"{value / 2**20:.1f} MB"
    return f"{value:.1f} {unit}".strip() if isinstance(value, float) else f"{value} {unit}".strip()


def percentile(values, part):
    """The value that `part` per cent of the values do not exceed."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(len(ordered) * part / 100) - 1)]


@contextmanager
def time_limit(seconds):
    """Interrupts what takes longer; the main thread only."""

    def interrupt(number, frame):
        raise TimeoutError(f"stuck for {seconds} s")

    before = signal.signal(signal.SIGALRM, interrupt)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def figures(row, rig):
    """The figures of a row; what goes wrong while they are taken is one more, which has not passed."""
    try:
        yield from row.check(rig)
    except Exception as error:  # Whatever it is, the other rows shall still run.
        where = traceback.extract_tb(error.__traceback__)[-1]
        told = f"{type(error).__name__}: {printable(error, 600)} ({where.filename.rsplit('/', 1)[-1]}:{where.lineno})"
        yield Figure("the check itself", told, "an answer", False)
    ends, server.ends.found = getattr(server.ends, "found", []), []
    if ends:
        yield none_of("servers that died or did not end with exit code 0", filter(None, ends), len(ends))
