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
from .criteria import Question, weigh_doubt
from .facts import Facts
from .reasons import Lang, Reasons


class Forms:
    """A rubric and its variants, ready to be filled in for many contacts.

    behaviors: give the names shown in reasons, in the language `lang`.
    """

    def __init__(self, rubric: Rubric, behaviors: Mapping[str, Behavior], *, lang: Lang = "zh") -> None:
        self._rubric, self._behaviors, self._lang = rubric, behaviors, lang
        self._ready: dict[str, _Form] = {}

    def scorecard(self, analysis: Analysis) -> Scorecard:
        """Score an analysis under the rubric, or under its first variant whose metadata are these.

        Raises TranscriptError `nothing_applicable` where no scored criterion applies: that is not a zero.
        """
        rubric = _form(self._rubric, analysis)
        if rubric.variant not in self._ready:
            self._ready[rubric.variant] = _Form(rubric, self._behaviors, self._lang)
        criteria = self._ready[rubric.variant].criteria(analysis)
        return _concluded(analysis, rubric, criteria, self._lang)


def make_scorecard(
    analysis: Analysis, rubric: Rubric, behaviors: Mapping[str, Behavior], *, lang: Lang = "zh"
) -> Scorecard:
    """Score one analysis, as `Forms` does."""
    return Forms(rubric, behaviors, lang=lang).scorecard(analysis)


def conclude(
    analysis: Analysis, rubric: Rubric, criteria: tuple[CriterionScore, ...], *, lang: Lang = "zh"
) -> Scorecard:
    """Sum up criterion scores, a machine's or a person's, under `rubric` or its variant for this contact.

    Raises TranscriptError as `Forms.scorecard` does.
    """
    return _concluded(analysis, _form(rubric, analysis), criteria, lang)


def _concluded(
    analysis: Analysis, rubric: Rubric, criteria: tuple[CriterionScore, ...], lang: Lang
) -> Scorecard:
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
    judge = Judge(Facts(analysis, rubric.positions), rubric, {})
    chosen = (v.id for v in rubric.variants if judge.ask(v.when).holds)
    return rubric.forms.get(next(chosen, ""), rubric)


class _Form:
    """A rubric without variants, its questions in the order in which they are decided."""

    def __init__(self, rubric: Rubric, behaviors: Mapping[str, Behavior], lang: Lang) -> None:
        self._rubric, self._behaviors = rubric, behaviors
        self._reasons = Reasons(rubric, behaviors, lang)
        sections = {c.id: section for section in rubric.sections for c in section.criteria}
        self._questions = {
            name: Question(rubric.criteria[name], sections[name], self._reasons) for name in rubric.in_order
        }

    def criteria(self, analysis: Analysis) -> tuple[CriterionScore, ...]:
        """All criteria, each decided after those whose outcome it asks for, in the order of the form.

        One that asks for something doubtful is decided twice: without it, and as if it were so.
        """
        rubric, scores = self._rubric, dict[str, CriterionScore]()

        def judge(facts: Facts, strict: Judge | None = None) -> Judge:
            return Judge(facts, rubric, self._behaviors, rubric.tasks or TASKS, scores, strict)

        strict = judge(Facts(analysis, rubric.positions))
        lenient = judge(Facts(analysis, rubric.positions, lenient=True), strict)
        for name, question in self._questions.items():
            score = question.score(question.decide(strict))
            doubts = strict.facts.doubted(rubric.subjects[name])
            if doubts:
                policy = _unsure(rubric, question.criterion)
                score = weigh_doubt(question, policy, score, question.decide(lenient), doubts)
            scores[name] = score
        criteria = tuple(scores[name] for name in rubric.criteria)
        return _without_lost(rubric, criteria, self._reasons)


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
        c for c in criteria if c.outcome == "not_met" and rubric.criteria[c.criterion].reach == reach
    )
