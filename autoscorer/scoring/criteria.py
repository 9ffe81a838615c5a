"""One criterion and one contact in, a decision out, and of it a CriterionScore."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import NamedTuple

from ..rubric import Criterion, Partial, Section
from ..rubric.form import Unsure
from ..types import CriterionScore, Evidence, Near, Outcome
from .conditions import Judge, Verdict, merged
from .reasons import Reasons

KEPT = 20
"""Places of evidence kept for one criterion: a person reads no more."""
CLOSEST = 3
"""Candidates kept for one that was missed."""


class Decision(NamedTuple):
    """How a criterion comes out, before it is put into words. verdict: what shows it. always: whether the reason is
    the same in every contact."""

    outcome: Outcome
    reason: Callable[[], str]
    verdict: Verdict | None = None
    points: float = 0.0
    always: bool = False

    @property
    def evidence(self) -> tuple[Evidence, ...]:
        """The places that are kept."""
        return self.verdict.evidence[:KEPT] if self.verdict else ()


class Question:
    """A criterion with its words, ready to be decided for many contacts."""

    def __init__(self, criterion: Criterion, section: Section, reasons: Reasons) -> None:
        self.criterion, self.section, self.reasons = criterion, section.id, reasons
        self._name = (criterion.name_en or criterion.name) if reasons.lang == "en" else criterion.name
        self._fixed: dict[Outcome, CriterionScore] = {}

    def decide(self, judge: Judge) -> Decision:
        """Decide applicability first, then the outcome by the kind of the criterion."""
        criterion, reasons = self.criterion, self.reasons
        if criterion.kind == "manual":
            return Decision("manual", self._left_to_a_person, always=True)
        if criterion.when is not None:
            when = criterion.when
            applies = judge.ask(when)
            if applies.holds is None:
                return Decision("not_applicable", lambda: reasons.unknown(applies))
            if not applies.holds:
                return Decision("not_applicable", lambda: reasons.idle(when), always=True)
        found = _DECIDE[criterion.kind](criterion, reasons, judge)
        return found._replace(points=round(found.points, 6)) if found.points else found

    def score(self, decision: Decision) -> CriterionScore:
        """The score of one contact."""
        if not decision.always:
            return self._made(decision)
        if decision.outcome not in self._fixed:
            self._fixed[decision.outcome] = self._made(decision)
        return self._fixed[decision.outcome]

    def most(self, outcome: Outcome) -> float:
        """The points that could be had."""
        c = self.criterion
        return c.points if c.kind == "score" and outcome in ("met", "partial", "not_met") else 0.0

    def _made(self, decision: Decision) -> CriterionScore:
        outcome, reason, verdict, points, _ = decision
        c = self.criterion
        looked = (verdict.looked[0], verdict.looked[-1]) if verdict and verdict.looked else None
        missed = c.kind == "score" and outcome in ("not_met", "manual") and verdict and not verdict.evidence
        near = nearest(verdict.near) if missed and verdict else ()
        return CriterionScore(
            c.id, self.section, self._name, outcome, points, self.most(outcome), reason(),
            decision.evidence, looked, near,
        )  # fmt: skip

    def _left_to_a_person(self) -> str:
        c, reasons = self.criterion, self.reasons
        note = c.note if reasons.lang == "zh" else c.note_en or c.note
        return reasons.say("manual", note=f"：{note}" if note else "")


def weigh_doubt(
    question: Question,
    policy: Unsure,
    score: CriterionScore,
    other: Decision,
    doubts: tuple[Evidence, ...],
) -> CriterionScore:
    """`score`, decided without the `doubts`, as the rubric has it where `other`, decided with them, differs."""
    if (score.outcome, score.points) == (other.outcome, other.points):
        return score
    reasons = question.reasons
    scored = score.max_points == question.most(other.outcome) > 0
    halved = policy == "partial" and not question.criterion.reach and scored
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


def _scored(criterion: Criterion, reasons: Reasons, judge: Judge) -> Decision:
    met = criterion.met
    assert met is not None
    verdict = judge.ask(met)
    if verdict.holds is None:
        return Decision("not_applicable", lambda: reasons.unknown(verdict))
    if verdict.holds:
        return Decision("met", lambda: reasons.met(met, verdict), verdict, criterion.points)
    for partial in criterion.partial:
        part = judge.ask(partial.when)
        if part.holds:
            return _partly(criterion, reasons, part, partial)
    return Decision(criterion.miss, lambda: reasons.missed(met, verdict), verdict)


def _partly(criterion: Criterion, reasons: Reasons, verdict: Verdict, partial: Partial) -> Decision:
    """A share of the points; none where the criterion is critical to itself."""
    met = criterion.met
    assert met is not None

    def reason() -> str:
        return reasons.partly(met, verdict, partial)

    if criterion.reach == "criterion":
        return Decision("not_met", lambda: reasons.say("all_or_nothing", reason=reason()), verdict)
    return Decision("partial", reason, verdict, criterion.points * partial.share)


def _deducted(criterion: Criterion, reasons: Reasons, judge: Judge) -> Decision:
    on = criterion.on
    assert on is not None
    verdict = judge.ask(on)
    if verdict.holds is None:
        return Decision("not_applicable", lambda: reasons.unknown(verdict))
    if not verdict.holds:
        return Decision("met", lambda: reasons.say("clean", asked=reasons.asked(on)), always=True)
    hits, points = _given(criterion, verdict)

    def reason() -> str:
        found = reasons.quotes(verdict.evidence) or reasons.asked(on)
        return reasons.say("deducted", points=points, count=hits, found=found)

    return Decision("not_met", reason, verdict, -points)


def _bonus(criterion: Criterion, reasons: Reasons, judge: Judge) -> Decision:
    on = criterion.on
    assert on is not None
    verdict = judge.ask(on)
    if verdict.holds is None:
        return Decision("not_applicable", lambda: reasons.unknown(verdict))
    if not verdict.holds:
        return Decision("not_applicable", lambda: reasons.say("no_bonus", asked=reasons.asked(on)), verdict)
    hits, points = _given(criterion, verdict)

    def reason() -> str:
        found = reasons.quotes(verdict.evidence) or reasons.asked(on)
        return reasons.say("bonus" if hits == 1 else "bonuses", points=points, count=hits, found=found)

    return Decision("met", reason, verdict, points)


def _given(criterion: Criterion, verdict: Verdict) -> tuple[int, float]:
    """How often a deduction or bonus is given, at least once where its condition holds, and its points."""
    counted = {"turn": len(verdict.turns), "hit": len(verdict.evidence), "contact": 1}[criterion.counts]
    hits = max(1, counted)
    points = criterion.points * hits
    return hits, points if criterion.cap is None else min(points, criterion.cap)


_DECIDE: dict[str, Callable[[Criterion, Reasons, Judge], Decision]] = {
    "score": _scored,
    "deduction": _deducted,
    "bonus": _bonus,
}
