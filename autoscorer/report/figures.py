"""All figures of a report, from measured contacts."""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ..types import Failure
from . import overview
from .agents import Agent, agents
from .contact import SEVERITY, Contact
from .names import Names
from .overview import Criterion, Goal, Group, Quality, Rate
from .scenes import Scene, scenes
from .settings import Settings
from .statistics import mean
from .trend import Week, weeks

GROUPS: dict[str, overview.Key] = {
    "team": lambda c: c.team,
    "channel": lambda c: c.channel,
    "agent": lambda c: c.agent,
}


@dataclass(frozen=True, slots=True)
class Figures:
    """What a report says, without how it looks. Contacts in `urgent` are the gravest first."""

    rubrics: tuple[str, ...]
    count: int
    unsure: int
    failures: tuple[tuple[str, int], ...]
    first: datetime.date | None
    last: datetime.date | None
    mean: float
    grades: tuple[tuple[str, int], ...]
    rates: dict[str, Rate]
    goals: tuple[Goal, ...]
    sections: dict[str, float]
    groups: dict[str, tuple[Group, ...]]
    weeks: tuple[Week, ...]
    criteria: tuple[Criterion, ...]
    weakest: tuple[Criterion, ...]
    servqual: tuple[Quality, ...]
    scenes: tuple[Scene, ...]
    urgent: tuple[Contact, ...]
    agents: tuple[Agent, ...]


def summarize(
    contacts: Sequence[Contact],
    failures: Sequence[Failure],
    settings: Settings,
    names: Names,
    *,
    cut: Callable[[str], list[str]],
) -> Figures:
    """Count everything once. `contacts` must not be empty; `cut` cuts text into words."""
    days = sorted(contact.day for contact in contacts if contact.day)
    found = overview.criteria(contacts)
    return Figures(
        tuple(sorted({c.rubric for c in contacts})), len(contacts),
        sum(bool(c.unsure) for c in contacts), tuple(sorted(Counter(f.code for f in failures).items())),
        days[0] if days else None, days[-1] if days else None,
        mean([c.total for c in contacts]), grades(contacts, names),
        {name: overview.rate_of(contacts, name) for name in overview.RATES},
        overview.goals(contacts, settings.goals), overview.sections(contacts),
        {name: overview.groups(contacts, key, settings.anomaly) for name, key in GROUPS.items()},
        weeks(contacts, settings.anomaly), found, overview.weakest(found),
        overview.servqual(contacts, settings), scenes(contacts, cut, settings.ignore), urgent(contacts),
        agents(contacts, settings),
    )  # fmt: skip


def grades(contacts: Sequence[Contact], names: Names) -> tuple[tuple[str, int], ...]:
    """How many contacts have each grade, the best first; a band that nobody reached counts 0."""
    count = Counter(names.grade(c.grade) for c in contacts)
    lowest: dict[str, float] = {}
    for contact in contacts:
        name = names.grade(contact.grade)
        lowest[name] = min(contact.total, lowest.get(name, contact.total))
    for label in {c.rubric for c in contacts}:
        lowest |= dict(names.bands(label) or ())
    return tuple((name, count[name]) for name in sorted(lowest, key=lambda name: (-lowest[name], name)))


def severity(contact: Contact) -> int:
    """How grave the signs of a contact are together; 0 without any."""
    return sum(SEVERITY[alarm] for alarm in {sign.alarm for sign in contact.signs})


def urgent(contacts: Sequence[Contact]) -> tuple[Contact, ...]:
    """The contacts that need a person now: the gravest first, of those as grave the latest."""
    signed = [contact for contact in contacts if contact.signs]
    signed.sort(key=lambda c: (-severity(c), -(c.day.toordinal() if c.day else 0), c.total, c.id))
    return tuple(signed)
