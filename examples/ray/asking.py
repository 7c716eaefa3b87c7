"""Asks the node's server about one picture, until there is an answer."""

import http.client
import json
import time
import urllib.parse
from typing import Any, NamedTuple

from node_server import START_SECONDS, NodeServer, ServerFailed

ANSWER_SECONDS = 900
TRIES = 3
# What no other picture would change, by the codes of the server's errors.
ENDS_THE_RUN = {
    "forbidden_host", "invalid_field", "invalid_prompt", "missing_field", "model_damaged", "model_unavailable",
    "not_found", "unauthorized",
}  # fmt: skip


class Answer(NamedTuple):
    """A text, or the places that were found; or a sentence that says what is wrong with the picture."""

    result: Any = None
    error: str | None = None


class Asker:
    """Asks from any number of threads."""

    def __init__(self, server: NodeServer, fields: dict[str, str]) -> None:
        """`fields` are those of POST /process_image, but for the picture."""
        self.server = server
        self.path = "/process_image?" + urllib.parse.urlencode(fields)

    def __call__(self, picture: bytes) -> Answer:
        """A server that ends takes all pictures with it that it works on. To find the one that ends it, these are asked
        again one at a time."""
        answer = self.ask(picture)
        for _ in range(TRIES - 1):
            if answer is None:
                with self.server.alone():
                    answer = self.ask(picture)
        return answer or Answer(error=f"The server ended {TRIES} times while it worked on this picture.")

    def ask(self, picture: bytes) -> Answer | None:
        """`None` where the server ended, or did not answer, after it was connected."""
        while True:
            connection = self.connect()
            try:
                connection.request("POST", self.path, picture, {"Content-Type": "application/octet-stream"})
                response = connection.getresponse()
                body = json.loads(response.read())
            except (OSError, ValueError, http.client.HTTPException):
                return None
            finally:
                connection.close()
            if response.status == 200:
                return Answer(body["result"])
            detail, code, pause = body.get("detail"), body.get("code"), response.headers.get("Retry-After")
            if code in ENDS_THE_RUN or (response.status == 503 and not pause):
                raise ServerFailed(f"The server says: {detail}")
            if response.status == 408:
                return None
            if response.status != 503:
                return Answer(error=detail or f"The server answered with status {response.status}.")
            time.sleep(int(pause or 1))

    def connect(self) -> http.client.HTTPConnection:
        """A server that has just ended is started again by one of the node's actors."""
        end = time.monotonic() + START_SECONDS
        while True:
            connection = http.client.HTTPConnection(self.server.address(), timeout=ANSWER_SECONDS)
            try:
                connection.connect()
                return connection
            except OSError as error:
                if time.monotonic() > end:
                    raise ServerFailed(f"The server cannot be connected: {error}") from error
                time.sleep(0.2)
