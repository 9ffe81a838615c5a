"""Which contacts people should look at: the risky, the uncertain, some at random, and some of each agent."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from itertools import cycle, islice

from ..errors import UsageError
from ..types import CriterionScore, Scorecard

STRATEGIES = ("risk", "uncertain", "random", "agent")
RISKS = {"critical": 4.0, "violation": 2.0, "escalation": 2.0, "negative_end": 1.5}
"""What a sign of risk weighs. A low total adds up to 2. Ours: they only rank contacts for a person to look at."""
STRONG = 0.8
"""From this probability on, a negative last turn of the customer is a strong negative end."""
NEAR = 10.0
"""Points around the pass mark within which a total is uncertain."""

WHY = {
    "critical": ("一票否决", "critical"),
    "violation": ("违规扣分", "violation"),
    "escalation": ("升级投诉", "escalation"),
    "negative_end": ("负面收尾", "negative end"),
    "low": ("低分", "low total"),
    "doubtful": ("判断把握低", "doubtful verdicts"),
    "near_pass": ("临近合格线", "near the pass mark"),
    "random": ("随机", "random"),
    "agent": ("坐席抽样", "per agent"),
}


@dataclass(frozen=True, slots=True)
class Traits:
    """What the choice needs to know of one contact; small, for all contacts of a run are held at once."""

    id: str
    total: float
    passed: bool
    critical: bool
    agent: str
    risk: float
    doubt: float
    why: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Pick:
    """A chosen contact: the strategy that chose it, and keys of WHY."""

    id: str
    strategy: str
    why: tuple[str, ...]


def traits(card: Scorecard) -> Traits:
    """The traits of one scorecard."""
    transcript = card.analysis.transcript
    signs = [name for name, holds in _SIGNS.items() if holds(card)]
    low = max(0.0, 100 - card.total) / 50
    agent = str(transcript.metadata.get("agent_id") or "")
    risk = sum(RISKS[name] for name in signs) + low
    why = (*signs, *(["low"] if low >= 0.8 else []))
    critical = bool(card.failed_critical)
    return Traits(transcript.id, card.total, card.passed, critical, agent, risk, _doubt(card), why)


def _negative_end(card: Scorecard) -> bool:
    last = [p for p in card.analysis.predictions if p.task == "sentiment"][-1:]
    return any(p.label == "negative" and p.probability >= STRONG for p in last)


_SIGNS: dict[str, Callable[[Scorecard], bool]] = {
    "critical": lambda card: bool(card.failed_critical),
    "violation": lambda card: any(map(is_violation, card.criteria)),
    "escalation": lambda card: any(d.behavior == "escalate" for d in card.analysis.detections),
    "negative_end": _negative_end,
}


def is_violation(score: CriterionScore) -> bool:
    """Whether points were taken off the total."""
    return score.points < 0


def _doubt(card: Scorecard) -> float:
    """0 to 1: a fifth for each criterion whose outcome hangs on something that the models are not sure of."""
    return min(1.0, sum(c.unsure for c in card.criteria) / 5)


def choose(found: Sequence[Traits], count: int, strategies: Sequence[str], seed: int) -> list[Pick]:
    """`count` contacts, an equal part by each strategy in turn, none twice. The same seed, the same choice.

    Raises UsageError for an unknown strategy.
    """
    for name in strategies or [""]:
        if name not in STRATEGIES:
            raise UsageError(f"unknown strategy '{name}'; allowed: {', '.join(STRATEGIES)}")
    queues = {name: _QUEUES[name](found, seed) for name in dict.fromkeys(strategies)}
    return list(islice(_alternate(queues), count))


def _alternate(queues: dict[str, Iterator[tuple[str, tuple[str, ...]]]]) -> Iterator[Pick]:
    taken, empty = set[str](), set[str]()
    for name in cycle(queues):
        if len(empty) == len(queues):
            return
        id, why = next((one for one in queues[name] if one[0] not in taken), (None, ()))
        if id is None:
            empty.add(name)
            continue
        taken.add(id)
        yield Pick(id, name, why)


_Queue = Iterator[tuple[str, tuple[str, ...]]]


def _by_risk(found: Sequence[Traits], seed: int) -> _Queue:
    ranked = sorted(found, key=lambda t: (-t.risk, _key(seed, t.id)))
    return ((t.id, t.why or ("low",)) for t in ranked)


def _by_doubt(found: Sequence[Traits], seed: int) -> _Queue:
    """Doubtful findings and totals near the pass mark count alike."""
    mark = pass_mark(found)
    near = {t.id: _nearness(t, mark) for t in found}
    ranked = sorted(found, key=lambda t: (-t.doubt - near[t.id], _key(seed, t.id)))
    return ((t.id, ("doubtful", "near_pass") if near[t.id] > 0.5 else ("doubtful",)) for t in ranked)


def _nearness(traits: Traits, mark: float | None) -> float:
    return 0.0 if mark is None else max(0.0, 1 - abs(traits.total - mark) / NEAR)


def pass_mark(found: Iterable[Traits]) -> float | None:
    """Where totals turn from failing to passing, as the results show it; None where they do not."""
    passed, failed = list[float](), list[float]()
    for t in found:
        if not t.critical:
            (passed if t.passed else failed).append(t.total)
    return (min(passed) + max(failed)) / 2 if passed and failed else None


def _by_chance(found: Sequence[Traits], seed: int) -> _Queue:
    return ((t.id, ("random",)) for t in sorted(found, key=lambda t: _key(seed, t.id)))


def _by_agent(found: Sequence[Traits], seed: int) -> _Queue:
    """One of each agent, then a second of each, and so on; agents in an order of the seed's."""
    groups = defaultdict[str, list[Traits]](list)
    for t in sorted(found, key=lambda t: _key(seed, t.id)):
        groups[t.agent].append(t)
    rank, seen = dict[str, int](), Counter[str]()
    for group in groups.values():
        for t in group:
            rank[t.id] = seen[t.agent]
            seen[t.agent] += 1
    ranked = sorted(found, key=lambda t: (rank[t.id], _key(seed, t.agent), t.agent))
    return ((t.id, ("agent",)) for t in ranked)


_QUEUES: dict[str, Callable[[Sequence[Traits], int], _Queue]] = {
    "risk": _by_risk,
    "uncertain": _by_doubt,
    "random": _by_chance,
    "agent": _by_agent,
}


def _key(seed: int, text: str) -> str:
    """A place in a random order that depends on nothing but the seed and the text."""
    return sha256(f"{seed} {text}".encode()).hexdigest()
