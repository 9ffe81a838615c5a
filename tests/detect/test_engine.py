"""The engine on small rule books of its own: matching, spans, positions, anchors."""

from __future__ import annotations

from pathlib import Path

import pytest

from autoscorer.detect.rules import Detector
from autoscorer.rules import load_rules
from autoscorer.segment import Segmenter
from autoscorer.types import Detection, Transcript, Utterance

HEAD = """\
id: small
behaviors:
  hello: {role: agent, name: 问好}
  sorry: {role: agent, name: 道歉}
  calm: {role: agent, name: 安抚}
  angry: {role: customer, name: 生气}
rules:
"""
SEGMENTER = Segmenter()


def run(tmp_path: Path, rules: str, *turns: str) -> list[Detection]:
    """The detections of `rules` in turns such as "a 您好" (agent) and "c 喂" (customer)."""
    path = tmp_path / "rules.yaml"
    path.write_text(HEAD + rules, encoding="utf-8")
    roles = {"a": "agent", "c": "customer", "s": "system"}
    utterances = tuple(Utterance(roles[turn[0]], turn[2:]) for turn in turns)  # type: ignore[arg-type]
    return list(Detector(load_rules(path), SEGMENTER).detect(Transcript("t", utterances, "memory")))


def spans(found: list[Detection]) -> list[tuple[int, int, int, str]]:
    return [(d.span.turn, d.span.start, d.span.end, d.text) for d in found]


def test_phrase_inside_a_sentence(tmp_path):
    found = run(tmp_path, "  - {id: r, behavior: sorry, phrases: [抱歉]}", "a 真的很抱歉哈")
    assert spans(found) == [(0, 3, 5, "抱歉")]
    assert (found[0].behavior, found[0].source, found[0].confidence) == ("sorry", "rule:r", 0.9)


@pytest.mark.parametrize(("turn", "hit"), [("a 请问几点", True), ("a 我要申请退款", False)])
def test_word_must_begin_and_end_where_jieba_cuts(tmp_path, turn, hit):
    assert bool(run(tmp_path, "  - {id: r, behavior: hello, words: [请问, 请]}", turn)) is hit


def test_regex_gives_the_earliest_then_longest_hit(tmp_path):
    rules = "  - {id: r, behavior: sorry, regex: ['抱歉.{0,2}', '抱歉']}"
    assert spans(run(tmp_path, rules, "a 抱歉啊抱歉")) == [(0, 0, 4, "抱歉啊抱")]


@pytest.mark.parametrize(
    ("turn", "text"),
    [("a 不用道歉", None), ("a 不用道歉，我道歉", "道歉"), ("a 道歉", "道歉")],
)
def test_unless_cancels_only_the_hit_inside_it(tmp_path, turn, text):
    found = run(tmp_path, "  - {id: r, behavior: sorry, phrases: [道歉], unless: [不用道歉]}", turn)
    assert [d.text for d in found] == ([text] if text else [])


@pytest.mark.parametrize(("turn", "hit"), [("a 不好意思，请问几点？", False), ("a 不好意思久等了", True)])
def test_unless_regex(tmp_path, turn, hit):
    rules = "  - {id: r, behavior: sorry, phrases: [不好意思], unless_regex: ['不好意思，?请问']}"
    assert bool(run(tmp_path, rules, turn)) is hit


def test_a_hit_that_only_overlaps_an_unless_stands(tmp_path):
    rules = "  - {id: r, behavior: sorry, phrases: [道歉了], unless: [不用道歉]}"
    assert spans(run(tmp_path, rules, "a 不用道歉了")) == [(0, 2, 5, "道歉了")]


def test_where_opening_and_closing_count_the_turns_of_the_role(tmp_path):
    turns = ("c 喂", "a 您好", "c 您好", "a 您好", "a 您好", "c 嗯")
    rule = (
        "  - {id: r, behavior: hello, where: WHERE, phrases: [您好]}\npositions: {opening: 1, closing: 2}\n"
    )
    assert [d.span.turn for d in run(tmp_path, rule.replace("WHERE", "opening"), *turns)] == [1]
    assert [d.span.turn for d in run(tmp_path, rule.replace("WHERE", "closing"), *turns)] == [3, 4]
    assert [d.span.turn for d in run(tmp_path, rule.replace("WHERE", "anywhere"), *turns)] == [1, 3, 4]


ANCHORED = """\
  - {id: calm, behavior: calm, phrases: [别急], after: angry, within: 2}
  - {id: angry, behavior: angry, phrases: [气死]}
"""


@pytest.mark.parametrize(
    ("turns", "found"),
    [
        (("a 别急",), []),
        (("c 气死我了", "a 别急"), [1]),
        (("c 气死我了", "a 嗯", "a 别急"), [2]),
        (("c 气死我了", "a 嗯", "a 好", "a 别急"), []),
        (("a 别急", "c 气死我了"), []),
    ],
)
def test_after_and_within(tmp_path, turns, found):
    assert [d.span.turn for d in run(tmp_path, ANCHORED, *turns) if d.behavior == "calm"] == found


def test_anchors_chain_in_the_order_of_the_book(tmp_path):
    rules = ANCHORED + "  - {id: sorry, behavior: sorry, phrases: [抱歉], after: calm, within: 1}\n"
    found = run(tmp_path, rules, "c 气死我了", "a 别急", "a 抱歉")
    assert [d.behavior for d in found] == ["angry", "calm", "sorry"]


@pytest.mark.parametrize(
    ("shown", "quote"),
    [
        ("a 這邊很對不起您", "對不起"),
        ("a ……ＳＯＲＲＹ啊", "ＳＯＲＲＹ"),
        ("a 🙏对不起", "对不起"),
        ("a Sorry!", "Sorry"),
    ],
)
def test_traditional_full_width_and_case_match_with_the_shown_text(tmp_path, shown, quote):
    (found,) = run(tmp_path, "  - {id: r, behavior: sorry, phrases: [对不起, sorry]}", shown)
    assert found.text == quote
    assert shown[2:][found.span.start : found.span.end] == quote


@pytest.mark.parametrize("pattern", ["對不起|ＶＩＰ", "对不起|vip", "对不起|VIP"])
def test_patterns_may_be_written_in_any_script_and_case(tmp_path, pattern):
    rules = f"  - {{id: r, behavior: sorry, regex: ['{pattern}']}}"
    assert [d.text for d in run(tmp_path, rules, "a ＶＩＰ", "a 對不起", "a vip")] == [
        "ＶＩＰ",
        "對不起",
        "vip",
    ]


def test_full_width_punctuation_in_a_regex_is_literal(tmp_path):
    rules = "  - {id: r, behavior: sorry, regex: ['（啊？）']}"
    assert spans(run(tmp_path, rules, "a 抱歉(啊?)")) == [(0, 2, 6, "(啊?)")]


def test_the_surest_rule_speaks_for_a_behavior(tmp_path):
    rules = (
        "  - {id: weak, behavior: sorry, confidence: 0.5, phrases: [不好意思]}\n"
        "  - {id: sure, behavior: sorry, confidence: 1, phrases: [抱歉]}\n"
    )
    (found,) = run(tmp_path, rules, "a 不好意思，抱歉")
    assert (found.source, found.confidence, found.text) == ("rule:sure", 1.0, "抱歉")


def test_of_equally_sure_rules_the_earlier_hit_speaks(tmp_path):
    rules = (
        "  - {id: b, behavior: sorry, phrases: [抱歉]}\n  - {id: a, behavior: sorry, phrases: [不好意思]}\n"
    )
    assert [d.source for d in run(tmp_path, rules, "a 抱歉，不好意思")] == ["rule:b"]


def test_one_detection_per_behavior_and_turn_but_several_behaviors(tmp_path):
    rules = "  - {id: h, behavior: hello, phrases: [您好]}\n  - {id: s, behavior: sorry, phrases: [抱歉]}\n"
    found = run(tmp_path, rules, "a 您好，您好，抱歉，抱歉", "a 抱歉")
    assert [(d.span.turn, d.behavior) for d in found] == [(0, "hello"), (0, "sorry"), (1, "sorry")]


def test_a_rule_looks_only_at_its_role_and_never_at_the_system(tmp_path):
    rules = "  - {id: s, behavior: sorry, phrases: [抱歉], regex: ['对不起']}"
    assert [d.span.turn for d in run(tmp_path, rules, "c 抱歉对不起", "s 抱歉对不起", "a 抱歉")] == [2]


@pytest.mark.parametrize("turns", [(), ("a ",), ("c ", "a "), ("a \n\t",)])
def test_nothing_said_finds_nothing(tmp_path, turns):
    assert run(tmp_path, "  - {id: r, behavior: sorry, phrases: [抱歉], regex: ['.歉']}", *turns) == []


def test_a_book_of_regexes_only_and_one_of_no_rules(tmp_path):
    assert [d.text for d in run(tmp_path, "  - {id: r, behavior: sorry, regex: ['抱歉']}", "a 抱歉")] == [
        "抱歉"
    ]
    assert run(tmp_path, "  []", "a 抱歉") == []


def test_extends_default_adds_and_replaces_by_id(tmp_path):
    path = tmp_path / "own.yaml"
    path.write_text(
        "id: own\nextends: default\n"
        "behaviors:\n  slogan: {role: agent, name: 口号}\n"
        "rules:\n"
        "  - {id: slogan.ours, behavior: slogan, phrases: [用心每一刻]}\n"
        "  - {id: apology.sorry, behavior: apology, phrases: [万分抱歉]}\n",
        encoding="utf-8",
    )
    book, default = load_rules(path), load_rules()
    assert len(book.rules) == len(default.rules) + 1
    assert set(book.behaviors) == {*default.behaviors, "slogan"}
    (sorry,) = [rule for rule in book.rules if rule.id == "apology.sorry"]
    assert sorry.phrases == ("万分抱歉",)
    assert book.sha256 != default.sha256
