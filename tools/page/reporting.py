"""The page that `vision-client folder --report` writes, opened from the disk as people open it."""

import contextlib
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

from playwright.sync_api import expect

from rig import EXAMPLE, SENTENCE, check
from servers import LONGEST

HOSTILE = ["<script>alert(1)<∕script>.png", "\"onerror='alert(1)'.png", "rtl \u202egnp.exe.png", "emoji 👩‍👩‍👧.png"]


@contextlib.contextmanager
def report(rig, server, tasks="CAPTION", extensions="txt", count=30):
    """A folder with pictures good and bad, captioned with a report: the folder, and what the run says."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "an <album>"
        (folder / "sub").mkdir(parents=True)
        for picture in [*HOSTILE, *(f"sub/picture {number}.png" for number in range(count))]:
            shutil.copy(EXAMPLE, folder / picture)
        for number in range(3):
            (folder / f"broken {number}.jpg").write_bytes(b"no picture")
        (folder / "sub/picture 0.txt").write_text("</article><script>alert(2)</script> a caption of before\n")
        (folder / "sub/picture 1.txt").write_text(SENTENCE.replace("red", "blue") + "\n")
        yield folder, caption(rig, server, folder, tasks, extensions)


def caption(rig, server, folder, tasks="CAPTION", extensions="txt"):
    client = Path(rig.program).with_name("vision-client")
    command = [client, "folder", tasks, extensions, folder, "--server", server.url, "--report", folder / "report.html"]
    return subprocess.run(command, capture_output=True, text=True, timeout=LONGEST, check=False)


@contextlib.contextmanager
def opened(rig, folder, **options):
    """The report in a window of its own; whatever it asks, and says on its console, is watched."""
    context = rig.browser.new_context(**{"viewport": {"width": 1200, "height": 860}, **options})
    context.set_default_timeout(20_000)
    page = context.new_page()
    url = (folder / "report.html").as_uri()
    page.on("request", lambda request: rig.look(request.url == url or request.url.startswith("data:"), request.url))
    page.on("pageerror", lambda error: rig.look(False, f"error: {error}"))
    page.on("dialog", lambda dialog: (rig.look(False, f"dialog: {dialog.message}"), dialog.dismiss()))
    page.on("console", lambda message: rig.look(False, f"console: {message.text}"))
    page.goto(url)
    yield page
    context.close()


@check
def report_of_folder(rig, server):
    """A report shows thumbnails, captions, figures and failures, and nothing in it runs or asks for anything"""
    with report(rig, server) as (folder, run):
        assert run.returncode == 1, run.stderr
        with opened(rig, folder) as page:
            expect(page).to_have_title("Captions of an <album>")
            tiles = ("pictures\\s*37", "captioned\\s*32", "captioned before\\s*2", "failed\\s*3")
            expect(page.locator(".tile")).to_have_text([re.compile(text) for text in tiles])
            expect(page.locator("article")).to_have_count(34)
            expect(page.locator("section.bad .names li")).to_have_text([f"broken {number}.jpg" for number in range(3)])
            sizes = page.locator("article img").evaluate_all(
                "images => images.map(image => Math.max(image.naturalWidth, image.naturalHeight))")
            assert len(sizes) == 32 and 0 < min(sizes) and max(sizes) <= 160, sizes
            expect(page.locator("article", has_text="a caption of before")).to_contain_text("</article><script>")
            expect(page.locator("script")).to_have_count(0)
            assert page.locator("article h3 bdi").all_inner_texts()[0] == "\"onerror='alert(1)'.png"
            assert "\u202e" not in page.content()
            expect(page.locator(".histogram li i").first).to_be_visible()
            expect(page.locator(".terms li", has_text="heart")).to_contain_text("97")
            group = page.locator(".groups > li", has_text="32×").first
            expect(group).to_contain_text("and 20 more")
            expect(page.locator("mark")).to_have_text(["blue"])
            link = group.locator("a").first
            link.click()
            target = page.locator(link.get_attribute("href"))
            expect(target).to_be_in_viewport()
            expect(target.locator(".caption")).to_have_text(SENTENCE)


@check
def report_of_second_run(rig, server):
    """A run that goes on keeps the thumbnails of the report that it replaces, and a foreign page is left alone"""
    with report(rig, server, count=4) as (folder, _):
        for path in folder.glob("broken*"):
            path.unlink()
        run = caption(rig, server, folder)
        assert run.returncode == 0, run.stderr
        with opened(rig, folder) as page:
            expect(page.locator("article em")).to_have_count(8)
            expect(page.locator("article img")).to_have_count(6)
            expect(page.locator("section", has_text="Pictures").last).to_contain_text(
                "2 of these pictures have no thumbnail: thumbnails come from the server with the captions")
            rig.shot(page, "report-again", full_page=True)
            expect(page.locator("section.bad")).to_have_count(0)
        (folder / "report.html").write_text("<!doctype html><p>mine")
        run = caption(rig, server, folder)
        assert run.returncode == 1 and "something else than a report" in run.stderr, run.stderr


@check
def report_looks(rig, server):
    """The report by day and by night, on a desktop, a phone and paper; nothing is too wide, all of it has names"""
    windows = {"desktop": {"viewport": {"width": 1280, "height": 860}},
               "phone": {"viewport": {"width": 360, "height": 740}, "device_scale_factor": 2, "has_touch": True}}
    with report(rig, server, "CAPTION,GENERATE_TAGS", "txt,tags") as (folder, _):
        for name, window in windows.items():
            for scheme in ("light", "dark"):
                with opened(rig, folder, color_scheme=scheme, **window) as page:
                    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
                    assert wide <= 0, f"{name}: {wide} pixels too wide"
                    ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
                    assert ground == {"light": "rgb(250, 250, 248)", "dark": "rgb(19, 20, 22)"}[scheme], ground
                    expect(page.get_by_role("heading", level=2)).to_contain_text(
                        ["Failed", "Lengths of CAPTION", "Words of CAPTION", "Lengths of GENERATE_TAGS",
                         "Tags of GENERATE_TAGS", "The same caption", "Nearly the same caption", "Pictures"])
                    expect(page.get_by_role("img", name=re.compile("^Captions by their number of"))).to_have_count(2)
                    # A picture of all of it has what is out of sight, too.
                    drawn = page.locator("article > *").evaluate_all(
                        "nodes => nodes.every(node => node.checkVisibility({ contentVisibilityAuto: true }))")
                    assert drawn, "Some pictures are not drawn before they are in sight."
                    rig.shot(page, f"report-{name}-{scheme}", full_page=True)
        with opened(rig, folder) as page:
            page.emulate_media(media="print")
            page.pdf(path=rig.shots / "report.pdf", format="A4", print_background=False)
            page.set_viewport_size({"width": 718, "height": 1047})
            rig.shot(page, "report-print", full_page=True)
            # What is folded on the screen is not on paper.
            page.locator("details").evaluate_all("nodes => nodes.forEach(node => { node.open = false; })")
            for item in page.locator("details li").all():
                expect(item).to_be_visible()
