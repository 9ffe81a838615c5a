"""Agents: where each stands and how sure that is, and what each should be trained in, with the words that show it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from .contact import Contact, Loss
from .overview import RATES, Criterion, Rate, criteria, rate_of, sections, share, split
from .settings import PRIORITIES, Priority, Settings, Topic
from .statistics import mean, spread, t95

QUOTES = 3
Ends = tuple[float, float] | None
Places = tuple[int, int] | None


@dataclass(frozen=True, slots=True)
class Example:
    """A loss of a training need, with the contact in which it happened."""

    contact: str
    loss: Loss


@dataclass(frozen=True, slots=True)
class Need:
    """A training topic that an agent needs: the share of points or the rate of deductions that says so."""

    topic: str
    priority: Priority
    share: float | None
    judged: int
    deducted: Rate
    examples: tuple[Example, ...]


@dataclass(frozen=True, slots=True)
class Agent:
    """One agent. `low` and `high` are the 95 % interval of the mean, None where it cannot be known.

    `best` and `worst` are the places that the interval leaves open: 2 to 5 means that the order among
    the second to the fifth is not known.
    """

    id: str
    team: str
    count: int
    mean: float
    low: float | None
    high: float | None
    best: int | None
    worst: int | None
    sections: dict[str, float]
    rates: dict[str, Rate]
    weakest: tuple[Criterion, ...]
    needs: tuple[Need, ...]


def agents(contacts: Sequence[Contact], settings: Settings) -> tuple[Agent, ...]:
    """All agents that are named, the highest mean first."""
    own = split(contacts, lambda c: c.agent)
    deviation, freedom = spread([[c.total for c in group] for group in own.values()])
    ends = {name: interval([c.total for c in group], deviation, freedom) for name, group in own.items()}
    places = rank(ends)
    found = [_agent(name, group, ends[name], places[name], settings) for name, group in own.items()]
    return tuple(sorted(found, key=lambda agent: (-agent.mean, agent.id)))


def _agent(name: str, group: list[Contact], ends: Ends, places: Places, settings: Settings) -> Agent:
    low, high = ends or (None, None)
    best, worst = places or (None, None)
    return Agent(
        name, _team(group), len(group), mean([c.total for c in group]), low, high, best, worst, sections(group),
        {measure: rate_of(group, measure) for measure in RATES}, _weakest(group), needs(group, settings),
    )  # fmt: skip


def interval(totals: list[float], deviation: float, freedom: int) -> Ends:
    """The 95 % interval of the mean of totals with the pooled deviation, within 0 and 100.

    Pooled as in a one-way analysis of variance; None where no agent has two contacts.
    """
    if not freedom:
        return None
    half = t95(freedom) * deviation / len(totals) ** 0.5
    middle = mean(totals)
    return max(0.0, middle - half), min(100.0, middle + half)


def rank(ends: dict[str, Ends]) -> dict[str, Places]:
    """The first and last place that each may have: another is ahead only where its whole interval is."""
    known = [pair for pair in ends.values() if pair]
    found: dict[str, Places] = {}
    for name, pair in ends.items():
        ahead = sum(other[0] > pair[1] for other in known) if pair else 0
        behind = sum(other[1] < pair[0] for other in known) if pair else 0
        found[name] = (1 + ahead, len(known) - behind) if pair else None
    return found


def _team(group: list[Contact]) -> str:
    """The team that most of the contacts name; of several as many, the first by name."""
    count = Counter(sorted(c.team for c in group))
    return max(count, key=lambda name: count[name])


def _weakest(group: list[Contact]) -> tuple[Criterion, ...]:
    losing = sorted((c for c in criteria(group) if c.lost > 0), key=lambda c: (-c.lost, c.id))
    return tuple(losing[:5])


def needs(group: Sequence[Contact], settings: Settings) -> tuple[Need, ...]:
    """What an agent with these contacts needs, red before yellow, green and blue."""
    found = [need for topic in settings.training if (need := _need(topic, group, settings))]
    worst = {need.topic: need.share if need.share is not None else 1 - need.deducted.value for need in found}
    return tuple(sorted(found, key=lambda n: (PRIORITIES.index(n.priority), worst[n.topic])))


def _need(topic: Topic, group: Sequence[Contact], settings: Settings) -> Need | None:
    reached, judged = share(group, topic.criteria)
    losses = [(c, loss) for c in group for loss in c.losses if loss.score.criterion in topic.criteria]
    deducted = Rate(len({id(c) for c, loss in losses if loss.score.most == 0}), len(group))
    low = reached is not None and judged >= settings.enough and 100 * reached < topic.below
    if not low and not (deducted.hits and 100 * deducted.value > topic.above):
        return None
    return Need(topic.id, topic.priority, reached, judged, deducted, _examples(losses))


def _examples(losses: list[tuple[Contact, Loss]]) -> tuple[Example, ...]:
    """The dearest losses, of different criteria and contacts first."""
    dearest = sorted(losses, key=lambda pair: -pair[1].score.lost)
    seen = set[str]()
    first: list[Example] = []
    rest: list[Example] = []
    for contact, loss in dearest:
        fresh = not {contact.id, loss.score.criterion} & seen
        (first if fresh else rest).append(Example(contact.id, loss))
        seen |= {contact.id, loss.score.criterion}
    return tuple((first + rest)[:QUOTES])
