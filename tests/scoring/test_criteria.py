"""Each kind of criterion and each outcome, with its points, reason and evidence."""

import pytest

from tests.contacts import analysis, contact, only, rubric_of, scored

TALK = contact("c 怎么还没到", "a 您好请讲", "c 快递呢", "a 我查一下", "c 太慢了吧", "a 抱歉久等")
MORE = "{id: z, name: 乙, points: 1, met: {turns: agent}}"  # so that something always applies


def outcome(criterion, found=None, *, labels=None, models=("sentiment", "empathy"), lang="zh", talk=TALK):
    rubric = rubric_of(criterion, MORE, head="positions: {opening: 2, closing: 2}")
    return only(rubric, analysis(talk, found, labels, models), lang)


SCORE = "{id: x, name: 甲, name_en: first, points: 4, met: {behavior: greet, where: opening}%s}"
PARTIAL = ", partial: [{when: {behavior: greet}, share: 0.6}, {when: {behavior: sorry}, share: 0.25}]"


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        ({1: "greet"}, ("met", 4.0, 4.0)),
        ({5: "greet"}, ("partial", 2.4, 4.0)),
        ({5: "sorry"}, ("partial", 1.0, 4.0)),
        ({5: "greet sorry"}, ("partial", 2.4, 4.0)),  # the first that holds
        ({1: "greet", 5: "sorry"}, ("met", 4.0, 4.0)),
        ({4: "angry"}, ("not_met", 0.0, 4.0)),
        ({}, ("not_met", 0.0, 4.0)),
    ],
)
def test_score(found, expected):
    got = outcome(SCORE % PARTIAL, found)
    assert (got.outcome, got.points, got.max_points) == expected


def test_a_partial_that_cannot_be_known_is_passed_over():
    partial = (
        ", partial: [{when: {task: empathy, label: specific}, share: 0.9}, "
        "{when: {behavior: sorry}, share: 0.5}]"
    )
    got = outcome(SCORE % partial, {5: "sorry"}, models=())
    assert (got.outcome, got.points) == ("partial", 2.0)


def test_what_cannot_be_known_is_not_applicable():
    got = outcome("{id: x, name: 甲, points: 4, met: {task: empathy, label: specific}}", models=())
    assert (got.outcome, got.points, got.max_points) == ("not_applicable", 0.0, 0.0)
    assert got.reason == "未运行分类模型“empathy”，无法判定"


WHEN = "{id: x, name: 甲, points: 4, when: {behavior: angry}, met: {behavior: sorry}}"


@pytest.mark.parametrize(
    ("found", "expected", "reason"),
    [
        ({4: "angry", 5: "sorry"}, "met", "符合：第 6 轮“抱歉”"),
        ({4: "angry"}, "not_met", "未见“道歉”；查看了第 2–6 轮中的 3 句话"),
        ({5: "sorry"}, "not_applicable", "不适用：会话中没有出现“生气”"),
    ],
)
def test_when(found, expected, reason):
    got = outcome(WHEN, found)
    assert (got.outcome, got.reason) == (expected, reason)


@pytest.mark.parametrize(
    "kind", ["points: 4, met: ", "kind: deduction, points: 4, on: ", "kind: bonus, points: 4, on: "]
)
def test_unknown_applicability(kind):
    when = "when: {task: sentiment, label: negative}"
    got = outcome(f"{{id: x, name: 甲, {when}, {kind}{{behavior: greet}}}}", {1: "greet"}, models=())
    assert (got.outcome, got.points, got.max_points) == ("not_applicable", 0.0, 0.0)
    assert "sentiment" in got.reason


def test_manual():
    got = outcome("{id: x, name: 甲, name_en: first, kind: manual, note: 看录音, note_en: hear it}")
    assert (got.outcome, got.points, got.max_points) == ("manual", 0.0, 0.0)
    assert got.reason == "由质检员判定：看录音"
    assert outcome("{id: x, name: 甲, kind: manual}").reason == "由质检员判定"


def test_miss_manual():
    text = "{id: x, name: 甲, points: 4, met: {behavior: ask}, miss: manual}"
    assert outcome(text, {3: "ask"}).outcome == "met"
    got = outcome(text)
    assert (got.outcome, got.points, got.max_points) == ("manual", 0.0, 0.0)
    assert got.reason == "未见“提问”；查看了第 2–6 轮中的 3 句话"
    assert got.looked == (1, 5)


DEDUCTION = "{id: x, name: 甲, kind: deduction, points: 8, on: {behavior: rude}%s}"


@pytest.mark.parametrize(
    ("found", "cap", "expected"),
    [
        ({}, "", ("met", 0.0)),
        ({1: "rude"}, "", ("not_met", -8.0)),
        ({1: "rude", 3: "rude"}, "", ("not_met", -16.0)),
        ({1: "rude", 3: "rude", 5: "rude"}, ", cap: 20", ("not_met", -20.0)),
        ({1: "rude"}, ", cap: 5", ("not_met", -5.0)),
        ({1: "rude rude"}, "", ("not_met", -8.0)),  # one turn counts once
    ],
)
def test_deduction(found, cap, expected):
    got = outcome(DEDUCTION % cap, found)
    assert (got.outcome, got.points) == expected
    assert got.max_points == 0.0


def test_deduction_without_a_turn_counts_once():
    got = outcome("{id: x, name: 甲, kind: deduction, points: 3, on: {not: {behavior: greet}}}")
    assert (got.outcome, got.points) == ("not_met", -3.0)
    assert got.reason == "扣 3 分（1 处）：没有“问好”"


def test_deduction_that_cannot_be_known():
    got = outcome("{id: x, name: 甲, kind: deduction, points: 3, on: {timing: response_gap, at_most: 9}}")
    assert (got.outcome, got.points, got.reason) == ("not_applicable", 0.0, "会话没有时间信息，无法判定")


def test_deduction_counts_each_slow_answer():
    talk = contact(("c 一", 0.0, 1.0), ("a 二", 20.0, 21.0), ("c 三", 22.0, 23.0), ("a 四", 60.0, 61.0))
    text = "{id: x, name: 甲, kind: deduction, points: 3, on: {not: {timing: response_gap, at_most: 9}}}"
    got = outcome(text, talk=talk)
    assert (got.points, [e.span.turn for e in got.evidence]) == (-6.0, [1, 3])


BONUS = "{id: x, name: 甲, kind: bonus, points: 2, on: %s}"


@pytest.mark.parametrize(
    ("on", "expected"),
    [
        (
            "{behavior: sorry}",
            ("met", 2.0, "加 2 分：第 4 轮“我查”、第 6 轮“抱歉”"),
        ),  # once, though found twice
        ("{behavior: bye}", ("not_applicable", 0.0, "未加分：未见“道别”")),
        ("{task: empathy, label: specific}", ("not_applicable", 0.0, "未运行分类模型“empathy”，无法判定")),
    ],
)
def test_bonus(on, expected):
    got = outcome(BONUS % on, {3: "sorry", 5: "sorry"}, models=())
    assert (got.outcome, got.points, got.reason) == expected
    assert got.max_points == 0.0


def test_evidence_is_kept_up_to_twenty():
    talk = contact(*["a 您好您好"] * 30)
    got = outcome(DEDUCTION % "", dict.fromkeys(range(30), "rude"), talk=talk)
    assert got.points == -240.0
    assert [e.span.turn for e in got.evidence] == list(range(20))
    assert got.reason == "扣 240 分（30 处）：第 1 轮“您好”、第 2 轮“您好”、第 3 轮“您好”等 30 处"


REASONS = [
    (SCORE % "", {1: "greet"}, "符合：第 2 轮“您好”", "met: turn 2 “您好”"),
    (
        SCORE % "", {},
        "未见开头的“问好”；查看了第 2–4 轮中的 2 句话",
        "not found: at the opening: “greets”; looked at 2 turns, 2 to 4",
    ),
    (
        SCORE % "", {5: "greet"},
        "未见开头的“问好”；查看了第 2–4 轮中的 2 句话；最接近的：第 6 轮“抱歉”（在查看范围外，相距 2 轮）",
        "not found: at the opening: “greets”; looked at 2 turns, 2 to 4; nearest: turn 6 “抱歉” (outside the turns searched, 2 away)",
    ),
    (
        SCORE % PARTIAL, {5: "greet"},
        "部分符合（得 60%）：第 6 轮“抱歉”；未做到：开头的“问好”",
        "partly met (60%): turn 6 “抱歉”; missing: at the opening: “greets”",
    ),
    (
        "{id: x, name: 甲, points: 1, met: {behavior: angry, at_most: 0}}", {4: "angry"},
        "应为没有“生气”，实际：第 5 轮“太慢”",
        "wanted: no “is angry”; found: turn 5 “太慢”",
    ),
    (
        "{id: x, name: 甲, points: 1, met: {behavior: [sorry, ask], at_least: 2}}", {3: "ask"},
        "应为“道歉”或“提问”（至少 2 轮），实际：第 4 轮“我查”",
        "wanted: “apologises” or “asks” (in at least 2 turns); found: turn 4 “我查”",
    ),
    (
        "{id: x, name: 甲, points: 1, met: {behavior: sorry, after: {behavior: bye}}}", {},
        "未见“道别”之后的“道歉”；会话中没有可查看的话语",
        "not found: “says goodbye”, then “apologises”; there was no turn to look at",
    ),
    (
        "{id: x, name: 甲, points: 1, met: {timing: response_gap, at_most: 60}}", {},
        "会话没有时间信息，无法判定",
        "the transcript has no times",
    ),
    (
        "{id: x, name: 甲, points: 1, when: {metadata: vip, is: [是, 金卡]}, met: {turns: agent}}", {},
        "不适用：会话中没有出现会话信息 vip 为 是或金卡",
        "not applicable: no metadata vip is 是 or 金卡 in this contact",
    ),
    (
        "{id: x, name: 甲, points: 1, met: {all: [{behavior: ask}, {task: sentiment, label: negative}]}}", {3: "ask"},
        "未见“提问”且“客户负面情绪”；查看了第 1–6 轮中的 6 句话",
        "not found: “asks” and “negative customer feeling”; looked at 6 turns, 1 to 6",
    ),
    (DEDUCTION % "", {3: "rude"}, "扣 8 分（1 处）：第 4 轮“我查”", "8 points off (1 places): turn 4 “我查”"),
    (DEDUCTION % "", {}, "未出现：“粗鲁”", "did not occur: “is rude”"),
]  # fmt: skip


NEAREST = [
    # of six turns the opening holds agent turns 1 and 3, the closing 3 and 5
    ("{behavior: greet, where: opening}", {5: "greet"}, {}, [(5, "elsewhere", 0.67, 2)]),
    ("{behavior: greet, where: closing}", {1: "greet"}, {}, [(1, "elsewhere", 0.67, 2)]),
    ("{behavior: greet, where: opening}", {1: "greet", 5: "greet"}, {}, []),  # it is met
    ("{behavior: greet, where: opening}", {5: "sorry"}, {}, []),  # something else
    ("{behavior: greet}", {4: "angry"}, {}, []),
    ("{behavior: angry, last: 1}", {0: "angry", 2: "angry"}, {}, [(2, "elsewhere", 0.67, 2), (0, "elsewhere", 0.33, 4)]),
    ("{behavior: greet, after: {behavior: angry}}", {1: "greet", 2: "angry"}, {}, [(1, "elsewhere", 0.67, 2)]),
    ("{behavior: greet, after: {behavior: angry}}", {1: "greet"}, {}, [(1, "elsewhere", 0.0, 6)]),
    ("{behavior: greet, probability: 0.95}", {3: "greet"}, {}, [(3, "unsure", 0.95, 0)]),
    ("{behavior: greet, probability: 0.9}", {3: "greet"}, {}, []),  # sure enough
    ("{behavior: greet, probability: 0.95, where: opening}", {5: "greet"}, {}, []),  # neither
    ("{behavior: greet, at_most: 0, where: opening}", {1: "greet", 5: "greet"}, {}, []),  # what speaks against
    ("{task: empathy, label: specific, probability: 0.8}", {}, {3: "empathy specific 0.6"}, [(3, "unsure", 0.75, 0)]),
    ("{task: empathy, label: specific, probability: 0.8}", {}, {3: "empathy formulaic 0.9"}, []),
    ("{any: [{behavior: greet, where: opening}, {behavior: ask, probability: 1}]}", {5: "greet", 3: "ask"}, {},
     [(3, "unsure", 0.9, 0), (5, "elsewhere", 0.67, 2)]),
]  # fmt: skip


@pytest.mark.parametrize(("met", "found", "labels", "expected"), NEAREST)
def test_nearest(met, found, labels, expected):
    got = outcome(f"{{id: x, name: 甲, points: 1, met: {met}}}", found, labels=labels)
    assert [(n.span.turn, n.why, n.likeness, n.away) for n in got.nearest] == expected
    for near in got.nearest:
        assert near.text == TALK.utterances[near.span.turn].text[near.span.start : near.span.end]


def test_at_most_three_are_kept():
    talk = contact(*["a 您好您好"] * 30)
    got = outcome(
        "{id: x, name: 甲, points: 1, met: {behavior: greet, where: opening}}",
        dict.fromkeys(range(9, 30), "greet"),
        talk=talk,
    )
    assert [n.span.turn for n in got.nearest] == [9, 10, 11]


def test_the_reason_says_how_sure():
    criterion = "{id: x, name: 甲, points: 1, met: {behavior: greet, probability: 0.95}}"
    assert outcome(criterion, {3: "greet"}).reason.endswith(
        "；最接近的：第 4 轮“我查”（把握只有所要求的 95%）"
    )
    assert outcome(criterion, {3: "greet"}, lang="en").reason.endswith(
        "; nearest: turn 4 “我查” (only 95% of the certainty asked)"
    )


@pytest.mark.parametrize(("criterion", "found", "zh", "en"), REASONS)
def test_reasons(criterion, found, zh, en):
    assert outcome(criterion, found).reason == zh
    assert outcome(criterion, found, lang="en").reason == en


def test_names_follow_the_language():
    assert outcome(SCORE % "").name == "甲"
    assert outcome(SCORE % "", lang="en").name == "first"
    assert outcome("{id: x, name: 甲, points: 1, met: {turns: agent}}", lang="en").name == "甲"


def test_braces_in_what_is_quoted_do_no_harm():
    talk = contact("a {0}{found}")
    assert outcome(SCORE % "", {0: "greet"}, talk=talk).reason == "符合：第 1 轮“{0”"


@pytest.mark.parametrize(
    ("condition", "zh", "en"),
    [
        ("turns: agent, at_least: 9", "客服至少 9 句话", "at least 9 turns of the agent"),
        ("turns: agent, at_most: 2", "客服至多 2 句话", "at most 2 turns of the agent"),
        ("turns: customer, at_least: 1, at_most: 2", "客户至少 1 句话且客户至多 2 句话",
         "at least 1 turns of the customer and at most 2 turns of the customer"),
        ("behavior: greet, at_least: 2, at_most: 3", "“问好”（至少 2 轮）（至多 3 轮）",
         "“greets” (in at least 2 turns) (in at most 3 turns)"),
    ],
)  # fmt: skip
def test_the_reason_says_how_many_turns_were_wanted(condition, zh, en):
    criterion = f"{{id: x, name: 甲, points: 1, met: {{{condition}}}}}"
    assert outcome(criterion, {}).reason.startswith(f"未见{zh}；")
    assert outcome(criterion, {}, lang="en").reason.startswith(f"not found: {en}; ")


def test_a_critical_criterion_of_kind_score_fails_the_contact():
    rubric = rubric_of("{id: x, name: 甲, points: 1, critical: true, met: {behavior: greet}}", MORE)
    assert scored(rubric, analysis(TALK)).failed_critical == ("x",)
    assert scored(rubric, analysis(TALK, {1: "greet"})).failed_critical == ()


def test_a_critical_criterion_left_to_a_person_does_not_fail_it():
    rubric = rubric_of(
        "{id: x, name: 甲, points: 1, critical: true, miss: manual, met: {behavior: greet}}", MORE
    )
    assert scored(rubric, analysis(TALK)).failed_critical == ()
