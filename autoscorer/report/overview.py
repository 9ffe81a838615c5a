"""Figures over all contacts and over groups of them. Pure functions; rates and shares are in [0, 1]."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from .contact import Contact
from .settings import Anomaly, Goals, Settings
from .statistics import mean, tail, wilson

Key = Callable[[Contact], str]
RATES: dict[str, Callable[[Contact], bool]] = {
    "pass_rate": lambda c: c.passed,
    "critical_rate": lambda c: bool(c.critical),
    "complaint_rate": lambda c: c.complaint,
    "violation_rate": lambda c: c.violation,
}
SHOWN_LOSSES = 12
AT_LEAST = ("mean", "pass_rate")
"""Goals that are reached from below; the others are not to be passed."""


@dataclass(frozen=True, slots=True)
class Rate:
    """So many of so many, with the 95 % interval of the rate."""

    hits: int
    count: int

    @property
    def value(self) -> float:
        """The rate; 0 where nothing was counted."""
        return self.hits / self.count if self.count else 0.0

    @property
    def interval(self) -> tuple[float, float]:
        """Wilson's interval."""
        return wilson(self.hits, self.count)


@dataclass(frozen=True, slots=True)
class Goal:
    """A goal against the actual value, both in percent or points; `reached` as measured."""

    measure: str
    goal: float
    actual: float
    reached: bool


@dataclass(frozen=True, slots=True)
class Group:
    """The contacts of one team, agent or channel: their mean, section shares and rates.

    `red` names the rates that are too high to be chance beside those of all contacts.
    """

    name: str
    count: int
    mean: float
    sections: dict[str, float]
    rates: dict[str, Rate]
    red: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Criterion:
    """One criterion over all contacts: how often each outcome came, the share of points, the points lost, and in how
    many contacts it is not sure."""

    id: str
    section: str
    outcomes: dict[str, int]
    share: float | None
    lost: float
    unsure: int = 0

    @property
    def judged(self) -> int:
        """Contacts in which it was scored."""
        return sum(self.outcomes.get(o, 0) for o in ("met", "partial", "not_met"))

    @property
    def missed(self) -> Rate:
        """How often it was not met, of where it was scored."""
        return Rate(self.outcomes.get("not_met", 0), self.judged)


@dataclass(frozen=True, slots=True)
class Quality:
    """One SERVQUAL dimension: its share of points, and in how many contacts any of it was scored."""

    id: str
    share: float | None
    contacts: int


def rate_of(contacts: Sequence[Contact], measure: str) -> Rate:
    """One of RATES over some contacts."""
    return Rate(sum(map(RATES[measure], contacts)), len(contacts))


def goals(contacts: Sequence[Contact], wanted: Goals) -> tuple[Goal, ...]:
    """Each goal that is set, against the actual value."""
    actual = {"mean": mean([c.total for c in contacts])}
    actual |= {name: 100 * rate_of(contacts, name).value for name in RATES}
    found = []
    for name, value in actual.items():
        goal = getattr(wanted, name)
        if goal is not None:
            found.append(Goal(name, goal, value, value >= goal if name in AT_LEAST else value <= goal))
    return tuple(found)


def share(contacts: Iterable[Contact], criteria: Iterable[str] | None = None) -> tuple[float | None, int]:
    """The share of points got of points possible, of all or of some criteria; and the contacts that had any."""
    wanted = None if criteria is None else frozenset(criteria)
    got = most = 0.0
    count = 0
    for contact in contacts:
        own = [s for s in contact.scores if s.most > 0 and (wanted is None or s.criterion in wanted)]
        got, most = got + sum(s.points for s in own), most + sum(s.most for s in own)
        count += bool(own)
    return (got / most if most else None), count


def sections(contacts: Iterable[Contact]) -> dict[str, float]:
    """The share of points by section, of those that have points."""
    got: dict[str, float] = defaultdict(float)
    most: dict[str, float] = defaultdict(float)
    for contact in contacts:
        for score in contact.scores:
            if score.most > 0:
                got[score.section] += score.points
                most[score.section] += score.most
    return {section: got[section] / most[section] for section in most}


def split(contacts: Iterable[Contact], key: Key) -> dict[str, list[Contact]]:
    """The contacts by a label, in the order of the labels; those without one are left out."""
    found: dict[str, list[Contact]] = defaultdict(list)
    for contact in contacts:
        if key(contact):
            found[key(contact)].append(contact)
    return dict(sorted(found.items()))


def groups(contacts: Sequence[Contact], key: Key, limits: Anomaly) -> tuple[Group, ...]:
    """A row of the heat map for each label, the lowest mean first."""
    everyone = {name: rate_of(contacts, name) for name in RATES}
    rows = [_group(name, own, everyone, limits) for name, own in split(contacts, key).items()]
    return tuple(sorted(rows, key=lambda row: (row.mean, row.name)))


def _group(name: str, own: list[Contact], everyone: dict[str, Rate], limits: Anomaly) -> Group:
    rates = {measure: rate_of(own, measure) for measure in RATES}
    red = tuple(
        measure
        for measure in ("complaint_rate", "violation_rate")
        if tail(rates[measure].hits, len(own), everyone[measure].value) < limits.tail
    )
    return Group(name, len(own), mean([c.total for c in own]), sections(own), rates, red)


def criteria(contacts: Iterable[Contact]) -> tuple[Criterion, ...]:
    """Every criterion that was met with, in the order of the rubric."""
    outcomes: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    points: dict[tuple[str, str], list[float]] = defaultdict(lambda: [0.0, 0.0, 0.0])
    unsure: Counter[tuple[str, str]] = Counter()
    for contact in contacts:
        for score in contact.scores:
            key = (score.criterion, score.section)
            outcomes[key][score.outcome] += 1
            unsure[key] += score.unsure
            if score.outcome in ("met", "partial", "not_met"):
                sums = points[key]
                sums[0], sums[1], sums[2] = sums[0] + score.points, sums[1] + score.most, sums[2] + score.lost
    return tuple(
        Criterion(
            id, section, dict(count), _ratio(points[id, section]), points[id, section][2], unsure[id, section]
        )
        for (id, section), count in outcomes.items()
    )


def _ratio(sums: list[float]) -> float | None:
    return sums[0] / sums[1] if sums[1] else None


def weakest(found: Iterable[Criterion]) -> tuple[Criterion, ...]:
    """Where most points are lost, over all contacts."""
    losing = sorted((c for c in found if c.lost > 0), key=lambda c: (-c.lost, c.id))
    return tuple(losing[:SHOWN_LOSSES])


def servqual(contacts: Sequence[Contact], settings: Settings) -> tuple[Quality, ...]:
    """The SERVQUAL dimensions of which any criterion was scored."""
    found = (Quality(d.id, *share(contacts, d.criteria)) for d in settings.servqual)
    return tuple(quality for quality in found if quality.contacts)
