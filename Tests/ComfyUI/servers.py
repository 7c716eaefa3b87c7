"""Servers to ask: the real one with the demo model, and one that answers as it is told."""

import contextlib
import http.server
import json
import pathlib
import shutil
import sys
import tempfile
import threading

sys.path.append(str(pathlib.Path(__file__).resolve().parents[1] / "HAProxy"))
from figures import FigureTestCase  # noqa: E402
from fleet import Server, free_ports, request_body, send, wait_until  # noqa: E402

__all__ = ["FigureTestCase", "Told", "free_ports", "real_server", "request_body", "send", "wait_until"]


@contextlib.contextmanager
def real_server(*options):
    folder = pathlib.Path(tempfile.mkdtemp(prefix="comfyui-"))
    server = Server("real", free_ports(1)[0], folder)
    try:
        server.start(*options)
        yield server
    finally:
        server.kill()
        server.log.close()
        shutil.rmtree(folder)


class Told(http.server.ThreadingHTTPServer):
    """Answers the first request with the first of its answers and so on; the last one is repeated.

    An answer is (status, headers, body) with a body in JSON or bytes, or a function that gets the handler.
    """

    daemon_threads = True

    def __init__(self, *answers, port=0):
        super().__init__(("127.0.0.1", port), Handler)
        self.answers = list(answers)
        # Bodies as JSON, and headers, of what came.
        self.requests = []
        self.headers = []
        self.released = threading.Event()

    @property
    def address(self):
        return f"http://127.0.0.1:{self.server_address[1]}"

    def __enter__(self):
        threading.Thread(target=self.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *_):
        self.released.set()
        self.shutdown()
        self.server_close()

    def handle_error(self, request, client_address):
        """A client that left is no news."""


class Handler(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.requests.append({"path": self.path, **json.loads(body)})
        self.server.headers.append(self.headers)
        answer = self.server.answers.pop(0) if len(self.server.answers) > 1 else self.server.answers[0]
        if callable(answer):
            answer(self)
        else:
            self.answer(*answer)

    def answer(self, status, headers, body):
        body = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.send_response(status)
        for name, value in {"Content-Length": len(body), **headers}.items():
            self.send_header(name, str(value))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def hangs(handler):
    """Takes the request and does not answer; notes when the client leaves."""
    handler.connection.settimeout(20)
    handler.server.left = handler.connection.recv(1) == b""
    handler.server.released.set()


def cuts(handler):
    handler.close_connection = True


def ends(answer=None):
    """The server ends: nothing listens any more, and then the request is answered or cut."""

    def end(handler):
        handler.server.shutdown()
        handler.server.server_close()
        if answer:
            handler.answer(*answer)
        handler.close_connection = True

    return end
