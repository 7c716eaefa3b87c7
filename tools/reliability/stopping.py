"""The end: asked for, repeated, or without a warning."""

import random
import re
import signal
import time

from captions import Pending, body, long_body, occupy, queue, quick_body
from client import Connection, ask, head, wait_for
from rows import at_most, exactly, none_of, row
from server import CRASH_WORDS, ONE_BY_ONE, Server


def stop(server):
    """SIGTERM: the exit code or what went wrong, and the seconds until the end."""
    start = time.monotonic()
    server.terminate()
    code = server.wait(40)
    crash = CRASH_WORDS.search(server.log())
    return (crash[0] if crash else code), time.monotonic() - start


def stop_idle(server, chance):
    """Never used, or used and idle."""
    if chance.random() < 0.5:
        ask(server, "POST", "/load")
    return stop(server)


def stop_loading(server, chance):
    """Somewhere while the model is loaded, or just before or after."""
    pending = Pending(server, quick_body())
    server.wait_for_log("Loading the model")
    time.sleep(chance.random() * 0.04)
    code, seconds = stop(server)
    return (pending.answer(5).status if code == 0 else code), seconds


def stop_unloading(server, chance):
    """Somewhere while the model is unloaded, or just before or after."""
    ask(server, "POST", "/load")
    with Connection(server) as connection:
        connection.send(head("POST", "/unload", b""))
        time.sleep(chance.random() * 0.005)
        return stop(server)


def stop_in_flight(server, chance):
    """While a job of some tenths of a second runs: it is answered."""
    pending = occupy(server, long_body(tokens=200))
    code, seconds = stop(server)
    if code == 0 and not re.search("Stopping.*path=/process_image status=200", server.log(), re.DOTALL):
        return "the job was over before the signal", seconds
    return (pending.answer(5).status if code == 0 else code), seconds


@row("E7")
def sigterm(rig):
    """SIGTERM ends the server with exit code 0 whatever it is doing, and what was accepted is answered"""
    chance = random.Random(13)
    moments = {"idle": (stop_idle, 0), "loading": (stop_loading, 200), "unloading": (stop_unloading, 0),
               "in flight": (stop_in_flight, 200)}
    times = []
    for name, (end, wanted) in moments.items():
        ends = []
        for _ in range(rig.count(20, 4)):
            with Server(*ONE_BY_ONE) as server:
                ends.append(end(server, chance))
        times += [seconds for _, seconds in ends]
        what = "without exit code 0" if wanted == 0 else "without exit code 0 and an answer"
        yield none_of(f"ends while {name} {what}", [code for code, _ in ends if code != wanted], len(ends))
    yield at_most("slowest end", max(times), 5, "s", timed=True)


@row("I1")
def graceful_stop(rig):
    """SIGTERM with one running and eight waiting: no new work, all nine are answered, exit code 0"""
    with Server(*ONE_BY_ONE, "--unload-after", "-1") as server:
        running = occupy(server, long_body())
        waiting = queue(server, 8)
        start = time.monotonic()
        with Connection(server) as observer:
            observer.request("GET", "/health")
            server.terminate()
            wait_for(lambda: observer.request("GET", "/ready").status == 503, "/ready 503", 5, pause=0)
            noticed = time.monotonic() - start
            health = observer.request("GET", "/health").status
        with Connection(server) as newcomer:
            refusal = newcomer.request("POST", "/process_image", quick_body())
            # Closed by the server as such, not by its end.
            is_closed = newcomer.is_closed_within(0.7) and server.is_alive
        answers = [job.answer().status for job in [running, *waiting]]
        code = server.wait(40)
        seconds = time.monotonic() - start
    yield at_most("time until /ready says 503", noticed, 0.2, "s", timed=True)
    yield exactly("status of /health meanwhile", health, 200)
    yield exactly("status of new work", refusal.status, 503)
    yield exactly("new work has Retry-After and Connection: close", (
        refusal.headers.get("retry-after", "").isdigit(), refusal.closes), (True, True))
    yield exactly("and its connection is closed", is_closed, True)
    yield exactly("of nine accepted, answered", answers.count(200), 9)
    yield exactly("exit code", code, 0)
    yield at_most("time until the end", seconds, 30, "s")
    yield from second_signal()


def second_signal():
    """Who does not want to wait for the work sends a second signal."""
    with Server(*ONE_BY_ONE) as server:
        job = occupy(server)
        server.terminate()
        server.wait_for_log("Stopping")
        early = server.wait(0.5)
        start = time.monotonic()
        server.terminate()
        code = server.wait(20)
        seconds = time.monotonic() - start
        job.leave()
    yield exactly("exit code while the work goes on (none: it lives)", early, None)
    yield exactly("a second signal ends it with the signal's code", code, 128 + signal.SIGTERM)
    yield at_most("time for that", seconds, 5, "s")


@row("I2")
def sudden_death(rig):
    """After kill -9 in the middle of its work a server starts on the same port at once"""
    times, wrong = [], []
    count = rig.count(5, 2)
    with Server(*ONE_BY_ONE) as server:
        port = server.port
        clients = [occupy(server), *queue(server, 3)]
        server.kill()
    for _ in range(count):
        with Server(*ONE_BY_ONE, port=port) as server:
            if ask(server, "GET", "/health").status != 200:
                wrong.append("/health")
            times.append(time.monotonic() - server.started)
            if ask(server, "POST", "/process_image", body()).status != 200:
                wrong.append("/process_image")
            clients = [occupy(server), *queue(server, 3)]
            server.kill()
    yield none_of("restarts on the same port that did not serve", wrong, count)
    yield at_most("slowest start until /health says 200", max(times), 1, "s", timed=True)
