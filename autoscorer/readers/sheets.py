"""Spreadsheets: csv, tsv, xlsx."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import Any

from ..errors import TranscriptError
from ..types import Failure, Reading, Transcript
from . import aliases, files, table
from .draft import Draft
from .files import File
from .table import Row, string

__all__ = ["Row", "read_csv", "read_xlsx", "string", "tables"]

_DELIMITERS = ",\t;|"
_MAX_CELL = 64 * 2**20
MAX_ROWS, MAX_COLUMNS, MAX_CELLS = 1_048_576, 1024, 50_000_000


def read_csv(file: File) -> Iterator[Transcript | Failure]:
    """The dialogues of a csv or tsv file; the delimiter is the one that makes the most of the header."""
    text, encoding = file.text()
    reading = Reading(file.suffix.removeprefix("."), encoding)
    yield from table.finish_all(table.drafts(csv_rows(text), reading), file)


def tables(file: File) -> Iterator[list[Row]]:
    """The rows of a csv or tsv file, or of each sheet of a workbook. Raises TranscriptError."""
    if file.suffix == ".xlsx":
        files.check_zip(file, "xlsx")
        yield from _sheets(file)
    else:
        yield csv_rows(file.text()[0])


def csv_rows(text: str) -> list[Row]:
    """The rows of a csv or tsv text, blank lines too. Raises TranscriptError `bad_csv`."""
    csv.field_size_limit(_MAX_CELL)
    start = text.find("\n") + 1 if text.startswith("sep=") else 0  # Excel's own mark
    header = next((line for line in text[start : start + 2**20].split("\n") if line.strip()), "")
    reader = csv.reader(io.StringIO(text[start:]), delimiter=_delimiter(header), strict=True)
    try:
        return [Row(reader.line_num, row) for row in reader]
    except csv.Error as error:
        message = f"line {reader.line_num}: {error}"
        raise TranscriptError("bad_csv", message, hint='close every quote; write a quote as ""') from None


def _delimiter(header: str) -> str:
    def worth(delimiter: str) -> tuple[int, int]:
        names = [name.strip(' "') for name in header.split(delimiter)]
        return sum(map(aliases.is_known, names[:50])), len(names)

    return max(_DELIMITERS, key=worth)


def read_xlsx(file: File) -> Iterator[Transcript | Failure]:
    """The dialogues of every sheet that has a text column.

    Raises TranscriptError `not_xlsx`, `too_large`, `empty` or `no_text_column`.
    """
    found: list[Draft] = []
    errors: list[TranscriptError] = []
    for rows in _sheets(file):
        try:
            found += table.drafts(rows, Reading("xlsx"))
        except TranscriptError as error:
            errors.append(error)
    if errors and not found:
        raise next((error for error in errors if error.code != "empty"), errors[0])
    yield from table.finish_all(found, file)


def _sheets(file: File) -> Iterator[list[Row]]:
    from openpyxl import load_workbook

    book: Any = load_workbook(files.check_zip(file, "xlsx"), read_only=True, data_only=True)
    try:
        for sheet in book.worksheets:
            sheet.reset_dimensions()  # what the file says of its size may be wrong by millions
            yield list(_rows(sheet))
    finally:
        book.close()


def _rows(sheet: Any) -> Iterator[Row]:
    """The rows that hold something. A file may claim a cell in row 10⁹ or in column ZZZZZZ, of which all before
    it would be made; Excel itself has no more than MAX_ROWS.
    """
    cells, blank = 0, None  # openpyxl gives one and the same tuple for every row that is not there
    rows = sheet.iter_rows(max_row=MAX_ROWS, max_col=MAX_COLUMNS, values_only=True)
    for number, row in enumerate(rows, 1):
        if row is blank or not any(row):
            blank = row
            continue
        width = max(i for i, value in enumerate(row, 1) if value is not None)
        cells += width
        if cells > MAX_CELLS:
            raise TranscriptError(
                "too_large", f"more than {MAX_CELLS:,} cells in a sheet", hint="split the file"
            )
        yield Row(number, row[:width])
