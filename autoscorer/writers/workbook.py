"""XLSX for inspectors: the contacts, every criterion with reason and quotes, and the failures."""

from __future__ import annotations

import datetime
from typing import Any, TypeGuard

from ..own_files import TITLE
from ..record import Written
from ..types import CriterionScore, Failure, Scorecard
from .base import COLUMNS, FAILURE, METADATA, Writer, criteria, summary

CONTACTS = (
    "会话",
    "来源",
    "总分",
    "等级",
    "合格",
    "一票否决项",
    "坐席工号",
    "班组",
    "渠道",
    "日期",
    "客户号",
    "订单号",
)
CRITERIA = ("会话", "维度", "评分项", "名称", "判定", "得分", "满分", "理由", "依据")
FAILURES = ("会话", "来源", "环节", "代码", "原因", "建议")
OUTCOMES = {
    "met": "符合",
    "partial": "部分符合",
    "not_met": "不符合",
    "not_applicable": "不适用",
    "manual": "人工判定",
}
MAX_ROWS = 1_048_575
MAX_CELL = 32_000
EXACT = 2**53
"""Excel keeps numbers as doubles: a longer whole number, such as an order id, would lose digits."""
_EPOCH = datetime.datetime(2000, 1, 1)


class XlsxWriter(Writer):
    """Three sheets, written row by row with flat memory. No cell is ever a formula or a link."""

    def open(self) -> None:
        import xlsxwriter

        options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
        self.partial.write_bytes(b"")
        self._book = xlsxwriter.Workbook(str(self.partial), options)
        self._book.set_properties({"title": TITLE, "created": _EPOCH})
        self._bold = self._book.add_format({"bold": True, "bg_color": "#DDE7F3"})
        self._wrap = self._book.add_format({"text_wrap": True, "valign": "top"})
        self._contacts = self._sheet("成绩", CONTACTS, (18, 30, 8, 8, 6, 22))
        self._criteria = self._sheet("评分项", CRITERIA, (18, 12, 26, 16, 10, 8, 8, 60, 60))
        self._failures = self._sheet("失败", FAILURES, (18, 30, 10, 20, 60, 40))

    def add(self, written: Written) -> None:
        result = written.brief
        values = summary(result)
        if isinstance(result, Failure):
            self._failures.add([*values[:2], *values[-len(FAILURE) :]])
            return
        self._contacts.add(_shown(result, values))
        for score in criteria(result):
            self._criteria.add(_criterion(result, score))

    def close(self) -> None:
        self._book.close()

    def _sheet(self, name: str, heads: tuple[str, ...], widths: tuple[int, ...]) -> _Sheet:
        sheet = self._book.add_worksheet(name)
        sheet.freeze_panes(1, 1)
        for column, width in enumerate(widths):
            sheet.set_column(column, column, width)
        sheet.autofilter(0, 0, MAX_ROWS, len(heads) - 1)
        return _Sheet(sheet, heads, self._bold, self._wrap)


class _Sheet:
    def __init__(self, sheet: Any, heads: tuple[str, ...], bold: Any, wrap: Any) -> None:
        self._sheet, self._wrap, self._row = sheet, wrap, 1
        for column, head in enumerate(heads):
            sheet.write_string(0, column, head, bold)

    def add(self, values: list[object]) -> None:
        """One row; past a sheet's last row, a note in its place, for Excel holds no more."""
        if self._row > MAX_ROWS:
            return
        if self._row == MAX_ROWS:
            values = ["……后续内容见 results.jsonl"]
        for column, value in enumerate(values):
            if _is_number(value):
                self._sheet.write_number(self._row, column, value)
            elif value is not None:
                text = str(value).encode("utf-8", "replace").decode()[:MAX_CELL]
                self._sheet.write_string(self._row, column, text, self._wrap)
        self._row += 1


def _is_number(value: object) -> TypeGuard[int | float]:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= EXACT


def _shown(card: Scorecard, values: list[object]) -> list[object]:
    shown = values[: len(COLUMNS) + len(METADATA)]
    shown[COLUMNS.index("passed")] = "是" if card.passed else "否"
    return shown


def _criterion(card: Scorecard, score: CriterionScore) -> list[object]:
    quotes = "\n".join(f"第 {e.span.turn + 1} 轮：{e.text}" for e in score.evidence)
    return [
        card.analysis.transcript.id, score.section, score.criterion, score.name, OUTCOMES[score.outcome],
        score.points, score.max_points, score.reason, quotes,
    ]  # fmt: skip
