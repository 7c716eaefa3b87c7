#!/usr/bin/env python3
"""Captions a dataset in shards, WebDataset's tar or Parquet, on all machines of a Ray cluster; see README.md."""

import argparse
import logging
import shlex
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import ray
import ray.data
from asking import Asker
from node_server import NodeServer, ServerFailed
from shards import BrokenShard, Counts, Names, WrongOption, caption_shard, listing

HERE = Path(__file__).resolve().parent


@dataclass(frozen=True)
class Job:
    """What an actor has to know."""

    source: Path
    target: Path
    command: list[str]
    fields: dict[str, str]
    concurrent: int
    names: Names = field(default_factory=Names)


class ShardCaptioner:
    """An actor of Ray Data. Those of one node share its server; what is lost with one is given to another by Ray."""

    def __init__(self, job: Job) -> None:
        context = ray.get_runtime_context()
        folder = Path(tempfile.gettempdir(), f"vision-server-{context.get_job_id()}-{context.get_node_id()}")
        self.job = job
        self.ask = Asker(NodeServer(folder, job.command), job.fields)

    def __call__(self, row: dict[str, Any]) -> dict[str, Any]:
        """The shard's name, counts and `failure`; `ends` says that the other shards would fail, too."""
        job, counts, failure, ends = self.job, Counts(), "", False
        source, target = job.source / row["shard"], job.target / row["shard"]
        try:
            counts = caption_shard(source, target, self.ask, job.concurrent, job.names)
        except BrokenShard as error:
            failure = f"{source} cannot be read: {error}"
        except (ServerFailed, WrongOption, OSError) as error:
            failure, ends = str(error), True
        return {**row, **counts._asdict(), "failure": failure, "ends": ends}


def caption(job: Job, shards: list[str], actors: int) -> Iterator[dict[str, Any]]:
    """A row for each shard when it is done."""
    context = ray.data.DataContext.get_current()
    context.enable_progress_bars = False
    logging.getLogger("ray.data").setLevel(logging.WARNING)
    pool = ray.data.ActorPoolStrategy(size=min(actors, len(shards)), max_tasks_in_flight_per_actor=1)
    rows = ray.data.from_items([{"shard": shard} for shard in shards], override_num_blocks=len(shards)).map(
        ShardCaptioner, fn_constructor_args=(job,), compute=pool, num_cpus=0.1
    )  # The servers compute, not the actors, and Ray knows nothing of them.
    for table in rows.iter_batches(batch_size=None, batch_format="pyarrow", prefetch_batches=0):
        yield from table.to_pylist()


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("input", type=Path, metavar="INPUT", help="folder with .tar and .parquet shards")
    parser.add_argument("output", type=Path, metavar="OUTPUT", help="folder for the same shards with captions")
    parser.add_argument("--task", default="MORE_DETAILED_CAPTION", help="prompt of the server (default: %(default)s)")
    parser.add_argument("--image", default="", help="column of the picture (default: image), or its extension in a tar")
    parser.add_argument("--field", default="", help="column of the captions (default: caption); in a tar none: KEY.txt")
    parser.add_argument("--beams", help="beams of the search, 1 to 8 (default: those of the model)")
    parser.add_argument("--tokens", help="most tokens of an answer, 1 to 1024 (default: those of the model)")
    parser.add_argument("--model", default="large", help="model of the servers (default: %(default)s)")
    parser.add_argument("--program", default=program(), help="the server on every node (default: %(default)s)")
    parser.add_argument("--server-options", default="", help="more of its options, such as '--precision int8'")
    parser.add_argument("--actors", type=int, help="actors in the whole cluster (default: two a node)")
    parser.add_argument("--concurrent", type=int, default=8, help="pictures an actor asks for at once (default: 8)")
    parser.add_argument("--address", help="of the Ray cluster (default: that of this machine, else a new one)")
    return parser.parse_args()


def program() -> str:
    built = HERE.parents[1] / ".build/release/vision-server"
    return shutil.which("vision-server") or (str(built) if built.exists() else "vision-server")


def job_of(options: argparse.Namespace) -> Job:
    fields = {"prompt": options.task, "num_beams": options.beams, "max_new_tokens": options.tokens}
    return Job(
        options.input.resolve(),
        options.output.resolve(),
        [options.program, "--model", options.model, "--unload-after", "60", *shlex.split(options.server_options)],
        {name: value for name, value in fields.items() if value},
        options.concurrent,
        Names(options.image, options.field),
    )


def run(job: Job, options: argparse.Namespace) -> int:
    """The exit code."""
    shards = listing(job.source)
    left = [shard for shard in shards if not (job.target / shard).exists()]
    print(f"{len(shards)} shards in {job.source}, {len(shards) - len(left)} of them done before.", flush=True)
    if not left:
        return 0
    environment = {"working_dir": str(HERE), "excludes": ["README.md", "__pycache__"]}
    ray.init(address=options.address, runtime_env=environment, logging_level=logging.WARNING)
    nodes = [node for node in ray.nodes() if node["Alive"] and node["Resources"].get("CPU")]
    samples = errors = failures = 0
    start = time.monotonic()
    for number, row in enumerate(caption(job, left, options.actors or 2 * len(nodes)), 1):
        if row["ends"]:
            print(row["failure"], file=sys.stderr)
            return 1
        samples, errors, failures = samples + row["samples"], errors + row["errors"], failures + bool(row["failure"])
        says = row["failure"] or f"{row['shard']}, {row['samples']} samples, {row['errors']} with an error"
        rate = samples / (time.monotonic() - start)
        print(f"{number} of {len(left)} shards, {rate:.1f} samples/s: {says}", flush=True)
    for part in job.target.rglob(".*.part"):  # of workers that were lost
        part.unlink(missing_ok=True)
    print(f"{samples} samples, {errors} with an error; {failures} shards cannot be read.")
    return 1 if failures else 0


def main() -> int:
    options = arguments()
    job = job_of(options)
    if not job.source.is_dir() or job.target == job.source or job.source in job.target.parents:
        print("INPUT has to be a folder, and OUTPUT another one outside it.", file=sys.stderr)
        return 2
    try:
        return run(job, options)
    except KeyboardInterrupt:
        print("Interrupted; the same command goes on.", file=sys.stderr)
        return 130


if __name__ == "__main__":
    sys.exit(main())
