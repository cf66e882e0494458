"""A book of any length is priced in the same memory, from Parquet to Parquet."""

import json
import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet

from sonae.office import catalogue, synthetic_books

SHORT, TIMES = 200_000, 8
CHUNK = 1 << 14
"""Small enough that the short book, too, has as many chunks under way as there can be."""

_RATE = """
import json, resource, sys
from pathlib import Path
from sonae.office import book_files, catalogue, compiled_code
compiled_code.keep()
book_files.CHUNK = int(sys.argv[3])
report = book_files.rate_file(catalogue.default(), Path(sys.argv[1]), Path(sys.argv[2]))
print(json.dumps([report.rows, report.premium, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss]))
"""


def rated(source: Path) -> tuple[int, int, int]:
    """Rows, yen, and the highest resident size in KiB of a process that does nothing else."""
    done = subprocess.run(
        [sys.executable, "-P", "-c", _RATE, source, source.with_suffix(".rated.parquet"), str(CHUNK)],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    rows, premium, peak = json.loads(done.stdout)
    return rows, premium, peak


def test_eight_times_the_rows_take_the_same_memory(tmp_path: Path) -> None:
    """The longer book has 300 MB more of cells, in and out."""
    table = pa.Table.from_batches(synthetic_books.batches(catalogue.default(), SHORT, 1))
    short, long = tmp_path / "short.parquet", tmp_path / "long.parquet"
    for path, times in ((short, 1), (long, TIMES)):
        with pyarrow.parquet.ParquetWriter(path, table.schema, compression="lz4") as file:
            for _ in range(times):
                file.write_table(table, row_group_size=CHUNK)
    rows, premium, peak = rated(short)
    more_rows, more_premium, more_peak = rated(long)
    assert (rows, more_rows, more_premium) == (SHORT, TIMES * SHORT, TIMES * premium)
    assert more_peak - peak < 48 * 1024, (peak, more_peak)
