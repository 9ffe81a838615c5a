"""CSV: one contact a row, with the points of each criterion; opens in spreadsheets as UTF-8."""

from __future__ import annotations

import csv

from ..record import Written
from ..types import Failure, Result
from .base import COLUMNS, FAILURE, METADATA, Writer, criteria, summary

HEAD = [*COLUMNS, *METADATA, *FAILURE]
UNSCORED = {"not_applicable": "n/a", "manual": "manual"}
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


class CsvWriter(Writer):
    """The columns after the fixed ones are the rubric's criteria; until a scorecard comes, failures wait."""

    def open(self) -> None:
        self._file = self.partial.open("w", encoding="utf-8-sig", newline="")
        self._csv = csv.writer(self._file)
        self._names: list[str] | None = None
        self._waiting: list[Result] = []

    def add(self, written: Written) -> None:
        result = written.brief
        if self._names is None and isinstance(result, Failure):
            self._waiting.append(result)
            return
        self._begin(result)
        self._row(result)

    def close(self) -> None:
        self._begin(None)
        self._file.close()

    def _begin(self, first: Result | None) -> None:
        if self._names is None:
            self._names = [c.criterion for c in criteria(first)] if first else []
            self._csv.writerow([*HEAD, *self._names])
            for result in self._waiting:
                self._row(result)

    def _row(self, result: Result) -> None:
        scores = {c.criterion: UNSCORED.get(c.outcome, c.points) for c in criteria(result)}
        values = [*summary(result), *(scores.get(name) for name in self._names or ())]
        self._csv.writerow([_safe(value) for value in values])


def _safe(value: object) -> object:
    """Text that a spreadsheet would run as a formula is quoted with an apostrophe."""
    if not isinstance(value, str):
        return value
    text = value.encode("utf-8", "replace").decode()
    return "'" + text if text.startswith(_FORMULA) else text
