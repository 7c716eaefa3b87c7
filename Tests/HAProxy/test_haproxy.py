#!/usr/bin/env python3
"""Restarts, kills, a full server and one that hangs, behind the real HAProxy with the configuration that is shipped.

Needs haproxy and a built vision-server (VISION_SERVER_BINARY, else .build/release/vision-server); only the standard
library. Prints a line `ID figure limit PASS|FAIL` for each figure.
"""

import contextlib
import json
import signal
import threading
import unittest

from figures import FigureTestCase
from fleet import CAPTION, NAMES, Fleet, Load, chat_body, request_body, send, stream_lines, wait_until

# Above tune.bufsize: HAProxy no longer holds all of it when it has been sent.
LARGE = 17 << 20
SMALL_BODY, LARGE_BODY = request_body(), request_body(LARGE)


@contextlib.contextmanager
def kept_full(server):
    """Four clients who do not go through HAProxy keep the queue of a server full that lets one wait."""
    body, ended, refused = request_body(num_beams=8), threading.Event(), []

    def ask_again_and_again():
        while not ended.is_set():
            if send(server.port, body)[0] == 503:
                refused.append(server)
                ended.wait(0.01)

    clients = [threading.Thread(target=ask_again_and_again) for _ in range(4)]
    for client in clients:
        client.start()
    try:
        wait_until(lambda: refused, f"server {server.name} is full")
        yield
    finally:
        ended.set()
        for client in clients:
            client.join()


class HAProxyTests(FigureTestCase):
    @classmethod
    def setUpClass(cls):
        cls.fleet = Fleet()
        cls.addClassCleanup(cls.fleet.close)
        cls.fleet.start()

    def setUp(self):
        self.fleet.wait_until_up()

    def held_requests(self, server, body, count=6):
        """Sends `count` requests while `server` hangs, and waits until only those that it has got are open.

        Returns its number of them, all threads and all answers so far.
        """
        answers = []
        server.signal(signal.SIGSTOP)
        threads = [
            threading.Thread(target=lambda: answers.append(send(self.fleet.port, body))) for _ in range(count)
        ]
        for thread in threads:
            thread.start()

        def others_are_done():
            held = self.fleet.counter(server.name, "scur")
            return held > 0 and len(answers) + held == count

        wait_until(others_are_done, "the other servers have answered")
        return self.fleet.counter(server.name, "scur"), threads, answers

    def kill_holding(self, name, body):
        """Kills a server that has accepted requests; (requests that it had, answers that are no captions)."""
        server = self.fleet.servers[name]
        held, threads, answers = self.held_requests(server, body)
        server.kill()
        for thread in threads:
            thread.join()
        server.start()
        return held, [answer for answer in answers if answer[0] != 200]

    def test_a_rolling_restarts_lose_nothing(self):
        """10 restarts by SIGTERM at 20 requests a second, every 40th one too large for HAProxy to send twice."""
        exit_codes = []
        with Load(self.fleet.port, body_for=lambda n: SMALL_BODY if n % 40 else LARGE_BODY) as load:
            for restart in range(10):
                server = self.fleet.servers[NAMES[restart % 3]]
                exit_codes.append(server.stop())
                server.start()
                self.fleet.wait_until_up()
        self.check("I3a", len(load.lost), 0, f"requests lost of {load.begun} in 10 restarts: {load.lost[:3]}")
        self.assertEqual(exit_codes, [0] * 10)

    def test_b_kill_under_load_loses_nothing(self):
        """kill -9 at 20 requests a second that HAProxy can hold."""
        server = self.fleet.servers["two"]
        with Load(self.fleet.port) as load:
            wait_until(lambda: load.begun > 20, "the load runs")
            server.kill()
            seconds = wait_until(lambda: not self.fleet.is_up("two"), "HAProxy has noticed")
            wait_until(lambda seen=load.begun: load.begun > seen + 20, "the load runs on")
            server.start()
        self.check("I3b", len(load.lost), 0, f"requests lost of {load.begun} by kill -9: {load.lost[:3]}")
        self.check("I3b", seconds, 2, "seconds until a killed server is out of rotation", slack=2)

    def test_b_kill_loses_no_accepted_request_that_haproxy_holds(self):
        held, lost = self.kill_holding("two", SMALL_BODY)
        self.check("I3b", len(lost), 0, f"requests lost of the {held} that the killed server had accepted: {lost[:3]}")

    def test_b_kill_loses_at_most_the_large_requests_in_flight(self):
        held, lost = self.kill_holding("three", LARGE_BODY)
        self.check("I3b", len(lost), held, "large requests lost by kill -9; the limit is what that server had accepted")
        for status, text in lost:
            self.assertEqual(status, 502)
            self.assertIn('"detail"', text)

    @contextlib.contextmanager
    def one_full(self):
        """Server one lets one wait, and its checks are off, so that only its answers tell that it is full."""
        server = self.fleet.servers["one"]
        server.kill()
        server.start("--max-queued", "1", "--max-batch", "1")
        self.fleet.wait_until_up()
        self.fleet.tell("disable health servers/one")
        try:
            with kept_full(server):
                yield
        finally:
            self.fleet.tell("enable health servers/one")
            server.kill()
            server.start()

    def test_c_a_full_servers_refusal_is_taken_elsewhere(self):
        """In the words of every dialect."""
        for path, body in (("/process_image", SMALL_BODY), ("/v1/chat/completions", chat_body()),
                           ("/chat/completions", chat_body())):  # fmt: skip
            with self.subTest(path), self.one_full():
                before = self.fleet.counter("one", "wretr") + self.fleet.counter("one", "wredis")
                # One by one: the others always have room.
                answers = [send(self.fleet.port, body, path) for _ in range(60)]
                retries = self.fleet.counter("one", "wretr") + self.fleet.counter("one", "wredis") - before
            self.assertGreater(retries, 0, "server one never refused a request of HAProxy's, so nothing was tested")
            lost = [answer for answer in answers if answer[0] != 200]
            self.check("I3c", len(lost), 0, f"clients of {len(answers)} who saw the full server by {path}: {lost[:3]}")

    def test_c_when_all_are_full_openais_clients_are_told_429_and_others_503(self):
        with self.one_full():
            for name in ("two", "three"):
                self.fleet.tell(f"set server servers/{name} state maint")
            try:
                for path, body, refusal in (("/process_image", SMALL_BODY, 503), ("/v1/chat/completions", chat_body(), 429)):
                    statuses = {send(self.fleet.port, body, path)[0] for _ in range(60)}
                    self.assertIn(refusal, statuses, path)
                    self.assertLessEqual(statuses, {200, refusal}, path)
            finally:
                for name in ("two", "three"):
                    self.fleet.tell(f"set server servers/{name} state ready")

    def test_f_its_own_errors_are_in_the_words_of_the_route(self):
        for name in NAMES:
            self.fleet.tell(f"set server servers/{name} state maint")
        try:
            for path, words in (("/process_image", '{"detail":"No server'), ("/api/chat", '{"error":"No server'),
                                ("/v1//responses", '{"error":{"message":"No server')):  # fmt: skip
                status, text = send(self.fleet.port, SMALL_BODY, path)
                self.assertEqual(status, 503)
                self.assertTrue(text.startswith(words), text)
                self.assertIsInstance(json.loads(text), dict)
        finally:
            for name in NAMES:
                self.fleet.tell(f"set server servers/{name} state ready")

    @contextlib.contextmanager
    def only_one(self, *options):
        """Server one with other options, and nobody else."""
        server = self.fleet.servers["one"]
        server.kill()
        server.start(*options)
        self.fleet.wait_until_up()
        for name in ("two", "three"):
            self.fleet.tell(f"set server servers/{name} state maint")
        try:
            yield
        finally:
            for name in ("two", "three"):
                self.fleet.tell(f"set server servers/{name} state ready")
            server.kill()
            server.start()

    def test_g_a_quiet_stream_shows_that_it_lives(self):
        """A comment in the silence comes through HAProxy before what follows it."""
        with self.only_one("--silence", "0.01"):
            lines = stream_lines(self.fleet.port, chat_body(stream=True), "/v1/chat/completions")
        comments = [moment for line, moment in lines if line == ":"]
        pieces = [(json.loads(line[6:]), moment) for line, moment in lines if line.startswith("data: {")]
        text = "".join(piece["choices"][0]["delta"].get("content", "") for piece, _ in pieces)
        self.assertEqual(text, CAPTION)
        self.assertEqual([line for line, _ in lines if line][-1], "data: [DONE]")
        self.assertTrue(comments, "no comment came")
        self.assertLess(comments[0], pieces[-1][1], "the comment came behind the answer")

    def test_d_the_load_is_spread_evenly(self):
        before = {name: self.fleet.counter(name, "stot") for name in NAMES}
        with Load(self.fleet.port) as load:
            wait_until(lambda: load.begun >= 160, "160 requests are sent")
        counts = [self.fleet.counter(name, "stot") - before[name] for name in NAMES]
        self.assertEqual(load.lost, [])
        ratio = max(counts) / max(1, min(counts))
        self.check("I3d", ratio, 1.2, f"busiest server by laziest: {counts}", slack=1.25)

    def test_e_a_server_that_hangs_leaves_the_rotation(self):
        server = self.fleet.servers["three"]
        self.addCleanup(server.signal, signal.SIGCONT)
        with Load(self.fleet.port) as load:
            wait_until(lambda: load.begun > 20, "the load runs")
            server.signal(signal.SIGSTOP)
            seconds = wait_until(lambda: not self.fleet.is_up("three"), "the hanging server is out of rotation")
            held = self.fleet.counter("three", "scur")
            # From here on every request goes to the others: all but the held ones of those sent so far are answered.
            sent = load.begun
            wait_until(lambda: load.begun > sent + 20, "the load runs on")
            wait_until(lambda: len(load.answers) >= sent - held, "the other servers have answered")
            server.signal(signal.SIGCONT)
        self.check("I4", seconds, 3, "seconds until a server that hangs is out of rotation", slack=2)
        self.check("I4", held, 4, "requests that waited for the hanging server; the limit is its maxconn")
        self.check("I4", len(load.lost), 0, f"requests lost of {load.begun} when it went on: {load.lost[:3]}")


if __name__ == "__main__":
    unittest.main()
