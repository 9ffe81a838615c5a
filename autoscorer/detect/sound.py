"""Characters by their sound, so that what speech recognition misheard is still found: 报歉 as 抱歉."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import takewhile
from typing import Any

from ..segment import Segmenter
from .leaves import Leaf
from .literals import required

FIRST = 0xF0000
"""A private plane of Unicode: each syllable gets a character of its own there, so that offsets stay."""
_CONFUSED = ((r"^n", "l"), (r"^([zcs])h", r"\1"), (r"(?<![iu])ang$", "an"), (r"([ie])ng$", r"\1n"))
"""What speakers and recognizers confuse: n and l; zh ch sh and z c s; ing, eng, ang and in, en, an."""
SHORT = 3
"""Up to so many characters a phrase must be a word of the dictionary: 谢了 is too easily 写了."""
_TONES = str.maketrans("āáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜńňǹḿ", "aaaaeeeeiiiioooouuuuüüüünnnm")
Hit = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Heard:
    """What sounds like a phrase of a leaf, and the slips that hide a literal from a regex."""

    phrases: dict[int, list[tuple[Hit, str]]] = field(default_factory=dict)
    slips: dict[int, list[tuple[Hit, str]]] = field(default_factory=dict)

    def mended(self, unit: int, shown: str) -> str:
        """`shown` with the literals that the regex `unit` needs in the place of what sounds like them."""
        chars = list(shown)
        for (start, end), meant in self.slips[unit]:
            chars[start:end] = meant
        return "".join(chars)


SILENCE = Heard()


class Ear:
    """Hears the phrases of leaves, and the literals that regexes need, in misheard words.

    units: for each regex, by its number, its leaf and itself. A slip makes no sense: it is cut
    into single characters or unknown words. 稍后 is a word of its own, and no misheard 稍候.
    """

    def __init__(
        self,
        leaves: Sequence[Leaf],
        units: Mapping[int, tuple[int, re.Pattern[str]]],
        segmenter: Segmenter,
    ) -> None:
        self._segmenter = segmenter
        self._modes = [leaf.modes.same_sound for leaf in leaves]
        self._always = True in self._modes
        self._leaves, self._units = leaves, units
        self._automaton: Any = None

    def hear(self, shown: str, recognized: bool) -> Heard:
        """What stands in a normalized text by its sound only."""
        if not (recognized or self._always):
            return SILENCE
        if self._automaton is None:
            self._automaton = self._built()
        if not len(self._automaton):
            return SILENCE
        heard = Heard(defaultdict(list), defaultdict(list))
        pieces: list[Hit] = []
        for last, meanings in self._automaton.iter(sounds(shown)):
            for meant, owners in meanings:
                hit = (last + 1 - len(meant), last + 1)
                if near(shown[slice(*hit)], meant):
                    pieces = pieces or list(self._pieces(shown))
                    if self._senseless(shown, hit, meant, pieces):
                        self._note(heard, hit, meant, owners, recognized)
        return Heard(dict(heard.phrases), dict(heard.slips))

    def _pieces(self, shown: str) -> Iterator[Hit]:
        at = 0
        for word in self._segmenter.words(shown):
            yield at, at + len(word)
            at += len(word)

    def _senseless(self, shown: str, hit: Hit, meant: str, pieces: Sequence[Hit]) -> bool:
        """Whether the words under the wrong characters are none, and the hit is cut at both ends."""
        first = bisect_left(pieces, (hit[0], 0))
        inside = list(takewhile(lambda piece: piece[0] < hit[1], pieces[first : first + len(meant)]))
        if not inside or inside[0][0] != hit[0] or inside[-1][1] != hit[1]:
            return False
        wrong = {at for at, char in enumerate(meant, hit[0]) if shown[at] != char}
        return not any(
            b - a > 1 and wrong & set(range(a, b)) and self._segmenter.knows(shown[a:b]) for a, b in inside
        )

    def _note(
        self, heard: Heard, hit: Hit, meant: str, owners: Iterable[tuple[int, int]], recognized: bool
    ) -> None:
        for leaf, unit in owners:
            if recognized or self._modes[leaf] is True:
                table, key = (heard.phrases, leaf) if unit < 0 else (heard.slips, unit)
                table[key].append((hit, meant))

    def _built(self) -> Any:
        """Syllables, each with the words that sound so, each with its owners."""
        import ahocorasick

        by_sound: dict[str, dict[str, list[tuple[int, int]]]] = defaultdict(lambda: defaultdict(list))
        phrases = [(p, (i, -1)) for i, leaf in enumerate(self._leaves) for p in leaf.phrases]
        phrases += [
            (literal, (i, n))
            for n, (i, regex) in self._units.items()
            for strings in required(regex)
            for literal in sorted(strings)
        ]
        for meant, owner in phrases:
            if self._modes[owner[0]] is not False and self._speakable(meant):
                by_sound[sounds(meant)][meant].append(owner)
        automaton = ahocorasick.Automaton()
        for syllables, meanings in by_sound.items():
            automaton.add_word(syllables, tuple((m, tuple(owners)) for m, owners in meanings.items()))
        automaton.make_automaton()
        return automaton

    def _speakable(self, phrase: str) -> bool:
        """Two Han characters or more; a short one must be a word."""
        han = all("\u4e00" <= char <= "\u9fff" for char in phrase)
        return han and (len(phrase) > SHORT or (len(phrase) > 1 and self._segmenter.knows(phrase)))


def sounds(text: str) -> str:
    """`text` of the same length with each Han character replaced by its syllable, without tone.

    >>> sounds("报歉") == sounds("抱歉"), sounds("宁好") == sounds("您好"), sounds("稍登") == sounds("稍等")
    (True, True, True)
    """
    return "".join(map(_sound, text))


def near(heard: str, meant: str) -> bool:
    """Whether some, but at most half of the characters are others: 报歉 for 抱歉, but not 包钱."""
    wrong = sum(a != b for a, b in zip(heard, meant, strict=True))
    return 0 < 2 * wrong <= len(meant)


@cache
def _sound(char: str) -> str:
    syllable = _syllable(char)
    return chr(FIRST + _numbers()[syllable]) if syllable else char


def _syllable(char: str) -> str:
    """The commonest reading of a Han character, without tone, folded; empty for all else."""
    return _folded(_readings().get(ord(char), "").partition(",")[0])


@cache
def _folded(reading: str) -> str:
    reading = reading.translate(_TONES)
    for pattern, folded in _CONFUSED:
        reading = re.sub(pattern, folded, reading)
    return reading


@cache
def _readings() -> dict[int, str]:
    from pypinyin.pinyin_dict import pinyin_dict

    table: dict[int, str] = pinyin_dict
    return table


@cache
def _numbers() -> dict[str, int]:
    return {s: i for i, s in enumerate(sorted({_syllable(chr(code)) for code in _readings()}))}
