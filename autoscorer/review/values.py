"""What people say of a contact, where they wrote it, and the words they use."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, get_args

from ..text import normalize
from ..types import Outcome

Appeal = Literal["accepted", "rejected", "open"]
TOTAL, GRADE = "total", "grade"
"""Subjects of a judgement beside the ids of criteria."""

OUTCOMES: dict[Outcome, tuple[str, ...]] = {
    "met": ("符合", "未出现", "是", "达标", "合格", "通过", "未违规", "met", "yes", "y", "pass", "passed", "true", "√", "✓"),
    "partial": ("部分符合", "部分", "部分达标", "partial", "partly", "partly met", "◐"),
    "not_met": ("不符合", "出现", "否", "未达标", "不合格", "未通过", "违规", "not met", "no", "n", "fail", "failed", "false", "×", "✗"),
    "not_applicable": ("不适用", "不涉及", "无此情况", "not applicable", "na", "n/a"),
    "manual": ("人工判定", "无法判定", "manual"),
}  # fmt: skip
"""The first word of each is the one shown; the second of `met` and `not_met` is shown for deductions."""
APPEALS: dict[Appeal, tuple[str, ...]] = {
    "accepted": ("成立", "受理", "通过", "接受", "采纳", "同意", "是", "accepted", "accept", "upheld", "yes"),
    "rejected": (
        "不成立",
        "驳回",
        "不通过",
        "不接受",
        "拒绝",
        "维持原判",
        "否",
        "rejected",
        "reject",
        "denied",
        "no",
    ),
}


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands: file, sheet (none in csv and JSON lines), row as people count, column."""

    file: str
    sheet: str
    row: int
    column: str = ""

    def __str__(self) -> str:
        parts = [
            self.file,
            f"sheet '{self.sheet}'" if self.sheet else "",
            f"row {self.row}" if self.row else "",
        ]
        return ", ".join(filter(None, [*parts, f"column '{self.column}'" if self.column else ""]))


@dataclass(frozen=True, slots=True)
class Problem:
    """Something in people's files that is not as it should be. `used`: the row counts all the same."""

    place: Place
    message: str
    used: bool = False

    def __str__(self) -> str:
        return f"{self.place}: {self.message}" + ("; used all the same" if self.used else "; left out")


@dataclass(frozen=True, slots=True)
class Judgement:
    """What one person says of one contact.

    subject: a criterion's id, TOTAL or GRADE. value: an outcome, a number from 0 to 100, or a grade's name;
    None where only an appeal was made or decided. points: what the criterion is worth to them, where they said so.
    by: who judges, or, of an open appeal, who appeals.
    """

    contact: str
    subject: str
    value: str | float | None
    by: str
    on: str
    reason: str
    place: Place
    points: float | None = None
    appeal: Appeal | None = None
    appeal_reason: str = ""
    appealed_by: str = ""
    appealed_on: str = ""


@dataclass(frozen=True, slots=True)
class TurnLabels:
    """What one person says of one turn; None where they left the machine's labels as they are."""

    contact: str
    turn: int
    behaviors: tuple[str, ...] | None
    sentiment: str | None
    empathy: str | None
    by: str
    on: str
    place: Place


@lru_cache(maxsize=1)
def _words() -> tuple[dict[str, Outcome], dict[str, Appeal]]:
    outcomes = {normalize(w): outcome for outcome, words in OUTCOMES.items() for w in words}
    outcomes |= {name: name for name in get_args(Outcome)}
    return outcomes, {normalize(w): appeal for appeal, words in APPEALS.items() for w in words}


def outcome(text: str) -> Outcome | None:
    """The outcome that a word means; None where it means none.

    >>> outcome("部分符合"), outcome("N/A"), outcome("也许")
    ('partial', 'not_applicable', None)
    """
    return _words()[0].get(normalize(text.strip()))


def appeal(text: str) -> Appeal | None:
    """The decision on an appeal that a word means; None where it means none."""
    return _words()[1].get(normalize(text.strip()))
