"""Each subject and modifier of a condition: yes, no, or not to be known, and what was seen."""

import itertools
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autoscorer.types import Evidence, Near, Span
from tests.contacts import analysis, condition, contact, judge

# 0 customer, 1 agent, 2 customer, 3 agent, 4 customer, 5 agent, 6 customer, 7 agent
TALK = contact(
    "c 怎么还没到",
    "a 您好请讲",
    "c 快递呢",
    "a 我查一下",
    "c 太慢了吧",
    "a 抱歉久等",
    "c 好吧谢谢",
    "a 再见了您",
)
FOUND = {0: "angry", 1: "greet", 3: "ask", 4: "angry", 5: "sorry solve", 6: "thank", 7: "bye"}
LABELS = {
    0: "sentiment negative 0.9", 2: "sentiment negative 0.55", 4: "sentiment neutral 0.7",
    6: "sentiment positive 0.8", 1: "empathy none 0.9", 5: "empathy specific 0.6",
}  # fmt: skip
ABOUT = analysis(TALK, FOUND, LABELS)


def ask(text, about=ABOUT, named="{}"):
    return judge(about, named).ask(condition(text))


# Opening and closing are two turns of each role: agent 1, 3 and 5, 7; customer 0, 2 and 4, 6.
@pytest.mark.parametrize(
    ("text", "holds", "turns"),
    [
        # behavior
        ("{behavior: greet}", True, (1,)),
        ("{behavior: rude}", False, ()),
        ("{behavior: [rude, bye]}", True, (7,)),
        ("{behavior: [sorry, solve]}", True, (5,)),  # two behaviors, one turn
        ("{behavior: angry}", True, (0, 4)),
        ("{behavior: angry, probability: 0.9}", True, (0, 4)),  # detections here are sure by 0.9
        ("{behavior: angry, probability: 0.91}", False, ()),
        ("{behavior: angry, probability: 0.91, at_most: 0}", True, ()),
        # where
        ("{behavior: greet, where: opening}", True, (1,)),
        ("{behavior: ask, where: opening}", True, (3,)),
        ("{behavior: sorry, where: opening}", False, ()),
        ("{behavior: sorry, where: closing}", True, (5,)),
        ("{behavior: ask, where: closing}", False, ()),
        ("{behavior: angry, where: closing}", True, (4,)),
        ("{behavior: [greet, thank], where: closing}", True, (6,)),
        # last
        ("{behavior: angry, last: 1}", False, ()),
        ("{behavior: angry, last: 2}", True, (4,)),
        ("{behavior: angry, last: 99}", True, (0, 4)),
        # counts: turns are counted, not detections
        ("{behavior: angry, at_least: 2}", True, (0, 4)),
        ("{behavior: angry, at_least: 3}", False, (0, 4)),
        ("{behavior: [sorry, solve], at_least: 2}", False, (5,)),
        ("{behavior: angry, at_most: 2}", True, (0, 4)),
        ("{behavior: angry, at_most: 1}", False, (0, 4)),
        ("{behavior: rude, at_most: 0}", True, ()),
        ("{behavior: rude, at_most: 1}", True, ()),  # at most one, so none will do
        ("{behavior: rude, at_least: 1, at_most: 1}", False, ()),
        ("{behavior: greet, at_least: 1, at_most: 1}", True, (1,)),
        # after, within
        ("{behavior: sorry, after: {behavior: angry}}", True, (5,)),
        ("{behavior: greet, after: {behavior: ask}}", False, ()),
        ("{behavior: ask, after: {behavior: ask}}", False, ()),  # not after itself
        ("{behavior: sorry, after: {behavior: greet}, within: 4}", True, (5,)),
        ("{behavior: sorry, after: {behavior: greet}, within: 3}", False, ()),
        ("{behavior: sorry, after: {behavior: angry}, within: 1}", True, (5,)),  # after the second
        ("{behavior: bye, after: {behavior: rude}}", False, ()),  # no anchor
        ("{behavior: bye, after: {behavior: rude}, at_most: 0}", True, ()),
        ("{behavior: sorry, after: upset}", True, (5,)),
        # task and label
        ("{task: sentiment, label: negative}", True, (0, 2)),
        ("{task: sentiment, label: negative, probability: 0.55}", True, (0, 2)),
        ("{task: sentiment, label: negative, probability: 0.56}", True, (0,)),
        ("{task: sentiment, label: negative, probability: 0.95}", False, ()),
        ("{task: sentiment, label: [neutral, positive]}", True, (4, 6)),
        ("{task: sentiment, label: negative, where: closing}", False, ()),
        ("{task: sentiment, label: positive, last: 1}", True, (6,)),
        ("{task: sentiment, label: neutral, last: 1}", False, ()),
        ("{task: empathy, label: specific}", True, (5,)),
        ("{task: empathy, label: formulaic}", False, ()),
        ("{task: empathy, label: specific, after: {task: sentiment, label: negative}, within: 3}", True, (5,)),
        ("{task: empathy, label: specific, after: {task: sentiment, label: negative}, within: 2}", False, ()),
        # turns
        ("{turns: agent}", True, ()),
        ("{turns: agent, at_least: 4}", True, ()),
        ("{turns: agent, at_least: 5}", False, ()),
        ("{turns: customer, at_most: 4}", True, ()),
        ("{turns: customer, at_most: 3}", False, ()),
        # in_order
        ("{in_order: [greet, ask, solve, bye]}", True, (1, 3, 5, 7)),
        ("{in_order: [[rude, greet], [sorry, ask]]}", True, (1, 3)),
        ("{in_order: [sorry, solve]}", True, (5, 5)),  # the same turn will do
        ("{in_order: [ask, greet]}", False, (1,)),
        ("{in_order: [greet, rude, bye]}", False, (1, 7)),
        ("{in_order: [greet, rude, bye], at_least: 2}", True, (1, 7)),
        ("{in_order: [greet, rude, bye], at_least: 3}", False, (1, 7)),
        # use, not
        ("{use: upset}", True, (0, 2, 4)),
        ("{not: upset}", False, (0, 2, 4)),
        ("{not: {behavior: rude}}", True, ()),
        ("{not: {not: {behavior: greet}}}", True, (1,)),
        # all, any
        ("{all: [{behavior: greet}, {behavior: bye}]}", True, (1, 7)),
        ("{all: [{behavior: greet}, {behavior: rude}]}", False, ()),
        ("{any: [{behavior: greet}, {behavior: rude}]}", True, (1,)),
        ("{any: [{behavior: rude}, {behavior: greet, where: closing}]}", False, ()),
        ("{any: [upset, {behavior: bye}]}", True, (0, 2, 4, 7)),
    ],
)  # fmt: skip
def test_answers(text, holds, turns):
    named = "{upset: {any: [{behavior: angry}, {task: sentiment, label: negative}]}}"
    verdict = ask(text, named=named)
    assert (verdict.holds, verdict.turns) == (holds, turns)
    assert {e.span.turn for e in verdict.evidence} == set(turns)


def test_opening_and_closing_are_the_rubrics():
    for size, holds in ((1, False), (2, True)):
        asked = condition("{behavior: ask, where: opening}")
        assert judge(ABOUT, opening=size).ask(asked).holds is holds
        asked = condition("{behavior: solve, where: closing}")
        assert judge(ABOUT, closing=size).ask(asked).holds is holds


def test_opening_counts_turns_of_the_role_not_of_the_contact():
    talk = contact("c 一", "c 二", "c 三", "c 四", "s 接入", "a 您好")
    assert ask("{behavior: greet, where: opening}", analysis(talk, {5: "greet"})).holds


def test_last_looks_at_the_end_of_where():
    """`last` counts within `where`: the last of the two opening turns."""
    assert ask("{behavior: ask, where: opening, last: 1}").turns == (3,)
    assert ask("{behavior: greet, where: opening, last: 1}").holds is False


def test_looked_and_near():
    verdict = ask("{behavior: [greet, sorry], where: closing, at_least: 2}")
    assert verdict.looked == (5, 7)
    assert verdict.evidence == (Evidence(Span(5, 0, 2), "抱歉"),)
    assert verdict.near == (Near(Span(1, 0, 2), "您好", 0.5, "elsewhere", 4),)


def test_looked_after_an_anchor():
    assert ask("{behavior: rude, after: {behavior: sorry}}").looked == (7,)
    assert ask("{behavior: rude, after: {behavior: greet}, within: 2}").looked == (3,)
    assert ask("{behavior: rude, after: {behavior: rude}}").looked == ()


def test_a_label_quotes_the_beginning_of_its_turn():
    talk = contact("c " + "等" * 100)
    verdict = ask("{task: sentiment, label: negative}", analysis(talk, labels={0: "sentiment negative 1"}))
    assert verdict.evidence == (Evidence(Span(0, 0, 24), "等" * 24),)


@pytest.mark.parametrize(
    ("metadata", "text", "holds"),
    [
        ({"channel": "电话"}, "{metadata: channel}", True),
        ({"channel": ""}, "{metadata: channel}", False),
        ({"channel": None}, "{metadata: channel}", False),
        ({}, "{metadata: channel}", False),
        ({"retries": 0}, "{metadata: retries}", True),  # 0 is a value
        ({"vip": False}, "{metadata: vip}", True),
        ({"channel": "电话"}, "{metadata: channel, is: 电话}", True),
        ({"channel": "电话"}, "{metadata: channel, is: [chat, 电话]}", True),
        ({"channel": "电话 "}, "{metadata: channel, is: 电话}", False),
        ({"level": 3}, "{metadata: level, is: '3'}", True),
        ({"level": 3}, "{metadata: level, is: '03'}", False),
        ({}, "{metadata: level, is: None}", False),
    ],
)
def test_metadata(metadata, text, holds):
    assert ask(text, analysis(contact("a 您好", **metadata))).holds is holds


# Ends matter: the wait begins when the customer ends, and only an overlap over half a second interrupts.
TIMED = contact(
    ("c 在吗", 0.0, 2.0), ("a 在的", 12.0, 13.0), ("c 查单", 14.0, 20.0), ("a 单号", 19.4, 21.0),
    ("c 五三二", 22.0, 25.0), ("s 转接中", 40.0, 41.0), ("a 查到了", 65.5, 70.0), ("a 已寄出", 200.0, 201.0),
    ("c 好的", 202.0, 203.0), ("a 再见", 202.5, 204.0),
)  # fmt: skip


@pytest.mark.parametrize(
    ("text", "holds", "shown"),
    [
        ("{timing: first_response, at_most: 10}", True, [1]),
        ("{timing: first_response, at_most: 9.9}", False, [1]),
        ("{timing: response_gap, at_most: 40.5}", True, [1]),
        ("{timing: response_gap, at_most: 40.4}", False, [6]),
        ("{timing: response_gap, at_most: 5}", False, [1, 6]),
        ("{timing: interruptions, at_most: 0}", False, [3]),  # 0.6 s; 0.5 s in turn 9 is not one
        ("{timing: interruptions, at_most: 1}", True, [3]),
    ],
)
def test_timing(text, holds, shown):
    verdict = ask(text, analysis(TIMED))
    assert verdict.holds is holds
    assert [e.span.turn for e in verdict.evidence] == shown


@pytest.mark.parametrize(
    ("talk", "known"),
    [
        (contact("c 在吗", "a 在的"), {}),
        (contact(("c 在吗", 0.0), ("a 在的", 9.0)), {"first_response", "response_gap"}),  # no ends
        (contact(("c 在吗", 0.0, 1.0), ("a 在的", 9.0)), {"first_response", "response_gap", "interruptions"}),
        (contact(("c 在吗", 0.0, 1.0), "a 在的"), {}),
        (contact("c 在吗", ("a 在的", 9.0, 10.0)), {}),
        (contact(("a 您好", 0.0, 1.0)), {"first_response"}),  # the agent began: the time until then
        (contact("a 您好"), {}),
        (contact(("c 在吗", 0.0, 1.0)), {}),
        (contact(("c 在吗", 0.0, 1.0), ("c 喂", 3.0, 4.0)), {}),
    ],
)
def test_timing_is_unknown_without_times(talk, known):
    for measure in ("first_response", "response_gap", "interruptions"):
        verdict = ask(f"{{timing: {measure}, at_most: 1000}}", analysis(talk))
        assert verdict.holds is (True if measure in known else None)
        assert verdict.unknown == ("" if measure in known else "times")


def test_a_notice_of_the_system_does_not_end_the_wait():
    talk = contact(
        ("c 在吗", 0.0, 1.0), ("s 已接入", 2.0), ("a 您好", 41.0), ("c 退货", 45.0), ("a 好", 46.0)
    )
    assert ask("{timing: first_response, at_most: 40}", analysis(talk)).holds
    assert ask("{timing: first_response, at_most: 39}", analysis(talk)).holds is False


# A classifier that did not run makes a label unknown; the rest is Kleene's logic.
VALUES = {True: "{behavior: greet}", False: "{behavior: rude}", None: "{task: sentiment, label: positive}"}
NO_MODELS = analysis(TALK, FOUND, models=())


def kleene_and(a, b):
    return False if False in (a, b) else None if None in (a, b) else True


@pytest.mark.parametrize(("left", "right"), list(itertools.product(VALUES, VALUES)))
def test_logic_with_the_unknown(left, right):
    pair = f"[{VALUES[left]}, {VALUES[right]}]"
    both, either = kleene_and(left, right), None
    inverse = kleene_and(*(None if v is None else not v for v in (left, right)))
    either = None if inverse is None else not inverse
    assert ask(f"{{all: {pair}}}", NO_MODELS).holds is both
    assert ask(f"{{any: {pair}}}", NO_MODELS).holds is either
    assert ask(f"{{not: {{all: {pair}}}}}", NO_MODELS).holds is (None if both is None else not both)


@pytest.mark.parametrize(
    "text",
    [
        "{task: sentiment, label: negative}",
        "{not: {task: sentiment, label: negative}}",
        "{behavior: sorry, after: {task: sentiment, label: negative}}",
        "{all: [{behavior: greet}, {any: [{behavior: rude}, {task: sentiment, label: positive}]}]}",
        "{use: happy}",
    ],
)
def test_the_unknown_says_why(text):
    verdict = ask(text, NO_MODELS, named="{happy: {task: sentiment, label: positive}}")
    assert (verdict.holds, verdict.unknown) == (None, "model:sentiment")


def test_one_model_may_run_without_the_other():
    about = analysis(TALK, labels=LABELS, models=("sentiment",))
    assert ask("{task: sentiment, label: negative}", about).holds is True
    assert ask("{task: empathy, label: specific}", about).unknown == "model:empathy"


def test_a_stage_that_comes_again_late_does_not_hide_the_others():
    """Stages 2 to 5 stand in order; the greeting comes only with the farewell."""
    talk = contact("a 请问单号", "c 五三二", "a 已补发", "a 都好吗", "a 再见")
    about = analysis(talk, {0: "ask", 2: "solve", 3: "sorry", 4: "greet bye"})
    verdict = ask("{in_order: [greet, ask, solve, sorry, bye], at_least: 4}", about)
    assert (verdict.holds, verdict.turns) == (True, (0, 2, 3, 4))


STAGES = ("greet", "ask", "solve", "sorry", "bye")


@settings(deadline=None)  # every choice of turns is tried
@given(st.dictionaries(st.integers(0, 4), st.sets(st.sampled_from(STAGES), min_size=1)))
def test_the_longest_run_of_stages_is_found(found):
    """As many stages as the best choice of turns gives, tried one by one."""
    about = analysis(
        contact(*["a 您好"] * 5), {turn: " ".join(sorted(names)) for turn, names in found.items()}
    )
    verdict = ask(f"{{in_order: [{', '.join(STAGES)}]}}", about)
    places = [[None, *(turn for turn in found if stage in found[turn])] for stage in STAGES]
    runs = [[turn for turn in choice if turn is not None] for choice in itertools.product(*places)]
    assert len(verdict.turns) == max(len(run) for run in runs if run == sorted(run))
    assert list(verdict.turns) in [run for run in runs if run == sorted(run)]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (
            "{any: [{behavior: greet}], where: opening}",
            "where does nothing beside 'any'; allowed there: none",
        ),
        ("{not: {behavior: greet}, last: 2}", "last does nothing beside 'not'"),
        ("{use: upset, at_least: 2}", "at_least does nothing beside 'use'; allowed there: none"),
        (
            "{behavior: greet, is: x}",
            "is does nothing beside 'behavior'; allowed there: probability, where, last",
        ),
        ("{turns: agent, probability: 0.9}", "probability does nothing beside 'turns'"),
        ("{behavior: greet, within: 3}", "'within' needs 'after'"),
        ("{metadata: channel, last: 1}", "last does nothing beside 'metadata'; allowed there: is"),
        ("{timing: response_gap, at_most: 3, at_least: 2}", "allowed there: at_most"),
        ("{in_order: [greet, bye], where: closing}", "allowed there: at_least"),
        ("{in_order: [greet, bye], at_most: 1}", "at_most does nothing beside 'in_order'"),
        ("{turns: agent, after: {behavior: greet}}", "allowed there: where, at_least, at_most"),
        ("{turns: agent, all: []}", "all does nothing beside 'turns'"),
    ],
)
def test_a_modifier_that_does_nothing_is_refused(text, words):
    with pytest.raises(ValueError, match=re.escape(words)):
        condition(text)
