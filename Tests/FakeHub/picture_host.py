"""A host of pictures that speaks HTTPS, on a port of 127.0.0.1 that it prints; it ends with its input.

    python3 Tests/FakeHub/picture_host.py CERTIFICATE PICTURE

/cat.png?... is the picture, /moved a redirect to it, /large grows without end, /announced says that it is large, /slow
says nothing, /held is the picture as soon as anybody asks for /open; everything else is 404. Each
request is a line of JSON: its path and its Host.
"""

import http.server
import json
import ssl
import sys
import threading
from pathlib import Path

END = threading.Event()
OPENED = threading.Event()


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    picture = b""

    def do_GET(self):
        print(json.dumps([self.path, self.headers["Host"]]), flush=True)
        path = self.path.partition("?")[0]
        if path == "/slow":
            END.wait(60)
            self.close_connection = True
        elif path == "/held":
            OPENED.wait(60)
            self.answer(200, self.picture)
        elif path == "/moved":
            self.answer(302, b"", Location="/cat.png")
        elif path == "/cat.png":
            self.answer(200, self.picture)
        elif path == "/announced":
            self.send_response(200)
            self.send_header("Content-Length", str(1 << 40))
            self.end_headers()
            self.close_connection = True
        elif path == "/large":
            self.send_response(200)
            self.end_headers()
            self.close_connection = True
            while not END.is_set():
                self.wfile.write(bytes(1 << 16))
        else:
            if path == "/open":
                OPENED.set()
            self.answer(404, b"nothing")

    def answer(self, status, body, **headers):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request, client_address):
        pass


def main():
    certificate, picture = sys.argv[1:]
    Handler.picture = Path(picture).read_bytes()
    server = Server(("127.0.0.1", 0), Handler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(f"READY {server.server_port}", flush=True)
    sys.stdin.read()
    END.set()


main()
