"""Where the server is, and which key it is shown."""

import os
from typing import NamedTuple
from urllib.parse import urlsplit

DEFAULT_ADDRESS = "http://localhost:54880"


class Address(NamedTuple):
    scheme: str
    host: str
    port: int
    path: str

    def __str__(self):
        host = f"[{self.host}]" if ":" in self.host else self.host
        usual = {"http": 80, "https": 443}[self.scheme] == self.port
        return f"{self.scheme}://{host}{'' if usual else f':{self.port}'}{self.path}"


def own_address():
    """The one of this machine's environment, as other clients of the server take it."""
    return os.environ.get("VISION_HOST", "").strip() or DEFAULT_ADDRESS


def parse(text):
    """An address as people write it: with or without `http://`, port and path; empty is this machine's own one."""
    text = text.strip() or own_address()
    wrong = f"{text!r} is no address of a server; write one such as {DEFAULT_ADDRESS} into `server`."
    if any(character.isspace() or not character.isprintable() for character in text):
        raise RuntimeError(wrong)
    try:
        parts = urlsplit(text if "://" in text else "http://" + text)
        host, port = parts.hostname, parts.port
    except ValueError:
        raise RuntimeError(wrong) from None
    if parts.scheme not in ("http", "https") or not host or port == 0 or parts.query or parts.fragment:
        raise RuntimeError(wrong)
    if not parts.path.isascii():
        raise RuntimeError(wrong)
    if parts.username is not None:
        raise RuntimeError("The address of a server has no name or password in it; a key goes into `key`.")
    return Address(parts.scheme, host, port or {"http": 80, "https": 443}[parts.scheme], parts.path.rstrip("/"))


def key_for(address, key):
    """The node's key, else that of this machine's environment, which no other server than its own gets to see."""
    key = key.strip()
    if not key and str(address) == str(parse(own_address())):
        key = os.environ.get("VISION_API_KEY", "").strip()
    if not (key.isascii() and key.isprintable()) or " " in key:
        raise RuntimeError("The key has characters that no key has; write one of the server's keys into `key`.")
    return key
