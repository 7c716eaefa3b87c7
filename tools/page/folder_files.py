"""The files of a folder: which are pictures and captions, and pictures that come without their folder."""

import io
import re
import tempfile
import zipfile
from pathlib import Path

from playwright.sync_api import expect

from folder_rig import caption, cell
from rig import EXAMPLE, SENTENCE, check, choose_tasks

SHARED = """async ([files, images, isOneCase, writes]) => {
    const folder = { path: 'x/', files: new Map(files.map(name => [name, name])) };
    const find = async (_, name) => files.find(other => other === name || isOneCase
        && inOneCase(other) === inOneCase(name)) ?? null;
    return Object.fromEntries(await sharedNames({ writes, find }, folder, images, { extension: 'txt' }));
}"""


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
