#!/usr/bin/env python3
"""A Hugging Face hub on loopback that makes mistakes on demand, for tests; Python's standard library only.

    fake_hub.py [--repository owner/name=FOLDER]... [--end-with-stdin]

prints one line `READY <address of the hub> <address of a second host>` and serves until it is ended. HF_ENDPOINT is
the first address, or that address with `/s/<scenario>` behind it for a scenario of its own, made by

    PUT /control/<scenario>    {"repositories": {"owner/name": {"files": {...}, "lfs": [...]}}, "faults": [...], ...}

A file is {"text": "..."}, {"path": "..."}, {"random": [seed, bytes]}, or {"weights": [seed, bytes]}, a safetensors file. Files in `lfs` (by default *.safetensors) have
SHA-256 as their ETag; with "cdn": true they are redirected to the second host. Further settings: "token" (who asks
without it gets 401), "sizes": false (a listing without sizes and hashes, as some mirrors give), "private": true
(answers 401 as for a repository that is not there), "commit", "branches".

A fault is {"match": regular expression for "METHOD path", "times": how often (default: always), "skip": how many
matching requests are spared first, "host": "hub" | "cdn", "kind": ..., ...}; the kinds are the methods `fault_*`.

    GET  /control/<scenario>/log        what was asked, a JSON list; without /s/ the scenario is `default`
    POST /control/<scenario>/release    lets answers go on that the fault `hold` holds
"""

import argparse
import gzip
import hashlib
import json
import pathlib
import random
import re
import socket
import struct
import sys
import threading
import time
import urllib.parse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

CHUNK = 1 << 16


def weights(seed, size):
    """A safetensors file of that many bytes, with one tensor of random ones."""
    count = size - 108
    header = json.dumps({"w": {"dtype": "U8", "shape": [count], "data_offsets": [0, count]}}).encode().ljust(100)
    return struct.pack("<Q", len(header)) + header + random.Random(seed).randbytes(count)


class File:
    """A file of a repository, and the hash that is its ETag."""

    def __init__(self, name, spec, lfs):
        self.name = name
        if "text" in spec:
            self.content = spec["text"].encode()
        elif "path" in spec:
            self.content = pathlib.Path(spec["path"]).read_bytes()
        elif "weights" in spec:
            self.content = weights(*spec["weights"])
        else:
            seed, size = spec["random"]
            self.content = random.Random(seed).randbytes(size)
        self.lfs = lfs
        self.oid = hashlib.sha1(b"blob %d\0" % len(self.content) + self.content).hexdigest()
        self.sha256 = hashlib.sha256(self.content).hexdigest()
        self.etag = self.sha256 if lfs else self.oid
        # What a listing says, where a test wants it to lie.
        self.listed_size = spec.get("listed_size", len(self.content))


class Scenario:
    """The repositories that one test sees, its faults, and its log."""

    def __init__(self, settings):
        self.token = settings.get("token")
        self.cdn = settings.get("cdn", False)
        self.sizes = settings.get("sizes", True)
        self.private = settings.get("private", False)
        self.gated = settings.get("gated", False)
        self.commit = settings.get("commit", "c0ffee" + "0" * 34)
        self.branches = settings.get("branches", ["main"])
        self.faults = settings.get("faults", [])
        self.repositories = {}
        for name, repository in settings.get("repositories", {}).items():
            files = repository["files"]
            lfs = repository.get("lfs", [file for file in files if file.endswith((".safetensors", ".bin"))])
            self.repositories[name] = {file: File(file, spec, file in lfs) for file, spec in files.items()}
        self.log = []
        self.lock = threading.Lock()
        self.released = threading.Event()

    def take_fault(self, host, request):
        with self.lock:
            for fault in self.faults:
                if fault.get("host", host) != host or not re.search(fault["match"], request):
                    continue
                if fault.get("skip", 0) > 0:
                    fault["skip"] -= 1
                    continue
                if fault.get("times", 1) > 0:
                    if "times" in fault:
                        fault["times"] -= 1
                    return fault
        return None


class Hub:
    """Both hosts, and the scenarios that they share."""

    def __init__(self, repositories):
        self.scenarios = {"default": Scenario({"repositories": repositories, "branches": ["main", "refs/pr/20"]})}
        self.servers = {}
        for host in ("hub", "cdn"):
            server = Server(("127.0.0.1", 0), Handler)
            server.hub, server.host = self, host
            self.servers[host] = server

    def address(self, host):
        return "http://127.0.0.1:%d" % self.servers[host].server_address[1]

    def start(self):
        for server in self.servers.values():
            threading.Thread(target=server.serve_forever, daemon=True).start()


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version, sys_version = "FakeHub", ""

    def log_message(self, *arguments):
        pass

    def do_GET(self):
        self.serve()

    def do_HEAD(self):
        self.serve()

    def do_PUT(self):
        self.control()

    def do_POST(self):
        self.control()

    def do_CONNECT(self):
        """As a proxy: whatever the client wants to reach, it gets this server."""
        self.server.hub.scenarios["default"].log.append(
            {"host": "proxy", "method": "CONNECT", "path": self.path, "headers": self.lowercase_headers()}
        )
        self.send_response(200)
        self.end_headers()
        with socket.create_connection(self.server.server_address) as other:
            threading.Thread(target=self.pump, args=(other, self.connection), daemon=True).start()
            self.pump(self.connection, other)
        self.close_connection = True

    def pass_on(self, path):
        """As a proxy for what is not encrypted: the request names the whole address, and gets this server."""
        address = urllib.parse.urlsplit(path)
        if not address.scheme:
            return path
        self.server.hub.scenarios["default"].log.append(
            {"host": "proxy", "method": self.command, "path": path, "headers": self.lowercase_headers()}
        )
        return address.path + (f"?{address.query}" if address.query else "")

    @staticmethod
    def pump(source, target):
        try:
            while data := source.recv(CHUNK):
                target.sendall(data)
            target.shutdown(socket.SHUT_WR)
        except OSError:
            pass

    # Control

    def control(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        parts = self.path.strip("/").split("/")
        scenarios = self.server.hub.scenarios
        if self.command == "PUT":
            scenarios[parts[1]] = Scenario(json.loads(body))
        elif parts[2:] == ["release"]:
            scenarios[parts[1]].released.set()
        self.answer(200, b"{}")

    def log_of(self, name):
        scenario = self.server.hub.scenarios[name]
        with scenario.lock:
            body = json.dumps(scenario.log).encode()
        self.answer(200, body)

    # The hub

    def serve(self):
        path = self.pass_on(self.path)
        name = "default"
        if path.startswith("/control/"):
            return self.log_of(path.split("/")[2])
        if match := re.match(r"/s/([^/]+)(/.*)", path):
            name, path = match.groups()
        self.scenario = self.server.hub.scenarios.get(name)
        if self.scenario is None:
            return self.answer(404, b"no such scenario")
        self.prefix = "" if name == "default" else f"/s/{name}"
        self.plain_path = path
        self.entry = {
            "host": self.server.host,
            "method": self.command,
            "path": path,
            "headers": self.lowercase_headers(),
            "sent": 0,
        }
        with self.scenario.lock:
            self.scenario.log.append(self.entry)
        self.fault = self.scenario.take_fault(self.server.host, f"{self.command} {path}") or {"kind": "none"}
        self.handle_request(path)

    def lowercase_headers(self):
        return {key.lower(): value for key, value in self.headers.items()}

    def handle_request(self, path):
        early = getattr(self, "early_" + self.fault["kind"], None)
        if early is not None:
            return early(self.fault)
        url = urllib.parse.urlsplit(path)
        if self.server.host == "hub" and not self.may_read():
            return
        if match := re.fullmatch(r"/api/models/([^/]+/[^/]+)/revision/([^/]+)", url.path):
            return self.listing(match[1], urllib.parse.unquote(match[2]), "blobs=true" in url.query)
        if match := re.fullmatch(r"/api/models/([^/]+/[^/]+)/tree/([^/]+)", url.path):
            return self.tree(match[1])
        if match := re.fullmatch(r"/([^/]+/[^/]+)/resolve/([^/]+)/(.+)", url.path):
            return self.resolve(match[1], urllib.parse.unquote(match[2]), urllib.parse.unquote(match[3]))
        self.error(404, "RepoNotFound", "Repository not found")

    def may_read(self):
        if self.scenario.private:
            self.error(401, "RepoNotFound", "Repository not found")
        elif self.scenario.token and self.headers.get("Authorization") != f"Bearer {self.scenario.token}":
            if self.headers.get("Authorization"):
                self.error(401, None, "Invalid credentials in Authorization header")
            else:
                self.error(401, "RepoNotFound", "Repository not found")
        else:
            return True
        return False

    def listing(self, repository, revision, blobs):
        files = self.scenario.repositories.get(repository)
        if files is None:
            return self.error(404, "RepoNotFound", "Repository not found")
        if revision not in self.scenario.branches + [self.scenario.commit]:
            return self.error(404, "RevisionNotFound", "Invalid rev id")
        siblings = []
        for file in files.values():
            sibling = {"rfilename": file.name}
            if blobs and self.scenario.sizes:
                sibling |= {"size": file.listed_size, "blobId": file.oid}
                if file.lfs:
                    sibling["lfs"] = {"sha256": file.sha256, "size": file.listed_size, "pointerSize": 134}
            siblings.append(sibling)
        sha = revision if re.fullmatch("[0-9a-f]{40}", revision) else self.scenario.commit
        model = {"_id": "1", "id": repository, "modelId": repository, "sha": sha, "private": False}
        self.send_body(json.dumps(model | {"siblings": siblings}).encode(), {"Content-Type": "application/json"})

    def tree(self, repository):
        entries = []
        for file in self.scenario.repositories[repository].values():
            entry = {"type": "file", "oid": file.oid, "size": len(file.content), "path": file.name}
            if file.lfs:
                entry["lfs"] = {"oid": file.sha256, "size": len(file.content), "pointerSize": 134}
            entries.append(entry)
        self.send_body(json.dumps(entries).encode(), {"Content-Type": "application/json"})

    def resolve(self, repository, revision, name):
        file = self.scenario.repositories.get(repository, {}).get(name)
        if file is None:
            return self.error(404, "EntryNotFound", "Entry not found")
        if self.scenario.gated:
            return self.error(403, "GatedRepo", "Access to this model is restricted")
        if self.server.host == "hub" and self.scenario.cdn and file.lfs:
            target = self.server.hub.address("cdn") + self.prefix + self.plain_path + "?signature=secret"
            headers = {
                "X-Repo-Commit": self.scenario.commit,
                "X-Linked-Etag": f'"{file.etag}"',
                "X-Linked-Size": str(len(file.content)),
            }
            return self.redirect(target, headers)
        # As storage behind a hub does: an ETag of its own.
        etag = file.etag if self.server.host == "hub" else hashlib.md5(file.content).hexdigest()
        self.send_file(file, {"ETag": f'"{etag}"', "X-Repo-Commit": self.scenario.commit})

    def send_file(self, file, headers):
        headers["Content-Type"] = "application/octet-stream"
        headers["Accept-Ranges"] = "bytes"
        content, start, status = file.content, 0, 200
        asked = re.fullmatch(r"bytes=(\d+)-", self.headers.get("Range", ""))
        unchanged = self.headers.get("If-Range", headers["ETag"]) == headers["ETag"]
        if asked and unchanged and self.fault["kind"] != "ignore_range":
            start, status = int(asked[1]), 206
            if start >= len(content):
                return self.answer(416, b"", {"Content-Range": f"bytes */{len(content)}"})
            headers["Content-Range"] = f"bytes {start}-{len(content) - 1}/{len(content)}"
        self.send_body(content[start:], headers, status)

    # Answers

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

    # Faults before the request is looked at

    def early_status(self, fault):
        """The status `status`, with `headers`."""
        self.answer(fault["status"], b"{}", fault.get("headers", {}))

    def early_redirect(self, fault):
        """To `location`, in which {hub}, {cdn} and {path} are replaced."""
        target = fault["location"].format(
            hub=self.server.hub.address("hub"), cdn=self.server.hub.address("cdn"), path=self.prefix + self.plain_path
        )
        self.redirect(target)

    def early_html(self, fault):
        """The login page of a proxy."""
        self.answer(200, b"<html><body>Please log in</body></html>", {"Content-Type": "text/html; charset=utf-8"})

    def early_body(self, fault):
        """The text `text`."""
        self.answer(200, fault["text"].encode(), {"Content-Type": fault.get("type", "application/json")})

    # Faults in the body

    def fault_reset(self, fault, body, headers, status):
        """The connection breaks with a reset after `after` bytes."""
        self.start_body(headers, status)
        self.write(body[: fault["after"]])
        self.wfile.flush()
        time.sleep(0.3)
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close_connection = True
        self.connection.close()

    def fault_short(self, fault, body, headers, status):
        """The connection ends after `after` bytes; without "length" the answer has not told how many there are."""
        if not fault.get("length", True):
            headers = headers | {"Content-Length": None, "Connection": "close"}
        self.start_body(headers, status)
        self.write(body[: fault["after"]])
        self.wfile.flush()
        # The client has time to take what was sent before it learns that nothing more comes.
        time.sleep(0.3)
        self.hang_up()

    def fault_no_length(self, fault, body, headers, status):
        """All bytes, but nothing says how many: the end of the connection is the end of the file."""
        self.start_body(headers | {"Content-Length": None, "Connection": "close"}, status)
        self.write(body)
        self.hang_up()

    def fault_length(self, fault, body, headers, status):
        """A body that is `more` bytes longer than the file, or shorter, and says so."""
        more = fault["more"]
        body = body + b"x" * more if more > 0 else body[:more]
        self.start_body(headers | {"Content-Length": str(len(body))}, status)
        self.write(body)

    def fault_endless(self, fault, body, headers, status):
        """More and more bytes, in chunks."""
        self.start_body(headers | {"Content-Length": None, "Connection": "close"}, status)
        self.write(body)
        self.write(b"x" * (4 << 20))
        self.hang_up()

    def fault_stall(self, fault, body, headers, status):
        """Nothing more after `after` bytes, until the client goes."""
        self.start_body(headers, status)
        self.write(body[: fault["after"]])
        self.wfile.flush()
        self.connection.settimeout(120)
        try:
            self.connection.recv(1)
        except OSError:
            pass
        self.close_connection = True

    def fault_hold(self, fault, body, headers, status):
        """Waits after `after` bytes until the scenario is released, then sends the rest."""
        self.start_body(headers, status)
        self.write(body[: fault["after"]])
        self.wfile.flush()
        self.entry["holding"] = True
        self.scenario.released.wait(120)
        self.write(body[fault["after"] :])

    def fault_slow(self, fault, body, headers, status):
        """`rate` bytes a second."""
        self.start_body(headers, status)
        step = max(1, fault["rate"] // 50)
        for offset in range(0, len(body), step):
            self.write(body[offset : offset + step])
            if self.close_connection:
                return
            time.sleep(0.02)

    def fault_ignore_range(self, fault, body, headers, status):
        """The whole file with 200, whatever was asked."""
        self.start_body(headers, status)
        self.write(body)

    def fault_wrong_range(self, fault, body, headers, status):
        """A part from another offset than the one that was asked for; `lie`: and the header hides it."""
        if status == 206 and not fault.get("lie"):
            start, total = map(int, re.fullmatch(r"bytes (\d+)-\d+/(\d+)", headers["Content-Range"]).groups())
            headers = headers | {"Content-Range": f"bytes {start + 1}-{total - 1}/{total}"}
            body = body[1:]
            headers["Content-Length"] = str(len(body))
        elif status == 206:
            body = body[1:] + b"x"
        self.start_body(headers, status)
        self.write(body)

    def fault_gzip(self, fault, body, headers, status):
        """Packed, although nobody asked for that."""
        body = gzip.compress(body)
        self.start_body(headers | {"Content-Encoding": "gzip", "Content-Length": str(len(body))}, status)
        self.write(body)

    def fault_corrupt(self, fault, body, headers, status):
        """One bit is wrong."""
        middle = len(body) // 2
        body = body[:middle] + bytes([body[middle] ^ 1]) + body[middle + 1 :]
        self.start_body(headers, status)
        self.write(body)

    def fault_etag(self, fault, body, headers, status):
        """The bytes that were asked for, under another ETag."""
        self.start_body(headers | {"ETag": '"%s"' % fault["etag"]}, status)
        self.write(body)


def folder_files(folder):
    paths = sorted(path for path in pathlib.Path(folder).iterdir() if path.is_file())
    return {"files": {path.name: {"path": str(path)} for path in paths}}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repository", action="append", default=[], metavar="OWNER/NAME=FOLDER")
    parser.add_argument("--end-with-stdin", action="store_true", help="end when standard input ends")
    arguments = parser.parse_args()
    repositories = {}
    for repository in arguments.repository:
        name, folder = repository.split("=", 1)
        repositories[name] = folder_files(folder)
    hub = Hub(repositories)
    hub.start()
    print("READY", hub.address("hub"), hub.address("cdn"), flush=True)
    if arguments.end_with_stdin:
        sys.stdin.read()
    else:
        threading.Event().wait()


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        pass
