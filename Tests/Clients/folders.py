"""A tenth of a photographer's library, and a training set, captioned by the demo model.

Usage: python3 folders.py http://127.0.0.1:PORT

Python's standard library only, and exiftool where there is one.
"""

import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "tools" / "reliability"))

import library  # noqa: E402

CLIENT = ROOT / ".build" / "release" / "vision-client"
EXIFTOOL = shutil.which("exiftool")
ADDRESS = None


class FolderCase(unittest.TestCase):
    def setUp(self):
        self.home = pathlib.Path(tempfile.mkdtemp(prefix="vision-folders-"))
        self.addCleanup(shutil.rmtree, self.home, ignore_errors=True)
        self.folder = self.home / "pictures"

    def run_client(self, *arguments, input=None):
        environment = {name: value for name, value in os.environ.items() if not name.startswith("VISION_")}
        environment |= {"VISION_HOST": ADDRESS, "XDG_STATE_HOME": str(self.home / "state")}
        return subprocess.run(
            [str(CLIENT), "folder", *arguments, "--quiet"], capture_output=True, text=True, env=environment,
            cwd=self.home, input=input, check=False)

    def names(self, ending):
        return sorted(path for path in self.folder.rglob("*" + ending) if path.is_file())


class LibraryTests(FolderCase):
    def setUp(self):
        super().setUp()
        self.kinds = library.make(self.folder, 300, seed=3)

    def broken(self):
        return self.kinds["broken"]

    def test_captions_and_sidecars(self):
        before = {path: path.read_bytes() for path in self.names("") if path.suffix != ".xmp"}
        options = ["--xmp"] if EXIFTOOL else []
        first = self.run_client("CAPTION", "txt", "pictures", "--failures", "failures.jsonl", *options)
        failures = [json.loads(line) for line in (self.home / "failures.jsonl").read_text().splitlines()]
        self.assertEqual(first.returncode, 1, first.stderr)
        self.assertLessEqual(len(failures), self.broken(), failures[:3])
        for path, content in before.items():
            self.assertEqual(path.read_bytes(), content, path)
        captions = self.names(".txt")
        self.assertGreater(len(captions), 200)
        for path in captions:
            self.assertTrue(path.read_text().strip(), path)
        second = self.run_client("CAPTION", "txt", "pictures", *options)
        self.assertIn(f"skipped {len(captions)} captioned before", second.stderr)
        if EXIFTOOL:
            self.look_at_sidecars()

    def look_at_sidecars(self):
        # Of pairs the RAW file has one, too.
        raws = [path for ending in library.RAW_ENDINGS for path in self.names("." + ending)]
        pairs = [path for path in raws if path.with_suffix(".JPG").exists()]
        self.assertEqual(len(pairs), self.kinds["raw beside a jpeg"])
        for path in pairs:
            self.assertEqual(self.description(f"{path}.xmp"), self.description(f"{path.with_suffix('.JPG')}.xmp"))
        # What the owner has said counts.
        owned = [path for path in self.names(".jpg") if b"<dc:description>" in path.read_bytes()]
        self.assertEqual(len(owned), self.kinds["mine"])
        self.assertFalse([path for path in owned if pathlib.Path(f"{path}.xmp").exists()])

    def description(self, path):
        words = subprocess.run([EXIFTOOL, "-s3", "-XMP-dc:Description", path], capture_output=True, check=True).stdout
        self.assertTrue(words.strip(), path)
        return words

    @unittest.skipUnless(EXIFTOOL, "exiftool is not installed")
    def test_tags_beside_the_owners(self):
        self.run_client("GENERATE_TAGS", "txt", "pictures", "--no-captions", "--exif")
        owned = [path for path in self.names(".jpg") if b"<dc:description>" in path.read_bytes()]
        self.assertTrue(owned)
        for path in owned:
            fields = json.loads(subprocess.run(
                [EXIFTOOL, "-j", "-XMP-dc:Subject", "-IPTC:Keywords", "-XMP-digiKam:TagsList", path],
                capture_output=True, check=True).stdout)[0]
            self.assertGreater(len(fields["Subject"]), 3, fields)
            lists = [[str(word) for word in fields[name]] for name in ("Subject", "Keywords", "TagsList")
                     if name in fields]
            for words in lists:
                self.assertEqual(len(words), len({word.lower() for word in words}), fields)
                self.assertEqual(set(words), set(lists[0]), fields)

    def test_a_plan_does_nothing(self):
        before = self.names("")
        plan = self.run_client("CAPTION", "txt", "pictures", "--dry-run", "--since", "2020-01-01")
        self.assertGreater(plan.stdout.count(": would be captioned\n"), 200)
        self.assertEqual(self.names(""), before)


class TrainingSetTests(FolderCase):
    def test_captions(self):
        counts = library.make_training_set(self.folder, 200)
        run = self.run_client("CAPTION", "txt", "pictures", "--trigger", "ohwx", "--full-names", "--jobs", "auto")
        self.assertEqual(run.returncode, 0, run.stderr)
        captions = [path for path in self.names(".txt") if path.with_suffix("").suffix]
        self.assertEqual(len(captions), counts["pictures"])
        for path in captions:
            self.assertTrue(path.read_text().startswith("ohwx"), path)
        self.assertIn(f"skipped {counts['pictures']} captioned before", self.run_client(
            "CAPTION", "txt", "pictures", "--full-names").stderr)


if __name__ == "__main__":
    ADDRESS = sys.argv.pop(1)
    unittest.main()
