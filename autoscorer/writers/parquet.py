"""Parquet: a folder of files of many contacts each, for Spark, DuckDB, pandas and the like."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Any

from ..errors import MissingExtra
from ..own_files import TITLE
from ..record import Written
from .base import COLUMNS, FAILURE, METADATA, Writer, criteria, summary

ROWS = 50_000
"""Contacts in one file."""
GROUP = 1_000
"""Contacts in memory, and in one row group."""


class ParquetWriter(Writer):
    """`NAME.parquet/part-00000.parquet` and so on: the columns of the CSV, the criteria, and the whole record."""

    def open(self) -> None:
        try:
            import pyarrow
            import pyarrow.parquet
        except ImportError:
            raise MissingExtra("parquet", "writing Parquet") from None
        self._arrow = pyarrow
        self._schema = _schema(pyarrow)
        self._rows: list[dict[str, Any]] = []
        self._file: Any = None
        self._groups = self._parts = 0
        _remove(self.partial)
        self.partial.mkdir()

    def add(self, written: Written) -> None:
        self._rows.append(_row(written))
        if len(self._rows) == GROUP:
            self._flush()

    def close(self) -> None:
        self._flush()
        if self._file is None and not self._parts:
            self._next()
        self._end()

    def discard(self) -> None:
        self.close()
        _remove(self.partial)

    def finish(self) -> None:
        self.close()
        for part in self.partial.iterdir():
            with part.open("rb+") as file:
                os.fsync(file.fileno())
        old = self.path.with_name(self.path.name + ".old")
        _remove(old)
        if self.path.exists():  # a folder that is not empty cannot be replaced in one step
            self.path.replace(old)
        self.partial.replace(self.path)
        _remove(old)

    def _flush(self) -> None:
        if not self._rows:
            return
        if self._file is None:
            self._next()
        self._file.write_table(self._arrow.Table.from_pylist(self._rows, schema=self._schema))
        self._rows.clear()
        self._groups += 1
        if self._groups * GROUP >= ROWS:
            self._end()

    def _next(self) -> None:
        path = self.partial / f"part-{self._parts:05}.parquet"
        self._file = self._arrow.parquet.ParquetWriter(path, self._schema, compression="zstd")
        self._parts += 1
        self._groups = 0

    def _end(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def _schema(arrow: Any) -> Any:
    text, number = arrow.string(), arrow.float64()
    criterion = {"points": number, "max_points": number}
    kinds = {"total": number, "passed": arrow.bool_()}
    scores = arrow.struct([(name, criterion.get(name, text)) for name in _CRITERION])
    columns = [(name, kinds.get(name, text)) for name in (*COLUMNS, *METADATA, *FAILURE)]
    return arrow.schema([*columns, ("criteria", arrow.list_(scores)), ("record", text)], {"title": TITLE})


_CRITERION = ("criterion", "section", "name", "outcome", "points", "max_points", "reason")


def _row(written: Written) -> dict[str, Any]:
    result = written.brief
    row = dict(zip((*COLUMNS, *METADATA, *FAILURE), summary(result), strict=True))
    row.update((key, str(row[key])) for key in METADATA if row[key] is not None)
    scores = [{name: getattr(score, name) for name in _CRITERION} for score in criteria(result)]
    return {**row, "criteria": scores, "record": written.line.decode()}
