"""Calibration: the rubric's arithmetic, its derivatives, and a rubric that people's totals were made with."""

import dataclasses
import random

import numpy as np
import pytest
import yaml

from autoscorer import load_rubric
from autoscorer.agreement.calibrate import calibrate, thresholds
from autoscorer.agreement.fit import FOLDS, Settings, folds, tidy
from autoscorer.agreement.form import Form, Numbers
from autoscorer.agreement.measures import Sampling
from autoscorer.agreement.people import Bands
from autoscorer.agreement.rewrite import rewrite
from autoscorer.errors import UsageError
from autoscorer.scoring import make_scorecard
from autoscorer.types import Detection, Span
from tests.contacts import BEHAVIORS, analysis, contact
from tests.review.conftest import RUBRIC

FAST = Sampling(60)


@pytest.fixture
def small(tmp_path):
    path = tmp_path / "small.yaml"
    path.write_text(RUBRIC + "deduction_limit: 0.5\n", encoding="utf-8")
    return path


def contacts(count=200, seed=0, doubtful=0.0):
    """Analyses in which each behavior is found at random; of those not found a share is `doubtful`."""
    chance = random.Random(seed)
    for i in range(count):
        agent = [b for b in ("greet", "sorry", "ask", "solve", "bye") if chance.random() < 0.5]
        agent += ["rude"] * (chance.random() < 0.15)
        found = {1: " ".join(agent)} if agent else {}
        found |= {0: "angry"} if chance.random() < 0.6 else {}
        talk = dataclasses.replace(contact("c 我要退货", "a 您好请讲"), id=f"c{i}")
        about = analysis(talk, found)
        doubts = [b for b in BEHAVIORS if b not in agent and b != "angry" and chance.random() < doubtful]
        unsure = (Detection(b, Span(1, 0, 2), "您好", "model:behaviors", 0.4, 0.5) for b in doubts)
        yield dataclasses.replace(about, doubts=tuple(unsure))


def cards_of(rubric, **options):
    loaded = load_rubric(rubric)
    return [make_scorecard(about, loaded, BEHAVIORS) for about in contacts(**options)]


def test_totals_are_those_of_the_rubric(small):
    form, cards = Form(load_rubric(small)), cards_of(small)
    totals = form.totals(form.now, form.facts(cards))
    assert np.abs(totals - [card.total for card in cards]).max() <= 0.0051  # scoring rounds to cents
    assert len({round(t) for t in totals}) > 10 and any(card.failed_critical for card in cards)


def test_half_ways_are_those_of_the_rubric(tmp_path):
    path = tmp_path / "unsure.yaml"
    path.write_text("unsure: partial\n" + RUBRIC, encoding="utf-8")
    form, cards = Form(load_rubric(path)), cards_of(path, doubtful=0.4)
    facts = form.facts(cards)
    assert sum(c.unsure and c.outcome == "partial" for card in cards for c in card.criteria) > 20
    assert np.abs(form.totals(form.now, facts) - [card.total for card in cards]).max() <= 0.0051
    check_derivatives(form, facts)


@pytest.mark.slow
@pytest.mark.parametrize("models", [False, pytest.param(True, marks=pytest.mark.models)])
def test_totals_are_those_of_the_default_rubric(models):
    import autoscorer as asr

    scorer = asr.Scorer(use_models=models)
    results = [scorer.result(item) for item in asr.read_many(["data/samples"])]
    cards = [card for card in results if isinstance(card, asr.Scorecard)]
    form = Form(scorer.rubric)
    totals = form.totals(form.now, form.facts(cards))
    assert np.abs(totals - [card.total for card in cards]).max() <= 0.0051


REACHES = RUBRIC.replace("met: {behavior: solve}}", "met: {behavior: solve}, critical: section}").replace(
    "- {id: m.hello,",
    "- {id: m.ask, name: 问, points: 3, critical: section, met: {behavior: ask}}\n      - {id: m.hello,",
)


def test_sections_that_a_critical_criterion_loses_are_lost(tmp_path):
    path = tmp_path / "reaches.yaml"
    path.write_text(REACHES, encoding="utf-8")
    form, cards = Form(load_rubric(path)), cards_of(path)
    facts = form.facts(cards)
    assert facts.lost.any(axis=0).all() and not facts.lost.all(axis=0).any()
    assert np.abs(form.totals(form.now, facts) - [card.total for card in cards]).max() <= 0.0051


def test_derivatives_are_those_of_small_steps(small):
    form = Form(load_rubric(small))
    check_derivatives(form, form.facts(cards_of(small)))


def check_derivatives(form, facts):
    n = form.now
    sizes = [len(n.weights), len(n.points), len(n.shares), len(n.extras)]
    values = np.concatenate([n.weights, n.points, n.shares, n.extras])
    total, slopes = form.derivatives(n, facts)
    for k in range(len(values)):
        moved = values.copy()
        moved[k] += 1e-6
        step = form.totals(Numbers(*np.split(moved, np.cumsum(sizes)[:-1])), facts)
        assert np.isclose((step - total) / 1e-6, slopes[:, k], atol=1e-3).mean() > 0.97  # kinks apart


def test_numbers_are_tidy(small):
    form = Form(load_rubric(small))
    wild = Numbers(
        np.array([33.333, 66.667]), np.array([0.001, 3.21, 7.77]), np.array([0.999]), np.array([0.01, 3.3])
    )
    made = tidy(form, wild)
    assert made.weights.tolist() == [33, 67]
    assert made.points.min() >= 0.1 and made.shares.tolist() == [0.95] and made.extras.tolist() == [0.5, 3.5]
    assert made.points[:2].sum() == pytest.approx(10, abs=0.11)  # a section keeps its sum


@pytest.mark.slow
def test_people_who_weigh_otherwise_are_found(small):
    """Totals made with other numbers under noise: calibration comes near to them on contacts it did not see."""
    form, cards = Form(load_rubric(small)), cards_of(small, count=300)
    facts = form.facts(cards)
    theirs = Numbers(
        np.array([20.0, 80.0]), np.array([9.0, 1.0, 10.0]), np.array([0.2]), np.array([8.0, 1.0])
    )
    noise = np.random.default_rng(0).normal(0, 4, len(cards))
    people = np.clip(form.totals(theirs, facts) + noise, 0, 100)
    said = {card.analysis.transcript.id: float(total) for card, total in zip(cards, people, strict=True)}
    found = calibrate(cards, said, load_rubric(small), Settings(), how=FAST)
    gain = found.gains["spearman"]
    assert found.better and gain.after > gain.before + 0.03 and gain.difference.low > 0
    assert found.gains["mean_absolute_error"].after < 6 < found.gains["mean_absolute_error"].before
    assert found.numbers[("sections", 1, "weight")] > 60
    assert calibrate(cards, said, load_rubric(small), Settings(), how=FAST) == found


@pytest.mark.slow
def test_people_who_score_at_random_give_no_gain(small):
    cards = cards_of(small, count=120)
    chance = random.Random(1)
    said = {card.analysis.transcript.id: chance.uniform(0, 100) for card in cards}
    found = calibrate(cards, said, load_rubric(small), Settings(), how=FAST)
    assert not found.better


@pytest.mark.parametrize(("count", "same"), [(10, False), (60, True)])
def test_too_few_contacts_or_equal_totals_are_refused(small, count, same):
    cards = cards_of(small, count=count)
    said = {card.analysis.transcript.id: 50.0 if same else float(i) for i, card in enumerate(cards)}
    with pytest.raises(UsageError, match=f"totals that differ, of at least 30 contacts; found {count}"):
        calibrate(cards, said, load_rubric(small), Settings())


def test_folds_are_even():
    assert np.bincount(folds(103, 0)).tolist() == [21, 21, 21, 20, 20] and FOLDS == 5


def test_thresholds_follow_people_and_stay_where_they_say_nothing():
    bands = Bands(("差", "良", "优"), (0, 60, 90))
    people = np.linspace(0, 89, 100)
    assert thresholds(people - 10, people, bands) == (0, 50, 90)


def test_the_file_keeps_its_comments_and_gets_a_version(small):
    form = Form(load_rubric(small))
    n = form.now
    text = rewrite(
        small,
        form.places(Numbers(np.array([20.0, 80.0]), n.points * 2, n.shares, n.extras * 2)),
        "made by a test",
    )
    assert text.startswith("# made by a test\nid: small\nversion: 2\n") and "id: manner  # 态度" in text
    small.with_name("new.yaml").write_text(text, encoding="utf-8")
    new = load_rubric(small.with_name("new.yaml"))
    assert [s.weight for s in new.sections] == [20, 80]
    assert new.sections[1].criteria[1].points == 40 and new.sections[1].criteria[1].cap == 80
    old = yaml.safe_load(small.read_text(encoding="utf-8").replace("on:", "'on':"))
    assert [c.id for s in new.sections for c in s.criteria] == [
        c["id"] for s in old["sections"] for c in s["criteria"]
    ]
    assert len(text.splitlines()) == len(small.read_text(encoding="utf-8").splitlines()) + 1


def test_a_number_that_an_alias_shares_is_refused(tmp_path):
    path = tmp_path / "alias.yaml"
    path.write_text(
        RUBRIC.replace("points: 4,", "points: &p 4,").replace("points: 10,", "points: *p,"), encoding="utf-8"
    )
    form = Form(load_rubric(path))
    n = form.now
    points = n.points.copy()
    points[0] = 1.5
    with pytest.raises(UsageError, match="not as a YAML alias"):
        rewrite(path, form.places(dataclasses.replace(n, points=points)), "x")


def test_a_rubric_that_extends_another_becomes_whole(small):
    path = small.with_name("over.yaml")
    path.write_text(
        "id: over\nversion: '7'\nextends: small.yaml\nsections:\n  - {id: work, weight: 40}\n",
        encoding="utf-8",
    )
    form = Form(load_rubric(path))
    n = form.now
    path.with_name("new.yaml").write_text(
        rewrite(path, form.places(dataclasses.replace(n, weights=np.array([25.0, 75.0]))), "x"),
        encoding="utf-8",
    )
    new, old = load_rubric(path.with_name("new.yaml")), load_rubric(path)
    assert (new.label, new.extends, [s.weight for s in new.sections]) == ("over@8", None, [25, 75])
    assert list(new.criteria.items()) == list(old.criteria.items())
