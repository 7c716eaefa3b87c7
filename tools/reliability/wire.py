"""HTTP that is too much, ambiguous, or comes all at once."""

import random
import select
import socket
import time

import smuggling
from captions import body
from client import Connection, ConnectionClosed, ask, head, wait_for
from rows import at_least, at_most, exactly, none_of, row
from server import Server

BODY_LIMIT = 32 << 20


@row("A11")
def body_limit(rig):
    """Bodies beyond the limit are refused early, and odd ways to send a body cost neither time nor memory"""
    with Server("--read-timeout", 3) as server:
        with Connection(server) as connection:
            connection.send(announced(BODY_LIMIT + 1) + b" " * (64 << 10))
            yield exactly("status for a length over the limit, 64 KB of it sent", connection.receive().status, 413)
        yield from chunks_without_end()
        answer = one_byte_chunks(server, 65_537)
        yield exactly("status for a caption in 65,537 chunks of a byte", answer.status, 200)
        yield at_most("time for that", answer.seconds, 3, "s", timed=True)
        yield exactly("status for 1 GB announced, nothing sent", silent(server, 1 << 30).receive().status, 413)
        before = server.resident()
        start = time.monotonic()
        connections = [silent(server, 30 << 20) for _ in range(30)]
        open_still = [connection for connection in connections if not connection.is_closed_within(10)]
        yield none_of("connections open after 10 s of 30 MB announced, nothing sent", open_still, len(connections))
        yield at_most("time until the last was closed (3 s and 1)", time.monotonic() - start, 4.0, "s", timed=True)
        yield at_most("growth of the memory by those", server.resident() - before, 16 << 20, "bytes")


def announced(length):
    return head("POST", "/process_image", headers=[f"Content-Length: {length}"])


def silent(server, length):
    connection = Connection(server)
    connection.send(announced(length))
    return connection


def chunks_without_end():
    """Sends chunks for ever: there is an answer when they are too many, and then nobody takes any more of them.

    The server has its usual patience, so that it is not the deadline that ends the connection.
    """
    with Server() as server, Connection(server) as connection:
        connection.send(head("POST", "/process_image", headers=["Transfer-Encoding: chunked"]))
        sent, _ = pour(connection, until=lambda: select.select([connection.socket], [], [], 0)[0])
        yield exactly("status for chunks without end", connection.receive().status, 413)
        yield at_most("bytes sent until then", sent, BODY_LIMIT + (16 << 20), "bytes")
        sent, is_closed = pour(connection)
        # 40 MB are thrown away so that the client reads its answer; the rest is in the system's buffers.
        yield at_most("bytes taken after that", sent, (40 << 20) + (16 << 20), "bytes")
        yield exactly("connection closed then", is_closed or connection.is_closed_within(7), True)


def pour(connection, until=lambda: False):
    """Sends chunks until something holds or 128 MB are sent: the bytes that were taken, and whether it was closed."""
    piece = b"10000\r\n" + b" " * 0x10000 + b"\r\n"
    sent = 0
    connection.socket.settimeout(3)
    try:
        while sent < 4 * BODY_LIMIT and not until():
            connection.send(piece)
            sent += 0x10000
    except TimeoutError:
        pass
    except (BrokenPipeError, ConnectionResetError):
        return sent, True
    return sent, False


def one_byte_chunks(server, count):
    """A valid request, padded to that many bytes, each of them in a chunk of its own."""
    request = body(max_new_tokens=1).ljust(count)
    chunks = b"".join(b"1\r\n%c\r\n" % byte for byte in request) + b"0\r\n\r\n"
    start = time.monotonic()
    with Connection(server) as connection:
        connection.send(head("POST", "/process_image", headers=["Transfer-Encoding: chunked"]) + chunks)
        answer = connection.receive()
    answer.seconds = time.monotonic() - start
    return answer


@row("B3")
def headers(rig):
    """Headers that are too large or too many end the connection, random ones harm nobody"""
    line = "GET /model HTTP/1.1\r\nHost: localhost\r\n"
    too_much = {"a field of 80 KB and 1 byte": f"{line}X: {'a' * (80 * 1024 + 1)}\r\n\r\n",
                "a name of 1 MB": f"{line}{'X' * (1 << 20)}: a\r\n\r\n",
                "1,001 fields": line + "".join(f"X-{number}: a\r\n" for number in range(1001)) + "\r\n",
                "65,535 fields": line + "".join(f"X-{number}: a\r\n" for number in range(65_535)) + "\r\n",
                "an address of 1 MB": f"GET /{'a' * (1 << 20)} HTTP/1.1\r\nHost: localhost\r\n\r\n",
                "a header without end": line + "X: a\r\n" * 200_000}
    with Server("--read-timeout", 5) as server:
        ends = {name: end_of(server, request.encode()) for name, request in too_much.items()}
        let_in = [(name, end) for name, end in ends.items() if not end[1] or any(status < 400 for status in end[0])]
        yield none_of("oversized headers without a refusal and a closed connection", let_in, len(ends))
        sent, wrong = random_headers(server, rig.count(5000, 500))
        yield none_of("random header values with another status than 200 or 400, or a fitting 403 or 415", wrong, sent)
        yield exactly("a caption afterwards", ask(server, "POST", "/process_image", body()).status, 200)


def end_of(server, request):
    """The statuses that a request gets, and whether the connection is closed in the end."""
    statuses = []
    with Connection(server) as connection:
        try:
            connection.send(request)
        except (BrokenPipeError, ConnectionResetError):
            pass
        connection.socket.settimeout(1)
        try:
            while True:
                statuses.append(connection.receive().status)
        except ConnectionClosed:
            return statuses, True
        except TimeoutError:
            return statuses, connection.is_closed_within(10)


def random_headers(server, count):
    """Sends that many random values of headers that a server reads; how many were sent, and those that went wrong."""
    chance = random.Random(5)
    names = ["traceparent", "Authorization", "Content-Type", "Host", "Accept", "Origin", "Expect", "x-api-key",
             "Cookie", "If-Range", "Range", "User-Agent", "X-Forwarded-For", "tracestate", "baggage",
             "Content-Encoding"]
    wrong = []
    connection = Connection(server)
    for number in range(count):
        value = bytes(chance.choice(b"\t !\"%,:;=/-0aAfFzZ\x80\xc3\xa9\xff") for _ in range(chance.randrange(200)))
        name = names[number % len(names)]
        host = "" if name == "Host" else "Host: localhost\r\n"
        request = f"GET /model HTTP/1.1\r\n{host}{name}: ".encode() + value + b"\r\n\r\n"
        try:
            connection.send(request)
            response = connection.receive()
            if response.status not in (200, 400, {"Host": 403, "Content-Encoding": 415}.get(name)):
                wrong.append((request, response.status))
            closes = response.closes or response.status == 400
        except (ConnectionClosed, BrokenPipeError, ConnectionResetError) as error:
            wrong.append((request, error))
            closes = True
        if closes:
            connection.close()
            connection = Connection(server)
    connection.close()
    return count, wrong


@row("B4")
def request_smuggling(rig):
    """No ambiguous length lets a second request through"""
    vectors = smuggling.vectors()
    with Server() as server:
        open_ones = []
        for name, request in vectors:
            connection = Connection(server)
            connection.send(request)
            open_ones.append((name, connection))
        answers = [(name, all_answers(connection)) for name, connection in open_ones]
        # A route that needs no body may have answered by the time that the body turns out to be broken.
        yield none_of("vectors with more answers than one, and a refusal of the rest", [
            (name, found) for name, found in answers if len(found) > 2 or found[1:] not in ([], [400])], len(vectors))
        yield none_of("vectors with another status than 200, 400, 422, 501", [
            (name, found) for name, found in answers if set(found) - {200, 400, 422, 501}], len(vectors))
        yield at_least("vectors refused", sum(400 in found for _, found in answers), len(vectors) // 2)
        with Connection(server) as connection:
            connection.send(smuggling.control())
            yield exactly("answers to two requests that are no trick", all_answers(connection), [200, 404])
        log = server.log()
        yield exactly("of them in the log", log.count("path=/honest "), 1)
        yield exactly("smuggled requests in the log", log.count(smuggling.MARK), 0)


def all_answers(connection):
    """The statuses of what comes until the connection is closed or quiet."""
    statuses = []
    connection.socket.settimeout(0.2)
    try:
        while True:
            statuses.append(connection.receive().status)
    except (ConnectionClosed, TimeoutError):
        return statuses
    finally:
        connection.close()


@row("B5")
def pipelining(rig):
    """Pipelined requests are answered in order, and who never reads the answers is let go"""
    paths = {"/model": b'"demo"', "/health": b'{"status":"ok"}', "/nowhere": None}
    wanted = [list(paths)[number % len(paths)] for number in range(100)]
    with Server("--write-timeout", 2) as server:
        with Connection(server) as connection:
            connection.send(b"".join(head("GET", path) for path in wanted))
            answers = [connection.receive() for _ in wanted]
            yield none_of("of 100 pipelined requests answered wrongly or out of order", [
                (number, path, answer.body) for number, (path, answer) in enumerate(zip(wanted, answers))
                if (paths[path] or answer.body) != answer.body or (answer.status == 404) != (paths[path] is None)], 100)
        yield from deaf_clients(server, 60)


def deaf_clients(server, count):
    """Clients who never read. The server's own descriptors tell whether it has let them go: what it has handed to the
    system by then stays in the connection, and the client sees no end before it."""
    ask(server, "POST", "/process_image", body())
    own = settled_descriptors(server)
    before, growth = server.resident(), 0
    deaf = [deaf_client(server) for _ in range(count)]
    start = time.monotonic()
    wait_for(lambda: server.handles()["descriptors"] == own + count, f"{count} connections", 5)
    while server.handles()["descriptors"] > own and time.monotonic() - start < 15:
        growth = max(growth, server.resident() - before)
        time.sleep(0.02)
    seconds = time.monotonic() - start
    yield exactly(f"of {count} clients who never read, still held", server.handles()["descriptors"] - own, 0)
    yield at_most("time until the last was let go (2 s and 1)", seconds, 3.0, "s", timed=True)
    yield at_most(f"growth of the memory by {count} of them, 1 MB each", growth, count << 20, "bytes")
    for client in deaf:
        client.close()


def settled_descriptors(server):
    """How many descriptors the server has without any client: none of them is closed a moment later."""
    counts = []
    while len(counts) < 20 or len(set(counts[-20:])) > 1:
        counts.append(server.handles()["descriptors"])
        time.sleep(0.01)
    return counts[-1]


def deaf_client(server):
    """A client who asks for a long text as often as the socket takes it, and reads nothing."""
    client = socket.socket()
    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    client.connect(("127.0.0.1", server.port))
    client.setblocking(False)
    requests = head("GET", "/openapi.json") * 1500
    try:
        while requests:
            requests = requests[client.send(requests):]
    except BlockingIOError:
        pass
    return client

