"""How the fake hub writes its answers."""

import json
import socket

CHUNK = 1 << 16


class Answers:
    """What a handler writes; what its request is to meet with is in `self.fault`."""

    def redirect(self, target, headers=None):
        self.answer(302, b"", {"Location": target} | (headers or {}))

    def error(self, status, code, message):
        headers = {"X-Error-Message": message}
        if code:
            headers["X-Error-Code"] = code
        self.answer(status, json.dumps({"error": message}).encode(), headers)

    def answer(self, status, body, headers=None):
        self.send_response(status)
        for key, value in ({"Content-Length": str(len(body))} | (headers or {})).items():
            self.send_header(key, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def send_body(self, body, headers, status=200):
        """A body with the fault of this request."""
        headers = {"Content-Length": str(len(body))} | headers
        late = getattr(self, "fault_" + self.fault["kind"], None)
        if late is not None:
            return late(self.fault, body, headers, status)
        self.start_body(headers, status)
        self.write(body)

    def start_body(self, headers, status):
        self.send_response(status)
        for key, value in headers.items():
            if value is not None:
                self.send_header(key, value)
        self.end_headers()

    def write(self, body):
        if self.command == "HEAD":
            return
        view = memoryview(body)
        try:
            for offset in range(0, len(view), CHUNK):
                self.wfile.write(view[offset : offset + CHUNK])
                self.entry["sent"] += len(view[offset : offset + CHUNK])
        except OSError:
            self.close_connection = True

    def hang_up(self):
        self.wfile.flush()
        self.close_connection = True
        self.connection.shutdown(socket.SHUT_RDWR)
