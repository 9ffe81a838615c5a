"""People's files as grids of text: xlsx sheets, csv and tsv, JSON lines."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from ..errors import TranscriptError, UsageError
from ..own_files import is_report
from ..readers import files
from ..readers.files import File
from ..readers.sheets import MAX_COLUMNS, MAX_ROWS, csv_rows
from . import columns
from .values import Place

SUFFIXES = (".xlsx", ".csv", ".tsv", ".jsonl", ".ndjson")


@dataclass(frozen=True, slots=True)
class Line:
    """One row: its number as people count, and its cells as text."""

    number: int
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Grid:
    """One table of a file. `sheet` is empty in files that have none."""

    file: str
    sheet: str
    heads: tuple[str, ...]
    lines: tuple[Line, ...]

    def place(self, line: Line, column: int | None = None) -> Place:
        """Where a cell, or a whole row, stands."""
        head = self.heads[column] if column is not None and column < len(self.heads) else ""
        return Place(self.file, self.sheet, line.number, head)


def read(path: str | Path) -> list[Grid]:
    """The tables of a file that hold anything; of a report, its sheet of appeals only.

    Raises UsageError, naming the file, for another format, a file that is not readable, an empty one, and a report
    in which nobody appeals.
    """
    file = File(Path(path), str(path))
    if file.suffix not in SUFFIXES:
        raise UsageError(f"{path}: people's scores are read from {', '.join(SUFFIXES)} files")
    try:
        found = [grid for grid in _grids(file) if grid.lines]
        forms = [grid for grid in found if columns.is_form(grid.heads)]
        if forms or (file.suffix == ".xlsx" and _is_report(Path(path))):
            return _filled(file, forms)
    except OSError as error:
        raise UsageError(f"{path}: cannot be read: {error.strerror or error}") from None
    except TranscriptError as error:
        raise UsageError(f"{path}: {error.message}" + (f" ({error.hint})" if error.hint else "")) from None
    if not found:
        raise UsageError(f"{path}: holds no rows under a heading")
    return found


def _is_report(path: Path) -> bool:
    with path.open("rb") as stream:
        return is_report(stream)


def _filled(file: File, forms: list[Grid]) -> list[Grid]:
    """The sheets of appeals in which people wrote something."""
    found = []
    for grid in forms:
        at = columns.find(grid.heads)
        own = {at[field] for field in columns.FILLED if field in at}
        if any(line.cells[i] for line in grid.lines for i in own if i < len(line.cells)):
            found.append(grid)
    if not found:
        raise UsageError(
            f"{file.source}: a report in which no appeal is filled in; write who appeals and why into its sheet "
            "申诉 (Appeals), and the decision where there is one"
        )
    return found


def _grids(file: File) -> Iterator[Grid]:
    if file.suffix == ".xlsx":
        yield from _workbook(file)
    elif file.suffix in (".csv", ".tsv"):
        rows = [(row.number, tuple(map(_text, row.cells))) for row in csv_rows(file.text()[0])]
        yield _grid(file, "", rows)
    else:
        yield _json_lines(file)


def _grid(file: File, sheet: str, rows: Sequence[tuple[int, tuple[str, ...]]]) -> Grid:
    filled = [row for row in rows if any(row[1])]
    heads = filled[0][1] if filled else ()
    return Grid(file.source, sheet, heads, tuple(Line(*row) for row in filled[1:]))


def _workbook(file: File) -> Iterator[Grid]:
    from openpyxl import load_workbook

    files.check_zip(file, "xlsx")
    try:
        book: Any = load_workbook(file.path, read_only=True, data_only=True)
    except Exception as error:  # a damaged workbook fails in a dozen ways inside openpyxl
        raise TranscriptError("not_xlsx", f"the workbook is damaged: {error}", hint="save it again") from None
    try:
        for sheet in book.worksheets:
            sheet.reset_dimensions()  # what the file says of its size may be wrong by millions
            yield _grid(file, sheet.title, list(_rows(sheet)))
    finally:
        book.close()


def _rows(sheet: Any) -> Iterator[tuple[int, tuple[str, ...]]]:
    """The rows that hold something, within what a workbook can have."""
    blank = None  # openpyxl gives one and the same tuple for every row that is not there
    for number, row in enumerate(sheet.iter_rows(max_row=MAX_ROWS, max_col=MAX_COLUMNS), 1):
        width = (
            0
            if row is blank
            else max((n for n, cell in enumerate(row, 1) if cell.value is not None), default=0)
        )
        if width:
            yield number, tuple(map(_cell, row[:width]))
        else:
            blank = row


def _cell(cell: Any) -> str:
    """A cell as Excel shows it: a share shown in percent keeps its sign."""
    value = cell.value
    if isinstance(value, int | float) and not isinstance(value, bool) and "%" in str(cell.number_format):
        return f"{value * 100:g}%"
    return _text(value)


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return f"{value:.10g}"
    if isinstance(value, datetime | date):
        return str(value).removesuffix(" 00:00:00")
    return str(value).strip()


def _json_lines(file: File) -> Grid:
    records = []
    with file.open() as stream:
        for number, line, _ in files.lines(stream):
            records.append((number, _flat(file, number, line)))
    heads = tuple(dict.fromkeys(key for _, record in records for key in record))
    lines = [Line(number, tuple(record.get(head, "") for head in heads)) for number, record in records]
    return Grid(file.source, "", heads, tuple(lines))


def _flat(file: File, number: int, line: str | None) -> dict[str, str]:
    """One record; what stands under `criteria` counts as if it stood beside it. Lists are not scores."""
    try:
        record = json.loads(line or "")
    except (json.JSONDecodeError, RecursionError) as error:
        raise UsageError(f"{file.source}, row {number}: not JSON: {error}") from None
    if not isinstance(record, Mapping):
        raise UsageError(f'{file.source}, row {number}: not a JSON object such as {{"id": …, "total": …}}')
    nested = record.get("criteria")
    flat = {**record, **(nested if isinstance(nested, Mapping) else {})}
    return {str(key): _text(value) for key, value in flat.items() if not isinstance(value, list | Mapping)}
