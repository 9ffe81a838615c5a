"""Critical in three reaches, points per hit, and criteria that depend on others: tables with near-misses."""

import pytest

from tests.contacts import analysis, contact, rubric_from, rubric_of, scored

TALK = contact("c 怎么还没到", "a 您好请讲", "c 快递呢", "a 我查一下", "c 太慢了吧", "a 抱歉久等")


def two_sections(criterion):
    """Two sections of 60 and 40; `criterion` stands in the first, beside a greeting worth 3 and a bonus of 5."""
    return rubric_from(f"""\
        positions: {{opening: 2, closing: 2}}
        sections:
          - id: one
            name: 一
            weight: 60
            criteria:
              - {{id: one.greet, name: 问好, points: 3, met: {{behavior: greet}}}}
              - {{id: one.bye, name: 道别, kind: bonus, points: 5, on: {{behavior: bye}}}}
              - {criterion}
          - id: two
            name: 二
            weight: 40
            criteria: [{{id: two.ask, name: 提问, points: 1, met: {{behavior: ask}}}}]
        """)


SCORE = "{id: x, name: 致歉, points: 1, critical: %s, met: {behavior: sorry, where: opening}, partial: [{when: {behavior: sorry}, share: 0.5}]}"
RED = "{id: x, name: 粗鲁, kind: deduction, points: 2, critical: %s, on: {behavior: rude}}"
GOOD = {1: "greet ask"}


@pytest.mark.parametrize(
    ("criterion", "reach", "found", "total", "failed"),
    [
        # all of it done; half of it; nothing of it. Section one is worth 60: 45 for the greeting, 15 for x
        (SCORE, "criterion", {1: "greet ask sorry"}, 100.0, ()),
        (SCORE, "criterion", {1: "greet ask", 5: "sorry"}, 85.0, ()),
        (SCORE, "false", {1: "greet ask", 5: "sorry"}, 92.5, ()),
        (SCORE, "section", {1: "greet ask", 5: "sorry"}, 92.5, ()),
        (SCORE, "whole", {1: "greet ask", 5: "sorry"}, 92.5, ()),
        (SCORE, "criterion", GOOD, 85.0, ()),
        (SCORE, "section", GOOD, 40.0, ()),
        (SCORE, "section", {1: "greet ask", 5: "bye"}, 40.0, ()),  # the section's bonus is lost with it
        (SCORE, "whole", GOOD, 59.0, ("x",)),
        (SCORE, "true", GOOD, 59.0, ("x",)),
        (SCORE, "false", GOOD, 85.0, ()),
        (RED, "section", {1: "greet ask"}, 100.0, ()),
        (RED, "section", {1: "greet ask rude"}, 38.0, ()),  # what it takes itself is still taken
        (RED, "whole", {1: "greet ask rude"}, 59.0, ("x",)),
        (RED, "false", {1: "greet ask rude"}, 98.0, ()),
    ],
)
def test_reach(criterion, reach, found, total, failed):
    card = scored(two_sections(criterion % reach), analysis(TALK, found))
    assert (card.total, card.failed_critical) == (total, failed)


@pytest.mark.parametrize(
    ("lang", "lost", "nothing"),
    [
        ("zh", "符合：第 2 轮“您好”；因“粗鲁”，本部分不得分", "部分符合（得 50%）：第 6 轮“抱歉”；未做到：开头的“道歉”；本项须全部做到，不得分"),
        ("en", "met: turn 2 “您好”; its section is lost by “粗鲁”",
         "partly met (50%): turn 6 “抱歉”; missing: at the opening: “apologises”; all or nothing, so no points"),
    ],
)  # fmt: skip
def test_the_reason_says_what_was_lost(lang, lost, nothing):
    card = scored(two_sections(RED % "section"), analysis(TALK, {1: "greet rude"}), lang)
    greet = card.criteria[0]
    assert (greet.outcome, greet.points, greet.max_points, greet.reason) == ("met", 0.0, 3.0, lost)
    about = analysis(TALK, {1: "greet", 5: "sorry"})
    rubric = two_sections(SCORE % "criterion")
    (x,) = (c for c in scored(rubric, about, lang).criteria if c.criterion == "x")
    assert (x.outcome, x.points, x.max_points, x.reason) == ("not_met", 0.0, 1.0, nothing)


def test_a_section_in_which_nothing_applies_stays_out_of_the_sum():
    red = "{id: x, name: x, kind: deduction, points: 2, critical: section, on: {behavior: rude}}"
    rubric = two_sections(red)
    one = rubric.sections[0].model_copy(update={"criteria": rubric.sections[0].criteria[2:]})
    lost = rubric.model_copy(update={"sections": (one, rubric.sections[1])})
    assert scored(lost, analysis(TALK, {1: "ask rude"})).total == 98.0


TAKE = "{id: x, name: x, kind: deduction, points: 4, on: {behavior: [rude, bye]}%s}"
GIVE = "{id: x, name: x, kind: bonus, points: 4, on: {behavior: [rude, bye]}%s}"
MORE = "{id: z, name: 乙, points: 1, met: {turns: agent}}"


@pytest.mark.parametrize(
    ("criterion", "keys", "found", "points"),
    [
        (TAKE, "", {1: "rude bye", 3: "bye"}, -8.0),
        (TAKE, ", per: turn", {1: "rude bye", 3: "bye"}, -8.0),
        (TAKE, ", per: hit", {1: "rude bye", 3: "bye"}, -12.0),
        (TAKE, ", per: contact", {1: "rude bye", 3: "bye"}, -4.0),
        (TAKE, ", per: hit, cap: 10", {1: "rude bye", 3: "bye"}, -10.0),
        (TAKE, ", per: hit", {}, 0.0),
        (GIVE, "", {1: "rude bye", 3: "bye"}, 4.0),
        (GIVE, ", per: contact", {1: "rude bye", 3: "bye"}, 4.0),
        (GIVE, ", per: turn", {1: "rude bye", 3: "bye"}, 8.0),
        (GIVE, ", per: hit", {1: "rude bye", 3: "bye"}, 12.0),
        (GIVE, ", per: hit, cap: 10", {1: "rude bye", 3: "bye"}, 10.0),
        (GIVE, ", per: turn, cap: 10", {1: "rude bye", 3: "bye"}, 8.0),
        (GIVE, ", cap: 3", {1: "rude"}, 3.0),
        (GIVE, ", per: turn", {}, 0.0),
    ],
)
def test_per(criterion, keys, found, points):
    assert scored(rubric_of(criterion % keys, MORE), analysis(TALK, found)).criteria[0].points == points


def test_a_bonus_says_how_often():
    card = scored(rubric_of(GIVE % ", per: turn", MORE), analysis(TALK, {1: "bye", 3: "bye"}))
    assert card.criteria[0].reason == "加 8 分（2 处）：第 2 轮“您好”、第 4 轮“我查”"


FIRST = "{id: a, name: 问好, name_en: greets, points: 2, met: {behavior: greet, where: opening}, partial: [{when: {behavior: greet}, share: 0.5}]}"
THEN = "{id: b, name: 道别, points: 2, when: {criterion: a, outcome: %s}, met: {behavior: bye}}"


@pytest.mark.parametrize("order", [1, -1])
@pytest.mark.parametrize(
    ("outcomes", "found", "expected"),
    [
        ("met", {1: "greet", 5: "bye"}, "met"),
        ("met", {1: "greet"}, "not_met"),
        ("met", {5: "greet bye"}, "not_applicable"),  # only partly
        ("[met, partial]", {5: "greet bye"}, "met"),
        ("partial", {1: "greet bye"}, "not_applicable"),
        ("not_met", {5: "bye"}, "met"),
        ("not_met", {1: "greet bye"}, "not_applicable"),
    ],
)
def test_a_criterion_may_depend_on_another_wherever_it_stands(order, outcomes, found, expected):
    criteria = [FIRST, THEN % outcomes][::order]
    head = "positions: {opening: 2, closing: 2}"
    card = scored(rubric_of(*criteria, MORE, head=head), analysis(TALK, found))
    assert [c.criterion for c in card.criteria] == [*["a", "b"][::order], "z"]
    assert next(c.outcome for c in card.criteria if c.criterion == "b") == expected


@pytest.mark.parametrize(
    ("lang", "reason"),
    [
        ("zh", "不适用：仅当“问好”的结果为符合或部分符合时评"),
        ("en", "not applicable: only if “greets” is met or partly met"),
    ],
)
def test_the_reason_names_the_other_criterion(lang, reason):
    card = scored(rubric_of(FIRST, THEN % "[met, partial]", MORE), analysis(TALK), lang)
    assert card.criteria[1].reason == reason


def test_what_a_person_must_decide_is_not_known_yet():
    manual = "{id: a, name: 录音, kind: manual}"
    card = scored(rubric_of(manual, THEN % "met", MORE), analysis(TALK, {5: "bye"}))
    assert (card.criteria[1].outcome, card.criteria[1].reason) == ("not_applicable", "“录音”尚待质检员判定")
    assert (
        scored(rubric_of(manual, THEN % "manual", MORE), analysis(TALK, {5: "bye"})).criteria[1].outcome
        == "met"
    )


def test_dependence_through_named_conditions_and_further_criteria():
    head = "conditions: {greeted: {criterion: a, outcome: met}, both: {all: [greeted, {behavior: ask}]}}"
    third = "{id: c, name: 三, points: 1, met: {all: [{criterion: b, outcome: met}, {behavior: solve}]}}"
    second = "{id: b, name: 二, points: 1, when: both, met: {behavior: bye}}"
    rubric = rubric_of(third, second, FIRST, head=head)
    assert rubric.in_order.index("a") < rubric.in_order.index("b") < rubric.in_order.index("c")
    card = scored(rubric, analysis(TALK, {1: "greet", 3: "ask", 5: "bye solve"}))
    assert [c.outcome for c in card.criteria] == ["met", "met", "met"]
    card = scored(rubric, analysis(TALK, {1: "greet", 5: "bye solve"}))
    assert [c.outcome for c in card.criteria] == ["not_met", "not_applicable", "met"]
