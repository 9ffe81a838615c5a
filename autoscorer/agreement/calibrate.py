"""A rubric nearer to people: what changes, and what it gains on contacts that were not fitted."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ..errors import UsageError
from ..rubric import Rubric
from ..types import Scorecard
from .fit import FOLDS, Settings, choose, fit, folds, predicted
from .form import Floats, Form, Ints, Path, changes
from .measures import Estimate, Sampling, bootstrap, crosstab, kappa, need, shown, spearman
from .people import Bands

Measure = Callable[[Ints], float]
LEAST = 30
"""Contacts below which nothing is proposed: there are more numbers in a rubric than that."""


@dataclass(frozen=True, slots=True)
class Gain:
    """A measure before, after (each contact predicted by the other folds), and the difference."""

    before: float
    after: float
    difference: Estimate


@dataclass(frozen=True, slots=True)
class Proposal:
    """New numbers by their place in the file, and what they gain. `names` are those of the places."""

    contacts: int
    numbers: Mapping[Path, float]
    changed: Mapping[Path, tuple[float, float]]
    names: Mapping[Path, str]
    gains: Mapping[str, Gain]
    totals: Mapping[str, float]
    pull: float

    @property
    def better(self) -> bool:
        """Whether the order of contacts came nearer to people's, beyond chance."""
        low = self.gains["spearman"].difference.low
        return low is not None and low > 0


def calibrate(
    cards: Sequence[Scorecard],
    people: Mapping[str, float],
    rubric: Rubric,
    settings: Settings,
    *,
    how: Sampling | None = None,
) -> Proposal:
    """Propose numbers for `rubric`, under which `cards` were scored. people: their totals by contact.

    Raises UsageError with fewer than LEAST contacts or totals that do not differ; MissingExtra without `agree`.
    """
    need()
    wanted = np.array([people[card.analysis.transcript.id] for card in cards])
    if len(cards) < LEAST or np.ptp(wanted) == 0:
        raise UsageError(
            f"calibration needs totals that differ, of at least {LEAST} contacts; found {len(cards)}"
        )
    form = Form(rubric)
    facts = form.facts(cards)
    with _one_thread():
        pull = choose(form, facts, wanted, settings)
        numbers = fit(form, facts, wanted, pull=pull, level=settings.level)
        outside = predicted(form, facts, wanted, settings)
    before = form.totals(form.now, facts)
    bands = Bands(tuple(g.name for g in rubric.grades[::-1]), tuple(g.at_least for g in rubric.grades[::-1]))
    after = form.totals(numbers, facts)
    cuts = thresholds(after, wanted, bands)
    placed = {**form.places(numbers), **_grade_places(rubric, cuts)}
    old = {**form.places(form.now), **_grade_places(rubric, bands.least)}
    changed = changes(old, placed)
    names = {path: form.name(path) if path[0] == "sections" else _grade_name(rubric, path) for path in placed}
    moved = _outside_grades(outside, wanted, bands, settings)
    gains = _gains(before, outside, wanted, bands, moved, how or Sampling())
    totals = {card.analysis.transcript.id: float(t) for card, t in zip(cards, after, strict=True)}
    return Proposal(len(cards), placed, changed, names, gains, totals, pull)


def _one_thread() -> AbstractContextManager[Any]:
    """Many small products: more threads only wait for each other, and may sum in another order."""
    from threadpoolctl import threadpool_limits

    return threadpool_limits(1)  # type: ignore[no-any-return]


def thresholds(total: Floats, people: Floats, bands: Bands) -> tuple[float, ...]:
    """Whole totals from which grades start, so that most contacts fall on the side where people's totals put them.

    Where several do equally well, the one nearest to the present one is kept, and where fewer than LEAST people's
    totals lie on either side, the present one.
    """
    found = [bands.least[0]]
    for least in bands.least[1:]:
        above = people >= least
        cut = least
        if min(above.sum(), (~above).sum()) >= LEAST // 3:
            tries = np.arange(max(found[-1] + 1, 1), 100.0)
            wrong = np.array([((total >= t) != above).sum() for t in tries])
            best = tries[wrong == wrong.min()]
            cut = float(best[np.abs(best - least).argmin()])
        found.append(max(cut, found[-1] + 1))
    return tuple(found)


def _outside_grades(total: Floats, people: Floats, bands: Bands, settings: Settings) -> Floats:
    """Grades under thresholds that were chosen on the other folds."""
    at, grades = folds(len(people), settings.seed + 1), np.zeros(len(people))
    for k in range(FOLDS):
        cuts = replace(bands, least=thresholds(total[at != k], people[at != k], bands))
        grades[at == k] = [cuts.grade(t) for t in total[at == k]]
    return grades


def _gains(
    before: Floats, after: Floats, people: Floats, bands: Bands, grades: Floats, how: Sampling
) -> dict[str, Gain]:
    size = len(bands.names)
    theirs, old = (np.array([float(bands.grade(t)) for t in side]) for side in (people, before))

    def graded(found: Floats, rows: Any) -> float:
        return kappa(crosstab(found[rows], theirs[rows], size), weighted=True)

    sides: dict[str, tuple[Measure, Measure]] = {
        "spearman": (lambda r: spearman(before[r], people[r]), lambda r: spearman(after[r], people[r])),
        "mean_absolute_error": (
            lambda r: float(np.abs(before - people)[r].mean()), lambda r: float(np.abs(after - people)[r].mean()),
        ),
        "kappa": (lambda r: graded(old, r), lambda r: graded(grades, r)),
    }  # fmt: skip
    every = np.arange(len(people))
    return {name: _gain(every, was, now, how) for name, (was, now) in sides.items()}


def _gain(every: Ints, was: Measure, now: Measure, how: Sampling) -> Gain:
    return Gain(was(every), now(every), bootstrap(every, lambda rows: now(rows) - was(rows), how))


def _grade_places(rubric: Rubric, least: Sequence[float]) -> dict[Path, float]:
    """Thresholds by their place; the pass mark moves with the band that starts there."""
    top_down = list(least)[::-1]
    found: dict[Path, float] = {("grades", i, "at_least"): value for i, value in enumerate(top_down)}
    for i, grade in enumerate(rubric.grades):
        if grade.at_least == rubric.pass_mark and "pass_mark" in rubric.model_fields_set:
            found[("pass_mark",)] = top_down[i]
    return found


def _grade_name(rubric: Rubric, path: Path) -> str:
    return "pass_mark" if len(path) == 1 else f"{rubric.grades[int(path[1])].name} at_least"


def record(proposal: Proposal) -> dict[str, Any]:
    """The proposal as JSON."""
    return {
        "contacts": proposal.contacts,
        "better": proposal.better,
        "gains": {
            name: {"before": g.before, "after": g.after, **shown({"difference": g.difference})}
            for name, g in proposal.gains.items()
        },
        "changes": {proposal.names[path]: {"from": a, "to": b} for path, (a, b) in proposal.changed.items()},
    }
