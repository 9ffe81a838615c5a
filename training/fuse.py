"""Fits how rules and model decide each behavior together, on dialogues that the model did not see."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize  # type: ignore[import-untyped]
from scipy.special import expit, log_expit  # type: ignore[import-untyped]

from autoscorer.detect import Detector
from autoscorer.rules import RuleBook
from autoscorer.segment import Segmenter

from .data import BEHAVIORS, Dialogue
from .tune import HIGHEST, LOWEST

Floats = NDArray[np.float64]
PRIOR = np.array([1.0, 2.0, -0.5])
"""Where the weights stay without evidence: trust the model, let a hit raise the odds sevenfold."""
STRENGTH = 4.0
"""How many rows of evidence the prior is worth."""
DOUBT = 0.6
"""From this share of the threshold on a behavior that does not count is left to a person."""


@dataclass(frozen=True, slots=True)
class Hits:
    """Rule hits, [turns, behaviors]: 1 where a rule hit; and where a decisive one did."""

    any: Floats
    decisive: Floats


def fuse(logits: Floats, gold: Floats, hits: Hits) -> tuple[dict[str, dict[str, float]], dict[str, Any]]:
    """The weights of every behavior, and the F1 of rules, model and both on the same turns.

    logits: calibrated, gold: NaN where not judged; all [turns, behaviors].
    """
    fitted, figures = {}, {}
    for j, name in enumerate(BEHAVIORS):
        asked = ~np.isnan(gold[:, j])
        z, y = logits[asked, j].astype(float), gold[asked, j]
        hit, decisive = hits.any[asked, j], hits.decisive[asked, j] > 0
        weights = _weights(z, hit, y)
        p = expit(weights[0] * z + weights[1] * hit + weights[2])
        threshold = _threshold(p, decisive, y)
        fitted[name] = {
            "model": weights[0], "rule": weights[1], "bias": weights[2], "threshold": threshold,
            "unsure": round(DOUBT * threshold, 3),
        }  # fmt: skip
        figures[name] = {
            "rules": _f1(hit > 0, y), "model": _f1(expit(z) >= 0.5, y), "both": _f1(decisive | (p >= threshold), y),
        }  # fmt: skip
    return fitted, figures


def rule_hits(dialogues: Sequence[Dialogue], book: RuleBook) -> Hits:
    """What the rules find on the spoken turns of `dialogues`, in order."""
    detector = Detector(book, Segmenter())
    decisive = {f"rule:{rule.id}" for rule in book.rules if rule.decisive}
    places = [(d.id, i) for d in dialogues for i, gold in enumerate(d.golds) if gold["role"] != "system"]
    row = {place: k for k, place in enumerate(places)}
    hits = Hits(np.zeros((len(row), len(BEHAVIORS))), np.zeros((len(row), len(BEHAVIORS))))
    for dialogue in dialogues:
        for found in detector.detect(dialogue.transcript()):
            if found.behavior in BEHAVIORS:
                place = row[dialogue.id, found.span.turn], BEHAVIORS.index(found.behavior)
                hits.any[place] = 1
                hits.decisive[place] = found.source in decisive
    return hits


def decided(logits: Floats, hits: Hits, fitted: Mapping[str, Mapping[str, float]]) -> NDArray[np.bool_]:
    """What counts as found, [turns, behaviors], as `autoscorer.detect.fuse` decides."""
    least = np.array([fitted[name]["threshold"] for name in BEHAVIORS])
    return np.asarray((hits.decisive > 0) | (_weighed(logits, hits, fitted) >= least))


def doubts(
    logits: Floats, hits: Hits, gold: Floats, fitted: Mapping[str, Mapping[str, float]]
) -> dict[str, float]:
    """The share of turns with a doubt, and how often doubts and findings are right."""
    found = decided(logits, hits, fitted)
    least = np.array([fitted[name]["unsure"] for name in BEHAVIORS])
    doubtful = ~found & (_weighed(logits, hits, fitted) >= least) & ~np.isnan(gold)
    found = found & ~np.isnan(gold)
    parts = (doubtful.any(axis=1).mean(), (gold[doubtful] > 0).mean(), (gold[found] > 0).mean())
    return dict(zip(("share", "right", "right_elsewhere"), (round(float(v), 4) for v in parts), strict=True))


def _weighed(logits: Floats, hits: Hits, fitted: Mapping[str, Mapping[str, float]]) -> Floats:
    model, rule, bias = (np.array([fitted[name][k] for name in BEHAVIORS]) for k in ("model", "rule", "bias"))
    return np.asarray(expit(model * logits + rule * hits.any + bias))


def _weights(z: Floats, hit: Floats, y: Floats) -> list[float]:
    """Logistic regression of gold on logit and hit, drawn towards PRIOR."""

    def loss(w: Floats) -> float:
        fitted = w[0] * z + w[1] * hit + w[2]
        likelihood = -(y * log_expit(fitted) + (1 - y) * log_expit(-fitted)).sum()
        return float(likelihood + STRENGTH * ((w - PRIOR) ** 2).sum() / 2)

    bounds = [(0.05, 5.0), (0.0, 8.0), (-8.0, 8.0)]
    return [round(float(w), 4) for w in minimize(loss, PRIOR, method="L-BFGS-B", bounds=bounds).x]


def _threshold(p: Floats, decisive: NDArray[np.bool_], y: Floats) -> float:
    """The best F1 of the final decision, smoothed: the middle of those that come within 0.005 of it."""
    grid = np.arange(LOWEST, HIGHEST + 0.001, 0.01)
    f1 = np.array([_f1(decisive | (p >= t), y) for t in grid])
    return float(np.round(np.median(grid[f1 >= f1.max() - 0.005]), 3))


def _f1(found: NDArray[np.bool_], y: Floats) -> float:
    return round(float(2 * (found & (y > 0)).sum() / max(1, found.sum() + (y > 0).sum())), 4)
