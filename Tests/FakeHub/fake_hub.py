#!/usr/bin/env python3
"""A Hugging Face hub on loopback that makes mistakes on demand, for tests; Python's standard library only.

    fake_hub.py [--repository owner/name=FOLDER]... [--end-with-stdin]

prints one line `READY <address of the hub> <address of a second host>` and serves until it is ended. HF_ENDPOINT is
the first address, or that address with `/s/<scenario>` behind it for a scenario of its own, made by

    PUT /control/<scenario>    {"repositories": {"owner/name": {"files": {...}, "lfs": [...]}}, "faults": [...], ...}

A file is {"text": "..."}, {"path": "..."}, {"random": [seed, bytes]}, or {"weights": [seed, bytes]}, a safetensors
file. Files in `lfs` (by default *.safetensors) have SHA-256 as their ETag; with "cdn": true they are redirected to the
second host. Further settings: "token" (who asks without it gets 401), "sizes": false (a listing without sizes and
hashes, as some mirrors give), "private": true (answers 401 as for a repository that is not there), "commit",
"branches".

A fault is {"match": regular expression for "METHOD path", "times": how often (default: always), "skip": how many
matching requests are spared first, "host": "hub" | "cdn", "kind": ..., ...}; the kinds are the methods of faults.py.

    GET  /control/<scenario>/log        what was asked, a JSON list; without /s/ the scenario is `default`
    POST /control/<scenario>/release    lets answers go on that the fault `hold` holds
"""

import argparse
import hashlib
import json
import re
import socket
import sys
import threading
import urllib.parse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from answers import CHUNK, Answers
from faults import Faults
from scenario import Scenario, folder_files


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


class Handler(Answers, Faults, BaseHTTPRequestHandler):
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
