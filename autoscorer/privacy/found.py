"""One private value in a text."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Kind = Literal["身份证", "电话", "银行卡", "邮箱", "车牌", "微信", "QQ", "姓名", "昵称", "地址"]


@dataclass(frozen=True, slots=True)
class Found:
    """Characters `[start, end)` hold a private value. `value` is the same for every way of writing it."""

    start: int
    end: int
    kind: Kind
    value: str


def disjoint(found: Iterable[Found]) -> list[Found]:
    """In order, without overlaps: of two that overlap the earlier, then the longer one stays."""
    kept: list[Found] = []
    for each in sorted(found, key=lambda f: (f.start, -f.end)):
        if not kept or each.start >= kept[-1].end:
            kept.append(each)
    return kept
