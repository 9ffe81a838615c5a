"""How alike texts are: vectors of sentences, by sense or by wording; pairs of characters for repetitions."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from zlib import crc32

from ..rules.operators import Similar
from ..text import normalize
from .scan import Hit
from .view import Encoder

if TYPE_CHECKING:
    from numpy.typing import NDArray

DIMENSIONS = 2048
GRAMS = (1, 2, 3)
MOST = 64
"""Sentences of a turn that are compared."""
_SENTENCE = re.compile(r"[^。!?！？;；\n~]+[!?！？]?")
_CLAUSE = re.compile(r"[^,，、。!?！？;；\s~]+[!?！？]?")
_SIGNS = re.compile(r"[\W_]+")


class HashedGrams:
    """How sentences are worded: characters and their pairs and triples, hashed, weighed by 1 + log count.

    Its cosine speaks of wording, not of sense: about 0.3 for the same topic, 0.6 for the same sentence with a
    few words changed, 1 for the same characters.
    """

    def encode(self, texts: Sequence[str]) -> NDArray[Any]:
        """float32 [n, 2048], rows of length 1; a text without letters gives zeros."""
        import numpy as np

        table = np.zeros((len(texts), DIMENSIONS), np.float32)
        for row, text in zip(table, texts, strict=True):
            for gram, count in _grams(text).items():
                row[crc32(gram.encode()) % DIMENSIONS] += 1 + np.log(count)
        norms = np.linalg.norm(table, axis=1, keepdims=True)
        return table / np.where(norms > 0, norms, 1)


WORDING = HashedGrams()


class Likeness:
    """The sentence of a turn that is most like one of the examples."""

    def __init__(self, spec: Similar) -> None:
        self._spec = spec
        self._examples: tuple[Encoder, Any] | None = None
        self._best = lru_cache(maxsize=4096)(self._compare)

    def sentence(self, shown: str, encoder: Encoder) -> Hit | None:
        """The characters of the likest sentence or clause; None where none reaches the threshold."""
        if self._examples is None or self._examples[0] is not encoder:
            self._examples = encoder, encoder.encode(list(map(normalize, self._spec.examples)))
            self._best.cache_clear()
        return self._best(shown)

    def _compare(self, shown: str) -> Hit | None:
        assert self._examples is not None
        encoder, examples = self._examples
        places = list(dict.fromkeys(_sentences(shown)))[:MOST]
        if not places:
            return None
        cosines = (encoder.encode([shown[a:b] for a, b in places]) @ examples.T).max(axis=1)
        best = int(cosines.argmax())
        return places[best] if float(cosines[best]) >= self._spec.threshold - 1e-6 else None


def alike(one: str, other: str, shortest: int, least: float) -> bool:
    """Whether the Dice coefficient of the pairs of characters, 0 to 1, is at least `least`; never where one of the
    texts is shorter than `shortest`."""
    (length, pairs), (other_length, other_pairs) = _pairs(one), _pairs(other)
    if min(length, other_length) < shortest:
        return False
    size, other_size = max(1, length - 1), max(1, other_length - 1)
    needed = least * (size + other_size) / 2 - 1e-9
    if min(size, other_size) < needed:
        return False  # too unlike in length
    return (pairs & other_pairs).total() >= needed


@lru_cache(maxsize=4096)  # a turn is compared with some before it, and with some after
def _pairs(text: str) -> tuple[int, Counter[str]]:
    """The number of letters of a text, and their pairs; a single letter stands for a pair."""
    letters = _SIGNS.sub("", text)
    return len(letters), Counter(letters[i : i + 2] for i in range(max(1, len(letters) - 1)))


def _sentences(shown: str) -> Iterator[Hit]:
    """Sentences, then the clauses that they are made of."""
    for pattern in (_SENTENCE, _CLAUSE):
        yield from (match.span() for match in pattern.finditer(shown) if _SIGNS.sub("", match.group()))


def _grams(text: str) -> Counter[str]:
    letters = _SIGNS.sub("", normalize(text))
    return Counter(letters[i : i + n] for n in GRAMS for i in range(len(letters) - n + 1))
