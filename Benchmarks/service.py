"""What HTTP, and each dialect that is spoken over it, costs."""

import base64
import json
import statistics
import time

import models
import server

BEAMS = 3
TOKENS = 8
PROMPT = "<CAPTION>"


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
    return {"outside": outside, "engine": engine, "decode": decode, "added": added, "dialects": dialects(picture, requests)}


def dialects(picture, requests: int) -> dict[str, list[float]]:
    """Seconds of the same question in the words of each dialect, in turns; the picture is looked at once, before."""
    image = base64.b64encode(picture.read_bytes()).decode()
    url = {"url": f"data:image/png;base64,{image}"}
    message = {"role": "user", "content": [{"type": "text", "text": PROMPT}, {"type": "image_url", "image_url": url}]}
    asked = [{"type": "input_text", "text": PROMPT}, {"type": "input_image", "image_url": url["url"]}]
    options = {"model": "florence-2", "stream": False, "options": {"num_predict": TOKENS}}
    bodies = {
        "/process_image": {"image": image, "prompt": PROMPT, "max_new_tokens": TOKENS},
        "/v1/chat/completions": {"messages": [message], "max_tokens": TOKENS},
        "/v1/responses": {"input": [{"role": "user", "content": asked}], "max_output_tokens": TOKENS},
        "/api/generate": {"prompt": PROMPT, "images": [image], **options},
        "/api/chat": {"messages": [{"role": "user", "content": PROMPT, "images": [image]}], **options},
    }
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


def decode_seconds(picture, count: int) -> list[float]:
    """From the file to what the model sees, without HTTP; the first one, which is cold, left out."""
    answers = server.caption("demo", [picture] * (count + 1), "fp32", 1, 1, PROMPT)
    return [answer["seconds"]["decode"] for answer in answers[1:]]


def engine_seconds(running) -> float:
    """All the time that the engine has computed."""
    return sum(running.metric(f"vision_{stage}_seconds_sum") for stage in ("encode", "generate"))
