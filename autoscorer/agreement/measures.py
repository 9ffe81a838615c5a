"""Measures of agreement from krippendorff, pingouin, scipy and statsmodels, with bootstrap intervals.

Pairs stand for two raters of one contact. Resampling takes whole contacts, with all their pairs.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from ..extras import require

if TYPE_CHECKING:
    from collections.abc import Mapping

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
LEAST = 3
"""Fewer pairs than this have no correlation worth a number."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure with its 95 % interval; None where there is too little, or nothing varies."""

    value: float | None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class Pairs:
    """Two ratings of the same contact, row by row; `contact` numbers the contact of each row."""

    contact: Ints
    first: Floats
    second: Floats

    @classmethod
    def of(cls, rows: Sequence[tuple[int, float, float]]) -> Pairs:
        """Pairs from (contact, first, second)."""
        table = np.array(rows, dtype=np.float64).reshape(-1, 3)
        return cls(table[:, 0].astype(np.int64), table[:, 1], table[:, 2])

    def __len__(self) -> int:
        return len(self.contact)


@dataclass(frozen=True, slots=True)
class Sampling:
    """How intervals are made: so many resamples, from this seed."""

    resamples: int = 500
    seed: int = 0


def need() -> None:
    """Raises MissingExtra where the packages of the extra `agree` are not installed."""
    require(
        "agree", "measuring agreement", "krippendorff", "pingouin", "scipy", "statsmodels", "threadpoolctl"
    )


def totals(pairs: Pairs, how: Sampling) -> dict[str, Estimate]:
    """Errors, exact and near agreement, correlations and ICC(2,1) of two numbers from 0 to 100.

    mean_error is first less second; exact after rounding to whole points; within_5 is at most 5 points apart.
    """
    measures: dict[str, Callable[[Floats, Floats], float]] = {
        "mean_error": lambda a, b: float(np.mean(a - b)),
        "mean_absolute_error": lambda a, b: float(np.mean(np.abs(a - b))),
        "exact": lambda a, b: float(np.mean(np.rint(a) == np.rint(b))),
        "within_5": lambda a, b: float(np.mean(np.abs(a - b) <= 5)),
        "pearson": _pearson,
        "spearman": spearman,
    }
    found = {name: _estimate(pairs, measure, how) for name, measure in measures.items()}
    return {**found, "icc_2_1": icc(np.stack([pairs.first, pairs.second], axis=1))}


def categories(pairs: Pairs, size: int, how: Sampling, *, ordered: bool) -> dict[str, Estimate]:
    """Agreement, Cohen's kappa and Krippendorff's alpha of two categories, numbered from 0 to `size` - 1.

    ordered: kappa with quadratic weights, alpha on an ordinal scale.
    """

    def counted(measure: Callable[[Floats], float]) -> Callable[[Floats, Floats], float]:
        return lambda a, b: measure(crosstab(a, b, size))

    level: Literal["nominal", "ordinal"] = "ordinal" if ordered else "nominal"
    measures = {
        "agreement": counted(lambda table: float(np.trace(table) / table.sum())),
        "kappa": counted(lambda table: kappa(table, weighted=ordered)),
        "alpha": lambda a, b: alpha(np.stack([a, b]), level),
    }
    return {name: _estimate(pairs, measure, how) for name, measure in measures.items()}


def crosstab(first: Floats, second: Floats, size: int) -> Floats:
    """How often each category of the first meets each of the second, [size, size]."""
    index = first.astype(np.int64) * size + second.astype(np.int64)
    return np.bincount(index, minlength=size * size).reshape(size, size).astype(np.float64)


def kappa(table: Floats, *, weighted: bool = False) -> float:
    """Cohen's kappa of a cross table (statsmodels); NaN where both sides are one category."""
    from statsmodels.stats.inter_rater import cohens_kappa

    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        return float(cohens_kappa(table, wt="quadratic" if weighted else None, return_results=False))


def alpha(ratings: Floats, level: Literal["nominal", "ordinal"] = "nominal") -> float:
    """Krippendorff's alpha (krippendorff) of [raters, units], NaN for a missing rating; NaN where nothing varies."""
    import krippendorff

    known = ratings[~np.isnan(ratings)]
    both = (~np.isnan(ratings)).sum(axis=0) >= 2
    if len(np.unique(known)) < 2 or len(np.unique(ratings[:, both][~np.isnan(ratings[:, both])])) < 2:
        return math.nan
    return float(krippendorff.alpha(ratings, level_of_measurement=level))


def icc(table: Floats) -> Estimate:
    """ICC(2,1), two-way random, absolute agreement, single rater (pingouin), of [contacts, raters]; its F interval."""
    if len(table) < LEAST or np.ptp(table) == 0:
        return Estimate(None)
    import pandas
    import pingouin

    rows, raters = table.shape
    long = pandas.DataFrame({
        "contact": np.repeat(np.arange(rows), raters), "rater": np.tile(np.arange(raters), rows), "total": table.ravel()
    })  # fmt: skip
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        found = pingouin.intraclass_corr(long, targets="contact", raters="rater", ratings="total")
    line = found[found["Type"].isin(["ICC2", "ICC(A,1)"])].iloc[0]
    low, high = line["CI95"] if "CI95" in found else line["CI95%"]
    return Estimate(*(_number(float(value)) for value in (line["ICC"], low, high)))


def mean(values: Floats, how: Sampling) -> Estimate:
    """A mean with its interval, each value a contact of its own."""
    pairs = Pairs(np.arange(len(values)), values, values)
    return _estimate(pairs, lambda a, b: float(np.mean(a)), how)


def bootstrap(contact: Ints, measure: Callable[[Ints], float], how: Sampling) -> Estimate:
    """`measure` of all rows, and the middle 95 % of it over resampled contacts; rows go with their contact."""
    names, at = np.unique(contact, return_inverse=True)
    value = _number(measure(np.arange(len(contact)))) if len(contact) else None
    if value is None or len(names) < LEAST:
        return Estimate(value)
    order = np.argsort(at, kind="stable")
    groups = np.split(order, np.cumsum(np.bincount(at))[:-1])
    random = np.random.default_rng(how.seed)
    drawn = [
        measure(np.concatenate([groups[i] for i in random.integers(0, len(groups), len(groups))]))
        for _ in range(how.resamples)
    ]
    if np.isnan(drawn).all():
        return Estimate(value)
    low, high = np.nanpercentile(drawn, [2.5, 97.5])
    return Estimate(value, float(low), float(high))


def _estimate(pairs: Pairs, measure: Callable[[Floats, Floats], float], how: Sampling) -> Estimate:
    return bootstrap(pairs.contact, lambda rows: measure(pairs.first[rows], pairs.second[rows]), how)


def _pearson(a: Floats, b: Floats) -> float:
    from scipy.stats import pearsonr

    return float(pearsonr(a, b)[0]) if _varies(a, b) else math.nan


def spearman(a: Floats, b: Floats) -> float:
    """Spearman's correlation (scipy); NaN where one side does not vary."""
    from scipy.stats import spearmanr

    return float(spearmanr(a, b)[0]) if _varies(a, b) else math.nan


def _varies(a: Floats, b: Floats) -> bool:
    return len(a) >= LEAST and bool(np.ptp(a) > 0) and bool(np.ptp(b) > 0)


def _number(value: float) -> float | None:
    return value if math.isfinite(value) else None


def shown(estimates: Mapping[str, Estimate]) -> dict[str, Any]:
    """Estimates as JSON."""
    return {name: {"value": e.value, "low": e.low, "high": e.high} for name, e in estimates.items()}
