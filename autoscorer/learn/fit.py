"""Fits the part of a head that reads the encoder's rows and the base head's logits: regularized linear models."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..classify.folder import Kind
from .rows import Step, Table
from .split import SEEN

Floats = NDArray[np.float64]

STRENGTHS = (0.3, 1.0, 3.0, 10.0, 100.0)
"""Inverse strengths of the penalty that cross-validation chooses from; rows have unit length on average."""
ALPHAS = (100.0, 10.0, 1.0, 0.1)
LOUD = 3.0
"""How much louder than a row a base logit of one standard deviation is: hardly penalized, so that a few labels
adjust what the base head says, and do not replace it."""
NEVER = 6.0
"""The logit, below zero, of a label that the fitted turns lack."""


@dataclass(frozen=True, slots=True)
class Linear:
    """logits = rows · weights + base logits · mix + bias. weights: [width, labels]; mix: [labels, labels]."""

    weights: Floats
    mix: Floats
    bias: Floats

    def logits(self, rows: NDArray[np.float32], base: Floats | None) -> Floats:
        """[n, width] and, where there is a base head, its logits [n, labels] -> [n, labels]."""
        found = rows @ self.weights + self.bias
        return np.asarray(found if base is None else found + base @ self.mix)


@dataclass(frozen=True, slots=True)
class Fitted:
    """The head fitted on all rows; what models that had not seen a row say of it; the strength of each problem."""

    head: Linear
    out_of_fold: Floats
    strengths: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class _Problem:
    """One model to fit: the labels it tells apart, the rows that are judged, the base logits it reads."""

    columns: NDArray[np.int64]
    rows: NDArray[np.int64]
    base: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class _Scale:
    """features = (rows - mean) / spread, of the columns that vary."""

    kept: NDArray[np.int64]
    mean: NDArray[np.float32]
    spread: float


def fit(table: Table, base: Floats | None, folds: NDArray[np.int64], kind: Kind, step: Step) -> Fitted:
    """Fit all problems of a task. folds: of each row, by dialogue; SEEN rows are in no fold, and what is said of
    them out of fold means nothing. base: the base head's logits, [n, labels].

    Kind one is one multinomial problem, many one problem a label, rating one regression a label.
    """
    scale = _scale(table.rows.dense)
    rows = (table.rows.dense[:, scale.kept] - scale.mean) / np.float32(scale.spread)
    count = table.gold.shape[1]
    head = Linear(np.zeros((table.rows.dense.shape[1], count)), np.zeros((count, count)), np.zeros(count))
    oof, strengths = np.zeros(table.gold.shape), list[float]()
    problems = list(_problems(table, base is not None, kind))
    for done, problem in enumerate(problems, 1):
        x, unit = _with_base(rows[problem.rows], base, problem)
        solved = _solve(x, table.gold[np.ix_(problem.rows, problem.columns)], folds[problem.rows], kind)
        oof[np.ix_(problem.rows, problem.columns)] = solved.out_of_fold
        strengths.append(solved.strength)
        _place(head, solved, problem, scale, unit)
        step(done, len(problems))
    return Fitted(head, oof, tuple(strengths))


def _scale(features: NDArray[np.float32]) -> _Scale:
    """Columns that never vary, such as neighbours of single texts, are dropped."""
    mean, deviation = features.mean(axis=0), features.std(axis=0)
    kept = np.flatnonzero(deviation > 1e-6)
    spread = float(np.sqrt((deviation[kept] ** 2).sum())) or 1.0
    return _Scale(kept, mean[kept].astype(np.float32), spread)


def _problems(table: Table, based: bool, kind: Kind) -> Iterator[_Problem]:
    every = np.arange(table.gold.shape[1])
    if kind == "one":
        yield _Problem(every, np.flatnonzero(~np.isnan(table.gold[:, 0])), every[:] if based else every[:0])
        return
    for label in every:
        own = every[label : label + 1]
        yield _Problem(own, np.flatnonzero(~np.isnan(table.gold[:, label])), own if based else own[:0])


def _with_base(
    rows: NDArray[np.float32], base: Floats | None, problem: _Problem
) -> tuple[NDArray[np.float32], tuple[Floats, Floats]]:
    """The rows with the base logits beside them, and the mean and size of each of those."""
    if base is None or not len(rows):
        return rows, (np.zeros(0), np.ones(0))
    own = base[np.ix_(problem.rows, problem.base)]
    mean, size = own.mean(axis=0), np.maximum(own.std(axis=0), 1e-3) / LOUD
    return np.hstack([rows, ((own - mean) / size).astype(np.float32)]), (mean, size)


@dataclass(frozen=True, slots=True)
class _Solved:
    """coefficients: [features, labels], bias [labels], out_of_fold [rows, labels]."""

    coefficients: Floats
    bias: Floats
    out_of_fold: Floats
    strength: float


def _solve(x: NDArray[np.float32], y: Floats, folds: NDArray[np.int64], kind: Kind) -> _Solved:
    """The strength with the least loss out of fold, and the model that all rows give with it."""
    model = _ridge if kind == "rating" else _logistic
    grid: Sequence[float] = ALPHAS if kind == "rating" else STRENGTHS
    if not len(x):
        return _Solved(np.zeros((x.shape[1], y.shape[1])), np.full(y.shape[1], -NEVER), y, grid[0])
    logits = {s: np.zeros(y.shape) for s in grid}
    for fold in np.unique(folds[folds != SEEN]):
        out = folds == fold
        if out.all():
            break
        for strength, (weights, bias) in zip(grid, model(x[~out], y[~out], grid), strict=True):
            logits[strength][out] = x[out] @ weights + bias
    asked = folds != SEEN
    best = min(grid, key=lambda s: _loss(logits[s][asked], y[asked], kind)) if asked.any() else grid[0]
    weights, bias = next(model(x, y, (best,)))
    return _Solved(weights, bias, logits[best], best)


def _loss(logits: Floats, y: Floats, kind: Kind) -> float:
    if kind == "rating":
        return float(((logits - y) ** 2).mean())
    from scipy.special import log_expit, log_softmax

    if kind == "one":
        return float(-(y * log_softmax(logits, axis=1)).sum(axis=1).mean())
    return float(-(y * log_expit(logits) + (1 - y) * log_expit(-logits)).mean())


def _logistic(x: NDArray[np.float32], y: Floats, grid: Sequence[float]) -> Iterator[tuple[Floats, Floats]]:
    """Logistic regressions from strong to weak penalty, each begun where the last one ended."""
    from sklearn.linear_model import LogisticRegression

    classes = y.argmax(axis=1) if y.shape[1] > 1 else y[:, 0].astype(int)
    model: Any = LogisticRegression(tol=1e-3, max_iter=300, warm_start=True)
    for strength in grid:
        if len(np.unique(classes)) < 2:
            yield _constant(x.shape[1], y)
            continue
        model.set_params(C=strength).fit(x, classes)
        yield _columns(model, y.shape[1])


def _constant(width: int, y: Floats) -> tuple[Floats, Floats]:
    """Where all rows have the same labels there is nothing to weigh."""
    return np.zeros((width, y.shape[1])), np.where(y.mean(axis=0) > 0.5, NEVER, -NEVER)


def _columns(model: Any, count: int) -> tuple[Floats, Floats]:
    """Weights and bias with a column for each label; one that the rows lack is never given."""
    weights, bias = model.coef_.T.astype(float), np.asarray(model.intercept_, float)
    if count == 1:
        return weights, bias
    if weights.shape[1] == 1:
        weights, bias = np.hstack([-weights, weights]) / 2, np.array([-bias[0], bias[0]]) / 2
    wide, shift = np.zeros((len(weights), count)), np.full(count, bias.min() - NEVER)
    wide[:, model.classes_], shift[model.classes_] = weights, bias
    return wide, shift


def _ridge(x: NDArray[np.float32], y: Floats, grid: Sequence[float]) -> Iterator[tuple[Floats, Floats]]:
    from sklearn.linear_model import Ridge

    for alpha in grid:
        model: Any = Ridge(alpha=alpha).fit(x, y[:, 0])
        yield np.asarray(model.coef_, float).reshape(-1, 1), np.array([float(model.intercept_)])


def _place(
    head: Linear, solved: _Solved, problem: _Problem, scale: _Scale, unit: tuple[Floats, Floats]
) -> None:
    """Writes a problem's solution into the head, in terms of raw rows and raw base logits."""
    own = len(scale.kept)
    weights = solved.coefficients[:own] / scale.spread
    mean, size = unit
    mix = solved.coefficients[own:] / size[:, None]
    head.weights[np.ix_(scale.kept, problem.columns)] = weights
    if len(problem.base):
        head.mix[np.ix_(problem.base, problem.columns)] = mix
    head.bias[problem.columns] = solved.bias - scale.mean @ weights - mean @ mix
