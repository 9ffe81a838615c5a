"""Corrections as training data."""

import json

import pytest

from autoscorer.learn.gold import gold
from autoscorer.learn.labelled import read_labelled
from autoscorer.review import Catalog, dialogue, judgements, log
from autoscorer.review.grids import read
from autoscorer.review.labels import implied
from autoscorer.rules import load_rules
from autoscorer.scoring import make_scorecard
from tests.contacts import analysis, contact, rubric_of

RUBRIC = rubric_of(
    "{id: s.sorry, name: 致歉, points: 4, met: {behavior: apology}}",
    "{id: s.many, name: 礼貌, points: 4, met: {behavior: [greeting, thanks], at_least: 2}}",
    "{id: s.rude, name: 粗鲁, kind: deduction, points: 5, on: {behavior: rude}}",
)


@pytest.fixture
def scored():
    talk = contact("c 怎么还没到", "a 您好，抱歉", "c 算了", "a 谢谢，你自己看")
    about = analysis(talk, {1: "greeting apology", 3: "thanks rude"}, {0: "sentiment neutral 0.9"})
    return make_scorecard(about, RUBRIC, load_rules().behaviors)


def said(scored, path, **options):
    found = judgements(read(path), Catalog.of({"c1": scored}), **options)
    assert not found.problems, [str(p) for p in found.problems]
    return log.by_subject([log.entry(one, scored) for one in [*found.judgements, *found.labels]])["c1"]


@pytest.mark.parametrize(
    ("criterion", "verdict", "labels"),
    [
        ("s.sorry", "met", [(1, "apology", True)]),
        ("s.sorry", "not_met", [(1, "apology", False)]),
        ("s.sorry", "not_applicable", []),
        ("s.rude", "met", [(3, "rude", False)]),
        ("s.rude", "not_met", [(3, "rude", True)]),
        ("s.many", "not_met", []),  # greeting or thanks: which of them is wrong cannot be known
    ],
)
def test_what_a_verdict_says_of_turns(criterion, verdict, labels):
    talk = contact("c 怎么还没到", "a 抱歉", "c 算了", "a 你自己看", "a 您好", "a 谢谢")
    about = analysis(talk, {1: "apology", 3: "rude", 4: "greeting", 5: "thanks"})
    card = make_scorecard(about, RUBRIC, load_rules().behaviors)
    score = next(c for c in card.criteria if c.criterion == criterion)
    assert list(implied(card, score, verdict)) == labels


def test_turns_that_people_labelled_and_nothing_else(scored, table):
    rows = [
        ["会话", "轮次", "人工行为", "人工情绪", "人工共情", "质检员"],
        ["c1", 1, "催促、complaint", "强烈负面", "", "王芳"],
        ["c1", 2, "同机器", "", "套话式共情", ""],
        ["c1", 4, "无", "", "", ""],
    ]
    made = dialogue(scored, said(scored, table(rows, sheet="逐句标注")))
    first, second, third, fourth = made["turns"]
    assert (first["cacts"], first["sentiment"], "skip" in first) == (["complaint", "urge"], -2, False)
    assert (second["acts"], second["empathy_level"], "skip" in second) == (["greeting", "apology"], 1, False)
    assert "complaint" in third["skip"] and "sentiment" in third["skip"] and third["cacts"] == []
    assert fourth["acts"] == [] and "rude" not in fourth["skip"] and "empathy_level" in fourth["skip"]
    assert [t["i"] for t in made["turns"]] == [0, 1, 2, 3]


def test_a_verdict_skips_all_that_it_does_not_say(scored, table):
    made = dialogue(scored, said(scored, table([["id", "by", "s.rude"], ["c1", "王芳", "未出现"]])))
    assert made is None  # the turn shows thanks in the same place: two behaviors, so nothing follows


@pytest.mark.parametrize(
    ("row", "message"),
    [
        (["c1", 9, "无", "", ""], "'9' is no turn of this contact; it has turns 1 to 4"),
        (["c1", 1, "问候", "", ""], "'问候' is said of the agent; this turn is the customer's"),
        (["c1", 1, "飞翔", "", ""], "unknown behavior '飞翔'; allowed: 抱怨"),
        (["c1", 1, "", "暴怒", ""], "'暴怒' is no sentiment; allowed: 负面, 中性, 正面, 强烈负面"),
        (["c1", 2, "", "负面", ""], "sentiment is said of the customer; this turn is the agent's"),
    ],
)
def test_bad_labels_are_named(scored, table, row, message):
    path = table([["会话", "轮次", "人工行为", "人工情绪", "人工共情", "质检员"], [*row, "王芳"]], "csv")
    found = judgements(read(path), Catalog.of({"c1": scored}))
    assert message in str(found.problems[0]) and not found.labels


def test_the_trainer_reads_them(scored, table, tmp_path):
    rows = [
        ["会话", "轮次", "人工行为", "人工情绪", "质检员"],
        ["c1", 1, "催促", "负面", "王芳"],
        ["c1", 2, "致歉", "", ""],
    ]
    made = dialogue(scored, said(scored, table(rows, sheet="逐句标注")))
    path = tmp_path / "labels.jsonl"
    path.write_text(json.dumps(made, ensure_ascii=False), encoding="utf-8")
    read = read_labelled([path])
    assert not read.left_out and len(read.dialogues) == 1
    behaviors = gold("behaviors", read.dialogues).dialogues[0]
    assert {turn: set(found) for turn, found in behaviors.golds.items() if found} == {
        0: {"urge"},
        1: {"apology"},
    }
    assert "thank" in behaviors.skips[2]  # nobody judged that turn
    assert {
        turn: set(found) for turn, found in gold("sentiment", read.dialogues).dialogues[0].golds.items()
    } == {0: {"negative"}}
