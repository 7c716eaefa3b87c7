"""The browser, what is watched in it, and what the checks share."""

import contextlib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = ROOT / "Models/demo/example.png"
SENTENCE = 'a red square, a brown square and a green heart plus an orange cross with the word "FISH"'
CHECKS = []


def check(function):
    CHECKS.append(function)
    return function


class Rig:
    """The browser, the servers, and what the pages have done that they must not."""

    def __init__(self, browser, program, shots):
        self.browser = browser
        self.program = program
        self.shots = shots
        self.wrong = []

    @contextlib.contextmanager
    def page(self, server, expects_refusals=False, **options):
        """A page in a window of its own; whatever it asks, and says on its console, is watched."""
        context = self.browser.new_context(**{"viewport": {"width": 1200, "height": 860}, **options})
        context.set_default_timeout(20_000)
        page = context.new_page()
        own = (server.url + "/", "blob:", "data:")
        page.on("request", lambda request: self.look(request.url.startswith(own), request.url))
        page.on("pageerror", lambda error: self.look(False, f"error: {error}"))
        page.on("dialog", lambda dialog: (self.look(False, f"dialog: {dialog.message}"), dialog.dismiss()))

        def said(message):
            is_refusal = message.text.startswith("Failed to load resource")
            self.look(message.type != "error" or (expects_refusals and is_refusal), f"console: {message.text}")

        page.on("console", said)
        page.goto(server.url + "/")
        yield page
        context.close()

    def look(self, is_right, what):
        if not is_right:
            self.wrong.append(what)

    def shot(self, page, name, **options):
        page.mouse.move(0, 0)
        page.screenshot(path=self.shots / f"{name}.png", animations="disabled", **options)


def choose_tasks(page, *prompts):
    """These, and no others."""
    page.locator("#tasks input[type=checkbox]").first.wait_for(state="attached")
    for box in page.locator("#tasks input[type=checkbox]").all():
        wanted = box.get_attribute("value") in prompts
        if box.is_checked() != wanted:
            box.evaluate("""box => {
                for (let part = box; part; part = part.parentElement.closest('details')) part.open = true;
            }""")
            box.set_checked(wanted)


def choose(page, *files):
    page.locator("#files").set_input_files([str(file) if isinstance(file, Path) else file for file in files])


def ask(page):
    page.locator("#go").click()


def named(name, path=EXAMPLE):
    return {"name": name, "mimeType": "image/png", "buffer": path.read_bytes()}


def details(*prompts):
    return [{"prompt": prompt, "finish_reason": "stop"} for prompt in prompts]


def result(answers):
    return ("result", {"results": answers, "details": details(*answers)})
