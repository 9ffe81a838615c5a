"""Calibration and thresholds, fitted on out-of-fold logits."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize  # type: ignore[import-untyped]
from scipy.special import expit, log_expit, log_softmax, softmax  # type: ignore[import-untyped]

Floats = NDArray[np.float64]

LOWEST, HIGHEST = 0.15, 0.65  # a threshold outside rests on a handful of examples
PRIOR = 0.02  # pulls the calibration of rare labels towards "leave as it is"


@dataclass(frozen=True, slots=True)
class Calibration:
    """calibrated logits = scale * logits + shift, both [labels]."""

    scale: Floats
    shift: Floats

    def apply(self, logits: Floats) -> Floats:
        """[rows, labels] -> [rows, labels]."""
        return logits * self.scale + self.shift


def probabilities(logits: Floats, *, exclusive: bool) -> Floats:
    """Softmax over exclusive labels, else a sigmoid for each."""
    return np.asarray(softmax(logits, axis=1) if exclusive else expit(logits))


def calibrate(logits: Floats, gold: Floats, *, exclusive: bool) -> Calibration:
    """Platt scaling for each label, or one temperature and a shift a class for exclusive labels."""
    if exclusive:
        return _temperature(logits, gold)
    pairs = [_platt(logits[:, j], gold[:, j]) for j in range(gold.shape[1])]
    return Calibration(np.array([a for a, _ in pairs]), np.array([b for _, b in pairs]))


def thresholds(probability: Floats, gold: Floats, *, exclusive: bool) -> Floats:
    """One a label: the best F1 of each label, or the best macro-F1 of argmax(probability / threshold)."""
    if exclusive:
        return _ratios(probability, gold)
    best = [best_threshold(probability[:, j], gold[:, j]) for j in range(gold.shape[1])]
    return np.array(best)


def best_threshold(probability: Floats, gold: Floats) -> float:
    """The threshold of the best F1, smoothed: the middle of those that come within 0.005 of it."""
    asked = ~np.isnan(gold)
    p, y = probability[asked], gold[asked] > 0
    grid = np.arange(LOWEST, HIGHEST + 0.001, 0.01)
    f1 = np.array([2 * (p[y] >= t).sum() / max(1, (p >= t).sum() + y.sum()) for t in grid])
    return float(np.round(np.median(grid[f1 >= f1.max() - 0.005]), 3))


def _platt(logits: Floats, gold: Floats) -> tuple[float, float]:
    asked = ~np.isnan(gold)
    z, y = logits[asked], gold[asked]

    def loss(ab: Floats) -> float:
        fitted = ab[0] * z + ab[1]
        prior = PRIOR * ((ab[0] - 1) ** 2 + ab[1] ** 2) / len(z) * 100
        return float(-(y * log_expit(fitted) + (1 - y) * log_expit(-fitted)).mean() + prior)

    a, b = minimize(loss, np.array([1.0, 0.0]), method="L-BFGS-B", bounds=[(0.05, 5), (-5, 5)]).x
    return float(a), float(b)


def _temperature(logits: Floats, gold: Floats) -> Calibration:
    asked = ~np.isnan(gold[:, 0])
    z, y = logits[asked], gold[asked]

    def loss(theta: Floats) -> float:
        return float(-(y * log_softmax(theta[0] * z + theta[1:], axis=1)).sum(axis=1).mean())

    theta = minimize(loss, np.array([1.0, *np.zeros(z.shape[1])]), method="L-BFGS-B").x
    return Calibration(np.full(z.shape[1], theta[0]), theta[1:] - theta[1:].mean())


def _ratios(probability: Floats, gold: Floats) -> Floats:
    """Coordinate search over a grid, from equal thresholds."""
    asked = ~np.isnan(gold[:, 0])
    p, y = probability[asked], gold[asked].argmax(axis=1)
    best = np.full(p.shape[1], 0.5)
    for _ in range(2):
        for j in range(len(best)):
            tries = [np.where(np.arange(len(best)) == j, t, best) for t in np.arange(0.2, 0.81, 0.05)]
            scores = np.array([macro_f1((p / t).argmax(axis=1), y, p.shape[1]) for t in tries])
            good = np.flatnonzero(scores >= scores.max() - 0.001)
            best = tries[good[np.abs(good - 6).argmin()]]  # the nearest to 0.5 among equals
    return np.round(best, 3)


def macro_f1(found: NDArray[np.int64], gold: NDArray[np.int64], count: int) -> float:
    """Mean F1 over classes 0 to count - 1."""
    hits = [((found == c) & (gold == c)).sum() for c in range(count)]
    sizes = [(found == c).sum() + (gold == c).sum() for c in range(count)]
    return float(np.mean([2 * h / max(1, s) for h, s in zip(hits, sizes, strict=True)]))
