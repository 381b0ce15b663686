"""Reading, standardising and validating a source, beside a bare polars read of the same file: python -m benchmarks.sources [SIZE ...]"""

from __future__ import annotations

import sqlite3
import sys
import tempfile
import zipfile
from contextlib import closing
from pathlib import Path
from typing import Any

import polars as pl

from benchmarks import made_town
from benchmarks.pairs import compared
from connectors.read import read_source
from connectors.read_result import Verdict
from connectors.source_config import SqlSource
from reconciliation.model.municipality import Municipality, load
from reconciliation.reading.standardise import standardise
from reconciliation.reading.validate import validate

_PIECE = 1 << 18
SIZES = (1_000, 111_000, 1_000_000)


def run(sizes: tuple[int, ...] = SIZES) -> list[dict[str, Any]]:
    """The figures as benchmarks/results.json holds them."""
    return [row for size in sizes for row in measure(size)]


def measure(size: int) -> list[dict[str, Any]]:
    """Every row in every file. Writing a sheet of a million rows takes a minute; Excel's own limit is 1,048,576."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        municipality = load(made_town.write(home, size, share=1.0))
        csv, xlsx = made_town.files(home)
        database = _database(home, csv)
        sql = SqlSource.model_validate(
            {**municipality.sources["fdv"].model_dump(by_alias=True, include={"title", "owner", "key", "fields"}), "kind": "sql"}
            | {"url": f"sqlite:///{database}", "query": "SELECT * FROM bolig"}
        )
        municipality = municipality.model_copy(update={"sources": {**municipality.sources, "sql": sql}})
        return [
            _whole("csv", municipality, "fdv", home, size, lambda: pl.read_csv(csv, separator=";")),
            _whole("SQL (SQLite)", municipality, "sql", home, size, lambda: _bare_sql(database)),
            _alone("csv", municipality, "fdv", home, size, lambda: csv.read_bytes().count(b"\n"), "all bytes read, newlines counted", 6),
            _whole("xlsx", municipality, "leie", home, size, lambda: pl.read_excel(xlsx)),
            _alone("xlsx", municipality, "leie", home, size, lambda: _unzip(xlsx), "all parts of the file unzipped", 12),
        ]


def _whole(kind: str, municipality: Municipality, name: str, home: Path, size: int, bare: Any) -> dict[str, Any]:
    def ours() -> None:
        read = read_source(name, municipality.sources[name], home)
        done = standardise(read, municipality.sources[name], municipality)
        judged = validate(done.rows, done.deviations, municipality)
        assert read.verdict is Verdict.COMPLETE, read.message
        assert judged.accepted.height == size, judged.deviations

    row = compared(f"{kind}: read, standardise and validate (s)", size, ours, bare, "bare polars read of the same file", None)
    return row | {"detail": {"rows_per_second": round(size / row["ours"])}}


def _alone(kind: str, municipality: Municipality, name: str, home: Path, size: int, limit: Any, is_: str, most: float) -> dict[str, Any]:
    return compared(f"{kind}: read (s)", size, lambda: read_source(name, municipality.sources[name], home), limit, is_, most)


def _database(home: Path, csv: Path) -> Path:
    file = home / "kilder" / "bolig.sqlite"
    frame = pl.read_csv(csv, separator=";", infer_schema=False)
    with closing(sqlite3.connect(file)) as database, database:
        database.execute(f"CREATE TABLE bolig ({', '.join(frame.columns)})")
        database.executemany(f"INSERT INTO bolig VALUES ({', '.join('?' * frame.width)})", frame.iter_rows())
    return file


def _bare_sql(file: Path) -> pl.DataFrame:
    with closing(sqlite3.connect(file)) as database:
        return pl.read_database("SELECT * FROM bolig", database, infer_schema_length=None)


def _unzip(file: Path) -> int:
    """In pieces: allocating memory for a long sheet at once takes longer than unpacking it, by an amount that varies."""
    unzipped = 0
    with zipfile.ZipFile(file) as archive:
        for name in archive.namelist():
            with archive.open(name) as part:
                while piece := part.read(_PIECE):
                    unzipped += len(piece)
    return unzipped


if __name__ == "__main__":
    for figure in run(tuple(int(size) for size in sys.argv[1:]) or SIZES):
        print(figure)
