"""Final scores: the machine's scorecard with what people said of it, and which of the two counts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from ..errors import TranscriptError, UsageError
from ..rubric import Criterion, Rubric
from ..scoring import conclude
from ..types import CriterionScore, Outcome, Scorecard
from .log import Entry, counting
from .values import GRADE, OUTCOMES, TOTAL

Said = Mapping[str, Sequence[Entry]]
"""The log's entries of one contact by subject."""
HALF = 0.5
"""The share of a part where neither the person, the machine nor the rubric says which."""


def final(card: Scorecard, said: Said, rubric: Rubric) -> Scorecard:
    """The scorecard that counts. `provenance.review` holds the machine's own and all that people said.

    A person's outcome replaces the machine's and the total is summed again; a person's total stands as it is.
    Raises UsageError where `rubric` is not the one that made the scorecard.
    """
    counted = {subject: one for subject, entries in said.items() if (one := counting(entries))}
    if not counted or all(subject.startswith("turn:") for subject in counted):
        return _noted(card, card, said, {})
    if card.analysis.provenance.get("rubric_sha256") != rubric.sha256:
        name = card.analysis.transcript.id
        raise UsageError(f"contact '{name}' was scored under {card.rubric}; pass that file with --rubric")
    form = rubric.form_of(card.rubric)
    scores = tuple(
        corrected(score, form.criteria[score.criterion], counted[score.criterion])
        if score.criterion in counted
        else score
        for score in card.criteria
    )
    scores = _with_reach(form, scores) if scores != card.criteria else scores
    return _noted(_summed(card, scores, form, counted), card, said, counted)


def _with_reach(form: Rubric, scores: tuple[CriterionScore, ...]) -> tuple[CriterionScore, ...]:
    """Sections with a criterion that is critical to them lose their points where it failed, and have them
    back where a person says that it did not."""
    decisive = {s.section for s in scores if form.criteria[s.criterion].reach == "section"}
    lost = {
        s.section for s in scores if form.criteria[s.criterion].reach == "section" and s.outcome == "not_met"
    }
    return tuple(
        replace(s, points=0.0)
        if s.section in lost and s.points > 0
        else replace(s, points=_points(s, form.criteria[s.criterion], s.outcome, None))
        if s.section in decisive - lost and not s.points
        else s
        for s in scores
    )


def corrected(score: CriterionScore, criterion: Criterion, one: Entry) -> CriterionScore:
    """The score with a person's outcome in place of the machine's; the same score where they agree."""
    outcome: Outcome = one["person"]["verdict"]
    given = one["person"]["points"]
    if outcome == score.outcome and given is None:
        return score
    points = _points(score, criterion, outcome, given)
    counts = criterion.kind == "score" and outcome in ("met", "partial", "not_met")
    told = one["reason"] or (one["appeal"] and one["appeal"]["reason"]) or ""
    reason = (
        f"{one['by']}：{OUTCOMES[outcome][0]} {told}（机器：{OUTCOMES[score.outcome][0]}，{score.reason}）"
    )
    most = criterion.points if counts else 0.0
    return replace(score, outcome=outcome, points=round(points, 6), max_points=most, reason=reason)


def _points(score: CriterionScore, criterion: Criterion, outcome: Outcome, given: float | None) -> float:
    """What an outcome is worth: what the person says, else what the rubric gives for it."""
    worth = abs(given) if given is not None else None
    if criterion.kind == "deduction":
        return -(worth or -score.points or criterion.points) if outcome == "not_met" else 0.0
    if criterion.kind == "bonus":
        return (worth or criterion.points) if outcome == "met" else 0.0
    if criterion.kind == "manual" or outcome in ("not_applicable", "manual"):
        return 0.0
    if outcome == "partial":
        usual = criterion.partial[0].share if criterion.partial else HALF
        own = (score.outcome == "partial" and score.points) or criterion.points * usual
        return min(worth if worth is not None else own, criterion.points)
    return criterion.points if outcome == "met" else 0.0


def _summed(
    card: Scorecard, scores: tuple[CriterionScore, ...], rubric: Rubric, counted: Mapping[str, Entry]
) -> Scorecard:
    """Total, grade and verdict again; a person's own total and grade stand."""
    analysis = card.analysis
    try:
        made = conclude(analysis, rubric, scores) if scores != card.criteria else card
    except TranscriptError:  # the person left nothing applicable: then only their total can count
        made = replace(card, criteria=scores)
    if TOTAL in counted:
        total = float(counted[TOTAL]["person"]["verdict"])
        bands = (
            {g.name_en for g in rubric.grades} if card.grade in {g.name_en for g in rubric.grades} else set()
        )
        grade = next(g for g in rubric.grades if total >= g.at_least)
        passed = total >= rubric.pass_mark and not made.failed_critical
        made = replace(made, total=total, grade=grade.name_en if bands else grade.name, passed=passed)
    return replace(made, grade=str(counted[GRADE]["person"]["verdict"])) if GRADE in counted else made


def _noted(made: Scorecard, machine: Scorecard, said: Said, counted: Mapping[str, Entry]) -> Scorecard:
    """`made` with both sides in its provenance."""
    if not said:
        return made
    was = {c.criterion: c for c in machine.criteria}
    review: dict[str, Any] = {
        "counts": "person" if counted else "machine",
        "machine": {
            "total": machine.total, "grade": machine.grade, "passed": machine.passed,
            "failed_critical": list(machine.failed_critical),
            "criteria": {id: _short(was[id]) for id in counted if id in was},
        },
        "said": [_told(one, one is counted.get(subject)) for subject, all in said.items() for one in all],
    }  # fmt: skip
    analysis = replace(made.analysis, provenance={**made.analysis.provenance, "review": review})
    return replace(made, analysis=analysis)


def _short(score: CriterionScore) -> dict[str, object]:
    return {
        "outcome": score.outcome, "points": score.points, "max_points": score.max_points, "reason": score.reason,
    }  # fmt: skip


def _told(one: Entry, counts: bool) -> dict[str, object]:
    kept = ("subject", "person", "by", "on", "reason", "appeal")
    return {**{key: one[key] for key in kept}, "counts": counts}
