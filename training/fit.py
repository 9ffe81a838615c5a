"""Logistic regression, one label at a time: on all training rows, and fold by fold for honest scores."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np
from joblib import Parallel, delayed  # type: ignore[import-untyped]
from numpy.typing import NDArray
from sklearn.exceptions import ConvergenceWarning  # type: ignore[import-untyped]
from sklearn.linear_model import LogisticRegression  # type: ignore[import-untyped]

from .split import FOLDS

C = 100.0
NEVER = -9.0  # the logit of a label that has no examples

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Linear:
    """weights [features, labels] and bias [labels]: logits = X @ weights + bias."""

    weights: Floats
    bias: Floats

    def logits(self, X: Any) -> Floats:
        """[rows, labels]."""
        return np.asarray(X @ self.weights + self.bias)


def fit(X: Any, Y: Floats, sample: Floats | None = None) -> Linear:
    """One binary model a column of Y; rows where the column is NaN are left out."""
    columns = [_fit_column(X, Y[:, j], sample) for j in range(Y.shape[1])]
    return Linear(np.stack([w for w, _ in columns], axis=1), np.array([b for _, b in columns]))


def out_of_fold(X: Any, Y: Floats, folds: NDArray[np.int64], sample: Floats | None = None) -> Floats:
    """Logits [rows, labels] of training rows by models that did not see their dialogue; NaN elsewhere.

    A process a fold, since liblinear's random numbers are shared inside one process.
    """
    jobs = (delayed(_fit_fold)(X, Y, folds, k, sample) for k in range(FOLDS))
    result = np.full(Y.shape, np.nan)
    for k, logits in enumerate(Parallel(n_jobs=2)(jobs)):
        result[folds == k] = logits
    return result


def _fit_fold(X: Any, Y: Floats, folds: NDArray[np.int64], k: int, sample: Floats | None) -> Floats:
    inside = (folds >= 0) & (folds != k)
    model = fit(X[inside], Y[inside], None if sample is None else sample[inside])
    return model.logits(X[folds == k])


def _fit_column(X: Any, y: Floats, sample: Floats | None) -> tuple[Floats, float]:
    asked = ~np.isnan(y)
    if len(np.unique(y[asked])) < 2:
        return np.zeros(X.shape[1]), NEVER
    model = LogisticRegression(solver="liblinear", dual=True, C=C, tol=0.02, max_iter=2000, random_state=0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        model.fit(X[asked], y[asked], sample_weight=None if sample is None else sample[asked])
    return model.coef_[0], float(model.intercept_[0])
