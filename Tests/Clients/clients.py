"""Real clients of OpenAI's and Ollama's interfaces against a running server with the demo model.

Usage: python clients.py http://127.0.0.1:PORT

Every client is asked for the caption of the example picture; what it hands to its user must be what the server's own
route answers.
"""

import asyncio
import base64
import json
import pathlib
import sys
import tempfile
import unittest
import urllib.request

PICTURE = pathlib.Path(__file__).parents[2] / "Models" / "demo" / "example.png"
BASE64 = base64.b64encode(PICTURE.read_bytes()).decode()
DATA_URL = f"data:image/png;base64,{BASE64}"
QUESTION = "What is in this image?"
SCHEMA = {
    "type": "object",
    "properties": {"caption": {"type": "string"}, "tags": {"type": "array", "items": {"type": "string"}}},
    "required": ["caption", "tags"],
    "additionalProperties": False,
}
ADDRESS = ""


def native(prompt):
    body = json.dumps({"image": BASE64, "prompt": prompt}).encode()
    request = urllib.request.Request(ADDRESS + "/process_image", body, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)["result"]


def chat_messages(text=QUESTION):
    parts = [{"type": "text", "text": text}, {"type": "image_url", "image_url": {"url": DATA_URL}}]
    return [{"role": "user", "content": parts}]


class Case(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.caption = native("<MORE_DETAILED_CAPTION>")


class OpenAIClient(Case):
    def setUp(self):
        import openai

        self.openai = openai
        self.client = openai.OpenAI(base_url=ADDRESS + "/v1", api_key="any", max_retries=0)

    def test_chat(self):
        answer = self.client.chat.completions.create(model="florence-2", messages=chat_messages())
        self.assertEqual(answer.choices[0].message.content, self.caption)
        self.assertEqual(answer.choices[0].finish_reason, "stop")
        self.assertGreater(answer.usage.total_tokens, 20)

    def test_stream(self):
        stream = self.client.chat.completions.create(
            model="florence-2", messages=chat_messages(), stream=True, stream_options={"include_usage": True})
        chunks = list(stream)
        text = "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices)
        self.assertEqual(text, self.caption)
        self.assertGreater(chunks[-1].usage.total_tokens, 20)

    def test_stream_helper(self):
        with self.client.chat.completions.stream(model="florence-2", messages=chat_messages()) as stream:
            self.assertEqual(stream.get_final_completion().choices[0].message.content, self.caption)

    def test_async(self):
        async def ask():
            client = self.openai.AsyncOpenAI(base_url=ADDRESS + "/v1", api_key="any")
            async with client:
                return await client.chat.completions.create(model="florence-2", messages=chat_messages())

        self.assertEqual(asyncio.run(ask()).choices[0].message.content, self.caption)

    def responses(self, **more):
        content = [{"type": "input_text", "text": QUESTION}, {"type": "input_image", "image_url": DATA_URL}]
        return self.client.responses.create(model="florence-2", input=[{"role": "user", "content": content}], **more)

    def test_responses(self):
        answer = self.responses()
        self.assertEqual(answer.output_text, self.caption)
        self.assertGreater(answer.usage.total_tokens, 20)

    def test_responses_stream(self):
        events = list(self.responses(stream=True))
        self.assertEqual("".join(e.delta for e in events if e.type == "response.output_text.delta"), self.caption)
        self.assertEqual(events[-1].type, "response.completed")

    def test_schema(self):
        form = {"type": "json_schema", "json_schema": {"name": "card", "schema": SCHEMA, "strict": True}}
        answer = self.client.chat.completions.create(
            model="florence-2", messages=chat_messages(), response_format=form)
        card = json.loads(answer.choices[0].message.content)
        self.assertEqual(set(card), {"caption", "tags"})
        self.assertIn(card["caption"], [native("<CAPTION>"), native("<DETAILED_CAPTION>"), self.caption])
        self.assertTrue(all(isinstance(tag, str) and tag for tag in card["tags"]))

    def test_models(self):
        names = [model.id for model in self.client.models.list()]
        self.assertEqual(names[:2], ["demo", "florence-2"])
        self.assertEqual(self.client.models.retrieve("florence-2").id, "florence-2")
        with self.assertRaises(self.openai.NotFoundError):
            self.client.models.retrieve("microsoft/none")

    def test_bad_picture(self):
        messages = chat_messages()
        messages[0]["content"][1]["image_url"]["url"] = "data:image/png;base64,AAAA"
        with self.assertRaises(self.openai.BadRequestError) as caught:
            self.client.chat.completions.create(model="florence-2", messages=messages)
        self.assertIn("picture", caught.exception.body["message"])


class OllamaClient(Case):
    def setUp(self):
        import ollama

        self.ollama = ollama
        self.client = ollama.Client(host=ADDRESS)

    def test_generate(self):
        answer = self.client.generate("florence-2", QUESTION, images=[str(PICTURE)])
        self.assertEqual((answer.response, answer.done_reason, answer["context"]), (self.caption, "stop", []))

    def test_generate_stream(self):
        pieces = list(self.client.generate("florence-2", QUESTION, images=[PICTURE.read_bytes()], stream=True))
        self.assertEqual("".join(piece.response for piece in pieces), self.caption)

    def test_chat(self):
        message = {"role": "user", "content": QUESTION, "images": [BASE64]}
        self.assertEqual(self.client.chat("florence-2", [message]).message.content, self.caption)
        pieces = list(self.client.chat("florence-2", [message], stream=True))
        self.assertEqual("".join(piece.message.content for piece in pieces), self.caption)

    def test_async(self):
        async def ask():
            return await self.ollama.AsyncClient(host=ADDRESS).generate("florence-2", QUESTION, images=[str(PICTURE)])

        self.assertEqual(asyncio.run(ask()).response, self.caption)

    def test_schema(self):
        message = {"role": "user", "content": QUESTION, "images": [BASE64]}
        card = json.loads(self.client.chat("florence-2", [message], format=SCHEMA).message.content)
        self.assertEqual(set(card), {"caption", "tags"})

    def test_lists(self):
        self.assertIn("florence-2:latest", [model.model for model in self.client.list().models])
        self.assertIn("vision", self.client.show("florence-2").capabilities)
        self.client.generate("florence-2", keep_alive="5m")
        self.assertEqual([model.model for model in self.client.ps().models], ["demo:latest"])
        self.client.generate("florence-2", keep_alive=0)
        self.assertEqual(self.client.ps().models, [])
        self.assertEqual(self.client.pull("florence-2").status, "success")
        self.assertEqual([line.status for line in self.client.pull("florence-2", stream=True)][-1], "success")

    def test_errors(self):
        with self.assertRaises(self.ollama.ResponseError) as caught:
            self.client.generate("florence-2", QUESTION, images=["AAAA"])
        self.assertEqual(caught.exception.status_code, 400)
        self.assertIn("picture", caught.exception.error)
        with self.assertRaises(self.ollama.ResponseError):
            self.client.show("llava")


class LangChain(Case):
    def content(self):
        return [{"type": "text", "text": QUESTION}, {"type": "image_url", "image_url": {"url": DATA_URL}}]

    def test_openai(self):
        from langchain_core.messages import HumanMessage
        from langchain_openai import ChatOpenAI

        for responses in (False, True):
            model = ChatOpenAI(
                base_url=ADDRESS + "/v1", api_key="any", model="florence-2", use_responses_api=responses)
            message = HumanMessage(content=self.content())
            self.assertEqual(model.invoke([message]).text.strip(), self.caption)
            self.assertEqual("".join(piece.text for piece in model.stream([message])), self.caption)

    def test_ollama(self):
        from langchain_core.messages import HumanMessage
        from langchain_ollama import ChatOllama

        model = ChatOllama(base_url=ADDRESS, model="florence-2", validate_model_on_init=True)
        message = HumanMessage(content=self.content())
        self.assertEqual(model.invoke([message]).text, self.caption)
        self.assertEqual("".join(piece.text for piece in model.stream([message])), self.caption)


class LiteLLM(Case):
    def ask(self, model, base):
        import litellm

        answer = litellm.completion(model=model, api_base=base, api_key="any", messages=chat_messages())
        return answer.choices[0].message.content

    def test_all(self):
        self.assertEqual(self.ask("openai/florence-2", ADDRESS + "/v1"), self.caption)
        self.assertEqual(self.ask("ollama_chat/florence-2", ADDRESS), self.caption)
        self.assertEqual(self.ask("ollama/florence-2", ADDRESS), self.caption)


class Programs(Case):
    def test_markitdown(self):
        import markitdown
        import openai

        client = openai.OpenAI(base_url=ADDRESS + "/v1", api_key="any")
        reader = markitdown.MarkItDown(llm_client=client, llm_model="florence-2")
        self.assertIn(self.caption, reader.convert(str(PICTURE)).text_content)

    def test_llm(self):
        import llm
        from llm.default_plugins.openai_models import Chat

        model = Chat("florence", model_name="florence-2", api_base=ADDRESS + "/v1", vision=True)
        model.key = "any"
        answer = model.prompt(QUESTION, attachments=[llm.Attachment(path=str(PICTURE))], stream=False)
        self.assertEqual(answer.text(), self.caption)


if __name__ == "__main__":
    ADDRESS = sys.argv.pop(1).rstrip("/")
    # litellm looks for the prices of models on the network otherwise.
    import os

    os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"
    os.environ["LLM_USER_PATH"] = tempfile.mkdtemp()
    unittest.main(warnings="ignore")
