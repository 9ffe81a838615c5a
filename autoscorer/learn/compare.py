"""A new head and the present one on the same dialogues: figures, and whether the new one is not worse."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..classify import Classifiers
from . import figures
from .figures import Found, Interval
from .gold import Gold
from .reading import RuleHits, ratings_found, turns_found
from .rows import Step


@dataclass(frozen=True, slots=True)
class Comparison:
    """The headline figures of the new model, of what it is compared with, and new less old.

    against: `present`, or `commonest` where there is no present model: always the commonest label.
    """

    new: dict[str, Interval]
    old: dict[str, Interval]
    difference: dict[str, Interval]
    against: str
    detail: dict[str, Any]
    found: tuple[Found, ...]

    @property
    def not_worse(self) -> bool:
        """Whether the figure that decides, the first, is at least as high as before."""
        return next(iter(self.difference.values())).point >= 0


def compare(
    gold: Gold, new: Classifiers, present: Classifiers | None, hits: RuleHits | None, step: Step
) -> Comparison:
    """Let both read the dialogues of `gold`."""
    if gold.kind == "rating":
        return _ratings(gold, new, present)
    found = turns_found(gold, new, hits, step)
    before = turns_found(gold, present, hits, step) if present else _commonest(gold)
    made, old = figures.cells(gold, found), figures.cells(gold, before)
    drawn = figures.draws(len(gold.dialogues))
    error, bins = figures.calibration(gold, found)
    detail: dict[str, Any] = {
        "labels": figures.label_table(made, drawn),
        "calibration_error": error,
        "calibration": bins,
    }
    if gold.kind == "one":
        detail["confusion"] = figures.confusion(gold, found)
        detail["left_open"] = sum(row["-"] for row in detail["confusion"].values())
    return Comparison(
        figures.intervals(made, drawn),
        figures.intervals(old, drawn),
        figures.differences(made, old, drawn),
        "present" if present else "commonest",
        detail,
        tuple(found),
    )


def _commonest(gold: Gold) -> list[Found]:
    """The commonest label everywhere; of a task of many labels, none."""
    if gold.kind != "one":
        return [{} for _ in gold.dialogues]
    label = Counter(dict(gold.counts())).most_common(1)[0][0]
    return [{turn: {label: 1.0} for turn in d.golds} for d in gold.dialogues]


def _ratings(gold: Gold, new: Classifiers, present: Classifiers | None) -> Comparison:
    drawn = figures.draws(len(gold.dialogues))
    wanted, have = figures.ratings(gold, ratings_found(gold, new))
    point, spread = figures.pearson(wanted, have), figures.rating_spread(wanted, have, drawn)
    before, was = np.zeros(len(point)), np.zeros(spread.shape)
    if present is not None and gold.task in present.tasks:
        _, had = figures.ratings(gold, ratings_found(gold, present))
        before, was = figures.pearson(wanted, had), figures.rating_spread(wanted, had, drawn)
    return Comparison(
        _named(gold.columns, point, spread),
        _named(gold.columns, before, was),
        _named(gold.columns, point - before, spread - was),
        "present" if present is not None and gold.task in present.tasks else "commonest",
        {"mean_absolute_error": round(float(np.nanmean(np.abs(wanted - have))), 4)},
        (),
    )


def _named(labels: Sequence[str], point: Any, spread: Any) -> dict[str, Interval]:
    mean = figures.interval(float(point.mean()), spread.mean(axis=1))
    each = {
        f"pearson_{label}": figures.interval(float(point[j]), spread[:, j]) for j, label in enumerate(labels)
    }
    return {"pearson_mean": mean, **each}
