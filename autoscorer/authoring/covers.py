"""What one operator's answer says of another's: it holds then too, or it cannot hold. Scopes are left aside.

Sound, not complete: where this says no, nothing is known.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import inf
from typing import Any

from ..rules import Condition, Wording
from ..text import normalize

Bounds = tuple[float, float]


def covers(wide: Condition, narrow: Condition) -> bool:
    """Whether the operator of `wide` holds wherever that of `narrow` does.

    >>> covers(Condition(phrases=["稍等"]), Condition(phrases=["请稍等"]))
    True
    """
    if wide.wording and narrow.wording:
        return words_cover(wide, narrow)
    name = _same(wide, narrow)
    one, other = (getattr(c, name, None) if name else None for c in (wide, narrow))
    return name in _COVERS and _COVERS[name](one, other)


def exclude(one: Condition, other: Condition) -> bool:
    """Whether the two never hold in the same turn.

    >>> exclude(Condition(speech_rate={"at_least": 400}), Condition(speech_rate={"at_most": 300}))
    True
    """
    name = _same(one, other)
    return name in _EXCLUDE and _EXCLUDE[name](getattr(one, name), getattr(other, name))


def words_cover(wide: Wording, narrow: Wording) -> bool:
    """Whether the words of `wide` are there wherever those of `narrow` are."""
    kept = _cancels(wide, narrow)
    if wide.need == "any" and narrow.need == "any":
        return (
            all(_finds(wide, phrase, narrow) for phrase in narrow.phrases)
            and all(_finds(wide, w, narrow) or (kept and w in wide.words) for w in narrow.words)
            and (kept or not (narrow.regex or narrow.tokens))
            and set(narrow.regex) <= set(wide.regex)
            and all(pattern in wide.tokens for pattern in narrow.tokens)
        )
    if wide.need == "any":
        return sum(not _finds(wide, phrase, narrow) for phrase in narrow.phrases) < wanted(narrow)
    if narrow.words or narrow.regex or narrow.tokens:
        return False
    if wanted(narrow) < len(narrow.phrases):
        return kept and set(wide.phrases) == set(narrow.phrases) and wanted(wide) <= wanted(narrow)
    found = sum(any(lies_in(q, p, wide, narrow) for p in narrow.phrases) for q in wide.phrases)
    return found >= wanted(wide)


def wanted(wording: Wording) -> int:
    """How many of the phrases must be there."""
    return {"any": 1, "all": len(wording.phrases)}.get(str(wording.need)) or int(wording.need)


def _finds(wide: Wording, phrase: str, narrow: Wording) -> bool:
    return any(lies_in(each, phrase, wide, narrow) for each in wide.phrases)


def lies_in(short: str, long: str, wide: Wording, narrow: Wording) -> bool:
    """Whether a hit of `long` holds one of `short` that nothing cancels."""
    short, long = normalize(short), normalize(long)
    free = not (wide.unless or wide.unless_regex)
    return (short in long and free) or (short == long and _cancels(wide, narrow))


def _cancels(wide: Wording, narrow: Wording) -> bool:
    """Whether `narrow` cancels all that `wide` does."""
    return set(map(normalize, wide.unless)) <= set(map(normalize, narrow.unless)) and set(
        wide.unless_regex
    ) <= set(narrow.unless_regex)


def _same(one: Condition, other: Condition) -> str:
    """The operator, where both have the same one."""
    names = one.subjects.keys() & other.subjects.keys()
    return next(iter(names), "")


def bounds(of: Any) -> Bounds:
    """The bounds of a range, a count, or a field."""
    return -inf if of.at_least is None else of.at_least, inf if of.at_most is None else of.at_most


def _inside(one: Any, other: Any) -> bool:
    (low, high), (least, most) = bounds(one), bounds(other)
    return low <= least and most <= high


def _apart(one: Any, other: Any) -> bool:
    (low, high), (least, most) = bounds(one), bounds(other)
    return high < least or most < low


def _measure(of: Any) -> tuple[Any, ...]:
    """What a range measures: two that measure the same can be compared."""
    return tuple(getattr(of, key, None) for key in ("of", "role", "within", "field"))


def _range(one: Any, other: Any) -> bool:
    return _measure(one) == _measure(other) and _inside(one, other)


def _outside(one: Any, other: Any) -> bool:
    return _measure(one) == _measure(other) and _apart(one, other)


def _field(one: Any, other: Any) -> bool:
    values = not one.is_ or (other.is_ and _plain(other.is_) <= _plain(one.is_))
    return bool(_range(one, other) and values and one.matches in (None, other.matches))


def _plain(values: tuple[str, ...]) -> set[str]:
    return set(map(normalize, values))


_COVERS: Mapping[str, Callable[[Any, Any], bool]] = {
    "behavior": lambda one, other: set(other) <= set(one),
    "entity": lambda one, other: set(other) <= set(one),
    "similar": lambda one, other: set(other.examples) <= set(one.examples) and one.threshold <= other.threshold,
    "repetition": lambda one, other: (
        one.similarity <= other.similarity and one.within >= other.within and one.shortest <= other.shortest
    ),
    "restates": lambda one, other: (
        one.overlap <= other.overlap and one.within >= other.within and one.form in ("any", other.form)
    ),
    "classifier": lambda one, other: (
        one.task == other.task and set(other.label) <= set(one.label) and one.probability <= other.probability
    ),
    "interval": _range, "speech_rate": _range, "interruption": _range, "length": _range, "count": _range,
    "metadata": _field,
}  # fmt: skip
_EXCLUDE: Mapping[str, Callable[[Any, Any], bool]] = {
    "classifier": lambda one, other: one.task == other.task and not set(one.label) & set(other.label),
    "interval": _outside, "speech_rate": _outside, "interruption": _outside, "length": _outside,
    "count": _outside,
    "metadata": lambda one, other: one.field == other.field and (
        _apart(one, other) or bool(one.is_ and other.is_ and not _plain(one.is_) & _plain(other.is_))
    ),
}  # fmt: skip
