"""What follows from a condition: which others hold then too, and whether it can hold at all.

Sound, not complete: what follows is true of every contact; much that is true is not seen.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import reduce
from typing import Any

from ..rules import Condition, Rule, RuleBook, Scope, Wording
from . import window
from .covers import bounds, covers, exclude
from .window import Window

Keys = tuple[Any, ...]
_ANYWHERE = {key: Condition.model_fields[key].default for key in (*Scope.model_fields, "role")}
"""What a condition without a scope has for one."""


@dataclass(frozen=True, slots=True)
class Fact:
    """An operator that holds in the turn, or does not; `path` says where that is asked."""

    path: Keys
    asked: Condition
    holds: bool


@dataclass(frozen=True, slots=True)
class Held:
    """What a condition asks of one turn, all at once: the scopes in which it lies, and facts."""

    scopes: tuple[tuple[Keys, Condition], ...] = ()
    facts: tuple[Fact, ...] = ()

    def __or__(self, other: Held) -> Held:
        return Held(self.scopes + other.scopes, self.facts + other.facts)

    def without(self, fact: Fact) -> Held:
        return replace(self, facts=tuple(each for each in self.facts if each is not fact))


class Logic:
    """Conclusions in a rule book, whose named conditions and positions count."""

    def __init__(self, book: RuleBook) -> None:
        self._named, self._positions = book.conditions, book.positions
        self._rules = {rule.id: self._of_rule(rule, book) for rule in book.rules}

    def of_rule(self, rule: Rule) -> Condition:
        """A rule as a condition on the turns of its role."""
        return self._rules[rule.id]

    @staticmethod
    def _of_rule(rule: Rule, book: RuleBook) -> Condition:
        scope = {key: getattr(rule, key) for key in Scope.model_fields}
        words = {key: getattr(rule, key) for key in Wording.model_fields}
        asked = {"all_of": (rule.match,)} if rule.match else words
        return Condition.model_construct(role=book.behaviors[rule.behavior].role, **scope, **asked)

    def implies(self, one: Condition, other: Condition) -> bool:
        """Whether `other` holds wherever `one` does."""
        return self.follows(self.held(one), other)

    def within(self, one: Condition, other: Condition) -> bool:
        """Whether all turns in the scope of `one` lie in that of `other`."""
        return self._lies(self.held(one), other)

    def held(self, c: Condition, path: Keys = ()) -> Held:
        """What is sure where a condition holds."""
        scopes = ((path, c),) if _scoped(c) else ()
        if c.all_of:
            parts = [self.held(part, (*path, "all", i)) for i, part in enumerate(c.all_of)]
        elif c.negated:
            parts = [self._denied(c.negated, (*path, "not"))]
        elif c.use in self._named:
            parts = [self.held(self._named[str(c.use)], path)]
        elif c.need == "none":
            parts = [Held(facts=(Fact(path, _bare(c, need="any"), False),))]
        else:
            parts = [Held(facts=(Fact(path, _atom(c), True),))]
        return reduce(Held.__or__, parts, Held(scopes))

    def _denied(self, c: Condition, path: Keys) -> Held:
        """What is sure where a condition does not hold."""
        if _scoped(c):
            return Held(facts=(Fact(path, c, False),))
        if c.any_of:
            parts = [self._denied(part, (*path, "any", i)) for i, part in enumerate(c.any_of)]
            return reduce(Held.__or__, parts, Held())
        if c.negated:
            return self.held(c.negated, (*path, "not"))
        if c.use in self._named:
            return self._denied(self._named[str(c.use)], path)
        positive = c.need == "none"
        return Held(facts=(Fact(path, _atom(c, need="any") if positive else _atom(c), positive),))

    def follows(self, held: Held, c: Condition) -> bool:
        """Whether a condition holds for sure."""
        if _scoped(c):
            return self._lies(held, c) and self.follows(held, _bare(c))
        if c.negated:
            return self._refuted(held, c.negated)
        if c.need == "none":
            return self._refuted(held, _bare(c, need="any"))
        if c.use in self._named:
            return self.follows(held, self._named[str(c.use)])
        if c.all_of:
            return all(self.follows(held, part) for part in c.all_of)
        return any(self.follows(held, part) for part in c.any_of) or any(
            self._shows(fact.asked, _atom(c)) for fact in held.facts if fact.holds
        )

    def _refuted(self, held: Held, c: Condition) -> bool:
        """Whether a condition does not hold for sure."""
        if c.all_of:
            return any(self._refuted(held, part) for part in c.all_of)
        if c.any_of:
            return all(self._refuted(held, part) for part in c.any_of)
        if c.use in self._named:
            return self._refuted(held, self._named[str(c.use)])
        if not _scoped(c) and (c.negated or c.need == "none"):
            return self.follows(held, c.negated or _bare(c, need="any"))
        return any(
            exclude(fact.asked, c) if fact.holds else self.implies(c, fact.asked) for fact in held.facts
        )

    def _shows(self, fact: Condition, c: Condition) -> bool:
        """Whether one operator's holding shows that of another."""
        if fact == c or covers(c, fact):
            return True
        if fact.any_of:
            return all(self.implies(part, c) for part in fact.any_of)
        return fact.count is not None and self.implies(fact.count.of, c)

    def _lies(self, held: Held, c: Condition) -> bool:
        """Whether the turn lies in the scope of a condition."""
        roles = {scope.role for _, scope in held.scopes}
        anchors = [anchor for _, scope in held.scopes for anchor in _anchors(scope)]
        return (
            c.role in (None, *roles)
            and self._turns(held) <= window.turns(c, self._positions)
            and _seconds(held) <= window.seconds(c)
            and all(any(_nearer(one, other) for one in anchors) for other in _anchors(c))
        )

    def conflict(self, held: Held) -> tuple[Keys, str] | None:
        """Why all of it never holds at once: the key path of a part, and what it stands against."""
        return next(self._conflicts(held), None)

    def _conflicts(self, held: Held) -> Iterator[tuple[Keys, str]]:
        roles = {scope.role: path for path, scope in held.scopes if scope.role}
        if len(roles) > 1:
            first, last = roles
            yield roles[last], f"it asks for turns of the {last} among those of the {first}"
        if (self._turns(held).empty or _seconds(held).empty) and held.scopes:
            yield (
                held.scopes[-1][0],
                "no turn lies in all of 'where', 'turns' and 'seconds' here and around it",
            )
        for i, fact in enumerate(held.facts):
            if not fact.holds and self.follows(held.without(fact), fact.asked):
                yield fact.path, "what it excludes is asked for beside it"
            for other in held.facts[:i]:
                if fact.holds and other.holds and exclude(fact.asked, other.asked):
                    yield fact.path, f"it and '{_key(other.path)}' exclude each other"
            if fact.holds and self._too_long(fact.asked, roles, held):
                yield fact.path, "a contact of such a length has no turn in 'where' and 'turns'"
            count = fact.asked.count if fact.holds else None
            if count and count.within and count.at_least > count.within + 1:
                yield fact.path, f"{count.within + 1} turns hold no {count.at_least} hits"

    def _too_long(self, c: Condition, roles: Iterable[Any], held: Held) -> bool:
        """Whether contacts of the length that is asked for have no turn in the window."""
        if c.length is None or c.length.of != "turns" or c.length.role not in (None, *roles):
            return False
        (least, most), (low, high) = self._turns(held).length, bounds(c.length)
        return high < least or (c.length.role is not None and low > most)

    def _turns(self, held: Held) -> Window:
        return reduce(Window.__and__, (window.turns(c, self._positions) for _, c in held.scopes), Window())


def _seconds(held: Held) -> Window:
    return reduce(Window.__and__, (window.seconds(c) for _, c in held.scopes), Window())


def _scoped(c: Condition) -> bool:
    return any(getattr(c, key) != value for key, value in _ANYWHERE.items() if key != "within")


def _bare(c: Condition, **changed: Any) -> Condition:
    """A condition without its scope."""
    return c.model_copy(update=_ANYWHERE | changed)


def _atom(c: Condition, **changed: Any) -> Condition:
    """An operator without its scope; a bare name that is no condition's asks for a behavior."""
    return _bare(c, **changed, **({"use": None, "behavior": (c.use,)} if c.use else {}))


def _anchors(scope: Scope) -> list[tuple[Any, ...]]:
    return [(key, a.of, a.nth, a.seconds, a.within or scope.within) for key, a in scope.anchors()]


def _nearer(one: tuple[Any, ...], other: tuple[Any, ...]) -> bool:
    """Whether the first anchor holds only where the second does."""
    *same, seconds, within = one
    *others, most, reach = other
    if same != others or (seconds is None) != (most is None):
        return False
    return bool(within <= reach if seconds is None else seconds <= most)


def _key(path: Keys) -> str:
    return ".".join(map(str, path))
