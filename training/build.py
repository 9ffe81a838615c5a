"""One task from rows to a fitted, calibrated model; and the folder written from it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from autoscorer.classify.features import SPACES, Vocabulary
from autoscorer.classify.folder import labels

from . import export, tune
from .data import Rows, targets
from .evaluate import calibration_error, decide, report
from .fit import Linear, fit, out_of_fold
from .matrix import build_vocabulary, column_scales, matrix

Floats = NDArray[np.float64]

LEAST = 2  # rows in which an n-gram must occur


@dataclass(frozen=True, slots=True)
class Built:
    """A fitted task. `model` holds column scales and calibration, so its logits are the shipped ones.

    oof: calibrated out-of-fold logits [rows, labels], NaN outside the training part.
    """

    task: str
    vocabulary: Vocabulary
    model: Linear
    thresholds: Floats
    oof: Floats

    @property
    def exclusive(self) -> bool:
        """Whether a turn has exactly one of the labels."""
        return self.task != "behaviors"

    def logits(self, rows: Rows) -> Floats:
        """Float logits, before rounding to int8."""
        X = matrix(rows.grams, self.vocabulary, scaled=False)
        return self.model.logits(X)


def build(task: str, rows: Rows, *, spaces: Sequence[str] = SPACES) -> Built:
    """Fit on the training rows; calibrate and set thresholds on out-of-fold logits."""
    gold = targets(rows.golds, task)
    mine = rows.train & ~np.isnan(gold).all(axis=1)
    kept = [g for g, use in zip(rows.grams, mine, strict=True) if use]
    vocabulary = build_vocabulary(kept, least=LEAST, spaces=spaces)
    X, Y, exclusive = matrix(kept, vocabulary), gold[mine], task != "behaviors"
    raw = out_of_fold(X, Y, rows.folds[mine])
    calibration = tune.calibrate(raw, Y, exclusive=exclusive)
    inner = calibration.apply(raw)
    limits = tune.thresholds(tune.probabilities(inner, exclusive=exclusive), Y, exclusive=exclusive)
    oof = np.full(gold.shape, np.nan)
    oof[mine] = np.where(np.isnan(Y), np.nan, inner)
    return Built(task, vocabulary, _folded(fit(X, Y), vocabulary, calibration), limits, oof)


def write(folder: Path, built: Built, *, data: str) -> None:
    """The model folder, without its metrics and card."""
    config = {
        "task": built.task,
        "labels": list(labels(built.task)),
        "thresholds": built.thresholds.tolist(),
        "training_data_sha256": data,
    }
    model = export.graph(export.quantize(built.model), exclusive=built.exclusive)
    export.write_folder(folder, config, built.vocabulary, model)


def figures(
    task: str, logits: Floats, thresholds: Floats, rows: Rows, part: NDArray[np.bool_]
) -> dict[str, Any]:
    """The figures of the rows in `part`, for each corpus."""
    gold = targets(rows.golds, task)
    judged = part & ~np.isnan(gold).all(axis=1)
    found = {}
    for corpus in sorted(set(rows.corpora[judged])):
        here = judged & (rows.corpora == corpus)
        p = tune.probabilities(logits[here], exclusive=task != "behaviors")
        figure = report(task, decide(task, p, thresholds), gold[here], rows.dialogues[here])
        found[corpus] = {**figure, "ece": calibration_error(task, p, gold[here])}
    return found


def _folded(model: Linear, vocabulary: Vocabulary, calibration: tune.Calibration) -> Linear:
    scales = column_scales(vocabulary)[:, None] * calibration.scale
    return Linear(model.weights * scales, calibration.apply(model.bias))
