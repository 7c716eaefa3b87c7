"""How connections begin and end, and which names and pages the server answers to."""

import http.client
import re
import time

from captions import Pending, body, long_body, quick_body
from client import Connection, ConnectionClosed, ask, head, status, wait_for
from rows import at_least, at_most, exactly, none_of, row
from server import ONE_BY_ONE, Server

BROKEN_REST = b"\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"


def raw(server, *pieces, seconds=8, pause=0.0, half_close=False):
    """Sends pieces as they are: all that comes until the server closes, and whether it did."""
    with Connection(server) as connection:
        for number, piece in enumerate(pieces):
            if number:
                time.sleep(pause)
            try:
                connection.send(piece)
            except (BrokenPipeError, ConnectionResetError):
                break
        if half_close:
            connection.socket.shutdown(1)
        is_closed = connection.is_closed_within(seconds)
        return connection.buffer, is_closed


def statuses(answer):
    """The status of each answer in what came; interim ones among them."""
    return [int(status) for status in re.findall(rb"HTTP/1\.1 (\d{3}) ", answer)]


def posting(request):
    return head("POST", "/process_image", request) + request


def cancelled(server):
    return status(server)["counters"]["cancelled"]


@row("J7")
def half_closed(rig):
    """Who ends its side gets its answer, who leaves is dropped, and one request has one answer"""
    with Server() as server:
        alone = ask(server, "POST", "/process_image", body())
        answer, is_closed = raw(server, posting(body()), half_close=True)
        # Further 100s ask whether anybody is still there.
        yield exactly("final statuses behind half a close",
                      ([code for code in statuses(answer) if code != 100], is_closed), ([200], True))
        yield exactly("its caption is the usual one", answer.endswith(alone.body), True)
        answer, _ = raw(server, head("GET", "/model") * 3, half_close=True)
        yield exactly("final statuses of three requests before half a close",
                      [code for code in statuses(answer) if code != 100], [200] * 3)
        old = posting(body()).replace(b"HTTP/1.1", b"HTTP/1.0", 1)
        yield exactly("statuses for HTTP/1.0 behind half a close", statuses(raw(server, old, half_close=True)[0]), [])
        for name, with_reset in (("a reset", True), ("an end", False)):
            before = cancelled(server)
            for _ in range(60):
                Pending(server, long_body()).leave(with_reset=with_reset)
            wait_for(lambda: is_quiet(server), "quiet")
            yield at_least(
                f"of 60 requests that were each followed by {name}, cancelled", cancelled(server) - before, 59)
        yield from one_answer(server)
    with Server(*ONE_BY_ONE) as server:
        yield from leaving_behind_a_body(server)


def is_quiet(server):
    queue = status(server)["queue"]
    return queue["running"] == queue["waiting"] == 0


def leaving_behind_a_body(server):
    """One who waits has sent most of a second picture, too, and leaves."""
    holder = Pending(server, long_body())
    wait_for(lambda: status(server)["queue"]["running"] == 1, "a running request")
    before = cancelled(server)
    leaver = Pending(server)
    leaver.connection.send(head("POST", "/process_image", headers=["Content-Length: 30000000"]) + b" " * 20_000_000)
    leaver.leave()
    seconds = wait_for(lambda: cancelled(server) > before, "a cancelled request")
    yield at_most("a leaver with a second body behind the first noticed after", seconds, 1.0, "s", timed=True)
    holder.leave()


def one_answer(server):
    starts = [b"GET /model HTTP/1.1\r\nHost: localhost", b"POST /nope HTTP/1.1\r\nHost: localhost",
              b"POST /process_image HTTP/1.1\r\nHost: localhost\r\nOrigin: http://evil.example",
              b"POST /process_image HTTP/1.1\r\nHost: localhost", b"POST /load HTTP/1.1\r\nHost: localhost"]
    found = [statuses(raw(server, start + BROKEN_REST)[0]) for start in starts]
    found += [statuses(raw(server, start + BROKEN_REST[:-4], b"zz\r\n", pause=0.1)[0]) for start in starts]
    yield none_of("requests with a broken body and not just one answer", [
        codes for codes in found if len(codes) != 1], len(found))


@row("J8")
def wire_manners(rig):
    """Connections are closed when that was said, slow and broken requests are told so, and what is unread is drained"""
    with Server("--read-timeout", 2) as server:
        for name, request in (("HTTP/1.0", b"GET /model HTTP/1.0\r\n\r\n"),
                              ("Connection: close", head("GET", "/model", headers=["Connection: close"]))):
            answer, is_closed = raw(server, request, seconds=1)
            yield exactly(f"{name}: status, said, closed",
                          (statuses(answer), b"connection: close" in answer.lower(), is_closed), ([200], True, True))
        answer, _ = raw(server, posting(quick_body()) * 8, seconds=3)
        yield exactly("statuses of 8 small pictures that came at once", statuses(answer), [200] * 8)
        large = head("POST", "/process_image", headers=["Content-Length: 30000000"]) + b" " * 30_000_000
        answer, is_closed = raw(server, posting(quick_body()) + large)
        yield exactly("a picture with 30 MB behind it: statuses, closed", (statuses(answer), is_closed), ([200], True))
        slow = {"a head": b"GET /mod", "a body": head("POST", "/process_image", headers=["Content-Length: 9"]) + b"{"}
        for name, request in slow.items():
            answer, is_closed = raw(server, request)
            yield exactly(f"statuses for {name} that stops, closed", (statuses(answer), is_closed), ([408], True))
        yield none_of("protocol errors without a JSON body", no_bodies(server), len(PROTOCOL_ERRORS))
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=20)
        connection.request("POST", "/process_image", b" " * (34 << 20))
        yield exactly("status that http.client reads after 34 MB", connection.getresponse().status, 413)
        slashes = {path: ask(server, "GET", path).status for path in ("//model", "///model//", "/model/", "//model?//")}
        yield exactly("statuses with runs of slashes", set(slashes.values()), {200})
        answer, _ = raw(server, b"GET //nowhere HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        yield exactly("status for a path that begins with two", statuses(answer), [404])
    yield from without_a_key(rig)
    yield from places(rig)


PROTOCOL_ERRORS = {
    "no HTTP": b"GARBAGE\r\n\r\n", "version": b"GET / HTTP/9.9\r\n\r\n", "no host": b"GET /model HTTP/1.1\r\n\r\n",
    "two hosts": b"GET /model HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
    "two lengths": head("POST", "/process_image", headers=["Content-Length: 3", "Content-Length: 4"]),
    "bad chunk": head("POST", "/process_image", headers=["Transfer-Encoding: chunked"]) + b"zz\r\n",
    "a large field": head("GET", "/model", headers=["X: " + "a" * 90_000]),
    "1,001 fields": head("GET", "/model", headers=[f"X-{number}: a" for number in range(1001)])}


def no_bodies(server):
    """Protocol errors whose answer is not one sentence and a code, in JSON."""
    wrong = []
    for name, request in PROTOCOL_ERRORS.items():
        with Connection(server) as connection:
            try:
                connection.send(request)
                answer = connection.receive()
                if answer.status not in (400, 431) or not answer.detail or not answer.closes:
                    wrong.append((name, answer))
            except (ConnectionClosed, ValueError, OSError) as error:
                wrong.append((name, error))
    return wrong


def without_a_key(rig):
    """What is sent without a key is thrown away unseen, and nobody is asked to send it."""
    count = rig.count(200, 50)
    with Server(VISION_SERVER_API_KEYS="secret") as server:
        ask(server, "GET", "/health")
        waiting = head("POST", "/process_image", headers=["Content-Length: 9000", "Expect: 100-continue"])
        yield exactly("statuses for Expect: 100-continue without a key", statuses(raw(server, waiting)[0]), [401])
        before = server.resident()
        senders = [Connection(server) for _ in range(count)]
        for sender in senders:
            sender.send(head("POST", "/process_image", headers=["Content-Length: 30000000"]))
            sender.socket.setblocking(False)
        for sender in senders:
            try:
                sender.send(b" " * 1_000_000)
            except OSError:
                pass
        growth = server.resident() - before
        yield at_most(f"growth of the memory by {count} who send 1 MB without a key", growth, 16 << 20, "bytes")
        for sender in senders:
            sender.close()
        wait_for(lambda: ask(server, "GET", "/health").status == 200, "health")
        start = time.monotonic()
        draining = Connection(server)
        draining.send(head("POST", "/process_image", headers=["Content-Length: 30000000"]) + b" ")
        yield exactly("status for one who stops sending", draining.receive().status, 401)
        wait_for(lambda: is_cut(draining), "the end of the connection", 10)
        yield at_most("closed after (5 s and 1)", time.monotonic() - start, 6.0, "s", timed=True)


def is_cut(connection):
    """Whether the server takes nothing more: sending fails once it has closed for good."""
    try:
        connection.send(b" ")
        time.sleep(0.05)
        connection.send(b" ")
        return False
    except OSError:
        return True


def places(rig):
    """At the limit the longest idle connection gives way, and where none is idle the new one is told to come back."""
    with Server("--max-connections", 20) as server:
        idle = [Connection(server) for _ in range(20)]
        for connection in idle:
            connection.request("GET", "/health")
        with Connection(server) as extra:
            served = extra.request("GET", "/health").status
            yield exactly("status for one connection more than there may be", served, 200)
            yield exactly("the longest idle closed for it", idle[0].is_closed_within(2), True)
            yield none_of("others closed for it", [c for c in idle[1:] if c.is_closed_within(0.01)], 19)
            for connection in [*idle[1:], extra]:
                connection.socket.settimeout(20)
                connection.send(b"GET /health HTTP/1.1\r\n")
            time.sleep(0.2)
            with Connection(server) as late:
                answer = late.request("GET", "/health")
                found = answer.status, "retry-after" in answer.headers
                yield exactly("status where all are busy", found, (503, True))
        for connection in idle:
            connection.close()


NAMES = {
    "localhost": 200, "localhost:1": 200, "app.localhost": 200, "127.0.0.1": 200, "[::1]:80": 200,
    "192.0.2.7:54880": 200,
    "nas.local": 200, "host.docker.internal:54880": 200, "vision.example.org": 403, "evil.example:54880": 403,
    "localhost.evil.example": 403, "127.0.0.1.evil.example": 403, "evil.example#localhost": 403, "": 403}


def named(server, name, path="/model", method="GET", *fields):
    request = "\r\n".join([f"{method} {path} HTTP/1.1", f"Host: {name}", "Connection: close", *fields, "", ""])
    return statuses(raw(server, request.encode())[0])


@row("J9")
def names_of_the_server(rig):
    """A web page cannot reach a local server without a key under a name of its own"""
    with Server() as server:
        found = {name: named(server, name) for name in NAMES}
        yield none_of("names with another status than they should have", [
            (name, codes) for name, codes in found.items() if codes != [NAMES[name]]], len(found))
        old = statuses(raw(server, b"GET /ready HTTP/1.0\r\n\r\n")[0])
        yield exactly("status for HTTP/1.0 without a name", old, [200])
        own = f"localhost:{server.port}"
        yield exactly("status for a page of the server itself that posts", named(
            server, own, "/unload", "POST", f"Origin: http://{own}"), [200])
        for name, host, origin in (
                ("a page of another port", own, "http://localhost:3000"),
                ("a page of a rebound name", "evil.example", "http://evil.example"),
                ("a page with no origin", own, "null")):
            found = named(server, host, "/unload", "POST", f"Origin: {origin}")
            yield exactly(f"status for {name} that posts", found, [403])
    with Server("--allowed-host", "vision.example.org", "--cors-origin", "https://vision.example.org") as server:
        yield exactly("status for a name that was given", named(server, "vision.example.org:443"), [200])
        yield exactly("status for its page behind a proxy that ends TLS", named(
            server, "vision.example.org", "/unload", "POST", "Origin: https://vision.example.org"), [200])
    with Server(VISION_SERVER_API_KEYS="secret") as server:
        yield exactly("status for any name where there is a key", named(
            server, "vision.example.org", "/model", "GET", "x-api-key: secret"), [200])
        both = ["Authorization: Bearer wrong", "x-api-key: secret"]
        found = named(server, "localhost", "/model", "GET", *both)
        yield exactly("status with two keys of which one is right", found, [200])
