"""Which of many regexes can match a text, from the literals that stand in it: a few operations on bits."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

from .literals import KEPT, Ways


class Prefilter:
    """A field of bits for each regex: one bit for each way in which it can match, and one above them.

    A way is possible where a literal of each of its sets is present. `masks` says which bits a literal sets, so
    that a text costs one `|=` for each literal in it, however many regexes there are; a field of which any bit is
    set carries into the bit above when all ones are added to it.
    """

    def __init__(self, ways: Sequence[Ways]) -> None:
        self.masks: dict[str, int] = defaultdict(int)
        self.nothing = 0
        """The bits that are set without any literal."""
        self.places = list[int]()
        """The place of the bit of each regex in what `possible` gives."""
        self._ones = self._above = 0
        self._width = sum(len(own) + 1 for own in ways)
        at = 0
        for own in ways:
            for sets in own:
                self._add(at, sets)
                self._ones |= 1 << at
                at += 1
            self._above |= 1 << at
            self.places.append(at)
            at += 1

    def _add(self, place: int, sets: Sequence[frozenset[str]]) -> None:
        for level in range(KEPT):
            bit = 1 << (level * self._width + place)
            if level >= len(sets):
                self.nothing |= bit
            for literal in sets[level] if level < len(sets) else ():
                self.masks[literal] |= bit

    def possible(self, present: int) -> int:
        """The regexes that may match, a bit each, from the joined masks of the literals that are there."""
        bits = self._ones
        for level in range(KEPT):
            bits &= present >> (level * self._width)
        return (bits + self._ones) & self._above


def numbers(bits: int) -> Iterator[int]:
    """The places of the bits that are set."""
    while bits:
        low = bits & -bits
        yield low.bit_length() - 1
        bits ^= low
