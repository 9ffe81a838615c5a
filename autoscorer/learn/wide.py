"""The part of a head that reads n-grams: logistic regressions over hashed n-grams of a turn's own text."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..classify.features import BUCKETS
from .rows import Step
from .split import SEEN

C = 60.0
LEAST = 2  # turns in which an n-gram must occur
NEVER = -6.0  # the logit of a label that has no examples

Floats = NDArray[np.float64]
Ids = NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Wide:
    """weights [n-grams, labels] of the n-grams `known`, and bias [labels]."""

    known: NDArray[np.int64]
    weights: Floats
    bias: Floats

    def logits(self, grams: Sequence[Ids]) -> Floats:
        """[turns, labels]."""
        return np.asarray(matrix(grams)[:, self.known] @ self.weights + self.bias)


def matrix(grams: Sequence[Ids]) -> Any:
    """CSR [turns, BUCKETS]; each n-gram of a turn counts 1 / sqrt(n-grams of the turn)."""
    from scipy import sparse

    lengths = np.array([len(row) for row in grams])
    pointers = np.concatenate([[0], np.cumsum(lengths)])
    values = np.repeat(1 / np.sqrt(np.maximum(lengths, 1)), lengths)
    return sparse.csr_matrix((values, np.concatenate(grams), pointers), shape=(len(grams), BUCKETS))


def fit(grams: Sequence[Ids], gold: Floats, folds: NDArray[np.int64], step: Step) -> tuple[Wide, Floats]:
    """One binary model a column of gold [turns, labels]; rows where it is NaN are left out.

    Returns the model of all rows, and the logits of models that had not seen a row's fold (0 for SEEN rows).
    """
    counts = np.bincount(np.concatenate(grams), minlength=BUCKETS)
    known = np.flatnonzero(counts >= LEAST)
    rows = matrix(grams)[:, known]
    mirrored = gold.shape[1] == 2 and bool(np.all(gold.sum(axis=1) == 1))
    columns = range(1, 2) if mirrored else range(gold.shape[1])
    weights, bias = np.zeros((len(known), gold.shape[1])), np.zeros(gold.shape[1])
    oof = np.zeros(gold.shape)
    for done, j in enumerate(columns, 1):
        for fold in np.unique(folds[folds != SEEN]):
            out = folds == fold
            w, b = _column(rows[~out], gold[~out, j])
            oof[out, j] = rows[out] @ w + b
        weights[:, j], bias[j] = _column(rows, gold[:, j])
        step(done, len(columns))
    if mirrored:
        weights[:, 0], bias[0], oof[:, 0] = -weights[:, 1], -bias[1], -oof[:, 1]
    return Wide(known, weights, bias), oof


def _column(rows: Any, gold: Floats) -> tuple[Floats, float]:
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.linear_model import LogisticRegression

    asked = ~np.isnan(gold)
    if len(np.unique(gold[asked])) < 2:
        return np.zeros(rows.shape[1]), -NEVER if gold[asked].sum() else NEVER
    model: Any = LogisticRegression(
        solver="liblinear", dual=True, C=C, tol=0.02, max_iter=2000, random_state=0
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        model.fit(rows[asked], gold[asked])
    return model.coef_[0], float(model.intercept_[0])
