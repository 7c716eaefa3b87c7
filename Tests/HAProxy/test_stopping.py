#!/usr/bin/env python3
"""How one server stops and comes back: SIGTERM with work to do, a second SIGTERM, kill -9. Without HAProxy.

Needs a built vision-server; see fleet.py. Prints a line `ID figure limit PASS|FAIL` for each figure.
"""

import json
import pathlib
import shutil
import signal
import tempfile
import threading
import time
import unittest

from figures import FigureTestCase
from fleet import Server, free_ports, request_body, send, wait_until

# Long enough that there is time to look while it is worked on.
LONG_PROMPTS = [
    "<CAPTION>", "<DETAILED_CAPTION>", "<MORE_DETAILED_CAPTION>", "<OD>", "<OCR>", "<OCR_WITH_REGION>",
    "<DENSE_REGION_CAPTION>", "<REGION_PROPOSAL>",
]  # fmt: skip
LONG_BODY = request_body(prompt=LONG_PROMPTS, num_beams=8)


class StoppingTests(FigureTestCase):
    def setUp(self):
        folder = pathlib.Path(tempfile.mkdtemp(prefix="stopping-"))
        self.addCleanup(shutil.rmtree, folder)
        self.server = Server("alone", free_ports(1)[0], folder)
        self.addCleanup(self.server.log.close)
        self.addCleanup(self.server.kill)

    def get(self, path):
        return send(self.server.port, path=path)

    def test_sigterm_refuses_new_work_and_finishes_what_was_accepted(self):
        self.server.start("--drain", "0", "--max-batch", "1")
        answers = []
        clients = [
            threading.Thread(target=lambda: answers.append(send(self.server.port, LONG_BODY))) for _ in range(9)
        ]
        for client in clients:
            client.start()
        wait_until(lambda: json.loads(self.get("/status")[1])["counters"]["accepted"] == 9, "nine are accepted")
        self.server.signal(signal.SIGTERM)
        start = time.monotonic()
        seconds = wait_until(lambda: self.get("/ready")[0] == 503, "/ready says 503")
        health, refused = self.get("/health"), send(self.server.port, request_body())
        self.assertLess(len(answers), 9, "all was done before anybody could look")
        exit_code = self.server.process.wait(timeout=40)
        took = time.monotonic() - start
        for client in clients:
            client.join()
        self.check("I1", seconds, 0.1, "seconds from SIGTERM until /ready says 503", slack=20)
        self.assertEqual(health[0], 200)
        self.assertEqual(refused[0], 503, refused)
        self.assertEqual([answer[0] for answer in answers], [200] * 9)
        self.check("I1", took, 30, "seconds from SIGTERM until 9 accepted requests were answered")
        self.assertEqual(exit_code, 0)

    def test_a_second_sigterm_ends_at_once(self):
        self.server.start("--drain", "60")
        self.server.signal(signal.SIGTERM)
        wait_until(lambda: self.get("/ready")[0] == 503, "/ready says 503")
        self.assertIsNone(self.server.process.poll())
        start = time.monotonic()
        self.server.signal(signal.SIGTERM)
        self.assertEqual(self.server.process.wait(timeout=40), 128 + signal.SIGTERM)
        seconds = time.monotonic() - start
        self.check("I1", seconds, 5, "seconds from the second SIGTERM until the end")

    def test_kill_leaves_nothing_in_the_way_of_the_next_start(self):
        self.server.start()
        self.assertEqual(send(self.server.port, request_body())[0], 200)
        self.server.kill()
        start = time.monotonic()
        self.server.start()
        self.check("I2", time.monotonic() - start, 1, "seconds from a start after kill -9 until it is ready", slack=5)


if __name__ == "__main__":
    unittest.main()
