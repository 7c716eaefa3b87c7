"""Editing the captions of a folder, in the grid and below a large picture."""

from playwright.sync_api import expect

from folder_rig import caption, cell, comes_to_disk, comes_true, folder_page, on_disk
from rig import SENTENCE, check, choose_tasks


@check
def captions_are_edited(rig, server):
    """A caption is edited in its place, saved at once, and undone"""
    with folder_page(rig, server, {"a.png": None, "a.txt": "old", "b.png": None}) as page:
        cell(page, "a.png").locator(".cell-text").click()
        field = page.get_by_label("Caption of a.png")
        expect(field).to_have_value("old")
        field.fill("  new, and\nlonger ")
        page.keyboard.press("Enter")
        comes_to_disk(page, "a.txt", b"new, and\nlonger\n")
        expect(cell(page, "a.png")).to_be_focused()
        page.keyboard.press("Enter")
        field.fill("dropped")
        page.keyboard.press("Escape")
        expect(cell(page, "a.png").locator(".cell-text")).to_have_text("new, and longer")
        page.keyboard.press("Enter")
        page.keyboard.press("Control+Enter")
        page.get_by_label("Caption of b.png").fill("second")
        page.locator("#filter-text").focus()
        comes_to_disk(page, "b.txt", b"second\n")
        page.get_by_role("button", name="Undo").click()
        comes_to_disk(page, "b.txt", None)
        page.get_by_role("button", name="Undo").click()
        comes_to_disk(page, "a.txt", b"old")
        page.get_by_role("button", name="Redo").click()
        comes_to_disk(page, "a.txt", b"new, and\nlonger\n")
        assert on_disk(page, "b.txt") is None


@check
def undo_brings_bytes_back(rig, server):
    """Undo puts the very bytes back that were in a caption file, and Redo the caption again, however often"""
    old = {"blank": b"  \n", "empty": b"", "lines": b"one\r\ntwo\r\n", "mark": b"\xef\xbb\xbf", "open": b"no end",
           "marked": b"\xef\xbb\xbf\n a \n\n", "plain": b"plain\n"}  # fmt: skip
    files = {f"{name}.png": None for name in old} | {f"{name}.txt": content for name, content in old.items()}
    with folder_page(rig, server, files) as page:
        choose_tasks(page, "<CAPTION>")
        caption(page, "all")
        page.get_by_role("button", name="Replace them").click()
        expect(page.locator("#run-sentence")).to_have_text("7 pictures done.")
        for _ in range(2):
            for name in old:
                mark = b"\xef\xbb\xbf" if name == "marked" else b""
                comes_to_disk(page, f"{name}.txt", mark + f"{SENTENCE}\n".encode())
            page.get_by_role("button", name="Undo").click()
            for name, content in old.items():
                comes_to_disk(page, f"{name}.txt", content)
            expect(page.locator("#change-sentence")).to_have_text("Undone: the captions of 7 pictures.")
            page.get_by_role("button", name="Redo").click()
        # The file of another program in the meantime is what was there.
        page.evaluate("([path, content]) => write(path, content)", ["plain.txt", SENTENCE])
        cell(page, "plain.png").locator(".cell-text").click()
        page.get_by_label("Caption of plain.png").fill("new")
        page.keyboard.press("Enter")
        comes_to_disk(page, "plain.txt", b"new\n")
        page.get_by_role("button", name="Undo").click()
        comes_to_disk(page, "plain.txt", SENTENCE.encode())


@check
def picture_is_shown_large(rig, server):
    """A picture is shown large, its caption is edited below it, and its address is given back"""
    with folder_page(rig, server, {"a.png": None, "a.txt": "old", "b.png": None, "c.png": "none"}) as page:
        page.evaluate("""() => {
            window.addresses = new Set();
            const { createObjectURL, revokeObjectURL } = URL;
            URL.createObjectURL = file => { const url = createObjectURL(file); addresses.add(url); return url; };
            URL.revokeObjectURL = url => { revokeObjectURL(url); addresses.delete(url); };
        }""")
        cell(page, "a.png").focus()
        page.keyboard.press("v")
        expect(page.locator("#viewer-image")).to_be_visible()
        expect(page.locator("#viewer-text")).to_be_focused()
        expect(page.locator("#viewer-text")).to_have_value("old")
        comes_true(page, "viewer.image.naturalWidth === 640")
        rig.shot(page, "folder-large")
        page.locator("#viewer-text").fill("new")
        page.keyboard.press("PageDown")
        expect(page.locator("#viewer-title")).to_have_text("b.png")
        comes_to_disk(page, "a.txt", b"new\n")
        page.keyboard.press("Control+Enter")
        expect(page.locator("#viewer-note")).to_contain_text("This browser cannot show the picture.")
        expect(page.locator("#viewer-next")).to_be_disabled()
        page.locator("#viewer-text").fill("last")
        page.keyboard.press("Escape")
        comes_to_disk(page, "c.txt", b"last\n")
        expect(cell(page, "c.png")).to_be_focused()
        assert on_disk(page, "b.txt") is None
        cell(page, "b.png").locator(".thumb").dblclick()
        expect(page.locator("#viewer-title")).to_have_text("b.png")
        # There and back before the first file has come: it is asked for twice.
        page.evaluate("""async () => {
            const { load } = viewer, loads = [];
            viewer.load = picture => loads.push(load.call(viewer, picture));
            for (const place of [0, 1, 0]) viewer.show(place);
            viewer.load = load;
            await Promise.all(loads);
        }""")
        assert page.evaluate("addresses.size") == 1
        page.get_by_role("button", name="Close").click()
        comes_true(page, "addresses.size === 0")


@check
def changed_on_disk(rig, server):
    """A caption file that has changed on the disk meanwhile is asked about"""
    files = {f"{name}.png": None for name in "abcd"} | {f"{name}.txt": "old" for name in "abcd"}
    with folder_page(rig, server, files) as page:
        def edit(name, text):
            page.evaluate("([path, content]) => write(path, content)", [f"{name}.txt", "theirs"])
            cell(page, f"{name}.png").locator(".cell-text").click()
            page.get_by_label(f"Caption of {name}.png").fill(text)
            page.keyboard.press("Enter")
            expect(page.locator("dialog[open] h2")).to_have_text(f"{name}.txt has changed on the disk")
            expect(page.locator(".side")).to_have_text(["theirs", text])

        edit("a", "mine")
        rig.shot(page, "folder-conflict")
        page.get_by_role("button", name="Keep the one on the disk").click()
        expect(cell(page, "a.png").locator(".cell-text")).to_have_text("theirs")
        edit("b", "mine")
        page.get_by_role("button", name="Write the one from here").click()
        comes_to_disk(page, "b.txt", b"mine\n")
        assert on_disk(page, "a.txt") == b"theirs"
        edit("c", "mine")
        page.keyboard.press("Escape")
        expect(cell(page, "c.png").locator(".cell-text")).to_have_text("theirs")
        # What is gone is written, and what became something else is left.
        page.evaluate("picked.removeEntry('b.txt')")
        page.evaluate("([path, content]) => write(path, content)", ["d.txt", [0, 1]])
        for name in "db":
            cell(page, f"{name}.png").locator(".cell-text").click()
            page.get_by_label(f"Caption of {name}.png").fill("newer")
            page.keyboard.press("Enter")
        page.get_by_role("button", name="Write the one from here").click()
        comes_to_disk(page, "b.txt", b"newer\n")
        expect(cell(page, "d.png").locator(".error")).to_contain_text("Not saved. d.txt is no text in UTF-8")
        assert on_disk(page, "d.txt") == b"\x00\x01"
        expect(page.get_by_role("button", name="Save 1 again")).to_be_visible()
