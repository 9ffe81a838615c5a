"""Each operator on contacts of our own, hits beside near misses: what is quoted, and in which turn."""

from __future__ import annotations

import numpy as np
import pytest

from autoscorer.detect import Detector
from autoscorer.types import Prediction

from .books import SEGMENTER, book, case, contact, search, turns

WAIT = ["c 我的订单一直没有发货", "a 请您稍等", "c 好", "a 查到了"]


def quotes(found):
    """What was quoted of each turn."""
    return [(d.span.turn, d.text) for d in found.detections]


NEED = [
    case("{phrases: [姓名, 电话]}", ["a 请说姓名"], [(0, "姓名")]),
    case("{phrases: [姓名, 电话], need: all}", ["a 请说姓名", "a 请说电话和姓名"], [(1, "电话")]),
    case("{phrases: [姓名, 电话], need: all}", ["a 电话，还有电话"], []),
    case("{phrases: [姓名, 电话, 地址], need: 2}", ["a 姓名和地址", "a 地址，地址"], [(0, "姓名")]),
    case("{phrases: [姓名, 电话], need: none}", ["a 请说姓名", "a 请讲"], [(1, "请讲")]),
    case("{phrases: [姓名, 姓], need: 2}", ["a 姓名", "a 姓李"], [(0, "姓名")]),
    case(
        "{phrases: [姓名, 电话], need: all, unless: [电话费]}",
        ["a 姓名和电话费", "a 姓名和电话"],
        [(1, "姓名")],
    ),
    case("{regex: ['第.次'], unless_regex: ['第一次']}", ["a 第一次", "a 第二次"], [(1, "第二次")]),
]
TOKENS = [
    case("{tokens: [[{text: 申请}, {op: '?'}, {text: [退款, 退货]}]]}", ["a 您申请退款"], [(0, "申请退款")]),
    case(
        "{tokens: [[{text: 申请}, {op: '?'}, {text: [退款, 退货]}]]}", ["a 申请了退货"], [(0, "申请了退货")]
    ),
    case("{tokens: [[{text: 申请}, {text: [退款, 退货]}]]}", ["a 申请了退货", "a 申请换货"], []),
    case("{tokens: [[{text: 行}]]}", ["a 行，就这样", "a 去银行"], [(0, "行")]),
    case("{tokens: [[{regex: '^.款$'}]]}", ["a 为您退款", "a 这个款式"], [(0, "退款")]),
    case("{tokens: [[{text: 我}, {length: [3, 9]}]]}", ["a 我为您服务", "a 我来"], [(0, "我为您服务")]),
    case("{tokens: [[{text: 申请}, {text: 退款}]]}", ["a 幫您申請退款"], [(0, "申請退款")]),
]
SIMILAR = [
    case(
        "{similar: {examples: [请问还有其他需要帮助的吗], by: wording}}",
        ["a 还有其他需要帮助的吗？"],
        [(0, "还有其他需要帮助的吗？")],
    ),
    case(
        "{similar: {examples: [请问还有其他需要帮助的吗], by: wording}}",
        ["a 好的，请问还有别的需要帮助的吗"],
        [(0, "请问还有别的需要帮助的吗")],
    ),
    case("{similar: {examples: [请问还有其他需要帮助的吗], by: wording}}", ["a 还有三天到货", "a 需要"], []),
    case(
        "{similar: {examples: [请问还有其他需要帮助的吗], threshold: 1, by: wording}}",
        ["a 请问还有其他需要帮助的吗"],
        [(0, "请问还有其他需要帮助的吗")],
    ),
    case("{similar: {examples: [您好], by: wording}}", ["a ，。！"], []),
]
REPETITION = [
    case(
        "{repetition: {}}",
        ["a 这个问题需要等三天", "c 太久", "a 这个问题需要等三天"],
        [(2, "这个问题需要等三天")],
    ),
    case(
        "{repetition: {}}",
        ["a 这个问题需要等三天", "a 这个问题，需要等三天哦"],
        [(1, "这个问题，需要等三天哦")],
    ),
    case("{repetition: {}}", ["a 这个问题需要等三天", "a 您的包裹明天送到"], []),
    case("{repetition: {}}", ["a 好的", "c 嗯", "a 好的"], []),
    case("{repetition: {shortest: 2}}", ["a 好的", "c 嗯", "a 好的"], [(2, "好的")]),
    case("{repetition: {within: 1}}", ["a 这个问题需要等三天", "c 太久", "a 这个问题需要等三天"], []),
    case("{repetition: {}}", ["c 这个问题需要等三天", "a 这个问题需要等三天"], []),
]
RESTATES = [
    case(
        "{restates: {}}",
        ["c 我买的空调不制冷，想换货", "a 您是空调不制冷，想换货，对吗？"],
        [(1, "您是空调不制冷,想换货,对吗?")],
    ),
    case(
        "{restates: {form: question}}",
        ["c 快递显示签收，可我没收到", "a 快递显示签收但没收到，是吗"],
        [(1, "快递显示签收但没收到，是吗")],
    ),
    case(
        "{restates: {form: summary}}",
        ["c 快递显示签收，可我没收到", "a 您反映快递显示签收但没收到"],
        [(1, "您反映快递显示签收但没收到")],
    ),
    case("{restates: {form: question}}", ["c 快递显示签收，可我没收到", "a 您反映快递显示签收但没收到"], []),
    case("{restates: {}}", ["c 快递显示签收，可我没收到", "a 请问您的会员等级是金卡吗？"], []),
    case("{restates: {}}", ["c 快递显示签收，可我没收到", "a 您好，请问有什么可以帮您？"], []),
    case("{restates: {}}", ["a 快递显示签收了，没收到，是吗？"], []),
    case("{restates: {within: 1}}", ["c 快递显示签收，可我没收到", "a 嗯", "a 快递签收但没收到，是吗"], []),
]
ENTITY = [
    case("{entity: phone}", ["a 您的电话是13812345678吗", "a 一共138个"], [(0, "13812345678")]),
    case("{entity: phone}", ["a 尾号5678", "a 请打400-820-8820"], [(1, "400-820-8820")]),
    case("{entity: order}", ["a 订单号是20261125001", "a 订单很多"], [(0, "订单号是20261125001")]),
    case("{entity: order}", ["a 单号SF1234567890", "a 型号AB12"], [(0, "单号SF1234567890")]),
    case("{entity: amount}", ["a 退您三十五块", "a 有三十五个"], [(0, "三十五块")]),
    case("{entity: amount}", ["a 共￥1,299.00", "a 一元素"], [(0, "￥1,299.00")]),
    case(
        "{entity: date}",
        ["a 十一月二十五号到", "a 请到2号楼", "a 明天到"],
        [(0, "十一月二十五号"), (2, "明天")],
    ),
    case("{entity: date}", ["a 2026-11-25发货", "a 工号25号码"], [(0, "2026-11-25")]),
    case("{entity: time}", ["a 下午三点半", "a 点击这里", "a 14:30"], [(0, "下午三点半"), (2, "14:30")]),
    case(
        "{entity: duration}", ["a 三个工作日", "a 三个人", "a 24小时内"], [(0, "三个工作日"), (2, "24小时")]
    ),
    case(
        "{entity: id_card}", ["a 证件11010519491231002X", "a 11010519491331002X"], [(0, "11010519491231002X")]
    ),
    case("{entity: email}", ["a 发到 a.b@c.com", "a 发到 a.b@c"], [(0, "a.b@c.com")]),
    case("{entity: plate}", ["a 车牌京A12345", "a 北京A座"], [(0, "京A12345")]),
    case("{entity: url}", ["a 看 https://x.cn/a", "a 看官网"], [(0, "https://x.cn/a")]),
    case("{entity: bank_card}", ["a 6222 0212 3456 7890", "a 尾号7890"], [(0, "6222 0212 3456 7890")]),
    case("{entity: [amount, date]}", ["a 明天", "a 5元", "a 五"], [(0, "明天"), (1, "5元")]),
]
TIMED = [
    ("c 喂", 0, 2),
    ("a 您好", 4, 6),
    ("c 我要退货，很急", 6, 9),
    ("a 好的", 29, 31),
    ("a 查到了", 61, 62),
]
INTERVAL = [
    case("{interval: {of: first_response, at_least: 2}}", TIMED, [(1, "您好")]),
    case("{interval: {of: first_response, at_least: 2.5}}", TIMED, []),
    case("{interval: {of: first_response, at_most: 5}}", TIMED, [(1, "您好")]),
    case("{interval: {of: gap, at_least: 20}}", TIMED, [(3, "好的")]),
    case("{interval: {of: gap, at_least: 21}}", TIMED, []),
    case("{interval: {of: silence, at_least: 20}}", TIMED, [(3, "好的"), (4, "查到了")]),
    case("{interval: {of: silence, at_least: 31}}", TIMED, []),
    case("{interval: {of: silence, at_least: 1}}", ["c 喂", "a 您好"], []),
]
FAST = "a 您好这边帮您看一下订单信息好吗"
SPEED = [
    case("{speech_rate: {at_least: 300}}", [(FAST, 0, 2)], [(0, FAST[2:])]),
    case("{speech_rate: {at_least: 300}}", [(FAST, 0, 4)], []),
    case("{speech_rate: {at_most: 100}}", [(FAST, 0, 10)], [(0, FAST[2:])]),
    case("{speech_rate: {at_least: 300}}", [("a 好的", 0, 0.1), (FAST, 1, 9)], []),
    case("{speech_rate: {at_least: 300}}", [(FAST, 0)], []),
]
INTERRUPTION = [
    case("{interruption: {at_least: 1}}", [("c 我想说的是", 0, 5), ("a 知道了", 3, 4)], [(1, "知道了")]),
    case("{interruption: {at_least: 1}}", [("c 我想说的是", 0, 5), ("a 知道了", 4.5, 6)], []),
    case("{interruption: {at_least: 1}}", [("a 我想说的是", 0, 5), ("a 知道了", 3, 6)], []),
    case("{interruption: {at_least: 1}}", [("c 我想说的是", 0), ("a 知道了", 3)], []),
]
HI = "phrases: [您好]"
METADATA = [
    case(
        f"{{all: [{{{HI}}}, {{metadata: {{field: channel, is: phone}}}}]}}",
        ["a 您好"],
        [(0, "您好")],
        channel="phone",
    ),
    case(f"{{all: [{{{HI}}}, {{metadata: {{field: channel, is: phone}}}}]}}", ["a 您好"], [], channel="chat"),
    case(f"{{all: [{{{HI}}}, {{metadata: {{field: channel, is: phone}}}}]}}", ["a 您好"], []),
    case(f"{{all: [{{metadata: {{field: vip}}}}, {{{HI}}}]}}", ["a 您好"], [(0, "您好")], vip="金卡"),
    case(f"{{all: [{{metadata: {{field: vip}}}}, {{{HI}}}]}}", ["a 您好"], [], vip=""),
    case("{metadata: {field: business, matches: '^退'}}", ["a 您好", "a 好"], [(0, "您好")], business="退款"),
    case("{metadata: {field: business, matches: '^退'}}", ["a 您好"], [], business="不退"),
    case("{metadata: {field: duration, at_least: 60}}", ["a 您好"], [(0, "您好")], duration="75"),
    case("{metadata: {field: duration, at_least: 60}}", ["a 您好"], [], duration="一分钟"),
    case(
        "{metadata: {field: order.amount, at_least: 100}}", ["a 您好"], [(0, "您好")], order={"amount": 120}
    ),
    case("{metadata: {field: order.amount, at_least: 100}}", ["a 您好"], [], order=7),
]
LENGTH = [
    case("{length: {of: turns, at_least: 3}}", ["a 您好", "c 喂", "a 好"], [(0, "您好")]),
    case("{length: {of: turns, role: agent, at_least: 3}}", ["a 您好", "c 喂", "a 好"], []),
    case("{length: {of: characters, at_most: 4}}", ["a 您好", "c 喂", "a 好"], [(0, "您好")]),
    case("{length: {of: seconds, at_least: 60}}", TIMED, [(1, "您好")]),
    case("{length: {of: seconds, at_least: 63}}", TIMED, []),
    case("{length: {of: seconds, at_least: 1}}", ["a 您好"], []),
]
COUNT = [
    case(
        "{count: {of: {phrases: [稍等]}, at_least: 2}}",
        ["a 稍等", "c 嗯", "a 稍等", "a 稍等"],
        [(2, "稍等"), (3, "稍等")],
    ),
    case("{count: {of: {phrases: [稍等]}, at_least: 2}}", ["a 稍等稍等", "c 稍等"], []),
    case(
        "{count: {of: {phrases: [稍等]}, at_least: 2, at_most: 2}}",
        ["a 稍等", "a 稍等", "a 稍等"],
        [(1, "稍等")],
    ),
    case(
        "{count: {of: {phrases: [稍等]}, at_least: 2, within: 1}}",
        ["a 稍等", "a 嗯", "a 稍等", "a 稍等"],
        [(3, "稍等")],
    ),
    case("{count: {of: {role: agent, phrases: [稍等]}, at_least: 2}}", ["c 稍等", "a 稍等"], []),
]
LOGIC = [
    case(
        f"{{all: [{{{HI}}}, {{phrases: [客服]}}]}}", ["a 您好，我是客服", "a 您好", "a 客服"], [(0, "您好")]
    ),
    case(
        f"{{any: [{{{HI}}}, {{phrases: [客服]}}]}}", ["a 客服", "a 您好", "a 好"], [(0, "客服"), (1, "您好")]
    ),
    case(f"{{not: {{{HI}}}}}", ["a 您好", "a 请讲", "c 喂"], [(1, "请讲")]),
    case(f"{{all: [{{not: {{{HI}}}}}, {{phrases: [喂]}}]}}", ["a 喂您好", "a 喂"], [(1, "喂")]),
    case(f"{{not: {{any: [{{{HI}}}, {{phrases: [喂]}}]}}}}", ["a 喂", "a 您好", "a 请讲"], [(2, "请讲")]),
    case(f"{{all: [{{interval: {{of: gap, at_least: 5}}}}, {{{HI}}}]}}", ["c 喂", "a 您好"], []),
    case(f"{{any: [{{interval: {{of: gap, at_least: 5}}}}, {{{HI}}}]}}", ["c 喂", "a 您好"], [(1, "您好")]),
    case("{not: {interval: {of: gap, at_least: 5}}}", ["c 喂", "a 您好"], []),
    case(
        f"{{all: [{{{HI}}}, {{not: {{all: [{{phrases: [喂]}}, {{interval: {{of: gap, at_least: 5}}}}]}}}}]}}",
        ["a 您好"],
        [(0, "您好")],
    ),
]
SCOPE = [
    case("{phrases: [好], turns: [0, 0]}", ["c 喂", "a 好", "a 好"], [(1, "好")]),
    case("{phrases: [好], turns: [-1, null]}", ["a 好", "a 好", "c 嗯"], [(1, "好")]),
    case("{phrases: [好], turns: [1, -2]}", ["a 好", "a 好", "a 好"], [(1, "好")]),
    case("{phrases: [好], turns: [5, 9]}", ["a 好"], []),
    case("{phrases: [好], turns: [-9, -2]}", ["a 好", "a 好"], [(0, "好")]),
    case(
        "{phrases: [好], seconds: [0, 10]}", [("a 好", 0), ("a 好", 10), ("a 好", 11)], [(0, "好"), (1, "好")]
    ),
    case(
        "{phrases: [好], seconds: [-5, null]}",
        [("a 好", 0, 1), ("a 好", 14, 15), ("a 好", 16, 20)],
        [(2, "好")],
    ),
    case("{phrases: [好], seconds: [0, 10]}", ["a 好"], []),
    case("{phrases: [好], where: closing, turns: [0, 0]}", ["a 好", *["a 嗯"] * 4], []),
    case("{phrases: [好], where: opening}", ["a 好", *["a 嗯"] * 2, "a 好"], [(0, "好")]),
]
ANCHORS = [
    case("{phrases: [别急], after: {of: {phrases: [气死]}}}", ["c 气死我了", "a 别急"], [(1, "别急")]),
    case("{phrases: [别急], after: {of: {role: agent, phrases: [气死]}}}", ["c 气死我了", "a 别急"], []),
    case("{phrases: [别急], after: {of: {phrases: [气死]}}}", ["a 别急", "c 气死我了"], []),
    case("{phrases: [别急], before: {of: {phrases: [气死]}}}", ["a 别急", "c 气死我了", "a 别急"], [(0, "别急")]),
    case("{phrases: [别急], around: {of: {phrases: [气死]}, within: 1}}", ["a 别急", "a 别急", "c 气死", "a 别急"], [(1, "别急"), (3, "别急")]),
    case("{phrases: [别急], after: {of: {phrases: [气死]}, within: 1}}", ["c 气死", "a 嗯", "a 别急"], []),
    case("{phrases: [别急], after: {of: {phrases: [气死]}, within: 2}}", ["c 气死", "a 嗯", "a 别急"], [(2, "别急")]),
    case("{phrases: [别急], after: {of: {phrases: [气死]}, nth: 2, within: 1}}", ["c 气死", "a 别急", "c 气死", "a 别急"], [(3, "别急")]),
    case("{phrases: [别急], after: {of: {phrases: [气死]}, nth: -1, within: 1}}", ["c 气死", "a 别急", "c 气死", "a 嗯"], []),
    case("{phrases: [别急], after: {of: {phrases: [气死]}, nth: 3}}", ["c 气死", "a 别急"], []),
    case("{phrases: [别急], after: {of: {phrases: [气死]}, seconds: 5}}", [("c 气死", 0, 1), ("a 别急", 5), ("a 别急", 7)], [(1, "别急")]),
    case("{phrases: [别急], after: {of: {phrases: [气死]}, seconds: 5}}", ["c 气死", "a 别急"], []),
    case("{phrases: [别急], after: {of: {phrases: [气死]}}, before: {of: {phrases: [谢谢]}}}", ["c 气死", "a 别急", "c 谢谢", "a 别急"], [(1, "别急")]),
    case("{not: {phrases: [别急]}, after: {of: {phrases: [气死]}, within: 1}}", ["c 气死", "a 嗯", "a 好"], [(1, "嗯")]),
]  # fmt: skip
TABLE = [
    *NEED, *TOKENS, *SIMILAR, *REPETITION, *RESTATES, *ENTITY, *INTERVAL, *SPEED, *INTERRUPTION, *METADATA,
    *LENGTH, *COUNT, *LOGIC, *SCOPE, *ANCHORS,
]  # fmt: skip


@pytest.mark.parametrize(("match", "transcript", "wanted"), TABLE)
def test_condition(tmp_path, match, transcript, wanted):
    found = search(tmp_path, f"[{{match: {match}}}]", transcript)
    shown = [(turn, text.replace("，", ",").replace("？", "?")) for turn, text in quotes(found)]
    assert shown == [(turn, text.replace("，", ",").replace("？", "?")) for turn, text in wanted]


LABELS = [Prediction("sentiment", 0, "negative", 0.8), Prediction("empathy", 1, "none", 0.9)]
COLD = "[{behavior: hello, match: {classifier: {task: empathy, label: none}, after: {of: {classifier: {task: sentiment, label: [negative, neutral], probability: P}}}}}]"


@pytest.mark.parametrize(("probability", "wanted"), [("0.8", [1]), ("0.81", [])])
def test_classifier(tmp_path, probability, wanted):
    rules = COLD.replace("P", probability)
    assert turns(search(tmp_path, rules, contact("c 气死我了", "a 哦"), LABELS)) == wanted


def test_without_a_classifier_the_rule_is_silent_and_it_is_said(tmp_path):
    found = search(tmp_path, COLD.replace("P", "0.5"), contact("c 气死我了", "a 哦"))
    assert not found.detections
    assert found.unanswered == {"r0": ("model:empathy", "model:sentiment")}


def test_without_times_it_is_said_too(tmp_path):
    rules = "[{match: {interval: {of: gap, at_least: 5}}}, {match: {phrases: [您好]}}]"
    found = search(tmp_path, rules, contact("c 喂", "a 您好"))
    assert found.unanswered == {"r0": ("times",)}
    assert turns(found) == [1]


@pytest.mark.parametrize("asked", ["{behavior: angry}", "{behavior: [angry, asks]}", "angry", "{use: angry}"])
def test_behavior_found_earlier(tmp_path, asked):
    rules = f"[{{match: {{phrases: [嗯], after: {{of: {asked}, within: 1}}}}}}, {{behavior: angry, phrases: [气死]}}]"
    assert turns(search(tmp_path, rules, contact("c 气死", "a 嗯", "a 嗯"))) == [1]


def test_a_behavior_of_the_same_turn(tmp_path):
    rules = "[{behavior: calm, match: {all: [{behavior: sorry}, {phrases: [但是]}]}}, {behavior: sorry, phrases: [抱歉]}]"
    found = search(tmp_path, rules, contact("a 抱歉，但是没办法", "a 但是"))
    assert turns(found, "calm") == [0]
    assert [d.text for d in found.detections if d.behavior == "calm"] == ["抱歉"]


def test_named_conditions_are_used_by_name(tmp_path):
    rules = "[{match: {all: [polite, {not: {use: cold}}]}}]"
    named = {
        "polite": {"any": [{"phrases": ["您"]}, "thanks"]},
        "thanks": {"phrases": ["谢谢"]},
        "cold": {"phrases": ["哦"]},
    }
    found = search(tmp_path, rules, contact("a 您说", "a 谢谢", "a 您说哦", "a 说"), conditions=named)
    assert quotes(found) == [(0, "您"), (1, "谢谢")]


def test_named_conditions_that_multiply_are_asked_once(tmp_path):
    named = {"c0": {"phrases": ["好"]}} | {f"c{i}": {"all": [f"c{i - 1}"] * 4} for i in range(1, 25)}
    assert turns(search(tmp_path, "[{match: c24}]", contact("a 好", "a 嗯"), conditions=named)) == [0]


class Topics:
    """An encoder that knows two topics; it stands for one that a model makes."""

    def encode(self, texts):
        return np.array([[1, 0] if "退" in text else [0, 1] for text in texts], np.float32)


def test_similar_asks_the_encoder_that_it_is_given(tmp_path):
    small = book(tmp_path, "[{match: {similar: {examples: [我要退货], threshold: 0.9}}}]")
    found = Detector(small, SEGMENTER, Topics()).search(contact("a 好的，帮您退掉", "a 您好"))
    assert quotes(found) == [(0, "好的，帮您退掉")]
    without = Detector(small, SEGMENTER).search(contact("a 好的，帮您退掉"))
    assert (without.detections, without.unanswered) == ((), {"r0": ("model:encoder",)})


NEGATION = [
    ("a 不用道歉", False), ("a 我不是道歉", False), ("a 没有要跟您道歉", False), ("a 别道歉", False),
    ("a 我道歉", True), ("a 是不是该道歉", True), ("a 我不得不道歉", True), ("a 特别道歉", True),
    ("a 要不要我道歉", True), ("a 我没看清，道歉", True), ("a 不用道歉，我来道歉", True),
]  # fmt: skip


@pytest.mark.parametrize(("turn", "hit"), NEGATION)
def test_negation(tmp_path, turn, hit):
    rules = "[{phrases: [道歉], negation: ignore}]"
    assert bool(turns(search(tmp_path, rules, contact(turn)))) is hit
    assert turns(search(tmp_path, "[{phrases: [道歉]}]", contact(turn))) == [0]


QUOTED = [
    ("a 他说会给您回电", False), ("a 之前的客服答应会给您回电", False), ("a 您说我们会给您回电", False),
    ("a “会给您回电”这句话我查一下", False), ("a 会给您回电", True), ("a 说好了，会给您回电", True),
    ("a 他说没空。我会给您回电", True), ("a “您好”，会给您回电", True),
]  # fmt: skip


@pytest.mark.parametrize(("turn", "hit"), QUOTED)
def test_quoting(tmp_path, turn, hit):
    rules = "[{regex: ['会给您回电'], quoted: ignore}]"
    assert bool(turns(search(tmp_path, rules, contact(turn)))) is hit
    assert turns(search(tmp_path, rules.replace("ignore", "allow"), contact(turn), quoted="ignore")) == [0]
    assert bool(turns(search(tmp_path, "[{regex: ['会给您回电']}]", contact(turn), quoted="ignore"))) is hit


SOUND = [
    ("phrases: [抱歉]", "a 真的很报歉", "报歉"), ("phrases: [您好]", "a 宁好请讲", "宁好"),
    ("phrases: [请稍等]", "a 请稍登一下", "请稍登"), ("phrases: [感谢您的来电]", "a 感谢宁的来电", "感谢宁的来电"),
    ("regex: ['稍[等候].{0,2}']", "a 请稍登一下", "稍登一下"),
    ("phrases: [投诉]", "a 我要偷诉", "偷诉"),
    ("phrases: [稍候]", "a 稍后回您", None), ("phrases: [抱歉]", "a 一包钱", None), ("phrases: [谢了]", "a 写了", None),
    ("phrases: [您]", "a 宁", None), ("phrases: [哪个]", "a 那个", None), ("phrases: [vip]", "a vap", None),
]  # fmt: skip


@pytest.mark.parametrize(("words", "turn", "quote"), SOUND)
def test_same_sound(tmp_path, words, turn, quote):
    said = contact(turn)
    assert [text for _, text in quotes(search(tmp_path, f"[{{{words}, same_sound: true}}]", said))] == (
        [quote] if quote else []
    )
    assert not search(tmp_path, f"[{{{words}}}]", said).detections
    assert not search(
        tmp_path, f"[{{{words}, same_sound: false}}]", contact(turn, channel="phone")
    ).detections


@pytest.mark.parametrize(
    ("transcript", "hit"),
    [
        (contact("a 很报歉", channel="phone"), True),
        (contact("a 很报歉", channel="电话"), True),
        (contact("a 很报歉", format="srt"), True),
        (contact("a 很报歉", channel="在线", format="srt"), False),
        (contact("a 很报歉"), False),
        (contact("a 很报歉", *["a 这边帮您看了一下您的订单没有问题"] * 5), True),
        (contact("a 很报歉", *["a 这边帮您看了一下，您的订单没有问题。"] * 5), False),
    ],
)
def test_auto_goes_by_the_medium_of_the_transcript(tmp_path, transcript, hit):
    assert turns(search(tmp_path, "[{phrases: [抱歉]}]", transcript)) == ([0] if hit else [])
    found = search(tmp_path, "[{phrases: [报歉], transcript: speech}]", transcript)
    assert turns(found) == ([0] if hit else [])
    assert found.medium["medium"] == ("speech" if hit else "typed")
    assert turns(search(tmp_path, "[{phrases: [报歉], transcript: typed}]", transcript)) == (
        [] if hit else [0]
    )


def test_the_whole_contact_alone_is_found_once(tmp_path):
    rules = "[{match: {length: {of: turns, at_least: 1}}, where: closing}, {behavior: sorry, match: {metadata: {field: a}}}]"
    found = search(tmp_path, rules, contact("a 一", "a 二", "a 三", a=1))
    assert turns(found, "sorry") == [0]
