#!/usr/bin/env python3
"""What the node says, or does, when the server is away, busy, or something else."""

import base64
import contextlib
import io
import os
import socket
import threading
import time
import unittest
from unittest import mock

import numpy as np
from PIL import Image

import comfyui
import servers
from servers import Told

NODE = comfyui.NODES["Florence2VisionServer"]
ASKING = comfyui.module("asking")
CALLS = comfyui.module("call")
DONE = (200, {}, {"result": "a cat"})


def busy(seconds, code="queue_full", status=503):
    return status, {"Retry-After": seconds}, {"code": code, "detail": "64 requests wait already."}


def image(shape=(1, 6, 8, 3), seed=1):
    return comfyui.torch.from_numpy(np.random.default_rng(seed).integers(0, 256, shape).astype(np.float32) / 255)


def ask(server, task="caption", text="", picture=None, **inputs):
    address = server.address if isinstance(server, Told) else server
    return NODE().ask(image() if picture is None else picture, address, task, text, 3, 64, **inputs)


class ErrorTestCase(servers.FigureTestCase):
    def setUp(self):
        comfyui.interrupted.clear()
        for target, name, value in ((ASKING, "POLL_SECONDS", 0.01), (ASKING, "RETRY_SECONDS", (0.01, 0.02))):
            patch = mock.patch.object(target, name, value)
            patch.start()
            self.addCleanup(patch.stop)

    def says(self, sentence, server, *arguments, **inputs):
        with self.assertRaises(RuntimeError) as caught:
            ask(server, *arguments, **inputs)
        self.assertIs(type(caught.exception), RuntimeError)
        self.assertRegex(str(caught.exception), sentence)
        self.assertNotIn("\n", str(caught.exception))


class AwayTests(ErrorTestCase):
    def test_nothing_listens(self):
        port = servers.free_ports(1)[0]
        self.says(f"^There is no vision server at http://127.0.0.1:{port}: nothing listens", f"127.0.0.1:{port}")

    def test_an_unknown_name(self):
        with mock.patch("socket.getaddrinfo", side_effect=socket.gaierror(-2, "Name or service not known")):
            self.says("^The name no.such.host of the vision server is not known here", "no.such.host")
        self.says("^The name .* of the vision server is not known here", "a" * 70 + ".local")

    def test_a_host_that_does_not_take_the_connection(self):
        with mock.patch("socket.create_connection", side_effect=socket.timeout("timed out")):
            self.says("^No vision server took the connection at http://away within 10 s", "away")

    def test_no_answer_in_time(self):
        with Told(servers.hangs) as server, mock.patch.object(CALLS, "ANSWER_SECONDS", 0.1):
            self.says("^The vision server at .* did not answer within 0.1 s", server)

    def test_plain_http_where_tls_is_expected(self):
        with Told(DONE) as server:
            self.says("does not speak TLS as expected", server.address.replace("http:", "https:"))

    def test_something_that_is_not_http(self):
        def shouts(handler):
            handler.wfile.write(b"SSH-2.0-OpenSSH_9.2\r\n")

        with Told(shouts) as server:
            self.says("does not answer in HTTP; is it a vision server", server)


class StrangerTests(ErrorTestCase):
    """Answers of what is no vision server."""

    def test_answers_that_are_no_result(self):
        for body in (b"<html>", b"\xff", b"[" * 100_000, b"[]", b"{}", b'"a cat"', b""):
            with self.subTest(body[:20]), Told((200, {}, body)) as server:
                self.says("^What http://.* answered is no result; is it a vision server", server)

    def test_results_that_are_none_of_the_task(self):
        box = {"bboxes": [[1, 2, 3, 4]], "labels": ["cat"]}
        wrong = [
            ("caption", {}), ("caption", None), ("region_caption", "a cat"), ("region_caption", {}),
            ("region_caption", {**box, "labels": []}), ("region_caption", {**box, "labels": [None]}),
            ("region_caption", {**box, "bboxes": [[1, 2, 3]]}), ("region_caption", {**box, "bboxes": [["1", 2, 3, 4]]}),
            ("ocr_with_region", box), ("region_caption", {**box, "bboxes": [[1, 2, 3, float("inf")]]}),
            ("ocr_with_region", {"quad_boxes": [[1, 2, 3, 4]], "labels": ["cat"]}),
            ("region_to_segmentation", {"polygons": [[1, 2, 3, 4]], "labels": [""]}),
        ]  # fmt: skip
        for task, result in wrong:
            with self.subTest(task=task, result=result), Told((200, {}, {"result": result})) as server:
                text = "1 2 3 4" if task == "region_to_segmentation" else ""
                self.says(f"^What http://.* answered for {task} is not understood: ", server, task, text)

    def test_statuses(self):
        cases = [
            ((404, {}, b"<html>"), "^http://.* has no /process_image; is it a vision server"),
            ((405, {}, b""), "^http://.* has no /process_image; is it a vision server"),
            ((302, {"Location": "https://other"}, b""), "^http://.* sends on to https://other; write that address"),
            ((502, {}, b"<html>"), "^http://.* answered with status 502 and no reason"),
            ((503, {}, b""), "^http://.* answered with status 503 and no reason"),
            ((400, {}, {"detail": "The picture\nis damaged."}), r"^The vision server says: The picture is damaged\.$"),
            ((400, {}, {"detail": [1]}), "^http://.* answered with status 400 and no reason"),
            (busy(5, "model_unavailable"), "^The vision server says: 64 requests wait already"),
        ]  # fmt: skip
        for answer, sentence in cases:
            with self.subTest(sentence), Told(answer) as server:
                self.says(sentence, server)
                self.assertEqual(len(server.requests), 1)


class WaitingTests(ErrorTestCase):
    def test_a_busy_server_is_asked_again_as_it_wishes(self):
        paused = []
        with Told(busy(7), busy("soon", "model_downloading"), busy(900, status=429), DONE) as server:
            with mock.patch.object(ASKING, "pause", lambda seconds, check: paused.append(seconds)):
                self.assertEqual(ask(server)[2], ["a cat"])
        self.assertEqual(paused, [7, 5, 60])
        self.assertEqual(len(server.requests), 4)

    def test_waiting_can_be_interrupted(self):
        with Told(busy(60)) as server:
            self.interrupt(server, lambda: server.requests)
            self.assertEqual(len(server.requests), 1)

    def test_a_cut_connection_is_tried_again_twice(self):
        def half(handler):
            handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{")

        with Told(servers.cuts, half, DONE) as server:
            self.assertEqual(ask(server)[2], ["a cat"])
        with Told(servers.cuts) as server:
            self.says("^The vision server at .* cut the connection 3 times without an answer", server)
            self.assertEqual(len(server.requests), 3)

    def test_a_server_that_starts_again_is_waited_for(self):
        """Whether it went away while it was asked, or between two pictures."""
        for first in (servers.ends(), servers.ends(DONE)):
            with self.subTest(first=first), Told(first) as server, contextlib.ExitStack() as again:
                paused = []

                def pause(seconds, check):
                    paused.append(seconds)
                    if len(paused) == 2:
                        again.enter_context(Told(DONE, port=server.server_address[1]))

                with mock.patch.object(ASKING, "pause", pause):
                    self.assertEqual(ask(server, picture=image((2, 6, 8, 3)))[2], ["a cat"] * 2)
                self.assertEqual(paused, [0.01, 0.02])

    def test_a_server_that_stays_away_is_said_to_be(self):
        paused = []
        with mock.patch.object(ASKING, "pause", lambda seconds, check: paused.append(seconds)):
            for first in (servers.ends(), servers.ends(DONE)):
                with self.subTest(first=first), Told(first) as server:
                    address = server.address
                    self.says("^There is no vision server at .*: nothing listens", address, picture=image((2, 6, 8, 3)))
            self.assertEqual(paused, [0.01, 0.02] * 2)
            self.says("^There is no vision server at .*: nothing listens", address)
            self.assertEqual(len(paused), 4)

    def test_an_interrupted_request_is_dropped_at_once(self):
        with Told(servers.hangs) as server:
            self.interrupt(server, lambda: server.requests)
            self.assertTrue(server.released.wait(1), "the server does not see that the client has left")
            self.assertTrue(server.left)

    def test_an_interrupted_connection_asks_nothing(self):
        """The caller leaves while the connection is made: what is connected later is closed unused."""
        connecting, leave = threading.Event(), threading.Event()
        connect = socket.create_connection

        def slow(*arguments, **options):
            connecting.set()
            leave.wait(5)
            return connect(*arguments, **options)

        with Told(DONE) as server:
            with mock.patch("socket.create_connection", slow):
                self.interrupt(server, connecting.is_set)
                left = [each for each in threading.enumerate() if each.name == "florence2-vision-server"]
                leave.set()
                for each in left:
                    each.join(5)
            self.assertEqual((len(left), server.requests), (1, []))

    def interrupt(self, server, condition):
        errors = []

        def work():
            try:
                ask(server)
            except BaseException as error:
                errors.append(error)

        worker = threading.Thread(target=work)
        worker.start()
        servers.wait_until(condition, "the node waits")
        comfyui.interrupted.set()
        start = time.monotonic()
        worker.join()
        self.check("interrupt", time.monotonic() - start, 0.3, "seconds until a node that waits ends", slack=10)
        self.assertIsInstance(errors[0], comfyui.InterruptProcessingException)


class InputTests(ErrorTestCase):
    def test_texts_that_do_not_go_with_their_task(self):
        self.says("^The task caption takes no text: leave `text` empty", "nowhere", "caption", "a cat")
        self.says("^The task docvqa needs a text in `text`", "nowhere", "docvqa", " ")
        self.says("^The task region_to_ocr needs a region in `text`", "nowhere", "region_to_ocr", "")
        self.says("^The task region_to_ocr needs a region .*, not 'here'", "nowhere", "region_to_ocr", "here")
        self.says("^There is no task 'sing'", "nowhere", "sing")

    def test_addresses_and_keys_that_are_none(self):
        wrong = ("ftp://a", "http://", "a b", "a:port", "a:0", "a:99999", "a?b", "http://[::1", "a/\u00fc", "a\n.b")
        for server in wrong:
            with self.subTest(server):
                self.says("is no address of a server", server)
        self.says("has no name or password in it", "http://me:word@host")
        for key in ("two words", "sch\u00fcssel", "a\nb"):
            with self.subTest(key):
                self.says("^The key has characters that no key has", "nowhere", key=key)

    def test_images_that_are_none(self):
        self.says("^The batch has no picture", "nowhere", picture=image((0, 6, 8, 3)))
        self.says("^The input is no image: its shape is", "nowhere", picture=image((1, 6, 8, 2)))


class RequestTests(ErrorTestCase):
    def sent(self, *arguments, answer=DONE, **inputs):
        with Told(answer) as server:
            self.outputs = ask(server, *arguments, **inputs)
        return server.requests[0], server.headers[0]

    def picture(self, request):
        return Image.open(io.BytesIO(base64.b64decode(request["image"], validate=True)))

    def test_the_fields(self):
        request, headers = self.sent("open_vocabulary_detection", " a cat ", keep_alive=" 60 ", answer=(200, {}, {
            "result": {"bboxes": [], "bboxes_labels": [], "polygons": [], "polygons_labels": []}}))  # fmt: skip
        del request["image"]
        self.assertEqual(request, {
            "path": "/process_image", "prompt": "<OPEN_VOCABULARY_DETECTION>a cat", "num_beams": 3,
            "max_new_tokens": 64, "keep_alive": 60,
        })  # fmt: skip
        self.assertNotIn("Authorization", headers)

    def test_a_region_of_pixels_becomes_thousandths(self):
        region = comfyui.module("tasks").region
        self.assertEqual(region("", "640, 0 0,480", (640, 480)), "<loc_0><loc_0><loc_999><loc_999>")
        self.assertEqual(region("", "64,-5,128.5,48", (640, 480)), "<loc_100><loc_0><loc_200><loc_100>")
        self.assertEqual(region("", "<loc_1><loc_2><loc_3><loc_4>", (9, 9)), "<loc_1><loc_2><loc_3><loc_4>")

    def test_the_picture_is_sent_without_loss(self):
        for channels, mode in ((1, "L"), (3, "RGB"), (4, "RGBA")):
            with self.subTest(mode):
                tensor = image((1, 6, 8, channels))
                picture = self.picture(self.sent(picture=tensor)[0])
                self.assertEqual((picture.mode, picture.format), (mode, "PNG"))
                expected = np.round(tensor.detach().cpu().numpy()[0] * 255).reshape(np.asarray(picture).shape)
                self.assertTrue((np.asarray(picture) == expected).all())

    def test_a_png_that_is_too_large_becomes_a_lossless_webp(self):
        with mock.patch.object(comfyui.module("pictures"), "LARGEST_FILE", 100):
            shades = np.linspace(0, 1, 64 * 64 * 3, dtype=np.float32).reshape(1, 64, 64, 3)
            tensor = comfyui.torch.from_numpy(shades)
            picture = self.picture(self.sent(picture=tensor)[0])
        self.assertEqual(picture.format, "WEBP")
        self.assertTrue((np.asarray(picture) == np.round(tensor.detach().cpu().numpy()[0] * 255)).all())

    def test_colours_beyond_white_and_none_at_all(self):
        values = np.array([[[[-1, 2, np.nan]]]], np.float32)
        picture = self.picture(self.sent(picture=comfyui.torch.from_numpy(values))[0])
        self.assertEqual(picture.getpixel((0, 0)), (0, 255, 0))

    def test_the_keys_of_the_environment_stay_with_their_server(self):
        with Told(DONE) as own, Told(DONE) as other:
            environment = {"VISION_HOST": own.address, "VISION_API_KEY": "first-key"}
            with mock.patch.dict(os.environ, environment):
                for server in ("", own, other):
                    ask(server)
                ask(other, key="second-key")
        self.assertEqual([each["Authorization"] for each in own.headers], ["Bearer first-key"] * 2)
        self.assertEqual([each["Authorization"] for each in other.headers], [None, "Bearer second-key"])

    def test_a_path_before_the_route(self):
        with Told(DONE) as server:
            ask(server.address + "/vision/")
        self.assertEqual(server.requests[0]["path"], "/vision/process_image")


class PlaceTests(ErrorTestCase):
    """Answers with places, in the form of ComfyUI-Florence2."""

    def answers(self, task, text, result, **inputs):
        with Told((200, {}, {"result": result})) as server:
            picture = comfyui.torch.from_numpy(np.zeros((2, 60, 80, 3), np.float32))
            drawn, mask, *rest = ask(server, task, text, picture, **inputs)
        return drawn.detach().cpu().numpy(), mask.detach().cpu().numpy(), *rest

    def test_text_with_places(self):
        boxes = [[8, 6, 40, 6, 40, 30, 8, 30], [0, 54, 80, 54, 80, 60, 0, 60]]
        quads = {"quad_boxes": boxes, "labels": ["ONE", "\u4e8c"]}
        drawn, mask, captions, data, count = self.answers("ocr_with_region", "", quads)
        self.assertEqual((captions, count), (["ONE\n\u4e8c"] * 2, 4))
        self.assertEqual(data[0], {"label": "ONE", "box": [0.1, 0.1, 0.5, 0.1, 0.5, 0.5, 0.1, 0.5]})
        self.assertEqual([each["label"] for each in data], ["ONE", "\u4e8c"] * 2)
        self.assertEqual((mask[1, 20, 20], mask[1, 57, 70], mask[1, 40, 20]), (1, 1, 0))
        self.assertGreater(drawn.max(), 0)

    def test_outlines(self):
        triangle = [[0, 0, 40, 0, 0, 40], [60, 50, 70, 50]]
        result = {"polygons": [triangle], "labels": [""]}
        drawn, mask, captions, data, count = self.answers("referring_expression_segmentation", "a cat", result)
        self.assertEqual((captions, data, count), (["", ""], [result] * 2, 2))
        self.assertEqual((mask[0, 5, 5], mask[0, 39, 39], mask[0, 50, 65]), (1, 0, 0))
        # Shapes are tinted, so that what is below stays visible.
        self.assertTrue(0.1 < drawn[0, 20, 8].max() < 0.9)

    def test_corners_in_any_order_and_outside(self):
        result = {"bboxes": [[70, 50, 60, 40], [-20, -20, 10, 200]], "labels": ["cat", "dog"]}
        _, mask, captions, data, _ = self.answers("region_caption", "", result, mask_select="cat")
        self.assertEqual((captions[0], data), ("cat, dog", [result["bboxes"]] * 2))
        self.assertEqual((mask[0, 45, 65], mask[0, 5, 5]), (1, 0))

    def test_fonts_that_lack_letters(self):
        drawing = comfyui.module("drawing")
        bitmap = drawing.ImageFont.load_default_imagefont()
        with mock.patch.object(drawing, "sized_font", lambda size: bitmap):
            self.answers("region_caption", "", {"bboxes": [[1, 1, 9, 9]], "labels": ["\u732b\U0001f408"]})

    def test_both_kinds_of_an_open_vocabulary(self):
        result = {
            "bboxes": [[0, 0, 9, 9]], "bboxes_labels": ["cat"], "polygons": [[[20, 20, 40, 20, 40, 40]]],
            "polygons_labels": ["dog"],
        }  # fmt: skip
        _, mask, captions, data, count = self.answers("open_vocabulary_detection", "cat", result)
        self.assertEqual((captions[0], data[0], count), ("cat, dog", result, 4))
        self.assertEqual((mask[0, 5, 5], mask[0, 25, 38]), (1, 1))


if __name__ == "__main__":
    unittest.main()
