"""All criteria of a rubric over one contact, summed into a total, a grade and a verdict."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from ..errors import TranscriptError
from ..rubric import Rubric
from ..rules import TASKS, Behavior
from ..types import Analysis, CriterionScore, Scorecard
from .conditions import Judge
from .criteria import score_criterion
from .facts import Facts
from .reasons import Lang, Reasons


def make_scorecard(
    analysis: Analysis,
    rubric: Rubric,
    behaviors: Mapping[str, Behavior],
    *,
    lang: Lang = "zh",
    reasons: Reasons | None = None,
) -> Scorecard:
    """Score `analysis` under `rubric`. `behaviors` gives the names shown in reasons.

    reasons: those of this rubric and language, to be used for many contacts.

    Raises TranscriptError `nothing_applicable` where no scored criterion applies: that is not a zero.
    """
    judge = Judge(Facts(analysis, rubric.positions), rubric.conditions, behaviors, rubric.tasks or TASKS)
    reasons = reasons or Reasons(rubric.conditions, behaviors, lang)
    criteria = tuple(
        score_criterion(criterion, section, judge, reasons)
        for section in rubric.sections
        for criterion in section.criteria
    )
    return conclude(analysis, rubric, criteria, lang=lang)


def conclude(
    analysis: Analysis, rubric: Rubric, criteria: tuple[CriterionScore, ...], *, lang: Lang = "zh"
) -> Scorecard:
    """Sum up criterion scores, a machine's or a person's, under `rubric`.

    Raises TranscriptError as `make_scorecard` does.
    """
    failed = _failed_critical(rubric, criteria)
    total = _total(rubric, criteria, analysis.transcript.id)
    total = min(total, rubric.critical_cap) if failed else total
    grade = next(g for g in rubric.grades if total >= g.at_least)
    name = (grade.name_en or grade.name) if lang == "en" else grade.name
    passed = total >= rubric.pass_mark and not failed
    return Scorecard(analysis, rubric.label, criteria, total, name, passed, failed)


def _total(rubric: Rubric, criteria: tuple[CriterionScore, ...], contact: str) -> float:
    """Weighted mean of the section shares, in percent, plus bonus, less deductions, at most 100. The
    deductions take at most the share `deduction_limit` of the rest.

    What is not applicable leaves the denominator: a criterion its section's, a section the total's.
    """
    own = defaultdict[str, list[CriterionScore]](list)
    for c in criteria:
        if c.max_points > 0:
            own[c.section].append(c)
    shares = [(s.weight, _share(own[s.id])) for s in rubric.sections]
    counted = [(weight, share) for weight, share in shares if share is not None and weight > 0]
    if not counted:
        message = "no scored criterion of the rubric applies to this contact"
        raise TranscriptError("nothing_applicable", message, hint="score it by hand", id=contact)
    base = 100 * sum(w * s for w, s in counted) / sum(w for w, _ in counted)
    extra = [c.points for c in criteria if c.max_points == 0]
    got, off = base + sum(p for p in extra if p > 0), -sum(p for p in extra if p < 0)
    return round(min(100.0, got - min(off, rubric.deduction_limit * got)), 2)


def _share(own: list[CriterionScore]) -> float | None:
    return sum(c.points for c in own) / sum(c.max_points for c in own) if own else None


def _failed_critical(rubric: Rubric, criteria: tuple[CriterionScore, ...]) -> tuple[str, ...]:
    critical = {c.id for section in rubric.sections for c in section.criteria if c.critical}
    return tuple(c.criterion for c in criteria if c.criterion in critical and c.outcome == "not_met")
