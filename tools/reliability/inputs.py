"""Pictures that are malformed, huge or odd."""

from collections import Counter

import pictures
from captions import body, caption, quick_body
from client import Connection
from rows import at_least, at_most, exactly, none_of, row
from server import Server

MALFORMED_STATUSES = {200, 400, 413, 415, 422}


@row("A1")
def malformed_pictures(rig):
    """Malformed pictures get an answer each, in JSON, and cost no memory"""
    statuses, wrong, slowest = Counter(), [], 0
    with Server() as server, Connection(server) as connection:
        caption(connection)
        before = server.resident()
        for picture in pictures.corpus(rig.count(5000, 200)):
            response = caption(connection, quick_body(picture))
            response.json()
            statuses[response.status] += 1
            slowest = max(slowest, response.seconds)
            if response.status not in MALFORMED_STATUSES:
                wrong.append((response.status, picture))
        growth = server.resident() - before
    yield none_of("malformed pictures with another status than 200, 400, 413, 415, 422", wrong, statuses.total())
    yield at_least("of them decoded all the same", statuses[200], 1)
    yield at_least("of them refused", statuses[400], 1)
    yield at_most("slowest answer", slowest, 10, "s", timed=True)
    yield at_most("growth of the memory", growth, 64 << 20, "bytes")


@row("A3")
def pixel_bombs(rig):
    """Pictures that claim to be huge are refused by their header"""
    bombs = pictures.bombs()
    requests = {name: body(image=picture) for name, picture in bombs.items()}
    times, accepted, growths = [], [], []
    with Server() as server, Connection(server) as connection:
        caption(connection, quick_body())
        for name, request in requests.items():
            server.forget_peak()
            before = server.resident()
            response = caption(connection, request)
            growths.append(server.peak() - before - len(request))
            times.append(response.seconds)
            # A header that is not understood would say nothing of the size.
            if response.status != 400 or "pixels" not in response.detail:
                accepted.append((name, response.status, response.body))
    yield none_of("pixel bombs not refused for their size", accepted, len(requests))
    yield at_most("growth of the memory beyond the body", max(growths), 16 << 20, "bytes")
    yield at_most("slowest refusal", max(times), 0.05, "s", timed=True)


def odd_pictures():
    """Valid pictures of unusual shapes and kinds, by name."""
    shapes = [(1, 1), (2, 2), (1, 10_000), (10_000, 1), (767, 767), (768, 768), (769, 769)]
    odd = {f"{width} x {height}": pictures.png(width, height) for width, height in shapes}
    odd["transparent"] = pictures.png(40, 40, color=6, row=bytes(160))
    odd |= {f"{depth} bits of gray": pictures.png(40, 40, depth, 0) for depth in (1, 2, 4, 16)}
    odd["16 bits of RGBA"] = pictures.png(40, 40, 16, 6)
    files = pictures.ROOT / "Tests/Goldens/images/files"
    for name in ("jpeg_baseline_cmyk.jpg", "jpeg_progressive_cmyk.jpg", "jpeg_baseline_420_1x1.jpg"):
        odd[name] = (files / name).read_bytes()
    return odd


@row("A5")
def odd_shapes(rig):
    """Tiny, long and unusual pictures are captioned, or refused where the format is not supported"""
    odd = odd_pictures()
    twelve_bits = pictures.jpeg_header(16, 16, precision=12)
    with Server() as server, Connection(server) as connection:
        answers = {name: caption(connection, body(image=picture)) for name, picture in odd.items()}
        unsupported = caption(connection, body(image=twelve_bits))
    wrong = [(name, answer.status, answer.body) for name, answer in answers.items()
             if answer.status != 200 or not answer.json()["result"] or b"nan" in answer.body.lower()]
    yield none_of("odd pictures without a caption", wrong, len(odd))
    yield exactly("status for a JPEG of 12 bits", unsupported.status, 400)
