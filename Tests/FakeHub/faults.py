"""The mistakes that the fake hub makes on demand: the kinds of a fault are the names of these methods."""

import gzip
import re
import socket
import struct
import time


class Faults:
    """Faults of a handler that has `Answers`: `early_*` before the request is looked at, `fault_*` in the body."""

    # Faults before the request is looked at

    def early_status(self, fault):
        """The status `status`, with `headers`."""
        self.answer(fault["status"], b"{}", fault.get("headers", {}))

    def early_redirect(self, fault):
        """To `location`, in which {hub}, {cdn} and {path} are replaced."""
        target = fault["location"].format(
            hub=self.server.hub.address("hub"), cdn=self.server.hub.address("cdn"), path=self.prefix + self.plain_path
        )
        self.redirect(target)

    def early_html(self, fault):
        """The login page of a proxy."""
        self.answer(200, b"<html><body>Please log in</body></html>", {"Content-Type": "text/html; charset=utf-8"})

    def early_body(self, fault):
        """The text `text`."""
        self.answer(200, fault["text"].encode(), {"Content-Type": fault.get("type", "application/json")})

    # Faults in the body

    def fault_reset(self, fault, body, headers, status):
        """The connection breaks with a reset after `after` bytes."""
        self.start_body(headers, status)
        self.write(body[: fault["after"]])
        self.wfile.flush()
        time.sleep(0.3)
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close_connection = True
        self.connection.close()

    def fault_short(self, fault, body, headers, status):
        """The connection ends after `after` bytes; without "length" the answer has not told how many there are."""
        if not fault.get("length", True):
            headers = headers | {"Content-Length": None, "Connection": "close"}
        self.start_body(headers, status)
        self.write(body[: fault["after"]])
        self.wfile.flush()
        # The client has time to take what was sent before it learns that nothing more comes.
        time.sleep(0.3)
        self.hang_up()

    def fault_no_length(self, fault, body, headers, status):
        """All bytes, but nothing says how many: the end of the connection is the end of the file."""
        self.start_body(headers | {"Content-Length": None, "Connection": "close"}, status)
        self.write(body)
        self.hang_up()

    def fault_length(self, fault, body, headers, status):
        """A body that is `more` bytes longer than the file, or shorter, and says so."""
        more = fault["more"]
        body = body + b"x" * more if more > 0 else body[:more]
        self.start_body(headers | {"Content-Length": str(len(body))}, status)
        self.write(body)

    def fault_endless(self, fault, body, headers, status):
        """More and more bytes, in chunks."""
        self.start_body(headers | {"Content-Length": None, "Connection": "close"}, status)
        self.write(body)
        self.write(b"x" * (4 << 20))
        self.hang_up()

    def fault_stall(self, fault, body, headers, status):
        """Nothing more after `after` bytes, until the client goes."""
        self.start_body(headers, status)
        self.write(body[: fault["after"]])
        self.wfile.flush()
        self.connection.settimeout(120)
        try:
            self.connection.recv(1)
        except OSError:
            pass
        self.close_connection = True

    def fault_hold(self, fault, body, headers, status):
        """Waits after `after` bytes until the scenario is released, then sends the rest."""
        self.start_body(headers, status)
        self.write(body[: fault["after"]])
        self.wfile.flush()
        self.entry["holding"] = True
        self.scenario.released.wait(120)
        self.write(body[fault["after"] :])

    def fault_slow(self, fault, body, headers, status):
        """`rate` bytes a second."""
        self.start_body(headers, status)
        step = max(1, fault["rate"] // 50)
        for offset in range(0, len(body), step):
            self.write(body[offset : offset + step])
            if self.close_connection:
                return
            time.sleep(0.02)

    def fault_ignore_range(self, fault, body, headers, status):
        """The whole file with 200, whatever was asked."""
        self.start_body(headers, status)
        self.write(body)

    def fault_wrong_range(self, fault, body, headers, status):
        """A part from another offset than the one that was asked for; `lie`: and the header hides it."""
        if status == 206 and not fault.get("lie"):
            start, total = map(int, re.fullmatch(r"bytes (\d+)-\d+/(\d+)", headers["Content-Range"]).groups())
            headers = headers | {"Content-Range": f"bytes {start + 1}-{total - 1}/{total}"}
            body = body[1:]
            headers["Content-Length"] = str(len(body))
        elif status == 206:
            body = body[1:] + b"x"
        self.start_body(headers, status)
        self.write(body)

    def fault_gzip(self, fault, body, headers, status):
        """Packed, although nobody asked for that."""
        body = gzip.compress(body)
        self.start_body(headers | {"Content-Encoding": "gzip", "Content-Length": str(len(body))}, status)
        self.write(body)

    def fault_corrupt(self, fault, body, headers, status):
        """One bit is wrong."""
        middle = len(body) // 2
        body = body[:middle] + bytes([body[middle] ^ 1]) + body[middle + 1 :]
        self.start_body(headers, status)
        self.write(body)

    def fault_etag(self, fault, body, headers, status):
        """The bytes that were asked for, under another ETag."""
        self.start_body(headers | {"ETag": '"%s"' % fault["etag"]}, status)
        self.write(body)
