"""How head and n-grams are mixed, and thresholds; fitted on dialogues that neither was fitted on."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize  # type: ignore[import-untyped]
from scipy.special import expit, log_expit, log_softmax, softmax  # type: ignore[import-untyped]

Floats = NDArray[np.float64]

LOWEST, HIGHEST = 0.15, 0.65  # a threshold outside rests on a handful of examples
HALVES = np.array([0.6, 0.4, 0.0])  # weights of head and n-grams where nothing speaks for others
STRENGTH = 2.0  # how many examples that is worth


@dataclass(frozen=True, slots=True)
class Mix:
    """logits = deep * the head's + wide * the n-grams' + shift, each [labels]."""

    deep: Floats
    wide: Floats
    shift: Floats

    def apply(self, deep: Floats, wide: Floats) -> Floats:
        """Both [rows, labels] -> [rows, labels]."""
        return deep * self.deep + wide * self.wide + self.shift

    @classmethod
    def none(cls, labels: int) -> Mix:
        """The head's logits as they are."""
        return cls(np.ones(labels), np.zeros(labels), np.zeros(labels))


def probabilities(logits: Floats, *, exclusive: bool) -> Floats:
    """Softmax over exclusive labels, else a sigmoid for each."""
    return np.asarray(softmax(logits, axis=1) if exclusive else expit(logits))


def mix(deep: Floats, wide: Floats, gold: Floats, *, exclusive: bool) -> Mix:
    """Calibrated weights of the two: for each label, or common ones and a shift a class for exclusive labels."""
    if exclusive:
        return _together(deep, wide, gold)
    columns = np.array([_each(deep[:, j], wide[:, j], gold[:, j]) for j in range(gold.shape[1])])
    return Mix(columns[:, 0], columns[:, 1], columns[:, 2])


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


def _each(deep: Floats, wide: Floats, gold: Floats) -> Floats:
    """Logistic regression of gold on both logits, drawn towards HALVES where examples are few."""
    asked = ~np.isnan(gold)
    z, w, y = deep[asked], wide[asked], gold[asked]

    def loss(t: Floats) -> float:
        fitted = t[0] * z + t[1] * w + t[2]
        likelihood = -(y * log_expit(fitted) + (1 - y) * log_expit(-fitted)).sum()
        return float(likelihood + STRENGTH * ((t - HALVES) ** 2).sum())

    bounds = [(0.05, 3), (0.0, 3), (-4, 4)]
    return np.asarray(minimize(loss, HALVES, method="L-BFGS-B", bounds=bounds).x)


def _together(deep: Floats, wide: Floats, gold: Floats) -> Mix:
    asked = ~np.isnan(gold[:, 0])
    z, w, y = deep[asked], wide[asked], gold[asked]

    def loss(t: Floats) -> float:
        fitted = t[0] * z + t[1] * w + t[2:]
        return float(-(y * log_softmax(fitted, axis=1)).sum(axis=1).mean())

    bounds = [(0.05, 3), (0.0, 3)] + [(-4, 4)] * z.shape[1]
    found = minimize(loss, np.array([*HALVES[:2], *np.zeros(z.shape[1])]), method="L-BFGS-B", bounds=bounds).x
    ones = np.ones(z.shape[1])
    return Mix(found[0] * ones, found[1] * ones, found[2:] - found[2:].mean())


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
