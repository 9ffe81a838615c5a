"""One text against the words of all rules: one pass of an automaton, then only the regexes that can match."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any, Literal

from ..segment import Segmenter
from ..text import normalize
from . import speech, tokens
from .leaves import Leaf
from .literals import KEPT, Ways, ways
from .prefilter import Prefilter, numbers
from .sound import Ear

Kind = Literal["phrase", "word", "unless"]
Hit = tuple[int, int]
CACHED = 4096
"""Texts whose matches are kept, for agents repeat themselves."""
LONGEST = 500
"""Characters of a text that is kept; longer ones are rarely said twice."""


@dataclass(frozen=True, slots=True)
class Unit:
    """One regex or token pattern of a leaf, with the literals that it needs, way by way."""

    leaf: int
    kind: Literal["regex", "unless", "tokens"]
    regex: re.Pattern[str] | None
    ways: Ways


class TextIndex:
    """The words of all leaves, ready to be looked for in a text."""

    def __init__(self, leaves: Sequence[Leaf], segmenter: Segmenter) -> None:
        self.leaves = leaves
        self.segmenter = segmenter
        units = [unit for i, leaf in enumerate(leaves) for unit in _units(i, leaf)]
        self.prefilter = Prefilter([unit.ways for unit in units])
        self.units = dict(zip(self.prefilter.places, units, strict=True))
        """By the place of their bit."""
        self.regexes, self.unless = (_masks(self.units, kind, len(leaves)) for kind in ("regex", "unless"))
        self.tokens = tokens.TokenMatcher(
            ((i, pattern) for i, leaf in enumerate(leaves) for pattern in leaf.tokens), segmenter
        )
        self._automaton = _automaton(leaves, self.prefilter.masks)
        self._singles = {c: mask for c, mask in self.prefilter.masks.items() if len(c) == 1}
        self.token_bits = sum(1 << n for n, unit in self.units.items() if unit.kind == "tokens")
        self._deciding = sum(1 << n for n, unit in self.units.items() if unit.kind != "unless")
        heard = {
            n: (unit.leaf, unit.regex)
            for n, unit in self.units.items()
            if unit.regex and unit.kind == "regex"
        }
        self._ear = Ear(leaves, heard, segmenter)
        self._kept = lru_cache(maxsize=CACHED)(self._scan)

    def scan(self, text: str, recognized: bool) -> Scan:
        """What stands in `text`. recognized: it was heard, so that rules may go by the sound."""
        return self._scan(text, recognized) if len(text) > LONGEST else self._kept(text, recognized)

    def _scan(self, text: str, recognized: bool) -> Scan:
        shown = normalize(text)
        found: dict[int, list[tuple[Kind, Hit]]] = defaultdict(list)
        present = self.prefilter.nothing
        for last, (length, owners, mask) in self._automaton.iter(shown) if len(self._automaton) else ():
            present |= mask
            for index, kind in owners:
                found[index].append((kind, (last + 1 - length, last + 1)))
        for char in self._singles.keys() & set(shown):
            present |= self._singles[char]
        heard = self._ear.hear(shown, recognized)
        bits = self.prefilter.possible(present)
        likely = {self.units[n].leaf for n in numbers(bits & self._deciding)}
        likely.update(index for index, hits in found.items() if any(kind != "unless" for kind, _ in hits))
        likely.update(heard.phrases, (self.units[n].leaf for n in heard.slips))
        return Scan(self, text, shown, found, bits, heard, tuple(sorted(likely)))


class Scan:
    """The words found in one text; what costs more than the automaton is done when a leaf is asked for."""

    def __init__(
        self, index: TextIndex, text: str, shown: str, found: Any, bits: int, heard: Any, likely: Any
    ):
        self.shown = shown
        self.likely: tuple[int, ...] = likely
        """The leaves that may stand here; no other does."""
        self._index, self._text, self._found, self._bits, self._heard = index, text, found, bits, heard
        self._possible = bits | sum(1 << number for number in heard.slips)
        self._known: dict[int, tuple[Hit, ...]] = {}

    def hits(self, leaf: int) -> tuple[Hit, ...]:
        """The hits of a leaf that stand: the earliest first, of those the longest first."""
        if leaf not in self._known:
            self._known[leaf] = self._standing(leaf)
        return self._known[leaf]

    def _standing(self, index: int) -> tuple[Hit, ...]:
        leaf = self._index.leaves[index]
        hits = self._matches(self._index.regexes[index])
        phrases = list(self._heard.phrases.get(index, ()))
        cancels = []
        for kind, hit in self._found.get(index, ()):
            if kind == "phrase":
                phrases.append((hit, self.shown[hit[0] : hit[1]]))
            elif kind == "unless":
                cancels.append(hit)
            elif self._borders.issuperset(hit):
                hits.append(hit)
        hits += [hit for hit, _ in phrases]
        hits += self._tokens(index) if leaf.tokens else []
        if not hits:
            return ()
        standing = uncovered(hits, cancels + self._matches(self._index.unless[index]))
        if leaf.modes.negation == "ignore" or leaf.modes.quoted == "ignore":
            standing = tuple(hit for hit in standing if self._meant(leaf, hit))
        if leaf.need == "any" or _enough(leaf, {said for hit, said in phrases if hit in standing}):
            return standing
        return ()

    def _matches(self, regexes: int) -> list[Hit]:
        """Where those of `regexes`, a bit each, match that can."""
        found: list[Hit] = []
        for number in numbers(self._possible & regexes):
            regex = self._index.units[number].regex
            assert regex is not None
            if self._bits >> number & 1:
                found += [match.span() for match in regex.finditer(self.shown)]
            if number in self._heard.slips:
                found += [match.span() for match in regex.finditer(self._heard.mended(number, self.shown))]
        return found

    def _tokens(self, index: int) -> list[Hit]:
        return self._token_hits.get(index, []) if self._tokens_possible else []

    @cached_property
    def _borders(self) -> frozenset[int]:
        return self._index.segmenter.borders(self._text)

    @cached_property
    def _tokens_possible(self) -> bool:
        return bool(self._bits & self._index.token_bits)

    @cached_property
    def _token_hits(self) -> dict[int, list[Hit]]:
        return self._index.tokens.hits(self.shown)

    def _meant(self, leaf: Leaf, hit: Hit) -> bool:
        modes = leaf.modes
        if modes.negation == "ignore" and speech.negated(self.shown, hit[0]):
            return False
        return not (modes.quoted == "ignore" and speech.quoted(self.shown, *hit))


def uncovered(hits: list[Hit], cancels: list[Hit]) -> tuple[Hit, ...]:
    """The hits that lie inside no cancelling one. Both lists are sorted, so that one pass is enough."""
    if len(hits) == 1 and not cancels:
        return (hits[0],)
    hits, cancels = sorted(set(hits), key=lambda hit: (hit[0], -hit[1])), sorted(cancels)
    at, reach, kept = 0, -1, []
    for hit in hits:
        while at < len(cancels) and cancels[at][0] <= hit[0]:
            reach, at = max(reach, cancels[at][1]), at + 1
        if reach < hit[1]:
            kept.append(hit)
    return tuple(kept)


def _enough(leaf: Leaf, said: set[str]) -> bool:
    """Whether enough of the phrases were said."""
    if isinstance(leaf.need, int):
        return len(said) >= leaf.need
    return leaf.need != "all" or said.issuperset(leaf.phrases)


def _units(index: int, leaf: Leaf) -> list[Unit]:
    return [
        *(Unit(index, "regex", regex, ways(regex)) for regex in leaf.regex),
        *(Unit(index, "unless", regex, ways(regex)) for regex in leaf.unless_regex),
        *(Unit(index, "tokens", None, (tokens.needs(pattern)[:KEPT],)) for pattern in leaf.tokens),
    ]


def _masks(units: Mapping[int, Unit], kind: str, leaves: int) -> list[int]:
    """The regexes of that kind of each leaf, a bit each."""
    masks = [0] * leaves
    for number, unit in units.items():
        if unit.kind == kind:
            masks[unit.leaf] |= 1 << number
    return masks


def _automaton(leaves: Sequence[Leaf], masks: dict[str, int]) -> Any:
    """All phrases, words and `unless` phrases with their owners, and all literals with their bits."""
    import ahocorasick

    owners: dict[str, list[tuple[int, Kind]]] = defaultdict(list)
    for index, leaf in enumerate(leaves):
        kinds: tuple[tuple[Kind, tuple[str, ...]], ...] = (
            ("phrase", leaf.phrases), ("word", leaf.words), ("unless", leaf.unless),
        )  # fmt: skip
        for kind, phrases in kinds:
            for phrase in dict.fromkeys(phrases):
                owners[phrase].append((index, kind))
    automaton = ahocorasick.Automaton()
    for phrase in {**owners, **{literal: () for literal in masks if len(literal) > 1}}:
        automaton.add_word(phrase, (len(phrase), tuple(owners.get(phrase, ())), masks.get(phrase, 0)))
    automaton.make_automaton()
    return automaton
