"""Three real servers behind the real HAProxy with the configuration that is shipped, all on loopback."""

import base64
import contextlib
import csv
import http.client
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
CONFIGURATION = ROOT / "packaging/haproxy/haproxy.cfg"
BINARY = os.environ.get("VISION_SERVER_BINARY", str(ROOT / ".build/release/vision-server"))
NAMES = ("one", "two", "three")
# Longer than HAProxy takes to notice: at most 0.8 s until its check, 0.25 s until the second, and their answers.
DRAIN_SECONDS = 2
CAPTION = 'a red square, a brown square and a green heart plus an orange cross with the word "FISH"'


def wait_until(condition, what, seconds=20.0):
    """Polls until `condition` holds and returns how many seconds that took; fails with `what` after `seconds`."""
    start = time.monotonic()
    while not condition():
        if time.monotonic() - start > seconds:
            raise AssertionError(f"not within {seconds:g} s: {what}")
        time.sleep(0.02)
    return time.monotonic() - start


def free_ports(count):
    """Ports that nobody listens to now."""
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in sockets]


def request_body(size=0, **options):
    """A caption request for the example picture, made `size` bytes long by white space, which JSON allows anywhere."""
    picture = (ROOT / "Models/demo/example.png").read_bytes()
    fields = {"prompt": "<CAPTION>", "image": base64.b64encode(picture).decode()} | options
    return json.dumps(fields).encode().ljust(size)


def chat_body(**fields):
    """The same question in OpenAI's words."""
    picture = base64.b64encode((ROOT / "Models/demo/example.png").read_bytes()).decode()
    url = {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{picture}"}}
    content = [{"type": "text", "text": "<CAPTION>"}, url]
    return json.dumps({"messages": [{"role": "user", "content": content}]} | fields).encode()


def send(port, body=None, path="/process_image", timeout=60.0):
    """One request on a connection of its own: (status, body), or (None, why) when there was no answer."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout)
    try:
        connection.request("POST" if body else "GET", path, body, {"Content-Type": "application/json"} if body else {})
        response = connection.getresponse()
        return response.status, response.read().decode(errors="replace")
    except (OSError, http.client.HTTPException) as error:
        return None, repr(error)
    finally:
        connection.close()


def stream_lines(port, body, path):
    """The lines of an answer that comes as events, with the moment when each came."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    with contextlib.closing(connection):
        connection.request("POST", path, body, {"Content-Type": "application/json"})
        response = connection.getresponse()
        if response.status != 200:
            raise AssertionError(f"{response.status}: {response.read()}")
        return [(line.decode().rstrip("\r\n"), time.monotonic()) for line in response]


class Server:
    """One vision-server process, always on the same port."""

    def __init__(self, name, port, folder):
        self.name, self.port = name, port
        self.log = open(folder / f"{name}.log", "ab")
        self.process = None

    def start(self, *options):
        command = [BINARY, "--model", "demo", "--port", str(self.port), "--threads", "1", *options]
        environment = {**os.environ, "VISION_SERVER_DRAIN": str(DRAIN_SECONDS)}
        self.process = subprocess.Popen(command, stderr=self.log, stdin=subprocess.DEVNULL, env=environment)
        wait_until(lambda: send(self.port, path="/ready", timeout=1)[0] == 200, f"server {self.name} is ready")

    def signal(self, number):
        self.process.send_signal(number)

    def stop(self):
        """SIGTERM; the exit code."""
        self.signal(signal.SIGTERM)
        return self.process.wait(timeout=40)

    def kill(self):
        if self.process and self.process.poll() is None:
            self.process.kill()
            self.process.wait()


class Fleet:
    """Servers one, two and three, and HAProxy before them."""

    def __init__(self):
        # Logs are kept where VISION_TEST_LOGS names a directory for them.
        self.kept = os.environ.get("VISION_TEST_LOGS")
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="haproxy-", dir=self.kept))
        self.port, status_port, *ports = free_ports(2 + len(NAMES))
        self.servers = {name: Server(name, port, self.folder) for name, port in zip(NAMES, ports)}
        self.socket_path = self.folder / "haproxy.sock"
        self.configuration = self.folder / "haproxy.cfg"
        self.configuration.write_text(self.adapted(CONFIGURATION.read_text(), status_port))
        self.process = None

    def adapted(self, text, status_port):
        """The shipped configuration with this machine's addresses; a replacement that finds nothing is an error."""
        replacements = {
            "    user haproxy\n    group haproxy\n": "",
            "log /dev/log local0": "log stdout format raw local0",
            "/run/haproxy/admin.sock": str(self.socket_path),
            "bind :54880": f"bind 127.0.0.1:{self.port}",
            "bind 127.0.0.1:8404": f"bind 127.0.0.1:{status_port}",
            **{f"192.0.2.1{i}:54880": f"127.0.0.1:{self.servers[n].port}" for i, n in enumerate(NAMES, start=1)},
        }
        for old, new in replacements.items():
            if text.count(old) != 1:
                raise AssertionError(f"{CONFIGURATION} says {old!r} {text.count(old)} times, not once")
            text = text.replace(old, new)
        return text

    def start(self):
        for server in self.servers.values():
            server.start()
        with open(self.folder / "haproxy.log", "ab") as log:
            self.process = subprocess.Popen(
                ["haproxy", "-db", "-f", str(self.configuration)], stdout=log, stderr=log, stdin=subprocess.DEVNULL)
        self.wait_until_up()

    def close(self):
        for server in self.servers.values():
            server.kill()
            server.log.close()
        if self.process:
            self.process.kill()
            self.process.wait()
        if not self.kept:
            shutil.rmtree(self.folder)

    def tell(self, command):
        """What HAProxy answers to `command` on its socket."""
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(5)
            connection.connect(str(self.socket_path))
            connection.sendall(command.encode() + b"\n")
            return b"".join(iter(lambda: connection.recv(65536), b"")).decode()

    def statistics(self):
        """HAProxy's counters of each server."""
        rows = csv.DictReader(self.tell("show stat").removeprefix("# ").splitlines())
        return {row["svname"]: row for row in rows if row["pxname"] == "servers" and row["svname"] in NAMES}

    def counter(self, name, field):
        return int(self.statistics()[name][field])

    def is_up(self, name):
        try:
            return self.statistics()[name]["status"].startswith(("UP", "no check"))
        except (OSError, KeyError):
            return False

    def wait_until_up(self):
        wait_until(lambda: all(map(self.is_up, NAMES)), "HAProxy says that all servers are up")


class Load:
    """A steady stream of requests, each on a thread and a connection of its own, whether or not others are answered."""

    def __init__(self, port, rate=20, body_for=lambda number: request_body()):
        self.port, self.rate, self.body_for = port, rate, body_for
        self.answers, self.threads, self.begun = [], [], 0
        self.ended = threading.Event()
        self.pacer = threading.Thread(target=self.run)

    def run(self):
        start = time.monotonic()
        while not self.ended.wait(max(0.0, start + self.begun / self.rate - time.monotonic())):
            thread = threading.Thread(target=self.send_one, args=(self.body_for(self.begun),), daemon=True)
            self.begun += 1
            self.threads.append(thread)
            thread.start()

    def send_one(self, body):
        self.answers.append(send(self.port, body))

    def __enter__(self):
        self.pacer.start()
        return self

    def __exit__(self, *_):
        """Stops sending, and waits for what is under way."""
        self.ended.set()
        self.pacer.join()
        for thread in self.threads:
            thread.join()

    @property
    def lost(self):
        """Answers that are not the right one."""
        right = json.dumps({"result": CAPTION}, separators=(",", ":"))
        return [answer for answer in self.answers if answer[0] != 200 or answer[1] != right]
