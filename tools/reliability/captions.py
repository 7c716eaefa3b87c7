"""Requests for captions, short ones and ones that keep the model busy."""

import base64
import functools
import json

from client import Connection, head, status, wait_for
from server import ROOT

EXAMPLE = ROOT / "Models/demo/example.png"


@functools.cache
def example():
    """The demo model's example picture in base64."""
    return base64.b64encode(EXAMPLE.read_bytes()).decode()


def body(prompt="<CAPTION>", image=None, **fields):
    """The JSON of a request; bytes of a picture file go out in base64."""
    if isinstance(image, bytes):
        image = base64.b64encode(image).decode()
    return json.dumps({"prompt": prompt, "image": example() if image is None else image, **fields}).encode()


def chat_body(path, image=None):
    """The same question in the words of another route; of one that is no chat, the usual one with a model's name."""
    if isinstance(image, bytes):
        image = base64.b64encode(image).decode()
    image = example() if image is None else image
    url = f"data:image/png;base64,{image}"
    text = {"type": "text", "text": "<CAPTION>"}
    if path.endswith("chat/completions"):
        content = [text, {"type": "image_url", "image_url": {"url": url}}]
        request = {"messages": [{"role": "user", "content": content}], "max_tokens": 1}
    elif path.endswith("responses"):
        content = [{**text, "type": "input_text"}, {"type": "input_image", "image_url": url}]
        request = {"input": [{"role": "user", "content": content}], "max_output_tokens": 1}
    elif path == "/mcp":
        request = {"jsonrpc": "2.0", "id": 1, "method": "ping"}
    elif path == "/clean":
        request = {"texts": ["The image shows a cat."], "clean": {"trim_preamble": True}}
    elif path == "/api/chat":
        message = {"role": "user", "content": "<CAPTION>", "images": [image]}
        request = {"messages": [message], "stream": False, "options": {"num_predict": 1}}
    elif path == "/api/generate":
        request = {"prompt": "<CAPTION>", "images": [image], "stream": False, "options": {"num_predict": 1}}
    else:
        return body(model="florence-2", image=image, num_beams=1, max_new_tokens=1)
    return json.dumps(request).encode()


def quick_body(image=None):
    """A caption of one token: as little work for the model as there can be."""
    return body(image=image, num_beams=1, max_new_tokens=1)


def long_body(tokens=1024, prompts=1):
    """A request that takes some 4 ms a token and prompt on a good core, and would do so to the end.

    A text of 200 words that mean nothing keeps the demo model from finding an end of its own.
    """
    texts = [f"<CAPTION_TO_PHRASE_GROUNDING>{'a ' * 100}{number}" for number in range(prompts)]
    return body(texts[0] if prompts == 1 else texts, num_beams=8, max_new_tokens=tokens)


def caption(connection, request=None):
    """Posts a request for a caption on a connection that stays open."""
    return connection.request("POST", "/process_image", body() if request is None else request)


class Pending:
    """A request that is on its way, its answer to be fetched later; no thread waits, so it can leave at any time."""

    def __init__(self, server, request=None):
        self.connection = Connection(server)
        request = body() if request is None else request
        self.connection.send(head("POST", "/process_image", request) + request)

    def answer(self, seconds=60):
        """The answer, when it is there."""
        self.connection.socket.settimeout(seconds)
        with self.connection:
            return self.connection.receive("POST")

    def leave(self, with_reset=False):
        """Goes away without an answer."""
        if with_reset:
            self.connection.reset()
        else:
            self.connection.close()


def occupy(server, request=None):
    """Gives the model a job of a minute or more, and returns once it is running."""
    job = Pending(server, request or long_body(prompts=32))
    wait_for(lambda: status(server)["queue"]["running"] == 1, "the long job's start")
    return job


def queue(server, count, request=None):
    """Lets that many requests queue up behind the running one, and returns once all are in the line."""
    before = status(server)["queue"]["waiting"]
    jobs = [Pending(server, request) for _ in range(count)]
    wait_for(lambda: status(server)["queue"]["waiting"] == before + count, f"{count} waiting requests")
    return jobs
