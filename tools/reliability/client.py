"""An HTTP/1.1 client on a bare socket: it sends any bytes, and reads answers strictly."""

import json
import socket
import struct
import threading
import time

from dataclasses import dataclass, field

# Every answer's status and body, for the rows that judge all of them.
seen = {}
_seen_lock = threading.Lock()


class ConnectionClosed(Exception):
    """The server has closed the connection where an answer was due."""


@dataclass
class Response:
    """An answer; header names in lower case."""

    status: int
    headers: dict
    body: bytes
    seconds: float = 0
    reason: str = field(default="", repr=False)

    def json(self):
        return json.loads(self.body)

    @property
    def closes(self):
        return self.headers.get("connection", "").lower() == "close"

    @property
    def detail(self):
        """The sentence of an error, as one of the dialects puts it; an exception unless the body is that alone."""
        body = self.json()
        sentence = None
        if sorted(body) == ["code", "detail"]:
            sentence = body["detail"]
        elif list(body) == ["error"]:
            error = body["error"]
            is_object = isinstance(error, dict) and sorted(error) == ["code", "message", "param", "type"]
            sentence = error["message"] if is_object else error
        elif sorted(body) == ["error", "id", "jsonrpc"]:
            sentence = body["error"]["message"]
        if not isinstance(sentence, str) or not sentence:
            raise ValueError(f"no error body: {self.body[:200]}")
        return sentence


class Connection:
    """One connection to the server; for a `with` block."""

    def __init__(self, server, timeout=60):
        self.server = server
        self.socket = socket.create_connection(("127.0.0.1", server.port), timeout)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.buffer = b""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self.socket.close()

    def reset(self):
        """Leaves with RST instead of FIN."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.socket.close()

    def send(self, data):
        self.socket.sendall(data)

    def request(self, method, path, body=None, headers=()):
        """Sends a request and reads its answer, with the seconds that both took."""
        start = time.monotonic()
        try:
            self.send(head(method, path, body, headers) + (body or b""))
        except (BrokenPipeError, ConnectionResetError):
            pass  # The server may answer and close before the body is all there.
        response = self.receive(method)
        response.seconds = time.monotonic() - start
        return response

    def receive(self, method="GET"):
        """The next answer that is not an interim one."""
        while True:
            status_line, *lines = self._until(b"\r\n\r\n").decode("latin-1").split("\r\n")
            version, status, reason = (status_line.split(" ", 2) + [""])[:3]
            if not version.startswith("HTTP/1.") or not status.isdigit():
                raise ValueError(f"no status line: {status_line[:100]!r}")
            if int(status) >= 200:
                break
        headers = {name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        body = b"" if method == "HEAD" or int(status) in (204, 304) else self._body(headers)
        with _seen_lock:
            seen[int(status), body] = headers.get("content-type", "")
        return Response(int(status), headers, body, reason=reason)

    def _body(self, headers):
        if headers.get("transfer-encoding", "").lower() == "chunked":
            chunks = []
            while size := int(self._until(b"\r\n").split(b";")[0], 16):
                chunks.append(self._exactly(size + 2)[:-2])
            self._until(b"\r\n")
            return b"".join(chunks)
        if "content-length" in headers:
            return self._exactly(int(headers["content-length"]))
        return self._rest()

    def _until(self, mark):
        while mark not in self.buffer:
            self._more()
        part, _, self.buffer = self.buffer.partition(mark)
        return part

    def _exactly(self, count):
        while len(self.buffer) < count:
            self._more()
        part, self.buffer = self.buffer[:count], self.buffer[count:]
        return part

    def _rest(self):
        try:
            while True:
                self._more()
        except ConnectionClosed:
            part, self.buffer = self.buffer, b""
            return part

    def _more(self):
        try:
            data = self.socket.recv(1 << 16)
        except ConnectionResetError:
            data = b""
        if not data:
            raise ConnectionClosed(f"after {self.buffer[:100]!r}")
        self.buffer += data

    def is_closed_within(self, seconds):
        """Whether the server closes the connection in that time; what it still sends is kept."""
        end = time.monotonic() + seconds
        try:
            while True:
                self.socket.settimeout(max(0.001, end - time.monotonic()))
                self._more()
        except ConnectionClosed:
            return True
        except TimeoutError:
            return False


def head(method, path, body=None, headers=()):
    """The line and the headers of a request, as bytes."""
    lines = [f"{method} {path} HTTP/1.1", "Host: localhost", *headers]
    if body is not None:
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join([*lines, "", ""]).encode("utf-8", "surrogateescape")


def ask(server, method, path, body=None, headers=(), timeout=60):
    """One request on a connection of its own."""
    with Connection(server, timeout) as connection:
        return connection.request(method, path, body, headers)


def status(server):
    """What `GET /status` says."""
    return ask(server, "GET", "/status").json()


def wait_for(condition, what, seconds=20, pause=0.01):
    """Polls until a condition holds and returns how many seconds that took."""
    start = time.monotonic()
    while not condition():
        if time.monotonic() - start > seconds:
            raise TimeoutError(f"{what} did not come about within {seconds} s")
        time.sleep(pause)
    return time.monotonic() - start
