"""Length-keeping normalization: one character in, one character out, so that spans stay true."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from .backtracking import guarded


class _Fold(dict[int, int]):
    """A `str.translate` table that learns each character the first time it is met."""

    def __missing__(self, code: int) -> int:
        self[code] = folded = _fold(code)
        return folded


@lru_cache(maxsize=1)
def _simplifier():  # type: ignore[no-untyped-def]
    import opencc

    return opencc.OpenCC("t2s")


def _fold(code: int) -> int:
    """Full width to half width, upper to lower case, Traditional to Simplified; else the character itself."""
    char = chr(code)
    if 0xD800 <= code <= 0xDFFF:
        return code
    for step in (lambda c: unicodedata.normalize("NFKC", c), str.lower, _simplify):
        changed = step(char)
        char = changed if len(changed) == 1 else char
    return ord(char)


def _simplify(char: str) -> str:
    """Twice, for 薴 becomes 苧, and that 苎."""
    convert = _simplifier().convert
    return str(convert(convert(char))) if char > "\u2e7f" else char


_FOLD = _Fold()


def normalize(text: str) -> str:
    """`text` as rules and models see it: half width, lower case, Simplified, of the same length.

    >>> normalize("請問ＡＢＣ……")
    '请问abc……'
    """
    return text.translate(_FOLD)


def has_words(text: str) -> bool:
    """Whether there is a letter or a Chinese character in it, not only figures and signs."""
    return any(map(str.isalpha, text))


@lru_cache(maxsize=4096)  # a rule book's regexes are compiled to check them, and again to use them
def compile_pattern(pattern: str) -> re.Pattern[str]:
    """A regex written for shown text, compiled to match normalized text. Raises re.error.

    One that could backtrack without end searches under a limit of time: see `backtracking`.

    >>> bool(compile_pattern("（VIP）您好").search(normalize("（vip）您好")))
    True
    """
    folded = "".join(_fold_for_pattern(char) for char in pattern)
    return guarded(folded, re.IGNORECASE if re.search(r"(?<!\\)[A-Z]", folded) else 0)


def _fold_for_pattern(char: str) -> str:
    """ASCII is regex syntax and stays; what folds into ASCII, such as a full-width bracket, is meant literally."""
    folded = char if char.isascii() else normalize(char)
    return re.escape(folded) if folded.isascii() and not char.isascii() else folded
