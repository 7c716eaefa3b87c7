"""The server under test: a process of its own, and what the system tells of it."""

import os
import pathlib
import re
import signal
import subprocess
import tempfile
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
CRASH_WORDS = re.compile(r"Fatal error|Program crashed|Current stack trace|SIGSEGV|SIGABRT|\*\*\* Signal")


def binary():
    """The program to test; VISION_SERVER_BINARY names another than the release build."""
    path = pathlib.Path(os.environ.get("VISION_SERVER_BINARY") or ROOT / ".build/release/vision-server").resolve()
    if not path.is_file():
        raise SystemExit(f"There is no program {path}. Build it (swift build -c release), or name it in "
                         "VISION_SERVER_BINARY.")
    return path


# How the servers of this thread's row ended: what was wrong, or `None`.
ends = threading.local()


# For rows about those who wait: otherwise eight answers are written at a time.
ONE_BY_ONE = ("--max-batch", "1")


class ServerDied(Exception):
    """The server ended though nobody asked it to."""


class Server:
    """`vision-server --model demo` on loopback, for a `with` block.

    At the end of the block it must be the same process still, without a crash in its log, and end on SIGTERM with
    exit code 0; unless the block has ended it itself. How it went is noted in `ends`.
    """

    def __init__(self, *options, port=0, **environment):
        self.options = ["--model", "demo", "--port", str(port), *map(str, options)]
        # Settings of whoever runs this must not reach the server.
        clean = {name: value for name, value in os.environ.items() if not name.startswith("VISION_SERVER_")}
        self.environment = clean | environment

    def __enter__(self):
        self.log_file = tempfile.NamedTemporaryFile(prefix="vision-server-", suffix=".log")
        self.started = time.monotonic()
        self.process = subprocess.Popen(
            [str(binary()), *self.options], stdin=subprocess.DEVNULL, stdout=self.log_file, stderr=self.log_file,
            env=self.environment, cwd=tempfile.gettempdir())
        try:
            self.port = int(self.wait_for_log(r"Serving demo at http://127\.0\.0\.1:(\d+)")[1])
        except BaseException:
            self.kill()
            raise
        return self

    def __exit__(self, kind, error, trace):
        try:
            if self.process.returncode is None:
                ends.found = getattr(ends, "found", []) + [self.end()]
        finally:
            self.kill()
            self.log_file.close()

    @property
    def pid(self):
        return self.process.pid

    @property
    def is_alive(self):
        return self.process.poll() is None

    def log(self):
        """All that the server has written."""
        return pathlib.Path(self.log_file.name).read_text(errors="surrogateescape")

    def wait_for_log(self, pattern, seconds=20):
        """The first match of a pattern in the log, as soon as it is there."""
        end = time.monotonic() + seconds
        while not (match := re.search(pattern, self.log())):
            if not self.is_alive or time.monotonic() > end:
                raise ServerDied(f"no line {pattern!r} in the log: {self.log()[-500:]}")
            time.sleep(0.01)
        return match

    def terminate(self):
        """SIGTERM, without waiting."""
        self.process.send_signal(signal.SIGTERM)

    def wait(self, seconds):
        """The exit code, negative for a signal; `None` if the server still lives after that time."""
        try:
            return self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            return None

    def kill(self):
        """SIGKILL, whatever the state."""
        if self.is_alive:
            self.process.kill()
        self.process.wait()

    def end(self):
        """Ends the server; what is wrong with its end, or `None`."""
        if not self.is_alive:
            return f"exit code {self.process.returncode} out of the blue: {self.log()[-300:]}"
        self.terminate()
        code = self.wait(40)
        if crash := CRASH_WORDS.search(self.log()):
            return f"the log tells of a crash: {self.log()[crash.start():][:300]}"
        return None if code == 0 else f"exit code {code} after SIGTERM: {self.log()[-300:]}"

    def status_field(self, name):
        """A field of /proc/PID/status in bytes, such as VmRSS."""
        text = pathlib.Path(f"/proc/{self.pid}/status").read_text()
        return int(re.search(rf"^{name}:\s+(\d+) kB", text, re.MULTILINE)[1]) * 1024

    def resident(self):
        """Bytes of memory in RAM."""
        return self.status_field("VmRSS")

    def forget_peak(self):
        """Lets the peak of the resident memory start anew from here."""
        pathlib.Path(f"/proc/{self.pid}/clear_refs").write_text("5")

    def peak(self):
        """The most bytes in RAM since `forget_peak`."""
        return self.status_field("VmHWM")

    def handles(self):
        """How many threads, descriptors and memory maps the process has."""
        proc = pathlib.Path(f"/proc/{self.pid}")
        maps = (proc / "maps").read_text().count("\n")
        return {"threads": len(list((proc / "task").iterdir())), "descriptors": len(list((proc / "fd").iterdir())),
                "maps": maps}

    def cpu_seconds(self):
        """Processor time that the process has used."""
        fields = pathlib.Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
