"""Questions and answers: what is asked, how the answer appears, and what can be done with it."""

import base64
import json
import tempfile
import xml.etree.ElementTree
from pathlib import Path

from playwright.sync_api import expect

from rig import EXAMPLE, SENTENCE, ask, check, choose, choose_tasks, named, result
from servers import LONGEST, StandIn


@check
def caption_and_boxes(rig, server):
    """A picture gets its caption, and boxes where its objects are, joined with their labels"""
    with rig.page(server) as page:
        choose(page, EXAMPLE)
        choose_tasks(page, "<CAPTION>", "<OD>")
        ask(page)
        expect(page.locator(".words", has_text=SENTENCE)).to_be_visible()
        expect(page.locator("#said")).to_contain_text(SENTENCE)
        expect(page.locator("#said")).to_contain_text("4 places: square, square, heart, cross")
        labels = page.locator(".places .label")
        expect(labels).to_have_text(["square", "square", "heart", "cross"])
        marks = page.locator(".mark .shape")
        expect(marks).to_have_count(4)
        image = page.locator(".picture img").bounding_box()
        boxes = server.process_image(EXAMPLE, "<OD>")["result"]["bboxes"]
        drawn = [mark.bounding_box() for mark in marks.all()]
        for x1, y1, x2, y2 in boxes:
            scale = image["width"] / 640
            expected = (image["x"] + x1 * scale, image["y"] + y1 * scale, (x2 - x1) * scale, (y2 - y1) * scale)
            assert any(all(abs(a - b) < 4 for a, b in zip(expected, (box["x"], box["y"], box["width"], box["height"])))
                       for box in drawn), (expected, drawn)
        heart = page.locator(".places button", has_text="heart")
        heart.hover()
        expect(page.locator(".mark.lit text")).to_have_text("heart")
        page.mouse.move(0, 0)
        expect(page.locator(".mark.lit")).to_have_count(0)
        page.locator(".mark", has_text="cross").hover(position={"x": 3, "y": 30})
        expect(page.locator(".places button.lit")).to_contain_text("cross")
        page.mouse.move(0, 0)
        heart.focus()
        expect(page.locator(".mark.lit text")).to_have_text("heart")
        page.locator("h1").click()
        page.get_by_role("button", name="Hide on the picture: Objects").click()
        expect(page.locator(".mark")).to_have_count(0)


@check
def quads_and_polygons(rig, server):
    """Quads, polygons with several parts and damaged places are drawn as they should be"""
    with StandIn(server) as stand_in, rig.page(stand_in) as page:
        stand_in.answer(result({
            "<OCR_WITH_REGION>": {"quad_boxes": [[400, 10, 520, 12, 518, 70, 398, 66], [1, 2], "x"],
                                  "labels": ["FISH"]},
            "<REFERRING_EXPRESSION_SEGMENTATION>a heart": {
                "polygons": [[[400, 140, 570, 140, 490, 300], [372, 330, 470, 330, 470, 410]], [[1, 2]]],
                "labels": ["", ""]},
        }))  # fmt: skip
        choose(page, EXAMPLE)
        choose_tasks(page, "<OCR_WITH_REGION>", "<REFERRING_EXPRESSION_SEGMENTATION>")
        page.locator("#phrase").fill("a heart")
        ask(page)
        expect(page.locator(".places .label")).to_have_text(["FISH", "Place 1"])
        expect(page.locator(".mark .shape")).to_have_attribute("d", "M400 10L520 12L518 70L398 66Z")
        page.get_by_role("button", name="Show on the picture: Outline of a thing: a heart").click()
        expect(page.locator(".mark .shape")).to_have_attribute(
            "d", "M400 140L570 140L490 300ZM372 330L470 330L470 410Z")
        rig.shot(page, "polygons")


@check
def copy_and_download(rig, server):
    """Answers can be copied, and downloaded as .txt, .jsonl and .svg"""
    with rig.page(server, permissions=["clipboard-read", "clipboard-write"]) as page:
        choose(page, named('a "b" & c.png'), named("second.png"))
        choose_tasks(page, "<CAPTION>", "<OD>")
        ask(page)
        expect(page.locator(".mark")).to_have_count(8)
        card = page.locator(".card").first
        card.get_by_role("button", name="Copy: Caption").click()
        expect(page.locator("#said")).to_have_text("Copied.")
        assert page.evaluate("navigator.clipboard.readText()") == SENTENCE

        def download(button):
            with page.expect_download() as started:
                button.click()
            return started.value.suggested_filename, Path(started.value.path()).read_text()

        name, text = download(card.get_by_role("button", name="Download as .txt"))
        assert name.endswith(".txt"), name
        assert text.startswith(f"Caption\n{SENTENCE}\n\nObjects\nsquare\t26 106 205 288\n"), text
        _, line = download(card.get_by_role("button", name="Download as .jsonl"))
        line = json.loads(line)
        assert line["file"] == 'a "b" & c.png' and line["results"]["<CAPTION>"] == SENTENCE, line
        assert len(line["results"]["<OD>"]["bboxes"]) == 4
        _, drawing = download(card.get_by_role("button", name="Download as .svg"))
        drawing = xml.etree.ElementTree.fromstring(drawing)
        tags = [node.tag.split("}")[1] for node in drawing]
        assert tags.count("path") == tags.count("text") == 4 and tags.count("image") == 1, tags
        assert drawing.find("{*}image").get("href").startswith("data:image/png;base64,")
        assert drawing.find("{*}title").text == 'a "b" & c.png'
        _, lines = download(page.locator("#lines-all"))
        assert [json.loads(line)["file"] for line in lines.splitlines()] == ['a "b" & c.png', "second.png"]
        _, text = download(page.locator("#text-all"))
        assert text.count(SENTENCE) == 2


@check
def more_tasks_later(rig, server):
    """A task that is chosen later is asked alone, and what is answered is not asked again"""
    with StandIn(server) as stand_in, rig.page(stand_in) as page:
        stand_in.answer(result({"<CAPTION>": "A fish."}))
        stand_in.answer(result({"<OCR>": "FISH"}))
        choose(page, EXAMPLE)
        choose_tasks(page, "<CAPTION>")
        ask(page)
        expect(page.locator(".words", has_text="A fish.")).to_be_visible()
        ask(page)
        expect(page.locator("#notice")).to_have_text("All of that is answered already.")
        choose_tasks(page, "<CAPTION>", "<OCR>")
        ask(page)
        expect(page.locator(".words")).to_have_text(["A fish.", "FISH"])
        assert [asked["prompt"] for asked in stand_in.asked] == [["<CAPTION>"], ["<OCR>"]]
        assert base64.b64decode(stand_in.asked[1]["image"]) == EXAMPLE.read_bytes()


@check
def named_things_and_parts(rig, server):
    """What is to be found, and a part of the picture, go into the prompt; what is missing is asked for"""
    prompts = ["<OPEN_VOCABULARY_DETECTION>a heart", "<REGION_TO_CATEGORY><loc_0><loc_0><loc_500><loc_999>"]
    with StandIn(server) as stand_in, rig.page(stand_in) as page:
        stand_in.answer(result(dict.fromkeys(prompts, "heart")))
        choose(page, EXAMPLE)
        choose_tasks(page, "<OPEN_VOCABULARY_DETECTION>", "<REGION_TO_CATEGORY>")
        ask(page)
        expect(page.locator("#notice")).to_have_text("Say what to find.")
        expect(page.locator("#phrase")).to_be_focused()
        page.locator("#phrase").fill("a heart")
        page.locator("#right").fill("101")
        ask(page)
        expect(page.locator("#right")).to_be_focused()
        page.locator("#right").fill("50")
        ask(page)
        expect(page.locator(".answer h4")).to_have_text(["A thing: a heart", "What it is: 0 %, 0 %, 50 %, 100 %"])
        expect(page.locator(".words", has_text="heart")).to_have_count(2)
        assert [asked["prompt"] for asked in stand_in.asked] == [prompts], stand_in.asked[0]["prompt"]


@check
def text_grows(rig, server):
    """Who waits is told how many are in front, and text appears as it comes"""
    with StandIn(server) as stand_in, rig.page(stand_in) as page:
        stand_in.answer(("queued", {"ahead": 2}), 1, ("queued", {"ahead": 0}), 1, ("started", {}), 1,
                        ("text", {"index": 0, "text": "A cat"}), 1, ("text", {"index": 0, "text": " on a mat."}), 1,
                        result({"<CAPTION>": "A cat on a mat."}))  # fmt: skip
        choose(page, EXAMPLE)
        choose_tasks(page, "<CAPTION>")
        ask(page)
        state, words = page.locator(".card .top p"), page.locator(".words")
        expect(state).to_have_text("2 requests are in front of it.")
        for place, text in (("It is next.", ""), ("The model looks at it.", ""), ("The model writes.", "A cat"),
                            ("The model writes.", "A cat on a mat.")):
            stand_in.go_on()
            expect(state).to_have_text(place)
            expect(words).to_have_text(text)
        expect(page.locator("#said")).not_to_contain_text("mat")
        stand_in.go_on()
        expect(state).to_contain_text("answered in")
        expect(page.locator("#said")).to_contain_text("A cat on a mat.")


@check
def busy_server(rig, server):
    """A busy server is asked again; an error in the middle, a cut and nonsense are sentences"""
    with StandIn(server) as stand_in, rig.page(stand_in, expects_refusals=True) as page:
        busy = {"code": "queue_full", "detail": "64 requests wait already."}
        stand_in.refuse(503, busy, **{"Retry-After": "3"})
        stopping = {"detail": "The server is stopping.", "code": "stopping", "status": 503}
        stand_in.answer(("started", {}), ("text", {"index": 0, "text": "half"}), ("error", stopping))
        choose(page, EXAMPLE)
        choose_tasks(page, "<CAPTION>")
        ask(page)
        expect(page.locator(".card .top p")).to_have_text("64 requests wait already. It is tried again in 3 s.")
        error = page.locator(".error:not([hidden])")
        expect(error).to_have_text("The server is stopping.")
        expect(page.locator(".words")).to_have_count(0)
        for broken, sentence in (
            ([("started", {})], "The connection has ended before the answer was complete."),
            ((502, {"Content-Type": "text/html"}, "<html>"), "The server answered with status 502."),
        ):
            stand_in.answers.put(broken)
            page.get_by_role("button", name="Try again").click()
            expect(error).to_have_text(sentence)
        stand_in.answer(result({"<CAPTION>": "At last."}))
        page.get_by_role("button", name="Try again").click()
        expect(page.locator(".words")).to_have_text("At last.")
        expect(error).to_have_count(0)


@check
def stopped(rig, server):
    """Stop closes the connection, so that the server drops the request"""
    with StandIn(server) as stand_in, rig.page(stand_in) as page:
        stand_in.answer(("started", {}), ("text", {"index": 0, "text": "A long"}), 1)
        choose(page, EXAMPLE)
        choose_tasks(page, "<CAPTION>")
        ask(page)
        expect(page.locator(".words")).to_have_text("A long")
        page.get_by_role("button", name="Stop example.png").click()
        expect(page.locator(".error:not([hidden])")).to_have_text("Stopped.")
        assert stand_in.left.wait(LONGEST), "The connection was not closed."


@check
def folder(rig, server):
    """A folder's pictures come in the order of their numbers, two at a time; other files are left out"""
    with tempfile.TemporaryDirectory() as path, StandIn(server) as stand_in, rig.page(stand_in) as page:
        for name in ("10.png", "9.png", "inner/1.png", "inner/2.png", ".hidden.png", "notes.txt"):
            file = Path(path, "album", name)
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(EXAMPLE.read_bytes())
        page.locator("#folder").set_input_files(str(Path(path, "album")))
        expect(page.locator(".card h3")).to_have_text(
            ["album/9.png", "album/10.png", "album/inner/1.png", "album/inner/2.png"])
        expect(page.locator("#answers-title")).to_contain_text("2 other files are left out.")
        for _ in range(4):
            stand_in.answer(("started", {}), 1, result({"<CAPTION>": "Yes."}))
        choose_tasks(page, "<CAPTION>")
        ask(page)
        expect(page.locator("#answers-title")).to_contain_text("0 of 4 done.")
        expect(page.locator(".card .top p", has_text="The model looks at it.")).to_have_count(2)
        expect(page.locator(".card .top p", has_text="Waits for its turn.")).to_have_count(2)
        for done in range(1, 5):
            stand_in.go_on()
            expect(page.locator(".words", has_text="Yes.")).to_have_count(done)
        assert stand_in.most_at_once == 2, stand_in.most_at_once
