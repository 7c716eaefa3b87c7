"""A folder: its grid, its captions, and what is written beside its pictures. The browser's private file system stands
in for the folder that a person would pick."""

import base64
import contextlib
import io
import re
import tempfile
import time
import zipfile
from pathlib import Path

from playwright.sync_api import expect

from rig import EXAMPLE, SENTENCE, check, choose_tasks, details
from servers import LONGEST, StandIn

# Writes files of text, or of the example picture where the content is null, and lets the picker give their folder.
FILL = """async ([files, example]) => {
    const root = await navigator.storage.getDirectory();
    window.picked = await root.getDirectoryHandle('album', { create: true });
    window.showDirectoryPicker = async () => picked;
    window.fileAt = async (path, options) => {
        const parts = path.split('/'), name = parts.pop();
        let folder = picked;
        for (const part of parts) folder = await folder.getDirectoryHandle(part, options);
        return folder.getFileHandle(name, options);
    };
    window.write = async (path, content) => {
        const stream = await (await fileAt(path, { create: true })).createWritable();
        await stream.write(content === null ? new Uint8Array(example)
            : Array.isArray(content) ? new Uint8Array(content) : content);
        await stream.close();
    };
    for (const [path, content] of files) await write(path, content);
}"""
READ = """async path => {
    try {
        return [...new Uint8Array(await (await (await fileAt(path)).getFile()).arrayBuffer())];
    } catch { return null; }
}"""


@contextlib.contextmanager
def folder_page(rig, server, files, **options):
    """A page at its folder view, with these files opened: names to text, bytes, or None for the example picture."""
    with rig.page(server, **options) as page:
        page.get_by_role("link", name="Folder").click()
        open_folder(page, files)
        yield page


def open_folder(page, files):
    listed = [[name, list(content) if isinstance(content, bytes) else content] for name, content in files.items()]
    page.evaluate(FILL, [listed, list(EXAMPLE.read_bytes())])
    page.get_by_role("button", name="Open folder").click()
    page.locator("#grid .cell").first.wait_for()


def on_disk(page, path):
    content = page.evaluate(READ, path)
    return None if content is None else bytes(content)


def comes_to_disk(page, path, content):
    """Captions are written behind what is seen."""
    ends = time.monotonic() + 20
    while (found := on_disk(page, path)) != content:
        assert time.monotonic() < ends, f"{path} holds {found}, not {content}"
        page.wait_for_timeout(20)


def cell(page, name):
    return page.locator("#grid .cell:visible", has=page.locator(f'.cell-name[title="{name}"]'))


def caption(page, which="missing"):
    page.locator("#which").select_option(which)
    page.locator("#caption-go").click()


def answers(stand_in, *results):
    for result in results:
        stand_in.answer(("started", {}), ("result", {"results": result, "details": details(*result)}))


@check
def folder_is_captioned(rig, server):
    """A folder's pictures get caption files beside them, and nothing that was there is written over"""
    files = {"cat.png": None, "dog.png": None, "dog.txt": "\ufeffa dog\r\n", "blank.png": None, "blank.txt": " \n",
             "inner/10.png": None, "inner/9.png": None, ".hidden/no.png": None, "@eaDir/no.png": None,
             "._cat.png": None, "binary.png": None, "binary.txt": b"\x00\x01", "latin.png": None,
             "latin.txt": b"caf\xe9", "twin.png": None, "twin.jpg": None, "film.mov": "x", "notes.txt": "mine",
             "dir.png": None, "dir.txt/file": "x"}  # fmt: skip
    with folder_page(rig, server, files) as page:
        names = page.locator("#grid .cell:visible .cell-name")
        expect(names).to_have_count(10)
        assert names.evaluate_all("nodes => nodes.map(node => node.title)")[3:] == [
            "dir.png", "dog.png", "inner/9.png", "inner/10.png", "latin.png", "twin.jpg", "twin.png"]
        expect(page.locator("#album-sentence")).to_have_text(
            "10 pictures, 1 with caption. 3 other files are left out.")
        expect(cell(page, "dog.png").locator(".cell-text")).to_have_text("a dog")
        expect(cell(page, "twin.jpg").locator(".error")).to_have_text(
            "Its caption would be in the same file as that of twin.png. "
            "Rename all but one of them, or take full names.")
        expect(cell(page, "latin.png").locator(".error")).to_have_text(
            "latin.txt is no text in UTF-8, so it was left as it is. Save it as UTF-8, or move it away.")
        expect(cell(page, "dir.png").locator(".error")).to_have_text("dir.txt cannot be written: is a directory.")
        choose_tasks(page, "<CAPTION>")
        caption(page)
        expect(page.locator("#run-sentence")).to_have_text("4 pictures done.")
        for name in ("cat", "blank", "inner/9", "inner/10"):
            comes_to_disk(page, f"{name}.txt", f"{SENTENCE}\n".encode())
        expect(cell(page, "cat.png").locator(".cell-text")).to_have_text(SENTENCE)
        for name in ("dog.txt", "binary.txt", "latin.txt", "notes.txt"):
            kept = files[name]
            assert on_disk(page, name) == (kept if isinstance(kept, bytes) else kept.encode()), name
        for name in ("twin.txt", "._cat.txt", ".hidden/no.txt", "@eaDir/no.txt"):
            assert on_disk(page, name) is None, name
        caption(page)
        expect(page.locator("#album-notice")).to_have_text("None is left without a caption.")
        page.get_by_label("Full names").check()
        expect(page.locator("#album-sentence")).to_have_text("10 pictures, 0 with caption. 3 other files are left out.")
        caption(page)
        expect(page.locator("#run-sentence")).to_have_text("10 pictures done.")
        for name in ("twin.jpg", "twin.png", "binary.png", "dir.png"):
            comes_to_disk(page, f"{name}.txt", f"{SENTENCE}\n".encode())


@check
def rules_of_files(rig, server):
    """Names and contents are judged as the command judges them"""
    mark, white = b"\xef\xbb\xbf", "\u2003\u0085\u3000 \t".encode()
    with rig.page(server) as page:
        for content, wanted in {
            b"": ("nothing", "", False), white + b"\n": ("nothing", "", False), mark: ("nothing", "", False),
            white + b"a b" + white: ("caption", "a b", False), mark + b"a\r\n": ("caption", "a", True),
            mark + mark + b"a": ("caption", "\ufeffa", True), b"a\x0cb\tc": ("caption", "a\x0cb\tc", False),
            b"a\x00": ("foreign", "", False), b"\x7f": ("foreign", "", False), b"\x1b[0m": ("foreign", "", False),
            b"caf\xe9": ("foreign", "", False), "a\x00".encode("utf-16"): ("foreign", "", False),
            b"\xed\xa0\x80": ("foreign", "", False),
            "\U0001f431\u200d".encode(): ("caption", "\U0001f431\u200d", False),
        }.items():  # fmt: skip
            found = page.evaluate("""bytes => {
                const { kind, text, isMarked } = CaptionFile.judge(new Uint8Array(bytes), 'a.txt');
                return [kind, text, isMarked];
            }""", list(content))  # fmt: skip
            assert tuple(found) == wanted, (content, found)
        for name, is_image in {"a.JPG": True, "a.b.jpeg": True, ".jpg": False, "jpg": False, "a.jpg.": False,
                               "._a.png": False, ".a.png": True, "a.xmp": False}.items():  # fmt: skip
            assert page.evaluate("name => FileKinds.isImage(name)", name) == is_image, name
        for name, is_left_out in {".git": True, "@EADIR": True, "#recycle": True, "System Volume Information": True,
                                  "lost+found": True, "lostt+found": False, "$RECYCLE.BIN": True, "@eaDir2": False,
                                  "a.b": False}.items():  # fmt: skip
            assert page.evaluate("name => FileKinds.isLeftOut(name)", name) == is_left_out, name
        for extension, bare in {".caption": "caption", "a.txt": "a.txt", "TXT": "TXT", "jpg": None, "a.PNG": None,
                                "": None, ".": None, "a.": None, "a/b": None, "a\x00": None}.items():  # fmt: skip
            found = page.evaluate(
                "text => { try { return FileKinds.extension(text); } catch { return null; } }", extension)
            assert found == bare, (extension, found)


SHARED = """async ([files, images, isOneCase, writes]) => {
    const folder = { path: 'x/', files: new Map(files.map(name => [name, name])) };
    const find = async (_, name) => files.find(other => other === name || isOneCase
        && inOneCase(other) === inOneCase(name)) ?? null;
    return Object.fromEntries(await sharedNames({ writes, find }, folder, images, { extension: 'txt' }));
}"""


@check
def shared_caption_names(rig, server):
    """Pictures that would have one caption file are found, as far as the file system takes two names for one"""
    with rig.page(server) as page:
        def shared(*files, one_case=False, writes=True):
            images = [name for name in files if not name.endswith(".txt")]
            found = page.evaluate(SHARED, [list(files), images, one_case, writes])
            assert all("Rename all but one of them, or take full names." in sentence for sentence in found.values())
            return sorted(found)

        assert shared("a.jpg", "a.png", "b.png") == ["a.jpg", "a.png"]
        assert shared("a.jpg", "a.b.jpg", "b.txt") == []
        for pair in (["A.jpg", "a.png"], ["straße.jpg", "STRASSE.png"], ["e\u0301.jpg", "é.png"]):
            assert shared(*pair) == [], pair
            assert shared(*pair, one_case=True) == sorted(pair), pair
            # Nobody knows where a zip will be unpacked.
            assert shared(*pair, writes=False) == sorted(pair), pair
            stem = pair[0][:-4]
            assert shared(*pair, f"{stem}.txt") == [], pair
            assert shared(*pair, f"{stem}.txt", one_case=True) == sorted(pair), pair
        assert shared("A.jpg", "a.jpg", "A.txt", "a.txt") == []
        three = page.evaluate(SHARED, [["a.jpg", "a.png", "a.gif"], ["a.jpg", "a.png", "a.gif"], False, True])
        assert three["a.jpg"] == ("Its caption would be in the same file as that of x/a.png and x/a.gif. "
                                  "Rename all but one of them, or take full names.")  # fmt: skip


@check
def folder_is_captioned_anew(rig, server):
    """Captions are replaced after a question only, several tasks make one caption, and one Undo takes all back"""
    with StandIn(server) as stand_in, folder_page(
            rig, stand_in, {"a.png": None, "a.txt": b"\xef\xbb\xbfold", "b.png": None}) as page:  # fmt: skip
        choose_tasks(page, "<CAPTION>", "<GENERATE_TAGS>")
        caption(page, "all")
        page.get_by_role("button", name="Cancel").last.click()
        expect(page.locator("dialog[open]")).to_have_count(0)
        assert not stand_in.asked
        answers(stand_in, *[{"<CAPTION>": " A fish. ", "<GENERATE_TAGS>": "fish, red"}] * 2)
        caption(page, "all")
        expect(page.locator("dialog[open] h2")).to_have_text("1 caption will be replaced")
        page.get_by_role("button", name="Replace them").click()
        expect(page.locator("#run-sentence")).to_have_text("2 pictures done.")
        comes_to_disk(page, "a.txt", b"\xef\xbb\xbfA fish., fish, red\n")
        comes_to_disk(page, "b.txt", b"A fish., fish, red\n")
        assert [asked["prompt"] for asked in stand_in.asked] == [["<CAPTION>", "<GENERATE_TAGS>"]] * 2
        page.locator("#grid .cell").first.click(position={"x": 100, "y": 60})
        page.keyboard.press("Control+z")
        comes_to_disk(page, "a.txt", b"\xef\xbb\xbfold\n")
        comes_to_disk(page, "b.txt", None)
        expect(page.locator("#said")).to_have_text("Undone: the captions of 2 pictures.")
        page.keyboard.press("Control+Shift+z")
        comes_to_disk(page, "b.txt", b"A fish., fish, red\n")


@check
def folder_pauses(rig, server):
    """A run pauses, goes on and is cancelled; a picture's error is its own, a server's pauses the run"""
    with StandIn(server) as stand_in, folder_page(
            rig, stand_in, {f"{i}.png": None for i in range(8)}, expects_refusals=True) as page:  # fmt: skip
        choose_tasks(page, "<CAPTION>")
        for _ in range(2):
            stand_in.answer(("started", {}), 1, ("result", {"result": "First."}))
        caption(page)
        expect(page.locator(".cell-note", has_text="The model looks at it.")).to_have_count(2)
        page.get_by_role("button", name="Pause").click()
        for _ in range(2):
            stand_in.go_on()
        expect(page.locator(".cell-text", has_text="First.")).to_have_count(2)
        expect(page.locator("#run-sentence")).to_have_text("2 of 8 done. Paused.")
        rig.shot(page, "folder-paused")
        assert len(stand_in.asked) == 2
        stand_in.refuse(400, {"code": "invalid_image", "detail": "The PNG file is damaged."})
        stand_in.refuse(503, {"code": "model_unavailable", "detail": "The model cannot be loaded."})
        page.get_by_role("button", name="Go on").click()
        expect(page.locator("#run-sentence")).to_contain_text("The model cannot be loaded. It goes on when")
        expect(page.locator(".cell-note.error")).to_have_text("The PNG file is damaged.")
        for _ in range(2):
            stand_in.answer(("started", {}), 1, ("result", {"result": "Second."}))
        page.get_by_role("button", name="Go on").click()
        expect(page.locator(".cell-note", has_text="The model looks at it.")).to_have_count(2)
        page.get_by_role("button", name="Cancel").click()
        expect(page.locator("#run-sentence")).to_have_text("Cancelled. 2 pictures done, 1 failed.")
        assert stand_in.left.wait(LONGEST), "The connections were not closed."
        expect(page.locator(".cell-text", has_text="Second.")).to_have_count(0)
        comes_to_disk(page, "0.txt", b"First.\n")


@check
def folder_changes_meanwhile(rig, server):
    """What a person, or another program, writes while the model works is kept; a picture that has gone is told"""
    with StandIn(server) as stand_in, folder_page(rig, stand_in, {f"{i}.png": None for i in range(4)}) as page:
        choose_tasks(page, "<CAPTION>")
        for _ in range(4):
            stand_in.answer(("started", {}), 1, ("result", {"result": "The model's."}))
        caption(page)
        expect(page.locator(".cell-note", has_text="The model looks at it.")).to_have_count(2)
        page.evaluate("write('0.txt', 'theirs')")
        cell(page, "1.png").press("Enter")
        page.get_by_label("Caption of 1.png").fill("mine")
        page.keyboard.press("Enter")
        page.evaluate("picked.removeEntry('2.png')")
        for _ in range(3):
            stand_in.go_on()
        expect(page.locator("#run-sentence")).to_have_text("3 pictures done, 1 failed.")
        expect(page.locator("#grid .cell:visible .cell-text")).to_have_text(["theirs", "mine", "", "The model's."])
        expect(cell(page, "2.png").locator(".error")).to_have_text("2.png is no longer there.")
        comes_to_disk(page, "3.txt", b"The model's.\n")
        assert on_disk(page, "0.txt") == b"theirs"
        comes_to_disk(page, "1.txt", b"mine\n")


@check
def thumbnails_of_the_server(rig, server):
    """What the browser cannot show gets the server's thumbnail with its caption"""
    with StandIn(server) as stand_in, folder_page(
            rig, stand_in, {"a.heic": "no picture to the browser", "b.png": None}) as page:  # fmt: skip
        expect(cell(page, "a.heic").locator(".stand-in")).to_have_text("This browser cannot show it.")
        expect(cell(page, "b.png").locator("canvas")).to_be_visible()
        choose_tasks(page, "<CAPTION>")
        thumbnail = base64.b64encode(EXAMPLE.read_bytes()).decode()
        for _ in range(2):
            stand_in.answer(("started", {}), ("result", {"result": "Yes.", "thumbnail": thumbnail}))
        caption(page)
        expect(cell(page, "a.heic").locator("canvas")).to_be_visible()
        expect(page.locator("#run-sentence")).to_have_text("2 pictures done.")
        assert sorted(str(asked.get("thumbnail")) for asked in stand_in.asked) == ["300", "None"], stand_in.asked


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
        comes_to_disk(page, "a.txt", b"old\n")
        page.get_by_role("button", name="Redo").click()
        comes_to_disk(page, "a.txt", b"new, and\nlonger\n")
        assert on_disk(page, "b.txt") is None


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
        page.wait_for_function("viewer.image.naturalWidth === 640")
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
        page.wait_for_function("addresses.size === 0")


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


@check
def pictures_are_filtered(rig, server):
    """Pictures are shown by text, by words, by state and by tag"""
    files = {f"{i}.png": None for i in range(6)}
    files |= {"0.txt": "red, square", "1.txt": "Red, round", "2.txt": "a long sentence about squares", "3.txt": "blue"}
    with folder_page(rig, server, files) as page:
        def shown(*names):
            expect(page.locator("#grid .cell:visible .cell-name")).to_have_text([f"{name}.png" for name in names])

        page.locator("#filter-text").fill("SQUARE")
        shown(0, 2)
        page.locator("#filter-least").fill("3")
        shown(2)
        page.get_by_role("button", name="Show all").click()
        page.locator("#filter-state").select_option("missing")
        shown(4, 5)
        page.get_by_role("button", name="Show all").click()
        page.locator("summary", has_text="Tags").last.click()
        expect(page.locator("#tags button").first).to_have_text("red2")
        page.locator("#tags button").first.click()
        shown(0, 1)
        expect(page.locator("#tags button").first).to_have_attribute("aria-pressed", "true")
        expect(page.locator("#filter-tag")).to_have_text('With the tag "red". ')
        page.locator("#filter-text").fill("round")
        shown(1)
        page.locator("#filter-text").fill("")
        page.locator("#tags button").first.click()
        expect(page.locator("#grid .cell:visible")).to_have_count(6)
        page.locator("#tags-find").fill("squ")
        expect(page.locator("#tags button .label")).to_have_text(["a long sentence about squares", "square"])


@check
def captions_are_changed_together(rig, server):
    """Text is replaced after a look at what changes; a tag is added to and dropped from the chosen"""
    files = {f"{i}.png": None for i in range(4)}
    files |= {"0.txt": "red, (square)", "1.txt": "Red, round, redder", "2.txt": "a red\nsquare, red"}
    with folder_page(rig, server, files) as page:
        def texts(*wanted):
            expect(page.locator("#grid .cell:visible .cell-text")).to_have_text(list(wanted))

        page.locator("summary", has_text="Change captions").click()
        page.locator("#replace-find").fill("red")
        page.locator("#replace-by").fill("$& green")
        page.locator("#replace-words").check()
        page.get_by_role("button", name="Look what changes").click()
        expect(page.locator(".preview li")).to_have_count(3)
        expect(page.locator(".preview del").first).to_have_text("red")
        expect(page.locator(".preview ins").first).to_have_text("$& green")
        rig.shot(page, "folder-preview")
        page.get_by_role("button", name="Change 3 captions").click()
        texts("$& green, (square)", "$& green, round, redder", "a $& green square, $& green", "No caption")
        comes_to_disk(page, "0.txt", b"$& green, (square)\n")
        page.locator("#undo").click()
        page.locator("#replace-find").fill("Red")
        page.locator("#replace-case").check()
        page.get_by_role("button", name="Look what changes").click()
        page.get_by_role("button", name="Change 1 caption").click()
        texts("red, (square)", "$& green, round, redder", "a red square, red", "No caption")
        for place in (0, 3):
            page.locator("#grid .cell .tick").nth(place).click()
        page.locator("#tag-name").fill("new tag")
        page.get_by_role("button", name="Add first").click()
        texts("new tag, red, (square)", "$& green, round, redder", "a red square, red", "new tag")
        page.get_by_role("button", name="Add last").click()
        page.locator("#grid .cell").first.press("Escape")
        page.locator("#tag-name").fill("RED")
        page.get_by_role("button", name="Drop").click()
        texts("new tag, (square)", "$& green, round, redder", "a red square", "new tag")
        comes_to_disk(page, "2.txt", b"a red\nsquare\n")
        comes_to_disk(page, "3.txt", b"new tag\n")


@check
def chosen_files_come_back_as_zip(rig, server):
    """Where the browser opens no folder, files are chosen, and the captions come back as a zip"""
    with tempfile.TemporaryDirectory() as path, rig.page(server) as page:
        for name, content in {"häßlich 猫.png": None, "inner/b.png": None, "inner/b.txt": b"b\n", "c.png": None,
                              "c.txt": b"\xef\xbb\xbfold", "A.jpg": None, "a.png": None,
                              ".git/no.png": None}.items():  # fmt: skip
            file = Path(path, "album", name)
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(EXAMPLE.read_bytes() if content is None else content)
        page.add_init_script("delete window.showDirectoryPicker")
        page.goto(server.url + "/#folder")
        page.reload()
        expect(page.locator("#album-way")).to_contain_text("you download them as a zip file")
        page.locator("#album-files").set_input_files(str(Path(path, "album")))
        expect(page.locator("#album-sentence")).to_have_text("5 pictures, 2 with caption. ")
        expect(cell(page, "a.png").locator(".error")).to_contain_text("in the same file as that of A.jpg")
        choose_tasks(page, "<CAPTION>")
        caption(page)
        expect(page.locator("#run-sentence")).to_have_text("1 picture done.")
        cell(page, "c.png").locator(".cell-text").click()
        page.get_by_label("Caption of c.png").fill("new")
        page.keyboard.press("Enter")
        with page.expect_download() as started:
            page.get_by_role("button", name="Download 2 captions").click()
        assert started.value.suggested_filename == "album-captions.zip"
        archive = zipfile.ZipFile(io.BytesIO(Path(started.value.path()).read_bytes()))
        assert archive.testzip() is None
        assert {name: archive.read(name) for name in archive.namelist()} == {
            "häßlich 猫.txt": f"{SENTENCE}\n".encode(), "c.txt": b"\xef\xbb\xbfnew\n"}
        assert all(info.compress_type == zipfile.ZIP_STORED for info in archive.infolist())
        expect(page.get_by_role("button", name=re.compile("^Download"))).to_have_count(0)


@check
def files_are_dropped_on_folder(rig, server):
    """Pictures that are dropped on the folder's view are chosen there, with the captions beside them"""
    with rig.page(server) as page:
        page.get_by_role("link", name="Folder").click()
        page.evaluate("""data => {
            const dataTransfer = new DataTransfer();
            dataTransfer.items.add(new File([new Uint8Array(data)], 'a.png', { type: 'image/png' }));
            dataTransfer.items.add(new File(['a caption'], 'a.txt', { type: 'text/plain' }));
            document.body.dispatchEvent(new DragEvent('drop', { dataTransfer, bubbles: true, cancelable: true }));
        }""", list(EXAMPLE.read_bytes()))  # fmt: skip
        expect(cell(page, "a.png").locator(".cell-text")).to_have_text("a caption")
        expect(page.locator("#album-name")).to_have_text("Chosen pictures")
        page.get_by_role("link", name="Pictures").click()
        expect(page.locator(".card")).to_have_count(0)
        expect(page.locator("#choose")).to_be_visible()


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


@check
def captions_are_cleaned(rig, server):
    """Captions are cleaned up by the server after a look at what changes, and new ones where it is wanted"""
    files = {"a.png": None, "a.txt": "The image shows a cat.", "b.png": None, "b.txt": "a dog", "c.png": None}
    with StandIn(server) as stand_in:
        stand_in.files["/openapi.json"] = b'{"paths": {}}'
        with folder_page(rig, stand_in, files) as page:
            expect(page.locator("#said")).to_contain_text("3 pictures")
            expect(page.locator("#clean-part")).to_be_hidden()
        stand_in.files["/openapi.json"] = b'{"paths": {"/clean": {}}}'
        with folder_page(rig, stand_in, files) as page:
            page.locator("summary", has_text="Clean up").click()
            page.get_by_role("button", name="Look what changes").last.click()
            expect(page.locator("#album-notice")).to_have_text("Say what to clean up.")
            page.get_by_label("Drop openings").check()
            page.get_by_label("Tags, at most").fill("30")
            page.get_by_label("Drop these tags").fill("signature, *_text,")
            page.get_by_label("Blanks in tags").select_option("red_car")
            rig.shot(page, "folder-clean")
            stand_in.answers.put((200, {"Content-Type": "application/json"}, {"texts": ["A cat.", "a dog"]}))
            page.get_by_role("button", name="Look what changes").last.click()
            expect(page.locator(".preview .cell-name")).to_have_text(["a.png"])
            rules = {"trim_preamble": True, "max_tags": 30, "exclude_tags": ["signature", "*_text"],
                     "tags_underscore": True}  # fmt: skip
            assert stand_in.asked == [
                {"texts": ["The image shows a cat.", "a dog"], "clean": {**rules, "kind": "auto"}}], stand_in.asked
            page.get_by_role("button", name="Change 1 caption").click()
            comes_to_disk(page, "a.txt", b"A cat.\n")
            page.get_by_role("button", name="Undo").click()
            comes_to_disk(page, "a.txt", b"The image shows a cat.\n")
            page.get_by_label("Clean up new captions, too").check()
            choose_tasks(page, "<CAPTION>")
            answers(stand_in, {"<CAPTION>": "A fish."})
            caption(page)
            comes_to_disk(page, "c.txt", b"A fish.\n")
            assert stand_in.asked[-1]["clean"] == rules, stand_in.asked[-1]["clean"]
    # The program itself, with everything that the panel has.
    with folder_page(rig, server, files | {"d.png": None, "d.txt": "red car, cat, cat, signature, blue, hat"}) as page:
        page.locator("summary", has_text="Clean up").click()
        for label in ("Drop openings", "Drop where things are", "Each tag once", "Tags by the alphabet"):
            page.get_by_label(label).check()
        for label, value in {"Words, at most": "30", "Letters, at most": "200", "Drop these tags": "signature",
                             "These tags first": "hat", "Tags, at most": "3"}.items():  # fmt: skip
            page.get_by_label(label).fill(value)
        page.get_by_label("Blanks in tags").select_option("red_car")
        page.get_by_role("button", name="Look what changes").last.click()
        expect(page.locator(".preview .cell-name")).to_have_text(["a.png", "d.png"])
        page.get_by_role("button", name="Change 2 captions").click()
        comes_to_disk(page, "a.txt", b"A cat.\n")
        comes_to_disk(page, "d.txt", b"hat, blue, cat\n")
        page.get_by_label("Clean up new captions, too").check()
        page.get_by_label("Words, at most").fill("3")
        choose_tasks(page, "<CAPTION>")
        caption(page)
        comes_to_disk(page, "c.txt", b"a red square\n")


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
