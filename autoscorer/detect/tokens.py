"""Token patterns: spaCy's Matcher on the words that jieba cuts."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ..rules.operators import Token, TokenPattern
from ..segment import Segmenter
from ..text import compile_pattern, normalize
from .literals import Strings

Spec = dict[str, Any]


class TokenMatcher:
    """The token patterns of all leaves. spaCy is loaded when a text first needs it."""

    def __init__(self, patterns: Iterable[tuple[int, TokenPattern]], segmenter: Segmenter) -> None:
        self._patterns = list(patterns)
        self._segmenter = segmenter
        self._matcher: Any = None

    def hits(self, shown: str) -> dict[int, list[tuple[int, int]]]:
        """The characters that each leaf's patterns cover in a normalized text."""
        doc = self._segmenter.doc(shown)
        if self._matcher is None:
            self._matcher = self._build(doc.vocab)
        found: dict[int, list[tuple[int, int]]] = {}
        for key, first, last in self._matcher(doc):
            end = doc[last - 1].idx + len(doc[last - 1])
            found.setdefault(int(doc.vocab.strings[key]), []).append((doc[first].idx, end))
        return found

    def _build(self, vocab: Any) -> Any:
        from spacy.matcher import Matcher

        matcher = Matcher(vocab)
        by_leaf: dict[int, list[list[Spec]]] = {}
        for leaf, pattern in self._patterns:
            by_leaf.setdefault(leaf, []).append([_spec(token) for token in pattern])
        for leaf, specs in by_leaf.items():
            matcher.add(str(leaf), specs)
        return matcher


def needs(pattern: TokenPattern) -> tuple[Strings, ...]:
    """The words that a text must hold for the pattern to match, a set for each token that must be there."""
    return tuple(frozenset(map(normalize, t.text)) for t in pattern if t.text and t.op in (None, "+"))


def _spec(token: Token) -> Spec:
    """One token as spaCy takes it."""
    spec: Spec = {}
    text: Spec = {"IN": list(map(normalize, token.text))} if token.text else {}
    if token.regex:
        text["REGEX"] = compile_pattern(token.regex).pattern
    if text:
        spec["TEXT"] = text
    if token.length:
        spec["LENGTH"] = {">=": token.length[0], "<=": token.length[1]}
    return spec | ({"OP": token.op} if token.op else {})
