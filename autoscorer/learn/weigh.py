"""How rules and a new behaviors head decide together, fitted on logits out of fold."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from ..classify.folder import Weights
from .gold import Gold
from .reading import RuleHits
from .rows import Table
from .tune import HIGHEST, LOWEST

Floats = NDArray[np.float64]
STRENGTH = 20.0
"""How many turns of evidence it takes to leave the weights of the base head."""


def weights(
    gold: Gold, table: Table, logits: Floats, hits: RuleHits, base: Mapping[str, Weights]
) -> dict[str, dict[str, float]]:
    """The weights of each behavior, as config.json holds them. logits: calibrated, out of fold, [rows, labels]."""
    hit, decisive = _by_row(gold, table, hits)
    found = {}
    for j, label in enumerate(gold.columns):
        asked = ~np.isnan(table.gold[:, j])
        z, y, h = logits[asked, j], table.gold[asked, j], hit[asked, j]
        before = base[label]
        fitted = _fitted(z, h, y, np.array([before.model, before.rule, before.bias]))
        probability = 1 / (1 + np.exp(-np.clip(fitted[0] * z + fitted[1] * h + fitted[2], -30, 30)))
        threshold = _threshold(probability, decisive[asked, j] > 0, y, before.threshold)
        found[label] = {
            "model": float(fitted[0]), "rule": float(fitted[1]), "bias": float(fitted[2]),
            "threshold": threshold,
            "unsure": before.unsure if before.unsure >= 1 else min(before.unsure, threshold),
        }  # fmt: skip
    return found


def _by_row(gold: Gold, table: Table, hits: RuleHits) -> tuple[Floats, Floats]:
    """Where a rule hit, and where a decisive one did, [rows, labels]."""
    decisive = {f"rule:{rule.id}" for rule in hits.book.rules if rule.decisive}
    row = {(int(d), int(t)): i for i, (d, t) in enumerate(table.at)}
    column = {label: j for j, label in enumerate(gold.columns)}
    some, sure = np.zeros(table.gold.shape), np.zeros(table.gold.shape)
    for index, detections in enumerate(hits.detections):
        for found in detections:
            at = row.get((index, found.span.turn)), column.get(found.behavior)
            if None not in at:
                some[at], sure[at] = 1, found.source in decisive
    return some, sure


def _fitted(z: Floats, hit: Floats, y: Floats, before: Floats) -> Floats:
    """Logistic regression of gold on logit and hit, drawn towards the weights of the base head."""
    from scipy.optimize import minimize
    from scipy.special import log_expit

    def loss(w: Floats) -> float:
        fitted = w[0] * z + w[1] * hit + w[2]
        likelihood = -(y * log_expit(fitted) + (1 - y) * log_expit(-fitted)).sum()
        return float(likelihood + STRENGTH * ((w - before) ** 2).sum() / 2)

    bounds = [(0.05, 5.0), (0.0, 8.0), (-8.0, 8.0)]
    return np.asarray(np.round(minimize(loss, before, method="L-BFGS-B", bounds=bounds).x, 4))


def _threshold(p: Floats, decisive: NDArray[np.bool_], y: Floats, before: float) -> float:
    """The best F1 of the final decision, smoothed; that of the base head where the label does not occur."""
    if not y.any():
        return before
    grid = np.arange(LOWEST, HIGHEST + 0.001, 0.01)
    f1 = np.array([_f1(decisive | (p >= t), y) for t in grid])
    return float(np.round(np.median(grid[f1 >= f1.max() - 0.005]), 3))


def _f1(found: NDArray[np.bool_], y: Floats) -> float:
    return float(2 * (found & (y > 0)).sum() / max(1, found.sum() + (y > 0).sum()))
