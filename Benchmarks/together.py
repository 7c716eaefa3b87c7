"""Eight requests at once through HTTP, against the same ones one after the other."""

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
