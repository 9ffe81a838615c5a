"""All criteria of a rubric over one contact, summed into a total, a grade and a verdict."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace

from ..errors import TranscriptError
from ..rubric import Rubric
from ..rubric.form import Criterion, Reach, Unsure
from ..rules import TASKS, Behavior
from ..types import Analysis, CriterionScore, Scorecard
from .conditions import Judge
from .criteria import score_criterion, weigh_doubt
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
    """Score `analysis` under `rubric`, or under its first variant whose metadata are these.

    behaviors: give the names shown in reasons.

    reasons: those of this rubric and language, to be used for many contacts.
    Raises TranscriptError `nothing_applicable` where no scored criterion applies: that is not a zero.
    """
    form = _form(rubric, analysis)
    if reasons is None or form is not rubric:
        reasons = Reasons(form, behaviors, lang)
    criteria = _without_lost(form, _decided(form, analysis, behaviors, reasons), reasons)
    return conclude(analysis, form, criteria, lang=lang)


def conclude(
    analysis: Analysis, rubric: Rubric, criteria: tuple[CriterionScore, ...], *, lang: Lang = "zh"
) -> Scorecard:
    """Sum up criterion scores, a machine's or a person's, under `rubric` or its variant for this contact.

    Raises TranscriptError as `make_scorecard` does.
    """
    rubric = _form(rubric, analysis)
    failed = tuple(c.criterion for c in _failed(rubric, criteria, "whole"))
    total = _total(rubric, criteria, analysis.transcript.id)
    total = min(total, rubric.critical_cap) if failed else total
    grade = next(g for g in rubric.grades if total >= g.at_least)
    name = (grade.name_en or grade.name) if lang == "en" else grade.name
    passed = total >= rubric.pass_mark and not failed
    return Scorecard(analysis, rubric.label, criteria, total, name, passed, failed)


def _form(rubric: Rubric, analysis: Analysis) -> Rubric:
    if not rubric.variants:
        return rubric
    judge = Judge(Facts(analysis, rubric.positions), rubric.conditions, {})
    chosen = (v.id for v in rubric.variants if judge.ask(v.when).holds)
    return rubric.forms.get(next(chosen, ""), rubric)


def _decided(
    rubric: Rubric, analysis: Analysis, behaviors: Mapping[str, Behavior], reasons: Reasons
) -> tuple[CriterionScore, ...]:
    """All criteria, each decided after those whose outcome it asks for, in the order of the form.

    One that asks for something doubtful is decided twice: without it, and as if it were so.
    """
    sections = {c.id: section for section in rubric.sections for c in section.criteria}
    scores: dict[str, CriterionScore] = {}

    def judge(lenient: bool) -> Judge:
        facts = Facts(analysis, rubric.positions, lenient)
        return Judge(facts, rubric.conditions, behaviors, rubric.tasks or TASKS, rubric.criteria, scores)

    strict, lenient = judge(False), judge(True)
    for name in rubric.in_order:
        criterion, section = rubric.criteria[name], sections[name]
        score = score_criterion(criterion, section, strict, reasons)
        doubts = strict.facts.doubted(rubric.subjects[name])
        if doubts:
            other = score_criterion(criterion, section, lenient, reasons)
            score = weigh_doubt(criterion, _unsure(rubric, criterion), score, other, doubts, reasons)
        scores[name] = score
    return tuple(scores[name] for name in rubric.criteria)


def _unsure(rubric: Rubric, criterion: Criterion) -> Unsure:
    return criterion.unsure or (rubric.unsure if criterion.kind == "score" else "as_is")


def _without_lost(
    rubric: Rubric, criteria: tuple[CriterionScore, ...], reasons: Reasons
) -> tuple[CriterionScore, ...]:
    """Takes all points gained in a section in which a criterion failed that is critical to the section."""
    lost = {c.section: c.name for c in reversed(_failed(rubric, criteria, "section"))}
    return tuple(
        replace(c, points=0.0, reason=reasons.say("section_lost", reason=c.reason, name=lost[c.section]))
        if c.section in lost and c.points > 0
        else c
        for c in criteria
    )


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


def _failed(rubric: Rubric, criteria: tuple[CriterionScore, ...], reach: Reach) -> tuple[CriterionScore, ...]:
    """The criteria of that reach that failed."""
    return tuple(
        c for c in criteria if rubric.criteria[c.criterion].reach == reach and c.outcome == "not_met"
    )
