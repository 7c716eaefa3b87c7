"""One vision-server on each node, shared by the processes there that need it.

Each of them has a NodeServer for the same folder. The one that holds the lock in it starts the server, watches it and
starts it again. When that process ends, however it ends, its server and its lock go with it, and the next one takes
over.
"""

import collections
import contextlib
import fcntl
import http.client
import os
import re
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path

LISTENS = re.compile(r"Serving .* at http://(127\.0\.0\.1:\d+),")
START_SECONDS = 120
RESTART_SECONDS = 1
# A server that has not said in a minute that it is well does not work any more.
HEALTH_SECONDS, HEALTH_MISSES = 10, 6
# The kernel kills the server with the thread that started it. Where that has ended before the kernel was asked, the
# parent is another one by now, and no server is started.
WITH_ITS_PARENT = ("setpriv", "--pdeathsig", "KILL", "sh", "-c", 'test "$PPID" = "$0" && exec "$@"')


class ServerFailed(RuntimeError):
    """No server can be had, or it refuses every picture: the run cannot go on."""


class NodeServer:
    def __init__(self, folder: Path, command: list[str]) -> None:
        """`command` is the program and its options; `folder` is new, or of others that want the same."""
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.folder, self.command = folder, command
        self.note = folder / "address"
        threading.Thread(target=self.keep, name="vision-server", daemon=True).start()

    def address(self) -> str:
        """Host and port of the server, when it listens; it may have ended since."""
        end = time.monotonic() + START_SECONDS
        while time.monotonic() < end:
            with contextlib.suppress(FileNotFoundError):
                kind, _, text = self.note.read_text().partition(" ")
                if kind == "failed":
                    raise ServerFailed(text)
                return text
            time.sleep(0.05)
        raise ServerFailed(f"{self.command[0]} did not listen within {START_SECONDS} s.")

    @contextlib.contextmanager
    def alone(self) -> Iterator[None]:
        """Holds up all others of the node that want to be alone, too."""
        with open(self.folder / "alone", "w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def keep(self) -> None:
        with open(self.folder / "lock", "w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            while (failure := self.run()) is None:
                # Where this process is ending, too, it says nothing any more.
                time.sleep(RESTART_SECONDS)
                print(f"{self.command[0]} has ended and is started again.", flush=True)
            self.write("failed", failure)

    def run(self) -> str | None:
        """Starts the server and returns when it has ended: why it has never listened, if so."""
        self.note.unlink(missing_ok=True)
        listened, lines = False, collections.deque[str](maxlen=5)
        environment = {name: value for name, value in os.environ.items() if name != "VISION_SERVER_API_KEYS"}
        command = [*WITH_ITS_PARENT, str(os.getpid()), *self.command, "--host", "127.0.0.1", "--port", "0"]
        try:
            process = subprocess.Popen(
                command, env=environment, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, errors="replace"
            )
        except FileNotFoundError:
            return "setpriv is missing here: install util-linux."
        with process:
            for line in process.stderr or ():
                lines.append(line)
                if not listened and (found := LISTENS.search(line)):
                    listened = True
                    threading.Thread(target=watch, args=(process, found[1]), daemon=True).start()
                    self.write("listens", found[1])
        self.note.unlink(missing_ok=True)
        if listened:
            return None
        return f"{self.command[0]} ended with status {process.returncode}: {' '.join(''.join(lines).split())}"

    def write(self, kind: str, text: str) -> None:
        new = self.folder / "address.new"
        new.write_text(f"{kind} {text}")
        new.replace(self.note)


def watch(process: subprocess.Popen[str], address: str) -> None:
    """Kills a server that does not answer any more."""
    misses = 0
    while process.poll() is None and misses < HEALTH_MISSES:
        time.sleep(HEALTH_SECONDS)
        misses = 0 if is_well(address) else misses + 1
    process.kill()


def is_well(address: str) -> bool:
    connection = http.client.HTTPConnection(address, timeout=HEALTH_SECONDS)
    try:
        connection.request("GET", "/health")
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
