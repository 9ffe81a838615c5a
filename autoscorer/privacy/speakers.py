"""Speakers' labels that name a person or an account: 张三, 客户张三, tb_12345."""

from __future__ import annotations

import re
from functools import lru_cache

from ..readers import roles
from ..types import Utterance
from .found import Kind
from .names import whole_name

_ROLE_FIRST = re.compile(r"(?:客户|用户|顾客|买家|会员|访客|客服|坐席|座席|专员|话务员)[:：\-_ (（【\[]*")


def private_speaker(utterance: Utterance) -> tuple[Kind, str, str] | None:
    """What is private in the label of a speaker: kind, value, and the part of the label; None for 客服 or 说话人1.

    A customer's label that is no role is a name or an account. An agent's is private only where it is a name.
    """
    return _private((utterance.speaker or "").strip(), utterance.role == "customer")


@lru_cache(maxsize=4096)
def _private(label: str, customer: bool) -> tuple[Kind, str, str] | None:
    name = _name(label)
    if name:
        return "姓名", name, name
    if customer and roles.kind(label) in ("person", "nick"):
        return "昵称", label, label
    return None


def _name(label: str) -> str:
    first = _ROLE_FIRST.match(label)
    start = first.end() if first else 0
    end = whole_name(label, start)
    return label[start:end] if end else ""
