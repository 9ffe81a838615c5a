"""The part of a head that reads n-grams: logistic regression over hashed n-grams of a turn's own text."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np
from joblib import Parallel, delayed  # type: ignore[import-untyped]
from numpy.typing import NDArray
from scipy import sparse  # type: ignore[import-untyped]
from sklearn.exceptions import ConvergenceWarning  # type: ignore[import-untyped]
from sklearn.linear_model import LogisticRegression  # type: ignore[import-untyped]

from autoscorer.classify.features import BUCKETS

C = 60.0
LEAST = 2  # turns in which an n-gram must occur
NEVER = -6.0  # the logit of a label that has no examples

Floats = NDArray[np.float64]
Ids = NDArray[np.int32]


class Wide:
    """weights [BUCKETS, labels] and bias [labels]: logits = matrix(grams) @ weights + bias."""

    def __init__(self, weights: Floats, bias: Floats) -> None:
        self.weights, self.bias = weights, bias

    def logits(self, grams: Sequence[Ids]) -> Floats:
        """[turns, labels]."""
        return np.asarray(matrix(grams) @ self.weights + self.bias)


def matrix(grams: Sequence[Ids]) -> Any:
    """CSR [turns, BUCKETS]; each n-gram of a turn counts 1 / sqrt(n-grams of the turn)."""
    lengths = np.array([len(row) for row in grams])
    pointers = np.concatenate([[0], np.cumsum(lengths)])
    values = np.repeat(1 / np.sqrt(np.maximum(lengths, 1)), lengths)
    return sparse.csr_matrix((values, np.concatenate(grams), pointers), shape=(len(grams), BUCKETS))


def fit(grams: Sequence[Ids], gold: Floats, *, jobs: int = 1) -> Wide:
    """One binary model a column of gold [turns, labels]; rows where it is NaN are left out."""
    counts = np.bincount(np.concatenate(grams), minlength=BUCKETS)
    known = np.flatnonzero(counts >= LEAST)
    X = matrix(grams)[:, known]
    columns = Parallel(n_jobs=jobs)(delayed(_column)(X, gold[:, j]) for j in range(gold.shape[1]))
    weights = np.zeros((BUCKETS, gold.shape[1]))
    weights[known] = np.stack([w for w, _ in columns], axis=1)
    return Wide(weights, np.array([b for _, b in columns]))


def _column(X: Any, y: Floats) -> tuple[Floats, float]:
    asked = ~np.isnan(y)
    if len(np.unique(y[asked])) < 2:
        return np.zeros(X.shape[1]), NEVER
    model = LogisticRegression(solver="liblinear", dual=True, C=C, tol=0.02, max_iter=2000, random_state=0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        model.fit(X[asked], y[asked])
    return model.coef_[0], float(model.intercept_[0])
