"""Repeated problem scenes: what customers want, put together where they say it in similar words.

TF-IDF of words, cosine, and leaders: each need joins the nearest group, or begins one. No order but that of the
contacts, no chance: the same results give the same groups.
"""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
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


def scenes(
    contacts: Sequence[Contact], cut: Callable[[str], list[str]], ignore: Iterable[str] = ()
) -> tuple[Scene, ...]:
    """The needs that come at least twice, the most frequent first.

    `cut` cuts a text into words; those of `ignore` say nothing of a need.
    """
    told = [contact for contact in contacts if contact.need]
    empty = frozenset(map(normalize, ignore))
    terms = [_terms(contact.need, cut, empty) for contact in told]
    vectors = _vectors(terms)
    grouped = [group for group in _grouped(vectors) if len(group.members) > 1]
    grouped.sort(key=lambda group: (-len(group.members), group.members[0]))
    return tuple(_scene(group, told, vectors) for group in grouped[:SHOWN])


def _terms(text: str, cut: Callable[[str], list[str]], empty: frozenset[str]) -> list[str]:
    words = map(normalize, cut(text))
    return [word for word in words if _TERM.fullmatch(word) and word not in empty]


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
