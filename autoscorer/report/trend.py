"""Figures by week, with the weeks marked in which a rate jumps."""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from .contact import Contact
from .overview import RATES, Rate, rate_of
from .settings import Anomaly
from .statistics import mean, tail

WATCHED = ("complaint_rate", "violation_rate")


@dataclass(frozen=True, slots=True)
class Jump:
    """A rate that is red: what it was in the weeks before, and which rule it broke."""

    measure: str
    before: float
    rule: str


@dataclass(frozen=True, slots=True)
class Week:
    """The contacts of one week, which begins on a Monday."""

    monday: datetime.date
    count: int
    mean: float
    rates: dict[str, Rate]
    jumps: tuple[Jump, ...] = ()


def weeks(contacts: Sequence[Contact], limits: Anomaly) -> tuple[Week, ...]:
    """All weeks that have contacts, in order. Contacts without a date are left out."""
    by_week: dict[datetime.date, list[Contact]] = defaultdict(list)
    for contact in contacts:
        if contact.day:
            by_week[contact.day - datetime.timedelta(contact.day.weekday())].append(contact)
    found: list[Week] = []
    for monday, own in sorted(by_week.items()):
        rates = {measure: rate_of(own, measure) for measure in RATES}
        jumps = tuple(filter(None, (_jump(m, rates[m], found, limits) for m in WATCHED)))
        found.append(Week(monday, len(own), mean([c.total for c in own]), rates, jumps))
    return tuple(found)


def _jump(measure: str, now: Rate, before: Sequence[Week], limits: Anomaly) -> Jump | None:
    """Red where the rate is `jump` points above the calm weeks before, or beyond their control limit.

    A jump that chance would make in one week of twenty is none. Weeks that were red themselves do not count as calm: one bad week must not hide the next.
    """
    calm = [w.rates[measure] for w in before if measure not in {j.measure for j in w.jumps}][-limits.weeks :]
    base = Rate(sum(r.hits for r in calm), sum(r.count for r in calm))
    if not base.count:
        return None
    expected = (base.hits + 0.5) / (base.count + 1)  # nothing so far does not mean never
    chance = tail(now.hits, now.count, expected)
    if chance < limits.tail:
        return Jump(measure, base.value, "limit")
    jumped = 100 * (now.value - base.value) >= limits.jump and min(now.count, base.count) >= limits.enough
    return Jump(measure, base.value, "jump") if jumped and chance < limits.chance else None
