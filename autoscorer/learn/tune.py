"""How rows and n-grams are mixed, thresholds, and the point of abstaining; fitted on out-of-fold logits."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..classify.folder import Kind

Floats = NDArray[np.float64]

LOWEST, HIGHEST = 0.15, 0.65  # a threshold outside rests on a handful of examples
ADJUSTED = np.array(
    [1.0, 0.0, 0.0]
)  # weights of rows and n-grams, and shift, where the rows know a base head
HALVES = np.array([0.6, 0.4, 0.0])  # and where they do not
STRENGTH = 2.0  # how many examples those are worth
ABSTAIN, DOUBTFUL = 0.05, 0.6  # at most this share of turns is left out, those right less often than this


@dataclass(frozen=True, slots=True)
class Mix:
    """calibrated logits = deep * those of rows + wide * those of n-grams + shift, each [labels]."""

    deep: Floats
    wide: Floats
    shift: Floats

    def apply(self, deep: Floats, wide: Floats) -> Floats:
        """Both [rows, labels] -> [rows, labels]."""
        return deep * self.deep + wide * self.wide + self.shift


def probabilities(logits: Floats, kind: Kind) -> Floats:
    """Softmax over exclusive labels, else a sigmoid for each."""
    from scipy.special import expit, softmax

    return np.asarray(softmax(logits, axis=1) if kind == "one" else expit(logits))


def mix(deep: Floats, wide: Floats, gold: Floats, kind: Kind, prior: Floats) -> Mix:
    """Calibrated weights of the two: for each label, or common ones and a shift a class for exclusive labels.

    gold: [rows, labels], NaN where a label is not judged. prior: the weights where no turn speaks for others.
    """
    if kind == "one":
        return _together(deep, wide, gold, prior)
    columns = [_each(deep[:, j], wide[:, j], gold[:, j], prior) for j in range(gold.shape[1])]
    found = np.array(columns)
    return Mix(found[:, 0], found[:, 1], found[:, 2])


def thresholds(probability: Floats, gold: Floats, kind: Kind) -> Floats:
    """One a label: the best F1 of each label, or the best macro-F1 of argmax(probability / threshold)."""
    if kind == "one":
        return _ratios(probability, gold)
    return np.array([_best(probability[:, j], gold[:, j]) for j in range(gold.shape[1])])


def unsure(probability: Floats, gold: Floats, threshold: Floats) -> float:
    """The probability of the chosen label below which a model of exclusive labels abstains.

    The largest that leaves out at most ABSTAIN of the turns, while those are right less often than DOUBTFUL.
    """
    chosen = (probability / threshold).argmax(axis=1)
    sure = probability[np.arange(len(chosen)), chosen]
    right = gold[np.arange(len(chosen)), chosen] > 0
    for point in np.arange(0.7, 0.29, -0.02):
        below = sure < point
        if 0 < below.mean() <= ABSTAIN and right[below].mean() < DOUBTFUL:
            return float(np.round(point, 2))
    return 0.0


def _best(probability: Floats, gold: Floats) -> float:
    """The threshold of the best F1, smoothed: the middle of those that come within 0.005 of it."""
    asked = ~np.isnan(gold)
    p, y = probability[asked], gold[asked] > 0
    grid = np.arange(LOWEST, HIGHEST + 0.001, 0.01)
    if not y.any():
        return 0.5
    f1 = np.array([2 * (p[y] >= t).sum() / max(1, (p >= t).sum() + y.sum()) for t in grid])
    return float(np.round(np.median(grid[f1 >= f1.max() - 0.005]), 3))


def _each(deep: Floats, wide: Floats, gold: Floats, prior: Floats) -> Floats:
    """Logistic regression of gold on both logits, drawn towards `prior` where examples are few."""
    from scipy.optimize import minimize
    from scipy.special import log_expit

    asked = ~np.isnan(gold)
    z, w, y = deep[asked], wide[asked], gold[asked]

    def loss(t: Floats) -> float:
        fitted = t[0] * z + t[1] * w + t[2]
        likelihood = -(y * log_expit(fitted) + (1 - y) * log_expit(-fitted)).sum()
        return float(likelihood + STRENGTH * ((t - prior) ** 2).sum())

    if not 0 < y.sum() < len(y):
        return prior
    return np.asarray(minimize(loss, prior, method="L-BFGS-B", bounds=[(0.05, 3), (0.0, 3), (-4, 4)]).x)


def _together(deep: Floats, wide: Floats, gold: Floats, prior: Floats) -> Mix:
    from scipy.optimize import minimize
    from scipy.special import log_softmax

    start = np.array([*prior[:2], *np.zeros(gold.shape[1])])

    def loss(t: Floats) -> float:
        fitted = t[0] * deep + t[1] * wide + t[2:]
        likelihood = -(gold * log_softmax(fitted, axis=1)).sum()
        return float(likelihood + STRENGTH * ((t - start) ** 2).sum())

    bounds = [(0.05, 3), (0.0, 3)] + [(-4, 4)] * gold.shape[1]
    found = minimize(loss, start, method="L-BFGS-B", bounds=bounds).x
    ones = np.ones(gold.shape[1])
    return Mix(found[0] * ones, found[1] * ones, found[2:] - found[2:].mean())


def _ratios(probability: Floats, gold: Floats) -> Floats:
    """Coordinate search over a grid, from equal thresholds."""
    y, count = gold.argmax(axis=1), probability.shape[1]
    best = np.full(count, 0.5)
    for _ in range(2):
        for j in range(count):
            tries = [np.where(np.arange(count) == j, t, best) for t in np.arange(0.2, 0.81, 0.05)]
            scores = np.array([_macro_f1((probability / t).argmax(axis=1), y, count) for t in tries])
            good = np.flatnonzero(scores >= scores.max() - 0.001)
            best = tries[good[np.abs(good - 6).argmin()]]  # the nearest to 0.5 among equals
    return np.round(best, 3)


def _macro_f1(found: NDArray[np.int64], gold: NDArray[np.int64], count: int) -> float:
    """Mean F1 over classes 0 to count - 1."""
    cells = np.bincount(gold * count + found, minlength=count * count).reshape(count, count)
    sizes = cells.sum(axis=0) + cells.sum(axis=1)
    return float((2 * cells.diagonal() / np.maximum(1, sizes)).mean())
