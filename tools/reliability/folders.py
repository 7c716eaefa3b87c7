"""Rows K: the client and large folders, against a stand-in for a server."""

import hashlib
import os
import pathlib
import shutil
import signal
import subprocess
import tempfile
import time
from contextlib import contextmanager

import library
from rows import at_least, at_most, exactly, none_of, row
from server import ROOT
from stub import Stub

CLIENT = pathlib.Path(os.environ.get("VISION_CLIENT_BINARY") or ROOT / ".build/release/vision-client")
MEMORY = 100 * 2**20


class Run:
    """`vision-client folder` from its start to its end."""

    def __init__(self, folder, stub, *options, prompt="CAPTION"):
        environment = {name: value for name, value in os.environ.items() if not name.startswith("VISION_")}
        environment |= {"VISION_HOST": stub.address, "XDG_STATE_HOME": f"{folder}.state"}
        self.errors = tempfile.TemporaryFile()
        self.started = time.monotonic()
        self.process = subprocess.Popen(
            [str(CLIENT), "folder", prompt, "txt", str(folder), "--quiet", *options], stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=self.errors, env=environment)

    def memory(self, field="VmRSS"):
        """What the process holds now, in bytes, or has held at most (VmHWM); 0 when it has ended."""
        try:
            status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        except FileNotFoundError:
            return 0
        return next((int(line.split()[1]) << 10 for line in status.splitlines() if line.startswith(field)), 0)

    def finish(self):
        """Waits for the end; then `seconds`, `peak` (bytes), `code` and `summary` are known."""
        # What the system tells at the end counts this process's own memory, too: the other began as its copy.
        self.peak = 0
        while self.process.poll() is None:
            self.peak = max(self.peak, self.memory("VmHWM"))
            time.sleep(0.02)
        self.code = self.process.returncode
        self.seconds = time.monotonic() - self.started
        self.errors.seek(0)
        lines = self.errors.read().decode(errors="replace").splitlines()
        self.summary = lines[-1] if lines else ""
        return self


@contextmanager
def folder():
    """A folder, with what the client remembers of it; both are gone afterwards."""
    path = pathlib.Path(tempfile.mkdtemp(prefix="vision-folder-"))
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)
        shutil.rmtree(f"{path}.state", ignore_errors=True)


def fill(path, count, content):
    """Pictures as cameras name them, a thousand a folder."""
    for number in range(count):
        if number % 1000 == 0:
            (path / f"{2000 + number // 12000}" / f"Folder number {number // 1000:03d}").mkdir(parents=True)
        name = f"{2000 + number // 12000}/Folder number {number // 1000:03d}/IMG_20200101_{number:06d}.jpg"
        (path / name).write_bytes(content)
    return path / name


def listing_seconds(path):
    """How long it takes to see all names."""
    start = time.monotonic()
    for folder_path, _, names in os.walk(path):
        for name in names:
            os.lstat(os.path.join(folder_path, name))
    return time.monotonic() - start


@row("K1", seconds=900)
def hundred_thousand(rig):
    """A hundred thousand pictures: little memory, a first request at once, gone on with at once"""
    count, captioned = rig.count(100_000, 5_000), rig.count(20_000, 1_000)
    with folder() as path, Stub() as stub:
        last = fill(path, count, b"x")
        listing = listing_seconds(path)
        run = Run(path, stub)
        while stub.count < captioned and run.process.poll() is None:
            time.sleep(0.05)
        run.process.send_signal(signal.SIGINT)
        run.finish()
        yield at_most("first request after the listing", stub.first - run.started - listing, 2, "s", timed=True)
        yield at_most(f"memory with {captioned} of {count} captioned", run.peak, MEMORY, "bytes")
        yield exactly("exit code after Ctrl-C", run.code, 130)
        for picture in path.rglob("*.jpg"):
            caption = picture.with_suffix(".txt")
            if picture != last and not caption.exists():
                caption.write_bytes(b"a picture\n")
        last.with_suffix(".txt").unlink(missing_ok=True)
        stub.forget()
        run = Run(path, stub).finish()
        yield exactly("asked again", stub.count, 1)
        yield at_most("first request of a run that goes on", stub.first - run.started, 5, "s", timed=True)
        yield at_most("memory of a run that goes on", run.peak, MEMORY, "bytes")
        page = path.with_name(path.name + ".html")
        last.with_suffix(".txt").unlink(missing_ok=True)
        run = Run(path, stub, "--report", str(page)).finish()
        yield exactly("pictures that the report counts", f"{count:,}" in page.read_text(), True)
        page.unlink()
        yield at_most(f"memory with a report of {count}", run.peak, MEMORY, "bytes")
        lines = path.with_name(path.name + ".jsonl")
        with open(lines, "w") as file:
            for picture in path.rglob("*.jpg"):
                if picture != last:
                    file.write(f'{{"file":"{picture.relative_to(path)}","prompt":"CAPTION","result":"a picture"}}\n')
        stub.forget()
        run = Run(path, stub, "--no-captions", "--jsonl", str(lines)).finish()
        lines.unlink()
        yield exactly("asked again by a list", stub.count, 1)
        yield at_most("first request of a run that goes on by a list", stub.first - run.started, 5, "s", timed=True)
        yield at_most("memory of a run that goes on by a list", run.peak, MEMORY, "bytes")


@row("K2", seconds=1800)
def twenty_thousand_with_metadata(rig):
    """Twenty thousand pictures with --exif: memory stays flat, one exiftool, gone on with by the journal"""
    if not shutil.which("exiftool"):
        yield exactly("exiftool is not installed: skipped", 0, 0)
        return
    count = rig.count(20_000, 400)
    with folder() as path, Stub() as stub:
        fill(path, count, library.golden("clients/save.jfif"))
        plain = Run(path, stub).finish()
        yield at_least("pictures a second without metadata", count / plain.seconds, 100, timed=True)
        stub.forget()
        run = Run(path, stub, "--exif", "--no-captions")
        early = watch(run, stub, count // 4)
        late = watch(run, stub, count - 10)
        run.finish()
        yield exactly("captioned", run.summary, f"Captioned {count} pictures.")
        yield at_most("seconds", run.seconds, 1500, "s", timed=True)
        yield at_least("pictures a second", count / run.seconds, 15, timed=True)
        yield at_most("memory", run.peak, MEMORY, "bytes")
        yield at_most("growth from a quarter to the end", max(late - early, 0), 10 << 20, "bytes")
        stub.forget()
        run = Run(path, stub, "--exif", "--no-captions").finish()
        yield exactly("asked again", stub.count, 0)
        yield at_most("a second run", run.seconds, 5, "s", timed=True)


def watch(run, stub, count):
    """What the run holds when so many were asked about."""
    memory = 0
    while stub.count < count and run.process.poll() is None:
        memory = run.memory() or memory
        time.sleep(0.02)
    return run.memory() or memory


@row("K3", seconds=900)
def photographers_library(rig):
    """A photographer's library: each picture has its caption and its sidecar, the originals are untouched"""
    count = rig.count(3000, 300)
    with folder() as path, Stub() as stub:
        kinds = library.make(path, count)
        before = digests(path)
        options = ["--xmp"] if shutil.which("exiftool") else []
        run = Run(path, stub, *options).finish()
        yield at_most(f"seconds for {count} pictures, {' '.join(options) or 'without exiftool'}", run.seconds, 300, "s",
                      timed=True)
        yield at_most("memory", run.peak, MEMORY, "bytes")
        changed = [name for name, digest in digests(path).items() if name in before and digest != before[name]]
        sidecars = {name for name in before if name.suffix == ".xmp"}
        yield none_of("originals that have changed", (name for name in changed if name not in sidecars), len(before))
        pictures = captioned(before)
        yield none_of("pictures without a caption", (name for name in pictures
                                                     if not (path / name).with_suffix(".txt").exists()), len(pictures))
        if options:
            yield none_of("pictures without a sidecar", (
                name for name in pictures
                if not (path / f"{name}.xmp").exists() and b"dc:description" not in (path / name).read_bytes()),
                len(pictures))
            raws = [name for name in before if name.suffix.lstrip(".").upper() in library.RAW_ENDINGS]
            pairs = [name for name in raws if (path / name).with_suffix(".JPG").exists()]
            yield exactly("RAW files beside a JPEG", len(pairs), kinds["raw beside a jpeg"])
            yield none_of("of these without a sidecar", (
                name for name in pairs if not (path / f"{name}.xmp").exists()), len(pairs))
        first, stub_count = run.summary, stub.count
        again = Run(path, stub, *options).finish()
        yield exactly("asked again", stub.count - stub_count, 0)
        yield exactly("failures of both runs", again.summary.rpartition(", ")[2], first.rpartition(", ")[2])


def digests(path):
    """The content of every file that has one, by its name below the folder."""
    return {file.relative_to(path): hashlib.sha256(file.read_bytes()).digest()
            for file in path.rglob("*") if file.is_file()}


def captioned(names):
    """The pictures among a library's files that are read: not those in rubbish, nor those that are none."""
    endings = {".jpg", ".jpeg", ".png", ".gif", ".webp", ".tif", ".heic"}
    rubbish = ("@eaDir", ".", "$RECYCLE.BIN", "__MACOSX")
    return [name for name in names if name.suffix.lower() in endings
            and not any(part.startswith(rubbish) for part in name.parts)]
