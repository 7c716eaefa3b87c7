"""The page itself: what it shows, how it is used, and how it looks."""

import json
import re

from playwright.sync_api import expect

from rig import EXAMPLE, ROOT, ask, check, choose, choose_tasks, named
from servers import StandIn


@check
def page_loads(rig, server):
    """The page appears, with the model's state and the server's tasks"""
    with rig.page(server) as page:
        expect(page.locator("#model-name")).to_have_text("demo")
        expect(page.locator("#tasks input[type=checkbox]")).to_have_count(len(server.json("/status")["prompts"]))
        nameless = page.evaluate("""() => [...document.querySelectorAll('button, input, progress, section')]
            .filter(node => node.checkVisibility() && !node.labels?.length && !node.textContent.trim()
                && !node.ariaLabel && !node.getAttribute('aria-labelledby')).map(node => node.outerHTML)""")
        assert nameless == [], nameless
        expect(page.locator("#empty")).to_be_visible()
        rig.shot(page, "empty")


@check
def load_and_unload(rig, server):
    """The model can be loaded and unloaded, and its time runs down"""
    with rig.page(server) as page:
        if server.json("/status")["state"] == "idle":
            page.get_by_role("button", name="Unload").click()
        expect(page.locator("#model-sentence")).to_have_text("Not loaded. The first picture loads it.")
        page.get_by_role("button", name="Load").click()
        expect(page.locator("#model-sentence")).to_have_text(re.compile(r"^Loaded\. Unloads in [45]:\d\d\.$"))
        assert server.json("/status")["state"] == "idle"
        expect(page.get_by_role("button", name="Unload")).to_be_focused()
        first = page.locator("#model-sentence").text_content()
        expect(page.locator("#model-sentence")).not_to_have_text(first)
        page.get_by_role("button", name="Unload").click()
        expect(page.locator("#model-sentence")).to_have_text("Not loaded. The first picture loads it.")
        assert server.json("/status")["state"] == "unloaded"


@check
def states_of_the_model(rig, server):
    """A download, a failure, a queue and a server that stops or is away are said in words"""
    status = server.json("/status")
    with StandIn(server) as stand_in:
        for changes, sentence in (
            ({"state": "downloading", "download": {"bytes_done": 1_200_000_000, "bytes_total": 3_300_000_000,
                                                   "seconds_left": 240}},
             "Downloading: 1.2 GB of 3.3 GB, 4 minutes left."),
            ({"state": "failed", "failure": "The disk is full."}, "The disk is full."),
            ({"state": "busy", "queue": {**status["queue"], "waiting": 3}}, "Working. 3 requests wait."),
            ({"state": "loading"}, "Loading …"),
            ({"state": "idle", "unloads_in_seconds": None}, "Loaded."),
            ({"state": "idle", "unloads_in_seconds": 3725.2}, re.compile(r"^Loaded\. Unloads in 1:02:0\d\.$")),
            ({"stopping": True}, "The server is stopping."),
        ):
            stand_in.files["/status"] = json.dumps({**status, **changes}).encode()
            with rig.page(stand_in) as page:
                expect(page.locator("#model-sentence")).to_have_text(sentence)
                is_downloading = changes.get("state") == "downloading"
                expect(page.locator("#download")).to_be_visible(visible=is_downloading)
                if is_downloading:
                    assert page.locator("#download").evaluate("node => node.position") > 0.3
        stand_in.files["/status"] = None
        with rig.page(stand_in, expects_refusals=True) as page:
            expect(page.locator("#model-sentence")).to_have_text("The server answered with status 404.")


@check
def keyboard_only(rig, server):
    """Everything can be done with the keyboard, and where it is can be seen"""
    with rig.page(server) as page:
        # Playwright takes a while to be in the browser's way, and does not wait for it.
        page.on("filechooser", lambda _: None)
        choose_tasks(page, "<OD>")
        page.locator("h1").click()

        def walk(to):
            for _ in range(60):
                page.keyboard.press("Tab")
                outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
                assert outline != "none", page.evaluate("document.activeElement.outerHTML")
                if page.evaluate("query => document.activeElement.matches(query)", to):
                    return
            raise AssertionError(f"Tab does not lead to {to}")

        walk("#choose")
        with page.expect_file_chooser() as chooser:
            page.keyboard.press("Enter")
        chooser.value.set_files(str(EXAMPLE))
        walk('input[value="<CAPTION>"]')
        page.keyboard.press("Space")
        page.keyboard.press("Control+Enter")
        expect(page.locator(".mark")).to_have_count(4)
        walk(".places button")
        expect(page.locator(".mark.lit text")).to_have_text("square")
        page.keyboard.press("Space")
        expect(page.locator(".places button[aria-pressed=true]")).to_have_count(1)
        rig.shot(page, "keyboard")
        page.keyboard.press("Tab")
        page.locator(".actions button", has_text="Remove").focus()
        page.keyboard.press("Enter")
        expect(page.locator(".card")).to_have_count(0)
        expect(page.locator("#choose")).to_be_focused()


@check
def drop_and_paste(rig, server):
    """Pictures can be dropped and pasted"""
    with rig.page(server) as page:
        data = list(EXAMPLE.read_bytes())
        for event, name in (("drop", "dropped.png"), ("paste", "image.png")):
            page.evaluate("""([event, name, data]) => {
                const transfer = new DataTransfer();
                transfer.items.add(new File([new Uint8Array(data)], name, { type: 'image/png' }));
                document.body.dispatchEvent(event === 'drop'
                    ? new DragEvent('drop', { dataTransfer: transfer, bubbles: true, cancelable: true })
                    : new ClipboardEvent('paste', { clipboardData: transfer, bubbles: true, cancelable: true }));
            }""", [event, name, data])  # fmt: skip
        expect(page.locator(".card h3")).to_have_text(["dropped.png", "pasted-1.png"])


@check
def looks(rig, server):
    """Light and dark, desktop and phone: nothing is wider than the window, and nothing blinks for who wants rest"""
    windows = {"desktop": {"viewport": {"width": 1200, "height": 860}},
               "phone": {"viewport": {"width": 360, "height": 740}, "device_scale_factor": 2, "has_touch": True}}
    for name, window in windows.items():
        for scheme in ("light", "dark"):
            with rig.page(server, color_scheme=scheme, reduced_motion="reduce", **window) as page:
                choose(page, named("example.png"), named("a-very-" + "long-" * 40 + "name.png"))
                choose_tasks(page, "<CAPTION>", "<OD>")
                ask(page)
                expect(page.locator(".mark")).to_have_count(8)
                wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
                assert wide <= 0, f"{name}: {wide} pixels too wide"
                moving = page.evaluate("document.getAnimations().length")
                assert moving == 0, f"{moving} animations"
                ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
                is_dark = int(re.search(r"\d+", ground)[0]) < 128
                assert is_dark == (scheme == "dark"), ground
                page.evaluate("scrollTo(0, 0)")
                rig.shot(page, f"{name}-{scheme}")
                if name == "phone":
                    rig.shot(page, f"{name}-{scheme}-whole", full_page=True)


def draw(rig, server):
    """The picture in README."""
    with rig.page(server, color_scheme="light", viewport={"width": 1200, "height": 700}) as page:
        choose(page, EXAMPLE)
        choose_tasks(page, "<DETAILED_CAPTION>", "<OD>")
        page.locator("summary", has_text="Find").first.click()
        ask(page)
        expect(page.locator(".mark")).to_have_count(4)
        page.evaluate("scrollTo(0, 0)")
        page.mouse.move(0, 0)
        page.screenshot(path=ROOT / "docs/page.png", animations="disabled")
