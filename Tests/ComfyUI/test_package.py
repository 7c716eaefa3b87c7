#!/usr/bin/env python3
"""Whether integrations/comfyui is a package that ComfyUI and its registry take."""

import ast
import json
import re
import sys
import unittest

from PIL import Image

import comfyui

FOLDER = comfyui.PACKAGE
SOURCES = sorted(FOLDER.glob("*.py"))
NODE = comfyui.package.NODE_CLASS_MAPPINGS["Florence2VisionServer"]
TEMPLATES = FOLDER / "example_workflows"
WORKFLOW = TEMPLATES / "florence2_vision_server.json"
API_WORKFLOW = FOLDER / "florence2_vision_server_api.json"
# What ComfyUI has.
AVAILABLE = set(sys.stdlib_module_names) | {"PIL", "comfy", "numpy", "torch"}


def value(text, name):
    """A value of pyproject.toml, whose reader Python has only since 3.11."""
    return re.search(rf'^{re.escape(name)} = (.*)$', text, re.MULTILINE)[1].strip('"')


class PackageTests(unittest.TestCase):
    def test_it_imports_only_what_comfyui_has(self):
        for path in SOURCES:
            for statement in ast.walk(ast.parse(path.read_text())):
                names = [each.name for each in statement.names] if isinstance(statement, ast.Import) else []
                if isinstance(statement, ast.ImportFrom) and not statement.level:
                    names = [statement.module]
                for name in names:
                    self.assertIn(name.split(".")[0], AVAILABLE, path)

    def test_its_grammar_is_that_of_python_3_9(self):
        for path in SOURCES:
            ast.parse(path.read_text(), feature_version=(3, 9))

    def test_the_registry_takes_its_metadata(self):
        text = (FOLDER / "pyproject.toml").read_text()
        self.assertRegex(value(text, "name"), r"^[a-z](?!.*[-_.]{2})[a-z0-9._-]{0,98}[a-z0-9]$")
        self.assertNotIn("comfyui", value(text, "name").lower())
        self.assertRegex(value(text, "version"), r"^\d+\.\d+\.\d+$")
        self.assertEqual(value(text, "license"), '{ file = "LICENSE" }')
        self.assertEqual(value(text, "dependencies"), "[]")
        for name in ("description", "Repository", "PublisherId", "DisplayName"):
            self.assertTrue(value(text, name), name)
        self.assertIn("\n[tool.comfy]\n", text)

    def test_the_licence_is_the_repositorys(self):
        self.assertEqual((FOLDER / "LICENSE").read_bytes(), (comfyui.ROOT / "LICENSE").read_bytes())

    def test_the_node_has_comfyuis_attributes(self):
        self.assertEqual(set(comfyui.package.NODE_DISPLAY_NAME_MAPPINGS), set(comfyui.package.NODE_CLASS_MAPPINGS))
        for each in (NODE.RETURN_NAMES, NODE.OUTPUT_IS_LIST, NODE.OUTPUT_TOOLTIPS):
            self.assertEqual(len(each), len(NODE.RETURN_TYPES))
        self.assertTrue(callable(getattr(NODE, NODE.FUNCTION)))
        self.assertTrue(NODE.CATEGORY and NODE.DESCRIPTION)

    def test_outputs_and_tasks_are_in_the_order_of_florence2run(self):
        self.assertEqual(NODE.RETURN_TYPES[:4], ("IMAGE", "MASK", "STRING", "JSON"))
        self.assertEqual(NODE.RETURN_NAMES[:4], ("image", "mask", "caption", "data"))
        self.assertEqual(NODE.INPUT_TYPES()["required"]["task"][0][:15], [
            "region_caption", "dense_region_caption", "region_proposal", "caption", "detailed_caption",
            "more_detailed_caption", "caption_to_phrase_grounding", "referring_expression_segmentation", "ocr",
            "ocr_with_region", "docvqa", "prompt_gen_tags", "prompt_gen_mixed_caption", "prompt_gen_analyze",
            "prompt_gen_mixed_caption_plus",
        ])  # fmt: skip

    def test_readme_has_every_input_task_and_output(self):
        text = (FOLDER / "README.md").read_text()
        kinds = NODE.INPUT_TYPES()
        names = {**kinds["required"], **kinds["optional"]}
        for name in [*names, *kinds["required"]["task"][0], *NODE.RETURN_NAMES]:
            self.assertIn(f"`{name}`", text)
        self.assertLessEqual(max(map(len, text.splitlines())), 120)


class WorkflowTests(unittest.TestCase):
    def setUp(self):
        self.drawn = json.loads(WORKFLOW.read_text())
        self.prompt = json.loads(API_WORKFLOW.read_text())
        self.kinds = NODE.INPUT_TYPES()

    def test_every_template_can_be_opened_and_has_a_picture(self):
        """ComfyUI offers all JSON of the folder; its page opens drawn workflows only, and shows a picture beside it."""
        templates = sorted(TEMPLATES.glob("*.json"))
        self.assertEqual(templates, [WORKFLOW])
        for path in templates:
            workflow = json.loads(path.read_text())
            self.assertIsInstance(workflow["nodes"], list)
            self.assertIn("version", workflow)
            Image.open(path.with_suffix(".jpg")).verify()

    def test_the_drawn_workflow_is_whole(self):
        nodes = {node["id"]: node for node in self.drawn["nodes"]}
        for number, source, out, target, into, kind in self.drawn["links"]:
            output, given = nodes[source]["outputs"][out], nodes[target]["inputs"][into]
            self.assertIn(number, output["links"])
            self.assertEqual((given["link"], output["type"]), (number, kind))
            self.assertIn(given["type"], (kind, "*"))
        outputs = [(each["name"], each["type"]) for each in nodes[2]["outputs"]]
        self.assertEqual(outputs, list(zip(NODE.RETURN_NAMES, NODE.RETURN_TYPES)))

    def test_both_workflows_are_the_same(self):
        links = {link[0]: [str(link[1]), link[2]] for link in self.drawn["links"]}
        for node in self.drawn["nodes"]:
            prompt = self.prompt[str(node["id"])]
            self.assertEqual(prompt["class_type"], node["type"])
            drawn = {each["name"]: links[each["link"]] for each in node.get("inputs", [])}
            linked = {name: given for name, given in prompt["inputs"].items() if isinstance(given, list)}
            self.assertEqual(linked, drawn)
        widgets = [name for name in {**self.kinds["required"], **self.kinds["optional"]} if name != "image"]
        node = self.drawn["nodes"][1]
        inputs = self.prompt["2"]["inputs"]
        self.assertEqual(node["widgets_values"], [inputs[name] for name in widgets])


if __name__ == "__main__":
    unittest.main()
