"""Everything that `agree` tells, from judgements and scorecards."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..review import Judgement
from ..types import Scorecard
from . import people
from .measures import (
    Estimate,
    Floats,
    Pairs,
    Sampling,
    alpha,
    bootstrap,
    categories,
    mean,
    need,
    shown,
    totals,
)
from .people import OUTCOMES, Bands, Said, Table

UNFIT_ALPHA = 0.667
"""Below it, data allow not even tentative conclusions (Krippendorff, Content Analysis, 2004, p. 241)."""
UNFIT_AGREEMENT = 0.9
"""Where one outcome is rare, alpha is low though people agree (Feinstein and Cicchetti 1990): both must be low."""
UNFIT_LEAST = 10
"""Contacts that at least two people judged, for a criterion to be called unfit."""
NA = OUTCOMES.index("not_applicable")


@dataclass(frozen=True, slots=True)
class Side:
    """One comparison: how many pairs over how many contacts, and the measures of it."""

    pairs: int
    contacts: int
    measures: Mapping[str, Estimate]


@dataclass(frozen=True, slots=True)
class Subject:
    """Human-machine beside human-human, of the total, the grade or one criterion."""

    id: str
    name: str
    machine: Side
    people: Side
    mean: Side | None = None
    not_applicable: tuple[float, float] | None = None
    unfit: bool = False


@dataclass(frozen=True, slots=True)
class Bias:
    """A mean difference: of an inspector from the machine and from the others, or of the machine in a group."""

    name: str
    contacts: int
    difference: Estimate
    from_others: Estimate | None = None


@dataclass(frozen=True, slots=True)
class Disagreement:
    """One contact whose totals lie far apart, and the criteria that people judged otherwise."""

    contact: str
    machine: float
    people: Mapping[str, float]
    difference: float
    criteria: tuple[tuple[str, str, str, str], ...]


@dataclass(frozen=True, slots=True)
class Agreement:
    """How far machine and people agree."""

    contacts: int
    inspectors: tuple[str, ...]
    shared: int
    total: Subject | None
    grade: Subject | None
    criteria: tuple[Subject, ...]
    by_inspector: tuple[Bias, ...]
    by_group: tuple[Bias, ...]
    worst: tuple[Disagreement, ...]
    notes: tuple[str, ...] = ()

    @property
    def unfit(self) -> tuple[str, ...]:
        """Criteria on which people do not agree among themselves: unfit for automation."""
        return tuple(c.id for c in self.criteria if c.unfit)


def compare(
    judgements: Sequence[Judgement],
    cards: Mapping[str, Scorecard],
    *,
    bands: Bands | None,
    group: str = "team",
    how: Sampling | None = None,
) -> Agreement:
    """All measures. bands: the rubric's grades; without them people's totals give no grades.

    Raises MissingExtra without the extra `agree`.
    """
    need()
    how = how or Sampling()
    table = Table(judgements, cards)
    said = table.totals()
    machine = {name: cards[name].total for name in table.names}
    grade, notes = _grade(table, bands, how)
    everyone = {(j.contact, j.by) for j in judgements}
    shared = sum(sum(c == name for c, _ in everyone) > 1 for name in table.names)
    return Agreement(
        len(table.names), tuple(table.inspectors), shared,
        _total(table, said, machine, how) if said else None, grade,
        tuple(_criterion(table, name, one, how) for name, one in table.criteria().items()),
        _inspectors(table, said, machine, how), _groups(table, said, machine, group, how),
        _worst(table, said, machine), notes,
    )  # fmt: skip


def _side(pairs: Pairs, measures: Mapping[str, Estimate]) -> Side:
    return Side(len(pairs), len(np.unique(pairs.contact)), measures)


def _total(table: Table, said: Said, machine: Mapping[str, float], how: Sampling) -> Subject:
    own, others, average = table.machine(said, machine), table.people(said), table.mean(said, machine)
    sides = [_side(pairs, totals(pairs, how)) for pairs in (own, others)]
    together = _side(average, totals(average, how)) if len(average) else None
    return Subject("total", "total", sides[0], sides[1], together)


def _grade(table: Table, bands: Bands | None, how: Sampling) -> tuple[Subject | None, tuple[str, ...]]:
    if bands is None:
        return None, ("grades: the results come from another rubric; pass it with --rubric",)
    said, unknown = table.grades(bands)
    notes = (
        (f"grades: {unknown} names are no grade of the rubric: {', '.join(bands.names)}",) if unknown else ()
    )
    machine = {name: float(bands.grade(table.cards[name].total)) for name in table.names}
    pairs, others, size = table.machine(said, machine), table.people(said), len(bands.names)
    if not len(pairs):
        return None, notes
    sides = [_side(p, categories(p, size, how, ordered=True)) for p in (pairs, others)]
    return Subject("grade", "grade", sides[0], sides[1]), notes


def _criterion(table: Table, name: str, said: Said, how: Sampling) -> Subject:
    pairs, others = table.machine(said, table.outcomes(name)), table.people(said)
    size = len(OUTCOMES)
    machine = _side(pairs, categories(pairs, size, how, ordered=False))
    human = {**categories(others, size, how, ordered=False), "alpha": _alpha(said, table, how)}
    people_side = _side(others, human)
    rates = (float(np.mean(pairs.first == NA)), float(np.mean(pairs.second == NA))) if len(pairs) else None
    shown_name = next(c.name for card in table.cards.values() for c in card.criteria if c.criterion == name)
    return Subject(name, shown_name, machine, people_side, None, rates, _unfit(people_side))


def _alpha(said: Said, table: Table, how: Sampling) -> Estimate:
    """Among people: all inspectors at once, with gaps where one did not judge."""
    ratings = _ratings(said)
    return bootstrap(np.arange(ratings.shape[1]), lambda units: alpha(ratings[:, units]), how)


def _ratings(said: Said) -> Floats:
    """[inspectors, contacts that several judged]."""
    several = {c: by for c, by in said.items() if len(by) > 1}
    rows = {by: i for i, by in enumerate(sorted({by for one in several.values() for by in one}))}
    ratings = np.full((len(rows), len(several)), np.nan)
    for column, one in enumerate(several.values()):
        for by, value in one.items():
            ratings[rows[by], column] = value
    return ratings


def _unfit(side: Side) -> bool:
    """Whether people fail to agree among themselves; where nothing varies they do agree."""
    found, agreement = side.measures["alpha"].value, side.measures["agreement"].value
    if side.contacts < UNFIT_LEAST or found is None or agreement is None:
        return False
    return found < UNFIT_ALPHA and agreement < UNFIT_AGREEMENT


def _inspectors(table: Table, said: Said, machine: Mapping[str, float], how: Sampling) -> tuple[Bias, ...]:
    return tuple(
        _inspector(by, said, machine, how) for by in table.inspectors if any(by in s for s in said.values())
    )


def _inspector(by: str, said: Said, machine: Mapping[str, float], how: Sampling) -> Bias:
    own = {contact: one[by] for contact, one in said.items() if by in one}
    others = [
        value - np.mean([v for name, v in said[contact].items() if name != by])
        for contact, value in own.items()
        if len(said[contact]) > 1
    ]
    from_machine = np.array([value - machine[contact] for contact, value in own.items()])
    from_others = mean(np.array(others), how) if others else None
    return Bias(by, len(own), mean(from_machine, how), from_others)


def _groups(
    table: Table, said: Said, machine: Mapping[str, float], key: str, how: Sampling
) -> tuple[Bias, ...]:
    """The machine's total less the people's mean, in each group of agents."""
    together = people.means(said)
    found = people.groups(table.cards, key, list(together))
    return tuple(
        Bias(name, len(names), mean(np.array([machine[n] - together[n] for n in names]), how))
        for name, names in found.items()
    )


def _worst(table: Table, said: Said, machine: Mapping[str, float]) -> tuple[Disagreement, ...]:
    """Contacts by how far the machine's total is from the people's mean, the farthest first."""
    together = people.means(said)
    names = sorted(together, key=lambda n: (-abs(machine[n] - together[n]), n))
    otherwise = _otherwise(table)
    return tuple(
        Disagreement(n, machine[n], said[n], machine[n] - together[n], tuple(otherwise.get(n, ())))
        for n in names
    )


def _otherwise(table: Table) -> dict[str, list[tuple[str, str, str, str]]]:
    """(criterion, machine's outcome, people's outcomes, machine's reason) where they differ, by contact."""
    found: dict[str, list[tuple[str, str, str, str]]] = {}
    for name, said in table.criteria().items():
        for contact, by in said.items():
            score = next((c for c in table.cards[contact].criteria if c.criterion == name), None)
            outcomes = {OUTCOMES[int(v)] for v in by.values()}
            if score and outcomes != {score.outcome}:
                row = (score.name, score.outcome, "/".join(sorted(outcomes)), score.reason)
                found.setdefault(contact, []).append(row)
    return found


def record(agreement: Agreement) -> dict[str, Any]:
    """The agreement as JSON; only the farthest 50 contacts."""
    return {
        "contacts": agreement.contacts, "inspectors": list(agreement.inspectors), "shared": agreement.shared,
        "total": _subject(agreement.total), "grade": _subject(agreement.grade),
        "criteria": [_subject(c) for c in agreement.criteria], "unfit": list(agreement.unfit),
        "inspector_bias": [_bias(b) for b in agreement.by_inspector],
        "group_bias": [_bias(b) for b in agreement.by_group],
        "disagreements": [
            {"contact": d.contact, "machine": d.machine, "people": dict(d.people), "difference": d.difference,
             "criteria": [list(c) for c in d.criteria]} for d in agreement.worst[:50]
        ],
        "notes": list(agreement.notes),
    }  # fmt: skip


def _subject(subject: Subject | None) -> dict[str, Any] | None:
    if subject is None:
        return None
    sides = {"human_machine": subject.machine, "human_human": subject.people, "mean_machine": subject.mean}
    rates = subject.not_applicable
    return {
        "id": subject.id, "name": subject.name, "unfit": subject.unfit,
        **{k: {"pairs": s.pairs, "contacts": s.contacts, **shown(s.measures)} for k, s in sides.items() if s},
        **({"not_applicable": {"machine": rates[0], "people": rates[1]}} if rates else {}),
    }  # fmt: skip


def _bias(bias: Bias) -> dict[str, Any]:
    others = bias.from_others
    return {
        "name": bias.name, "contacts": bias.contacts, **shown({"difference": bias.difference}),
        **(shown({"from_others": others}) if others else {}),
    }  # fmt: skip
