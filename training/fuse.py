"""Fits how rules and model decide each behavior together.

It uses the logits that the behaviors model gave to dialogues it had not seen (out of fold), and writes the
weights into the model's config.json.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize  # type: ignore[import-untyped]
from scipy.special import expit, log_expit  # type: ignore[import-untyped]

from autoscorer.detect import Detector
from autoscorer.rules import RuleBook, load_rules
from autoscorer.segment import Segmenter

from .data import Dialogue
from .export import write_json
from .tune import HIGHEST, LOWEST

Floats = NDArray[np.float64]
PRIOR = np.array([1.0, 2.0, -0.5])
"""Where the weights stay without evidence: trust the model, let a hit raise the odds sevenfold."""
STRENGTH = 4.0
"""How many rows of evidence the prior is worth."""


@dataclass(frozen=True, slots=True)
class Hits:
    """Rule hits by row and label: 1 where a rule hit; and where a decisive one did."""

    any: Floats
    decisive: Floats


def fuse(dialogues: Sequence[Dialogue], folder: Path, *, build_dir: Path) -> dict[str, dict[str, float]]:
    """Fit the weights of every behavior and write them into the model `folder`.

    Returns the F1 of rules, model and both, out of fold, by behavior.
    """
    oof = np.load(build_dir / "behaviors_oof.npz")
    book = load_rules()
    names = [str(name) for name in oof["labels"]]
    hits = rule_hits(dialogues, book, oof["dialogue"], oof["turn"], names)
    fitted, figures = {}, {}
    for j, name in enumerate(names):
        asked = ~np.isnan(oof["gold"][:, j])
        z, y = oof["logits"][asked, j].astype(float), oof["gold"][asked, j]
        hit, decisive = hits.any[asked, j], hits.decisive[asked, j] > 0
        weights = _weights(z, hit, y)
        p = expit(weights[0] * z + weights[1] * hit + weights[2])
        threshold = _threshold(p, decisive, y)
        fitted[name] = {
            "model": weights[0], "rule": weights[1], "bias": weights[2], "threshold": threshold,
        }  # fmt: skip
        figures[name] = {
            "rules": _f1(hit > 0, y), "model": _f1(expit(z) >= 0.5, y), "both": _f1(decisive | (p >= threshold), y),
        }  # fmt: skip
    _write(folder, fitted, figures, book)
    return figures


def rule_hits(
    dialogues: Sequence[Dialogue], book: RuleBook, owners: Any, turns: Any, names: Sequence[str]
) -> Hits:
    """What the rules find on the rows `(owners, turns)`."""
    detector = Detector(book, Segmenter())
    decisive = {f"rule:{rule.id}" for rule in book.rules if rule.decisive}
    row = {(str(d), int(t)): i for i, (d, t) in enumerate(zip(owners, turns, strict=True))}
    column = {name: j for j, name in enumerate(names)}
    hits = Hits(np.zeros((len(row), len(names))), np.zeros((len(row), len(names))))
    for dialogue in dialogues:
        for found in detector.detect(dialogue.transcript()):
            place = row.get((dialogue.id, found.span.turn)), column.get(found.behavior)
            if None not in place:
                hits.any[place] = 1
                hits.decisive[place] = found.source in decisive
    return hits


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


def _write(
    folder: Path, fitted: Mapping[str, Any], figures: Mapping[str, Mapping[str, float]], book: RuleBook
) -> None:
    path = folder / "config.json"
    config = json.loads(path.read_text(encoding="utf-8"))
    write_json(path, {**config, "fusion": fitted, "fused_with_rules_sha256": book.sha256})
    path = folder / "metrics.json"
    metrics = json.loads(path.read_text(encoding="utf-8"))
    write_json(path, {**metrics, "fusion_out_of_fold_f1": figures})
