"""Criteria whose outcome hangs on something that the models are not sure of."""

from dataclasses import replace

import pytest

from autoscorer.record import from_record, to_record
from autoscorer.types import Detection, Prediction, Span
from tests.contacts import analysis, contact, only, rubric_of, scored

TALK = contact("c 在吗有人吗", "a 您好在的", "c 怎么还没到", "a 我查一下哦", "c 快点", "a 再见啦")
GREET = "{id: x, name: 甲, points: 4, met: {behavior: greet}%s}"


def doubt(turn, behavior, confidence=0.4, needed=0.5):
    text = TALK.utterances[turn].text[:2]
    return Detection(behavior, Span(turn, 0, 2), text, "model:behaviors", confidence, needed)


def about(found=None, doubts=(), guesses=()):
    """What was found, what is doubtful, and labels that are only guesses."""
    made = analysis(TALK, found)
    return replace(made, doubts=tuple(doubts), predictions=tuple(guesses))


POLICIES = [
    # what is found, what is doubted, the criterion, the policy: outcome, points, of, unsure
    ({}, "greet", GREET % "", "as_is", ("not_met", 0, 4, True)),
    ({}, "greet", GREET % "", "manual", ("manual", 0, 0, True)),
    ({}, "greet", GREET % "", "partial", ("partial", 2, 4, True)),
    ({3: "greet"}, "greet", GREET % "", "manual", ("met", 4, 4, False)),  # found elsewhere: the doubt is idle
    ({}, "sorry", GREET % "", "manual", ("not_met", 0, 4, False)),  # something else is doubted
    ({}, "greet", GREET % ", critical: true", "partial", ("manual", 0, 0, True)),  # no half of a critical one
    ({}, "greet", GREET % ", unsure: as_is", "partial", ("not_met", 0, 4, True)),  # its own word goes first
    ({3: "sorry"}, "greet", "{id: x, name: 甲, points: 4, met: {behavior: greet}, partial: [{when: {behavior: sorry}, share: 0.5}]}",
     "partial", ("partial", 3, 4, True)),
    ({}, "rude", "{id: x, name: 甲, points: 4, met: {not: {behavior: rude}}}", "partial", ("partial", 2, 4, True)),
    ({}, "greet", "{id: x, name: 甲, points: 4, met: {behavior: sorry}, when: {behavior: greet}}", "partial",
     ("manual", 0, 0, True)),  # whether it applies is doubtful: there is nothing to halve
    ({}, "greet", "{id: x, name: 甲, points: 4, met: {in_order: [greet, greet]}}", "manual", ("manual", 0, 0, True)),
    ({}, "rude", "{id: x, name: 甲, kind: deduction, points: 8, on: {behavior: rude}}", "manual", ("met", 0, 0, True)),
    ({}, "rude", "{id: x, name: 甲, kind: deduction, points: 8, on: {behavior: rude}, unsure: manual}", "as_is",
     ("manual", 0, 0, True)),
]  # fmt: skip
OTHER = "{id: y, name: 乙, points: 1, met: {turns: agent}}"


@pytest.mark.parametrize(("found", "doubted", "criterion", "policy", "expected"), POLICIES)
def test_policies(found, doubted, criterion, policy, expected):
    rubric = rubric_of(criterion, OTHER, head=f"unsure: {policy}")
    got = only(rubric, about(found, [doubt(1, doubted)]))
    assert (got.outcome, got.points, got.max_points, got.unsure) == expected


def test_a_guess_is_not_relied_on():
    criterion = "{id: x, name: 甲, points: 4, met: {task: sentiment, label: negative, probability: 0.3}}"
    rubric = rubric_of(criterion, OTHER, head="unsure: manual")
    guess = Prediction("sentiment", 2, "negative", 0.45, needed=0.5)
    assert only(rubric, about(guesses=[guess])).outcome == "manual"
    assert only(rubric, about(guesses=[replace(guess, needed=0.45)])).outcome == "met"
    assert only(rubric, about(guesses=[replace(guess, probability=0.2)])).outcome == "not_met"


def test_a_named_condition_and_another_criterion_carry_the_doubt():
    named = rubric_of(
        "{id: x, name: 甲, points: 4, met: hello}",
        OTHER,
        head="unsure: manual\nconditions: {hello: {behavior: greet}}",
    )
    assert only(named, about(doubts=[doubt(1, "greet")])).outcome == "manual"
    after = rubric_of(
        "{id: x, name: 甲, points: 4, met: {behavior: greet}}",
        "{id: z, name: 丙, points: 1, when: {criterion: x, outcome: met}, met: {behavior: bye}}",
        OTHER, head="unsure: manual",
    )  # fmt: skip
    outcomes = [c.outcome for c in scored(after, about(doubts=[doubt(1, "greet")])).criteria]
    assert outcomes == ["manual", "not_applicable", "met"]


@pytest.mark.parametrize(
    ("policy", "lang", "reason"),
    [
        ("as_is", "zh", "未见“问好”；查看了第 2–6 轮中的 3 句话；最接近的：第 2 轮“您好”（把握只有所要求的 80%）（拿不准，建议复核：第 2 轮“您好”）"),
        ("partial", "zh", "未见“问好”；查看了第 2–6 轮中的 3 句话；最接近的：第 2 轮“您好”（把握只有所要求的 80%）（拿不准，得分折中，建议复核：第 2 轮“您好”）"),
        ("manual", "en", "not sure, left to an inspector: turn 2 “您好”; the models lean to: not found: “greets”; looked at 3 turns, 2 to 6; nearest: turn 2 “您好” (only 80% of the certainty asked)"),
    ],
)  # fmt: skip
def test_the_reason_quotes_the_doubt(policy, lang, reason):
    rubric = rubric_of(GREET % "", OTHER, head=f"unsure: {policy}")
    assert only(rubric, about(doubts=[doubt(1, "greet")]), lang).reason == reason


def test_a_result_keeps_its_doubts():
    guess = Prediction("sentiment", 2, "negative", 0.45, needed=0.5)
    card = scored(rubric_of(GREET % "", OTHER), about(doubts=[doubt(1, "greet")], guesses=[guess]))
    again = from_record(to_record(card))
    assert again == card
    assert (again.analysis.doubts[0].needed, again.analysis.predictions[0].sure) == (0.5, False)


def test_partial_cannot_stand_in_a_deduction():
    with pytest.raises(ValueError, match="unsure cannot stand in a criterion of kind 'deduction'"):
        rubric_of("{id: x, name: 甲, kind: deduction, points: 8, on: {behavior: rude}, unsure: partial}")
