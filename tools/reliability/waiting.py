"""The line for the model: who is let in, who leaves, who comes next."""

import re
import select
import time

from captions import body, long_body, occupy, queue, quick_body
from client import Connection, ask, head, status, wait_for
from rows import at_most, exactly, percentile, row
from server import ONE_BY_ONE, Server

MAX_QUEUED = 8


def turns(server):
    """How many requests have had their turn with the model, as the metrics count them."""
    text = ask(server, "GET", "/metrics").body.decode()
    return int(re.search(r"^vision_queue_wait_seconds_count (\d+)", text, re.MULTILINE)[1])


def first_answers(connections, seconds=20):
    """Seconds until each of the connections has something to read, all of them watched at once."""
    start = time.monotonic()
    poll = select.poll()
    for connection in connections:
        poll.register(connection.socket, select.POLLIN)
    times = {}
    while len(times) < len(connections) and time.monotonic() - start < seconds:
        for descriptor, _ in poll.poll(100):
            times[descriptor] = time.monotonic() - start
            poll.unregister(descriptor)
    return list(times.values())


@row("D2")
def full_queue(rig):
    """With one running and eight waiting each further request is refused at once, unread, and leaves nothing behind"""
    with Server(*ONE_BY_ONE, "--max-queued", MAX_QUEUED, "--unload-after", "-1") as server:
        ask(server, "POST", "/load")
        running = occupy(server)
        waiting = queue(server, MAX_QUEUED)
        yield exactly("status of /ready with a full queue", ask(server, "GET", "/ready").status, 503)
        # No base64 at all: whoever decoded it would answer 400. Only a part of it is sent.
        request = body(image="*" * (4 << 20))
        before, turned = server.resident(), turns(server)
        connections = [Connection(server) for _ in range(50)]
        for connection in connections:
            connection.send(head("POST", "/process_image", request) + request[:1 << 16])
        times = first_answers(connections)
        answers = [connection.receive() for connection in connections]
        for connection in connections:
            connection.close()
        yield exactly("of 50 more, refused with 503 and Retry-After", sum(
            answer.status == 503 and answer.headers.get("retry-after", "").isdigit() for answer in answers), 50)
        yield at_most("p99 of the time for a refusal", percentile(times, 99), 0.05, "s", timed=True)
        wait_for(lambda: server.resident() - before <= 16 << 20, "memory within 16 MB of before", 5)
        yield at_most("memory that they left after 5 s at most", server.resident() - before, 16 << 20, "bytes")
        counters = status(server)["counters"]
        yield exactly("refused and accepted in the counters", (counters["refused"], counters["accepted"]), (50, 10))
        yield exactly("turns with the model meanwhile", turns(server) - turned, 0)
        running.leave()
        yield exactly("of the 8 that waited, answered", sum(job.answer().status == 200 for job in waiting), 8)
        yield exactly("status of /ready afterwards", ask(server, "GET", "/ready").status, 200)


@row("D4")
def leaving_the_queue(rig):
    """A client who leaves while waiting is dropped at once, and the model never hears of the request"""
    with Server(*ONE_BY_ONE, "--unload-after", "-1") as server:
        running = occupy(server)
        leavers, faithful = queue(server, 6), queue(server, 2)
        turned = turns(server)
        times = []
        for number, leaver in enumerate(leavers):
            leaver.leave(with_reset=number % 2 == 0)
            times.append(wait_for(
                lambda: status(server)["queue"]["waiting"] == 8 - number - 1, "a shorter queue", 10))
        yield at_most("time until a client who left is out of the queue", max(times), 1, "s")
        wait_for(lambda: status(server)["counters"]["cancelled"] == 6, "six cancelled", 5)
        running.leave()
        yield exactly("of the two who stayed, answered", sum(job.answer().status == 200 for job in faithful), 2)
        wait_for(lambda: status(server)["queue"]["running"] == 0, "an idle model", 10)
        yield exactly("turns with the model for 2 who stayed and 6 who left", turns(server) - turned, 2)
        yield exactly("answered and cancelled in the counters", counted(server), (2, 7))


def counted(server):
    counters = status(server)["counters"]
    return counters["answered"], counters["cancelled"]


@row("D5")
def leaving_while_running(rig):
    """When the client of a running job leaves, the job stops and the next one starts at once"""
    times = []
    with Server(*ONE_BY_ONE, "--unload-after", "-1") as server:
        ask(server, "POST", "/process_image", quick_body())
        for number in range(rig.count(20, 6)):
            running = occupy(server, long_body(tokens=1024, prompts=8))
            follower = queue(server, 1, quick_body())[0]
            start = time.monotonic()
            running.leave(with_reset=number % 2 == 0)
            assert follower.answer(30).status == 200
            times.append(time.monotonic() - start)
        counters = status(server)["counters"]
        rest = 8 * one_long_answer(server)
    yield exactly("cancelled and failed in the counters", (counters["cancelled"], counters["failed"]), (len(times), 0))
    yield at_most("slowest follower, of the time that the job still had", max(times) / rest, 0.25)
    yield at_most("p50 from leaving to the next one's answer", percentile(times, 50), 0.1, "s", timed=True)
    yield at_most("slowest", max(times), 0.5, "s", timed=True)


def one_long_answer(server):
    """Seconds for one prompt of the long job, scaled up from a part of it."""
    answer = ask(server, "POST", "/process_image", long_body(tokens=128))
    assert answer.status == 200
    return answer.seconds * 8
