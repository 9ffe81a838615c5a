"""Which turns a scope leaves, whatever the contact: how far from its beginning and from its end."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf

from ..rules import Positions, Scope

Bounds = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Window:
    """The least and the most that lies before a turn, and after it: turns of its role, or seconds."""

    before: Bounds = (0, inf)
    after: Bounds = (0, inf)

    def __and__(self, other: Window) -> Window:
        return Window(_both(self.before, other.before), _both(self.after, other.after))

    def __le__(self, other: Window) -> bool:
        """Whether all that lies in this one lies in the other."""
        return self & other == self

    @property
    def empty(self) -> bool:
        return self.before[0] > self.before[1] or self.after[0] > self.after[1]

    @property
    def length(self) -> Bounds:
        """How many turns a contact has in which a turn can lie here."""
        return self.before[0] + self.after[0] + 1, self.before[1] + self.after[1] + 1


def turns(scope: Scope, positions: Positions) -> Window:
    """The turns that `where` and `turns` leave.

    >>> turns(Scope(where="opening", turns=(5, None)), Positions()).empty
    True
    """
    where = {
        "opening": Window(before=(0, positions.opening - 1)),
        "closing": Window(after=(0, positions.closing - 1)),
    }
    return where.get(scope.where, Window()) & _between(scope.turns, 1)


def seconds(scope: Scope) -> Window:
    """The time that `seconds` leaves."""
    return _between(scope.seconds, 0)


def _between(ends: tuple[float, float | None] | None, last: int) -> Window:
    """From the first to the last; negative from the end, where the last turn is -1, the last second -0."""
    if ends is None:
        return Window()
    first, end = ends
    one = Window(before=(first, inf)) if first >= 0 else Window(after=(0, -first - last))
    if end is None:
        return one
    return one & (Window(before=(0, end)) if end >= 0 else Window(after=(-end - last, inf)))


def _both(one: Bounds, other: Bounds) -> Bounds:
    return max(one[0], other[0]), min(one[1], other[1])
