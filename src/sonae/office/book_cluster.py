"""A book on several machines: the same chunks as on one, as tasks of a dask.distributed cluster.

A worker reads its own row groups, prices them and writes a part of the result, so no rows pass through the scheduler.
Where the chunks begin does not depend on the workers, and parts are put together in the order of their rows: the
content hash is the one of `book_files.rate_file`.
"""

import itertools
import os
import shutil
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa

from sonae.office import book_files, compiled_code
from sonae.office.book_cells import NotABook
from sonae.office.book_files import Report, Writer, count, in_chunks, parquet, rate_chunk
from sonae.product import Product

WAIT = "15s"
"""How long a scheduler may take to answer."""


class Part(NamedTuple):
    """Neighbouring chunks of one task: the row groups that they lie in, how many rows of those to pass over first, and
    how many to take, in chunks of `chunk` rows. `number` from 0 orders the parts."""

    number: int
    row_groups: tuple[int, ...]
    skipped: int
    rows: int
    chunk: int


class Job(NamedTuple):
    """What every task needs: the file, the folder of the parts, whether lines are wanted, the hash of the code, the
    day from which sheets are judged."""

    source: Path
    folder: Path
    lines: bool
    sources: str
    inception: date | None


def parts(groups: list[int], chunk: int) -> list[Part]:
    """The tasks of a file whose row groups have so many rows: the chunks that begin in the same row group.

    So no row group is read more than twice, and none is cut where a chunk is not.
    """
    ends = list(itertools.accumulate(groups))
    total = ends[-1] if ends else 0
    beginning: dict[int, list[int]] = {}
    for start in range(0, total, chunk):
        beginning.setdefault(_group_of(ends, start), []).append(start)
    found = []
    for number, (first, starts) in enumerate(beginning.items()):
        end = min(starts[-1] + chunk, total)
        row_groups = tuple(range(first, _group_of(ends, end - 1) + 1))
        found.append(Part(number, row_groups, starts[0] - (ends[first] - groups[first]), end - starts[0], chunk))
    return found


def _group_of(ends: list[int], row: int) -> int:
    return next(number for number, end in enumerate(ends) if row < end)


_products: dict[str, Product] = {}
"""On a worker: one object a product, so that its tables are laid out once."""


def rate_part(product: Product, job: Job, part: Part) -> Report:
    """On a worker: price a part and write it. Done twice it gives the same file."""
    if compiled_code.sources() != job.sources:
        raise NotABook("ワーカーのsonaeの版が違います / a worker runs another version of sonae")
    compiled_code.keep()
    product = _products.setdefault(product.hash, product)
    report = Report()
    with Writer(_file_of(job.folder, part)) as writer:
        for chunk in in_chunks(_rows(job.source, part), part.chunk):
            rated = rate_chunk(product, chunk, job.lines, job.inception)
            count(report, rated)
            writer.write(rated.chunk)
    return report


def _rows(source: Path, part: Part) -> Iterator[pa.RecordBatch]:
    skipped, left = part.skipped, part.rows
    with parquet(source) as file:
        for batch in file.iter_batches(batch_size=part.chunk, row_groups=list(part.row_groups)):
            passed = min(skipped, batch.num_rows)
            skipped -= passed
            taken = batch.slice(passed, left)
            left -= taken.num_rows
            if taken.num_rows:
                yield taken


def _file_of(folder: Path, part: Part) -> Path:
    return folder / f"part-{part.number:06}.parquet"


def rate_on(
    scheduler: str,
    product: Product,
    source: Path,
    target: Path,
    lines: bool = False,
    progress: Callable[[Report], None] | None = None,
    inception: date | None = None,
) -> Report:
    """Price a Parquet file of members on a cluster. The target is a file by its ending, joined here from the parts, or
    a new folder of parts. Raises `NotABook` where the cluster, the file or the target do not serve."""
    try:
        import distributed
    except ImportError as missing:
        raise NotABook(
            "--scheduler には dask.distributed が要ります: dev/bootstrap.sh cluster で入ります / is not installed"
        ) from missing
    if source.suffix != ".parquet":
        raise NotABook(f"{source.name}: --scheduler では .parquet だけ読めます / Parquet only, on a cluster")
    if target.suffix not in ("", ".parquet", ".csv", ".arrow"):
        raise NotABook(f"{target.suffix}: .parquet .csv .arrow かフォルダーです / one of these or a folder")
    if not target.suffix and target.exists():
        raise NotABook(f"{target.name} はもうあります / is there already")
    try:
        with parquet(source) as file:
            groups = [file.metadata.row_group(number).num_rows for number in range(file.metadata.num_row_groups)]
    except pa.ArrowInvalid as wrong:
        raise NotABook(f"{source.name} を読み込めません / cannot be read: {wrong}") from wrong
    tasks = parts(groups, book_files.CHUNK)
    if not tasks:
        raise NotABook(f"{source.name} に加入者の行がありません / no members in the file")
    folder = target.resolve().with_name(f".{target.name}.{os.getpid()}.parts")
    folder.mkdir()
    try:
        job = Job(source.resolve(), folder, lines, compiled_code.sources(), inception)
        report = _on_cluster(distributed, scheduler, product, job, tasks, progress)
        if target.suffix:
            _join([_file_of(folder, task) for task in tasks], target)
        else:
            folder.rename(target)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return report


def _on_cluster(
    distributed: Any,
    scheduler: str,
    product: Product,
    job: Job,
    tasks: list[Part],
    progress: Callable[[Report], None] | None,
) -> Report:
    report = Report()
    try:
        with distributed.Client(scheduler, timeout=WAIT, set_as_default=False) as client:
            shared = client.scatter(product, broadcast=True)
            under_way = [client.submit(rate_part, shared, job, task, pure=False) for task in tasks]
            for one in under_way:
                add(report, one.result())
                one.release()
                if progress is not None:
                    progress(report)
    except FileNotFoundError as missing:
        raise NotABook(f"ワーカーから見えないファイルです / a worker cannot see the file: {missing}") from missing
    except (OSError, ValueError, distributed.KilledWorker) as wrong:
        if isinstance(wrong, NotABook):
            raise
        raise NotABook(f"{scheduler} で計算できません / the cluster does not serve: {wrong}") from wrong
    return report


def add(report: Report, part: Report) -> None:
    """Add the report of the rows that follow."""
    free = max(0, book_files.MOST_TOLD - len(report.told))
    report.told += [one._replace(row=report.rows + one.row) for one in part.told[:free]]
    report.rows += part.rows
    report.priced += part.priced
    report.refused += part.refused
    report.bad += part.bad
    report.premium += part.premium
    report.digests += part.digests


def _join(files: list[Path], target: Path) -> None:
    with Writer(target) as writer:
        for file in files:
            for chunk in book_files.chunks(file):
                writer.write(chunk)
