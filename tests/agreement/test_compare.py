"""What `agree` tells of contacts whose judgements are known."""

import random

import pytest

from autoscorer.agreement import Bands, Sampling, compare, record
from autoscorer.review import Judgement, Place
from tests.contacts import analysis, contact, rubric_of, scored

PLACE = Place("h.csv", "", 2)
RUBRIC = rubric_of(
    "{id: s.hello, name: 问候, points: 4, met: {behavior: greet}}",
    "{id: s.bye, name: 道别, points: 4, met: {behavior: bye}}",
    "{id: s.taste, name: 语气, points: 4, met: {behavior: ask}}",
    "{id: s.hand, name: 人工, kind: manual}",
)
BANDS = Bands(("差", "良", "优"), (0, 60, 90))


@pytest.fixture(scope="module")
def cards():
    """Forty contacts that meet some of the criteria."""
    made, chance = {}, random.Random(0)
    for i in range(40):
        found = " ".join(b for b in ("greet", "bye", "ask") if chance.random() < 0.6)
        about = analysis(
            contact("c 在吗", "a 您好的", team="甲" if i % 2 else "乙"), {1: found} if found else {}
        )
        card = scored(RUBRIC, about)
        made[f"c{i}"] = card.__class__(about.__class__(
            about.transcript.__class__(f"c{i}", about.transcript.utterances, "m", about.transcript.metadata),
            about.detections, about.predictions, about.provenance,
        ), *[getattr(card, k) for k in ("rubric", "criteria", "total", "grade", "passed", "failed_critical")])  # fmt: skip
    return made


def judge(cards, by, *, shift=0.0, luck=0.0, seed=0):
    """An inspector who follows the machine but for a shift of totals, and who guesses `s.taste`."""
    chance, said = random.Random(seed), []
    for name, card in cards.items():
        said.append(Judgement(name, "total", min(100, max(0, card.total + shift)), by, "", "", PLACE))
        for score in card.criteria[:3]:
            guess = score.criterion == "s.taste" or chance.random() < luck
            value = chance.choice(["met", "not_met"]) if guess else score.outcome
            said.append(Judgement(name, score.criterion, value, by, "", "", PLACE))
    return said


@pytest.fixture(scope="module")
def found(cards):
    said = [*judge(cards, "王芳", shift=-4, seed=1), *judge(cards, "李强", shift=2, seed=2)]
    return compare(said, cards, bands=BANDS, group="team", how=Sampling(60))


def test_counts(found):
    assert (found.contacts, found.inspectors, found.shared) == (40, ("李强", "王芳"), 40)
    assert (found.total.machine.pairs, found.total.people.pairs, found.total.mean.pairs) == (80, 40, 40)


def test_human_human_stands_beside_human_machine(found):
    total = found.total
    assert total.machine.measures["spearman"].value > 0.9
    assert 4 < total.people.measures["mean_error"].value <= 6  # 李强 less 王芳, but for totals at the ends
    assert found.grade.machine.measures["kappa"].value > 0.8


def test_criteria_on_which_people_do_not_agree_are_unfit(found):
    assert found.unfit == ("s.taste",)
    by_id = {c.id: c for c in found.criteria}
    assert by_id["s.hello"].machine.measures["kappa"].value == 1.0
    assert by_id["s.taste"].people.measures["alpha"].value < 0.5
    assert "s.hand" not in by_id  # nobody judged it


def test_bias_of_inspectors_and_groups(found):
    bias = {b.name: b for b in found.by_inspector}
    assert bias["王芳"].difference.value < 0 < bias["李强"].difference.value
    assert bias["王芳"].from_others.value == pytest.approx(-bias["李强"].from_others.value)
    assert {b.name: b.contacts for b in found.by_group} == {"甲": 20, "乙": 20}


def test_the_farthest_come_first_with_what_differs(found):
    assert [abs(d.difference) for d in found.worst] == sorted(
        (abs(d.difference) for d in found.worst), reverse=True
    )
    assert {c[0] for d in found.worst for c in d.criteria} <= {"语气"}


def test_what_the_machine_left_to_people_is_no_disagreement(cards):
    said = [Judgement(name, "s.hand", "met", by, "", "", PLACE) for name in cards for by in ("A", "B")]
    subject = compare(said, cards, bands=BANDS, how=Sampling(50)).criteria[0]
    assert (subject.machine.pairs, subject.people.pairs, subject.unfit) == (0, 40, False)


def test_one_inspector_alone_is_told_without_human_human(cards):
    alone = compare(judge(cards, "A"), cards, bands=None, how=Sampling(50))
    assert alone.total.people.pairs == 0 and alone.grade is None and not alone.unfit
    assert "pass it with --rubric" in alone.notes[0]
    assert record(alone)["total"]["human_human"]["icc_2_1"]["value"] is None


def test_grades_that_the_rubric_does_not_have_are_counted(cards):
    said = [
        Judgement("c0", "grade", "优", "A", "", "", PLACE),
        Judgement("c1", "grade", "棒", "A", "", "", PLACE),
    ]
    made = compare(said, cards, bands=BANDS, how=Sampling(50))
    assert made.grade.machine.pairs == 1 and "1 names are no grade" in made.notes[0]
