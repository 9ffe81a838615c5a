"""All private values in one text."""

from __future__ import annotations

import re
from functools import lru_cache

from ..text import normalize
from .accounts import accounts
from .found import Found, disjoint
from .names import names
from .numbers import numbers

SHORT = 400
ASKED = 80
"""Characters at the end of the turn before, which may ask for a number."""
_PLACEHOLDER = re.compile(r"\[(?:身份证|电话|银行卡|邮箱|车牌|微信|QQ|姓名|昵称|地址)[0-9]{1,6}\]")


def find(text: str, *, before: str = "") -> list[Found]:
    """The private values in `text`, in order, without overlaps; `before` is the turn before it.

    What was masked already is left alone.

    >>> [(f.kind, f.value) for f in find("我叫王小明，电话一三八零零一三八零零零")]
    [('姓名', '王小明'), ('电话', '13800138000')]
    """
    return list(_short(text, before[-ASKED:]) if len(text) <= SHORT else _found(text, before[-ASKED:]))


@lru_cache(maxsize=8192)  # agents and reasons repeat themselves, and each text is asked for twice
def _short(text: str, before: str) -> tuple[Found, ...]:
    return _found(text, before)


def _found(text: str, before: str) -> tuple[Found, ...]:
    shown = normalize(text)
    held = [match.span() for match in _PLACEHOLDER.finditer(text)]
    found = [*accounts(shown), *numbers(shown, before), *names(text)]
    free = (f for f in found if not any(f.start < end and start < f.end for start, end in held))
    return tuple(disjoint(free))


def placeholders(text: str) -> list[str]:
    """The placeholders that stand in `text` already."""
    return _PLACEHOLDER.findall(text)
