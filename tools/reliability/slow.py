"""Clients who take their time, and clients who do nothing at all."""

import time

from captions import caption, quick_body
from client import Connection, ask, head
from rows import at_least, at_most, exactly, none_of, percentile, row
from server import Server

READ_TIMEOUT = 3
IDLE_TIMEOUT = 95


class Dribbler:
    """A connection on which one byte is sent now and then."""

    def __init__(self, server, start, rest):
        self.connection = Connection(server)
        self.opened = time.monotonic()
        self.closed = None
        self.connection.send(start)
        self.connection.socket.setblocking(False)
        self._rest = iter(rest)

    def step(self):
        """Sends the next byte, and notices whether the connection is closed."""
        try:
            self.connection.send(bytes([next(self._rest)]))
            self.connection.socket.recv(4096) or self._end()
        except BlockingIOError:
            pass
        except OSError:
            self._end()

    def _end(self):
        self.closed = self.closed or time.monotonic()
        self.connection.close()

    @property
    def seconds(self):
        return self.closed - self.opened


def dribblers(server, count):
    """Half of them are slow with their headers, half with the body."""
    slow_head = head("GET", "/model", headers=["X: " + "a" * 1000])
    start = head("POST", "/process_image", headers=["Content-Length: 100000"])
    return [Dribbler(server, slow_head[:1], slow_head[1:]) for _ in range(count // 2)] + [
        Dribbler(server, start, b" " * 1000) for _ in range(count // 2)]


def serve_meanwhile(server, seconds, step=lambda: None, is_over=lambda: False):
    """Captions and health checks by turns for a while: captions a second, and the seconds of each health check."""
    start = time.monotonic()
    captions, health = 0, []
    with Connection(server) as connection, Connection(server) as observer:
        while time.monotonic() - start < seconds and not is_over():
            assert caption(connection).status == 200
            captions += 1
            health.append(observer.request("GET", "/health").seconds)
            step()
        return captions / (time.monotonic() - start), health


@row("B1")
def slow_loris(rig):
    """Clients who send a byte now and then are closed at the deadline, and nobody else notices them"""
    count = rig.count(400, 100)
    with Server("--read-timeout", READ_TIMEOUT, "--unload-after", "-1") as server:
        serve_meanwhile(server, 0.5)
        usual, _ = serve_meanwhile(server, 1.5)
        clients = dribblers(server, count)
        pace = Pace(0.25)

        def step():
            if pace.is_due():
                for client in clients:
                    if client.closed is None:
                        client.step()

        rate, health = serve_meanwhile(
            server, READ_TIMEOUT + 8, step, is_over=lambda: all(client.closed for client in clients))
        still_open = [client for client in clients if client.closed is None]
        yield none_of("slow connections that were never closed", still_open, count)
        slowest = max((client.seconds for client in clients if client.closed), default=0.0)
        yield at_most("last slow connection closed after (3 s and 1)", slowest, READ_TIMEOUT + 1.0, "s", timed=True)
        fastest = min((client.seconds for client in clients if client.closed), default=0.0)
        yield at_least("first slow connection closed after", fastest, READ_TIMEOUT - 0.5, "s", timed=True)
        yield at_most("/health p99 meanwhile", percentile(health, 99), 0.1, "s", timed=True)
        yield at_least("captions meanwhile, of the usual rate", rate / usual, 0.9, timed=True)


class Pace:
    """Says yes once every so many seconds."""

    def __init__(self, seconds):
        self._seconds = seconds
        self._next = time.monotonic()

    def is_due(self):
        now = time.monotonic()
        if now < self._next:
            return False
        self._next = now + self._seconds
        return True


@row("B2", background=True)
def idle_connections(rig):
    """Idle connections cost little, are closed at the idle timeout, and the longest idle gives way"""
    count, limit = 500, 520
    with Server("--max-connections", limit, "--read-timeout", 10) as server:
        ask(server, "POST", "/process_image", quick_body())
        before = server.resident()
        idle = [Connection(server) for _ in range(count)]
        statuses = {connection.request("GET", "/health").status for connection in idle}
        answered = time.monotonic()
        yield exactly("statuses on idle connections", statuses, {200})
        yield at_most("memory of an idle connection, KB", (server.resident() - before) / count / 1024, 64.0)
        yield from beyond_the_limit(server, idle, limit - count)
        idle = idle[1:]
        if rig.quick:
            return
        last = wait_until_closed(idle, answered + IDLE_TIMEOUT + 15)
        still_open = [connection for connection in idle if not connection.ended]
        yield none_of("idle connections still open after 110 s", still_open, count - 1)
        yield at_most("last idle connection closed after (95 s and 1)", last - answered, IDLE_TIMEOUT + 1.0, "s",
                      timed=True)
        first = min(connection.ended for connection in idle if connection.ended)
        yield at_least("first idle connection closed after", first - answered, IDLE_TIMEOUT - 3.0, "s", timed=True)


def beyond_the_limit(server, idle, free):
    """Fills up all connections that are left; for the next one the longest idle is closed."""
    others = [Connection(server) for _ in range(free)]
    for connection in others:
        connection.request("GET", "/health")
    with Connection(server) as outside:
        yield exactly("status for one connection more than there may be", outside.request("GET", "/health").status, 200)
    yield exactly("the longest idle closed for it", idle[0].is_closed_within(2), True)
    for connection in others:
        connection.close()


def wait_until_closed(connections, deadline):
    """Notes in `ended` when each connection was closed by the server; returns the last of those moments."""
    for connection in connections:
        connection.ended = None
        connection.socket.setblocking(False)
    while time.monotonic() < deadline and not all(connection.ended for connection in connections):
        for connection in connections:
            if connection.ended is None and is_closed(connection):
                connection.ended = time.monotonic()
        time.sleep(0.1)
    return max((connection.ended for connection in connections if connection.ended), default=deadline)


def is_closed(connection):
    try:
        return connection.socket.recv(1) == b""
    except BlockingIOError:
        return False
    except OSError:
        return True
