"""Repeated problem scenes: what customers want, put together where they say it in similar words.

TF-IDF of words, cosine, and leaders: each need joins the nearest group, or begins one. No order but that of the
contacts, no chance: the same results give the same groups.
"""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from ..text import normalize
from .contact import Contact
from .overview import Rate

Vector = dict[str, float]
NEAR = 0.25
"""Cosine from which a need belongs to a group."""
MERGE = 0.25
"""Cosine from which two groups are one."""
SHOWN = 12
WORDS = 3
EXAMPLES = 3
_TERM = re.compile(r"[\u4e00-\u9fff]{2,}|[a-z][a-z0-9]+")
_EMPTY = frozenset(
    "你们 我们 他们 什么 怎么 怎么样 这个 那个 一个 一下 一直 可以 不能 没有 不是 还是 就是 但是 因为 所以 现在 今天 昨天 明天 已经"
    " 为什么 为啥 怎么办 这么 那么 这样 那样 时候 知道 觉得 看看 问问 想问 咨询 问题 情况 东西 有没有 是不是 能不能 可不可以 还有 然后"
    " 麻烦 谢谢 您好 你好 请问 老师 帮忙 帮我 需要 起来 出来 不了 不到 几天 一点 上个月 这个月 下个月 刚才 刚刚 到底 一样 自己 客服"
    "  订单号 订单 单号 编号 号码 我想 我要 我在 你们 个事 你好 一块 一道 这两天 这几天 特别 过会儿 早上 晚上 半夜 礼拜 这礼拜 上周 下周 多少 这边 那边 之前 以后 时间 有点 发现 显示 说是 结果 好像 应该 这里 那里 打电话 电话 反映 反应 问下 想问下 我家 你家 里面 怎么回事".split()
)


@dataclass(frozen=True, slots=True)
class Scene:
    """One repeated need: its typical words, its contacts, and how they went."""

    words: tuple[str, ...]
    count: int
    mean: float
    complaint: Rate
    repeated: Rate
    examples: tuple[tuple[str, str], ...]
    contacts: tuple[str, ...]


@dataclass
class _Group:
    members: list[int] = field(default_factory=list)
    sum: Vector = field(default_factory=lambda: defaultdict(float))

    def take(self, member: int, vector: Vector) -> None:
        self.members.append(member)
        for term, weight in vector.items():
            self.sum[term] += weight

    def length(self) -> float:
        return math.sqrt(math.fsum(weight * weight for weight in self.sum.values()))


def scenes(contacts: Sequence[Contact], cut: Callable[[str], list[str]]) -> tuple[Scene, ...]:
    """The needs that come at least twice, the most frequent first. `cut` cuts a text into words."""
    told = [contact for contact in contacts if contact.need]
    terms = [_terms(contact.need, cut) for contact in told]
    vectors = _vectors(terms)
    grouped = [group for group in _grouped(vectors) if len(group.members) > 1]
    grouped.sort(key=lambda group: (-len(group.members), group.members[0]))
    return tuple(_scene(group, told, vectors) for group in grouped[:SHOWN])


def _terms(text: str, cut: Callable[[str], list[str]]) -> list[str]:
    words = map(normalize, cut(text))
    return [word for word in words if _TERM.fullmatch(word) and word not in _EMPTY]


def _vectors(documents: list[list[str]]) -> list[Vector]:
    """TF-IDF with the smooth idf of scikit-learn, ln((1 + n) / (1 + df)) + 1, of length one."""
    counts = Counter(term for terms in documents for term in set(terms))
    idf = {term: math.log((1 + len(documents)) / (1 + df)) + 1 for term, df in counts.items()}
    found = []
    for terms in documents:
        vector = {term: count * idf[term] for term, count in sorted(Counter(terms).items())}
        length = math.sqrt(math.fsum(weight * weight for weight in vector.values()))
        found.append({term: weight / length for term, weight in vector.items()})
    return found


def _grouped(vectors: list[Vector]) -> list[_Group]:
    groups: list[_Group] = []
    by_term: dict[str, set[int]] = defaultdict(set)
    for member, vector in enumerate(vectors):
        if not vector:
            continue
        at = _nearest(vector, groups, by_term)
        if at is None:
            at = len(groups)
            groups.append(_Group())
        groups[at].take(member, vector)
        for term in vector:
            by_term[term].add(at)
    return _merged(groups)


def _nearest(vector: Vector, groups: list[_Group], by_term: dict[str, set[int]]) -> int | None:
    """The group with the highest cosine, if that is near; only groups that share a word are looked at."""
    best, found = NEAR, None
    for at in sorted(set().union(*(by_term.get(term, set()) for term in vector))):
        near = _cosine(vector, 1.0, groups[at])
        if near >= best and (found is None or near > best):
            best, found = near, at
    return found


def _cosine(vector: Vector, length: float, group: _Group) -> float:
    shared = math.fsum(weight * group.sum.get(term, 0.0) for term, weight in vector.items())
    return shared / (length * group.length()) if shared else 0.0


def _merged(groups: list[_Group]) -> list[_Group]:
    """Join what began apart and came together: smaller groups into the first that is near."""
    kept: list[_Group] = []
    for group in sorted(groups, key=lambda group: (-len(group.members), group.members[0])):
        length = group.length()
        into = next((other for other in kept if _cosine(group.sum, length, other) >= MERGE), None)
        if into is None:
            kept.append(group)
            continue
        into.members += group.members
        for term, weight in group.sum.items():
            into.sum[term] += weight
    return kept


def _scene(group: _Group, told: list[Contact], vectors: list[Vector]) -> Scene:
    own = [told[member] for member in group.members]
    heaviest = sorted(group.sum, key=lambda term: (-group.sum[term], term))
    typical = sorted(group.members, key=lambda m: (-round(_cosine(vectors[m], 1.0, group), 9), m))
    examples: dict[frozenset[str], tuple[str, str]] = {}
    for member in typical:  # those that say the same in the same words are one
        examples.setdefault(frozenset(vectors[member]), (told[member].id, told[member].need))
    return Scene(
        tuple(heaviest[:WORDS]), len(own), math.fsum(c.total for c in own) / len(own),
        Rate(sum(c.complaint for c in own), len(own)), Rate(sum(c.repeated for c in own), len(own)),
        tuple(examples.values())[:EXAMPLES], tuple(c.id for c in own),
    )  # fmt: skip
