"""The model comes and goes, and leaves nothing behind."""

import time

import pictures
from captions import Pending, body, caption, quick_body
from client import Connection, ask, status, wait_for
from rows import at_least, at_most, exactly, none_of, row
from server import Server


@row("E1")
def one_load(rig):
    """32 cold requests at once load the model once"""
    with Server() as server:
        pending = [Pending(server) for _ in range(32)]
        answers = [job.answer() for job in pending]
        counters = status(server)["counters"]
    yield exactly("of 32 cold requests, answered", sum(answer.status == 200 for answer in answers), 32)
    yield exactly("distinct answers", len({answer.body for answer in answers}), 1)
    yield exactly("loads", counters["loads"], 1)


@row("E3")
def idle_unload(rig):
    """An idle model goes when its time is over; asking for health, status and metrics neither wakes nor keeps it"""
    observing = ("/health", "/ready", "/metrics", "/model", "/prompts")
    with Server("--unload-after", "1") as server:
        for path in observing:
            ask(server, "GET", path)
        yield exactly("loads by those who only look", status(server)["counters"]["loads"], 0)
        ask(server, "POST", "/process_image", quick_body())
        start = time.monotonic()
        yield exactly("state after a caption", status(server)["state"], "idle")

        def is_gone():
            for path in observing:
                ask(server, "GET", path)
            return status(server)["state"] == "unloaded"

        wait_for(is_gone, "an unloaded model while it is looked at all the time", 15, pause=0.05)
        lived = time.monotonic() - start
        yield at_least("life of the model after its last use", lived, 0.9, "s")
        yield at_most("life of the model after its last use (1 s and 0.5)", lived, 1.5, "s", timed=True)
        is_gone()
        counters = status(server)["counters"]
        yield exactly("loads and unloads", (counters["loads"], counters["unloads"]), (1, 1))
        yield exactly("status of a caption then", ask(server, "POST", "/process_image", quick_body()).status, 200)
        yield exactly("loads then", status(server)["counters"]["loads"], 2)
        ask(server, "POST", "/process_image", body(keep_alive=-1))
        yield exactly("seconds until unload with keep_alive -1", status(server)["unloads_in_seconds"], None)
        ask(server, "POST", "/process_image", body(keep_alive=0))
        wait_for(lambda: status(server)["state"] == "unloaded", "an unloaded model after keep_alive 0", 5)


@row("E4")
def load_cycles(rig):
    """Loading and unloading a thousand times leaves no memory, thread, descriptor or map behind"""
    cycles = rig.count(1000, 100)
    memory, wrong = [], []
    with Server() as server, Connection(server) as connection:
        for cycle in range(cycles):
            states = [connection.request("POST", path).json().get("state") for path in ("/load", "/unload")]
            if states != ["idle", "unloaded"]:
                wrong.append((cycle, states))
            memory.append(server.resident())
            if cycle == 0:
                first = server.handles()
        last = server.handles()
        counters = connection.request("GET", "/status").json()["counters"]
    yield exactly("loads and unloads", (counters["loads"], counters["unloads"]), (cycles, cycles))
    yield none_of("cycles without both", wrong, cycles)
    growth = memory[-1] - memory[0]
    yield at_most(f"memory after {cycles} cycles beyond that after the first", growth, 64 << 20, "bytes")
    yield at_most("slope of the memory, KB a cycle", slope(memory[cycles // 10:]) / 1024, 10.0)
    for kind, count in first.items():
        yield at_most(f"{kind} more than after the first ({count})", last[kind] - count, 2)


def slope(values):
    """Least squares: by how much the values grow from one to the next."""
    middle = (len(values) - 1) / 2
    mean = sum(values) / len(values)
    spread = sum((place - middle) ** 2 for place in range(len(values)))
    return sum((place - middle) * (value - mean) for place, value in enumerate(values)) / spread


@row("E5")
def many_captions(rig):
    """Memory stops growing however many pictures are captioned"""
    count = rig.count(5000, 300)
    files = [pictures.png(20 + 7 * number, 300 - 4 * number) for number in range(64)]
    requests = [body(image=file, max_new_tokens=8, num_beams=1 + number % 3) for number, file in enumerate(files)]
    memory, statuses = [], set()
    with Server("--unload-after", "-1") as server, Connection(server) as connection:
        for number in range(count):
            statuses.add(caption(connection, requests[number * 7 % len(requests)]).status)
            memory.append(server.resident())
    yield exactly("statuses", statuses, {200})
    yield at_most(f"growth in the second half of {count} captions", memory[-1] - memory[count // 2], 5 << 20, "bytes")
    yield at_most("growth in all after the tenth", memory[-1] - memory[10], 50 << 20, "bytes")
