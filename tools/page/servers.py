"""What the page talks to while it is tried: the program itself, and a stand-in that answers as it is told."""

import base64
import http.server
import json
import os
import queue
import re
import subprocess
import threading
import urllib.request

LONGEST = 60  # seconds that anything may take


class Server:
    """The program with the demo model."""

    def __init__(self, program, *options, **environment):
        self.process = subprocess.Popen(
            [program, "--model", "demo", "--port", "0", *options], stderr=subprocess.PIPE, text=True,
            env={**os.environ, **environment})  # fmt: skip
        for line in self.process.stderr:
            if found := re.search(r"Serving demo at (http://[^,]+),", line):
                self.url = found[1]
                break
        else:
            raise SystemExit("The server has not started.")
        # Nobody reads the rest, and a full pipe would stop it.
        threading.Thread(target=self.process.stderr.read, daemon=True).start()

    def get(self, path, **headers):
        return urllib.request.urlopen(urllib.request.Request(self.url + path, headers=headers), timeout=LONGEST)

    def json(self, path):
        with self.get(path) as response:
            return json.load(response)

    def process_image(self, path, prompt):
        body = {"prompt": prompt, "image": base64.b64encode(path.read_bytes()).decode()}
        with urllib.request.urlopen(self.url + "/process_image", json.dumps(body).encode(), LONGEST) as response:
            return json.load(response)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(LONGEST)


class StandIn:
    """Serves the page of a real server, and answers pictures with what `answers` holds: a list of events, each a name
    and data, with a number between them where it waits until `go_on` is called; or a status with headers and a body."""

    def __init__(self, real):
        with real.get("/", Accept="text/html") as response:
            self.page = response.read(), response.headers
        self.files = {path: json.dumps(real.json(path)).encode() for path in ("/prompts", "/status", "/openapi.json")}
        self.answers = queue.Queue()
        self.asked = []
        self.left = threading.Event()
        self.gate = threading.Semaphore(0)
        self.at_once = self.most_at_once = 0
        self.lock = threading.Lock()
        stand_in = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_):
                pass

            def do_GET(self):
                stand_in.get(self)

            def do_POST(self):
                stand_in.post(self)

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def get(self, handler):
        if handler.path == "/":
            body, headers = self.page
            self.send(handler, 200, {name: headers[name] for name in ("Content-Type", "Content-Security-Policy")}, body)
        else:
            body = self.files.get(handler.path.partition("?")[0])
            self.send(handler, 200 if body else 404, {"Content-Type": "application/json"}, body or b"{}")

    def post(self, handler):
        request = json.loads(handler.rfile.read(int(handler.headers["Content-Length"])))
        self.asked.append(request)
        with self.lock:
            self.at_once += 1
            self.most_at_once = max(self.most_at_once, self.at_once)
        answer = self.answers.get(timeout=LONGEST)
        try:
            if isinstance(answer, tuple):
                status, headers, body = answer
                self.send(handler, status, headers, json.dumps(body).encode(), self.done)
            else:
                self.stream(handler, answer)
        except OSError:
            self.left.set()

    def stream(self, handler, events):
        handler.send_response(200)
        handler.send_header("Content-Type", "text/event-stream")
        handler.send_header("Connection", "close")
        handler.end_headers()
        for event in events:
            if isinstance(event, (int, float)):
                # Comments, as from the server itself, find out who has left.
                while not self.gate.acquire(timeout=0.05):
                    handler.wfile.write(b":\n\n")
                continue
            name, data = event
            if name == "result":
                self.done()
            handler.wfile.write(f"event: {name}\ndata: {json.dumps(data)}\n\n".encode())
            handler.wfile.flush()
        handler.close_connection = True

    def send(self, handler, status, headers, body, before=lambda: None):
        before()
        handler.send_response(status)
        for name, value in {**headers, "Content-Length": len(body)}.items():
            handler.send_header(name, str(value))
        handler.end_headers()
        handler.wfile.write(body)

    def done(self):
        with self.lock:
            self.at_once -= 1

    def answer(self, *events):
        self.answers.put(list(events))

    def refuse(self, status, body, **headers):
        self.answers.put((status, {"Content-Type": "application/json", **headers}, body))

    def go_on(self):
        self.gate.release()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.server.shutdown()
