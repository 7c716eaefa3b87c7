"""What must not happen: keys that get out, names that become markup, errors without a sentence."""

import re

from playwright.sync_api import expect

from rig import EXAMPLE, SENTENCE, ask, check, choose, choose_tasks, named, result
from servers import Server, StandIn

KEY = "key-of-the-page"


@check
def hostile_names(rig, server):
    """A name or an answer that looks like HTML stays text, and no script but the page's own runs"""
    name = "<img src=x onerror=alert(1)>.png"
    label = "</li><script>alert(2)</script>"
    with StandIn(server) as stand_in, rig.page(stand_in) as page:
        stand_in.answer(("started", {}), ("text", {"index": 0, "text": "<b onclick=alert(3)>bold</b>"}),
                        result({"<CAPTION>": "<b onclick=alert(3)>bold</b>",
                                "<OD>": {"bboxes": [[0, 0, 320, 240]], "labels": [label]}}))  # fmt: skip
        choose(page, named(name))
        choose_tasks(page, "<CAPTION>", "<OD>")
        ask(page)
        expect(page.locator(".card h3")).to_have_text(name)
        expect(page.locator(".places .label")).to_have_text([label])
        expect(page.locator(".mark text")).to_have_text("1")
        expect(page.locator(".words").first).to_have_text("<b onclick=alert(3)>bold</b>")
        assert page.locator("main img").count() == 1 and page.locator("main b, .card script").count() == 0
    # What the page never does is refused by the browser, too.
    with rig.page(server) as page:
        before = list(rig.wrong)
        ran = page.evaluate("""() => {
            const added = name => document.body.appendChild(document.createElement(name));
            const tried = [
                () => { document.body.innerHTML = '<img src=x onerror="window.ran = 1">'; },
                () => { added('script').text = 'window.ran = 2'; },
                () => { added('script').append('window.ran = 3'); },
                () => { added('button').setAttribute('onclick', 'window.ran = 4'); document.body.lastChild.click(); },
            ];
            for (const attempt of tried) try { attempt(); } catch { /* as it should be */ }
            return window.ran ?? null;
        }""")
        rig.wrong[:] = before
        assert ran is None, ran


@check
def broken_file(rig, server):
    """A file that is no picture gets the server's sentence, and what the browser cannot show a stand-in"""
    with rig.page(server, expects_refusals=True) as page:
        choose(page, {"name": "broken.png", "mimeType": "image/png", "buffer": EXAMPLE.read_bytes()[:2000]})
        choose_tasks(page, "<CAPTION>")
        ask(page)
        expect(page.locator(".error:not([hidden])")).to_have_text(re.compile(r"^[A-Z].{20,}\.$"))
        expect(page.get_by_role("button", name="Try again broken.png")).to_be_visible()
        choose(page, {"name": "photo.heic", "mimeType": "image/heic", "buffer": b"\0\0\0\x18ftypheic" + bytes(64)})
        expect(page.locator(".stand-in")).to_contain_text("This browser cannot show the picture.")
        rig.shot(page, "error")


@check
def key_field(rig, server):
    """A server with keys asks for one; a wrong one is told; it is kept in the tab alone"""
    with Server(rig.program, VISION_SERVER_API_KEYS=KEY) as guarded, rig.page(guarded, expects_refusals=True) as page:
        field = page.get_by_label("This server wants a key.")
        expect(field).to_be_focused()
        rig.shot(page, "key")
        field.fill("wrong")
        page.keyboard.press("Enter")
        expect(page.locator("#key-sentence")).to_contain_text("The key is not one of this server's.")
        page.locator("#key-field").fill(KEY)
        page.keyboard.press("Enter")
        expect(page.locator("#key")).to_be_hidden()
        choose(page, EXAMPLE)
        choose_tasks(page, "<CAPTION>")
        ask(page)
        expect(page.locator(".words", has_text=SENTENCE)).to_be_visible()
        kept = page.evaluate(
            "[sessionStorage.getItem('key'), JSON.stringify(localStorage), document.cookie, location.href]")
        assert kept[0] == KEY and not any(KEY in text for text in kept[1:]), kept
        page.reload()
        expect(page.locator("#model-name")).to_have_text("demo")
        page.get_by_role("button", name="Forget the key").click()
        expect(page.locator("#key")).to_be_visible()
        assert page.evaluate("sessionStorage.getItem('key')") is None
