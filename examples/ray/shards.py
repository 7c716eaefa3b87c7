"""Reads a shard, WebDataset's tar or Parquet, and writes the same with captions. Nothing here knows Ray."""

import collections
import io
import json
import os
import re
import tarfile
import uuid
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from pathlib import Path
from typing import BinaryIO, NamedTuple, TypeVar

import pyarrow as pa
import pyarrow.parquet as pq
from asking import Answer

Sample = TypeVar("Sample")

KINDS = (".tar", ".parquet")
PICTURES = {"avif", "bmp", "gif", "heic", "heif", "jpeg", "jpg", "jxl", "png", "tif", "tiff", "webp"}
# As WebDataset splits a name: `photos/0001.left.jpg` is the member `left.jpg` of the sample `photos/0001`.
MEMBER = re.compile(r"((?:.*/)?[^./]+)\.([^/]*)")
# Rows that are in memory at a time, and that make a row group.
ROWS = 128


class BrokenShard(ValueError):
    """The shard cannot be read; others can."""


class WrongOption(ValueError):
    """The shard has no such picture, or has such a caption already; so will the others."""


class Names(NamedTuple):
    """`picture`: column, or extension in a tar, of the picture. `caption`: column of the captions, or what stands
    before their extension in a tar. Empty is what is usual."""

    picture: str = ""
    caption: str = ""


class Counts(NamedTuple):
    samples: int = 0
    errors: int = 0


def listing(folder: Path) -> list[str]:
    """All shards in a folder and those below, by their paths from there."""
    return sorted(
        str(path.relative_to(folder))
        for path in folder.rglob("*")
        if path.suffix in KINDS and not path.name.startswith(".") and path.is_file()
    )


def caption_shard(source: Path, target: Path, ask: Callable[[bytes], Answer], concurrent: int, names: Names) -> Counts:
    """The target is there when it is whole, never before; what was there is replaced."""
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(f".{target.name}.{uuid.uuid4().hex}.part")
    pool = ThreadPoolExecutor(concurrent)
    caption = caption_tar if source.suffix == ".tar" else caption_parquet
    try:
        counts = caption(source, part, ask, pool, 2 * concurrent, names)
        with open(part, "rb") as file:
            os.fsync(file.fileno())
        part.replace(target)
        return counts
    except (tarfile.TarError, pa.ArrowInvalid) as error:
        raise BrokenShard(str(error)) from error
    except OSError as error:
        # Arrow has no number for what is damaged. A full disk is nothing that another shard would change.
        if error.errno is None or error.filename == str(source):
            raise BrokenShard(error.strerror or str(error)) from error
        raise
    finally:
        pool.shutdown(cancel_futures=True)
        part.unlink(missing_ok=True)


def in_order(
    pool: Executor, samples: Iterable[Sample], work: Callable[[Sample], Answer], ahead: int
) -> Iterator[tuple[Sample, Answer]]:
    """Samples with their answers, in their order; `ahead` of them are worked on, or wait for one before them."""
    waiting: collections.deque[tuple[Sample, Future[Answer]]] = collections.deque()
    for sample in samples:
        waiting.append((sample, pool.submit(work, sample)))
        if len(waiting) >= ahead:
            first, answer = waiting.popleft()
            yield first, answer.result()
    for sample, answer in waiting:
        yield sample, answer.result()


# WebDataset


class TarSample(NamedTuple):
    """Members that follow each other and have one name before their extension; with whatever lies between them."""

    key: str | None
    members: list[tuple[tarfile.TarInfo, bytes]]

    def picture(self, extension: str) -> bytes | None:
        wanted = {extension.lower()} if extension else PICTURES
        for info, data in self.members:
            found = MEMBER.fullmatch(info.name)
            if found and info.isreg() and (found[2].lower() in wanted or found[2].lower().split(".")[-1] in wanted):
                return data
        return None


def caption_tar(
    source: Path, part: Path, ask: Callable[[bytes], Answer], pool: Executor, ahead: int, names: Names
) -> Counts:
    def work(sample: TarSample) -> Answer:
        picture = sample.picture(names.picture)
        return Answer(error="The sample has no picture.") if picture is None else ask(picture)

    count = errors = 0
    with open(source, "rb") as file, tarfile.open(fileobj=file, mode="r:") as shard, tarfile.open(part, "w") as out:
        for sample, answer in in_order(pool, tar_samples(shard), work, ahead):
            for info, data in sample.members:
                out.addfile(info, io.BytesIO(data) if info.isreg() else None)
            if sample.key is None:
                continue
            count, errors = count + 1, errors + (answer.error is not None)
            info, data = caption_member(sample, answer, names.caption)
            if any(info.name.lower() == each.name.lower() for each, _ in sample.members):
                raise WrongOption(f"{source} has {info.name} already; give the captions another name with --field.")
            out.addfile(info, io.BytesIO(data))
        check_end(file, shard.offset)
    return Counts(count, errors)


def tar_samples(shard: tarfile.TarFile) -> Iterator[TarSample]:
    sample = TarSample(None, [])
    for info in shard:
        member = MEMBER.fullmatch(info.name)
        if member and member[1] != sample.key:
            if sample.members:
                yield sample
            sample = TarSample(member[1], [])
        reader = shard.extractfile(info) if info.isreg() else None
        sample.members.append((info, reader.read() if reader else b""))
    if sample.members:
        yield sample


def caption_member(sample: TarSample, answer: Answer, name: str) -> tuple[tarfile.TarInfo, bytes]:
    """KEY.txt with a text, KEY.json with places, KEY.error with what is wrong; as old as the sample, so that a shard
    that is done again has the same bytes."""
    kind = "error" if answer.error is not None else "txt" if isinstance(answer.result, str) else "json"
    data = (answer.error or text_of(answer)).encode()
    info = tarfile.TarInfo(".".join(filter(None, (sample.key, name, kind))))
    info.size, info.mtime = len(data), sample.members[0][0].mtime
    return info, data


def check_end(file: BinaryIO, offset: int) -> None:
    """tarfile takes a damaged header for the end: what follows the last member has to be empty."""
    file.seek(offset)
    while block := file.read(1 << 20):
        if any(block):
            raise BrokenShard(f"The archive is damaged at byte {offset}.")


# Parquet


def caption_parquet(
    source: Path, part: Path, ask: Callable[[bytes], Answer], pool: Executor, ahead: int, names: Names
) -> Counts:
    picture, caption = names.picture or "image", names.caption or "caption"
    added = (caption, f"{caption}_error")
    count = errors = 0
    with open(source, "rb") as file, pq.ParquetFile(file) as shard:
        check_columns(source, shard.schema_arrow, picture, added)
        with pq.ParquetWriter(part, with_columns(shard.schema_arrow, added)) as out:
            for batch in shard.iter_batches(ROWS):
                pairs = in_order(pool, batch.column(picture), lambda cell: ask_cell(cell, ask), ahead)
                answers = [answer for _, answer in pairs]
                texts = [None if answer.error is not None else text_of(answer) for answer in answers]
                columns = [*batch.columns, pa.array(texts, pa.string())]
                columns.append(pa.array([answer.error for answer in answers], pa.string()))
                out.write_table(pa.Table.from_arrays(columns, schema=out.schema))
                count += len(answers)
                errors += sum(answer.error is not None for answer in answers)
    return Counts(count, errors)


def ask_cell(cell: pa.Scalar, ask: Callable[[bytes], Answer]) -> Answer:
    """A column of pictures has their bytes, or, as `datasets` writes it, bytes and a path."""
    value = cell.as_py()
    picture = value["bytes"] if isinstance(value, dict) else value
    return Answer(error="The row has no picture.") if picture is None else ask(picture)


def check_columns(source: Path, schema: pa.Schema, picture: str, added: tuple[str, str]) -> None:
    if picture not in schema.names:
        raise WrongOption(f"{source} has no column {picture}, but {', '.join(schema.names)}: choose with --image.")
    kind = schema.field(picture).type
    if pa.types.is_struct(kind) and kind.get_field_index("bytes") >= 0:
        kind = kind.field("bytes").type
    if not (pa.types.is_binary(kind) or pa.types.is_large_binary(kind)):
        raise WrongOption(f"The column {picture} of {source} has no bytes, but {kind}: choose another with --image.")
    for name in added:
        if name in schema.names:
            raise WrongOption(f"{source} has a column {name} already; give the captions another name with --field.")


def with_columns(schema: pa.Schema, names: tuple[str, str]) -> pa.Schema:
    """`datasets` keeps a list of its own of the columns, and reads no file where they differ."""
    metadata = dict(schema.metadata or {})
    if b"huggingface" in metadata:
        notes = json.loads(metadata[b"huggingface"])
        if "features" in notes.get("info", {}):
            notes["info"]["features"].update({name: {"dtype": "string", "_type": "Value"} for name in names})
        metadata[b"huggingface"] = json.dumps(notes).encode()
    for name in names:
        schema = schema.append(pa.field(name, pa.string()))
    return schema.with_metadata(metadata)


def text_of(answer: Answer) -> str:
    return answer.result if isinstance(answer.result, str) else json.dumps(answer.result)
