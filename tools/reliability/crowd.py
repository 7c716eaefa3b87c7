"""Many clients at the same time, good ones and bad ones."""

import random
import threading
import time

import json_cases
import pictures
from captions import Pending, body, caption, quick_body
from client import Connection, ask, status, wait_for
from rows import at_least, at_most, exactly, none_of, percentile, row
from server import ONE_BY_ONE, Server

PROMPTS = ["<CAPTION>", "<DETAILED_CAPTION>", "<MORE_DETAILED_CAPTION>", "<GENERATE_TAGS>", "<OD>", "<ANALYZE>"]


class Crowd:
    """Clients on threads of their own who repeat something until the end of a `with` block."""

    def __init__(self, *actions):
        self.count = 0
        self.errors = []
        self._is_over = threading.Event()
        self._lock = threading.Lock()
        self._threads = [threading.Thread(target=self._run, args=(action,), daemon=True) for action in actions]

    def __enter__(self):
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self._is_over.set()
        for thread in self._threads:
            thread.join(60)

    def _run(self, action):
        while not self._is_over.is_set():
            try:
                action()
            except Exception as error:  # Judged by the row.
                self.errors.append(error)
                return
            with self._lock:
                self.count += 1


@row("D6")
def health_under_load(rig):
    """/health and /metrics answer while both cores compute"""
    seconds = rig.count(20, 4)
    health, metrics = [], []
    request = body("<MORE_DETAILED_CAPTION>", num_beams=8)
    with Server("--unload-after", "-1") as server:
        ask(server, "POST", "/load")
        connections = [Connection(server) for _ in range(4)]

        def work(connection):
            assert caption(connection, request).status == 200

        with Crowd(*(lambda connection=connection: work(connection) for connection in connections)) as crowd:
            start, used = time.monotonic(), server.cpu_seconds()
            with Connection(server) as observer:
                while time.monotonic() - start < seconds:
                    health.append(observer.request("GET", "/health").seconds)
                    if len(health) % 5 == 0:
                        metrics.append(observer.request("GET", "/metrics").seconds)
                    time.sleep(0.02)
            cores = (server.cpu_seconds() - used) / (time.monotonic() - start)
    yield exactly("errors of the clients who keep it busy", [str(error) for error in crowd.errors], [])
    yield at_least("captions meanwhile", crowd.count, seconds)
    yield at_least("cores that the server used meanwhile", cores, 0.5, timed=True)
    yield at_most("/health p99 while both cores compute", percentile(health, 99), 0.1, "s", timed=True)
    yield at_most("/health slowest", max(health), 0.5, "s", timed=True)
    yield at_most("/metrics p99", percentile(metrics, 99), 0.25, "s", timed=True)


@row("D7")
def isolation(rig):
    """Good requests among hostile ones get the very answers that they get alone"""
    files = pictures.drawn_files()
    chance = random.Random(3)
    good = [body(chance.choice(PROMPTS), chance.choice(files)) for _ in range(rig.count(100, 30))]
    hostile = hostile_requests()
    refused = []
    with Server("--unload-after", "-1") as server:
        with Connection(server) as connection:
            alone = [caption(connection, request).body for request in good]

        def attack():
            with Connection(server) as connection:
                response = caption(connection, next(hostile))
                refused.append(response.status)

        with Crowd(attack, attack, attack) as crowd, Connection(server) as connection:
            together = [caption(connection, request).body for request in good]
    yield exactly("errors of the hostile clients", [str(error) for error in crowd.errors], [])
    yield at_least("hostile requests meanwhile", crowd.count, len(good) // 2)
    yield at_least("of them refused", sum(status >= 400 for status in refused), crowd.count // 4)
    yield at_least("distinct answers to good requests", len(set(alone)), 10)
    yield none_of("good requests answered otherwise", [
        pair for pair in zip(alone, together) if pair[0] != pair[1]], len(good))


def hostile_requests():
    """An endless mixture of what the other rows send."""
    mixture = [body(image=picture) for picture in pictures.corpus(100)]
    mixture += [body(image=picture) for picture in pictures.bombs().values()]
    mixture += [body(prompt) for prompt in json_cases.naughty_strings()] + json_cases.invalid()[:120]
    random.Random(9).shuffle(mixture)
    lock = threading.Lock()

    def endless():
        while True:
            for request in mixture:
                yield request

    source = endless()

    class Shared:
        def __next__(self):
            with lock:
                return next(source)

    return Shared()


@row("D9")
def conservation(rig):
    """However clients come and go, every accepted request is counted once, and nothing is left over"""
    each = rig.count(1250, 60)
    with Server(*ONE_BY_ONE, "--max-queued", 4, "--unload-after", "-1") as server:
        usual = typical_time(server)
        tallies = [Tally() for _ in range(8)]
        threads = [threading.Thread(target=wander, args=(server, seed, each, tally), daemon=True)
                   for seed, tally in enumerate(tallies)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(100)
        alive = sum(thread.is_alive() for thread in threads)
        wait_for(lambda: is_quiet(server), "an empty queue", 20)
        now = status(server)
        counters, queue = now["counters"], now["queue"]
        after = typical_time(server)
    ends = {name: sum(getattr(tally, name) for tally in tallies) for name in ("answered", "left", "refused", "bad")}
    yield exactly("clients still waiting for an answer", alive, 0)
    yield at_least("answered, left, refused and bad requests, the least of them", min(ends.values()), 1)
    yield exactly("accepted, less answered, failed, invalid and cancelled", counters["accepted"] - sum(
        counters[name] for name in ("answered", "failed", "invalid", "cancelled")), 0)
    yield exactly("failed", counters["failed"], 0)
    yield at_least("answered by the server's count, less by the clients'", counters["answered"] - ends["answered"], 9)
    yield at_least("cancelled by the server's count", counters["cancelled"], 1)
    yield exactly("running, waiting, bytes waiting", tuple(
        queue[name] for name in ("running", "waiting", "waiting_bytes")), (0, 0, 0))
    yield at_most("time of a fresh request, times the usual", after / usual, 1.1, timed=True)


class Tally:
    """How the requests of one client ended, as the client saw it."""

    def __init__(self):
        self.answered = self.left = self.refused = self.bad = 0


def wander(server, seed, count, tally):
    """A client who now waits for the answer, now leaves early, now sends nonsense or half a request."""
    chance = random.Random(seed)
    for _ in range(count):
        kind = chance.randrange(10)
        request = body("nonsense") if kind == 0 else quick_body() if kind < 6 else body(num_beams=3)
        if kind in (1, 2, 6, 7):
            pending = Pending(server, request)
            time.sleep(chance.choice((0, 0.001, 0.005, 0.02)))
            pending.leave(with_reset=chance.random() < 0.5)
            tally.left += 1
        elif kind == 3:
            with Connection(server) as connection:
                connection.send(b"POST /process_image HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9999\r\n\r\n{")
            tally.left += 1
        else:
            code = ask(server, "POST", "/process_image", request).status
            name = {200: "answered", 503: "refused", 400: "bad"}[code]
            setattr(tally, name, getattr(tally, name) + 1)


def is_quiet(server):
    now = status(server)
    counters = now["counters"]
    ended = sum(counters[name] for name in ("answered", "failed", "invalid", "cancelled"))
    return now["queue"]["running"] == now["queue"]["waiting"] == 0 and ended == counters["accepted"]


def typical_time(server):
    """The best of the medians of nine captions, one after the other: a processor that has just slept is slower at first."""
    with Connection(server) as connection:
        return min(percentile([caption(connection).seconds for _ in range(9)], 50) for _ in range(6))
