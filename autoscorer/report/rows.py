"""Rows of a sheet: written one below the other, every text as text, with the formats of the whole book."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from typing import Any, NamedTuple

from ..writers.workbook import EXACT, MAX_CELL, MAX_ROWS

Cell = object
A4 = 9


class Table(NamedTuple):
    """Where a table stands: its first and last data row, counted from 0."""

    first: int
    last: int


class Percent(float):
    """A share in [0, 1] that is shown as a percentage."""


def percent(value: float | None) -> Cell:
    """A share as a percentage, empty where there is none."""
    return None if value is None else Percent(value)


def two(value: float | None) -> float | None:
    """Rounded to two digits, empty where there is none."""
    return None if value is None else round(value, 2)


def scale(sheet: Any, table: Table, first: int, last: int | None = None) -> None:
    """Colours from low to high over some columns of a table."""
    shades = {"type": "3_color_scale", "min_color": "#F2B8A8", "mid_color": "#FFFFFF", "max_color": "#B7DCD2"}
    if table.last >= table.first:
        sheet.conditional_format(table.first, first, table.last, first if last is None else last, shades)


def formats_of(book: Any) -> dict[str, Any]:
    """The formats that all sheets share, by what they are for."""
    head = {
        "bold": True,
        "bg_color": "#DDE7F3",
        "text_wrap": True,
        "valign": "vcenter",
        "border": 1,
        "border_color": "#C5D3E3",
    }
    return {
        "title": book.add_format({"bold": True, "font_size": 16}),
        "note": book.add_format({"font_color": "#64748B"}),
        "head": book.add_format(head),
        "text": book.add_format({"text_wrap": True, "valign": "top"}),
        "line": book.add_format({"valign": "top"}),
        "number": book.add_format({"valign": "top", "num_format": "0.00"}),
        "whole": book.add_format({"valign": "top"}),
        "percent": book.add_format({"valign": "top", "num_format": "0.0%"}),
        "day": book.add_format({"valign": "top", "num_format": "yyyy-mm-dd", "align": "left"}),
        "input": book.add_format(
            {"text_wrap": True, "valign": "top", "bg_color": "#FFF8DC", "num_format": "@"}
        ),
        "bad": book.add_format({"font_color": "#B42318", "bold": True}),
        "good": book.add_format({"font_color": "#1F7A66"}),
    }


class Rows:
    """Rows one below the other; a sheet in constant memory takes them in that order only."""

    def __init__(self, sheet: Any, formats: dict[str, Any], too_long: str) -> None:
        self.sheet, self._formats, self._too_long = sheet, formats, too_long
        self.row, self._columns = 0, 0
        sheet.set_landscape()
        sheet.set_paper(A4)
        sheet.fit_to_pages(1, 0)

    @property
    def table(self) -> Table:
        """The table under the first row; at least one row, so that ranges are ranges."""
        return Table(1, max(1, self.row - 1))

    def title(self, text: str) -> None:
        """A line of large print."""
        self._text(text, "title")

    def note(self, text: str) -> None:
        """A line of small print."""
        self._text(text, "note")

    def _text(self, text: str, kind: str) -> None:
        self.sheet.write_string(self.row, 0, _safe(text), self._formats[kind])
        self.row += 1

    def block(self, heads: Sequence[str]) -> int:
        """Begin another table below; returns the row of its heading."""
        self.row += 1
        self.head(heads)
        return self.row - 1

    def head(self, heads: Sequence[str]) -> None:
        """A row of headings."""
        self._columns = len(heads)
        for column, head in enumerate(heads):
            self.sheet.write_string(self.row, column, _safe(head), self._formats["head"])
        self.row += 1

    def add(self, values: Sequence[Cell], *, wrap: bool = True) -> None:
        """A row of values; past a sheet's last row, a note in its place."""
        if self.row > MAX_ROWS:
            return
        for column, value in enumerate([self._too_long] if self.row == MAX_ROWS else values):
            self._write(column, value, "text" if wrap else "line")
        self.row += 1

    def _write(self, column: int, value: Cell, text: str) -> None:
        formats = self._formats
        if isinstance(value, Percent):
            self.sheet.write_number(self.row, column, value, formats["percent"])
        elif isinstance(value, int) and abs(value) <= EXACT:
            self.sheet.write_number(self.row, column, value, formats["whole"])
        elif isinstance(value, float):
            self.sheet.write_number(self.row, column, round(value, 2), formats["number"])
        elif isinstance(value, datetime.date):
            self.sheet.write_datetime(self.row, column, value, formats["day"])
        elif value not in (None, ""):
            self.sheet.write_string(self.row, column, _safe(str(value)), formats[text])

    def filter(self) -> None:
        """Filters over the whole table."""
        self.sheet.autofilter(0, 0, self.table.last, self._columns - 1)


def _safe(text: str) -> str:
    return text.encode("utf-8", "replace").decode()[:MAX_CELL]
