"""A rule book as a workbook: headings that stay, filters, drop-downs, and no cell that is ever a formula."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from ... import resources
from ...errors import ConfigError
from ...rules import Labels, Positions, RuleBook, rules_of
from ...writers.base import may_run
from ...writers.book_file import close_book, new_book
from ...yaml_file import Document
from ..files import whole
from .layout import (
    BEHAVIORS,
    CONDITIONS,
    HELP,
    INTRODUCTION,
    ITEMS,
    RULES,
    SETTINGS,
    TABLES,
    TITLE,
    Column,
    Sheet,
)
from .read import read_workbook

MAX_CELL = 32_767
SPARE = 500
"""Blank rows that have the drop-downs too."""
_EPOCH = datetime.datetime(2000, 1, 1)
_HEADS = ("表", "列", "规则库里的键", "写什么", "例子")
_TOP = {"text_wrap": True, "valign": "top"}
_STYLES: dict[str, dict[str, Any]] = {
    "head": {"bold": True, "bg_color": "#DDE7F3", "text_wrap": True, "valign": "vcenter"},
    "text": {**_TOP, "num_format": "@"},
    "prefixed": {**_TOP, "num_format": "@", "quote_prefix": True},
    "number": _TOP,
}
Row = Sequence[str | int | float | None]


def export_rules(
    source: str | Path | None, output: Path, *, tasks: Mapping[str, Labels] | None = None, force: bool = False
) -> RuleBook:
    """Write the rule book `source`, the default one if None, as a workbook; it is read again to see that nothing
    is lost. `tasks` as in `load_rules`.

    Raises ConfigError where the book is not valid or does not fit into cells, UsageError where `output` is there
    without `force` or cannot be written.
    """
    document = Document(Path(source) if source else resources.default_rules())
    book = rules_of(document, tasks=tasks)
    with whole(output, force=force) as partial:
        _write(document, partial)
        again = rules_of(read_workbook(partial), tasks=tasks)
        if again.model_copy(update={"sha256": book.sha256}) != book:
            raise ConfigError(
                f"{document.path}: something in it does not survive a workbook; please report this"
            )
    return book


def _write(document: Document, path: Path) -> None:
    made = _Workbook(new_book(path))
    try:
        made.explain()
        for sheet, rows in zip(TABLES, (_rules, _behaviors, _conditions), strict=True):
            made.table(sheet, list(rows(document)))
        made.settings(document)
    finally:
        close_book(made.book)


def _rules(document: Document) -> Iterator[Row]:
    for i, rule in enumerate(document.data["rules"]):
        yield _row(document, RULES, ("rules", i), rule)


def _behaviors(document: Document) -> Iterator[Row]:
    for name, behavior in document.data.get("behaviors", {}).items():
        yield _row(document, BEHAVIORS, ("behaviors", name), {"id": name, **behavior})


def _conditions(document: Document) -> Iterator[Row]:
    for name, condition in document.data.get("conditions", {}).items():
        yield _row(document, CONDITIONS, ("conditions", name), {"id": name, "condition": condition})


def _row(document: Document, sheet: Sheet, where: tuple[Any, ...], values: Mapping[str, Any]) -> Row:
    return [_cell(document, column, (*where, column.key), values.get(column.key)) for column in sheet.columns]


def _cell(document: Document, column: Column, where: tuple[Any, ...], value: Any) -> str | int | float | None:
    if value is None:
        return None
    cell = column.kind.write(value)
    if isinstance(cell, str) and len(cell.encode("utf-16-le")) > 2 * MAX_CELL:
        raise ConfigError(document.error(where, f"longer than the {MAX_CELL:,} characters that a cell holds"))
    return cell


class _Workbook:
    """A workbook that is filled sheet by sheet, row by row."""

    def __init__(self, book: Any) -> None:
        self.book = book
        book.set_properties({"title": TITLE, "created": _EPOCH})
        self._styles = {name: book.add_format(style) for name, style in _STYLES.items()}

    def explain(self) -> None:
        """The sheet that says what the others hold."""
        sheet = self.book.add_worksheet(HELP)
        for column, width in enumerate((10, 14, 20, 60, 44)):
            sheet.set_column(column, column, width)
        for row, line in enumerate(INTRODUCTION):
            sheet.merge_range(row, 0, row, len(_HEADS) - 1, line, self._styles["text"])
        self._put(sheet, len(INTRODUCTION) + 1, _HEADS, "head")
        told = [(s.name, c) for s in (*TABLES, SETTINGS) for c in s.columns] + [
            (SETTINGS.name, c) for c in ITEMS
        ]
        for row, (name, c) in enumerate(told, len(INTRODUCTION) + 2):
            self._put(sheet, row, (name, c.head, c.key, c.told + _allowed(c), c.example))

    def table(self, sheet: Sheet, rows: Sequence[Row]) -> None:
        """One sheet with its rows."""
        made = self._sheet(sheet)
        last = len(rows) + SPARE
        for number, column in enumerate(sheet.columns):
            if column.kind.choices:
                self._choose(made, (1, number, last, number), column)
        if sheet is RULES:
            names = {
                "validate": "list",
                "source": f"='{BEHAVIORS.name}'!$A$2:$A${SPARE}",
                "show_error": False,
            }
            made.data_validation(1, 1, last, 1, names)
        for row, cells in enumerate(rows, 1):
            self._put(made, row, cells)
        made.autofilter(0, 0, max(1, len(rows)), len(sheet.columns) - 1)

    def settings(self, document: Document) -> None:
        """What holds for the whole book, a row each."""
        made = self._sheet(SETTINGS)
        data = dict(document.data)
        if "positions" in data:
            data |= {f"positions.{k}": v for k, v in Positions(**data["positions"]).model_dump().items()}
        for row, item in enumerate(ITEMS, 1):
            self._put(made, row, [item.head, _cell(document, item, (item.key,), data.get(item.key))])
            if item.kind.choices:
                self._choose(made, (row, 1, row, 1), item)

    def _sheet(self, sheet: Sheet) -> Any:
        made = self.book.add_worksheet(sheet.name)
        for number, column in enumerate(sheet.columns):
            made.set_column(number, number, column.width, self._styles["text"])
        made.freeze_panes(1, 1)
        self._put(made, 0, sheet.heads, "head")
        return made

    def _choose(self, sheet: Any, cells: tuple[int, int, int, int], column: Column) -> None:
        rule = {"validate": "list", "source": list(column.kind.choices), "show_error": column.kind.strict}
        sheet.data_validation(*cells, rule)

    def _put(self, sheet: Any, row: int, cells: Row, style: str = "") -> None:
        for column, cell in enumerate(cells):
            if isinstance(cell, str):
                kept = style or ("prefixed" if may_run(cell) else "text")
                sheet.write_string(row, column, cell, self._styles[kept])
            elif cell is not None:
                sheet.write_number(row, column, cell, self._styles["number"])


def _allowed(column: Column) -> str:
    return f"（{'、'.join(column.kind.choices)}）" if column.kind.choices else ""
