#!/usr/bin/env python3
"""Shards in and out, with a stand-in for the server and without Ray."""

import errno
import json
import random
import tarfile
import tempfile
import threading
import unittest
from pathlib import Path
from unittest import mock

import example  # the modules of the example can be imported then

import pyarrow as pa
import pyarrow.parquet as pq
from asking import Answer
from shards import BrokenShard, Counts, Names, WrongOption, caption_shard, listing


def ask(picture: bytes) -> Answer:
    """What a picture says; `?` is broken, a digit means places."""
    text = picture.decode()
    if text == "?":
        return Answer(error="The file is no picture.")
    return Answer({"labels": [text]} if text.isdigit() else f"a {text}")


class ShardTestCase(unittest.TestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.source, self.target = Path(folder.name, "in"), Path(folder.name, "out")
        self.source.mkdir()

    def caption(self, name: str, ask=ask, **names: str) -> Counts:
        return caption_shard(self.source / name, self.target / name, ask, 4, Names(**names))

    def refuses(self, kind: type[Exception], sentence: str, name: str, **options: str) -> None:
        with self.assertRaisesRegex(kind, sentence):
            self.caption(name, **options)
        self.assertEqual([path for path in self.target.rglob("*") if path.is_file()], [])


class TarTests(ShardTestCase):
    def captioned(self, members: list[tuple[str, bytes]], **names: str) -> list[tuple[str, bytes]]:
        example.write_tar(self.source / "a.tar", members)
        self.counts = self.caption("a.tar", **names)
        return example.read_tar(self.target / "a.tar")

    def test_each_sample_gets_one_member_more(self) -> None:
        members = [
            ("1.json", b"{}"), ("1.JPG", b"cat"), ("f/2.png", b"?"), ("f/2.cls", b"7"), ("f.v1/3.left.webp", b"5"),
            ("4.txt", b"old"), ("README", b"goes along"), ("4.cls", b"1"),
        ]  # fmt: skip
        out = self.captioned(members, caption="new")
        added = [
            ("1.new.txt", b"a cat"), ("f/2.new.error", b"The file is no picture."),
            ("f.v1/3.new.json", b'{"labels": ["5"]}'), ("4.new.error", b"The sample has no picture."),
        ]  # fmt: skip
        self.assertEqual([each for each in out if each not in added], members)
        self.assertEqual([each for each in out if each in added], added)
        self.assertEqual(out.index(added[0]), 2)
        self.assertEqual(self.counts, Counts(4, 2))

    def test_a_shard_done_again_has_the_same_bytes_and_keeps_its_members_facts(self) -> None:
        self.captioned([("1.jpg", b"cat"), ("1.cls", b"7"), ("2.jpg", b"?")])
        first = (self.target / "a.tar").read_bytes()
        self.caption("a.tar")
        self.assertEqual((self.target / "a.tar").read_bytes(), first)
        with tarfile.open(self.target / "a.tar") as shard:
            facts = {(info.name, info.mtime, info.mode) for info in shard}
        self.assertIn(("1.cls", 1_700_000_000, 0o640), facts)
        self.assertIn(("1.txt", 1_700_000_000, 0o644), facts)

    def test_the_extension_of_the_picture_can_be_chosen(self) -> None:
        members = [("1.depth.png", b"depth"), ("1.rgb.png", b"cat")]
        self.assertIn(("1.txt", b"a depth"), self.captioned(members))
        self.assertIn(("1.txt", b"a cat"), self.captioned(members, picture="rgb.png"))

    def test_folders_links_and_what_is_no_sample_are_copied(self) -> None:
        with tarfile.open(self.source / "a.tar", "w") as shard:
            for name, kind in (("photos", tarfile.DIRTYPE), ("latest", tarfile.SYMTYPE)):
                info = tarfile.TarInfo(name)
                info.type, info.linkname = kind, "photos" if kind == tarfile.SYMTYPE else ""
                shard.addfile(info)
        self.assertEqual(self.caption("a.tar"), Counts(0, 0))
        with tarfile.open(self.target / "a.tar") as shard:
            self.assertEqual([(info.name, info.linkname) for info in shard], [("photos", ""), ("latest", "photos")])

    def test_an_empty_archive_stays_one(self) -> None:
        self.assertEqual(self.captioned([]), [])

    def test_captions_that_are_there_are_not_written_over(self) -> None:
        example.write_tar(self.source / "a.tar", [("1.jpg", b"cat"), ("1.TXT", b"old")])
        self.refuses(WrongOption, r"has 1\.txt already; give the captions another name", "a.tar")

    def test_no_damaged_archive_loses_a_sample_silently(self) -> None:
        """Cut anywhere, or with a damaged header: it is refused, or all of it is there."""
        members = [(f"{number}.jpg", b"x" * 700) for number in range(4)]
        example.write_tar(self.source / "a.tar", members)
        whole = (self.source / "a.tar").read_bytes()
        end = 4 * (512 + 1024)
        for cut in (0, 100, 512, 900, 1536, 1537, 4 * 1536 - 400):
            (self.source / "a.tar").write_bytes(whole[:cut])
            with self.subTest(cut=cut):
                if cut == 1536:  # nothing says that there was more
                    self.assertEqual(self.caption("a.tar"), Counts(1, 0))
                    (self.target / "a.tar").unlink()
                else:
                    self.refuses(BrokenShard, ".", "a.tar")
        for header in range(0, end, 1536):
            damaged = bytearray(whole)
            damaged[header] ^= 1
            (self.source / "a.tar").write_bytes(damaged)
            with self.subTest(header=header):
                self.refuses(BrokenShard, ".", "a.tar")

    def test_answers_keep_their_order_and_few_samples_are_in_memory(self) -> None:
        """Whatever takes long: the first picture is answered last."""
        rest, asked = threading.Event(), []

        def slow(picture: bytes) -> Answer:
            asked.append(picture)
            if picture == b"0":
                self.assertTrue(rest.wait(10))
                self.assertEqual(len(asked), 8)
            elif len(asked) == 8:
                rest.set()
            return Answer(picture.decode())

        example.write_tar(self.source / "a.tar", [(f"{number}.jpg", str(number).encode()) for number in range(50)])
        self.caption("a.tar", slow)
        captions = [data for name, data in example.read_tar(self.target / "a.tar") if name.endswith(".txt")]
        self.assertEqual(captions, [str(number).encode() for number in range(50)])

    def test_random_shards(self) -> None:
        """Each sample once, each with one member more, everything else as it was, by plain code of the test's own."""
        for seed in range(100):
            dice = random.Random(seed)
            members: list[tuple[str, bytes]] = []
            for key in range(dice.randrange(20)):
                kinds = dice.sample(["jpg", "json", "cls", "seg.png"], dice.randrange(1, 5))
                members += [(f"{dice.choice(['', 'd/'])}{key}.{kinds[0]}", dice.choice([b"?", b"cat", b"12"]))]
                folder = members[-1][0].split(str(key))[0]
                members += [(f"{folder}{key}.{kind}", dice.choice([b"?", b"dog"])) for kind in kinds[1:]]
            keys = list(dict.fromkeys(name.split(".")[0] for name, _ in members))
            with self.subTest(seed=seed):
                out = self.captioned(members, caption="new")
                self.assertEqual([each for each in out if each in members], members)
                added = [each for each in out if each not in members]
                self.assertEqual([name.split(".")[0] for name, _ in added], keys)
                self.assertEqual(self.counts.errors, sum(name.endswith(".error") for name, _ in added))


class ParquetTests(ShardTestCase):
    def captioned(self, table: pa.Table, **names: str) -> pa.Table:
        pq.write_table(table, self.source / "a.parquet")
        self.counts = self.caption("a.parquet", **names)
        return pq.read_table(self.target / "a.parquet")

    def test_two_columns_more(self) -> None:
        for kind in (pa.binary(), pa.large_binary()):
            table = pa.table({"id": range(4), "image": pa.array([b"cat", b"?", None, b"7"], kind)})
            out = self.captioned(table)
            self.assertEqual(out.select(["id", "image"]), table)
            self.assertEqual(out["caption"].to_pylist(), ["a cat", None, None, '{"labels": ["7"]}'])
            errors = [None, "The file is no picture.", "The row has no picture.", None]
            self.assertEqual(out["caption_error"].to_pylist(), errors)
            self.assertEqual(self.counts, Counts(4, 2))

    def test_pictures_as_datasets_writes_them_and_its_list_of_columns(self) -> None:
        features = {"image": {"_type": "Image"}}
        picture = pa.struct([("bytes", pa.binary()), ("path", pa.string())])
        rows = [{"bytes": b"cat", "path": "1.jpg"}, {"bytes": None, "path": "2.jpg"}]
        table = pa.table({"image": pa.array(rows, picture)})
        notes = {b"huggingface": json.dumps({"info": {"features": features}}).encode()}
        out = self.captioned(table.replace_schema_metadata(notes), caption="florence")
        self.assertEqual(out["florence"].to_pylist(), ["a cat", None])
        known = json.loads(out.schema.metadata[b"huggingface"])["info"]["features"]
        text = {"dtype": "string", "_type": "Value"}
        self.assertEqual(known, {**features, "florence": text, "florence_error": text})

    def test_many_rows_and_none(self) -> None:
        names = [f"cat {number}" for number in range(300)]
        out = self.captioned(pa.table({"picture": [name.encode() for name in names]}), picture="picture")
        self.assertEqual(out["caption"].to_pylist(), [f"a {name}" for name in names])
        out = self.captioned(pa.table({"image": pa.array([], pa.binary())}))
        self.assertEqual((out.num_rows, out.column_names), (0, ["image", "caption", "caption_error"]))

    def test_wrong_columns(self) -> None:
        pq.write_table(pa.table({"url": ["a"], "caption": ["b"], "data": [b"c"]}), self.source / "a.parquet")
        self.refuses(WrongOption, "has no column image, but url, caption, data: choose with --image", "a.parquet")
        self.refuses(WrongOption, "The column url of .* has no bytes, but string", "a.parquet", picture="url")
        self.refuses(WrongOption, "has a column caption already", "a.parquet", picture="data")

    def test_damaged_files(self) -> None:
        pq.write_table(pa.table({"image": [bytes([number]) * 999 for number in range(99)]}), self.source / "a.parquet")
        whole = (self.source / "a.parquet").read_bytes()
        for damaged in (b"", b"PAR1", whole[:-9], whole[:500] + bytes(500) + whole[1000:]):
            (self.source / "a.parquet").write_bytes(damaged)
            with self.subTest(len(damaged)):
                self.refuses(BrokenShard, ".", "a.parquet")


class FileTests(ShardTestCase):
    def test_listing(self) -> None:
        for name in ("b.tar", "a.parquet", "deep/er/c.tar", ".b.tar.1.part", ".hidden.tar", "d.tar.gz", "e.txt"):
            (self.source / name).parent.mkdir(parents=True, exist_ok=True)
            (self.source / name).touch()
        (self.source / "folder.tar").mkdir()
        self.assertEqual(listing(self.source), ["a.parquet", "b.tar", "deep/er/c.tar"])

    def test_a_shard_is_there_when_it_is_whole(self) -> None:
        seen: list[list[str]] = []

        def look(picture: bytes) -> Answer:
            seen.append(sorted(path.name for path in self.target.rglob("*") if path.is_file()))
            return ask(picture)

        example.write_tar(self.source / "a.tar", [(f"{number}.jpg", b"cat") for number in range(30)])
        self.caption("a.tar", look)
        self.assertEqual([names for names in seen if "a.tar" in names], [])
        self.assertRegex(seen[-1][0], r"^\.a\.tar\.[0-9a-f]{32}\.part$")
        self.assertEqual([path.name for path in self.target.iterdir()], ["a.tar"])

    def test_a_missing_shard_is_one_that_cannot_be_read(self) -> None:
        self.refuses(BrokenShard, "No such file", "missing.tar")
        self.refuses(BrokenShard, "No such file", "missing.parquet")

    def test_a_full_disk_ends_the_run(self) -> None:
        example.write_tar(self.source / "a.tar", [("1.jpg", b"cat")])
        full = OSError(errno.ENOSPC, "No space left on device")
        with mock.patch("tarfile.TarFile.addfile", side_effect=full), self.assertRaises(OSError) as caught:
            self.caption("a.tar")
        self.assertIs(caught.exception, full)
        self.assertEqual(list(self.target.iterdir()), [])

    def test_what_the_asker_raises_ends_the_run(self) -> None:
        def fail(picture: bytes) -> Answer:
            raise RuntimeError("no server")

        example.write_tar(self.source / "a.tar", [(f"{number}.jpg", b"cat") for number in range(30)])
        with self.assertRaisesRegex(RuntimeError, "no server"):
            self.caption("a.tar", fail)
        self.assertEqual(list(self.target.iterdir()), [])


class RequirementsTests(unittest.TestCase):
    def test_the_tests_use_what_the_example_lists(self) -> None:
        listed = (example.EXAMPLE / "requirements.txt").read_text().splitlines()
        tested = Path(__file__).with_name("requirements.txt").read_text().splitlines()
        self.assertEqual([line for line in listed if line not in tested], [])


if __name__ == "__main__":
    unittest.main()
