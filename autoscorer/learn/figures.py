"""Figures of what was found against gold labels, with 95 % intervals by bootstrap over dialogues."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .gold import Gold

Floats = NDArray[np.float64]
Found = Mapping[int, Mapping[str, float]]
"""What was found in a dialogue: turn -> label -> probability."""

LEAST = 5
"""Gold turns that a behavior needs to count in a mean."""
SAMPLES = 1000
BINS = 10
ANY = "any level"


@dataclass(frozen=True, slots=True)
class Interval:
    """A figure and its 95 % interval."""

    point: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.point:.3f} ({self.low:.3f}-{self.high:.3f})"


@dataclass(frozen=True, slots=True)
class Cells:
    """True positives, false positives and false negatives of each label in each dialogue, [dialogues, labels, 3]."""

    gold: Gold
    names: tuple[str, ...]
    counts: Floats

    @property
    def total(self) -> Floats:
        """Over all dialogues, [labels, 3]."""
        return np.asarray(self.counts.sum(axis=0))

    def sampled(self, draws: Floats) -> Floats:
        """For each draw of dialogues, [samples, labels, 3]."""
        count, labels, _ = self.counts.shape
        return np.asarray(draws @ self.counts.reshape(count, -1)).reshape(-1, labels, 3)


def cells(gold: Gold, found: Sequence[Found]) -> Cells:
    """Count what was found, a Found for each dialogue of `gold`, in order."""
    names = (*gold.columns, ANY) if gold.task == "empathy" else gold.columns
    place = {name: i for i, name in enumerate(names)}
    counts = np.zeros((len(gold.dialogues), len(names), 3))
    for index, (d, have) in enumerate(zip(gold.dialogues, found, strict=True)):
        for turn, wanted in d.golds.items():
            had = frozenset(have.get(turn, ()))
            for label in gold.labels[d.utterances[turn].role]:
                if label not in d.skips.get(turn, ()):
                    _add(counts[index, place[label]], label in wanted, label in had)
            if ANY in place:
                levels = frozenset(gold.columns[1:])
                _add(counts[index, place[ANY]], bool(wanted & levels), bool(had & levels))
    return Cells(gold, names, counts)


def _add(cell: Floats, wanted: bool, had: bool) -> None:
    if wanted or had:
        cell[0 if wanted and had else 1 if had else 2] += 1


def rates(total: Floats) -> Floats:
    """Precision, recall and F1 of counts [..., 3]; 0 where nothing was found or wanted."""
    hit, wrong, missed = total[..., 0], total[..., 1], total[..., 2]
    precision = hit / np.maximum(1, hit + wrong)
    recall = hit / np.maximum(1, hit + missed)
    return np.stack([precision, recall, 2 * hit / np.maximum(1, 2 * hit + wrong + missed)], axis=-1)


def draws(dialogues: int, seed: int = 0) -> Floats:
    """How often each dialogue is drawn in each sample, [SAMPLES, dialogues]."""
    rng = np.random.default_rng(seed)
    return rng.multinomial(dialogues, np.full(dialogues, 1 / dialogues), SAMPLES).astype(float)


def headlines(made: Cells, counts: Floats) -> Mapping[str, Floats]:
    """The figures by which a task is judged, the first one decides; counts: [samples, labels, 3]."""
    f1, gold = rates(counts)[..., 2], made.gold
    if gold.task == "empathy":
        return {"any_level_f1": f1[:, 3], "macro_f1": f1[:, :3].mean(axis=1)}
    if gold.task == "sentiment":
        return {"macro_f1": f1.mean(axis=1), "accuracy": _accuracy(counts)}
    least = LEAST if gold.kind == "many" else 1
    total = made.total
    big = total[:, 0] + total[:, 2] >= least
    big = big if big.any() else total[:, 0] + total[:, 2] >= 0
    if gold.kind == "one":
        return {"macro_f1": f1[:, big].mean(axis=1), "accuracy": _accuracy(counts)}
    found = {"macro_f1": f1[:, big].mean(axis=1)}
    for role, group in gold.labels.items():
        own = big & np.array([name in group for name in made.names])
        if own.any() and len(gold.labels) > 1:
            found[f"{role}_macro_f1"] = f1[:, own].mean(axis=1)
    return found


def _accuracy(counts: Floats) -> Floats:
    return np.asarray(
        counts[..., 0].sum(axis=1) / np.maximum(1, (counts[..., 0] + counts[..., 2]).sum(axis=1))
    )


def intervals(made: Cells, drawn: Floats) -> dict[str, Interval]:
    """Each headline with its interval."""
    point, spread = headlines(made, made.total[None]), headlines(made, made.sampled(drawn))
    return {name: interval(float(point[name][0]), spread[name]) for name in point}


def differences(new: Cells, old: Cells, drawn: Floats) -> dict[str, Interval]:
    """New less old, on the same draws of dialogues."""
    at, on = headlines(new, new.total[None]), headlines(new, new.sampled(drawn))
    was, before = headlines(old, old.total[None]), headlines(old, old.sampled(drawn))
    return {name: interval(float(at[name][0] - was[name][0]), on[name] - before[name]) for name in at}


def label_table(made: Cells, drawn: Floats) -> dict[str, dict[str, Any]]:
    """Precision, recall, F1 with interval, and gold turns of each label."""
    total, spread = made.total, rates(made.sampled(drawn))[..., 2]
    found = {}
    for i, (name, (precision, recall, f1)) in enumerate(zip(made.names, rates(total).tolist(), strict=True)):
        low_high = interval(f1, spread[:, i])
        found[name] = {
            "precision": round(precision, 4), "recall": round(recall, 4), "f1": round(f1, 4),
            "f1_low": low_high.low, "f1_high": low_high.high, "gold": int(total[i, 0] + total[i, 2]),
        }  # fmt: skip
    return found


def interval(point: float, spread: Floats) -> Interval:
    """The figure with the middle 95 % of its samples."""
    low, high = np.percentile(spread, [2.5, 97.5])
    return Interval(round(point, 4), round(float(low), 4), round(float(high), 4))


def confusion(gold: Gold, found: Sequence[Found]) -> dict[str, dict[str, int]]:
    """Of a task with one label a turn: gold label -> label found (or `-`) -> turns."""
    table = {wanted: dict.fromkeys((*gold.columns, "-"), 0) for wanted in gold.columns}
    for _, _, wanted, have in judged(gold, found):
        table[next(iter(wanted))][next(iter(have), "-")] += 1
    return table


def calibration(gold: Gold, found: Sequence[Found]) -> tuple[float, list[dict[str, float]]]:
    """The expected calibration error of what was found, in 10 bins, and the bins: confidence, share right, count."""
    pairs = [(p, label in wanted) for _, _, wanted, have in judged(gold, found) for label, p in have.items()]
    if not pairs:
        return 0.0, []
    p, right = np.array([a for a, _ in pairs]), np.array([float(b) for _, b in pairs])
    bins = np.minimum((p * BINS).astype(int), BINS - 1)
    rows = [
        {"confidence": round(float(p[bins == b].mean()), 4), "right": round(float(right[bins == b].mean()), 4),
         "count": int((bins == b).sum())}
        for b in range(BINS) if (bins == b).any()
    ]  # fmt: skip
    gap = sum(abs(row["confidence"] - row["right"]) * row["count"] for row in rows)
    return round(gap / len(p), 4), rows


def judged(
    gold: Gold, found: Sequence[Found]
) -> Iterator[tuple[int, int, frozenset[str], Mapping[str, float]]]:
    """Each judged turn: dialogue, turn, gold labels, what was found of the labels that were judged there."""
    for index, (d, have) in enumerate(zip(gold.dialogues, found, strict=True)):
        for turn, wanted in d.golds.items():
            asked = frozenset(gold.labels[d.utterances[turn].role]) - d.skips.get(turn, frozenset())
            yield index, turn, wanted, {k: p for k, p in have.get(turn, {}).items() if k in asked}


def ratings(gold: Gold, found: Sequence[Mapping[str, float]]) -> tuple[Floats, Floats]:
    """Gold and found ratings, [dialogues, labels] each; NaN where there is none."""
    wanted = np.array([[d.ratings.get(label, np.nan) for label in gold.columns] for d in gold.dialogues])
    have = np.array([[f.get(label, np.nan) for label in gold.columns] for f in found])
    return wanted, have


def pearson(wanted: Floats, have: Floats) -> Floats:
    """The correlation of each column, [labels]; 0 where it cannot be known."""
    result = np.zeros(wanted.shape[1])
    for j in range(wanted.shape[1]):
        asked = ~np.isnan(wanted[:, j]) & ~np.isnan(have[:, j])
        a, b = wanted[asked, j], have[asked, j]
        if len(a) > 2 and a.std() > 0 and b.std() > 0:
            result[j] = np.corrcoef(a, b)[0, 1]
    return result


def rating_spread(wanted: Floats, have: Floats, drawn: Floats) -> Floats:
    """Correlations in each draw, [samples, labels]."""
    every = np.arange(len(wanted))
    return np.array(
        [pearson(wanted[at], have[at]) for at in (np.repeat(every, d.astype(int)) for d in drawn[:300])]
    )
