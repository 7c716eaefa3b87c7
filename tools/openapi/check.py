"""Tries whether a running server does what its own document, /openapi.json, says: with made-up requests, right and wrong.

    pip install -r tools/openapi/requirements.txt
    vision-server --model demo --port 54880 &
    python tools/openapi/check.py http://127.0.0.1:54880 [--examples N] [--seed N] [--api-key KEY] [--document FILE]

Wrong is: a 5xx other than 503; a status, a content type, a header or a body that the document doesn't promise; another
answer than 405 to a method that it doesn't know; and an operation that never succeeded although it may, since then its
answers were not tried at all. The same seed sends the same requests. The exit status is 1 if anything was wrong, 2 if
nothing could be tried.
"""

import argparse
import base64
import collections
import json
import sys
import urllib.request
import zlib
from pathlib import Path

import schemathesis
from schemathesis.cli import schemathesis as command_line
from schemathesis.core.failures import ServerError

PICTURE = Path(__file__).resolve().parents[2] / "Models/demo/example.png"
CHECKS = (
    "not_a_server_error", "status_code_conformance", "content_type_conformance", "response_headers_conformance",
    "response_schema_conformance", "unsupported_method",
)  # fmt: skip
LONGEST_ANSWER = 120  # seconds


class Server:
    """The server's address, and how to ask it."""

    def __init__(self, url, key):
        self.url = url.rstrip("/")
        self.headers = {"Authorization": f"Bearer {key}"} if key else {}

    def json(self, path):
        request = urllib.request.Request(self.url + path, headers=self.headers)
        with urllib.request.urlopen(request, timeout=LONGEST_ANSWER) as response:
            return json.load(response)


class Answers:
    """How often which operation answered with which status."""

    def __init__(self):
        self.by_operation = collections.defaultdict(collections.Counter)

    def note(self, case, response):
        self.by_operation[f"{case.method} {case.operation.path}"][response.status_code] += 1

    def table(self, document):
        """One line an operation, and one for all the methods that were tried because the document has them not."""
        others = collections.Counter()
        for operation, statuses in sorted(self.by_operation.items()):
            method, path = operation.split(" ", 1)
            if method.lower() in document["paths"].get(path, {}):
                yield self.row(operation, statuses)
            else:
                others += statuses
        if others:
            yield self.row("methods not in the document", others)

    @staticmethod
    def row(name, statuses):
        return f"  {name:<30}" + "  ".join(f"{status}: {count}" for status, count in sorted(statuses.items()))

    def never_succeeded(self, document):
        """The operations for which the document has a 2xx and none came."""
        for path, methods in document["paths"].items():
            for method, operation in methods.items():
                if any(status.startswith("2") for status in operation.get("responses", {})):
                    name = f"{method.upper()} {path}"
                    if not any(200 <= status < 300 for status in self.by_operation[name]):
                        yield name


def register_hooks(answers, prompts):
    """Makes most pictures and half of the prompts real, and lets a 503 pass, which a busy server may answer."""
    picture = base64.b64encode(PICTURE.read_bytes()).decode()

    @schemathesis.hook
    def map_body(context, body):
        if isinstance(body, bytes):
            return PICTURE.read_bytes() if zlib.crc32(body) % 4 else body
        if not isinstance(body, dict):
            return body
        dice = zlib.crc32(json.dumps(body, sort_keys=True, default=str).encode())
        if isinstance(body.get("image"), str) and dice % 4:
            body = {**body, "image": picture}
        if isinstance(body.get("image"), list) and dice % 4:
            body = {**body, "image": [PICTURE.read_bytes()] * (1 + dice // 4 % 2)}
        if isinstance(body.get("prompt"), list) and dice // 4 % 2:
            body = {**body, "prompt": [prompts[dice // 8 % len(prompts)]]}
        if isinstance(body.get("prompt"), str) and dice // 4 % 2:
            body = {**body, "prompt": prompts[dice // 8 % len(prompts)]}
        return body

    @schemathesis.hook
    def after_call(context, case, response):
        answers.note(case, response)

    @schemathesis.hook
    def filter_failure(context, failure, case, response):
        return not (response.status_code == 503 and isinstance(failure, ServerError))


def run_schemathesis(location, server, arguments):
    """The exit status of schemathesis, which prints what it finds."""
    options = [
        "--url", server.url, "--checks", ",".join(CHECKS), "--phases", "examples,coverage,fuzzing",
        "--max-examples", str(arguments.examples), "--seed", str(arguments.seed), "--generation-database", "none",
        "--request-timeout", str(LONGEST_ANSWER), "--workers", "1", "--continue-on-failure", "--warnings", "off",
        # It would hide max_new_tokens as well, and with it how to repeat a request.
        "--output-sanitize", "true" if arguments.api_key else "false",
    ]  # fmt: skip
    for name, value in server.headers.items():
        options += ["--header", f"{name}: {value}"]
    try:
        command_line.main(["--no-color", "run", location, *options], standalone_mode=False)
    except SystemExit as stop:
        return stop.code
    return 0


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("url", help="where the server is, such as http://127.0.0.1:54880")
    parser.add_argument("--examples", type=int, default=300, help="most made-up requests an operation (300)")
    parser.add_argument("--seed", type=int, default=1, help="another one makes up others (1)")
    parser.add_argument("--api-key", help="a key of the server, if it has any")
    parser.add_argument("--document", type=Path, help="a file to use in place of the server's /openapi.json")
    return parser.parse_args()


def main():
    arguments = parse_arguments()
    server = Server(arguments.url, arguments.api_key)
    try:
        document = json.loads(arguments.document.read_text()) if arguments.document else server.json("/openapi.json")
        prompts = server.json("/prompts")
    except (OSError, ValueError) as error:
        print(f"{server.url} could not be asked for its document and prompts: {error}", file=sys.stderr)
        return 2
    answers = Answers()
    register_hooks(answers, prompts)
    status = run_schemathesis(str(arguments.document or f"{server.url}/openapi.json"), server, arguments)
    # schemathesis leaves out the address that it has read the document from: that answer has just been used.
    silent = [operation for operation in answers.never_succeeded(document) if operation != "GET /openapi.json"]
    print("\nAnswers by status:", *answers.table(document), sep="\n")
    for operation in silent:
        print(f"{operation} never succeeded; give the document an example that does.")
    print("Nothing wrong was found." if not status and not silent else "Something is wrong, see above.")
    return status or (1 if silent else 0)


if __name__ == "__main__":
    sys.exit(main())
