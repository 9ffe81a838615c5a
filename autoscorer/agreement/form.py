"""The numbers of a rubric that calibration may change, and the total they give: the rubric's own arithmetic, for
many contacts at once, with its derivatives.

What a contact was found to be (met, partly, not met, not applicable, points taken) stays; only what it is worth
changes. tests/agreement checks that totals here and from `scoring` are the same.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..rubric import Criterion, Rubric
from ..types import CriterionScore, Scorecard

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Path = tuple[str | int, ...]
NOT_MET, MET, SHARES = 0, 1, 2
"""Levels of a criterion: nothing, all, and from SHARES on the partial shares in order."""


@dataclass(frozen=True, slots=True)
class Numbers:
    """Values of all that may change: section weights, points, partial shares, points off or added."""

    weights: Floats
    points: Floats
    shares: Floats
    extras: Floats


@dataclass(frozen=True, slots=True)
class Facts:
    """What was found in each contact: levels and applicability of criteria, units of deductions and bonuses,
    whether a critical criterion failed, and the sections whose points are lost.

    level: [contacts, criteria, 2], twice the same, or the two that a doubtful criterion lies half way between.
    """

    level: Ints
    applies: Floats
    extra: Floats
    failed: NDArray[np.bool_]
    lost: Floats

    def rows(self, at: Any) -> Facts:
        """Some of the contacts."""
        return Facts(self.level[at], self.applies[at], self.extra[at], self.failed[at], self.lost[at])


class Form:
    """The structure of a rubric, as arrays. `sections` is [criteria, sections], 1 where a criterion belongs."""

    def __init__(self, rubric: Rubric) -> None:
        self.rubric = rubric
        places = [(i, j, c) for i, s in enumerate(rubric.sections) for j, c in enumerate(s.criteria)]
        weighed = [i for i, s in enumerate(rubric.sections) if s.weight > 0]
        self._scored = [(i, j, c) for i, j, c in places if c.kind == "score" and i in weighed]
        self._extras = [(i, j, c) for i, j, c in places if c.kind in ("deduction", "bonus")]
        self.sections = np.array([[float(i == s) for s in weighed] for i, _, _ in self._scored])
        self.signs = np.array([1.0 if c.kind == "bonus" else -1.0 for _, _, c in self._extras])
        self._shares = [
            (k, share)
            for k, (_, _, c) in enumerate(self._scored)
            for share in dict.fromkeys(p.share for p in c.partial)
        ]
        self._weighed = weighed

    @property
    def now(self) -> Numbers:
        """The numbers as the rubric has them."""
        return Numbers(
            np.array([self.rubric.sections[i].weight for i in self._weighed]),
            np.array([c.points for _, _, c in self._scored]),
            np.array([share for _, share in self._shares]),
            np.array([c.points for _, _, c in self._extras]),
        )

    def facts(self, cards: Sequence[Scorecard]) -> Facts:
        """What the scorecards, made under this rubric, found."""
        shape = (len(cards), len(self._scored))
        level, applies = np.zeros((*shape, 2), np.int64), np.zeros(shape)
        extra = np.zeros((len(cards), len(self._extras)))
        for i, card in enumerate(cards):
            found = {c.criterion: c for c in card.criteria}
            for k, (_, _, criterion) in enumerate(self._scored):
                score = found[criterion.id]
                applies[i, k] = score.max_points > 0
                level[i, k] = self._level(k, criterion, score)
            for k, (_, _, criterion) in enumerate(self._extras):
                extra[i, k] = abs(found[criterion.id].points) / criterion.points
        failed = np.array([bool(card.failed_critical) for card in cards], dtype=np.bool_)
        return Facts(level, applies, extra, failed, np.array([self._lost(card) for card in cards]))

    def _lost(self, card: Scorecard) -> list[float]:
        """1 for each section in which a criterion failed that is critical to the section."""
        ids = {c.section for c in card.criteria if c.outcome == "not_met" and self._reach(c) == "section"}
        return [float(self.rubric.sections[i].id in ids) for i in self._weighed]

    def _reach(self, score: CriterionScore) -> str | None:
        return self.rubric.criteria[score.criterion].reach

    def _level(self, k: int, criterion: Criterion, score: CriterionScore) -> tuple[int, int]:
        if score.outcome != "partial":
            return (MET, MET) if score.outcome == "met" else (NOT_MET, NOT_MET)
        given = score.points / criterion.points
        own = {SHARES + n: share for n, (owner, share) in enumerate(self._shares) if owner == k}
        pairs = [(level, level) for level in own]
        if score.unsure:
            own |= {NOT_MET: 0.0, MET: 1.0}
            pairs += combinations(sorted(own), 2)
        return min(pairs, key=lambda pair: abs((own[pair[0]] + own[pair[1]]) / 2 - given))

    def totals(self, n: Numbers, facts: Facts) -> Floats:
        """The total of each contact, before rounding to cents."""
        return self._sum(n, facts)[0]

    def _sum(self, n: Numbers, facts: Facts) -> tuple[Floats, Floats, dict[str, Floats]]:
        """Totals; where they may move (not held by a bound); and what their derivatives need."""
        share = np.concatenate([[0.0, 1.0], n.shares])[facts.level].mean(axis=2)
        share = share * (1 - facts.lost @ self.sections.T)
        points = facts.applies * n.points
        whole = points @ self.sections
        ratio = (points * share) @ self.sections / np.where(whole > 0, whole, 1)
        weight = (whole > 0) * n.weights
        all_weight = weight.sum(axis=1, keepdims=True)
        base = (weight * ratio).sum(axis=1) / all_weight[:, 0]
        bonus, off = facts.extra @ (n.extras * (self.signs > 0)), facts.extra @ (n.extras * (self.signs < 0))
        got = 100 * base + bonus
        limited = off > self.rubric.deduction_limit * got
        total = np.minimum(100, got - np.where(limited, self.rubric.deduction_limit * got, off))
        cap = self.rubric.critical_cap
        held = (facts.failed & (total > cap)) | (total >= 100)
        parts = {"share": share, "points": points, "whole": whole, "ratio": ratio, "weight": weight, "base": base,
                 "all_weight": all_weight, "limited": limited.astype(np.float64)}  # fmt: skip
        return np.where(facts.failed, np.minimum(total, cap), total), (~held).astype(np.float64), parts

    def derivatives(self, n: Numbers, facts: Facts) -> tuple[Floats, Floats]:
        """Totals, and their derivatives by each number: [contacts, weights + points + shares + extras]."""
        total, free, p = self._sum(n, facts)
        by_weight = (p["whole"] > 0) * (p["ratio"] - p["base"][:, None]) / p["all_weight"]
        per_point = (
            p["weight"] / p["all_weight"] / np.where(p["whole"] > 0, p["whole"], 1)
        ) @ self.sections.T
        by_points = per_point * facts.applies * (p["share"] - p["ratio"] @ self.sections.T)
        moved, kept = per_point * p["points"], 1 - facts.lost @ self.sections.T
        by_share = np.stack(
            [(moved * kept * (facts.level == SHARES + k).mean(axis=2)).sum(axis=1) for k in range(len(n.shares))], axis=1
        ) if len(n.shares) else np.zeros((len(total), 0))  # fmt: skip
        got = 1 - self.rubric.deduction_limit * p["limited"][:, None]
        by_extra = facts.extra * np.where(self.signs > 0, got, p["limited"][:, None] - 1)
        return total, free[:, None] * np.hstack(
            [100 * got * by_weight, 100 * got * by_points, 100 * got * by_share, by_extra]
        )

    def places(self, n: Numbers) -> dict[Path, float]:
        """Where each number stands in the rubric's file, with its value; caps move with their points."""
        found: dict[Path, float] = {}
        for at, i in enumerate(self._weighed):
            found[("sections", i, "weight")] = float(n.weights[at])
        for k, (i, j, criterion) in enumerate(self._scored):
            found[("sections", i, "criteria", j, "points")] = float(n.points[k])
            for m, part in enumerate(criterion.partial):
                at = self._shares.index((k, part.share))
                found[("sections", i, "criteria", j, "partial", m, "share")] = float(n.shares[at])
        for k, (i, j, criterion) in enumerate(self._extras):
            found[("sections", i, "criteria", j, "points")] = float(n.extras[k])
            if criterion.cap is not None:
                cap = round(criterion.cap * float(n.extras[k]) / criterion.points, 4)
                found[("sections", i, "criteria", j, "cap")] = cap
        return found

    def name(self, path: Path) -> str:
        """What people call the number at a place: the id of its section or criterion, and the key."""
        section = self.rubric.sections[int(path[1])]
        if len(path) == 3:
            return f"{section.id} {path[2]}"
        criterion = section.criteria[int(path[3])]
        part = f"partial {int(path[5]) + 1} share" if len(path) == 7 else str(path[4])
        return f"{criterion.id} {part}"


def changes(old: Mapping[Path, float], new: Mapping[Path, float]) -> dict[Path, tuple[float, float]]:
    """The numbers that differ: (old, new)."""
    return {path: (old[path], value) for path, value in new.items() if abs(old[path] - value) > 1e-9}
