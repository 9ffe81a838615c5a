"""Styles of plain text, and lines that look like speakers and are none."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autoscorer.readers import plain

from .conftest import short

STYLES = [
    ("客服：您好\n客户：在吗\n", ["a您好", "c在吗"]),
    ("客服: 您好\n客户: 在吗\n", ["a您好", "c在吗"]),
    ("客服 ： 您好\n客户\t在吗\n", ["a您好", "c在吗"]),
    ("[00:01:23] 客服：您好\n[00:01:25] 客户：在吗\n", ["a您好", "c在吗"]),
    ("00:12 客服: 您好\n00:14 客户: 在吗\n", ["a您好", "c在吗"]),
    ("[00:12.5 - 00:13.5] 客服：您好\n[00:14 - 00:15] 客户：在吗\n", ["a您好", "c在吗"]),
    ("2024-05-01 10:00:03 客服：您好\n2024-05-01 10:00:09 客户：在吗\n", ["a您好", "c在吗"]),
    ("客服(10:00:03)：您好\n客户（10:00:05）：在吗\n", ["a您好", "c在吗"]),
    ("【客服】您好\n【客户】在吗\n", ["a您好", "c在吗"]),
    ("[坐席] 您好\n[用户] 在吗\n", ["a您好", "c在吗"]),
    ("**客服**：您好\n**客户**：在吗\n", ["a您好", "c在吗"]),
    ("客服\n您好\n我是小杜\n客户\n在吗\n", ["a您好\n我是小杜", "c在吗"]),
    ("客服：\n您好\n\n客户：\n在吗\n", ["a您好", "c在吗"]),
    ("客服 00:03\n您好\n\n客户 00:09\n在吗\n", ["a您好", "c在吗"]),
    ("客服小美 2024-05-01 10:00:03\n您好\n\n客户 2024-05-01 10:00:09\n在吗\n", ["a您好", "c在吗"]),
    ("2024/5/1 10:00:03 坐席\n您好\n2024/5/1 10:00:09 用户\n在吗\n", ["a您好", "c在吗"]),
    ("坐席(2024/5/1 10:00:03)\n您好\n用户(2024/5/1 10:00:09)\n在吗\n", ["a您好", "c在吗"]),
    ("客服 10:00:03\n您好\n客户 10:00:09\n在吗\n", ["a您好", "c在吗"]),
    ("客服 2024/5/1 上午 9:00:03\n您好\n客户 2024/5/1 下午 1:00:03\n在吗\n", ["a您好", "c在吗"]),
    ("0:03 - 客服: 您好\n0:05 - 客户: 在吗\n", ["a您好", "c在吗"]),
    ("客服：您好\n系统：客户已接入\n客户：在吗\n", ["a您好", "s客户已接入", "c在吗"]),
    ("客服：您好\n客户：在吗\r\n", ["a您好", "c在吗"]),
    ("A：您好\nB：在吗\n", ["a您好", "c在吗"]),
    ("椴树旗舰店:小美：您好\n买家：在吗\n", ["a您好", "c在吗"]),
    ("客服：您好\n客户：\n客户：在吗\n", ["a您好", "c在吗"]),
]

NOT_SPEAKERS = [
    "时间：明天上午",
    "地址：上海市某路 3 号",
    "客服电话：4000000000",
    "订单号：A77",
    "联系客服：点右下角",
    "这样吧：您先拍照",
    "我想问一下：能退吗",
    "他说：不行",
    "方案一：换新",
    "1：先关机",
    "2：再开机",
    "12:30 到家",
    "https://example.com/a",
    "注意：轻放",
    "温馨提示: 保留小票",
    "【温馨提示】请保留小票",
    "客户姓名：张三",
    "用户名：abc",
    "客服",
    "人工客服",
    "流量：20G",
    "[图片]",
    "—",
    "2024-05-01",
    "预约 2024-05-01 10:00:00",
]


@pytest.mark.parametrize("text, expected", STYLES)
def test_styles(transcript, text, expected):
    assert short(transcript("a.txt", text)) == expected


@pytest.mark.parametrize("line", NOT_SPEAKERS)
@pytest.mark.parametrize(
    "before", ["客服：您好\n客户：这是资料\n", "00:01 客服：您好\n00:02 客户：这是资料\n"]
)
def test_near_misses_stay_in_the_message(transcript, before, line):
    found = transcript("a.txt", f"{before}{line}\n{before.splitlines()[0]}\n")
    assert short(found) == ["a您好", f"c这是资料\n{line}", "a您好"]


def test_lines_in_a_chat_export_stay_in_the_message(transcript):
    text = (
        "———— 2024-05-01 ————\n"
        "2024-05-01 10:00:03 客服小美\n您好\n客户：是您吗\n取件时间 2024-05-02 10:00:00\n\n好的\n"
        "———— 2024-05-02 ————\n2024-05-02 09:00:00 阿宝\n嗯\n"
    )
    found = transcript("a.txt", text)
    assert short(found) == ["a您好\n客户：是您吗\n取件时间 2024-05-02 10:00:00\n\n好的", "c嗯"]
    assert [(u.speaker, u.start) for u in found.utterances] == [("客服小美", 0), ("阿宝", 82797)]
    assert found.metadata["date"] == "2024-05-01"
    assert found.reading.roles == "inferred" and "阿宝" in found.reading.reason


@pytest.mark.parametrize(
    "form", ["{n} {t}\n{m}\n", "{t} {n}\n{m}\n", "{n}({t}): {m}\n", "{n}（{t}）\n{m}\n", "{t} {n}：{m}\n"]
)
def test_nicknames_in_chat_exports(transcript, form):
    talk = [
        ("桐桐的小窝", "2024-05-01 10:00:03", "我的快递怎么还没到"),
        ("tb_88**1", "2024-05-01 10:00:30", "亲，帮您查一下，请稍等"),
    ]
    found = transcript("a.txt", "".join(form.format(n=n, t=t, m=m) for n, t, m in talk))
    assert [(u.speaker, u.role, u.start) for u in found.utterances] == [
        ("桐桐的小窝", "customer", 0),
        ("tb_88**1", "agent", 27),
    ]


def test_header_lines_are_metadata(transcript):
    text = (
        "通话记录\n会话ID：S-9\n坐席工号：A012\n班组：二组\n"
        "日期：2024-05-01\n渠道: 电话\n订单号：77\n录音长度：3 分\n"
        "----------\n客服：您好\n客户：在吗\n"
    )
    found = transcript("a.txt", text)
    assert found.id == "S-9"
    assert dict(found.metadata) == {
        "agent_id": "A012",
        "team": "二组",
        "date": "2024-05-01",
        "channel": "电话",
        "order_id": "77",
        "录音长度": "3 分",
    }


def test_times(transcript):
    found = transcript("a.txt", "[00:01 - 00:03.5] 客服：您好\n[01:02:03] 客户：在吗\n客服：在\n")
    assert [(u.start, u.end) for u in found.utterances] == [(1, 3.5), (3723, None), (None, None)]


def test_times_of_day_count_from_the_first(transcript):
    found = transcript("a.txt", "客服(23:59:50)：您好\n客户(00:00:10)：在吗\n")
    assert [u.start for u in found.utterances] == [0, 20]


def test_text_stays_as_written(transcript):
    found = transcript("a.txt", "客服：\u200b 您好，ＡＢＣ請問……  \u200b\n客戶：嗯\n")
    assert found.utterances[0].text == "您好，ＡＢＣ請問……"
    assert found.utterances[1].speaker == "客戶"


words = st.text("好的稍等一下谢谢我看看订单快递吧呢，。？ 3A", min_size=1, max_size=20).filter(str.strip)


@given(
    st.lists(st.tuples(st.sampled_from(["客服", "客户"]), words, st.none() | words), min_size=1, max_size=30)
)
def test_order_and_texts_are_kept(talk):
    lines = [f"{who}：{text}" + (f"\n{more}" if more else "") for who, text, more in talk]
    turns = plain.parse(plain.number("\n".join(lines))).turns
    assert [(turn.label, turn.text) for turn in turns] == [
        (who, text.lstrip() + (f"\n{more}" if more else "")) for who, text, more in talk
    ]
