"""The requests of clients that cannot be had here, as they were seen on the wire or read in their sources.

Usage: python3 replays.py http://127.0.0.1:PORT

Each one is sent as its client sends it; the answer must have what that client reads. Python's standard library only.
"""

import base64
import http.client
import json
import pathlib
import sys
import unittest
import urllib.parse

PICTURE = (pathlib.Path(__file__).parents[2] / "Models" / "demo" / "example.png").read_bytes()
BASE64 = base64.b64encode(PICTURE).decode()
PNG = f"data:image/png;base64,{BASE64}"
JPEG = f"data:image/jpeg;base64,{BASE64}"
ADDRESS = None
JSON = {"Content-Type": "application/json"}
MEAI_SCHEMA = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "type": "object",
    "properties": {
        "caption": {"type": ["string", "null"]},
        "tags": {"type": ["array", "null"], "items": {"type": "string"}},
    },
    "required": ["caption", "tags"],
    "additionalProperties": False,
}


class Answer:
    def __init__(self, response):
        self.status = response.status
        self.type = response.getheader("Content-Type", "")
        self.text = response.read().decode()

    @property
    def json(self):
        return json.loads(self.text)

    @property
    def lines(self):
        return [json.loads(line) for line in self.text.splitlines()]

    @property
    def events(self):
        data = [line[6:] for line in self.text.splitlines() if line.startswith("data: ")]
        return [json.loads(each) for each in data if each != "[DONE]"]


def ask(path, body=None, headers=JSON, method=None, chunked=False):
    connection = http.client.HTTPConnection(ADDRESS.hostname, ADDRESS.port, timeout=60)
    if body is not None and not isinstance(body, (bytes, str)):
        body = json.dumps(body)
    if isinstance(body, str):
        body = body.encode()
    sent = iter([body[i : i + 1000] for i in range(0, len(body), 1000)]) if chunked else body
    connection.request(method or ("POST" if body is not None else "GET"), path, sent, headers, encode_chunked=chunked)
    answer = Answer(connection.getresponse())
    connection.close()
    return answer


def image(url=PNG, **more):
    return {"type": "image_url", "image_url": {"url": url, **more}}


def text(words):
    return {"type": "text", "text": words}


def user(*parts):
    return {"role": "user", "content": list(parts)}


class Case(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.results = {}

    def native(self, prompt="<MORE_DETAILED_CAPTION>"):
        if prompt not in self.results:
            self.results[prompt] = ask("/process_image", {"image": BASE64, "prompt": prompt}).json["result"]
        return self.results[prompt]

    def chat(self, path, body, headers=JSON, prompt="<MORE_DETAILED_CAPTION>", **more):
        """A whole answer of OpenAI's, with all that strict clients want."""
        answer = ask(path, body, headers, **more)
        self.assertEqual((answer.status, answer.type), (200, "application/json"), answer.text)
        choice = answer.json["choices"][0]
        self.assertEqual(choice["finish_reason"], "stop")
        self.assertEqual(choice["message"]["role"], "assistant")
        self.assertIsInstance(answer.json["created"], int)
        if prompt:
            self.assertEqual(choice["message"]["content"], self.native(prompt))
        return choice["message"]["content"]


class SillyTavern(Case):
    question = "What's in this image?"

    def test_custom_with_a_slash_behind_the_base(self):
        body = {"model": "", "messages": [user(text(self.question), image())]}
        self.assertEqual(ask("/v1/models").status, 200)
        self.chat("/v1//chat/completions", body, {**JSON, "Authorization": "Bearer ", "Connection": "close"})
        self.chat("//chat/completions", body, {**JSON, "Authorization": "Bearer "})

    def test_llamacpp_and_ooba(self):
        for model, more in (("llamacpp_current", {}), ("ooba_current", {"temperature": 0.1})):
            self.chat(
                "/v1/chat/completions", {"model": model, "messages": [user(text(self.question), image())], **more}
            )

    def test_ollama_source(self):
        self.assertIn("florence-2:latest", [model["name"] for model in ask("/api/tags").json["models"]])
        body = {"model": "florence-2", "prompt": self.question, "images": [BASE64], "stream": False}
        self.assertEqual(ask("/api/generate", body).json["response"], self.native())

    def test_a_chat_sends_every_picture_again(self):
        old = [user(text(f"look {n}"), image(detail="auto")) for n in range(7)]
        messages = [
            {"role": "system", "content": "You are a pirate."},
            *old,
            user(text("and this?"), image(detail="auto")),
        ]
        body = {
            "model": "x",
            "messages": messages,
            "temperature": 1,
            "max_tokens": 300,
            "stream": True,
            "presence_penalty": 0,
            "frequency_penalty": 0,
            "top_p": 1,
            "stop": [],
            "logit_bias": {},
            "n": 1,
        }
        answer = ask("/v1/chat/completions", body)
        self.assertEqual(answer.type, "text/event-stream")
        pieces = [event["choices"][0]["delta"].get("content", "") for event in answer.events]
        self.assertEqual("".join(pieces), self.native())

    def test_an_older_shape(self):
        messages = [user(text(self.question)), {"role": "user", "content": [], "image_url": PNG}]
        self.chat("/v1/chat/completions", {"messages": messages})


class N8n(Case):
    def test_picture_node_by_responses(self):
        content = [
            {"type": "input_text", "text": "What's in this image?"},
            {"type": "input_image", "detail": "auto", "image_url": JPEG},
        ]
        body = {"model": "florence-2-vision", "input": [{"role": "user", "content": content}], "max_output_tokens": 300}
        for path in ("/v1/responses", "/v1//responses", "/responses"):
            answer = ask(path, body)
            self.assertEqual(answer.json["output"][0]["content"][0]["text"], self.native())
            self.assertIn("annotations", answer.json["output"][0]["content"][0])
        self.assertTrue(any("vision" in model["id"] for model in ask("/v1/models").json["data"]))

    def test_old_picture_node(self):
        self.chat(
            "/v1/chat/completions",
            {"model": "x", "messages": [user(text("What's in this image?"), image(detail="auto"))], "max_tokens": 300},
        )

    def test_ollama_node_with_empty_bearer(self):
        body = {
            "model": "florence-2",
            "messages": [{"role": "user", "content": "hello", "images": [BASE64]}],
            "stream": False,
            "options": {"keep_alive": "5m", "temperature": 0.5},
        }
        answer = ask("/api/chat", body, {**JSON, "Authorization": "Bearer", "OpenAI-Organization": ""})
        self.assertEqual(answer.json["message"]["content"], self.native())

    def test_chain_with_ollama(self):
        body = {
            "model": "florence-2",
            "stream": True,
            "keep_alive": "10m",
            "think": False,
            "options": {"num_predict": -1, "low_vram": False},
            "messages": [{"role": "user", "content": "", "images": [BASE64]}, {"role": "user", "content": "hello"}],
        }
        lines = ask("/api/chat", body).lines
        self.assertEqual("".join(line["message"]["content"] for line in lines), self.native())
        self.assertTrue(lines[-1]["done"])


class JavaScript(Case):
    def test_openai_node(self):
        headers = {
            **JSON,
            "User-Agent": "OpenAI/JS 7.59.0",
            "Authorization": "Bearer any",
            "sec-fetch-mode": "cors",
            "accept-language": "*",
            "x-stainless-lang": "js",
        }
        self.chat(
            "/v1/chat/completions?api-version=1", {"model": "m", "messages": [user(text("hi"), image())]}, headers
        )
        self.assertEqual(ask("/v1/models/microsoft%2FFlorence-2-base").status, 404)
        answer = ask(
            "/v1/chat/completions", {"model": "m", "messages": [user(text("hi"), image())], "stream": True}, headers
        )
        self.assertEqual(answer.events[0]["choices"][0]["delta"]["role"], "assistant")
        for event in answer.events:
            self.assertEqual(event["choices"][0]["index"], 0)
        self.assertEqual(answer.events[-1]["choices"][0]["finish_reason"], "stop")

    def test_llamaindex_sends_a_file(self):
        part = {"type": "file", "file": {"file_data": PNG, "filename": "image-1.png"}}
        self.chat("/v1/chat/completions", {"model": "m", "messages": [user(text("hi"), part)]})

    def test_langchain_ollama_splits_a_message(self):
        messages = [{"role": "user", "content": "hello"}, {"role": "user", "content": "", "images": [BASE64]}]
        lines = ask("/api/chat", {"model": "m", "messages": messages, "stream": True, "options": {}}).lines
        self.assertTrue(all("message" in line for line in lines))
        self.assertEqual("".join(line["message"]["content"] for line in lines), self.native())

    def test_langchain_responses_with_chat_shaped_parts(self):
        item = {"type": "message", "role": "user", "content": [image(), {"type": "input_text", "text": "hi"}]}
        answer = ask("/v1/responses", {"model": "m", "input": [item], "text": {}, "stream": False})
        self.assertEqual(answer.json["output"][0]["content"][0]["text"], self.native())

    def test_ai_sdk(self):
        body = {
            "model": "m",
            "messages": [user(text("hi"), image(JPEG))],
            "stream": True,
            "stream_options": {"include_usage": True},
        }
        events = ask("/v1/chat/completions", body, {**JSON, "Accept": "*/*"}).events
        self.assertEqual(events[-1]["choices"], [])
        self.assertGreater(events[-1]["usage"]["total_tokens"], 0)

    def test_ollama_provider_sends_bytes_as_an_object(self):
        bytes_by_number = {str(number): byte for number, byte in enumerate(PICTURE)}
        body = {
            "model": "m",
            "think": False,
            "temperature": 0,
            "stream": False,
            "messages": [{"role": "user", "content": "hi", "images": [bytes_by_number]}],
        }
        self.assertEqual(ask("/api/chat", body).json["message"]["content"], self.native())

    def test_ollama_js_with_a_misspelt_path(self):
        answer = ask("/api/generate", {"model": "m", "prompt": "hi", "images": ["no-such.png"], "stream": False})
        self.assertEqual(answer.status, 400)
        self.assertIsInstance(answer.json["error"], str)
        self.assertTrue(answer.type.startswith("application/json"))

    def test_genkit_puts_the_schema_behind_the_picture(self):
        schema = json.dumps({"type": "object", "properties": {"caption": {"type": "string"}}, "required": ["caption"]})
        words = f"Output should be in JSON format and conform to the following schema:\n\n```\n{schema}\n```\n"
        content = self.chat(
            "/v1/chat/completions", {"model": "m", "messages": [user(text("hi"), image(), text(words))]}, prompt=None
        )
        self.assertEqual(list(json.loads(content)), ["caption"])

    def test_agents(self):
        content = [{"type": "input_text", "text": "hi"}, {"type": "input_image", "image_url": PNG, "detail": "auto"}]
        body = {
            "model": "m",
            "instructions": "You help.",
            "include": [],
            "tools": [],
            "input": [{"role": "user", "content": content}],
        }
        self.assertEqual(ask("/v1/responses", body).json["status"], "completed")


class DotNet(Case):
    def test_openai_streams_with_usage(self):
        body = {
            "messages": [user(text("hi"), image())],
            "model": "m",
            "stream": True,
            "stream_options": {"include_usage": True},
        }
        events = ask("/v1/chat/completions", body, {**JSON, "User-Agent": "OpenAI/2.15.0 (.NET 10.0.12)"}).events
        reasons = [event["choices"][0]["finish_reason"] for event in events if event["choices"]]
        self.assertEqual(set(reasons), {None, "stop"})

    def test_betalgo_sends_chunks_and_capitals(self):
        body = {"model": "m", "messages": [user(text("hi"), image(f"data:image/PNG;base64,{BASE64}", detail="auto"))]}
        for path in ("/v1/chat/completions", "/v1/v1/chat/completions"):
            self.chat(path, body, chunked=True)

    def test_extensions_ai_puts_json_into_a_later_message(self):
        words = f"Respond with a JSON value conforming to the following schema:\n```\n{json.dumps(MEAI_SCHEMA)}\n```"
        body = {
            "model": "m",
            "messages": [user(text("Describe it."), image()), user(text(words))],
            "response_format": {"type": "json_object"},
        }
        card = json.loads(self.chat("/v1/chat/completions", body, prompt=None))
        self.assertEqual(set(card), {"caption", "tags"})

    def test_extensions_ai_schema_without_strict(self):
        form = {"type": "json_schema", "json_schema": {"name": "Card", "schema": MEAI_SCHEMA}}
        body = {"model": "m", "messages": [user(text("Describe it."), image())], "response_format": form}
        self.assertEqual(set(json.loads(self.chat("/v1/chat/completions", body, prompt=None))), {"caption", "tags"})

    def semantic_kernel(self, messages, **more):
        headers = {
            **JSON,
            "Accept": "application/json",
            "Authorization": "Bearer ",
            "Semantic-Kernel-Version": "1.82.0",
            "User-Agent": "Semantic-Kernel OpenAI/2.15.0 (.NET 10.0.12; Linux)",
        }
        body = {"messages": messages, "model": "m", "max_completion_tokens": 300, **more}
        return "/v1/chat/completions", body, headers

    def test_semantic_kernel_history(self):
        """A history with an answer in it; settings that are not given are not sent, but for the form of the answer."""
        messages = [
            {"role": "system", "content": "You describe pictures."},
            {"role": "user", "content": "Hello"},
            {"role": "assistant", "content": "Hello, send me a picture."},
            user(text("What is in this picture?"), image()),
        ]
        self.chat(*self.semantic_kernel(messages, temperature=0.5, response_format={"type": "text"}))

    def test_semantic_kernel_type_as_form(self):
        schema = {
            "type": "object",
            "properties": {"Caption": {"type": "string"}, "Tags": {"type": "array", "items": {"type": "string"}}},
            "required": ["Caption", "Tags"],
            "additionalProperties": False,
        }
        form = {"type": "json_schema", "json_schema": {"name": "Card", "schema": schema, "strict": True}}
        request = self.semantic_kernel([user(text("Describe it."), image())], response_format=form)
        card = json.loads(self.chat(*request, prompt=None))
        self.assertEqual(list(card), ["Caption", "Tags"])
        self.assertTrue(card["Caption"] and card["Tags"])

    def test_semantic_kernel_functions(self):
        """Functions are offered; a server that calls none of them answers as always."""
        function = {
            "name": "Albums-add",
            "description": "Adds a picture to an album.",
            "parameters": {"type": "object", "required": ["album"], "properties": {"album": {"type": "string"}}},
        }
        tools = [{"type": "function", "function": function}]
        self.chat(*self.semantic_kernel([user(text("hi"), image())], tools=tools, tool_choice="auto"))

    def test_semantic_kernel_streams(self):
        stream = {"stream": True, "stream_options": {"include_usage": True}}
        events = ask(*self.semantic_kernel([user(text("hi"), image())], **stream)).events
        deltas = [event["choices"][0]["delta"] for event in events if event["choices"]]
        self.assertEqual("".join(delta.get("content") or "" for delta in deltas), self.native())
        self.assertIsInstance(events[-1]["usage"]["total_tokens"], int)

    def test_ollamasharp(self):
        headers = {"Content-Type": "application/json; charset=utf-8"}
        body = {"model": "m", "prompt": None, "CustomHeaders": {}, "keep_alive": "0s", "stream": False}
        self.assertEqual(ask("/api/generate", body, headers).json["done_reason"], "unload")
        message = {"role": "user", "content": "hi", "images": [BASE64], "thinking": "", "tool_calls": []}
        body = {"model": "m", "messages": [message], "stream": True, "CustomHeaders": {}, "options": {}}
        lines = ask("/api/chat", body, headers).lines
        self.assertEqual("".join(line["message"]["content"] for line in lines), self.native())
        self.assertEqual(ask("/api/api/tags").status, 200)

    def test_booru_dataset_tag_manager(self):
        """An empty text beside the picture."""
        self.chat(
            "/v1/chat/completions",
            {"messages": [user(text(""), image(f"data:application/octet-stream;base64,{BASE64}"))]},
        )


class Photos(Case):
    def test_photoprism_captions(self):
        prompt = (
            "Create a caption with exactly one sentence in the active voice that describes the main visual content."
        )
        body = {
            "model": "gemma3",
            "prompt": prompt,
            "images": [BASE64],
            "stream": False,
            "id": "1",
            "version": "",
            "url": "",
            "options": {"temperature": 0.1},
        }
        self.assertEqual(ask("/api/generate", body).json["response"], self.native("<CAPTION>"))

    def test_photoprism_labels(self):
        prompt = "Analyze the image and return label objects with name, confidence (0-1), and topicality (0-1)."
        body = {
            "model": "gemma3",
            "prompt": prompt,
            "format": "json",
            "images": [BASE64],
            "stream": False,
            "options": {"stop": ["\n\n"]},
        }
        labels = json.loads(ask("/api/generate", body).json["response"])["labels"]
        self.assertTrue(labels and all(0 <= label["confidence"] <= 1 and label["name"] for label in labels))

    def photoprism_openai(self, system, prompt, tokens, schema=None):
        """What the engine sends for a model that is none of OpenAI's own, and the text that it reads."""
        parts = [{"type": "input_text", "text": prompt}, {"type": "input_image", "image_url": JPEG, "detail": "low"}]
        body = {
            "model": "florence-2",
            "input": [
                {"role": "system", "type": "message", "content": [{"type": "input_text", "text": system}]},
                {"role": "user", "type": "message", "content": parts},
            ],
            "max_output_tokens": tokens,
            "temperature": 0.1,
            "top_p": 0.9,
        }
        if schema:
            # It is not said to be strict.
            body["text"] = {"format": {"type": "json_schema", "name": "photoprism_vision_labels_v1", "schema": schema}}
        return ask("/v1/responses", body, {**JSON, "Authorization": "Bearer sk-any"})

    def first_text(self, answer):
        """The first that is not blank; where an `error` has a message, that counts instead."""
        self.assertEqual(answer.status, 200, answer.text)
        self.assertFalse((answer.json.get("error") or {}).get("message"))
        self.assertTrue(answer.json["model"])
        texts = [part.get("text", "").strip() for item in answer.json["output"] for part in item.get("content", [])]
        return next(filter(None, texts))

    def test_photoprism_captions_by_openai(self):
        answer = self.photoprism_openai(
            "You are a PhotoPrism vision model. Return concise, user-friendly captions that describe the main subjects "
            "accurately.",
            "Provide exactly one sentence describing the key subject and action in the image. Avoid filler words and "
            "technical jargon.",
            512,
        )
        # What begins as JSON would be read as JSON.
        self.assertEqual(self.first_text(answer), self.native("<CAPTION>"))

    def photoprism_labels(self, words, **more):
        number = {"type": "number", "minimum": 0, "maximum": 1}
        properties = {"name": {"type": "string", "minLength": 1}, "confidence": number, "topicality": number, **more}
        label = {
            "type": "object", "properties": properties, "required": list(properties), "additionalProperties": False,
        }  # fmt: skip
        schema = {
            "type": "object",
            "properties": {"labels": {"type": "array", "items": label, "default": []}},
            "required": ["labels"],
            "additionalProperties": False,
        }
        return self.photoprism_openai(
            "You are a PhotoPrism vision model. Emit JSON that matches the provided schema and keep label names short, "
            "singular nouns.",
            f"Analyze the image and return label objects with name, confidence (0-1), {words}.",
            1024,
            schema,
        )

    def test_photoprism_labels_by_openai(self):
        answer = self.photoprism_labels("and topicality (0-1)")
        labels = json.loads(self.first_text(answer))["labels"]
        self.assertTrue(labels)
        for label in labels:
            self.assertEqual(list(label), ["name", "confidence", "topicality"])
            self.assertTrue(label["name"] and 0 <= label["confidence"] <= 1 and 0 <= label["topicality"] <= 1)

    def test_photoprism_asks_what_cannot_be_known(self):
        """It logs the message of what is refused, and keeps the picture as it is."""
        words = "topicality (0-1), nsfw (true when sensitive), and nsfw_confidence (0-1)"
        answer = self.photoprism_labels(words, nsfw={"type": "boolean"}, nsfw_confidence={"type": "number"})
        self.assertEqual(answer.status, 400)
        self.assertIn("nsfw", answer.json["error"]["message"])

    def test_lightroom_in_lm_studio_mode(self):
        """Text, then a message with only the picture."""
        messages = [{"role": "system", "content": "x"}, user(text("Describe the image.")), user(image(JPEG))]
        self.chat("/v1/chat/completions", {"model": "m", "messages": messages, "temperature": 0.1})

    def test_nextcloud(self):
        """A message for each picture, then the question."""
        content = self.chat(
            "/v1/chat/completions", {"messages": [user(image()), user(image()), user(text("Describe."))]}, prompt=None
        )
        self.assertIn("Image 2: ", content)

    def test_frigate(self):
        self.assertEqual(ask("/api/show", {"model": "florence-2"}).status, 200)
        body = {
            "model": "florence-2",
            "prompt": "Analyze the sequence of images containing the person.",
            "images": [BASE64] * 2,
            "stream": False,
            "options": {},
            "keep_alive": "1h",
        }
        self.assertIn("Image 2: ", ask("/api/generate", body).json["response"])

    def test_home_assistant_llm_vision(self):
        message = {"role": "user", "content": "Describe the image", "images": [BASE64]}
        body = {
            "model": "gemma3:4b",
            "messages": [message],
            "prompt": [],
            "images": [BASE64],
            "system": "x",
            "stream": False,
            "keep_alive": 5,
            "options": {"num_ctx": 2048, "temperature": 0.5},
        }
        self.assertEqual(ask("/api/chat", body).json["message"]["content"], self.native())

    def test_home_assistant_core(self):
        body = {
            "model": "florence-2",
            "messages": [{"role": "user", "content": "x", "images": [BASE64]}],
            "stream": True,
            "keep_alive": "300s",
            "format": None,
        }
        self.assertTrue(ask("/api/chat", body).lines[-1]["done"])

    def test_karakeep(self):
        prompt = (
            "You are an expert whose responsibility is to help with automatic tagging for a read-it-later app. "
            "Please analyze the attached image and suggest relevant tags. "
            'You must respond in JSON with the key "tags" and the value is an array of string tags.'
        )
        form = {
            "type": "json_schema",
            "json_schema": {
                "name": "schema",
                "strict": True,
                "schema": {
                    "type": "object",
                    "properties": {"tags": {"type": "array", "items": {"type": "string"}}},
                    "required": ["tags"],
                    "additionalProperties": False,
                },
            },
        }
        body = {
            "model": "gpt-4o-mini",
            "max_tokens": 2048,
            "response_format": form,
            "messages": [user(text(prompt), image(JPEG, detail="low"))],
        }
        self.assertEqual(list(json.loads(self.chat("/v1/chat/completions", body, prompt=None))), ["tags"])

    def test_comfyui_ollama(self):
        body = {
            "model": "florence-2:latest",
            "prompt": "describe the image",
            "images": [BASE64],
            "format": "",
            "keep_alive": "-1m",
            "options": {},
            "stream": False,
            "think": False,
        }
        answer = ask("/api/generate", body).json
        self.assertEqual((answer["response"], answer["context"]), (self.native(), []))


class ChatFrontEnds(Case):
    def test_open_webui(self):
        self.assertEqual(ask("/api/version").status, 200)
        title = "### Task:\nGenerate a concise, 3-5 word title with an emoji summarizing the chat history."
        answer = ask(
            "/v1/chat/completions", {"model": "m", "messages": [{"role": "user", "content": title}], "user": {"id": 1}}
        )
        self.assertEqual(answer.status, 200)
        self.assertLess(len(answer.json["choices"][0]["message"]["content"]), 120)
        self.assertEqual(ask("/api/generate", {"model": "florence-2", "keep_alive": 0}).json["done_reason"], "unload")
        self.assertEqual(ask("/api/ps").json["models"], [])

    def test_librechat(self):
        self.assertEqual(ask("/v1/models", headers={"Authorization": "Bearer any"}).status, 200)
        body = {
            "model": "florence-2",
            "user": "1",
            "stream": True,
            "messages": [user(text("hi"), image(detail="auto"))],
        }
        self.assertTrue(ask("/v1/chat/completions", body).text.endswith("data: [DONE]\n\n"))

    def test_without_a_content_type(self):
        """litellm's and curl's."""
        body = {"model": "m", "messages": [user(text("hi"), image())]}
        self.chat("/v1/chat/completions", body, {})
        self.chat("/v1/chat/completions", body, {"Content-Type": "application/x-www-form-urlencoded"})


if __name__ == "__main__":
    ADDRESS = urllib.parse.urlsplit(sys.argv.pop(1))
    unittest.main()
