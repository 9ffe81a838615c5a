"""One criterion and one contact in, one CriterionScore out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from ..rubric import Criterion, Partial, Section
from ..rubric.form import Unsure
from ..types import CriterionScore, Evidence, Near, Outcome
from .conditions import Judge, Verdict, merged
from .reasons import Reasons

KEPT = 20
"""Places of evidence kept for one criterion: a person reads no more."""
CLOSEST = 3
"""Candidates kept for one that was missed."""


class Question:
    """A criterion with its words, ready to be decided for many contacts."""

    def __init__(self, criterion: Criterion, section: Section, reasons: Reasons) -> None:
        self.criterion, self.section, self.reasons = criterion, section.id, reasons
        self._name = (criterion.name_en or criterion.name) if reasons.lang == "en" else criterion.name
        self._fixed: dict[Outcome, CriterionScore] = {}

    def decide(self, judge: Judge) -> CriterionScore:
        """Decide applicability first, then the outcome by the kind of the criterion."""
        criterion = self.criterion
        if criterion.kind == "manual":
            return self.fixed("manual", self._left_to_a_person)
        if criterion.when is not None:
            when = criterion.when
            applies = judge.ask(when)
            if applies.holds is None:
                return self.make("not_applicable", self.reasons.unknown(applies))
            if not applies.holds:
                return self.fixed("not_applicable", lambda: self.reasons.idle(when))
        return _DECIDE[criterion.kind](self, judge)

    def make(
        self, outcome: Outcome, reason: str, *, verdict: Verdict | None = None, points: float = 0.0
    ) -> CriterionScore:
        """The score of one contact."""
        c = self.criterion
        counts = c.kind == "score" and outcome in ("met", "partial", "not_met")
        evidence: tuple[Evidence, ...] = verdict.evidence[:KEPT] if verdict else ()
        looked = (verdict.looked[0], verdict.looked[-1]) if verdict and verdict.looked else None
        most = c.points if counts else 0.0
        missed = c.kind == "score" and outcome in ("not_met", "manual") and verdict and not verdict.evidence
        near = nearest(verdict.near) if missed and verdict else ()
        return CriterionScore(
            c.id, self.section, self._name, outcome, round(points, 6), most, reason, evidence, looked, near
        )

    def fixed(self, outcome: Outcome, reason: Callable[[], str]) -> CriterionScore:
        """The score of an outcome that is the same, and for the same reason, in every contact."""
        if outcome not in self._fixed:
            self._fixed[outcome] = self.make(outcome, reason())
        return self._fixed[outcome]

    def _left_to_a_person(self) -> str:
        c, reasons = self.criterion, self.reasons
        note = c.note if reasons.lang == "zh" else c.note_en or c.note
        return reasons.say("manual", note=f"：{note}" if note else "")


def weigh_doubt(
    question: Question,
    policy: Unsure,
    score: CriterionScore,
    other: CriterionScore,
    doubts: tuple[Evidence, ...],
) -> CriterionScore:
    """`score`, decided without the `doubts`, as the rubric has it where `other`, decided with them, differs."""
    if (score.outcome, score.points) == (other.outcome, other.points):
        return score
    reasons = question.reasons
    halved = policy == "partial" and not question.criterion.reach and score.max_points == other.max_points > 0
    done = "manual" if policy == "partial" and not halved else policy
    doubtful = tuple(e for e in doubts if e in other.evidence) or doubts
    found = reasons.say("doubted", found=reasons.quotes(doubtful))
    unsure = replace(
        score, unsure=True, reason=reasons.say(f"unsure_{done}", reason=score.reason, found=found)
    )
    if done == "as_is":
        return unsure
    unsure = replace(unsure, evidence=merged((score.evidence, other.evidence))[:KEPT])
    if halved:
        points = round((score.points + other.points) / 2, 6)
        return replace(unsure, outcome="partial", points=points)
    return replace(unsure, outcome="manual", points=0.0, max_points=0.0)


def nearest(near: tuple[Near, ...]) -> tuple[Near, ...]:
    """The likeliest, in the order of the contact where as likely."""
    return tuple(sorted(near, key=lambda n: -n.likeness)[:CLOSEST])


def _scored(score: Question, judge: Judge) -> CriterionScore:
    criterion, reasons = score.criterion, score.reasons
    assert criterion.met is not None
    verdict = judge.ask(criterion.met)
    if verdict.holds is None:
        return score.make("not_applicable", reasons.unknown(verdict))
    if verdict.holds:
        return score.make(
            "met", reasons.met(criterion.met, verdict), verdict=verdict, points=criterion.points
        )
    for partial in criterion.partial:
        part = judge.ask(partial.when)
        if part.holds:
            return _partly(score, part, partial)
    return score.make(criterion.miss, reasons.missed(criterion.met, verdict), verdict=verdict)


def _partly(score: Question, verdict: Verdict, partial: Partial) -> CriterionScore:
    """A share of the points; none where the criterion is critical to itself."""
    criterion, reasons = score.criterion, score.reasons
    assert criterion.met is not None
    reason = reasons.partly(criterion.met, verdict, partial)
    if criterion.reach == "criterion":
        return score.make("not_met", reasons.say("all_or_nothing", reason=reason), verdict=verdict)
    return score.make("partial", reason, verdict=verdict, points=criterion.points * partial.share)


def _deducted(score: Question, judge: Judge) -> CriterionScore:
    criterion, reasons = score.criterion, score.reasons
    assert criterion.on is not None
    verdict = judge.ask(criterion.on)
    if verdict.holds is None:
        return score.make("not_applicable", reasons.unknown(verdict))
    if not verdict.holds:
        on = criterion.on
        return score.fixed("met", lambda: reasons.say("clean", asked=reasons.asked(on)))
    hits, points = _given(criterion, verdict)
    found = reasons.quotes(verdict.evidence) or reasons.asked(criterion.on)
    reason = reasons.say("deducted", points=points, count=hits, found=found)
    return score.make("not_met", reason, verdict=verdict, points=-points)


def _bonus(score: Question, judge: Judge) -> CriterionScore:
    criterion, reasons = score.criterion, score.reasons
    assert criterion.on is not None
    verdict = judge.ask(criterion.on)
    if verdict.holds is None:
        return score.make("not_applicable", reasons.unknown(verdict))
    if not verdict.holds:
        asked = reasons.asked(criterion.on)
        return score.make("not_applicable", reasons.say("no_bonus", asked=asked), verdict=verdict)
    found = reasons.quotes(verdict.evidence) or reasons.asked(criterion.on)
    hits, points = _given(criterion, verdict)
    reason = reasons.say("bonus" if hits == 1 else "bonuses", points=points, count=hits, found=found)
    return score.make("met", reason, verdict=verdict, points=points)


def _given(criterion: Criterion, verdict: Verdict) -> tuple[int, float]:
    """How often a deduction or bonus is given, at least once where its condition holds, and its points."""
    counted = {"turn": len(verdict.turns), "hit": len(verdict.evidence), "contact": 1}[criterion.counts]
    hits = max(1, counted)
    points = criterion.points * hits
    return hits, points if criterion.cap is None else min(points, criterion.cap)


_DECIDE: dict[str, Callable[[Question, Judge], CriterionScore]] = {
    "score": _scored,
    "deduction": _deducted,
    "bonus": _bonus,
}
