"""Figures as annotation/evaluate.py counts them, with bootstrap intervals over dialogues."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from autoscorer.classify.folder import LABELS

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


def columns(task: str) -> tuple[str, ...]:
    """All labels of one of our tasks, the agent's first."""
    return tuple(label for group in LABELS[task].values() for label in group)


LEAST = 5  # gold turns that a label needs to count in a mean
SAMPLES = 1000
BINS = 10


def decide(task: str, probability: Floats, thresholds: Floats) -> Bools:
    """What is found, [turns, labels], by the rule of `Classifier` and of fusion without rules."""
    if task == "behaviors":
        return np.asarray(probability >= thresholds)
    best = (probability / thresholds).argmax(axis=1)
    return np.asarray(np.arange(probability.shape[1]) == best[:, None])


def report(task: str, found: Bools, gold: Floats, dialogues: NDArray[Any]) -> dict[str, Any]:
    """Headline figures with 95 % intervals, and precision, recall and F1 of each label.

    found, gold: [turns, labels]; gold is NaN where a label is not judged.
    """
    counts = _counts(task, found, gold, dialogues)
    total = counts.sum(axis=0)
    big = total[:, 0] + total[:, 2] >= LEAST
    point = _headline(task, total[None], big)
    rng = np.random.default_rng(0)
    drawn = rng.multinomial(len(counts), np.full(len(counts), 1 / len(counts)), SAMPLES)
    spread = _headline(task, np.einsum("sd,dlk->slk", drawn, counts), big)
    names = [*columns(task), "any level"][: total.shape[0]]
    return {
        "dialogues": len(counts),
        **{name: _interval(point[name][0], spread[name]) for name in point},
        "labels": {name: _row(row) for name, row in zip(names, total, strict=True)},
    }


def calibration_error(task: str, probability: Floats, gold: Floats) -> float:
    """Expected calibration error in 10 bins: of the likeliest class, or of every behavior of every turn."""
    if task == "behaviors":
        asked = ~np.isnan(gold)
        confidence, right = probability[asked], gold[asked]
    else:
        best = probability.argmax(axis=1)[:, None]
        confidence = np.take_along_axis(probability, best, 1)[:, 0]
        right = np.take_along_axis(gold, best, 1)[:, 0]
    bins = np.minimum((confidence * BINS).astype(int), BINS - 1)
    gaps = [abs((confidence - right)[bins == b].sum()) for b in range(BINS)]
    return round(float(sum(gaps)) / len(right), 4)


def _counts(task: str, found: Bools, gold: Floats, dialogues: NDArray[Any]) -> Floats:
    """True positives, false positives and false negatives, [dialogues, labels, 3]."""
    if task == "empathy":  # one more column: any level above none
        found = np.column_stack([found, found[:, 1:].any(axis=1)])
        gold = np.column_stack([gold, gold[:, 1:].sum(axis=1)])
    asked, true = ~np.isnan(gold), gold > 0
    cells = np.stack([found & true, found & ~true & asked, ~found & true], axis=2)
    names, owner = np.unique(dialogues, return_inverse=True)
    counts = np.zeros((len(names), *cells.shape[1:]))
    np.add.at(counts, owner, cells)
    return counts


def _headline(task: str, counts: Floats, big: Bools) -> Mapping[str, Floats]:
    """Each figure for every sample; counts is [samples, labels, 3]."""
    f1 = 2 * counts[..., 0] / np.maximum(1, 2 * counts[..., 0] + counts[..., 1] + counts[..., 2])
    if task == "sentiment":
        return {"macro_f1": f1.mean(axis=1)}
    if task == "empathy":
        return {"any_level_f1": f1[:, 3], "macro_f1": f1[:, :3].mean(axis=1)}
    agent = np.arange(f1.shape[1]) < len(LABELS[task]["agent"])
    groups = {"macro_f1": big, "agent_macro_f1": big & agent, "customer_macro_f1": big & ~agent}
    return {name: f1[:, group].mean(axis=1) for name, group in groups.items()}


def _interval(point: float, spread: Floats) -> list[float]:
    """The figure and its 95 % interval."""
    low, high = np.percentile(spread, [2.5, 97.5])
    return [round(float(v), 4) for v in (point, low, high)]


def _row(counts: Floats) -> dict[str, float]:
    hit, wrong, missed = counts
    figures = {
        "precision": hit / max(1, hit + wrong),
        "recall": hit / max(1, hit + missed),
        "f1": 2 * hit / max(1, 2 * hit + wrong + missed),
    }
    return {**{k: round(float(v), 4) for k, v in figures.items()}, "gold": int(hit + missed)}
