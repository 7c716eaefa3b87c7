"""A folder in the browser, and what the checks of its view share. The browser's private file system stands in for the
folder that a person would pick."""

import contextlib
import time

from rig import EXAMPLE, result

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


def comes_true(page, expression):
    """Playwright's own waiting is a script that the page's policy refuses."""
    ends = time.monotonic() + 20
    while not page.evaluate(expression):
        assert time.monotonic() < ends, expression
        page.wait_for_timeout(20)


def cell(page, name):
    return page.locator("#grid .cell:visible", has=page.locator(f'.cell-name[title="{name}"]'))


def caption(page, which="missing"):
    page.locator("#which").select_option(which)
    page.locator("#caption-go").click()


def answers(stand_in, *results):
    for texts in results:
        stand_in.answer(("started", {}), result(texts))
