"""Keys: who is let in, and where a key must never be seen."""

import pathlib

from captions import body, chat_body, quick_body
from client import Connection, ask, head
from rows import at_least, exactly, none_of, row
from server import Server

KEYS = ["k3y-Of-The-First_client~0123456789", "another.KEY/of+somebody=else"]
PUBLIC = {"/", "/health", "/ready"}


def with_keys():
    return Server(VISION_SERVER_API_KEYS=",".join(KEYS))


def bearer(key):
    return [f"Authorization: Bearer {key}"]


def routes(server):
    """Method and path of everything that the server's own document names."""
    document = ask(server, "GET", "/openapi.json", headers=bearer(KEYS[0])).json()
    return [(method.upper(), path.replace("{id}", "florence-2")) for path, methods in document["paths"].items() for method in methods
            if method in ("get", "post", "put", "delete", "patch", "head")]


def wrong_keys():
    """Headers that must not let anybody in."""
    key, other = KEYS
    bearers = ["", " ", "wrong", key[:-1], key[1:], key + "x", key + " x", key.upper(), key.lower(), f"{key},{other}",
               f"{key}, {key}", f'"{key}"', key[::-1], "Bearer " + key, "\xff", "null", "undefined", "*",
               ",".join(KEYS)]
    found = [[], ["x-api-key:"], ["x-api-key: wrong"], [f"x-api-key: {key}x"], [f"x-api-key: {key[:-1]}"],
             [f"x-api-key: {key},{other}"], [f"x-api-key: Bearer {key}"], [f"Authorization: {key}"],
             [f"Authorization: Basic {key}"], [f"Authorization: Bearer{key}"], [f"Authorization: Bearer:{key}"],
             ["Authorization: Bearer wrong", "Authorization: Bearer wrong"],
             ["Authorization: Bearer wrong", "x-api-key: wrong"],
             [f"Authorization: {key}", f"x-api-key: {key}x"], [f"x-api-key: {key[1:]}", f"x-api-key: {other[1:]}"],
             [f"Cookie: x-api-key={key}"], [f"Proxy-Authorization: Bearer {key}"], [f"x_api_key: {key}"],
             [f"X-Original-Authorization: Bearer {key}"]]
    return found + [bearer(value) for value in bearers]


@row("C1")
def keys(rig):
    """Without a right key no route but /, /health and /ready answers, reads a body, or wakes the model"""
    wrong = []
    tried = 0
    with with_keys() as server:
        found = [route for route in routes(server) if route[1] not in PUBLIC]
        yield at_least("routes behind the key", len(found), 7)
        for method, path in found + [("HEAD", path) for method, path in found if method == "GET"]:
            for headers in wrong_keys():
                answer = ask(server, method, path, chat_body(path) if method == "POST" else None, headers)
                tried += 1
                if answer.status != 401 or (method != "HEAD" and not answer.detail):
                    wrong.append((method, path, headers, answer.status, answer.body))
        yield none_of("requests with a wrong key that were not refused with 401", wrong, tried)
        yield none_of("disguised addresses that answered 200 without a key", disguises(server, found), len(found) * 11)
        with Connection(server, 10) as connection:
            connection.send(head("POST", "/process_image", headers=["Content-Length: 30000000"]))
            yield exactly("status before a body of 30 MB is sent", connection.receive().status, 401)
        counters = ask(server, "GET", "/status", headers=bearer(KEYS[1])).json()["counters"]
        yield exactly("requests accepted and loads by all of that", (counters["accepted"], counters["loads"]), (0, 0))
        public = {ask(server, "GET", path, headers=headers).status for path in PUBLIC for headers in wrong_keys()[:3]}
        yield exactly("statuses of /, /health and /ready without a key", public, {200})
        allowed = [ask(server, method, path, chat_body(path) if method == "POST" else None, shown).status
                   for method, path in found
                   for shown in (bearer(KEYS[0]), [f"x-api-key: {KEYS[1]}"], [f"authorization: bearer {KEYS[1]}"],
                                 [*bearer(KEYS[0]), f"x-api-key: {KEYS[0]}"],
                                 [*bearer("wrong"), f"x-api-key: {KEYS[1]}"],
                                 [*bearer(KEYS[1]), "x-api-key: wrong"])]
        yield none_of("requests with a right key that were refused", [s for s in allowed if s >= 400], len(allowed))


def disguises(server, found):
    """Other spellings of the routes' addresses that were answered with 200 though no key was shown."""
    let_in = []
    for method, path in found:
        name = path[1:]
        for target in (f"//{name}", f"/{name}/", f"/./{name}", f"/health/../{name}", f"/%{ord(name[0]):x}{name[1:]}",
                       f"/{name.upper()}", f"http://localhost/{name}", f"/{name}?x-api-key={KEYS[0]}", f"/{name}#",
                       f"/{name};x", f"/{name}%00"):
            answer = ask(server, method, target, quick_body() if method == "POST" else None,
                         ["Host: localhost/health?"])
            if answer.status < 400:
                let_in.append((method, target, answer.status, answer.body))
    return let_in


@row("C3")
def keys_are_kept(rig):
    """A key, right or nearly right, is seen neither in the log, the metrics, an answer nor the list of processes"""
    near_misses = [KEYS[0] + "x", KEYS[1][:-1]]
    found = set()
    with with_keys() as server:
        for key in KEYS + near_misses:
            for headers in (bearer(key), [f"x-api-key: {key}"], [f"x-api-key: {key}", *bearer(key)]):
                with Connection(server) as connection:
                    for method, path, sent in provocations():
                        found.add(connection.request(method, path, sent, headers).body)
        log = server.log()
        metrics = ask(server, "GET", "/metrics", headers=bearer(KEYS[0]))
        command = pathlib.Path(f"/proc/{server.pid}/cmdline").read_text()
    answers = b"\n".join(found).decode("utf-8", "replace")
    yield at_least("lines of the log that were looked at", log.count("\n"), 50)
    yield exactly("status of the metrics that were looked at", metrics.status, 200)
    yield at_least("distinct answers that were looked at", len(found), 10)
    places = {"log": log, "metrics": metrics.body.decode(), "answers": answers, "command line": command}
    yield none_of("places where a key is seen", [
        (name, key) for name, text in places.items() for key in KEYS if key[:-1] in text], len(places))


def provocations():
    """Requests of every outcome: answered, unknown, not allowed, malformed, mistyped, refused."""
    return [("GET", "/status", None), ("GET", "/prompts", None), ("GET", "/nowhere", None), ("DELETE", "/model", None),
            ("POST", "/process_image", quick_body()), ("POST", "/process_image", b"{"),
            ("POST", "/process_image", b"[]"), ("POST", "/process_image", body("nonsense")),
            ("POST", "/process_image", body(image="*")), ("POST", "/load", b"{}")]
