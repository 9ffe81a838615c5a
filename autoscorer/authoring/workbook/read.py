"""A workbook as a rule book. Every mistake is named with its sheet, row and column; no formula is evaluated."""

from __future__ import annotations

import contextlib
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ... import yaml_file
from ...errors import ConfigError, TranscriptError
from ...readers.files import File, check_zip
from ...readers.sheets import MAX_COLUMNS, MAX_ROWS
from ...rules import Labels, RuleBook, rules_of
from ..files import whole
from .cells import Kind, Unreadable, dumped
from .layout import BEHAVIORS, CONDITIONS, HELP, ITEMS, RULES, SETTINGS, TABLES, Sheet

_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
Row = tuple[int, dict[int, Any]]
"""The number of a row, as people count, and its cells that hold something, by column from 0."""


def import_rules(
    source: Path, output: Path, *, tasks: Mapping[str, Labels] | None = None, force: bool = False
) -> RuleBook:
    """Write the rule book of a workbook as YAML. `tasks` as in `load_rules`.

    Raises ConfigError that lists every mistake: file, sheet, row, column, what is allowed; UsageError where
    `output` is there without `force` or cannot be written.
    """
    document = read_workbook(source)
    book = rules_of(document, tasks=tasks)
    with whole(output, force=force) as partial:
        partial.write_text(dumped(document.data), encoding="utf-8")
    return book


def read_workbook(path: Path) -> yaml_file.Document:
    """The rule book of a workbook, not yet checked, that knows in which cell each key stands. Raises ConfigError."""
    filled = _Filled(path)
    sheets = {name: rows for name, rows in _sheets(path).items() if name != HELP}
    known = [sheet.name for sheet in (*TABLES, SETTINGS)]
    filled.problems += [
        f"{path}: 工作表 {name}: unknown sheet; allowed: {HELP}, {', '.join(known)}"
        for name in sheets if name not in known
    ]  # fmt: skip
    if RULES.name not in sheets:
        filled.problems.append(f"{path}: no sheet {RULES.name} with rows in it")
    filled.settings(sheets.get(SETTINGS.name, []))
    for sheet in (BEHAVIORS, CONDITIONS, RULES):  # as people order a rule book
        filled.table(sheet, sheets.get(sheet.name, []))
    yaml_file.refuse(filled.problems)
    return _Workbook(path, filled.data, filled.places)


class _Workbook(yaml_file.Document):
    """A rule book whose keys stand in cells."""

    def __init__(self, path: Path, data: Mapping[str, Any], places: Mapping[tuple[Any, ...], str]) -> None:
        self._places = places
        text = dumped(data)
        if len(text.encode()) > yaml_file.MAX_BYTES:
            raise ConfigError(f"{path}: larger than {yaml_file.MAX_BYTES:,} bytes, which no rule book needs")
        super().__init__(path, of=yaml_file.node_of(path, text))

    def place(self, where: tuple[Any, ...]) -> str:
        return self._places.get(where[: self._depth(where)], str(self.path))

    def shown(self, where: tuple[Any, ...]) -> tuple[Any, ...]:
        return where[self._depth(where) :]

    def _depth(self, where: tuple[Any, ...]) -> int:
        return next((n for n in range(len(where), 0, -1) if where[:n] in self._places), 0)


@dataclass(frozen=True, slots=True)
class _Line:
    """A row under the headings: where it stands, and its cells by heading."""

    row: str
    cells: Mapping[str, Any]

    def place(self, head: str) -> str:
        return f"{self.row} “{head}” 列"


class _Filled:
    """What was read so far: the book, where its keys stand, and what is wrong."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.data: dict[str, Any] = {}
        self.places: dict[tuple[Any, ...], str] = {}
        self.problems: list[str] = []

    def table(self, sheet: Sheet, rows: Sequence[Row]) -> None:
        """The rows of a sheet: a list of rules, or behaviors or conditions by name."""
        listed = [self._values(sheet, number, line) for number, line in enumerate(self._lines(sheet, rows))]
        if sheet is RULES:
            self.data["rules"] = listed
        elif listed:
            named = {each.pop("id", None): each for each in listed}
            self.data[sheet.key] = {
                k: v.get("condition") if sheet is CONDITIONS else v for k, v in named.items()
            }

    def settings(self, rows: Sequence[Row]) -> None:
        """The rows of the settings, each of which has a key of its own."""
        items = {item.head: item for item in ITEMS} | {item.key: item for item in ITEMS}
        name, value = SETTINGS.heads
        for line in self._lines(SETTINGS, rows):
            item = items.get(str(line.cells.get(name, "")).strip())
            if item is None:
                self._wrong(line, name, f"unknown setting; allowed: {', '.join(i.head for i in ITEMS)}")
                continue
            first, _, second = item.key.partition(".")
            where = (first, second) if second else (first,)
            self._unique(line, name, where)
            self.places[where] = line.place(value)
            if (found := self._value(item.kind, line, value)) is not None:
                inside = self.data.setdefault(first, {}) if second else self.data
                inside[second or first] = found

    def _values(self, sheet: Sheet, number: int, line: _Line) -> dict[str, Any]:
        """A row by keys. Its cells are remembered as the places of these."""
        read = {c.key: self._value(c.kind, line, c.head, needed=c.needed) for c in sheet.columns}
        where = (sheet.key, number if sheet is RULES else read["id"])
        if sheet is not RULES and read["id"] is not None:
            self._unique(line, sheet.heads[0], where)
        self.places[where] = line.row
        self.places |= {(*where, c.key): line.place(c.head) for c in sheet.columns}
        self.places[*where, "[key]"] = line.place(sheet.heads[0])
        if sheet is CONDITIONS:
            self.places[where] = line.place(sheet.heads[1])
        return {key: value for key, value in read.items() if value is not None}

    def _value(self, kind: Kind, line: _Line, head: str, *, needed: bool = False) -> Any:
        """What a cell says; None where it is blank or says nothing that could be read."""
        if head not in line.cells:
            if needed:
                self._wrong(line, head, "this cell is required")
            return None
        try:
            return kind.read(line.cells[head], line.place(head))
        except ValueError as error:
            self._wrong(line, head, str(error))
            return None

    def _lines(self, sheet: Sheet, rows: Sequence[Row]) -> Iterator[_Line]:
        """The rows under the first one, which holds the headings; a key may stand for its heading."""
        known = {head: head for head in sheet.heads} | {c.key: c.head for c in sheet.columns}
        heads: dict[int, str] = {}
        for number, cells in rows[:1]:
            row = f"{self._path}: 工作表 {sheet.name} 第 {number} 行"
            for column, cell in cells.items():
                head = known.get(str(cell).strip())
                if head is None or head in heads.values():
                    why = "stands twice" if head else f"is unknown; allowed: {', '.join(sheet.heads)}"
                    self.problems.append(f"{row}: heading '{str(cell)[:60]}' {why}")
                heads[column] = head or str(cell)
        for number, cells in rows[1:]:
            row = f"{self._path}: 工作表 {sheet.name} 第 {number} 行"
            if lost := sorted(cells.keys() - heads.keys()):
                self.problems.append(f"{row}: a cell in column {lost[0] + 1}, which has no heading")
            yield _Line(row, {heads[column]: cell for column, cell in cells.items() if column in heads})

    def _unique(self, line: _Line, head: str, where: tuple[Any, ...]) -> None:
        if where in self.places:
            self._wrong(line, head, f"'{line.cells[head]}' stands in a row above; names must differ")

    def _wrong(self, line: _Line, head: str, message: str) -> None:
        self.problems.append(f"{line.place(head)}: {message[: yaml_file.MAX_MESSAGE]}")


def _sheets(path: Path) -> dict[str, list[Row]]:
    """The rows of each sheet that holds any. Raises ConfigError where the file is no workbook, or too large."""
    from openpyxl import load_workbook

    try:
        with (
            path.open("rb") as stream,
            contextlib.redirect_stdout(sys.stderr),
        ):  # openpyxl prints of missing styles
            check_zip(File(path, str(path)), "xlsx")
            book: Any = load_workbook(stream, read_only=True)
            return {sheet.title: rows for sheet in book.worksheets if (rows := list(_rows(path, sheet)))}
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error.strerror or error}") from None
    except TranscriptError as error:
        raise ConfigError(f"{path}: {error.message} ({error.hint})") from None
    except ConfigError:
        raise
    except Exception as error:  # a damaged workbook fails in a dozen ways inside openpyxl
        raise ConfigError(f"{path}: the workbook is damaged: {str(error)[:200]}") from None


def _rows(path: Path, sheet: Any) -> Iterator[Row]:
    sheet.reset_dimensions()  # what the file says of its size may be wrong by millions
    size, blank = 0, None  # openpyxl gives one and the same tuple for every row that is not there
    for number, row in enumerate(sheet.iter_rows(max_row=MAX_ROWS, max_col=MAX_COLUMNS), 1):
        if row is blank:
            continue
        cells = {column: value for column, cell in enumerate(row) if (value := _cell(cell)) is not None}
        size += sum(len(str(value)) for value in cells.values())
        if size > yaml_file.MAX_BYTES:
            raise ConfigError(f"{path}: 工作表 {sheet.title}: more than {yaml_file.MAX_BYTES:,} characters")
        if cells:
            yield number, cells
        else:
            blank = row


def _cell(cell: Any) -> Any:
    """What stands in a cell; None where that is nothing but blanks."""
    if cell.data_type == "f":
        return Unreadable("a formula, and formulas are not evaluated; format the cell as text")
    if cell.data_type == "e":
        return Unreadable(f"{cell.value}, an error of Excel's; format the cell as text")
    if not isinstance(cell.value, str):
        return cell.value
    text = _ESCAPED.sub(lambda found: chr(int(found[1], 16)), cell.value)
    return text if text.strip() else None
