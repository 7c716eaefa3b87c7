"""What clients send must not forge the log, nor swell the metrics."""

import re

from captions import body, quick_body
from client import Connection, ConnectionClosed, ask
from rows import at_least, exactly, none_of, row
from server import Server

LINE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d{4} (trace|debug|info|notice|warning|error|critical) "
                  r"vision-server: [ -~]*")
FORGED = "2026-01-01T00:00:00+0000 error vision-server: [forged] all is lost"


def targets():
    """Addresses that a careless log would break at; some are no HTTP at all."""
    text = FORGED.replace(" ", "%20")
    breaks = [b"%0d%0a", b"%0a", b"%e2%80%a8", b"%1b[2J", b"\x1b[2J", b"\xe2\x80\xa8", b"\xc2\x85", b"\x08\x08",
              b"\x7f", b"\t", b"\x0b", b"\x0c", b"\xff\xfe", b"\r", b"\n", b"\x00", b"%00", "\u202e".encode(),
              b"%c2%9b31m", b"\xc2\x9b31m"]
    return [b"/x" + mark + text.encode() for mark in breaks]


def send_raw(server, data):
    """Sends bytes and takes whatever comes."""
    with Connection(server, 2) as connection:
        try:
            connection.send(data)
            return connection.receive().status
        except (ConnectionClosed, TimeoutError, OSError):
            return None


@row("I8")
def log_and_metrics(rig):
    """No address, header or prompt forges a line of the log, and the series of the metrics stay the same"""
    with Server() as server:
        before = series(server)
        for target in targets():
            send_raw(server, b"GET " + target + b" HTTP/1.1\r\nHost: localhost\r\n\r\n")
            send_raw(server, b"X" + target + b" /x HTTP/1.1\r\nHost: localhost\r\n\r\n")
            for name in (b"Host", b"User-Agent", b"X-Request-ID", b"traceparent", b"Content-Type", b"Authorization"):
                send_raw(server, b"GET /x HTTP/1.1\r\n" + name + b": " + target + b"\r\n\r\n")
        for mark in ("\r\n", "\n", "\u2028", "\x1b[2J", "\x00"):
            ask(server, "POST", "/process_image", body(mark + FORGED))
            ask(server, "POST", "/process_image", body(image=mark + FORGED))
            ask(server, "POST", "/process_image", body(**{mark + FORGED: 1, "keep_alive": mark + FORGED}))
        after = storm(server, "a")
        log = server.log()
    lines = log.split("\n")[:-1]
    yield at_least("lines of the log that were looked at", len(lines), 100)
    yield at_least("of them with a forgery inside, made harmless", log.count("[forged]"), 3)
    yield none_of("lines that are not one entry of printable ASCII", [
        line for line in lines if not LINE.fullmatch(line)], len(lines))
    yield none_of("lines that a client wrote", [line for line in lines if line.startswith(FORGED[:20])], len(lines))
    yield at_least("series of the metrics at the start", len(before), 100)
    yield exactly("of them about pictures that were refused", sum(
        'route="/process_image",status="503"' in name for name in before), 1)
    yield none_of("series that a storm of names brought or took away", before ^ after, len(after))


def storm(server, seed):
    """Sends requests of many paths, methods and fields; the series that the metrics have afterwards."""
    with Connection(server) as connection:
        for number in range(300):
            connection.request("GET", f"/{seed}{number}?x={number}", headers=[f"X-{seed}{number}: {seed}{number}"])
            send_raw(server, f"M{seed.upper()}{number} /model HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
        for path in ("/model/", "//model", "/model?a=1", "/prompts/"):
            connection.request("GET", path)
        connection.request("POST", "/process_image", quick_body())
    return series(server)


def series(server):
    """The names and labels of all lines of the metrics."""
    text = ask(server, "GET", "/metrics").body.decode()
    return {line.rpartition(" ")[0] for line in text.splitlines() if line and not line.startswith("#")}
