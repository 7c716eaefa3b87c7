#!/usr/bin/env python3
"""The command on a Ray cluster of two nodes on this machine, of which one is lost."""

import contextlib
import io
import os
import re
import secrets
import shlex
import shutil
import subprocess
import sys
import tempfile
import unittest
import warnings
from collections import Counter
from pathlib import Path
from unittest import mock

import example  # the modules of the example can be imported then

import pyarrow as pa
import pyarrow.parquet as pq
import webdataset

BROKEN = {"3": b"rubbish", "11": b""}
TARS, ROWS, SAMPLES = 6, 2, 6  # shards of each kind, and samples in each
CAPTION = 'a red square, a brown square and a green heart plus an orange cross with the word "FISH"'
OPTIONS = ("--task", "CAPTION", "--model", "demo", "--program", str(example.PROGRAM))
# Nothing is sent to anybody, and nobody else can send anything: all listen on 127.0.0.1, as on systems where Ray has
# no clusters of several machines, and ask for a token.
ALONE = {
    "RAY_USAGE_STATS_ENABLED": "0", "RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER": "0", "RAY_DEDUP_LOGS": "0",
    "RAY_AUTH_MODE": "token", "RAY_AUTH_TOKEN": secrets.token_hex(32),
}  # fmt: skip
# A server that waits at its start until it may go on.
GATED = f"""#!/bin/sh
echo "$PPID" > "$TMPDIR/new-$$" && mv "$TMPDIR/new-$$" "$TMPDIR/parent-$$"
until [ -e "$TMPDIR/go-$$" ] || [ -e "$TMPDIR/go" -a ! -e "$TMPDIR/stay-$$" ]; do sleep 0.1; done
exec {shlex.quote(str(example.PROGRAM))} "$@"
"""
NODE = {"node_ip_address": "127.0.0.1", "num_cpus": 1, "object_store_memory": 80_000_000}


def picture(key: str) -> bytes:
    return BROKEN.get(key, example.PICTURE)


def write_shards(folder: Path) -> None:
    """The keys are numbers, from 0, first in tars, then in Parquet."""
    keys = [str(number) for number in range((TARS + ROWS) * SAMPLES)]
    for number in range(TARS):
        members = [
            member
            for key in keys[number * SAMPLES : (number + 1) * SAMPLES]
            for member in ((f"{key}.png", picture(key)), (f"{key}.cls", key.encode()))
        ]
        example.write_tar(folder / f"part-{number % 2}/{number:03}.tar", members)
    for number in range(TARS, TARS + ROWS):
        some = keys[number * SAMPLES : (number + 1) * SAMPLES]
        table = pa.table({"key": some, "image": [picture(key) for key in some]})
        pq.write_table(table, folder / f"{number:03}.parquet")


def read_shards(folder: Path) -> list[tuple[str, bytes, str | None, str | None]]:
    """Key, picture, caption and error of all samples; the tars are read by WebDataset itself."""
    rows = []
    tars = [str(path) for path in sorted(folder.rglob("*.tar"))]
    warnings.simplefilter("ignore", ResourceWarning)  # of what WebDataset leaves open
    for sample in webdataset.WebDataset(tars, shardshuffle=False, empty_check=False):
        texts = [sample[kind].decode() if kind in sample else None for kind in ("txt", "error")]
        assert sample["cls"].decode() == sample["__key__"], sample
        rows.append((sample["__key__"], sample["png"], *texts))
    for path in sorted(folder.rglob("*.parquet")):
        rows += [tuple(row.values()) for row in pq.read_table(path).to_pylist()]
    return rows


def files(folder: Path) -> dict[str, tuple[int, bytes]]:
    found = [path for path in folder.rglob("*") if path.is_file()]
    return {str(path.relative_to(folder)): (path.stat().st_mtime_ns, path.read_bytes()) for path in found}


class ClusterTests(unittest.TestCase):
    def setUp(self) -> None:
        # Ray's sockets are in it, and their names must be short.
        self.folder = Path(tempfile.mkdtemp(prefix="ray", dir="/tmp"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.source, self.target = self.folder / "in", self.folder / "out"
        self.mark = str(self.folder)
        environment = mock.patch.dict(os.environ, {**ALONE, "TMPDIR": str(self.folder), "TEST_MARK": self.mark})
        environment.start()
        self.addCleanup(environment.stop)
        self.said = ""

    def start_cluster(self) -> None:
        from ray.cluster_utils import Cluster

        quick = {"health_check_period_ms": 500, "health_check_failure_threshold": 3}  # to see that a node is lost
        head = {**NODE, "include_dashboard": False, "temp_dir": str(self.folder / "ray"), "_system_config": quick}
        with contextlib.redirect_stdout(io.StringIO()):
            self.cluster = Cluster(initialize_head=True, head_node_args=head)
            self.addCleanup(self.cluster.shutdown)
            self.second = self.cluster.add_node(**NODE)

    def start(self, *options: str) -> subprocess.Popen[str]:
        command = [sys.executable, str(example.EXAMPLE / "caption.py"), str(self.source), str(self.target)]
        return subprocess.Popen(
            [*command, *OPTIONS, "--address", self.cluster.address, *options],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        )  # fmt: skip

    def says(self, process: subprocess.Popen[str], sentence: str) -> re.Match[str]:
        """Reads until a line says it."""
        for line in process.stdout:
            self.said += line
            if found := re.search(sentence, line):
                return found
        self.fail(f"{sentence!r} is in no line of:\n{self.said}")

    def run_through(self, *options: str) -> tuple[str, int]:
        with self.start(*options) as run:
            self.addCleanup(run.kill)
            return run.communicate(timeout=example.LONGEST)[0], run.wait()

    def node_of(self, parent: Path) -> str:
        """By the lock that the server's parent has open."""
        opened = [os.path.realpath(link) for link in Path(f"/proc/{parent.read_text().strip()}/fd").iterdir()]
        return next(path for path in opened if path.endswith("/lock")).removesuffix("/lock").split("-")[-1]

    def test_a_lost_node_and_going_on(self) -> None:
        write_shards(self.source)
        self.start_cluster()
        self.lose_a_node()
        self.check_all()
        self.go_on()
        self.fail_at_once()
        example.wait_until(lambda: not example.servers(self.mark), "the end of the servers")

    def lose_a_node(self) -> None:
        """No server starts until all four actors are in the middle of a shard, and then the first node's alone does:
        what the second node's actors have begun when that is lost has to be done by others."""
        gated = self.folder / "gated"
        gated.write_text(GATED)
        gated.chmod(0o755)
        with self.start("--actors", "4", "--program", str(gated)) as run:
            self.addCleanup(run.kill)
            self.says(run, "^8 shards in .*, 0 of them done before")
            example.wait_until(lambda: len(list(self.target.rglob(".*.part"))) == 4, "the start of all actors")
            example.wait_until(lambda: len(list(self.folder.glob("parent-*"))) == 2, "the start of both servers")
            waiting = {self.node_of(path): path.name.split("-")[1] for path in self.folder.glob("parent-*")}
            (self.folder / f"stay-{waiting.pop(self.second.node_id)}").touch()
            (self.folder / f"go-{waiting.popitem()[1]}").touch()
            self.says(run, "^1 of 8 shards")
            self.assertEqual(len(example.servers(self.mark)), 1)
            self.cluster.remove_node(self.second, allow_graceful=False)
            (self.folder / "go").touch()
            self.says(run, "^8 of 8 shards")
            self.says(run, "^48 samples, 2 with an error; 0 shards cannot be read")
            self.said += run.communicate(timeout=example.LONGEST)[0]
        self.assertEqual(run.returncode, 0, self.said)

    def go_on(self) -> None:
        """What is there stays untouched, what is missing is done, and what cannot be read is said."""
        lost, broken = self.target / "part-1/003.tar", self.source / "part-1/new.tar"
        before = files(self.target)
        lost.unlink()
        broken.write_bytes(b"no archive")
        said, status = self.run_through("--actors", "1")
        self.assertIn("9 shards in", said)
        self.assertIn("7 of them done before", said)
        self.assertRegex(said, r"of 2 shards, .*: part-1/003\.tar, 6 samples, 0 with an error\n")
        self.assertRegex(said, r"of 2 shards, .*/part-1/new\.tar cannot be read: .+\n")
        self.assertIn("6 samples, 0 with an error; 1 shards cannot be read.", said)
        self.assertEqual(status, 1)
        after = files(self.target)
        self.assertEqual(lost.read_bytes(), before.pop("part-1/003.tar")[1])
        del after["part-1/003.tar"]
        self.assertEqual(after, before)

    def fail_at_once(self) -> None:
        """What is wrong with the command is said in one line, and no shard counts as done."""
        self.target = self.folder / "never"
        said, status = self.run_through("--task", "SING", "--actors", "1")
        self.assertRegex(said, '\nThe server says: Unknown prompt "SING".*\n$')
        self.assertEqual((status, files(self.target)), (1, {}))

    def check_all(self) -> None:
        rows = read_shards(self.target)
        keys = [str(number) for number in range((TARS + ROWS) * SAMPLES)]
        self.assertEqual(Counter(key for key, *_ in rows), Counter(keys))
        for key, data, caption, error in rows:
            self.assertEqual(data, picture(key))
            self.assertEqual((caption, error is not None), (None, True) if key in BROKEN else (CAPTION, False), key)


if __name__ == "__main__":
    unittest.main()
