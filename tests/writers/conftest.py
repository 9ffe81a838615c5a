"""Results to write: one good scorecard of odd texts, and a failure."""

import dataclasses

import pytest

from autoscorer import Failure
from tests.contacts import analysis, contact, rubric_of, scored

RUBRIC = rubric_of(
    "{id: s.hello, name: 问候, points: 4, met: {behavior: greet}}",
    "{id: s.care, name: 关怀, points: 2, when: {behavior: angry}, met: {behavior: sorry}}",
    "{id: s.hand, name: 人工, kind: manual}",
    "{id: s.rude, name: 粗鲁, kind: deduction, points: 5, critical: true, on: {behavior: rude}}",
)


def card_of(text="您好请讲", *, id="c1", source="a.txt", **metadata):
    """A scorecard whose agent says `text`."""
    talk = dataclasses.replace(contact("c 在吗", f"a {text}", **metadata), id=id, source=source)
    return scored(RUBRIC, analysis(talk, {1: "greet"}, {0: "sentiment neutral 0.75"}))


@pytest.fixture
def card():
    return card_of


FAILED = Failure("b.txt", "read", "empty", "the file is empty", "fill it", None)
