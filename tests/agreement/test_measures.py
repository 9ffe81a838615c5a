"""Measures beside published worked examples, and intervals that hold what they promise."""

import math

import numpy as np
import pytest

from autoscorer.agreement import measures
from autoscorer.agreement.measures import Estimate, Pairs, Sampling

FAST = Sampling(100)


def test_icc_of_shrout_and_fleiss():
    """Shrout and Fleiss 1979, table 2: six targets, four judges; table 4 gives ICC(2,1) = .29."""
    table = np.array(
        [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]], float
    )
    assert round(measures.icc(table).value, 2) == 0.29


@pytest.mark.parametrize(("level", "alpha"), [("nominal", 0.743), ("ordinal", 0.815)])
def test_alpha_of_krippendorff(level, alpha):
    """Krippendorff 2011, Computing Krippendorff's Alpha-Reliability, section C: four observers, twelve units."""
    n = math.nan
    ratings = np.array([
        [1, 2, 3, 3, 2, 1, 4, 1, 2, n, n, n],
        [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, n, 3],
        [n, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, n],
        [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, n],
    ])  # fmt: skip
    assert round(measures.alpha(ratings, level), 3) == alpha


def test_kappa_of_fleiss():
    """Fleiss, Levin and Paik 2003, Statistical Methods for Rates and Proportions, table 18.1: kappa = .68."""
    assert round(measures.kappa(np.array([[75.0, 1, 4], [5, 4, 1], [0, 0, 10]])), 2) == 0.68


@pytest.mark.parametrize("weighted", [False, True])
def test_kappa_is_that_of_scikit_learn(weighted):
    from sklearn.metrics import cohen_kappa_score

    random = np.random.default_rng(1)
    a = random.integers(0, 4, 200)
    b = np.where(random.random(200) < 0.6, a, random.integers(0, 4, 200))
    found = measures.kappa(measures.crosstab(a.astype(float), b.astype(float), 4), weighted=weighted)
    assert found == pytest.approx(cohen_kappa_score(a, b, weights="quadratic" if weighted else None))


def test_totals_of_a_small_table():
    pairs = Pairs.of([(0, 80, 80), (1, 70, 74), (2, 60, 66), (3, 50, 49.6), (4, 90, 97)])
    found = {name: estimate.value for name, estimate in measures.totals(pairs, FAST).items()}
    assert found["mean_error"] == pytest.approx(-3.32)
    assert found["mean_absolute_error"] == pytest.approx(3.48)
    assert (found["exact"], found["within_5"], found["spearman"]) == pytest.approx((0.4, 0.6, 1.0))
    assert 0.95 < found["pearson"] < 1 and 0.9 < found["icc_2_1"] < 1


@pytest.mark.parametrize("rows", [[], [(0, 50, 50)], [(0, 50, 50), (1, 50, 50), (2, 50, 50)]])
def test_too_little_or_nothing_that_varies_is_no_figure(rows):
    pairs = Pairs.of(rows)
    for name in ("pearson", "spearman", "icc_2_1"):
        assert measures.totals(pairs, FAST)[name].value is None
    found = measures.categories(Pairs.of([(i, 1, 1) for i, _ in enumerate(rows)]), 3, FAST, ordered=False)
    assert found["kappa"].value is None and found["alpha"].value is None
    assert found["agreement"].value == (1.0 if rows else None)


def test_the_bootstrap_takes_whole_contacts():
    """Ten copies of each pair are no more information: the interval stays as wide."""
    random = np.random.default_rng(0)
    rows = [(i, float(x), float(x + random.normal(0, 10))) for i, x in enumerate(random.uniform(0, 100, 40))]
    once = measures.totals(Pairs.of(rows), FAST)["mean_error"]
    often = measures.totals(Pairs.of([row for row in rows for _ in range(10)]), FAST)["mean_error"]
    assert often.high - often.low == pytest.approx(once.high - once.low, rel=0.25)


def test_intervals_hold_the_truth_about_as_often_as_they_say():
    random, inside = np.random.default_rng(3), 0
    for _ in range(60):
        estimate = measures.mean(random.normal(5, 2, 40), Sampling(200))
        inside += estimate.low <= 5 <= estimate.high
    assert inside >= 50


def test_the_same_seed_gives_the_same_interval():
    values = np.random.default_rng(2).normal(0, 1, 30)
    assert measures.mean(values, Sampling(50, 1)) == measures.mean(values, Sampling(50, 1))
    assert measures.mean(values, Sampling(50, 1)) != measures.mean(values, Sampling(50, 2))


def test_a_missing_package_names_the_extra(monkeypatch):
    from autoscorer import extras
    from autoscorer.errors import MissingExtra

    monkeypatch.setattr(extras, "find_spec", lambda name: None)
    with pytest.raises(MissingExtra, match=r"needs the extra 'agree': pip install 'autoscorer\[agree\]'"):
        measures.need()


def test_an_estimate_is_plain_json():
    assert measures.shown({"x": Estimate(0.5, 0.1, 0.9)}) == {"x": {"value": 0.5, "low": 0.1, "high": 0.9}}
