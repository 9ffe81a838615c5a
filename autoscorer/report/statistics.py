"""The few statistics that reports state, by their textbook formulas."""

from __future__ import annotations

import math

Z = 1.959963985
"""The two-sided 95 % quantile of the normal distribution."""
_T = (12.7062, 4.3027, 3.1824, 2.7764, 2.5706)


def wilson(hits: int, count: int) -> tuple[float, float]:
    """The 95 % interval of a rate (Wilson 1927), both ends in [0, 1]; (0, 1) where nothing was counted.

    >>> [round(end, 3) for end in wilson(8, 10)]
    [0.49, 0.943]
    """
    if not count:
        return 0.0, 1.0
    rate, square = hits / count, Z * Z
    middle = (rate + square / (2 * count)) / (1 + square / count)
    half = Z / (1 + square / count) * math.sqrt(rate * (1 - rate) / count + square / (4 * count * count))
    return max(0.0, middle - half), min(1.0, middle + half)


def t95(freedom: int) -> float:
    """The two-sided 95 % quantile of Student's t: tabled up to 5 degrees of freedom, else by the expansion
    of Cornish and Fisher (Abramowitz & Stegun 26.7.5), true to 0.002.

    >>> round(t95(10), 3)
    2.228
    """
    if freedom <= len(_T):
        return _T[freedom - 1]
    z, v = Z, freedom
    first = (z**3 + z) / 4
    second = (5 * z**5 + 16 * z**3 + 3 * z) / 96
    third = (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384
    return z + first / v + second / v**2 + third / v**3


def tail(hits: int, count: int, rate: float) -> float:
    """The probability of at least `hits` of `count` where each has the probability `rate` (binomial).

    >>> round(tail(8, 10, 0.5), 4)
    0.0547
    """
    if hits <= 0:
        return 1.0
    if rate <= 0.0 or rate >= 1.0:
        return float(rate >= 1.0)
    log, other = math.log(rate), math.log1p(-rate)
    whole = math.lgamma(count + 1)
    terms = (
        math.exp(whole - math.lgamma(k + 1) - math.lgamma(count - k + 1) + k * log + (count - k) * other)
        for k in range(hits, count + 1)
    )
    return min(1.0, math.fsum(terms))


def spread(groups: list[list[float]]) -> tuple[float, int]:
    """The standard deviation within groups, pooled over them, and its degrees of freedom (0: not known).

    Pooled, because that of two or three contacts alone is worth little.
    """
    freedom = sum(len(group) - 1 for group in groups)
    if freedom <= 0:
        return 0.0, 0
    squares = math.fsum((x - mean(group)) ** 2 for group in groups for x in group)
    return math.sqrt(squares / freedom), freedom


def mean(values: list[float]) -> float:
    """The arithmetic mean of at least one value."""
    return math.fsum(values) / len(values)
