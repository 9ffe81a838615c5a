"""The quote that comes nearest to what was missed is as private as any evidence."""

from dataclasses import replace

from autoscorer.privacy.bare import bare
from autoscorer.privacy.result import mask
from autoscorer.types import Detection, Span
from tests.contacts import analysis, contact, rubric_of, scored

PHONE = "13812345678"


def _card():
    talk = contact("a 在吗", "c 在", f"a 您的电话是{PHONE}对吗")
    found = Detection("greet", Span(2, 5, 16), PHONE, "rule:r", 0.9)
    about = replace(analysis(talk), detections=(found,))
    rubric = rubric_of(
        "{id: x, name: x, points: 1, met: {behavior: greet, where: opening}}",
        head="positions: {opening: 1, closing: 1}",
    )
    card = scored(rubric, about)
    assert card.criteria[0].nearest[0].text == PHONE and PHONE in card.criteria[0].reason
    return card


def test_it_is_masked():
    (score,) = mask(_card()).criteria
    assert PHONE not in repr(score)
    assert score.nearest[0].text and score.nearest[0].away == 2


def test_it_is_left_out():
    (score,) = bare(_card()).criteria
    assert PHONE not in repr(score) and score.nearest[0].text == ""
