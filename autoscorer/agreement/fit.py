"""Finds numbers for a rubric that bring its totals nearer to people's: bounded least squares with a pull towards
what the rubric says now.

Two things are fitted at once: the order of contacts (people's totals as a straight line of ours) and their level
(people's totals themselves). `level` says how much the second counts.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .form import Facts, Floats, Form, Ints, Numbers

WIDEST = np.log(20.0)
"""No number becomes more than 20 times as large or as small."""
NEAR, STEPS = 1e-3, 25
"""Relative gain of a step at which the search stops, and steps at most: numbers are rounded afterwards."""
PULLS = (0.0003, 0.001, 0.003, 0.01, 0.03)
"""Strengths of the pull that cross-validation chooses from."""
FOLDS = 5


@dataclass(frozen=True, slots=True)
class Settings:
    """level: 0 fits only the order of contacts, 1 only the totals. seed: of the folds."""

    level: float = 0.5
    seed: int = 0


def folds(count: int, seed: int) -> Ints:
    """A fold for each contact, of nearly equal size."""
    return np.random.default_rng(seed).permutation(count) % FOLDS


def fit(form: Form, facts: Facts, people: Floats, *, pull: float, level: float) -> Numbers:
    """The numbers that fit best. people: their totals, 0 to 100."""
    from scipy.optimize import least_squares

    size = _size(form)
    spread = float(people.std()) or 1.0
    kept = np.sqrt(np.array([1 - level, level]) / len(people)) / spread

    def residuals(x: Floats) -> Floats:
        total = form.totals(_numbers(form, x[:-2]), facts)
        order = people - 50 * x[-2] - x[-1] * total
        return np.concatenate([kept[0] * order, kept[1] * (people - total), np.sqrt(pull) * x[:-2]])

    def jacobian(x: Floats) -> Floats:
        total, slope = _slopes(form, x[:-2], facts)
        blank = np.zeros((len(people), 2))
        line = -kept[0] * np.stack([np.full(len(people), 50.0), total], axis=1)
        order = np.hstack([-kept[0] * x[-1] * slope, line])
        own = np.hstack([-kept[1] * slope, blank])
        return np.vstack([order, own, np.sqrt(pull) * np.eye(size, size + 2)])

    start = np.concatenate([np.zeros(size), [0.0, 1.0]])
    low = np.concatenate([np.full(size, -WIDEST), [-10, 0.02]])
    high = np.concatenate([np.full(size, WIDEST), [10, 10]])
    found = least_squares(residuals, start, jacobian, bounds=(low, high), ftol=NEAR, max_nfev=STEPS)
    return tidy(form, _numbers(form, found.x[:-2]))


def predicted(
    form: Form, facts: Facts, people: Floats, settings: Settings, *, pull: float | None = None
) -> Floats:
    """The total of each contact under numbers fitted on the other folds. Without `pull` each training part
    chooses its own, by folds within it."""
    at, total = folds(len(people), settings.seed), np.zeros(len(people))
    for k in range(FOLDS):
        train, test = facts.rows(at != k), facts.rows(at == k)
        used = pull if pull is not None else choose(form, train, people[at != k], settings)
        numbers = fit(form, train, people[at != k], pull=used, level=settings.level)
        total[at == k] = form.totals(numbers, test)
    return total


def choose(form: Form, facts: Facts, people: Floats, settings: Settings) -> float:
    """The pull whose predictions go best with people's totals, by the loss that is fitted."""
    losses = [_loss(predicted(form, facts, people, settings, pull=p), people, settings.level) for p in PULLS]
    return PULLS[int(np.argmin(losses))]


def _loss(total: Floats, people: Floats, level: float) -> float:
    spread = float(people.var()) or 1.0
    together = float(np.corrcoef(total, people)[0, 1]) if np.ptp(total) > 0 else 0.0
    return (1 - level) * (1 - max(0.0, together) ** 2) + level * float(
        np.mean((total - people) ** 2)
    ) / spread


def tidy(form: Form, n: Numbers) -> Numbers:
    """Numbers that people can read: whole weights that sum to 100, points and shares in steps.

    A section's points keep their sum, for only their ratios count.
    """
    scale = (form.now.points @ form.sections) / (n.points @ form.sections)
    return Numbers(
        _whole(n.weights),
        np.maximum(0.1, np.round(n.points * (form.sections @ scale), 1)),
        np.clip(np.round(n.shares * 20) / 20, 0.05, 0.95),
        np.maximum(0.5, np.round(n.extras * 2) / 2),
    )


def _whole(weights: Floats) -> Floats:
    """Whole numbers that sum to 100, none 0: the largest remainders are rounded up."""
    down = np.maximum(1, np.floor(weights))
    order = np.argsort(-(weights - down), kind="stable")
    for i in range(round(100 - float(down.sum()))):
        down[order[i % len(order)]] += 1
    while down.sum() > 100:
        down[int(np.argmax(down))] -= 1
    return down


def _size(form: Form) -> int:
    now = form.now
    return len(now.weights) + len(now.points) + len(now.shares) + len(now.extras)


def _numbers(form: Form, x: Floats) -> Numbers:
    """Numbers from steps away from the present ones: in logarithms, for shares in log-odds."""
    now = form.now
    cuts = np.cumsum([len(now.weights), len(now.points), len(now.shares)])
    w, p, s, e = np.split(x, cuts)
    weights = now.weights * np.exp(w)
    odds = now.shares / (1 - now.shares) * np.exp(s)
    return Numbers(
        100 * weights / weights.sum(), now.points * np.exp(p), odds / (1 + odds), now.extras * np.exp(e)
    )


def _slopes(form: Form, x: Floats, facts: Facts) -> tuple[Floats, Floats]:
    """Totals and their derivatives by the steps. That weights sum to 100 changes nothing: only their ratios count."""
    n = _numbers(form, x)
    total, by = form.derivatives(n, facts)
    return total, by * np.concatenate([n.weights, n.points, n.shares * (1 - n.shares), n.extras])
