"""What another rubric changes: two scorecards of one contact in, what moved and which criteria are why out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from .types import CriterionScore, Failure, Outcome, Result, Scorecard

ROUNDING = 0.005
"""Totals are rounded to two digits: a smaller difference is none."""


@dataclass(frozen=True, slots=True)
class Cause:
    """A criterion that came out otherwise. None where the rubric has it not. `change` is how many points of the
    criterion are lost less than before; negative where more are lost."""

    criterion: str
    name: str
    before: Outcome | None
    after: Outcome | None
    points: tuple[float, float]
    max_points: tuple[float, float]
    change: float


@dataclass(frozen=True, slots=True)
class Move:
    """One contact under the old and the new rubric, each pair in that order; causes by size of their change."""

    id: str
    source: str
    rubric: tuple[str, str]
    total: tuple[float, float]
    grade: tuple[str, str]
    passed: tuple[bool, bool]
    causes: tuple[Cause, ...] = ()

    @property
    def change(self) -> float:
        """Points of the total gained; negative where lost."""
        return round(self.total[1] - self.total[0], 2)

    @property
    def stays(self) -> bool:
        """Whether total, grade and verdict are what they were."""
        same = self.grade[0] == self.grade[1] and self.passed[0] == self.passed[1]
        return same and abs(self.change) < ROUNDING


@dataclass
class Summary:
    """How many contacts went up, down, stayed; changed grade; pass now, or no longer; and the sums of totals."""

    contacts: int = 0
    up: int = 0
    down: int = 0
    same: int = 0
    grades: int = 0
    now_pass: int = 0
    now_fail: int = 0
    failures: int = 0
    totals: list[float] = field(default_factory=lambda: [0.0, 0.0])

    def add(self, move: Move) -> None:
        """Count one contact."""
        self.contacts += 1
        self.up += move.change >= ROUNDING
        self.down += move.change <= -ROUNDING
        self.same += abs(move.change) < ROUNDING
        self.grades += move.grade[0] != move.grade[1]
        self.now_pass += move.passed == (False, True)
        self.now_fail += move.passed == (True, False)
        self.totals = [a + b for a, b in zip(self.totals, move.total, strict=True)]

    @property
    def means(self) -> tuple[float, float]:
        """The mean total before and after; 0 where no contact was scored."""
        old, new = (round(total / self.contacts, 2) if self.contacts else 0.0 for total in self.totals)
        return old, new

    def record(self) -> dict[str, Any]:
        """As JSON has it."""
        counts = {key: value for key, value in asdict(self).items() if key != "totals"}
        return {**counts, "mean": list(self.means)}


def compare(before: Scorecard, after: Scorecard) -> Move:
    """How one contact moves from one scorecard to the other, and why."""
    transcript = after.analysis.transcript
    return Move(
        transcript.id, transcript.source, (before.rubric, after.rubric), (before.total, after.total),
        (before.grade, after.grade), (before.passed, after.passed), causes(before.criteria, after.criteria),
    )  # fmt: skip


def causes(before: Iterable[CriterionScore], after: Iterable[CriterionScore]) -> tuple[Cause, ...]:
    """The criteria that came out otherwise, the largest change first, then in the order of the new form."""
    old, new = ({c.criterion: c for c in criteria} for criteria in (before, after))
    found = [_cause(old.get(name), new.get(name)) for name in dict.fromkeys([*new, *old])]
    differing = [c for c in found if c.change or c.before != c.after or c.points[0] != c.points[1]]
    return tuple(sorted(differing, key=lambda c: -abs(c.change)))


def _cause(old: CriterionScore | None, new: CriterionScore | None) -> Cause:
    known = new or old
    assert known is not None
    points = tuple(c.points if c else 0.0 for c in (old, new))
    most = tuple(c.max_points if c else 0.0 for c in (old, new))
    lost = [most[i] - points[i] for i in (0, 1)]
    return Cause(
        known.criterion, known.name, old.outcome if old else None, new.outcome if new else None,
        (points[0], points[1]), (most[0], most[1]), round(lost[0] - lost[1], 6),
    )  # fmt: skip


def compare_all(pairs: Iterable[tuple[Result, Result]]) -> tuple[list[Move], Summary, list[Failure]]:
    """The contacts that move, the largest change first; the counts; and what has no score on either side."""
    moves, summary, failures = list[Move](), Summary(), list[Failure]()
    for before, after in pairs:
        if isinstance(before, Scorecard) and isinstance(after, Scorecard):
            move = compare(before, after)
            summary.add(move)
            moves += [] if move.stays else [move]
        else:
            summary.failures += 1
            failures += [result for result in (after, before) if isinstance(result, Failure)][:1]
    return sorted(moves, key=lambda m: -abs(m.change)), summary, failures


def to_record(move: Move) -> Mapping[str, Any]:
    """A move as JSON has it."""
    return {**asdict(move), "change": move.change}
