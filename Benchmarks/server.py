"""The program under test: `vision-server caption` as a process each time, and the service on a port of its own."""

import base64
import json
import os
import re
import subprocess
import tempfile
import threading
import time
import urllib.request
from pathlib import Path

from places import program

PRECISIONS = ("fp32", "bf16", "int8")
PROMPT = "<MORE_DETAILED_CAPTION>"


def environment(**settings: str) -> dict[str, str]:
    """The environment without settings of whoever runs this. Pictures come again and again here, and each is looked at."""
    others = {name: value for name, value in os.environ.items() if not name.startswith("VISION_SERVER_")}
    return others | {"VISION_SERVER_IMAGE_CACHE": "0"} | settings


def run(arguments: list[str], name: str = "vision-server", **settings: str) -> str:
    """What a program prints; its last line of complaint as an exception where it fails."""
    result = subprocess.run([str(program(name)), *arguments], capture_output=True, text=True, env=environment(**settings))
    if result.returncode != 0:
        complaint = (result.stderr.strip() or result.stdout.strip() or "no message").splitlines()[-1]
        raise RuntimeError(f"{name} {arguments[0]}: {complaint}")
    return result.stdout


def caption_arguments(
    model: Path | str, files: list[Path], precision: str, beams: int, tokens: int, prompt: str = PROMPT
) -> list[str]:
    """The command line of `vision-server caption`."""
    return [
        "caption", *map(str, files), "--model", str(model), "--precision", precision, "--prompt", prompt, "--json",
        "--num-beams", str(beams), "--max-new-tokens", str(tokens),
    ]  # fmt: skip


def caption(*arguments, **settings: str) -> list[dict]:
    """One answer a picture, in order; arguments as for `caption_arguments`."""
    lines = run(caption_arguments(*arguments), **settings).splitlines()
    return [json.loads(line) for line in lines if line.startswith("{")]


def supported_precisions(picture: Path) -> list[str]:
    """Those that this program and processor know."""
    known = []
    for precision in PRECISIONS:
        try:
            caption("demo", [picture], precision, 1, 1, "<CAPTION>")
            known.append(precision)
        except RuntimeError as error:
            print(f"Without {precision}: {error}", flush=True)
    return known


class Server:
    """`vision-server` on loopback, for a `with` block."""

    def __init__(self, model: Path | str, *options: str):
        self.arguments = [str(program("vision-server")), "--model", str(model), "--port", "0", *options]

    def __enter__(self):
        self.started = time.perf_counter()
        self.log = tempfile.NamedTemporaryFile(prefix="vision-server-", suffix=".log")
        self.process = subprocess.Popen(
            self.arguments, stdout=self.log, stderr=self.log, env=environment(), stdin=subprocess.DEVNULL)
        self.address = self._address()
        return self

    def _address(self) -> str:
        while True:
            text = Path(self.log.name).read_text(errors="replace")
            if match := re.search(r"Serving .* at (http://127\.0\.0\.1:\d+)", text):
                return match[1]
            if self.process.poll() is not None:
                raise RuntimeError(f"vision-server: {text.strip()[-300:]}")
            time.sleep(0.002)

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()
        self.log.close()

    def post(self, path: str, body: bytes = b"") -> dict:
        """The answer to a POST."""
        request = urllib.request.Request(self.address + path, body, {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=600) as response:
            return json.loads(response.read() or b"{}")

    def metric(self, name: str) -> float:
        """One figure of /metrics, 0 where there is none yet."""
        with urllib.request.urlopen(self.address + "/metrics") as response:
            match = re.search(rf"^{name} (\S+)$", response.read().decode(), re.MULTILINE)
        return float(match[1]) if match else 0.0


def request_body(picture: Path, prompt: str, beams: int, tokens: int) -> bytes:
    """The body of POST /process_image."""
    image = base64.b64encode(picture.read_bytes()).decode()
    return json.dumps({"image": image, "prompt": prompt, "num_beams": beams, "max_new_tokens": tokens}).encode()


def peak_memory(command: list[str]) -> int:
    """The most bytes that a command has in memory, as the system counts them (VmHWM): mapped files included.

    It is looked at all the time, because what `wait` tells of a child includes the parent that it was forked from.
    """
    process = subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, env=environment())
    peak = 0
    complaint: list[str] = []
    reader = threading.Thread(target=lambda: complaint.append(process.stderr.read()))
    reader.start()
    while process.poll() is None:
        status = Path(f"/proc/{process.pid}/status").read_text()
        if match := re.search(r"VmHWM:\s+(\d+) kB", status):
            peak = max(peak, int(match[1]) * 1024)
        time.sleep(0.02)
    reader.join()
    if process.returncode != 0:
        raise RuntimeError((complaint[0].strip() or "no message").splitlines()[-1])
    return peak
