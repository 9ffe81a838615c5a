"""Parquet: a dialogue a row, with a list of turns or a text; or a turn a row, as in spreadsheets."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..errors import MissingExtra, TranscriptError
from ..types import Failure, Reading, Transcript
from . import aliases, json_files, table
from .draft import json_safe
from .files import MAX_BYTES, File
from .table import Row

BATCH = 256
"""Rows in memory at a time."""


def read(file: File) -> Iterator[Transcript | Failure]:
    """The dialogues of a Parquet file; those of a row each are read in flat memory.

    Raises MissingExtra without pyarrow, TranscriptError as tables do.
    """
    try:
        import pyarrow.parquet
    except ImportError:
        raise MissingExtra("parquet", "reading Parquet") from None
    with pyarrow.parquet.ParquetFile(file.seekable()) as stored:
        names = stored.schema_arrow.names
        turns = aliases.find(names, "turns") or aliases.find(names, "dialogue")
        if turns is not None and aliases.find((name for name in names if name != turns), "text") is None:
            yield from _dialogues(stored, file)
        else:
            yield from table.finish_all(table.drafts(_rows(stored, names), Reading("parquet")), file)


def _dialogues(stored: Any, file: File) -> Iterator[Transcript | Failure]:
    number = 0
    for batch in stored.iter_batches(batch_size=BATCH):
        for value in batch.to_pylist():
            number += 1
            mark = f"#{number}"
            yield json_files.finish_value(
                json_safe(value), file.stem + mark, file.source + mark, Reading("parquet")
            )


def _rows(stored: Any, names: list[str]) -> list[Row]:
    """All rows: those of a conversation may stand anywhere."""
    size = sum(stored.metadata.row_group(group).total_byte_size for group in range(stored.num_row_groups))
    if size > MAX_BYTES:
        message = f"unpacks to {size >> 20} MB, allowed are {MAX_BYTES >> 20} MB"
        raise TranscriptError("too_large", message, hint="split the file, or write a dialogue a row")
    rows = (
        list(row.values()) for batch in stored.iter_batches(batch_size=BATCH) for row in batch.to_pylist()
    )
    return [Row(1, names), *(Row(number, row) for number, row in enumerate(rows, 2))]
