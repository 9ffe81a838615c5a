"""Which characters a regex cannot do without: a text that lacks them need not be searched."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import reduce
from typing import Any

LARGEST = 64
"""How many strings a set may hold before it is given up; a larger one filters little."""
KEPT = 3
"""Sets kept of one regex: the rarest."""

WAYS = 64
"""How many alternatives of one regex are told apart."""

Strings = frozenset[str]
Ways = tuple[tuple[Strings, ...], ...]
NOTHING: Strings = frozenset([""])


@dataclass(frozen=True, slots=True)
class _Facts:
    """exact: all strings that a part can match, if few. needs: a match holds one string of each set."""

    exact: Strings | None = None
    needs: tuple[Strings, ...] = ()


def required(pattern: re.Pattern[str]) -> tuple[Strings, ...]:
    """Sets of strings; every match of `pattern` holds at least one string of each. The rarest first.

    Empty where nothing is sure, as for `[^,]{3}`. Letters whose case is ignored are left out.

    >>> [sorted(strings) for strings in required(re.compile("请?稍[等候]|等一下"))]
    [['稍候', '稍等', '等一下']]
    """
    return _rarest(*_parsed(pattern))


def ways(pattern: re.Pattern[str]) -> Ways:
    """The ways in which `pattern` can match, by its first alternatives; each as in `required`, for matches of its own.

    >>> [[sorted(strings) for strings in way] for way in ways(re.compile("请[^,]{2}稍等|等一下"))]
    [[['稍等'], ['请']], [['等一下']]]
    """
    items, fold = _parsed(pattern)
    at = next((i for i, (op, _) in enumerate(items) if str(op) == "BRANCH"), None)
    if at is None or len(items[at][1][1]) > WAYS:
        return (_rarest(items, fold),)
    before, after = items[:at], items[at + 1 :]
    found = dict.fromkeys(_rarest([*before, *branch, *after], fold) for branch in items[at][1][1])
    return tuple(found) if () not in found else ((),)


def _parsed(pattern: re.Pattern[str]) -> tuple[list[Any], bool]:
    """The parts of a pattern, and whether case is ignored."""
    from re import _parser  # type: ignore[attr-defined]  # the only reader of Python's own syntax

    tree = _parser.parse(pattern.pattern, pattern.flags)
    return list(tree), bool(tree.state.flags & re.IGNORECASE)


def _rarest(items: Iterable[Any], fold: bool) -> tuple[Strings, ...]:
    needs = sorted(map(_shortest, _closed(_sequence(items, fold))), key=_commonness)
    return tuple(needs[:KEPT])


def _commonness(strings: Strings) -> float:
    """Roughly how often a text holds one of them: one character is common, each further one rarer."""
    return sum(0.1 ** len(string) for string in strings)


def _shortest(strings: Strings) -> Strings:
    """Without those that hold another one."""
    lengths = {len(s) for s in strings}
    if len(lengths) == 1:
        return strings
    return frozenset(
        s
        for s in strings
        if not any(s[i : i + n] in strings for n in lengths if n < len(s) for i in range(len(s) - n + 1))
    )


def _closed(facts: _Facts) -> tuple[Strings, ...]:
    """The needs of a part, its exact strings among them."""
    useful = facts.exact is not None and "" not in facts.exact
    return (*facts.needs, facts.exact) if useful and facts.exact is not None else facts.needs


def _sequence(items: Iterable[Any], fold: bool) -> _Facts:
    """Parts that follow each other: exact neighbours are joined, `稍` and `[等候]` to `稍等`, `稍候`."""
    needs: list[Strings] = []
    run, whole = NOTHING, True
    for op, value in items:
        part = _part(str(op), value, fold)
        if part.exact is not None and len(run) * len(part.exact) <= LARGEST:
            run = frozenset(a + b for a in run for b in part.exact)
            continue
        needs += [*part.needs, *([run] if "" not in run else [])]
        run, whole = (part.exact, False) if part.exact is not None else (NOTHING, False)
    if whole:
        return _Facts(run)
    return _Facts(None, (*needs, *([run] if "" not in run else [])))


def _part(op: str, value: Any, fold: bool) -> _Facts:
    if op == "LITERAL":
        char = chr(value)
        cased = fold and char.lower() != char.upper()
        return _Facts(None if cased else frozenset([char]))
    if op == "IN":
        return _Facts(_class(value, fold))
    if op in ("AT", "ASSERT", "ASSERT_NOT"):
        return _Facts(NOTHING)
    if op == "SUBPATTERN":
        return _sequence(value[3], fold or bool(value[1] & re.IGNORECASE))
    if op == "ATOMIC_GROUP":
        return _sequence(value, fold)
    if op == "BRANCH":
        return _branches([_sequence(branch, fold) for branch in value[1]])
    if op in ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"):
        return _repeat(value[0], value[1], _sequence(value[2], fold))
    return _Facts()


def _class(items: list[Any], fold: bool) -> Strings | None:
    """The characters of a class such as [等候], if they are few."""
    chars: set[str] = set()
    for op, value in items:
        if str(op) == "LITERAL":
            chars.add(chr(value))
        elif str(op) == "RANGE" and value[1] - value[0] < LARGEST:
            chars.update(map(chr, range(value[0], value[1] + 1)))
        else:
            return None
    cased = fold and any(c.lower() != c.upper() for c in chars)
    return None if cased or len(chars) > LARGEST else frozenset(chars)


def _branches(parts: list[_Facts]) -> _Facts:
    """Alternatives: one string of any branch; each branch speaks through its rarest set."""
    exact = [part.exact for part in parts if part.exact is not None]
    if len(exact) == len(parts):
        union = reduce(frozenset.union, exact)
        if len(union) <= LARGEST:
            return _Facts(union)
    rarest = [min(_closed(part), key=_commonness, default=None) for part in parts]
    sets = [s for s in rarest if s is not None]
    if len(sets) < len(parts):
        return _Facts()
    return _Facts(None, (reduce(frozenset.union, sets),))


def _repeat(least: int, most: int, part: _Facts) -> _Facts:
    if least == 0:
        return _Facts(part.exact | NOTHING if part.exact is not None and most == 1 else None)
    if least == most == 1:
        return part
    return _Facts(None, _closed(part))
