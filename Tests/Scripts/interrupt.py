"""Starts a command, sends it a signal once a file has so many lines, and prints its exit code.

Usage: interrupt.py SIGNAL FILE LINES COMMAND...

SIGNAL is INT, TERM or HUP; it goes to the command alone, not to what the command started. A command that a signal has
ended has the exit code of a shell, 128 and the signal's number. Processes that the command leaves behind are named.
"""

import os
import pathlib
import signal
import subprocess
import sys
import time

DEADLINE = 30


def wait_until(condition, what):
    end = time.monotonic() + DEADLINE
    while not condition():
        if time.monotonic() > end:
            sys.exit(f"{what} did not happen within {DEADLINE} seconds")
        time.sleep(0.01)


def group_members(group):
    """The command lines of the living processes of a process group."""
    lines = []
    for folder in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            fields = (folder / "stat").read_text().rpartition(")")[2].split()
            if int(fields[2]) == group and fields[0] != "Z":
                lines.append((folder / "cmdline").read_text().replace("\0", " "))
        except OSError:
            pass
    return lines


def defaults():
    # A shell's background jobs ignore SIGINT, and what is ignored at the start cannot be trapped.
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)


def main():
    number = getattr(signal, "SIG" + sys.argv[1])
    file, lines = pathlib.Path(sys.argv[2]), int(sys.argv[3])
    command = subprocess.Popen(sys.argv[4:], start_new_session=True, preexec_fn=defaults, stdin=subprocess.DEVNULL)
    wait_until(lambda: len(file.read_text().splitlines()) >= lines or command.poll() is not None, "the awaited request")
    if command.poll() is None:
        os.kill(command.pid, number)
    wait_until(lambda: command.poll() is not None, "the command's end")
    wait_until(lambda: not group_members(command.pid), f"the end of {group_members(command.pid)}")
    code = command.returncode
    print("exit code", code if code >= 0 else 128 - code)


main()
