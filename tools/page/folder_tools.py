"""The tools beside a folder: filters, changes to many captions, and the clean-up."""

import re

from playwright.sync_api import expect

from folder_rig import answers, caption, cell, comes_to_disk, folder_page
from rig import ROOT, check, choose_tasks
from servers import StandIn

CLEAN_UP = ROOT / "docs/training-sets.md"


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
        expect(page.locator("dialog[open] h2")).to_have_text('Add "new tag" first')
        expect(page.locator("dialog[open] p").first).to_contain_text("1 of them has no caption: there the tag becomes")
        page.get_by_role("button", name="Change 2 captions").click()
        texts("new tag, red, (square)", "$& green, round, redder", "a red square, red", "new tag")
        expect(page.locator("#change-sentence")).to_have_text('2 captions changed by the adding of "new tag".')
        page.get_by_role("button", name="Add last").click()
        expect(page.locator("#album-notice")).to_contain_text('There is none to add "new tag" to.')
        page.locator("#grid .cell").first.press("Escape")
        page.locator("#tag-name").fill("RED")
        page.get_by_role("button", name="Drop").click()
        page.get_by_role("button", name="Change 2 captions").click()
        texts("new tag, (square)", "$& green, round, redder", "a red square", "new tag")
        comes_to_disk(page, "2.txt", b"a red\nsquare\n")
        comes_to_disk(page, "3.txt", b"new tag\n")


@check
def tag_is_added_to_able(rig, server):
    """A tag is added after a look, to no picture that has failed or can have no caption, and to none that changed"""
    files = {f"{name}.png": None for name in ("a", "b", "bad", "latin", "twin")}
    files |= {"a.txt": "one", "b.txt": "two", "latin.txt": b"caf\xe9", "twin.jpg": None}
    with StandIn(server) as stand_in, folder_page(rig, stand_in, files, expects_refusals=True) as page:
        choose_tasks(page, "<CAPTION>")
        stand_in.refuse(400, {"code": "invalid_image", "detail": "The PNG file is damaged."})
        caption(page)
        expect(page.locator("#run-sentence")).to_have_text("0 pictures done, 1 failed.")
        page.locator("summary", has_text="Change captions").click()
        page.locator("#tag-name").fill("new")
        page.get_by_role("button", name="Add last").click()
        expect(page.locator(".preview .cell-name")).to_have_text(["a.png", "b.png"])
        expect(page.locator(".preview ins")).to_have_text([", new", ", new"])
        expect(page.locator("dialog[open] p").first).to_have_text("1 picture that has failed is left out.")
        rig.shot(page, "folder-tag")
        page.get_by_role("button", name="Cancel").last.click()
        assert page.evaluate("changes.done.length") == 0
        page.get_by_role("button", name="Add last").click()
        page.evaluate("album.set(album.pictures.find(({ name }) => name === 'a.png'), 'meanwhile')")
        page.get_by_role("button", name="Change 2 captions").click()
        expect(page.locator("#change-sentence")).to_have_text('1 caption changed by the adding of "new".')
        comes_to_disk(page, "b.txt", b"two, new\n")
        expect(cell(page, "bad.png").locator(".error")).to_have_text("The PNG file is damaged.")
        rig.shot(page, "folder-tag-added")
        page.locator("#undo").click()
        expect(page.locator("#change-sentence")).to_have_text('Undone: the adding of "new".')
        comes_to_disk(page, "b.txt", b"two")


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
            # The server does it in the order of this form, as docs/training-sets.md has it.
            steps = list(dict.fromkeys(re.findall(r"^\| .*\| `(\w+)` \|", CLEAN_UP.read_text(), re.MULTILINE)))
            fields = page.locator("#clean :is(input, option):is([name], [value^=tags_])").evaluate_all(
                "nodes => nodes.map(node => node.name || node.value)")
            assert fields == [step for step in steps if step != "replace"], fields
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
            comes_to_disk(page, "a.txt", b"The image shows a cat.")
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
        for label, value in {"Words, at most": "30", "Characters, at most": "200", "Drop these tags": "signature",
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
