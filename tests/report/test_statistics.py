"""The statistics against tables and against scipy."""

import doctest

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autoscorer.report import statistics as ours

stats = pytest.importorskip("scipy.stats", reason="scipy comes with the dev extra")


@pytest.mark.parametrize("freedom", [1, 2, 3, 4, 5, 6, 8, 12, 30, 100, 1000])
def test_t_is_that_of_the_tables(freedom):
    assert ours.t95(freedom) == pytest.approx(stats.t.ppf(0.975, freedom), abs=0.002)


@given(st.integers(0, 60), st.integers(1, 60), st.floats(0.001, 0.999))
def test_the_tail_is_binomial(hits, count, rate):
    expected = stats.binom.sf(hits - 1, count, rate)
    assert ours.tail(hits, count, rate) == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize(("hits", "rate", "tail"), [(0, 0.0, 1.0), (1, 0.0, 0.0), (3, 1.0, 1.0)])
def test_the_tail_at_the_ends(hits, rate, tail):
    assert ours.tail(hits, 3, rate) == tail


@given(st.integers(0, 200), st.integers(0, 200))
def test_wilson_is_that_of_scipy(hits, more):
    count = hits + more
    low, high = ours.wilson(hits, count)
    if count:
        expected = stats.binomtest(hits, count).proportion_ci(0.95, "wilson")
        assert (low, high) == pytest.approx((expected.low, expected.high), abs=1e-9)
    else:
        assert (low, high) == (0.0, 1.0)


def test_the_spread_is_pooled():
    # squares: (1 + 1) and (4 + 0 + 4), over 1 + 2 degrees of freedom
    assert ours.spread([[1.0, 3.0], [2.0, 4.0, 6.0]]) == (pytest.approx((10 / 3) ** 0.5), 3)
    assert ours.spread([[5.0], [7.0]]) == (0.0, 0)
    assert ours.spread([]) == (0.0, 0)


def test_examples():
    assert doctest.testmod(ours).failed == 0
