"""Captioning a folder: what is written beside its pictures, and what happens on the way."""

import base64

from playwright.sync_api import expect

from folder_rig import answers, caption, cell, comes_to_disk, folder_page, on_disk
from rig import EXAMPLE, SENTENCE, check, choose_tasks
from servers import LONGEST, StandIn


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
        # Those that can have no caption are none of them.
        which = page.locator("#which option")
        expect(which).to_have_text(["The missing (4)", "The chosen (0)", "All (5)"])
        choose_tasks(page, "<CAPTION>")
        cell(page, "twin.jpg").locator(".tick").click()
        expect(which).to_have_text(["The missing (4)", "The chosen (0)", "All (5)"])
        caption(page, "chosen")
        expect(page.locator("#album-notice")).to_have_text("None of them can have a caption.")
        cell(page, "cat.png").locator(".tick").click()
        expect(which).to_have_text(["The missing (4)", "The chosen (1)", "All (5)"])
        caption(page)
        expect(page.locator("#run-sentence")).to_have_text("4 pictures done.")
        expect(which).to_have_text(["The missing (0)", "The chosen (1)", "All (5)"])
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
        comes_to_disk(page, "a.txt", b"\xef\xbb\xbfold")
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
