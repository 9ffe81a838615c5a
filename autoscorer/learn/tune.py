"""Calibration, thresholds and the point of abstaining, fitted on out-of-fold logits."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..classify.folder import Kind

Floats = NDArray[np.float64]

LOWEST, HIGHEST = 0.15, 0.65  # a threshold outside rests on a handful of examples
PRIOR = 2.0  # turns' worth of evidence that the logits are right as they are
ABSTAIN, DOUBTFUL = 0.05, 0.6  # at most this share of turns is left out, those right less often than this


@dataclass(frozen=True, slots=True)
class Calibration:
    """calibrated logits = scale * logits + shift, both [labels]."""

    scale: Floats
    shift: Floats

    def apply(self, logits: Floats) -> Floats:
        """[rows, labels] -> [rows, labels]."""
        return logits * self.scale + self.shift


def probabilities(logits: Floats, kind: Kind) -> Floats:
    """Softmax over exclusive labels, else a sigmoid for each."""
    from scipy.special import expit, softmax

    return np.asarray(softmax(logits, axis=1) if kind == "one" else expit(logits))


def calibrate(logits: Floats, gold: Floats, kind: Kind) -> Calibration:
    """Platt scaling for each label, or one temperature and a shift a class for exclusive labels.

    gold: [rows, labels], NaN where a label is not judged.
    """
    if kind == "one":
        return _temperature(logits, gold)
    pairs = [_platt(logits[:, j], gold[:, j]) for j in range(gold.shape[1])]
    return Calibration(np.array([a for a, _ in pairs]), np.array([b for _, b in pairs]))


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


def _platt(logits: Floats, gold: Floats) -> tuple[float, float]:
    from scipy.optimize import minimize
    from scipy.special import log_expit

    asked = ~np.isnan(gold)
    z, y = logits[asked], gold[asked]
    if not 0 < y.sum() < len(y):
        return 1.0, 0.0

    def loss(ab: Floats) -> float:
        fitted = ab[0] * z + ab[1]
        prior = PRIOR * ((ab[0] - 1) ** 2 + ab[1] ** 2)
        return float(-(y * log_expit(fitted) + (1 - y) * log_expit(-fitted)).sum() + prior)

    a, b = minimize(loss, np.array([1.0, 0.0]), method="L-BFGS-B", bounds=[(0.05, 5), (-5, 5)]).x
    return float(a), float(b)


def _temperature(logits: Floats, gold: Floats) -> Calibration:
    from scipy.optimize import minimize
    from scipy.special import log_softmax

    def loss(theta: Floats) -> float:
        fitted = log_softmax(theta[0] * logits + theta[1:], axis=1)
        prior = PRIOR * ((theta[0] - 1) ** 2 + (theta[1:] ** 2).sum())
        return float(-(gold * fitted).sum() + prior)

    count = logits.shape[1]
    bounds = [(0.05, 5.0), *[(-5.0, 5.0)] * count]
    theta = minimize(loss, np.array([1.0, *np.zeros(count)]), method="L-BFGS-B", bounds=bounds).x
    return Calibration(np.full(count, theta[0]), theta[1:] - theta[1:].mean())


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
