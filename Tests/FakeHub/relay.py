#!/usr/bin/env python3
"""What can stand between a client and the fake hub, on loopback, for tests; Python's standard library only.

    relay.py KIND TARGET [--login NAME:PASSWORD] [--certificate FILE]

`http` is a proxy as companies have them: plain requests it passes on, tunnels it makes to encrypted servers only (all
ports but 80). `socks5` is a SOCKS proxy. `tls` takes encrypted connections and passes on what is in them; the file has
certificate and key. Whatever is asked for, it is at TARGET (host:port), so names need not exist.

Prints `READY host:port`, then a JSON list for each thing that it was asked: [kind, name of the host and port, headers].
Ends when standard input ends.
"""

import argparse
import base64
import json
import os
import re
import socket
import ssl
import struct
import sys
import threading


def read_exactly(connection, count):
    data = b""
    while len(data) < count:
        part = connection.recv(count - len(data))
        if not part:
            raise ConnectionError
        data += part
    return data


def pump(source, target):
    try:
        while part := source.recv(1 << 16):
            target.sendall(part)
        target.shutdown(socket.SHUT_WR)
    except OSError:
        pass


class Relay:
    def __init__(self, arguments):
        self.login = arguments.login
        host, port = arguments.target.rsplit(":", 1)
        self.target = host, int(port)
        self.talk = getattr(self, arguments.kind)
        self.context = None
        if arguments.certificate:
            self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self.context.load_cert_chain(arguments.certificate)

    def say(self, *what):
        print(json.dumps(what), flush=True)

    def serve(self, connection):
        try:
            self.talk(connection)
        except OSError:
            pass
        finally:
            connection.close()

    def join(self, connection, begin=b""):
        with socket.create_connection(self.target) as target:
            target.sendall(begin)
            threading.Thread(target=pump, args=(target, connection), daemon=True).start()
            pump(connection, target)

    def tls(self, connection):
        with self.context.wrap_socket(connection, server_side=True) as secure:
            self.join(secure)

    def http(self, connection):
        head = b""
        while b"\r\n\r\n" not in head:
            head += read_exactly(connection, 1)
        lines = head.decode().split("\r\n")
        method, address, _ = lines[0].split(" ")
        headers = dict(line.lower().split(": ", 1) for line in lines[1:] if line)
        self.say(method, address, headers)
        expected = self.login and "basic " + base64.b64encode(self.login.encode()).decode().lower()
        if expected and headers.get("proxy-authorization") != expected:
            self.answer(connection, "407 Proxy Authentication Required", 'Proxy-Authenticate: Basic realm="x"\r\n')
        elif method == "CONNECT" and not address.endswith(":80"):
            connection.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
            self.join(connection)
        elif method == "CONNECT" or not (match := re.fullmatch(r"http://[^/]+(/.*)", address)):
            self.answer(connection, "403 Forbidden")
        else:
            kept = [line for line in lines[1:] if not line.lower().startswith(("proxy-", "connection:"))]
            request = [f"{method} {match[1]} HTTP/1.1", "Connection: close", *kept]
            self.join(connection, "\r\n".join(request).encode())

    @staticmethod
    def answer(connection, status, headers=""):
        connection.sendall(f"HTTP/1.1 {status}\r\n{headers}Content-Length: 0\r\nConnection: close\r\n\r\n".encode())

    def socks5(self, connection):
        version, count = read_exactly(connection, 2)
        methods = read_exactly(connection, count)
        method = 2 if self.login else 0
        if version != 5 or method not in methods:
            connection.sendall(b"\x05\xff")
            return
        connection.sendall(bytes([5, method]))
        if method == 2:
            read_exactly(connection, 1)
            name, password = (read_exactly(connection, read_exactly(connection, 1)[0]).decode() for _ in range(2))
            connection.sendall(b"\x01" + bytes([f"{name}:{password}" != self.login]))
        _, command, _, kind = read_exactly(connection, 4)
        if kind == 3:
            host = read_exactly(connection, read_exactly(connection, 1)[0]).decode()
        else:
            host = socket.inet_ntoa(read_exactly(connection, 4))
        (port,) = struct.unpack(">H", read_exactly(connection, 2))
        self.say("SOCKS", f"{host}:{port}", {})
        connection.sendall(b"\x05\x00\x00\x01\0\0\0\0\0\0")
        self.join(connection)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("kind", choices=["http", "socks5", "tls"])
    parser.add_argument("target")
    parser.add_argument("--login")
    parser.add_argument("--certificate")
    relay = Relay(parser.parse_args())
    listener = socket.create_server(("127.0.0.1", 0), backlog=64)
    print("READY", "127.0.0.1:%d" % listener.getsockname()[1], flush=True)

    def accept():
        while True:
            connection, _ = listener.accept()
            threading.Thread(target=relay.serve, args=(connection,), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    sys.stdin.read()
    # Threads that still pump would keep the interpreter waiting.
    os._exit(0)


if __name__ == "__main__":
    main()
