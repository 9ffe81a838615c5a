"""Conditions compiled into trees that find turns: logic, scopes and anchors. The operators are leaves."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal, Protocol

from ..rules import Anchor, Condition, Scope, Wording
from ..rules.conditions import Count as CountOf
from . import operators
from .leaves import Leaf, Modes, leaf
from .scan import Hit
from .view import NONE, Found, Turns, View

Operator = Callable[[View, Turns], Found]


class Node(Protocol):
    """A condition ready to be asked. `contact`: it is about the whole contact, not about a turn."""

    @property
    def contact(self) -> bool: ...

    def find(self, view: View, turns: Turns) -> Found:
        """Those of `turns` in which it holds."""


@dataclass(frozen=True, slots=True)
class Words:
    """The words of a leaf."""

    leaf: int
    contact: bool = False

    def find(self, view: View, turns: Turns) -> Found:
        likely = view.likely.get(self.leaf)
        if not likely:
            return NONE
        asked = set(turns)
        hits = {turn: view.scans[turn].hits(self.leaf) for turn in likely if turn in asked}
        return Found({turn: found for turn, found in hits.items() if found})


@dataclass(frozen=True, slots=True)
class Asked:
    """An operator that is not about words."""

    operator: Operator
    contact: bool = False
    costly: bool = False

    def find(self, view: View, turns: Turns) -> Found:
        return self.operator(view, turns) if turns else Found()


@dataclass(frozen=True, slots=True)
class All:
    """Every part holds in the same turn; it is shown by the first part that has words to show.

    What costs little is asked first, and what costs more only of the turns that are left.
    """

    parts: tuple[Node, ...]
    cheapest: tuple[int, ...] = field(init=False)

    def __post_init__(self) -> None:
        order = sorted(range(len(self.parts)), key=lambda n: _cost(self.parts[n]))
        object.__setattr__(self, "cheapest", tuple(order))

    @property
    def contact(self) -> bool:
        return all(part.contact for part in self.parts)

    def find(self, view: View, turns: Turns) -> Found:
        left, unknown = set(turns), set[int]()
        answers: dict[int, Found] = {}
        for number in self.cheapest:
            asked = tuple(sorted(left))
            answers[number] = found = self.parts[number].find(view, asked) if asked else NONE
            unknown = (unknown & {*found.hits, *found.unknown}) | found.unknown
            left = {*found.hits, *found.unknown}
        hits: dict[int, tuple[Hit, ...]] = dict.fromkeys(left - unknown, ())
        for number in range(len(self.parts)):
            for turn in hits:
                hits[turn] = _joined(hits[turn], answers[number].hits[turn])
        return Found(hits, frozenset(unknown))


@dataclass(frozen=True, slots=True)
class Either:
    """One of the parts holds."""

    parts: tuple[Node, ...]

    @property
    def contact(self) -> bool:
        return all(part.contact for part in self.parts)

    def find(self, view: View, turns: Turns) -> Found:
        hits: dict[int, tuple[Hit, ...]] = {}
        unknown: set[int] = set()
        for part in self.parts:
            found = part.find(view, turns)
            unknown |= found.unknown
            for turn, shown in found.hits.items():
                hits[turn] = _joined(hits.get(turn, ()), shown)
        return Found(hits, frozenset(unknown - set(hits)))


@dataclass(frozen=True, slots=True)
class Not:
    """The part does not hold. What is not known stays so."""

    part: Node

    @property
    def contact(self) -> bool:
        return self.part.contact

    def find(self, view: View, turns: Turns) -> Found:
        found = self.part.find(view, turns)
        kept = {t: () for t in turns if t not in found.hits and t not in found.unknown}
        return Found(kept, found.unknown)


@dataclass(frozen=True, slots=True)
class Counted:
    """Numbers the turns in which a condition holds."""

    of: Node
    count: CountOf
    contact: bool = False

    def find(self, view: View, turns: Turns) -> Found:
        found = self.of.find(view, view.spoken)
        held = found.turns
        hits = {}
        for turn in set(turns) & set(held):
            reach = turn - self.count.within if self.count.within else -1
            number = sum(reach <= t <= turn for t in held)
            if number >= self.count.at_least and number <= (self.count.at_most or number):
                hits[turn] = found.hits[turn]
        return Found(hits, found.unknown & set(turns))


@dataclass(frozen=True, slots=True)
class Remembered:
    """A named condition: asked once of the same turns, however often it is used."""

    inner: Node
    contact: bool
    cost: int

    def find(self, view: View, turns: Turns) -> Found:
        key = id(self.inner), turns
        if key not in view.remembered:
            view.remembered[key] = self.inner.find(view, turns)
        return view.remembered[key]


@dataclass(frozen=True, slots=True)
class Near:
    """An anchor: turns after, before or around those in which another condition holds."""

    side: Literal["after", "before", "around"]
    of: Node
    anchor: Anchor
    within: int

    def holds(self, view: View, turns: Turns) -> Found:
        """Which turns are near enough."""
        found = self.of.find(view, view.spoken)
        anchors = _nth(found.turns, self.anchor.nth)
        near: dict[int, tuple[Hit, ...]] = {}
        open_ = set(turns) if found.unknown else set[int]()
        for turn in turns:
            answers = {self._reaches(view, anchor, turn) for anchor in anchors}
            if True in answers:
                near[turn] = ()
            elif None in answers:
                open_.add(turn)
                view.missing.add("times")
        return Found(near, frozenset(open_ - set(near)))

    def _reaches(self, view: View, anchor: int, turn: int) -> bool | None:
        sides = {"after": turn > anchor, "before": turn < anchor, "around": True}
        if not sides[self.side]:
            return False
        if self.anchor.seconds is None:
            return abs(turn - anchor) <= self.within
        apart = operators.seconds_between(view, anchor, turn)
        return None if apart is None else apart <= self.anchor.seconds


@dataclass(frozen=True, slots=True)
class Scoped:
    """A condition that looks at some turns only."""

    scope: Scope
    role: Literal["agent", "customer"] | None
    anchors: tuple[Near, ...]
    inner: Node

    @property
    def contact(self) -> bool:
        plain = not self.anchors and (self.scope.where, self.scope.turns, self.scope.seconds) == (
            "anywhere",
            None,
            None,
        )
        return self.inner.contact and plain

    def find(self, view: View, turns: Turns) -> Found:
        placed = operators.placed(view, self.scope, self.role, turns)
        for near in self.anchors:
            asked = tuple(sorted({*placed.hits, *placed.unknown}))
            found = near.holds(view, asked)
            open_ = (placed.unknown & {*found.hits, *found.unknown}) | found.unknown
            placed = Found({t: () for t in placed.hits if t in found.hits}, open_)
        inner = self.inner.find(view, tuple(sorted({*placed.hits, *placed.unknown})))
        unknown = frozenset(inner.unknown | (placed.unknown & inner.hits.keys()))
        return Found({t: h for t, h in inner.hits.items() if t not in placed.unknown}, unknown)


class Compiler:
    """Turns conditions into nodes, and gathers the leaves that the text index looks for."""

    def __init__(self, conditions: Mapping[str, Condition]) -> None:
        self.leaves: list[Leaf] = []
        self._conditions = conditions
        self._named: dict[tuple[str, Modes], Node] = {}
        self._known: dict[Leaf, int] = {}

    def rule(self, scope: Scope, asked: Wording | Condition, modes: Modes) -> Node:
        """The node of a rule: what it asks, in the turns that its scope leaves."""
        inner = self.condition(asked, modes) if isinstance(asked, Condition) else self._words(asked, modes)
        return self._scoped(scope, None, inner, modes)

    def condition(self, condition: Condition, modes: Modes) -> Node:
        """The node of a condition."""
        return self._scoped(condition, condition.role, self._subject(condition, modes), modes)

    def _subject(self, condition: Condition, modes: Modes) -> Node:
        if condition.wording:
            return self._words(condition, modes)
        if condition.all_of:
            return All(tuple(self.condition(part, modes) for part in condition.all_of))
        if condition.any_of:
            return Either(tuple(self.condition(part, modes) for part in condition.any_of))
        if condition.negated:
            return Not(self.condition(condition.negated, modes))
        if condition.count:
            return Counted(self.condition(condition.count.of, modes), condition.count)
        if condition.use in self._conditions:
            return self._use(str(condition.use), modes)
        (name,) = condition.subjects
        return Asked(operators.operator(condition), name in operators.CONTACT, name in operators.COSTLY)

    def _use(self, name: str, modes: Modes) -> Node:
        if (name, modes) not in self._named:
            node = self.condition(self._conditions[name], modes)
            self._named[name, modes] = Remembered(node, node.contact, _cost(node))
        return self._named[name, modes]

    def _words(self, wording: Wording, modes: Modes) -> Node:
        new = leaf(wording, modes)
        number = self._known.setdefault(new, len(self.leaves))
        if number == len(self.leaves):
            self.leaves.append(new)
        return Not(Words(number)) if wording.need == "none" else Words(number)

    def _scoped(
        self, scope: Scope, role: Literal["agent", "customer"] | None, inner: Node, modes: Modes
    ) -> Node:
        anchors = tuple(
            Near(side, self.condition(a.of, modes), a, a.within or scope.within)
            for side, a in scope.anchors()
        )
        plain = scope.where == "anywhere" and scope.turns is None and scope.seconds is None
        if plain and role is None and not anchors:
            return inner
        return Scoped(scope, role, anchors, inner)


def _joined(one: tuple[Hit, ...], other: tuple[Hit, ...]) -> tuple[Hit, ...]:
    """Each hit once; named conditions may bring the same one many times."""
    return tuple(dict.fromkeys(one + other)) if one and other else one or other


def _cost(node: Node) -> int:
    """Words are found already; some operators cut or compare texts."""
    if isinstance(node, Remembered):
        return node.cost
    if isinstance(node, Scoped | Not):
        return _cost(node.part if isinstance(node, Not) else node.inner)
    if isinstance(node, All | Either):
        return max((_cost(part) for part in node.parts), default=0)
    return 2 if isinstance(node, Asked) and node.costly else int(not isinstance(node, Words))


def needed_leaves(node: Node) -> frozenset[int] | None:
    """Leaves of which the words of one must stand in a turn for the node to hold there; None where none must.

    It does not look into named conditions: they may use each other so often that the whole has no end.
    """
    if isinstance(node, Words):
        return frozenset([node.leaf])
    if isinstance(node, Scoped):
        return needed_leaves(node.inner)
    if isinstance(node, All | Either):
        parts = [needed_leaves(part) for part in node.parts]
        sure = [part for part in parts if part is not None]
        if isinstance(node, All):
            return min(sure, key=len, default=None)
        return frozenset().union(*sure) if len(sure) == len(parts) else None
    return None


def _nth(turns: Turns, nth: int | None) -> Turns:
    if nth is None:
        return turns
    at = nth - 1 if nth > 0 else nth
    return turns[at:][:1] if -len(turns) <= at < len(turns) else ()
