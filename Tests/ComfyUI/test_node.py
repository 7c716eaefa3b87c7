#!/usr/bin/env python3
"""The node in workflows, by ComfyUI's conventions, against a real server with the demo model.

Needs a built vision-server (see Tests/HAProxy/fleet.py) and what requirements.txt lists.
"""

import json
import threading
import time
import unittest

import numpy as np
from PIL import Image

import comfyui
import servers

EXAMPLE = "example.png"
CAPTION = 'a red square, a brown square and a green heart plus an orange cross with the word "FISH"'
# Some seconds of work, which the node's request comes after.
LONG = {
    "prompt": [
        "<CAPTION>", "<DETAILED_CAPTION>", "<MORE_DETAILED_CAPTION>", "<OD>", "<OCR>", "<GENERATE_TAGS>", "<ANALYZE>",
        "<MIXED_CAPTION>", "<MIXED_CAPTION_PLUS>", "<DENSE_REGION_CAPTION>", "<REGION_PROPOSAL>",
    ],
    "num_beams": 8,
}  # fmt: skip
OTHERS = 48


class Batch:
    """The example picture, and two that are all of one colour."""

    RETURN_TYPES = ("IMAGE",)
    FUNCTION = "load"

    @classmethod
    def INPUT_TYPES(cls):
        return {"required": {}}

    def load(self, **_):
        return (comfyui.torch.from_numpy(np.stack([pixels(), pixels() * 0, pixels() * 0 + 1])),)


def pixels():
    return np.asarray(Image.open(comfyui.INPUT_FOLDER / EXAMPLE).convert("RGB"), np.float32) / 255


def status(server):
    return json.loads(servers.send(server.port, path="/status")[1])


def counters(server):
    return status(server)["counters"]


def array(tensor):
    return tensor.detach().cpu().numpy()


class NodeTests(servers.FigureTestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = cls.enterClassContext(servers.real_server())
        cls.address = f"http://127.0.0.1:{cls.server.port}"

    def setUp(self):
        comfyui.bars.clear()
        comfyui.interrupted.clear()
        self.comfyui = comfyui.ComfyUI({**comfyui.NODES, "Batch": Batch})

    def prompt(self, task, text="", image="LoadImage", **inputs):
        given = {"image": ["1", 0], "server": self.address, "task": task, "text": text, "beams": 3, "tokens": 256}
        return {
            "1": {"class_type": image, "inputs": {"image": EXAMPLE}},
            "2": {"class_type": "Florence2VisionServer", "inputs": {**given, **inputs}},
            "3": {"class_type": "PreviewAny", "inputs": {"source": ["2", 2]}},
        }

    def outputs(self, *arguments, **inputs):
        """The node's outputs, one value each, but the list of captions."""
        image, mask, captions, data, count = self.comfyui.results(self.prompt(*arguments, **inputs), "2")[0]
        return image[0], mask[0], captions, data[0], count[0]

    def test_a_caption_passes_the_picture_on(self):
        prompt = self.prompt("caption")
        image, mask, captions, data, count = self.outputs("caption")
        self.assertIs(image, self.comfyui.results(prompt, "1")[0][0][0])
        self.assertEqual((captions, data, count), ([CAPTION], [CAPTION], 0))
        self.assertEqual(array(mask).shape, (1, *pixels().shape[:2]))
        self.assertEqual(array(mask).max(), 0)

    def test_boxes_are_drawn_and_fill_the_mask(self):
        image, mask, captions, data, count = self.outputs("region_caption")
        self.assertEqual(captions, ["square, square, heart, cross"])
        self.assertEqual((len(data), len(data[0]), count), (1, 4, 4))
        drawn, mask = array(image), array(mask)
        self.assertEqual((drawn.shape, drawn.dtype, mask.dtype), ((1, *pixels().shape), np.float32, np.float32))
        self.assertGreater(np.abs(drawn[0] - pixels()).max(), 0.3)
        self.assertEqual(set(np.unique(mask)), {0, 1})
        for x1, y1, x2, y2 in data[0]:
            self.assertEqual(mask[0, round((y1 + y2) / 2), round((x1 + x2) / 2)], 1)
        self.assertEqual(mask[0, 2, 2], 0)

    def test_the_mask_shows_what_is_selected(self):
        everything = array(self.outputs("region_caption")[1]).sum()
        by_label = array(self.outputs("region_caption", mask_select=" heart , moon")[1]).sum()
        by_number = array(self.outputs("region_caption", mask_select="2")[1]).sum()
        self.assertTrue(0 < by_label < everything)
        self.assertEqual(by_label, by_number)

    def test_tasks_with_a_text(self):
        _, _, captions, data, count = self.outputs("caption_to_phrase_grounding", "a square")
        self.assertEqual(sorted(data[0]), ["bboxes", "labels"])
        self.assertEqual((captions, count), ([", ".join(data[0]["labels"])], len(data[0]["labels"])))
        self.assertEqual(self.outputs("region_to_category", "0, 0, 320, 320")[2], [CAPTION])

    def test_every_task_but_questions_is_one_of_the_servers(self):
        texts = {"phrase": "a square", "region": "<loc_1><loc_1><loc_500><loc_500>", "": ""}
        for name, task in comfyui.module("tasks").TASKS.items():
            with self.subTest(name):
                if name == "docvqa":
                    with self.assertRaisesRegex(RuntimeError, "The vision server says: Unknown prompt \"<DocVQA>what"):
                        self.outputs(name, "what is it?")
                else:
                    self.outputs(name, texts[task.argument])

    def test_a_batch_has_a_caption_for_each_picture(self):
        prompt = self.prompt("prompt_gen_tags", image="Batch")
        shown = self.comfyui.run(prompt)["3"]
        self.assertEqual(len(shown), 3)
        self.assertIn("heart", shown[0]["text"][0])
        self.assertNotIn("heart", shown[1]["text"][0])
        image, mask, captions, data, _ = self.outputs("prompt_gen_tags", image="Batch")
        self.assertEqual([each["text"][0] for each in shown], captions)
        self.assertEqual((len(array(image)), len(array(mask)), data), (3, 3, captions))
        self.assertEqual([(bar.current, bar.total) for bar in comfyui.bars], [(3, 3)])

    def test_a_batch_is_drawn_where_there_is_something(self):
        image, mask, _, data, count = self.outputs("region_caption", image="Batch")
        self.assertEqual((len(array(image)), len(array(mask)), len(data)), (3, 3, 3))
        self.assertEqual(count, sum(map(len, data)))

    def test_nothing_runs_again_without_a_change(self):
        self.comfyui.run(self.prompt("caption"))
        self.assertEqual(self.comfyui.executed, ["3", "2", "1"])
        self.comfyui.run(self.prompt("caption"))
        self.assertEqual(self.comfyui.executed, [])
        self.comfyui.run(self.prompt("caption", beams=1))
        self.assertEqual(self.comfyui.executed, ["3", "2"])

    def test_the_example_workflow_runs(self):
        path = comfyui.PACKAGE / "florence2_vision_server_api.json"
        prompt = json.loads(path.read_text())
        prompt["2"]["inputs"]["server"] = self.address
        shown = self.comfyui.run(prompt)
        self.assertEqual(shown["4"][0]["text"], ["square, square, heart, cross"])
        self.assertEqual(tuple(shown["3"][0]["images"][0]), pixels().shape)

    def test_the_server_keeps_its_model_as_long_as_asked(self):
        self.outputs("caption", keep_alive="10m")
        self.assertAlmostEqual(status(self.server)["unloads_in_seconds"], 600, delta=20)
        self.outputs("caption", keep_alive="-1")
        self.assertIsNone(status(self.server)["unloads_in_seconds"])
        with self.assertRaisesRegex(RuntimeError, "The vision server says: .*keep_alive"):
            self.outputs("caption", keep_alive="a while")

    def test_what_the_server_refuses_is_said_in_its_words(self):
        with self.assertRaisesRegex(RuntimeError, "The vision server says: .*num_beams"):
            self.outputs("caption", beams=9)

    def test_interrupting_is_quick_and_the_server_drops_the_work(self):
        """A server of its own: what the others wait for ends with it."""
        with servers.real_server("--max-batch", "1") as server:
            body = servers.request_body(**LONG)
            others = [threading.Thread(target=servers.send, args=(server.port, body)) for _ in range(OTHERS)]
            for other in others:
                other.start()
            servers.wait_until(lambda: counters(server)["accepted"] == OTHERS, "the server has work")
            errors = []
            inputs = {"server": f"127.0.0.1:{server.port}", "beams": 8}
            node = threading.Thread(target=lambda: errors.append(self.error("more_detailed_caption", **inputs)))
            node.start()
            servers.wait_until(lambda: counters(server)["accepted"] == OTHERS + 1, "the node has asked")
            comfyui.interrupted.set()
            start = time.monotonic()
            node.join()
            seconds = time.monotonic() - start
            self.assertIsInstance(errors[0], comfyui.InterruptProcessingException)
            self.check("interrupt", seconds, 0.3, "seconds until a node that waits for the server ends", slack=10)
            servers.wait_until(lambda: counters(server)["cancelled"] == 1, "the server has dropped the work")
            self.assertLess(counters(server)["answered"], OTHERS)
        for other in others:
            other.join()

    def error(self, *arguments, **inputs):
        try:
            return self.outputs(*arguments, **inputs)
        except Exception as error:
            return error


class KeyTests(unittest.TestCase):
    def test_keys(self):
        with servers.real_server("--api-key", "first-key") as server:
            inputs = {"server": f"127.0.0.1:{server.port}", "task": "caption", "text": "", "beams": 1, "tokens": 64}
            node, image = comfyui.NODES["Florence2VisionServer"](), comfyui.torch.from_numpy(pixels()[None])
            self.assertEqual(len(node.ask(image, **inputs, key=" first-key ")[2]), 1)
            with self.assertRaisesRegex(RuntimeError, "^The vision server at .* needs a key; write one of its keys"):
                node.ask(image, **inputs)
            with self.assertRaisesRegex(RuntimeError, "^The vision server at .* does not know this key; write one"):
                node.ask(image, **inputs, key="second-key")


class RefusalTests(unittest.TestCase):
    """What ComfyUI says before anything runs."""

    def refused(self, **inputs):
        given = {"server": "localhost", "task": "caption", "text": "", "beams": 3, "tokens": 9, **inputs}
        prompt = {
            "1": {"class_type": "LoadImage", "inputs": {"image": EXAMPLE}},
            "2": {"class_type": "Florence2VisionServer", "inputs": {"image": ["1", 0], **given}},
            "3": {"class_type": "PreviewAny", "inputs": {"source": ["2", 2]}},
        }
        with self.assertRaises(comfyui.Refused) as caught:
            comfyui.ComfyUI().run(prompt)
        return caught.exception.args[0]

    def test_an_address_that_is_none(self):
        said = self.refused(server="ftp://there")
        self.assertEqual(len(said), 1)
        self.assertRegex(said[0], "^server - 'ftp://there' is no address of a server; write one such as http://")

    def test_numbers_and_names_that_are_none(self):
        self.assertEqual(self.refused(beams=9), ["beams: value out of range"])
        self.assertEqual(self.refused(task="sing"), ["task: value_not_in_list"])

    def test_an_address_that_comes_through_a_link(self):
        self.assertIs(comfyui.NODES["Florence2VisionServer"].VALIDATE_INPUTS(None), True)


if __name__ == "__main__":
    unittest.main()
