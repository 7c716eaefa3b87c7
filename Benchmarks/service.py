"""What HTTP, and each dialect that is spoken over it, costs."""

import base64
import contextlib
import http.client
import json
import statistics
import threading
import time
import urllib.parse
from collections.abc import Iterator

import models
import server

BEAMS = 3
TOKENS = 8
PROMPT = "<CAPTION>"
# Requests that keep the engine computing, and the tokens that each of them has to have.
OTHERS, OTHER_TOKENS = 4, 256
LISTS = ("/v1/models", "/api/tags", "/api/ps", "/prompts")


def measure(requests: int) -> dict:
    """Seconds of requests to the demo model: from outside, in the engine, and decoding the picture (by `caption`)."""
    picture = models.picture(31, 640, 480)
    decodes = decode_seconds(picture, requests)
    body = server.request_body(picture, PROMPT, BEAMS, TOKENS)
    outside, engine = [], []
    with server.Server("demo", "--precision", "fp32", "--unload-after", "-1") as running:
        running.post("/process_image", body)
        before = engine_seconds(running)
        for _ in range(requests):
            start = time.perf_counter()
            running.post("/process_image", body)
            outside.append(time.perf_counter() - start)
            now = engine_seconds(running)
            engine.append(now - before)
            before = now
    decode = statistics.median(decodes + decode_seconds(picture, requests))
    added = [whole - inside - decode for whole, inside in zip(outside, engine)]
    print(f"{statistics.median(outside) * 1e3:.2f} ms, {statistics.median(added) * 1e3:.2f} of them HTTP", flush=True)
    found = {"outside": outside, "engine": engine, "decode": decode, "added": added}
    return found | {"dialects": dialects(picture, requests), "busy": while_computing(picture, requests)}


def dialects(picture, requests: int) -> dict[str, list[float]]:
    """Seconds of the same question in the words of each dialect, in turns; the picture is looked at once, before."""
    bodies = questions(picture)
    seconds: dict[str, list[float]] = {path: [] for path in bodies}
    with server.Server("demo", "--precision", "fp32", "--unload-after", "-1") as running:
        for number in range(requests + 1):
            for path, body in bodies.items():
                data = json.dumps(body).encode()
                start = time.perf_counter()
                running.post(path, data)
                # The first ones are cold.
                if number > 0:
                    seconds[path].append(time.perf_counter() - start)
    return seconds


def questions(picture) -> dict[str, dict]:
    """The body of the same question in the words of each dialect, by its path."""
    image = base64.b64encode(picture.read_bytes()).decode()
    url = {"url": f"data:image/png;base64,{image}"}
    message = {"role": "user", "content": [{"type": "text", "text": PROMPT}, {"type": "image_url", "image_url": url}]}
    asked = [{"type": "input_text", "text": PROMPT}, {"type": "input_image", "image_url": url["url"]}]
    options = {"model": "florence-2", "stream": False, "options": {"num_predict": TOKENS}}
    return {
        "/process_image": {"image": image, "prompt": PROMPT, "max_new_tokens": TOKENS},
        "/v1/chat/completions": {"messages": [message], "max_tokens": TOKENS},
        "/v1/responses": {"input": [{"role": "user", "content": asked}], "max_output_tokens": TOKENS},
        "/api/generate": {"prompt": PROMPT, "images": [image], **options},
        "/api/chat": {"messages": [{"role": "user", "content": PROMPT, "images": [image]}], **options},
    }


def while_computing(picture, requests: int) -> dict[str, dict[str, list[float]]]:
    """Seconds while the engine computes for others all the time: `heads`, from the end of a body to the head of its
    stream, and `lists`, from connecting to the end of an answer."""
    heads: dict[str, list[float]] = {path: [] for path in questions(picture)}
    lists: dict[str, list[float]] = {path: [] for path in LISTS}
    bodies = {path: json.dumps(body | {"stream": True}).encode() for path, body in questions(picture).items()}
    with server.Server("demo", "--precision", "fp32", "--unload-after", "-1") as running, computing(running, picture):
        for _ in range(requests):
            for path, body in bodies.items():
                heads[path].append(head_seconds(running, path, body))
            for path in LISTS:
                lists[path].append(list_seconds(running, path))
    return {"heads": heads, "lists": lists}


@contextlib.contextmanager
def computing(running, picture) -> Iterator[None]:
    """Others ask for long answers, each anew when it has one; they leave at the end."""
    image = base64.b64encode(picture.read_bytes()).decode()
    lengths = {"min_new_tokens": OTHER_TOKENS, "max_new_tokens": OTHER_TOKENS}
    body = json.dumps({"image": image, "prompt": PROMPT, "num_beams": BEAMS} | lengths).encode()
    is_over = threading.Event()

    def ask() -> None:
        while not is_over.is_set():
            running.post("/process_image", body)

    others = [threading.Thread(target=ask) for _ in range(OTHERS)]
    for other in others:
        other.start()
    try:
        yield
    finally:
        is_over.set()
        for other in others:
            other.join()


def head_seconds(running, path: str, body: bytes) -> float:
    """The client leaves with the head, so its place is free again."""
    with contextlib.closing(connection(running)) as connected:
        headers = {"Content-Type": "application/json"}
        if path == "/process_image":
            headers["Accept"] = "text/event-stream"
        connected.request("POST", path, body, headers)
        start = time.perf_counter()
        response = connected.getresponse()
        seconds = time.perf_counter() - start
        if response.status != 200 or response.getheader("Transfer-Encoding") != "chunked":
            raise RuntimeError(f"{path} answered with {response.status}, and no stream")
        return seconds


def list_seconds(running, path: str) -> float:
    start = time.perf_counter()
    with contextlib.closing(connection(running)) as connected:
        connected.request("GET", path)
        response = connected.getresponse()
        response.read()
        if response.status != 200:
            raise RuntimeError(f"{path} answered with {response.status}")
        return time.perf_counter() - start


def connection(running) -> http.client.HTTPConnection:
    return http.client.HTTPConnection(urllib.parse.urlsplit(running.address).netloc, timeout=60)


def decode_seconds(picture, count: int) -> list[float]:
    """From the file to what the model sees, without HTTP; the first one, which is cold, left out."""
    answers = server.caption("demo", [picture] * (count + 1), "fp32", 1, 1, PROMPT)
    return [answer["seconds"]["decode"] for answer in answers[1:]]


def engine_seconds(running) -> float:
    """All the time that the engine has computed."""
    return sum(running.metric(f"vision_{stage}_seconds_sum") for stage in ("encode", "generate"))
