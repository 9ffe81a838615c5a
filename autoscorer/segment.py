"""Chinese text into words: spaCy Docs cut by an own jieba, with a user dictionary of service words."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from . import resources, text

if TYPE_CHECKING:
    from spacy.tokens import Doc

LONGEST = 1000
"""Characters that are cut at a time: jieba's time grows with the square of a run of unknown characters."""


class Segmenter:
    """Cuts text into spaCy Docs whose `doc.text` is the text given, so that offsets are exact.

    The jieba tokenizer is this object's own: the process-wide one stays as it is. The cut is made on the
    normalized text, so that Traditional characters are cut as Simplified ones.
    """

    def __init__(self) -> None:
        self._tokenizer: Any = None
        self._vocab: Any = None

    def words(self, shown: str) -> list[str]:
        """The words of `shown`; joined they are `shown` again."""
        words, at = [], 0
        for word in self._cut(text.normalize(shown)):
            words.append(shown[at : at + len(word)])
            at += len(word)
        return words

    def _cut(self, normal: str) -> Iterator[str]:
        for first in range(0, len(normal), LONGEST):
            yield from self._load().cut(normal[first : first + LONGEST], HMM=True)

    def doc(self, shown: str) -> Doc:
        """`shown` as a spaCy Doc; white space stands as tokens of its own."""
        from spacy.tokens import Doc

        words = self.words(shown)
        return Doc(self._vocab_zh(), words=words, spaces=[False] * len(words))

    def borders(self, shown: str) -> frozenset[int]:
        """The offsets at which a word begins or ends."""
        at, found = 0, {0}
        for word in self.words(shown):
            at += len(word)
            found.add(at)
        return frozenset(found)

    def knows(self, word: str) -> bool:
        """Whether the dictionary has this word."""
        return bool(self._load().FREQ.get(text.normalize(word)))

    def _load(self) -> Any:
        if self._tokenizer is None:
            import logging

            import jieba

            jieba.setLogLevel(logging.WARNING)
            tokenizer = jieba.Tokenizer()
            with (resources.DATA / "words.txt").open(encoding="utf-8") as words:
                tokenizer.load_userdict(words)
            self._tokenizer = tokenizer
        return self._tokenizer

    def _vocab_zh(self) -> Any:
        if self._vocab is None:
            import spacy

            config = {"nlp": {"tokenizer": {"segmenter": "char"}}}
            self._vocab = spacy.blank("zh", config=config).vocab
        return self._vocab
