"""The grid of a folder: with the keyboard, with 5,000 pictures, and how it looks."""

import time

from playwright.sync_api import expect

from folder_rig import FILL, cell, comes_to_disk, folder_page
from rig import EXAMPLE, SENTENCE, check, choose_tasks

# Files made side by side, as each takes a while.
MANY = """async count => {
    const canvas = new OffscreenCanvas(640, 480), drawn = [];
    const pen = canvas.getContext('2d');
    for (let i = 0; i < 40; i += 1) {
        pen.fillStyle = `hsl(${i * 9} 60% 50%)`;
        pen.fillRect(0, 0, 640, 480);
        drawn.push(await canvas.convertToBlob({ type: 'image/jpeg' }));
    }
    let next = 0;
    await Promise.all(Array.from({ length: 32 }, async () => {
        while (next < count) {
            const i = next;
            next += 1;
            await write(`${i}.jpg`, drawn[i % 40]);
            if (i % 5 === 0) await write(`${i}.txt`, `picture ${i}, tag ${i % 100}`);
        }
    }));
}"""
SCROLL = """async () => {
    const longTasks = [];
    new PerformanceObserver(list => longTasks.push(...list.getEntries().map(entry => entry.duration)))
        .observe({ type: 'longtask' });
    const { node } = grid, frames = [];
    let most = 0, before = await new Promise(requestAnimationFrame);
    const step = async distance => {
        node.scrollTop += distance;
        const now = await new Promise(requestAnimationFrame);
        frames.push(now - before);
        before = now;
        most = Math.max(most, document.getElementsByTagName('*').length);
    };
    for (let i = 0; i < 120; i += 1) await step(60);
    for (let i = 0; i < 60; i += 1) await step(2500);
    for (let i = 0; i < 20; i += 1) await step(i % 2 ? 200_000 : -200_000);
    frames.sort((a, b) => a - b);
    return { frames: frames.length, median: frames[frames.length >> 1], longest: frames.at(-1),
        slow: frames.filter(time => time > 50).length,
        longTasks: longTasks.map(Math.round), nodes: most, kept: thumbs.kept.size,
        bytes: thumbs.bytes };
}"""


@check
def folder_by_keyboard(rig, server):
    """A folder is opened, walked, chosen, captioned and edited with the keyboard alone"""
    files = {f"{i}.png": None for i in range(40)}
    with rig.page(server) as page:
        choose_tasks(page, "<CAPTION>")
        page.get_by_role("link", name="Folder").focus()
        page.keyboard.press("Enter")
        page.evaluate(FILL, [[[name, None] for name in files], list(EXAMPLE.read_bytes())])

        def walk(to):
            for _ in range(80):
                page.keyboard.press("Tab")
                assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none", to
                if page.evaluate("query => document.activeElement.matches(query)", to):
                    return
            raise AssertionError(f"Tab does not lead to {to}")

        def at(number):
            expect(cell(page, f"{number}.png")).to_be_focused()

        page.locator("h1").click()
        walk("#album-open")
        page.keyboard.press("Enter")
        page.locator("#grid .cell").first.wait_for()
        walk(".cell")
        at(0)
        columns = int(page.locator("#grid").get_attribute("aria-colcount"))
        for key, place in (("ArrowRight", 1), ("ArrowDown", 1 + columns), ("ArrowLeft", columns),
                           ("End", 2 * columns - 1), ("Control+End", 39), ("ArrowDown", 39),
                           ("Control+Home", 0), ("ArrowUp", 0),
                           ("PageDown", columns * page.evaluate("Math.floor(grid.node.clientHeight / 310)")),
                           ("Control+Home", 0)):  # fmt: skip
            page.keyboard.press(key)
            at(place)
        page.keyboard.press("Space")
        page.keyboard.press("ArrowRight")
        page.keyboard.press("Shift+ArrowRight")
        expect(page.locator(".cell[aria-selected=true]")).to_have_count(3)
        # The focus stays where it is when its row is far away.
        page.evaluate("grid.node.scrollTop = 1e6")
        expect(cell(page, "39.png")).to_be_visible()
        assert page.evaluate("document.activeElement.cell.picture.name") == "2.png"
        page.keyboard.press("Enter")
        page.keyboard.type("typed")
        page.keyboard.press("Enter")
        comes_to_disk(page, "2.txt", b"typed\n")
        page.keyboard.press("Control+z")
        comes_to_disk(page, "2.txt", None)
        page.keyboard.press("Escape")
        expect(page.locator(".cell[aria-selected=true]")).to_have_count(0)
        page.keyboard.press("Control+a")
        expect(page.locator("#album-sentence")).to_contain_text("40 chosen")
        page.keyboard.press("Escape")
        page.keyboard.press("Space")
        page.locator("h1").click()
        walk("#which")
        page.keyboard.press("ArrowDown")
        walk("#caption-go")
        page.keyboard.press("Enter")
        comes_to_disk(page, "2.txt", f"{SENTENCE}\n".encode())


def scroll(page, which):
    figures = page.evaluate(SCROLL)
    print(f"         {which}: {figures['frames']} frames, median {figures['median']:.1f} ms, longest "
          f"{figures['longest']:.1f} ms, {figures['slow']} above 50 ms; long tasks {figures['longTasks'] or 'none'}; "
          f"at most {figures['nodes']} elements; "
          f"{figures['kept']} thumbnails kept, {figures['bytes'] / 1e6:.0f} MB")  # fmt: skip
    assert figures["nodes"] < 1000 and figures["bytes"] <= 48 << 20, figures


@check
def five_thousand(rig, server):
    """5,000 pictures: only what is seen is in the page, and scrolling stays smooth"""
    with folder_page(rig, server, {"first.png": None}) as page:
        page.evaluate(MANY, 5000)
        # Without what the making of them has left in memory.
        page.reload()
        page.evaluate(FILL, [[], []])
        begun = time.monotonic()
        page.get_by_role("button", name="Open folder").click()
        expect(page.locator("#album-sentence")).to_have_text("5,001 pictures, 1,000 with caption. ", timeout=60_000)
        print(f"         opened in {time.monotonic() - begun:.1f} s")
        expect(page.locator("#grid")).to_have_attribute("aria-rowcount", str(-(-5001 // 4)))
        # The second time the script is compiled.
        for which in ("first", "again"):
            scroll(page, which)
        page.evaluate("grid.node.scrollTop = 0")
        expect(cell(page, "0.jpg").locator("canvas")).to_be_visible()
        page.locator("#filter-text").fill("tag 42")
        expect(page.locator("#album-sentence")).to_contain_text("0 shown")
        page.locator("#filter-text").fill("tag 40")
        expect(page.locator("#album-sentence")).to_contain_text("50 shown")


@check
def folder_looks(rig, server):
    """The folder in light and dark, on a desktop and a phone; roles and names for who hears it"""
    files = {f"picture-{i}.png": None for i in range(24)} | {"twin.png": None, "twin.jpg": None}
    files |= {f"picture-{i}.txt": f"{SENTENCE}, number {i}" * (1 + i % 3) for i in range(0, 24, 2)}
    windows = {"desktop": {"viewport": {"width": 1280, "height": 860}},
               "phone": {"viewport": {"width": 360, "height": 740}, "device_scale_factor": 2, "has_touch": True}}
    for name, window in windows.items():
        for scheme in ("light", "dark"):
            with folder_page(rig, server, files, color_scheme=scheme, reduced_motion="reduce", **window) as page:
                page.locator("#grid canvas").nth(3).wait_for()
                page.evaluate("album.choose(album.pictures[1], true)")
                wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
                assert wide <= 0, f"{name}: {wide} pixels too wide"
                rig.shot(page, f"folder-{name}-{scheme}")
                if name == "phone":
                    page.locator("#tools-open").click()
                    rig.shot(page, f"folder-{name}-{scheme}-tools")
                    continue
                grid = page.get_by_role("grid", name="Pictures and their captions")
                for attribute, value in {"aria-multiselectable": "true", "aria-colcount": "4",
                                         "aria-rowcount": "7"}.items():  # fmt: skip
                    expect(grid).to_have_attribute(attribute, value)
                rows = grid.get_by_role("row")
                assert [row.get_attribute("aria-rowindex") for row in rows.all()][:2] == ["1", "2"]
                expect(rows.first.get_by_role("gridcell")).to_have_count(4)
                expect(rows.first.get_by_role("gridcell").nth(1)).to_have_attribute("aria-selected", "true")
                expect(rows.first.get_by_role("gridcell").nth(1)).to_have_attribute("aria-colindex", "2")
                expect(page.locator('#grid [tabindex="0"]')).to_have_count(1)
                page.evaluate("for (const part of document.querySelectorAll('details')) part.open = true")
                nameless = page.evaluate("""() => [...document.querySelectorAll(`button, input, select, textarea, aside,
                    progress, section, form[role]`)].filter(node => node.checkVisibility() && !node.labels?.length
                    && !node.textContent.trim() && !node.ariaLabel && !node.getAttribute('aria-labelledby'))
                    .map(node => node.outerHTML)""")
                assert nameless == [], nameless
                cell(page, "picture-0.png").locator(".cell-text").click()
                rig.shot(page, f"folder-{name}-{scheme}-edit")
