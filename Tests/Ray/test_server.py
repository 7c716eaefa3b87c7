#!/usr/bin/env python3
"""The node's server, which several processes share, and how pictures are asked about; without Ray."""

import contextlib
import http.server
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import unittest
from collections.abc import Callable, Iterator
from pathlib import Path
from unittest import mock

import example  # the modules of the example can be imported then

import asking
import node_server
from asking import Answer, Asker
from node_server import NodeServer, ServerFailed

# One for all tests: what this process keeps running needs its folder until the end.
FOLDER = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
COMMAND = [str(example.PROGRAM), "--model", "demo"]
# A process that uses the server of the folder that it is given, and lives until it is killed.
ACTOR = """
import sys
sys.path.insert(0, sys.argv[1])
from pathlib import Path
from node_server import NodeServer
server = NodeServer(Path(sys.argv[2]), sys.argv[3:])
print(server.address(), flush=True)
sys.stdin.read()
"""


class ServerTestCase(unittest.TestCase):
    def setUp(self) -> None:
        self.mark = self.id()
        self.folder = Path(FOLDER.name, self.mark)
        marked = mock.patch.dict(os.environ, {"TEST_MARK": self.mark, "VISION_SERVER_API_KEYS": "first-key"})
        marked.start()
        self.addCleanup(marked.stop)

    def actor(self, *command: str) -> subprocess.Popen[str]:
        arguments = [str(example.EXAMPLE), str(self.folder), *(command or COMMAND)]
        process = subprocess.Popen(
            [sys.executable, "-c", ACTOR, *arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self.addCleanup(process.__exit__, None, None, None)
        self.addCleanup(process.kill)
        return process

    def gone(self) -> None:
        example.wait_until(lambda: not example.servers(self.mark), "the end of the server")


class SharingTests(ServerTestCase):
    def test_one_server_for_all_and_none_when_they_are_killed(self) -> None:
        actors = [self.actor() for _ in range(3)]
        addresses = {actor.stdout.readline() for actor in actors}
        self.assertEqual(len(addresses), 1)
        self.assertEqual(len(example.servers(self.mark)), 1)
        for actor in actors:
            actor.kill()
        self.gone()

    def test_another_takes_over(self) -> None:
        first = self.actor()
        first.stdout.readline()
        second = self.actor()
        second.stdout.readline()
        before = example.servers(self.mark)
        first.kill()
        first.wait()
        example.wait_until(lambda: example.servers(self.mark) not in ([], before), "the second server")
        # The second one's asker needs nothing else than to ask for the address again.
        answer = Asker(mock.Mock(address=self.address, alone=contextlib.nullcontext), {"prompt": "CAPTION"})
        self.assertIn("a red square", answer(example.PICTURE).result)
        second.kill()
        self.gone()

    def test_an_actor_that_ends_takes_its_server_along(self) -> None:
        actor = self.actor()
        actor.stdout.readline()
        actor.stdin.close()
        self.assertEqual(actor.wait(example.LONGEST), 0)
        self.gone()

    def address(self) -> str:
        example.wait_until((self.folder / "address").exists, "the address")
        return (self.folder / "address").read_text().split()[1]


class KeepingTests(ServerTestCase):
    """In this process: what it starts ends with it."""

    def test_a_server_that_was_killed_is_started_again(self) -> None:
        ask = Asker(NodeServer(self.folder, COMMAND), {"prompt": "CAPTION", "num_beams": "1"})
        with mock.patch.object(node_server, "RESTART_SECONDS", 0), mock.patch("builtins.print") as says:
            for _ in range(3):
                self.assertIn("a red square", ask(example.PICTURE).result)
                for process in example.servers(self.mark):
                    os.kill(process, signal.SIGKILL)
            self.assertIn("a red square", ask(example.PICTURE).result)
        self.assertIn("has ended and is started again", says.call_args[0][0])

    def test_a_server_that_hangs_is_killed_and_started_again(self) -> None:
        with (
            mock.patch.multiple(node_server, HEALTH_SECONDS=0.1, HEALTH_MISSES=2, RESTART_SECONDS=0),
            mock.patch("builtins.print"),
        ):
            ask = Asker(NodeServer(self.folder, COMMAND), {"prompt": "CAPTION"})
            ask(example.PICTURE)
            os.kill(example.servers(self.mark)[0], signal.SIGSTOP)
            self.assertIn("a red square", ask(example.PICTURE).result)

    def test_why_there_is_no_server(self) -> None:
        cases = [
            ([*COMMAND[:2], "no-such-model-anywhere/"], "ended with status 64: .*no-such-model-anywhere"),
            (["/no/such/program"], "ended with status 127: .*/no/such/program"),
        ]
        for number, (command, sentence) in enumerate(cases):
            with self.subTest(command), self.assertRaisesRegex(ServerFailed, sentence):
                NodeServer(self.folder / str(number), command).address()

    def test_what_the_command_got_wrong_ends_the_run(self) -> None:
        server = NodeServer(self.folder, COMMAND)
        for fields in ({"prompt": "SING"}, {"prompt": "CAPTION", "num_beams": "99"}):
            with self.subTest(fields), self.assertRaisesRegex(ServerFailed, "^The server says: "):
                Asker(server, fields)(example.PICTURE)
        self.assertRegex(Asker(server, {"prompt": "CAPTION"})(b"rubbish").error, "no picture")
        self.assertIn("heart", Asker(server, {"prompt": "OD"})(example.PICTURE).result["labels"])


class Told(http.server.ThreadingHTTPServer):
    """Answers pictures as a function says: a status, headers and a body, or nothing at all."""

    daemon_threads = True

    def __init__(self, answer: Callable[[bytes], tuple[int, dict[str, str], object] | None]) -> None:
        class Handler(http.server.BaseHTTPRequestHandler):
            def log_message(self, *_: object) -> None:
                pass

            def do_POST(self) -> None:
                told = answer(self.rfile.read(int(self.headers["Content-Length"])))
                if told is None:
                    return
                status, headers, body = told
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(json.dumps(body).encode())

        super().__init__(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.serve_forever, daemon=True).start()


class AskingTests(unittest.TestCase):
    @contextlib.contextmanager
    def asker(self, answer: Callable[[bytes], tuple[int, dict[str, str], object] | None]) -> Iterator[Asker]:
        self.lock = threading.Lock()
        with Told(answer) as told:
            server = mock.Mock(address=lambda: f"127.0.0.1:{told.server_port}", alone=lambda: self.lock)
            yield Asker(server, {"prompt": "CAPTION"})
            told.shutdown()

    def test_a_picture_that_ends_the_server_is_found(self) -> None:
        """And only that one is, though the others were cut with it: all are asked again, one at a time."""
        together = threading.Barrier(4)
        seen: dict[bytes, int] = {}

        def crash(picture: bytes) -> tuple[int, dict[str, str], object] | None:
            seen[picture] = seen.get(picture, 0) + 1
            if seen[picture] == 1:
                together.wait(example.LONGEST)
                return None
            self.assertTrue(self.lock.locked())
            return None if picture == b"1" else (200, {}, {"result": "a cat"})

        answers: dict[bytes, Answer] = {}
        with self.asker(crash) as ask:
            names = [str(number).encode() for number in range(4)]
            threads = [threading.Thread(target=lambda name=name: answers.update({name: ask(name)})) for name in names]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
        self.assertEqual([answers[name].result for name in names], ["a cat", None, "a cat", "a cat"])
        self.assertEqual(answers[b"1"].error, "The server ended 3 times while it worked on this picture.")
        self.assertEqual(seen, {b"0": 2, b"1": 3, b"2": 2, b"3": 2})

    def test_a_busy_server_is_waited_for_as_it_says(self) -> None:
        busy = (503, {"Retry-After": "7"}, {"code": "model_downloading", "detail": "40 %"})
        answers = [busy, busy, (200, {}, {"result": "a cat"})]
        with self.asker(lambda _: answers.pop(0)) as ask, mock.patch.object(asking.time, "sleep") as sleep:
            self.assertEqual(ask(b"x"), Answer("a cat"))
        self.assertEqual([call.args for call in sleep.call_args_list], [(7,), (7,)])

    def test_refusals(self) -> None:
        ends = [(503, "model_unavailable"), (503, "new"), (401, "unauthorized"), (500, "model_damaged")]
        for status, code in ends:
            reply = (status, {}, {"code": code, "detail": "No."})
            with self.subTest(code), self.asker(lambda _, reply=reply: reply) as ask:
                self.assertRaisesRegex(ServerFailed, "^The server says: No.$", ask, b"x")
        for status, code in [(400, "invalid_image"), (413, "too_large"), (500, "internal_error"), (400, "new")]:
            reply = (status, {}, {"code": code, "detail": "No."})
            with self.subTest(code), self.asker(lambda _, reply=reply: reply) as ask:
                self.assertEqual(ask(b"x"), Answer(error="No."))


if __name__ == "__main__":
    unittest.main()
