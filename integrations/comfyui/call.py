"""One request to the server in a thread of its own, which can be dropped at any moment."""

import base64
import http.client
import json
import socket
import ssl
import threading

CONNECT_SECONDS = 10
# For the whole queue of a server and a slow model; the user can interrupt at any time.
ANSWER_SECONDS = 900
LARGEST_ANSWER = 64_000_000
# So that a server whose machine is gone is noticed within two minutes.
KEEPALIVE = (("TCP_KEEPIDLE", 30), ("TCP_KEEPINTVL", 15), ("TCP_KEEPCNT", 6))


class Response:
    """The server's answer: status, headers, and the body as far as it is JSON, else `None`."""

    def __init__(self, status, headers, body):
        self.status = status
        self.headers = headers
        try:
            self.json = json.loads(body)
        except (ValueError, RecursionError):
            self.json = None

    @property
    def detail(self):
        """The sentence in which the server says what is wrong."""
        return self.text("detail")

    @property
    def code(self):
        """What is wrong, for programs."""
        return self.text("code")

    def text(self, field):
        value = self.json.get(field) if isinstance(self.json, dict) else None
        return " ".join(value.split()) if isinstance(value, str) else ""

    @property
    def retry_after(self):
        """Seconds until it may work, 1 to 60; `None` where waiting does not help."""
        text = self.headers.get("Retry-After")
        if text is None:
            return None
        return min(60, max(1, int(text))) if text.strip().isdecimal() else 5


class Call(threading.Thread):
    """POST of a picture and the fields beside it; at the end `response` or `error` is set, then `done`.

    `read_picture` gives the bytes of the picture's file: it is made in the thread, too.
    """

    def __init__(self, address, key, fields, read_picture):
        super().__init__(name="florence2-vision-server", daemon=True)
        self.address, self.key, self.fields, self.read_picture = address, key, fields, read_picture
        self.connection = self.connection_to(address)
        self.is_dropped = False
        self.connected = None
        self.response = self.error = None
        self.done = threading.Event()

    @staticmethod
    def connection_to(address):
        if address.scheme == "http":
            return http.client.HTTPConnection(address.host, address.port, timeout=CONNECT_SECONDS)
        context = ssl.create_default_context()
        return http.client.HTTPSConnection(address.host, address.port, timeout=CONNECT_SECONDS, context=context)

    def run(self):
        try:
            self.response = self.exchange()
        except Exception as error:  # the caller says what it means
            self.error = error
        finally:
            self.connection.close()
            self.done.set()

    def drop(self):
        """Leaves at once: the server drops the work when its client is gone."""
        self.is_dropped = True
        if self.connected:
            try:
                self.connected.shutdown(socket.SHUT_RDWR)
            except OSError:  # it is closed already
                pass

    def exchange(self):
        body = self.body()
        self.stop_if_dropped()
        self.connection.connect()
        # Either this sees that the caller has left, or the caller sees the connection.
        self.connected = self.connection.sock
        self.stop_if_dropped()
        self.watch(self.connected)
        try:
            self.connection.request("POST", self.address.path + "/process_image", body, self.headers())
        except ConnectionError:
            pass  # A server that refuses a body answers before it has read all of it.
        response = self.connection.getresponse()
        answer = response.read(LARGEST_ANSWER)
        if response.length and len(answer) < LARGEST_ANSWER:
            raise http.client.IncompleteRead(b"", response.length)
        return Response(response.status, response.headers, answer)

    def body(self):
        fields = json.dumps(self.fields).encode()
        return fields[:-1] + b', "image": "' + base64.b64encode(self.read_picture()) + b'"}'

    def headers(self):
        headers = {"Content-Type": "application/json", "Accept": "application/json", "Connection": "close"}
        return {**headers, "Authorization": f"Bearer {self.key}"} if self.key else headers

    def stop_if_dropped(self):
        if self.is_dropped:
            raise ConnectionAbortedError

    @staticmethod
    def watch(connected):
        connected.settimeout(ANSWER_SECONDS)
        connected.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        for name, value in KEEPALIVE:
            if hasattr(socket, name):
                connected.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)
