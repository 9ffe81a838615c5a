"""Which of many regexes can match a text, from the literals that stand in it: a few operations on bits."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

from .literals import KEPT, Strings


class Prefilter:
    """One bit for each regex and each of its sets of literals.

    A regex is possible where a literal of each of its sets is present. `masks` says which bits a literal
    sets, so that a text costs one `|=` for each literal in it, however many regexes there are.
    """

    def __init__(self, needs: Sequence[tuple[Strings, ...]]) -> None:
        self._count = len(needs)
        self._full = (1 << self._count) - 1
        self.masks: dict[str, int] = defaultdict(int)
        self.nothing = 0
        """The bits that are set without any literal."""
        for number, sets in enumerate(needs):
            for level in range(KEPT):
                bit = 1 << (level * self._count + number)
                if level >= len(sets):
                    self.nothing |= bit
                for literal in sets[level] if level < len(sets) else ():
                    self.masks[literal] |= bit

    def possible(self, present: int) -> int:
        """The regexes that may match, a bit each, from the joined masks of the literals that are there."""
        bits = self._full
        for level in range(KEPT):
            bits &= present >> (level * self._count)
        return bits


def numbers(bits: int) -> Iterator[int]:
    """The numbers of the bits that are set."""
    while bits:
        low = bits & -bits
        yield low.bit_length() - 1
        bits ^= low
