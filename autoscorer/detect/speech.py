"""Hits that do not say what they seem to say: negated, or quoted from someone else."""

from __future__ import annotations

import re

_NEGATED = re.compile(
    r"(?:(?<!是)不是|并不是|并非|不算|(?<!有)没有?|没什么|不用|不必|无需|无须|不需要|用不着|(?<!要)不要|(?<![特分区差级辨])别|勿|不想|不敢|不会|不能|从未)"
    r"(?:再|要|想|来|跟|和|向|对|给|说|叫|什么|这么|那么|为|为了|因为|太|老|总){0,2}(?:[您你我他她]们?)?(?:说|道)?$"
)
"""A negation that ends where the hit begins; 是不是, 有没有 and 要不要 ask, and 特别 negates nothing."""
_TWICE = re.compile(r"(?:不得不|不能不|不会不|无不|没有不|非[^,。!?]{0,4}不)$")
_SAID = re.compile(
    r"(?:[他她你您]们?|人家|对方|别人|客服|同事|店员|商家|卖家|师傅|经理|主管|上次|上回|之前|昨天|刚才)"
    r"(?:(?:那边|这边|那个|一直|明明|当时|都|还|就|也|跟|和|给|向|对|告诉|[我您你咱]们?)){0,4}"
    r"(?:说(?!明|不定)|讲|答应|承诺|保证|声称|回复说)[^。!?？！]*$"
)
"""Someone else is named as the one who says it, in the same sentence."""
_MARKS = re.compile(r"“[^“”]{1,200}”|「[^「」]{1,200}」|『[^『』]{1,200}』|\"[^\"]{1,200}\"")
LONGEST = 202
"""Characters of a quotation, its marks included."""
BEFORE = 60
"""Characters in front of a hit that are read."""


def negated(text: str, start: int) -> bool:
    """Whether the hit that begins at `start` is denied: 不用|道歉, 不是|不好意思."""
    before = text[max(0, start - 12) : start]
    return bool(_NEGATED.search(before)) and not _TWICE.search(before)


def quoted(text: str, start: int, end: int) -> bool:
    """Whether the hit stands in quotation marks or in what someone else is said to have said."""
    if _SAID.search(text[max(0, start - BEFORE) : start]):
        return True
    near = max(0, start - LONGEST)
    return any(
        near + m.start() < start and end < near + m.end() for m in _MARKS.finditer(text[near : end + LONGEST])
    )
