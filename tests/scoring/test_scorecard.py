"""Criteria summed into a total: weights, what is not applicable, bonus, deductions, critical ones, grades."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autoscorer import TranscriptError
from tests.contacts import analysis, check_quotes, contact, rubric_from, rubric_of, scored

TALK = contact("c 怎么还没到", "a 您好请讲", "c 快递呢", "a 我查一下", "c 太慢了吧", "a 抱歉久等")

WEIGHTED = rubric_from("""\
    sections:
      - id: one
        name: 一
        weight: 70
        criteria:
          - {id: one.a, name: x, points: 3, met: {behavior: greet}}
          - {id: one.b, name: x, points: 1, when: {behavior: angry}, met: {behavior: sorry}}
      - id: two
        name: 二
        weight: 30
        criteria:
          - {id: two.a, name: x, points: 5, when: {behavior: angry}, met: {behavior: solve}}
      - id: red
        name: 红
        weight: 0
        criteria:
          - {id: red.a, name: x, kind: deduction, points: 10, on: {behavior: rude}}
          - {id: red.b, name: x, kind: bonus, points: 4, on: {behavior: bye}}
    """)


@pytest.mark.parametrize(
    ("found", "total"),
    [
        ({1: "greet"}, 100.0),  # two of three criteria, and a section, do not apply
        ({1: "ask"}, 0.0),
        ({1: "greet", 4: "angry"}, 52.5),  # 70 × 3/4
        ({1: "greet", 4: "angry", 5: "sorry"}, 70.0),
        ({4: "angry", 5: "sorry"}, 17.5),
        ({4: "angry", 5: "solve"}, 30.0),
        ({1: "greet", 4: "angry", 5: "sorry solve"}, 100.0),
        ({1: "greet", 3: "rude"}, 90.0),
        ({1: "greet", 3: "rude bye"}, 94.0),
        ({1: "greet", 3: "bye"}, 100.0),  # no more than 100
        ({3: "rude"}, 0.0),  # no less than 0
        ({4: "angry", 5: "sorry bye"}, 21.5),
    ],
)
def test_total(found, total):
    assert scored(WEIGHTED, analysis(TALK, found)).total == total


def test_order_and_sections():
    card = scored(WEIGHTED, analysis(TALK))
    assert [c.criterion for c in card.criteria] == ["one.a", "one.b", "two.a", "red.a", "red.b"]
    assert [c.section for c in card.criteria] == ["one", "one", "two", "red", "red"]
    assert card.rubric == "t@1"


@pytest.mark.parametrize(
    "criteria",
    [
        ["{id: x, name: x, points: 1, when: {behavior: angry}, met: {behavior: greet}}"],
        ["{id: x, name: x, points: 1, met: {timing: response_gap, at_most: 1}}"],
        ["{id: x, name: x, points: 1, met: {behavior: greet}, miss: manual}"],
        [
            "{id: x, name: x, points: 1, when: {behavior: angry}, met: {behavior: greet}}",
            "{id: y, name: x, kind: bonus, points: 9, on: {behavior: ask}}",
            "{id: z, name: x, kind: deduction, points: 9, on: {behavior: rude}}",
            "{id: w, name: x, kind: manual}",
        ],
    ],
)
def test_nothing_applicable_is_no_zero(criteria):
    with pytest.raises(TranscriptError) as caught:
        scored(rubric_of(*criteria), analysis(TALK, {3: "ask"}))
    assert (caught.value.code, caught.value.id) == ("nothing_applicable", "c1")
    assert caught.value.hint


def test_only_a_section_of_no_weight_applies():
    rubric = rubric_from("""\
        sections:
          - id: a
            name: a
            weight: 100
            criteria: [{id: x, name: x, points: 1, when: {behavior: angry}, met: {behavior: greet}}]
          - id: b
            name: b
            weight: 0
            criteria: [{id: y, name: x, points: 1, met: {behavior: greet}}]
        """)
    with pytest.raises(TranscriptError, match="no scored criterion"):
        scored(rubric, analysis(TALK, {1: "greet"}))
    assert scored(rubric, analysis(TALK, {0: "angry"})).total == 0.0  # b weighs nothing


CRITICAL = rubric_of(
    "{id: x, name: x, points: 1, met: {behavior: greet}}",
    "{id: y, name: x, kind: deduction, points: 5, critical: true, on: {behavior: rude}}",
    "{id: z, name: x, kind: deduction, points: 0.5, critical: true, on: {behavior: bye}}",
    head="pass_mark: 60\ncritical_cap: 59",
)


@pytest.mark.parametrize(
    ("found", "total", "passed", "failed"),
    [
        ({1: "greet"}, 100.0, True, ()),
        ({1: "greet rude"}, 59.0, False, ("y",)),
        ({1: "greet rude bye"}, 59.0, False, ("y", "z")),
        ({1: "rude"}, 0.0, False, ("y",)),  # the cap lifts nobody
        ({1: "ask"}, 0.0, False, ()),
    ],
)
def test_critical(found, total, passed, failed):
    card = scored(CRITICAL, analysis(TALK, found))
    assert (card.total, card.passed, card.failed_critical) == (total, passed, failed)


LIMITED = """
    {{id: a, name: x, points: 3, met: {{behavior: greet}}}}
    {{id: b, name: x, points: 1, met: {{behavior: bye}}}}
    {{id: c, name: x, kind: deduction, points: {off}, on: {{behavior: rude}}}}
    {{id: d, name: x, kind: bonus, points: 4, on: {{behavior: sorry}}}}
"""


@pytest.mark.parametrize(
    ("off", "limit", "found", "total"),
    [
        (10, 0.8, {1: "greet bye", 3: "rude"}, 90.0),  # far from the limit nothing changes
        (80, 0.8, {1: "greet bye", 3: "rude"}, 20.0),
        (90, 0.8, {1: "greet bye", 3: "rude"}, 20.0),
        (90, 0.8, {1: "greet", 3: "rude"}, 15.0),  # the worse contact stays below
        (90, 0.8, {1: "bye", 3: "rude"}, 5.0),
        (90, 0.8, {1: "bye sorry", 3: "rude"}, 5.8),  # a bonus is part of what was got
        (90, 0.8, {3: "rude"}, 0.0),  # nothing got, nothing left
        (90, 0, {1: "greet", 3: "rude"}, 75.0),
        (90, 1, {1: "greet", 3: "rude"}, 0.0),
        (90, None, {1: "greet", 3: "rude"}, 0.0),
    ],
)
def test_deductions_take_at_most_a_share(off, limit, found, total):
    criteria = LIMITED.format(off=off).split("\n")[1:-1]
    head = "" if limit is None else f"deduction_limit: {limit}"
    assert scored(rubric_of(*criteria, head=head), analysis(TALK, found)).total == total


def test_a_failed_critical_criterion_fails_above_the_pass_mark():
    rubric = rubric_of(
        "{id: x, name: x, points: 1, met: {behavior: greet}}",
        "{id: y, name: x, kind: deduction, points: 5, critical: true, on: {behavior: rude}}",
        head="pass_mark: 50\ncritical_cap: 80",
    )
    card = scored(rubric, analysis(TALK, {1: "greet rude"}))
    assert (card.total, card.passed) == (80.0, False)


@pytest.mark.parametrize(
    ("off", "total", "grade", "english", "passed"),
    [
        (10, 90.0, "优", "excellent", True),
        (10.01, 89.99, "良", "good", True),
        (10.004, 90.0, "优", "excellent", True),  # the grade goes with the total that is shown
        (40, 60.0, "良", "good", True),
        (40.01, 59.99, "差", "poor", False),
        (100, 0.0, "差", "poor", False),
    ],
)
def test_grades_and_pass_mark(off, total, grade, english, passed):
    rubric = rubric_of(
        "{id: x, name: x, points: 1, met: {behavior: greet}}",
        f"{{id: y, name: x, kind: deduction, points: {off}, on: {{behavior: rude}}}}",
        head="pass_mark: 60",
    )
    about = analysis(TALK, {1: "greet rude"})
    card = scored(rubric, about)
    assert (card.total, card.grade, card.passed) == (total, grade, passed)
    assert scored(rubric, about, lang="en").grade == english


def test_the_language_changes_words_only():
    about = analysis(TALK, {1: "greet rude", 4: "angry", 5: "sorry"})
    zh, en = (scored(WEIGHTED, about, lang=lang) for lang in ("zh", "en"))
    assert zh.total == en.total
    assert [(c.outcome, c.points, c.evidence) for c in zh.criteria] == [
        (c.outcome, c.points, c.evidence) for c in en.criteria
    ]
    assert not any("\u4e00" <= char <= "\u9fff" for c in en.criteria for char in c.reason.split("“")[0])


BEHAVIOR = st.sampled_from(["greet", "sorry", "ask", "solve", "bye", "rude", "angry", "thank"])
POINTS = st.floats(0.01, 1000).map(lambda p: round(p, 2))


REACHES = {"score": ["true", "whole", "section", "criterion"], "deduction": ["true", "section"]}


@st.composite
def criteria(draw, name):
    kind = draw(st.sampled_from(["score", "score", "score", "deduction", "bonus", "manual"]))
    text = f"id: {name}, name: x, kind: {kind}"
    if kind != "manual":
        on = draw(st.sampled_from(["{behavior: %s}", "{not: {behavior: %s}}", "{behavior: %s, at_least: 2}"]))
        text += f", points: {draw(POINTS)}, {'met' if kind == 'score' else 'on'}: {on % draw(BEHAVIOR)}"
    if kind == "score" and draw(st.booleans()):
        share = draw(st.sampled_from([0.1, 0.5, 0.99]))
        text += f", partial: [{{when: {{behavior: {draw(BEHAVIOR)}}}, share: {share}}}]"
    if kind in ("score", "deduction") and draw(st.booleans()):
        text += f", critical: {draw(st.sampled_from(REACHES[kind]))}"
    if kind in ("deduction", "bonus") and draw(st.booleans()):
        text += f", per: {draw(st.sampled_from(['turn', 'hit', 'contact']))}, cap: {draw(POINTS)}"
    if draw(st.booleans()):
        text += f", when: {{behavior: {draw(BEHAVIOR)}}}"
    return "{" + text + "}"


@st.composite
def rubrics(draw):
    count = draw(st.integers(1, 6))
    return rubric_of(*(draw(criteria(f"k{i}")) for i in range(count)), head="critical_cap: 59")


FOUND = st.dictionaries(st.integers(0, 5), st.lists(BEHAVIOR, max_size=4).map(" ".join))


@given(rubrics(), FOUND, st.sampled_from(["zh", "en"]))
def test_any_rubric_over_any_findings(rubric, found, lang):
    """The total stays within 0 and 100, points within their bounds, quotes true, and all is repeatable."""
    about = analysis(TALK, found)
    try:
        card = scored(rubric, about, lang)
    except TranscriptError as error:
        assert error.code == "nothing_applicable"
        return
    check_quotes(card)
    assert card == scored(rubric, about, lang)
    assert 0 <= card.total <= 100
    assert card.total <= 59 or not card.failed_critical
    assert card.passed == (card.total >= 60 and not card.failed_critical)
    for criterion, score in zip(rubric.sections[0].criteria, card.criteria, strict=True):
        assert score.reason
        if criterion.kind == "score":
            assert 0 <= score.points <= score.max_points <= criterion.points
            lost = (
                any(c.reach == "section" for c in rubric.criteria.values())
                and score.points == 0 < score.max_points
            )
            assert (score.points == score.max_points > 0) == (score.outcome == "met") or lost
        if score.outcome in ("not_applicable", "manual"):
            assert score.points == score.max_points == 0


@given(FOUND)
def test_more_good_never_costs_points(found):
    """Adding a greeting to any findings does not lower the total of a rubric that only rewards it."""
    rubric = rubric_of(
        "{id: a, name: x, points: 2, met: {behavior: greet, at_least: 2}, "
        "partial: [{when: {behavior: greet}, share: 0.5}]}",
        "{id: b, name: x, points: 3, met: {behavior: [sorry, greet], where: opening}}",
        "{id: c, name: x, kind: bonus, points: 5, on: {behavior: greet, after: {behavior: angry}}}",
    )
    before = scored(rubric, analysis(TALK, found)).total
    for turn in (1, 3, 5):
        more = {**found, turn: f"{found.get(turn, '')} greet"}
        assert scored(rubric, analysis(TALK, more)).total >= before
