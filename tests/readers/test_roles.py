"""Which labels name a role, and what speakers without one must say to be told apart."""

import pytest

from autoscorer.errors import TranscriptError
from autoscorer.readers import roles

AGENTS = """
客服 坐席 座席 话务员 人工客服 接线员 Agent OPERATOR seller ａｇｅｎｔ A 客服小美 客服01 客服-小李 坐席[1023] 小美(客服)
小美（客服） 【客服】 椴树旗舰店:小美 椴树旗舰店 agent_01 agent-2 云杉客服 快递客服 客户经理 客服中心 話務員
"""
CUSTOMERS = "客户 客戶 用户 顧客 买家 市民 User B 客户1 用户138****0000 张三（客户） customer-7 客户李先生"
SYSTEMS = "机器人 系统 智能客服 系统消息 IVR 客服机器人 自动回复 bot"
LABELS = [
    *((label, "agent") for label in [*AGENTS.split(), "agent 2", "customer service"]),
    *((label, "customer") for label in CUSTOMERS.split()),
    *((label, "system") for label in SYSTEMS.split()),
]
NO_ROLES = """
张三 路人甲 客服电话 客服热线 客户姓名 客户编号 用户名 用户体验 username agents 说话人1 C
联系客服 请找客服 时间 地址 客服说的是 客户要求 robotics 1 () []
"""
NO_ROLE = ["", *NO_ROLES.split()]


@pytest.mark.parametrize("label, role", LABELS)
def test_labels(label, role):
    assert roles.resolve(label) == role


@pytest.mark.parametrize("label", NO_ROLE)
def test_no_role(label):
    assert roles.resolve(label) is None


@pytest.mark.parametrize(
    "label",
    [
        "说话人1",
        "说话人A",
        "讲话人",
        "发言人 2",
        "spk0",
        "speaker_1",
        "SPEAKER_00",
        "left",
        "右",
        "声道0",
        "channel 1",
        "ch1",
        "1",
        "說話人２",
    ],
)
def test_neutral(label):
    assert roles.is_neutral(label) and roles.resolve(label) is None


@pytest.mark.parametrize("label", ["客服", "张三", "spokesman", "说话", "左边", "123"])
def test_not_neutral(label):
    assert not roles.is_neutral(label)


def assign(*talk, named=False):
    said = {}
    for label, text in talk:
        said.setdefault(label, []).append(text)
    return roles.assign(said, dict.fromkeys(said, "line 1"), named=named)


INFERRED = [
    ("您好，很高兴为您服务", "我要退货", "ac"),
    ("我的包裹怎么还没到", "请稍等，帮您查询", "ca"),
    ("请问有什么可以帮您", "嗯", "ac"),
    ("喂", "我的订单少了一件，你们这是怎么回事", "ac"),
    ("我的工号是 3301", "那我先问问", "ac"),
    ("感謝您的來電", "我想取消", "ac"),
    ("你好，我想查账单，你的工号是多少", "您好，椴树客服，请问有什么可以帮您", "ca"),
    ("请稍等", "好，你们什么时候能到", "ac"),
]
UNCLEAR = [
    ("嗯", "啊"),
    ("今天天气好", "是的"),
    ("帮您查询", "帮您查询"),
    ("我要退货", "我的订单呢"),
    ("请稍等", "好"),
    ("你好，是那个快递柜的客服吗", "对"),
    ("祝您愉快", "谢谢"),
]


@pytest.mark.parametrize("one, two, expected", INFERRED)
@pytest.mark.parametrize("labels", [("说话人1", "说话人2"), ("张三", "李四"), ("left", "right")])
def test_inferred(labels, one, two, expected):
    found = assign((labels[0], one), (labels[1], two))
    assert "".join(found.roles[label][0] for label in labels) == expected
    assert all(label in found.reason for label in labels) and "→ 客服" in found.reason


@pytest.mark.parametrize("one, two", UNCLEAR)
def test_unclear_is_never_guessed(one, two):
    with pytest.raises(TranscriptError, match="tell agent and customer apart") as caught:
        assign(("说话人1", one), ("说话人2", two))
    assert caught.value.code == "roles_unclear"


def test_reason_names_the_words():
    found = assign(("说话人1", "您好，请问有什么可以帮您？"), ("说话人2", "嗯"))
    assert found.reason == "说话人1：有什么可以帮您 → 客服；说话人2：另一方 → 客户"


def test_three_voices_each_need_their_own_words():
    talk = [("甲一", "很高兴为您服务"), ("乙二", "我的快递怎么还没到"), ("丙三", "帮您查询一下")]
    assert assign(*talk).roles == {"甲一": "agent", "乙二": "customer", "丙三": "agent"}
    with pytest.raises(TranscriptError):
        assign(*talk[:2], ("丙三", "嗯"))


def test_the_other_side_of_a_known_one():
    assert assign(("客服", "您好"), ("阿宝", "嗯"), named=True).roles["阿宝"] == "customer"
    assert assign(("客户", "您好"), ("阿宝", "嗯"), named=True).roles["阿宝"] == "agent"
    assert assign(("客服", "您好"), ("说话人2", "嗯")).roles["说话人2"] == "customer"


@pytest.mark.parametrize(
    "talk, named, code",
    [
        ([("客服", "您好"), ("阿宝", "嗯")], False, "unknown_role"),
        ([("客服", "您好"), ("客户", "嗯"), ("路人甲", "哦")], False, "unknown_role"),
        ([("客服", "您好"), ("客户", "嗯"), ("路人甲", "哦")], True, "unknown_role"),
        ([("客服", "您好"), ("阿宝", "嗯"), ("阿贝", "哦")], True, "unknown_role"),
        ([("客服", "您好"), ("阿宝", "很高兴为您服务")], True, "roles_unclear"),
        ([("客服", "您好")], False, "single_speaker"),
        ([("客户", "您好"), ("用户", "您好")], False, "single_speaker"),
        ([("阿宝", "很高兴为您服务")], True, "single_speaker"),
        ([("系统", "欢迎"), ("客服", "您好")], False, "single_speaker"),
    ],
)
def test_refused(talk, named, code):
    with pytest.raises(TranscriptError) as caught:
        assign(*talk, named=named)
    assert caught.value.code == code


def test_unknown_role_names_label_place_and_what_is_allowed():
    with pytest.raises(TranscriptError, match="line 1: '路人甲'") as caught:
        assign(("客服", "您好"), ("客户", "嗯"), ("路人甲", "哦"))
    assert "客服 / 客户 / 系统" in caught.value.hint
