"""A workbook for people: text cells that are never formulas, headings that stay, filters, drop-downs."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ..errors import UsageError
from ..own_files import REVIEW_TITLE
from ..writers.workbook import EXACT, MAX_CELL

_EPOCH = datetime.datetime(
    2000, 1, 1
)  # in the file instead of the hour, so that equal input makes equal bytes
STYLES: dict[str, dict[str, Any]] = {
    "head": {"bold": True, "bg_color": "#DDE7F3", "text_wrap": True, "valign": "vcenter"},
    "plain": {"text_wrap": True, "valign": "top"},
    "input": {
        "text_wrap": True,
        "valign": "top",
        "bg_color": "#FFF8DC",
        "border": 1,
        "border_color": "#D8C98A",
    },
    "first": {"text_wrap": True, "valign": "top", "bold": True, "top": 2, "bg_color": "#EEF2F7"},
    "bad": {"text_wrap": True, "valign": "top", "font_color": "#9C0006", "bg_color": "#FFE4E1"},
    "dim": {"text_wrap": True, "valign": "top", "font_color": "#777777"},
}


class Sheet:
    """One sheet, filled row by row."""

    def __init__(
        self, sheet: Any, styles: dict[str, Any], heads: Sequence[str], widths: Sequence[int]
    ) -> None:
        self.sheet, self._styles, self.row = sheet, styles, 0
        for column, width in enumerate(widths):
            sheet.set_column(column, column, width)
        sheet.freeze_panes(1, 1)
        self.add(heads, "head")

    def add(
        self, values: Sequence[object], style: str = "plain", *, styles: dict[int, str] | None = None
    ) -> int:
        """Write one row, `styles` by column over `style`; returns its number, from 0."""
        for column, value in enumerate(values):
            kept = self._styles[(styles or {}).get(column, style)]
            if isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= EXACT:
                self.sheet.write_number(self.row, column, value, kept)
            elif value is None or value == "":
                self.sheet.write_blank(self.row, column, None, kept)
            else:
                self.sheet.write_string(self.row, column, _text(value), kept)
        self.row += 1
        return self.row - 1

    def choose(self, row: int, column: int, words: Sequence[str]) -> None:
        """A drop-down of `words` in one cell; other text is refused by Excel, with a message."""
        self.sheet.data_validation(row, column, row, column, {"validate": "list", "source": list(words)})

    def number(self, row: int, column: int, most: float) -> None:
        """Only a number from 0 to `most` in one cell."""
        rule = {"validate": "decimal", "criteria": "between", "minimum": 0, "maximum": most}
        self.sheet.data_validation(row, column, row, column, rule)


class Book:
    """A workbook that appears under its name when it is whole; never over a file that is there."""

    def __init__(self, path: Path, title: str) -> None:
        import xlsxwriter

        refuse_existing(path)
        self.path, self._partial = path, path.with_name(path.name + ".partial")
        options = {"strings_to_formulas": False, "strings_to_urls": False}
        self._book = xlsxwriter.Workbook(str(self._partial), options)
        self._book.set_properties({"title": f"{REVIEW_TITLE}: {title}", "created": _EPOCH})
        self._styles = {name: self._book.add_format(style) for name, style in STYLES.items()}

    def sheet(self, name: str, heads: Sequence[str], widths: Sequence[int]) -> Sheet:
        """A new sheet with its headings, which stay when the sheet is moved."""
        return Sheet(self._book.add_worksheet(name), self._styles, heads, widths)

    def save(self) -> None:
        """The file takes its name. Raises UsageError where it cannot be written."""
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self._book.close()
            self._partial.replace(self.path)
        except Exception as error:
            from xlsxwriter.exceptions import XlsxWriterException

            if not isinstance(error, OSError | XlsxWriterException):
                raise
            raise UsageError(f"{self.path}: cannot be written: {error}") from None


def refuse_existing(path: Path) -> None:
    """Raises UsageError where a file is there: what people filled in is not replaced."""
    if path.exists():
        raise UsageError(f"{path}: is there already; choose another name, for nothing is overwritten")


def _text(value: object) -> str:
    return str(value).encode("utf-8", "replace").decode()[:MAX_CELL]
