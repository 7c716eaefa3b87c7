"""The official Python client of the Model Context Protocol against a running server with the demo model, over HTTP and
over vision-client mcp.

Usage: python mcp_clients.py http://127.0.0.1:PORT [VISION_CLIENT]
"""

import asyncio
import base64
import contextlib
import json
import os
import pathlib
import sys
import unittest
import urllib.request

from mcp import ClientSession, MCPError, StdioServerParameters
from mcp.client.client import Client
from mcp.client.stdio import stdio_client
from mcp.client.streamable_http import streamable_http_client

ROOT = pathlib.Path(__file__).parents[2]
PICTURE = ROOT / "Models" / "demo" / "example.png"
BASE64 = base64.b64encode(PICTURE.read_bytes()).decode()
TOOLS = ["caption", "tags", "read_text", "detect", "describe"]
ADDRESS = ""
PROGRAM = str(ROOT / ".build" / "release" / "vision-client")


def native(prompt):
    body = json.dumps({"image": BASE64, "prompt": prompt}).encode()
    request = urllib.request.Request(ADDRESS + "/process_image", body, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)["result"]


def text(result, is_error=False):
    assert bool(result.is_error) == is_error, result
    return result.content[0].text


def http():
    return streamable_http_client(ADDRESS + "/mcp")


def stdio(*arguments):
    environment = dict(os.environ, VISION_HOST=ADDRESS)
    return stdio_client(StdioServerParameters(command=PROGRAM, args=["mcp", *arguments], env=environment))


@contextlib.asynccontextmanager
async def handshake(transport):
    """A session as clients before 2026 begin it."""
    async with transport as (reader, writer, *_), ClientSession(reader, writer) as session:
        yield session, await session.initialize()


class Clients(unittest.IsolatedAsyncioTestCase):
    async def check_tools(self, session):
        self.assertEqual(text(await session.call_tool("caption", {"image": BASE64})), native("<MORE_DETAILED_CAPTION>"))
        brief = await session.call_tool("caption", {"image": BASE64, "detail": "brief"})
        self.assertEqual(text(brief), native("<CAPTION>"))
        url = await session.call_tool("tags", {"image": "data:image/png;base64," + BASE64})
        self.assertEqual(text(url), native("<GENERATE_TAGS>"))
        self.assertEqual(text(await session.call_tool("read_text", {"image": BASE64})), native("<OCR>"))
        self.assertEqual(json.loads(text(await session.call_tool("detect", {"image": BASE64}))), native("<OD>"))
        phrase = await session.call_tool("detect", {"image": BASE64, "phrase": "a green heart"})
        self.assertEqual(json.loads(text(phrase)), native("<CAPTION_TO_PHRASE_GROUNDING>a green heart"))
        task = await session.call_tool("describe", {"image": BASE64, "task": "DENSE_REGION_CAPTION"})
        self.assertEqual(json.loads(text(task)), native("<DENSE_REGION_CAPTION>"))

    async def check_errors(self, session):
        self.assertIn("picture", text(await session.call_tool("caption", {"image": BASE64[:200]}), is_error=True))
        self.assertIn("image", text(await session.call_tool("caption", {}), is_error=True))
        with self.assertRaises(MCPError) as raised:
            await session.call_tool("nonsense", {})
        self.assertEqual(raised.exception.error.code, -32602)

    async def check_progress(self, session):
        told = []

        async def hear(progress, total, message):
            told.append((progress, message))

        answer = await session.call_tool("caption", {"image": BASE64}, progress_callback=hear)
        self.assertEqual(text(answer), native("<MORE_DETAILED_CAPTION>"))
        self.assertIn("The model looks at the picture.", [message for _, message in told])
        self.assertEqual([progress for progress, _ in told], list(range(1, len(told) + 1)))

    async def check(self, session, tools=TOOLS):
        listed = await session.list_tools()
        self.assertEqual([tool.name for tool in listed.tools], tools)
        await self.check_tools(session)
        await self.check_errors(session)
        await self.check_progress(session)
        answers = await asyncio.gather(*(session.call_tool("caption", {"image": BASE64}) for _ in range(5)))
        self.assertEqual({text(answer) for answer in answers}, {native("<MORE_DETAILED_CAPTION>")})

    async def test_http_handshake(self):
        async with handshake(http()) as (session, hello):
            self.assertEqual(hello.protocol_version, "2025-11-25")
            self.assertEqual(hello.server_info.name, "florence2-visionapi")
            await self.check(session)

    async def test_http_discover(self):
        async with Client(ADDRESS + "/mcp") as client:
            self.assertEqual(client.protocol_version, "2026-07-28")
            await self.check(client)

    async def test_stdio_handshake(self):
        async with handshake(stdio()) as (session, hello):
            self.assertEqual(hello.protocol_version, "2025-11-25")
            await self.check(session)
            self.assertIn("--root", text(await session.call_tool("caption", {"image": str(PICTURE)}), is_error=True))

    async def test_stdio_discover(self):
        async with Client(stdio()) as client:
            self.assertEqual(client.protocol_version, "2026-07-28")
            await self.check(client)

    async def test_stdio_files(self):
        async with handshake(stdio("--root", str(PICTURE.parent))) as (session, _):
            await self.check(session, TOOLS + ["list_pictures"])
            for path in ["example.png", str(PICTURE), PICTURE.as_uri()]:
                answer = text(await session.call_tool("caption", {"image": path}))
                self.assertEqual(answer, native("<MORE_DETAILED_CAPTION>"))
            self.assertIn(str(PICTURE), text(await session.call_tool("list_pictures", {})))
            for path in ["../../README.md", "/etc/passwd", str(ROOT / "README.md")]:
                self.assertIn("--root", text(await session.call_tool("caption", {"image": path}), is_error=True))


if __name__ == "__main__":
    ADDRESS = sys.argv.pop(1)
    if len(sys.argv) > 1 and os.path.exists(sys.argv[1]):
        PROGRAM = sys.argv.pop(1)
    unittest.main()
