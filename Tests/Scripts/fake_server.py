"""A vision-server that answers what a test wants, for the tests of the client scripts.

Usage: fake_server.py FOLDER [PORT]

FOLDER/answers.json is a list of answers, given in turn; the last one is repeated. An answer is an object:
  status     the HTTP status, 200 without it
  headers    an object of further headers
  bytes      the body in base64, for what is not UTF-8
  text       the body; "caption": X stands for the body {"result": X}, "detail": X for {"code": ..., "detail": X}
  code       the error's code beside "detail"
  cut        the connection is closed after so many bytes of the answer, head included
  hang       true: no answer until the client leaves
  last       true: after it the server is gone
  writes     [FILE, TEXT]: somebody writes that file before the answer goes out
  endless    true: the body goes on until the client leaves
  early      true: the answer goes out, and the connection is closed, before the request's body is read
FOLDER/port is written once the server listens on 127.0.0.1, on a free port if none is given, and FOLDER/requests.jsonl has one line for
each request: method, path, headers, the prompt, and the picture's SHA-256.
"""

import base64
import hashlib
import json
import os
import pathlib
import socket
import socketserver
import sys
import threading
from http.server import BaseHTTPRequestHandler
from http import HTTPStatus


class Script:
    """The answers that are still to be given, and the log of the requests."""

    def __init__(self, folder):
        self.answers = json.loads((folder / "answers.json").read_text(encoding="utf-8"))
        self.log = folder / "requests.jsonl"
        self.log.touch()
        self.lock = threading.Lock()

    def next(self, entry):
        with self.lock:
            answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
            with self.log.open("a", encoding="utf-8") as log:
                log.write(json.dumps(entry) + "\n")
            return answer


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        self.reply(self.entry())

    def do_POST(self):
        entry = self.entry()
        if self.server.script.answers[0].get("early"):
            self.reply(entry)
            return
        body = self.rfile.read(int(self.headers["Content-Length"]))
        try:
            request = json.loads(body)
            entry["prompt"] = request["prompt"]
            entry["image"] = hashlib.sha256(base64.b64decode(request["image"], validate=True)).hexdigest()
        except ValueError as error:
            entry["problem"] = str(error)
        self.reply(entry)

    def entry(self):
        headers = {name.lower(): value for name, value in self.headers.items()}
        return {"method": self.command, "path": self.path, "headers": headers}

    def reply(self, entry):
        answer = self.server.script.next(entry)
        if "writes" in answer:
            pathlib.Path(answer["writes"][0]).write_text(answer["writes"][1], encoding="utf-8")
        if answer.get("hang"):
            self.rfile.read(1)
            self.close_connection = True
            return
        if "caption" in answer:
            body = json.dumps({"result": answer["caption"]})
        elif "detail" in answer:
            body = json.dumps({"code": answer.get("code", "a_code"), "detail": answer["detail"]})
        else:
            body = answer.get("text", "")
        body = body.encode("utf-8", "surrogatepass")
        if "bytes" in answer:
            body = base64.b64decode(answer["bytes"])
        status = answer.get("status", 200)
        lines = [f"HTTP/1.1 {status} {HTTPStatus(status).phrase}", f"Content-Length: {len(body)}"]
        lines += [f"{name}: {value}" for name, value in answer.get("headers", {}).items()]
        if answer.get("endless"):
            self.say_endlessly(lines)
            return
        message = "\r\n".join([*lines, "Content-Type: application/json", "", ""]).encode() + body
        if answer.get("last"):
            # From here on nobody gets a connection that this process would cut.
            self.server.socket.shutdown(socket.SHUT_RDWR)
        self.wfile.write(message[: answer.get("cut", len(message))])
        self.wfile.flush()
        if answer.get("last"):
            os._exit(0)
        if "cut" in answer or answer.get("early"):
            self.close_connection = True

    def say_endlessly(self, lines):
        self.close_connection = True
        try:
            self.wfile.write("\r\n".join([lines[0], *lines[2:], "", ""]).encode())
            while True:
                self.wfile.write(b"a" * 65536)
        except OSError:
            pass

    def log_message(self, *_):
        pass


class Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True


def main():
    folder = pathlib.Path(sys.argv[1])
    port = int(sys.argv[2]) if len(sys.argv) > 2 else 0
    with Server(("127.0.0.1", port), Handler) as server:
        server.script = Script(folder)
        unfinished = folder / "port.new"
        unfinished.write_text(str(server.server_address[1]))
        os.replace(unfinished, folder / "port")
        server.serve_forever()


main()
