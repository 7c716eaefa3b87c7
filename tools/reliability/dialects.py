"""The routes of OpenAI's and Ollama's interfaces under hostile requests."""

import json
from collections import Counter

import json_cases
import pictures
from captions import chat_body, example
from client import Connection, status, wait_for
from rows import at_least, at_most, exactly, none_of, row
from server import Server

# Path, and a body around a picture's base64.
ROUTES = {
    path: (lambda image, path=path: chat_body(path, image))
    for path in ("/v1/chat/completions", "/v1/responses", "/api/generate", "/api/chat")
}
ALLOWED = {200, 400, 413, 415}


def is_error(path, response):
    """Whether a refusal has the shape that the route's clients read."""
    try:
        error = json.loads(response.body)["error"]
    except (ValueError, KeyError, TypeError):
        return False
    sentence = error if path.startswith("/api/") else isinstance(error, dict) and error.get("message")
    return isinstance(sentence, str) and bool(sentence)


def hostile_bodies(path):
    """Texts that are no JSON, and JSON in which each field in turn is something else."""
    yield from json_cases.invalid()
    whole = json.loads(chat_body(path, example()))
    odd = [None, True, 0, -1, 1.5, 1e300, "", "x", [], [[]], {}, [None], [{}], {"a": {}}, "\ud800", ["\0"], [[[["x"]]]]]
    names = [
        *whole,
        "stop",
        "max_tokens",
        "options",
        "format",
        "response_format",
        "text",
        "stream_options",
        "keep_alive",
        "images",
        "model",
        "n",
        "system",
        "instructions",
    ]
    for name in names:
        for value in odd:
            yield json.dumps({**whole, name: value}).encode()
    for content in odd:
        for role in ("user", "system", "assistant", 7):
            messages = [{"role": role, "content": content, "images": content}]
            yield json.dumps({**whole, "messages": messages, "input": messages}).encode()
            part = [{"role": role, "content": [{"type": "image_url", "image_url": content, "text": content}]}]
            yield json.dumps({**whole, "messages": part, "input": part}).encode()


@row("L1")
def hostile_chats(rig):
    """Whatever is sent to a chat's route is answered, a refusal in the route's own words, and nothing is kept"""
    statuses, wrong = Counter(), []
    with Server() as server:
        for path, chat in ROUTES.items():
            with Connection(server) as connection:
                connection.request("POST", path, chat(example()))
                bodies = [chat(picture) for picture in pictures.corpus(rig.count(400, 40))]
                for body in [*hostile_bodies(path), *bodies]:
                    response = connection.request("POST", path, body)
                    statuses[response.status] += 1
                    if response.status not in ALLOWED or (response.status != 200 and not is_error(path, response)):
                        wrong.append((path, response.status, response.body[:200], body[:200]))
                    if response.closes:
                        connection.close()
                        connection.__init__(server)
        wait_for(lambda: status(server)["queue"]["waiting"] == 0, "an empty queue")
    yield none_of(
        "hostile requests with another status than 200, 400, 413, 415, or in another shape", wrong, statuses.total()
    )
    yield at_least("of them refused", statuses[400], 500)


@row("L2")
def streams_cost_little(rig):
    """64 streams at once take hardly more memory than the same 64 asked plainly; those who leave are dropped"""
    peaks = {}
    for streamed in (False, True):
        with Server(VISION_SERVER_MAX_QUEUED="200") as server:
            body = json.dumps({**json.loads(chat_body("/v1/chat/completions", example())), "stream": streamed}).encode()
            with Connection(server) as connection:
                connection.request("POST", "/v1/chat/completions", body)
            server.forget_peak()
            connections = [Connection(server) for _ in range(64)]
            for connection in connections:
                connection.send(connection_head(body) + body)
            answers = [connection.receive() for connection in connections]
            peaks[streamed] = server.peak()
            for connection in connections:
                connection.close()
            yield exactly(
                f"answers, {'streamed' if streamed else 'plain'}",
                Counter(a.status for a in answers),
                Counter({200: 64}),
            )
            if streamed:
                leavers = [Connection(server) for _ in range(32)]
                for connection in leavers:
                    connection.send(connection_head(body) + body)
                for connection in leavers:
                    connection.reset()
                wait_for(
                    lambda: status(server)["queue"]["waiting"] + status(server)["queue"]["running"] == 0,
                    "an idle server",
                )
    yield at_most("memory of 64 streams beyond that of 64 plain answers", peaks[True] - peaks[False], 32 << 20, "bytes")


def connection_head(body):
    return b"POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nContent-Length: %d\r\n\r\n" % len(body)
