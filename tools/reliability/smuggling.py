"""Requests whose length two parsers could read in two ways, with a second request hidden in the difference."""

MARK = "/smuggled"
HIDDEN = f"GET {MARK} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode()

# Ways to write the header that some parser takes for `Transfer-Encoding: chunked` and some other does not.
ENCODINGS = [b"Transfer-Encoding: chunked", b"Transfer-Encoding : chunked", b"Transfer-Encoding:chunked",
             b"Transfer-Encoding:  chunked", b"Transfer-Encoding:\tchunked", b"Transfer-Encoding: chunked ",
             b"Transfer-Encoding: chunked\t", b"Transfer-Encoding: \x0bchunked", b"Transfer-Encoding: chunked\x0b",
             b"Transfer-Encoding: \x00chunked", b"Transfer-Encoding: xchunked", b"Transfer-Encoding: chunkedx",
             b"Transfer-Encoding: CHUNKED", b"tRANSFER-eNCODING: chunked", b'Transfer-Encoding: "chunked"',
             b"Transfer-Encoding: 'chunked'", b"Transfer-Encoding: chunked, identity",
             b"Transfer-Encoding: identity, chunked", b"Transfer-Encoding: identity",
             b"Transfer-Encoding: chunked, chunked", b"Transfer-Encoding: gzip, chunked",
             b"Transfer-Encoding: chunked, gzip", b"Transfer-Encoding: chunked;q=0", b"Transfer-Encoding: ,chunked",
             b"Transfer-Encoding: chunked,", b"Transfer-Encoding: cow\r\nTransfer-Encoding: chunked",
             b"Transfer-Encoding: chunked\r\nTransfer-Encoding: cow", b"Transfer-Encoding:\r\n chunked",
             b" Transfer-Encoding: chunked", b"X: y\r\n Transfer-Encoding: chunked",
             b"X: y\nTransfer-Encoding: chunked", b"X: y\rTransfer-Encoding: chunked",
             b"Transfer-Encoding\r\n: chunked", b"Transfer_Encoding: chunked", b"Transfer-Encoding\x00: chunked",
             b"\x00Transfer-Encoding: chunked", b"Transfer-Encoding: \xff\x0cchunked",
             b"Transfer-Encoding: chun\xc2\xadked", b"Transfer-Encoding;x: chunked",
             b"TE: chunked\r\nTransfer-Encoding: chunked"]

LENGTHS = [
    b"Content-Length: 0\r\nContent-Length: %d", b"Content-Length: %d\r\nContent-Length: 0", b"Content-Length: 0, %d",
    b"Content-Length: %d, 0", b"Content-Length: %d, %d", b"Content-Length: +%d", b"Content-Length: -%d",
    b"Content-Length: %da", b"Content-Length: 0x%x", b"Content-Length: 0 %d", b"Content-Length: %d.0",
    b"Content-Length: 1e1", b"Content-Length: ", b"Content-Length: \x0b%d", b"Content-Length : %d",
    b"Content-Length\x00: %d", b"Content-Length: 18446744073709551616", b"Content-Length: 18446744073709551617",
    b"Content-Length: 99999999999999999999999", b'Content-Length: "%d"', b"Content-Length: 0\r\n %d",
    b"Content-Length: 0\nContent-Length: %d", b"Content-Length:\r\n %d",
]

# What stands in the place of a chunk's size, 3, where the rest of the body is in order.
SIZES = [b"0x3", b"+3", b"-3", b" 3", b"3g", b"", b"3,3", b"g", b"\x003", b"FFFFFFFFFFFFFFFFF", b"10000000000000003",
         b"00000000000000000000000g", b"3\r\r", b"\xef\xbc\x93"]


def post(lines, rest, path=b"/unload"):
    return b"POST %s HTTP/1.1\r\nHost: localhost\r\n%s\r\n\r\n%s" % (path, lines, rest)


def vectors():
    """Name and bytes of each request, to a route that wants a body and to one that wants none; the second request that
    is hidden in it must never be run."""
    unread = ambiguous()
    read = [(f"{name}, long body", request.replace(b"POST /unload", b"POST /process_image"))
            for name, request in unread]
    return unread + read


def ambiguous():
    found = []
    for encoding in ENCODINGS:
        behind = b"0\r\n\r\n" + HIDDEN
        inside = b"%x\r\n%s\r\n0\r\n\r\n" % (len(HIDDEN), HIDDEN)
        size = len(b"%x\r\n" % len(HIDDEN))
        found.append((f"length over {encoding}", post(b"Content-Length: %d\r\n%s" % (len(behind), encoding), behind)))
        if b"_" not in encoding:  # That is a header of another name, whatever a proxy may make of it.
            found.append((f"{encoding} over length", post(b"%s\r\nContent-Length: %d" % (encoding, size), inside)))
    for length in LENGTHS:
        filled = length % ((len(HIDDEN),) * length.count(b"%"))
        found.append((str(filled), post(filled, HIDDEN)))
    for size in SIZES:
        body = size + b"\r\nabc\r\n0\r\n\r\n" + HIDDEN
        found.append((f"chunk of size {size}", post(b"Transfer-Encoding: chunked", body)))
    found.append(("chunk without its end", post(b"Transfer-Encoding: chunked", b"3\r\nabcd\r\n0\r\n\r\n" + HIDDEN)))
    found.append(("line ends in the target", b"GET /model HTTP/1.1\nX: " + HIDDEN))
    found.append(("a version that does not exist", b"POST /unload HTTP/9.9\r\nContent-Length: 0\r\n\r\n" + HIDDEN))
    found.append(("nothing but a target", b"GET /model\r\n\r\n" + HIDDEN))
    return found


def control():
    """Two requests in order, behind each other."""
    return post(b"Content-Length: 0", b"GET /honest HTTP/1.1\r\nHost: localhost\r\n\r\n")
