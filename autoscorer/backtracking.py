"""Regexes from rule books that could search without end: they run under a limit of time.

Python's `re` cannot be stopped. A pattern of which a small estimate says that it may try very many ways
runs in the package `regex` instead, which reads the same syntax and stops after `SECONDS`.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from re import _constants, _parser  # type: ignore[attr-defined]  # the parser of `re` itself; it has no public name
from typing import Any, cast

from .errors import TranscriptError

SECONDS = 2.0
"""For one search in one text. A text of 100,000 characters takes an ordinary pattern some hundredths."""
WAYS = 1e8
_MOST_TIMES = 200


def guarded(pattern: str, flags: int) -> re.Pattern[str]:
    """`pattern` compiled: by `re`, or, if it may backtrack without end, by `regex` with a limit of time.

    Raises re.error. A search that takes too long raises TranscriptError `too_slow`.
    """
    compiled = re.compile(pattern, flags)
    return cast("re.Pattern[str]", _Timed(compiled)) if ways(pattern) > WAYS else compiled


def is_limited(compiled: re.Pattern[str]) -> bool:
    """Whether a pattern of `guarded` runs under the limit, which makes each search many times slower."""
    return isinstance(compiled, _Timed)


class _Timed:
    """What detection asks of a pattern, under a limit of time."""

    def __init__(self, plain: re.Pattern[str]) -> None:
        import regex

        self.pattern, self.flags = plain.pattern, plain.flags
        try:
            self._regex: Any = regex.compile(
                plain.pattern, regex.V0 | (regex.I if plain.flags & re.IGNORECASE else 0)
            )
        except regex.error as error:
            raise re.error(
                f"it may backtrack without end, and is none that can be limited: {error}"
            ) from None

    def finditer(self, text: str) -> Iterator[Any]:
        """As of `re`."""
        with _limit(self.pattern):
            yield from self._regex.finditer(text, timeout=SECONDS)

    def search(self, text: str) -> Any:
        """As of `re`."""
        with _limit(self.pattern):
            return self._regex.search(text, timeout=SECONDS)

    def match(self, text: str) -> Any:
        """As of `re`."""
        with _limit(self.pattern):
            return self._regex.match(text, timeout=SECONDS)

    def fullmatch(self, text: str) -> Any:
        """As of `re`."""
        with _limit(self.pattern):
            return self._regex.fullmatch(text, timeout=SECONDS)


class _limit:
    """Says which pattern took too long."""

    def __init__(self, pattern: str) -> None:
        self.pattern = pattern

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        if isinstance(error, TimeoutError):
            shown = self.pattern if len(self.pattern) <= 80 else self.pattern[:80] + "…"
            message = f"a rule's regex searched longer than {SECONDS:g} s in one turn: {shown}"
            hint = "bound its repeats, such as [^，。]{0,20} for .*, or (?:a|b)+ for (?:a+|b+)+"
            raise TranscriptError("too_slow", message, hint=hint) from None


def ways(pattern: str) -> float:
    """At most so many ways to go on are tried from one character: an upper bound, infinite for a repeat without
    end that more must follow.

    >>> ways("退[^，。]{0,9}款"), ways("(?:a+)+b"), ways("您好[。！]*")
    (10.0, inf, 1)
    """
    parsed = list(_parser.parse(pattern))
    if parsed and parsed[-1][0] in _REPEATS and _sequence(parsed[-1][1][2]) == 1:
        parsed.pop()  # nothing follows, so nothing makes it try again
    return _sequence(parsed)


_REPEATS = (_constants.MAX_REPEAT, _constants.MIN_REPEAT)


def _sequence(items: Any) -> float:
    return math.prod(_item(*item) for item in items)


def _item(kind: Any, value: Any) -> float:
    if kind in _REPEATS:
        return _repeat(*value)
    if kind is _constants.SUBPATTERN:
        return _sequence(value[3])
    if kind is _constants.BRANCH:
        return sum(map(_sequence, value[1]))
    if kind in (_constants.ASSERT, _constants.ASSERT_NOT):
        return _sequence(value[1])
    if kind is _constants.ATOMIC_GROUP:
        return _sequence(value)
    return _sequence(value[2]) if kind is _constants.POSSESSIVE_REPEAT else 1


def _repeat(least: int, most: Any, inside: Any) -> float:
    inner = _sequence(inside)
    if most is _constants.MAXREPEAT or inner == math.inf:
        return math.inf
    times = min(float(inner), 1e9) ** min(most, _MOST_TIMES) if inner > 1 and most < 30 else 1.0
    return math.inf if inner > 1 and most >= 30 else times * (most - least + 1)
