"""All private values in one text."""

from __future__ import annotations

import re

from ..text import normalize
from .accounts import accounts
from .found import Found, disjoint
from .names import names
from .numbers import numbers

_PLACEHOLDER = re.compile(r"\[(?:身份证|电话|银行卡|邮箱|车牌|微信|QQ|姓名|昵称|地址)[0-9]{1,6}\]")


def find(text: str, *, before: str = "") -> list[Found]:
    """The private values in `text`, in order, without overlaps; `before` is the turn before it.

    What was masked already is left alone.

    >>> [(f.kind, f.value) for f in find("我叫王小明，电话一三八零零一三八零零零")]
    [('姓名', '王小明'), ('电话', '13800138000')]
    """
    shown = normalize(text)
    held = [match.span() for match in _PLACEHOLDER.finditer(text)]
    found = [*accounts(shown), *numbers(shown, normalize(before)), *names(text)]
    return disjoint(f for f in found if not any(f.start < end and start < f.end for start, end in held))


def placeholders(text: str) -> list[str]:
    """The placeholders that stand in `text` already."""
    return _PLACEHOLDER.findall(text)
