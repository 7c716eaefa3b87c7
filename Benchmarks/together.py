"""Eight requests at once through HTTP, against the same ones one after the other; and what HTTP itself costs."""

import statistics
import time
from concurrent.futures import ThreadPoolExecutor

import models
import server
from timing import Contestant, alternate

REQUESTS = 8
BEAMS = 3
TOKENS = (64, 256)


def measure(shape: str, rounds: int) -> dict:
    """Seconds of all eight, `alone` and `together`, and when the first answer came, by round; the share of rounds in
    which every text was the same, and how many texts differ, as eight equal ones would prove little."""
    pictures = [models.picture(seed, 640, 480) for seed in range(40, 40 + REQUESTS)]
    precisions = server.supported_precisions(pictures[0])
    precision = "bf16" if "bf16" in precisions else precisions[0]
    found = {"precision": precision}
    with server.Server(models.directory(shape), "--precision", precision, "--unload-after", "-1") as running:
        running.post("/load")
        for tokens in TOKENS:
            bodies = [server.request_body(picture, server.PROMPT, BEAMS, tokens) for picture in pictures]
            texts: dict[str, list[list]] = {"alone": [], "together": []}
            contestants = [
                Contestant(f"{tokens} tokens alone", lambda: one_by_one(running, bodies, texts)),
                Contestant(f"{tokens} tokens together", lambda: at_once(running, bodies, texts)),
            ]
            times = alternate(contestants, rounds)
            pairs = list(zip(texts["alone"], texts["together"], strict=True))
            if not pairs:
                raise RuntimeError(f"no round of {tokens} tokens was finished")
            found[str(tokens)] = {
                "rounds": times, "equal": sum(left == right for left, right in pairs) / len(pairs),
                "distinct": len({str(answer) for answer in pairs[0][0]}),
            }  # fmt: skip
    return found


def one_by_one(running, bodies: list[bytes], texts: dict[str, list[list]]) -> dict[str, float]:
    """Each request after the answer to the one before."""
    start = time.perf_counter()
    answers, ends = [], []
    for body in bodies:
        answers.append(running.post("/process_image", body))
        ends.append(time.perf_counter() - start)
    texts["alone"].append(answers)
    return {"all": ends[-1], "first": ends[0]}


def at_once(running, bodies: list[bytes], texts: dict[str, list[list]]) -> dict[str, float]:
    """All in the same moment."""
    start = time.perf_counter()

    def ask(body: bytes) -> tuple[dict, float]:
        return running.post("/process_image", body), time.perf_counter() - start

    with ThreadPoolExecutor(len(bodies)) as pool:
        answers = list(pool.map(ask, bodies))
    texts["together"].append([answer for answer, _ in answers])
    return {"all": max(end for _, end in answers), "first": min(end for _, end in answers)}


def measure_http(requests: int) -> dict:
    """Seconds of requests to the demo model: from outside, in the engine, and decoding the picture (by `caption`)."""
    picture = models.picture(31, 640, 480)
    decodes = decode_seconds(picture, requests)
    body = server.request_body(picture, "<CAPTION>", BEAMS, 8)
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
    return {"outside": outside, "engine": engine, "decode": decode, "added": added}


def decode_seconds(picture, count: int) -> list[float]:
    """From the file to what the model sees, without HTTP; the first one, which is cold, left out."""
    answers = server.caption("demo", [picture] * (count + 1), "fp32", 1, 1, "<CAPTION>")
    return [answer["seconds"]["decode"] for answer in answers[1:]]


def engine_seconds(running) -> float:
    """All the time that the engine has computed."""
    return sum(running.metric(f"vision_{stage}_seconds_sum") for stage in ("encode", "generate"))
