"""Answers the conditions of a rubric: yes, no, or not to be known here, each with what was seen."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, TypeVar

from ..positions import follows
from ..rubric import Condition, Rubric
from ..rules import TASKS, Behavior, Labels
from ..types import CriterionScore, Evidence, Near, Role
from .facts import Facts, Seen

Quote = TypeVar("Quote", Evidence, Near)


class Verdict(NamedTuple):
    """The answer to a condition. `holds` is None where it cannot be known, and `unknown` says why.

    `evidence` is what was found, also when it speaks against; `turns` are the turns of it; `looked` are
    the turns that were searched; `near` is what was found, but not where it was asked for, or not as surely.
    """

    holds: bool | None
    evidence: tuple[Evidence, ...] = ()
    turns: tuple[int, ...] = ()
    looked: tuple[int, ...] = ()
    near: tuple[Near, ...] = ()
    unknown: str = ""


@dataclass(frozen=True)
class Judge:
    """Asks conditions about the facts of one contact. `tasks` are what classifiers may say of whose turns,
    `scores` the criteria decided so far. strict: who was asked without what is doubtful, and knows the answer where
    a condition asks for nothing doubtful."""

    facts: Facts
    rubric: Rubric
    behaviors: Mapping[str, Behavior]
    tasks: Mapping[str, Labels] = field(default_factory=lambda: TASKS)
    scores: Mapping[str, CriterionScore] = field(default_factory=dict)
    strict: Judge | None = None
    _verdicts: dict[str, Verdict] = field(default_factory=dict, repr=False)

    def ask(self, condition: Condition) -> Verdict:
        """The verdict on `condition`. A rubric asks many of them again and again, so each is answered once."""
        known = self._verdicts.get(condition.key)
        if known is None:
            known = self._verdicts[condition.key] = self._answer(condition)
        return known

    def _answer(self, c: Condition) -> Verdict:
        strict = self.strict
        if strict and self.rubric.subjects_of(c).isdisjoint(strict.facts.doubtful):
            return strict.ask(c)
        return _ANSWERS[c.subject](self, c)

    def _behavior(self, c: Condition) -> Verdict:
        roles = {self.behaviors[name].role for name in c.behavior if name in self.behaviors}
        return self._narrowed(c, self.facts.found(c.behavior), self._searched(roles, c))

    def _label(self, c: Condition) -> Verdict:
        task = str(c.task)
        if not self.facts.has_model(task):
            return Verdict(None, unknown=f"model:{task}")
        return self._narrowed(c, self.facts.said(task, c.label), self._searched(self.tasks[task], c))

    def _searched(self, roles: Iterable[Role], c: Condition) -> tuple[int, ...]:
        """The turns of `roles` that stand where `c` asks; of each role the last ones, where it asks for those."""
        groups = [self.facts.turns(role, c.where) for role in roles]
        return _together([turns[-c.last :] for turns in groups] if c.last else groups)

    def _narrowed(self, c: Condition, found: Sequence[Seen], looked: tuple[int, ...]) -> Verdict:
        """Keeps what is sure enough and stands in the turns searched, after the anchor; counts its turns."""
        if c.after:
            anchor = self.ask(c.after)
            if anchor.holds is None:
                return anchor
            looked = _after(looked, anchor.turns, c.within)
        if not found:
            return Verdict(_counts(c, 0), looked=looked)
        kept, near = list[Evidence](), list[Near]()
        for hit, sure, needed in found:
            need = max(c.surest, needed)
            if hit.span.turn not in looked:
                if sure >= need:
                    near.append(self._elsewhere(hit, looked))
            elif sure >= need:
                kept.append(hit)
            else:
                near.append(self._unsure(hit, sure / need))
        turns = tuple(sorted({hit.span.turn for hit in kept}))
        return Verdict(_counts(c, len(turns)), tuple(kept), turns, looked, tuple(near))

    def _unsure(self, hit: Evidence, share: float) -> Near:
        return Near(hit.span, hit.text, round(share, 2), "unsure")

    def _elsewhere(self, hit: Evidence, looked: tuple[int, ...]) -> Near:
        """Where nothing was searched, as before an anchor that never came, it is as far away as can be."""
        turns = len(self.facts.utterances)
        away = min((abs(hit.span.turn - turn) for turn in looked), default=turns)
        return Near(hit.span, hit.text, round(1 - away / turns, 2), "elsewhere", away)

    def _metadata(self, c: Condition) -> Verdict:
        value = self.facts.analysis.transcript.metadata.get(str(c.metadata))
        given = value is not None and value != ""
        return Verdict(given and (not c.is_ or str(value) in c.is_))

    def _timing(self, c: Condition) -> Verdict:
        measured = self._measure(c)
        if measured is None:
            return Verdict(None, unknown="times")
        limit = c.at_most or 0.0
        if c.timing == "interruptions":
            turns = tuple(turn for turn, _ in measured)
            return Verdict(len(turns) <= limit, tuple(map(self.facts.whole, turns)), turns)
        slow = tuple(turn for turn, seconds in measured if seconds > limit)
        shown = slow or tuple(turn for turn, _ in measured[:1])
        return Verdict(not slow, tuple(map(self.facts.whole, shown)), slow, tuple(t for t, _ in measured))

    def _measure(self, c: Condition) -> list[tuple[int, float]] | None:
        if c.timing == "first_response":
            return [self.facts.first_response] if self.facts.first_response else None
        if c.timing == "response_gap":
            return self.facts.gaps or None
        turns = self.facts.interruptions
        return None if turns is None else [(turn, 0.0) for turn in turns]

    def _count_turns(self, c: Condition) -> Verdict:
        turns = self.facts.turns("agent" if c.turns == "agent" else "customer", c.where)
        return Verdict(_counts(c, len(turns)), looked=turns)

    def _in_order(self, c: Condition) -> Verdict:
        reached = self.facts.longest_run(c.in_order)
        need = c.at_least if "at_least" in c.model_fields_set else len(c.in_order)
        return Verdict(len(reached) >= need, reached, tuple(e.span.turn for e in reached))

    def _outcome(self, c: Condition) -> Verdict:
        """Whether another criterion came out so. What is left to a person cannot be known yet."""
        score = self.scores[str(c.criterion)]
        if score.outcome == "manual" and "manual" not in c.outcome:
            return Verdict(None, unknown=f"undecided:{score.name}")
        turns = tuple(sorted({e.span.turn for e in score.evidence}))
        return Verdict(score.outcome in c.outcome, score.evidence, turns)

    def _not(self, c: Condition) -> Verdict:
        assert c.negated is not None
        inner = self.ask(c.negated)
        return inner if inner.holds is None else inner._replace(holds=not inner.holds)

    def _use(self, c: Condition) -> Verdict:
        return self.ask(self.rubric.conditions[str(c.use)])

    def _combine(self, c: Condition) -> Verdict:
        """All or any, as Kleene's logic has it: what is not known decides nothing that the rest decides."""
        verdicts = [self.ask(part) for part in (c.all_of or c.any_of)]
        answers = [v.holds for v in verdicts]
        decisive = not c.all_of
        if decisive in answers:
            holds: bool | None = decisive
        else:
            holds = None if None in answers else not decisive
        telling = [v for v in verdicts if v.holds is holds] if holds is not None else verdicts
        return Verdict(
            holds,
            merged([v.evidence for v in telling]),
            _together([v.turns for v in telling]),
            _together([v.looked for v in verdicts]),
            merged([v.near for v in telling]),
            next((v.unknown for v in verdicts if v.unknown), ""),
        )


_ANSWERS: dict[str, Callable[[Judge, Condition], Verdict]] = {
    "behavior": Judge._behavior, "task": Judge._label, "metadata": Judge._metadata, "timing": Judge._timing,
    "turns": Judge._count_turns, "in_order": Judge._in_order, "criterion": Judge._outcome, "use": Judge._use,
    "all": Judge._combine, "any": Judge._combine, "not": Judge._not,
}  # fmt: skip
"""How a condition is answered, by its subject."""


def _counts(c: Condition, count: int) -> bool:
    return count >= c.fewest and (c.at_most is None or count <= c.at_most)


def _after(turns: tuple[int, ...], anchors: tuple[int, ...], within: int | None) -> tuple[int, ...]:
    if not anchors:
        return ()
    if within is None:
        return tuple(turn for turn in turns if turn > anchors[0])
    found = frozenset(anchors)
    return tuple(turn for turn in turns if follows(turn, found, within))


def _together(groups: Sequence[tuple[int, ...]]) -> tuple[int, ...]:
    """The turns of all groups, of which each is in order, each once and in order."""
    several = {group for group in groups if group}
    if len(several) < 2:
        return several.pop() if several else ()
    return tuple(sorted(set().union(*several)))


def merged(groups: Sequence[tuple[Quote, ...]]) -> tuple[Quote, ...]:
    """The quotes of all groups, each once, in the order of the contact."""
    several = [group for group in groups if group]
    if sum(map(len, several)) < 2:
        return several[0] if several else ()
    found = {quote for group in several for quote in group}
    return tuple(sorted(found, key=lambda e: (e.span.turn, e.span.start, e.span.end)))
